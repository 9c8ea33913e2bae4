"""How often, as a closed grammar of plain Dutch, for systems whose own fields cannot hold it.

============================================  ====================================================
``zo nodig``                                  as needed
``2 keer per week``                           times per ``dag``, ``week`` or ``maand``
``ochtend, avond op maandag``                 parts of the day, on days or every day
``elke 2 weken op dinsdag om 09:00 (45 minuten)``  a recurrence; each part after the first may be missing
============================================  ====================================================

Reading the written form gives the same value back; anything else is no rhythm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import time
from enum import Enum
from typing import TypeVar

from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    TimesPerPeriod,
    Timing,
    Weekday,
)

ONCE = "eenmalig"
WEEKDAYS = {
    "maandag": Weekday.MONDAY,
    "dinsdag": Weekday.TUESDAY,
    "woensdag": Weekday.WEDNESDAY,
    "donderdag": Weekday.THURSDAY,
    "vrijdag": Weekday.FRIDAY,
    "zaterdag": Weekday.SATURDAY,
    "zondag": Weekday.SUNDAY,
}
_PARTS = {
    "ochtend": DayPart.MORNING,
    "middag": DayPart.AFTERNOON,
    "avond": DayPart.EVENING,
    "nacht": DayPart.NIGHT,
}
_PERIODS = {"dag": Period.DAY, "week": Period.WEEK, "maand": Period.MONTH}
_ONE = {
    "dag": Frequency.DAILY,
    "week": Frequency.WEEKLY,
    "maand": Frequency.MONTHLY,
    "jaar": Frequency.YEARLY,
}
_SEVERAL = {
    "dagen": Frequency.DAILY,
    "weken": Frequency.WEEKLY,
    "maanden": Frequency.MONTHLY,
    "jaar": Frequency.YEARLY,
}
_AS_NEEDED = "zo nodig"
_TIMES = re.compile(r"(\d+) keer per (\w+)")
_PART_OF_DAY = re.compile(r"([a-z, ]+?)(?: op ([a-z, ]+))?")
_RECURRENCE = re.compile(
    r"elke (?:(\d+) )?(\w+)(?: op ([a-z, ]+?))?(?: om ([\d:., ]+?))?(?: \((\d+) minuten\))?"
)

E = TypeVar("E", bound=Enum)


def rhythm(timing: Timing) -> str:
    """The timing in words of the grammar."""
    match timing:
        case AsNeeded():
            return _AS_NEEDED
        case TimesPerPeriod(times=times, period=period):
            return f"{times} keer per {_word(_PERIODS, period)}"
        case PartOfDay(parts=parts, weekdays=weekdays):
            return _words(_PARTS, parts) + _on(weekdays)
        case Recurrence():
            return _recurrence(timing)


def parse_rhythm(text: str) -> Timing | None:
    """The timing these words stand for, or None when they are not of the grammar."""
    words = " ".join(text.split()).lower()
    for pattern, read in _READERS:
        if match := pattern.fullmatch(words):
            try:
                return read(match)
            except (KeyError, ValueError):  # a word or time that is none; RuleError cannot come up
                return None
    return None


def _recurrence(timing: Recurrence) -> str:
    one = timing.interval == 1
    often = _word(_ONE, timing.frequency) if one else f"{timing.interval} {_word(_SEVERAL, timing.frequency)}"
    times = f" om {', '.join(map(_clock, timing.times))}" if timing.times else ""
    minutes = f" ({timing.minutes} minuten)" if timing.minutes else ""
    return f"elke {often}{_on(timing.weekdays)}{times}{minutes}"


def _clock(moment: time) -> str:
    return moment.isoformat("auto" if moment.second or moment.microsecond else "minutes")


def _on(weekdays: Sequence[Weekday]) -> str:
    return f" op {_words(WEEKDAYS, weekdays)}" if weekdays else ""


def _words(table: dict[str, E], values: Iterable[E]) -> str:
    return ", ".join(_word(table, value) for value in values)


def _word(table: dict[str, E], value: E) -> str:
    return next(word for word, known in table.items() if known is value)


def _listed(table: dict[str, E], words: str | None) -> tuple[E, ...]:
    return tuple(table[word.strip()] for word in words.split(",")) if words else ()


def _read_times(match: re.Match[str]) -> Timing:
    return TimesPerPeriod(times=_positive(match[1]), period=_PERIODS[match[2]])


def _read_part_of_day(match: re.Match[str]) -> Timing:
    return PartOfDay(parts=_listed(_PARTS, match[1]), weekdays=_listed(WEEKDAYS, match[2]))


def _read_recurrence(match: re.Match[str]) -> Timing:
    number, often, days, times, minutes = match.groups()
    table = _ONE if number in (None, "1") else _SEVERAL
    return Recurrence(
        frequency=table[often],
        interval=_positive(number or "1"),
        weekdays=_listed(WEEKDAYS, days),
        times=tuple(time.fromisoformat(one.strip()) for one in times.split(",")) if times else (),
        minutes=_positive(minutes) if minutes else None,
    )


def _positive(number: str) -> int:
    if (value := int(number)) < 1:
        raise ValueError(number)
    return value


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Timing]], ...] = (
    (re.compile(_AS_NEEDED), lambda _: AsNeeded()),
    (_TIMES, _read_times),
    (_RECURRENCE, _read_recurrence),
    (_PART_OF_DAY, _read_part_of_day),
)
