"""A small closed table between Dutch words and a structured schedule, in both directions.

Reading takes a text as a whole or not at all: "elke dag na het eten" stays a text, because half of it would
be lost. What Dutch leaves open stays open: "2 keer per week" names no day, "om 8 uur" may be the evening
and is not read. A text that people wrote is never replaced by what is written here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Timing,
    Weekday,
)

WORKDAYS = tuple(Weekday)[:5]
WEEKEND = tuple(Weekday)[5:]

_WEEKDAYS = dict(
    zip(
        ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"), Weekday, strict=True
    )
)
_PERIODS = {"dag": Period.DAY, "week": Period.WEEK, "maand": Period.MONTH}
_PARTS = {
    "ochtend": DayPart.MORNING,
    "morgen": DayPart.MORNING,
    "middag": DayPart.AFTERNOON,
    "avond": DayPart.EVENING,
    "nacht": DayPart.NIGHT,
}
_PART_WORDS = {
    DayPart.MORNING: "'s ochtends",
    DayPart.AFTERNOON: "'s middags",
    DayPart.EVENING: "'s avonds",
    DayPart.NIGHT: "'s nachts",
}
_NUMBERS = ("een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien")

_PHRASES: dict[str, Timing] = {
    **dict.fromkeys(
        (
            "zo nodig",
            "indien nodig",
            "wanneer nodig",
            "als het nodig is",
            "wanneer het nodig is",
            "naar behoefte",
        ),
        AsNeeded(),
    ),
    **dict.fromkeys(("wekelijks", "elke week", "iedere week"), TimesPerPeriod(times=1, period=Period.WEEK)),
    **dict.fromkeys(
        ("maandelijks", "elke maand", "iedere maand"), TimesPerPeriod(times=1, period=Period.MONTH)
    ),
    "om de dag": Recurrence(frequency=Frequency.DAILY, interval=2),
}
_DAYS: dict[str, tuple[Weekday, ...]] = {
    **dict.fromkeys(("dagelijks", "elke dag", "iedere dag", "alle dagen"), ()),
    **dict.fromkeys(
        ("op werkdagen", "elke werkdag", "iedere werkdag", "doordeweeks", "door de week"), WORKDAYS
    ),
    **dict.fromkeys(("in het weekend", "in het weekeinde", "in de weekenden"), WEEKEND),
}

_EVERY = r"(?:elke|iedere) "
_COUNT = re.compile(
    rf"(?P<number>[0-9]{{1,2}}|{'|'.join(_NUMBERS)}) ?(?:keer|maal|x) "
    r"(?:(?:per|in de|elke|iedere) (?P<period>dag|week|maand)|(?P<daily>daags))"
)
_DAY = "|".join(_WEEKDAYS)
_PART = "|".join(_PARTS)
_TIME = r"(?:[01][0-9]|2[0-3])[:.][0-5][0-9]"
_ANY_DAYS = rf"{'|'.join(_DAYS)}|{_EVERY}(?:{_DAY})(?:(?:, | en )(?:{_DAY}))*"
_ANY_PARTS = (
    rf"(?:'s (?:{_PART})s|in de (?:{_PART}))(?:(?:, | en )(?:'s (?:{_PART})s|in de (?:{_PART})))*"
    rf"|{_EVERY}(?:{_PART})(?: en (?:{_PART}))*"
)
_AT_TIMES = re.compile(rf"(?P<days>{_ANY_DAYS})(?: om (?P<times>{_TIME}(?:(?:, | en ){_TIME})*)(?: uur)?)?")
_IN_PARTS = re.compile(
    rf"(?:(?P<before>{_ANY_DAYS}) )?(?P<parts>{_ANY_PARTS})(?: (?P<after>{_ANY_DAYS}))?"
    rf"|{_EVERY}(?P<one_day>{_DAY})(?P<one_part>{_PART})"
)


def timing_of(text: str) -> Timing | None:
    """The structured form of a Dutch text that is in the table as a whole, else None."""
    words = _plain(text)
    return _PHRASES.get(words) or _counted(words) or _recurring(words) or _in_parts(words)


def describe(timing: Timing) -> str:
    """A structured form in plain Dutch; :func:`timing_of` never reads it as something else."""
    match timing:
        case Recurrence():
            length = f" ({timing.minutes} minuten)" if timing.minutes else ""
            times = f" om {_listed([_clock(one) for one in timing.times])}" if timing.times else ""
            return f"{_rhythm(timing)}{times}{length}"
        case PartOfDay():
            parts = _listed([_PART_WORDS[one] for one in timing.parts])
            return f"{_on(timing.weekdays)} {parts}" if timing.weekdays else parts
        case TimesPerPeriod():
            word = next(word for word, period in _PERIODS.items() if period is timing.period)
            return f"{timing.times} keer per {word}"
        case AsNeeded():
            return "zo nodig"


def readable(schedule: Schedule) -> str:
    """When it is, to show: what people wrote, else the structured form in words, else nothing."""
    return schedule.text or (describe(schedule.timing) if schedule.timing else "")


def understood(schedule: Schedule) -> Schedule:
    """The schedule with the structure that its text has in the table; to reckon with, not to keep."""
    return schedule if schedule.timing else replace(schedule, timing=timing_of(schedule.text))


def _plain(text: str) -> str:
    folded = re.sub(r"[’‘`´]", "'", text.casefold()).replace("één", "een").replace("/", " per ")
    spaced = re.sub(r"\b(een|twee|drie|vier)(?=maal\b)", r"\1 ", " ".join(folded.split()))
    once = re.sub(r"^eens (?=per\b)", "1 keer ", spaced)
    return re.sub(r"(?<=[0-9])x\b", " x", once).removesuffix(".").strip()


def _counted(words: str) -> Timing | None:
    found = _COUNT.fullmatch(words)
    if not found:
        return None
    number = found["number"]
    times = int(number) if number.isdigit() else _NUMBERS.index(number) + 1
    period = Period.DAY if found["daily"] else _PERIODS[found["period"]]
    return TimesPerPeriod(times=times, period=period) if times else None


def _recurring(words: str) -> Timing | None:
    found = _AT_TIMES.fullmatch(words)
    if not found:
        return None
    weekdays = _weekdays(found["days"])
    times = tuple(time(int(one[:2]), int(one[3:])) for one in re.findall(_TIME, found["times"] or ""))
    frequency = Frequency.WEEKLY if weekdays else Frequency.DAILY
    return Recurrence(frequency=frequency, weekdays=weekdays, times=times)


def _in_parts(words: str) -> Timing | None:
    found = _IN_PARTS.fullmatch(words)
    if not found or (found["before"] and found["after"]):
        return None
    days = found["before"] or found["after"] or found["one_day"] or ""
    parts = re.findall(_PART, found["parts"] or found["one_part"])
    return PartOfDay(parts=tuple(_PARTS[one] for one in parts), weekdays=_weekdays(days))


def _weekdays(words: str) -> tuple[Weekday, ...]:
    return _DAYS.get(words) or tuple(_WEEKDAYS[one] for one in re.findall(_DAY, words))


def _rhythm(timing: Recurrence) -> str:
    match timing.frequency, timing.interval:
        case (Frequency.DAILY, 1) if not timing.weekdays:
            return "elke dag"
        case (Frequency.DAILY, 2) if not timing.weekdays:
            return "om de dag"
        case (Frequency.WEEKLY, 1) if timing.weekdays:
            return _on(timing.weekdays)
    one, many, same = _RHYTHMS[timing.frequency]
    every = one if timing.interval == 1 else f"elke {timing.interval} {many}"
    return f"{every}, {_on(timing.weekdays)}" if timing.weekdays else f"{every}{same}"


_RHYTHMS = {
    Frequency.DAILY: ("elke dag", "dagen", ""),
    Frequency.WEEKLY: ("elke week", "weken", " op dezelfde dag"),
    Frequency.MONTHLY: ("elke maand", "maanden", " op dezelfde datum"),
    Frequency.YEARLY: ("elk jaar", "jaar", " op dezelfde datum"),
}


def _on(weekdays: Sequence[Weekday]) -> str:
    known = {WORKDAYS: "op werkdagen", WEEKEND: "in het weekend"}
    names = list(_WEEKDAYS)
    return known.get(tuple(weekdays)) or f"elke {_listed([names[one] for one in weekdays])}"


def _clock(at: time) -> str:
    return at.isoformat("minutes") if at == at.replace(second=0, microsecond=0) else at.isoformat()


def _listed(words: Sequence[str]) -> str:
    return " en ".join(filter(None, (", ".join(words[:-1]), words[-1])))
