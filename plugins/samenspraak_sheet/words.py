"""What stands in a cell in plain Dutch, and what people type back: small closed tables, read tolerantly.

A date that can be read in two ways is not read: Excel in another language turns 5-6 into 6/5 without asking.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import Enum
from typing import TypeVar

from samenspraak.connectors.manifest import Text
from samenspraak.domain.agreements import LifeDomain, Modality, ReviewOutcome, State
from samenspraak.domain.schedules import DayPart

E = TypeVar("E", bound=Enum)


class UnreadableError(Exception):
    """A cell that says nothing we can use; ``why`` in nl and en."""

    def __init__(self, nl: str, en: str) -> None:
        super().__init__(en)
        self.why: Text = {"nl": nl, "en": en}


STATES: Mapping[State, str] = {
    State.PROPOSED: "voorstel",
    State.ACTIVE: "loopt",
    State.PAUSED: "rust",
    State.ENDED: "gestopt",
    State.WITHDRAWN: "ingetrokken",
    State.MISTAKE: "vergissing",
}
MODALITIES: Mapping[Modality, str] = {
    Modality.DOES: "doen",
    Modality.MAY: "mag",
    Modality.NEVER: "nooit",
}
DOMAINS: Mapping[LifeDomain, str] = {
    LifeDomain.CARE: "zorg",
    LifeDomain.MEDICATION: "medicijnen",
    LifeDomain.MEALS: "eten en drinken",
    LifeDomain.MOBILITY: "bewegen",
    LifeDomain.SOCIAL: "gezelligheid",
    LifeDomain.HOUSEHOLD: "huishouden",
    LifeDomain.TRANSPORT: "vervoer",
    LifeDomain.ADMINISTRATION: "administratie",
}
OUTCOMES: Mapping[ReviewOutcome, str] = {
    ReviewOutcome.KEPT: "blijft zo",
    ReviewOutcome.CHANGED: "veranderd",
    ReviewOutcome.ENDED: "gestopt",
}
YES, NO = "ja", "nee"
PARTS: Mapping[DayPart, str] = {
    DayPart.MORNING: "ochtend",
    DayPart.AFTERNOON: "middag",
    DayPart.EVENING: "avond",
    DayPart.NIGHT: "nacht",
}
_ALSO = {
    "actief": "loopt",
    "lopend": "loopt",
    "voorgesteld": "voorstel",
    "gepauzeerd": "rust",
    "pauze": "rust",
    "onderbroken": "rust",
    "beëindigd": "gestopt",
    "beeindigd": "gestopt",
    "stop": "gestopt",
    "stopt": "gestopt",
    "doet": "doen",
    "j": YES,
    "n": NO,
    "x": YES,
    "true": YES,
    "false": NO,
    "waar": YES,
    "onwaar": NO,
}
"""What people, and Excel, type for these words."""

_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_MONTH = {
    name[:length]: number for number, name in enumerate(_MONTHS, 1) for length in range(3, len(name) + 1)
}
_MONTH["mrt"] = 3
_WEEKDAY = r"(?:(?:ma|di|wo|do|vr|za|zo)[a-z]*\.?,? +)?"
_ISO = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[t ]00:00(?::00(?:\.0+)?)?)?")
_DUTCH = re.compile(rf"{_WEEKDAY}(\d\d?)[-. ](\d\d?)[-. ](\d{{4}}|\d\d)(?: 00:00(?::00)?)?")
_SLASHED = re.compile(rf"{_WEEKDAY}(\d\d?)/(\d\d?)/(\d{{4}}|\d\d)(?: 0?0:00(?::00)?)?")
_SPOKEN = re.compile(rf"{_WEEKDAY}(\d\d?)[- ]([a-z]+)\.?[- ](\d{{4}}|\d\d)")
_SERIAL = re.compile(r"(\d{5})(?:[.,]0+)?")
_SERIAL_FROM = date(1899, 12, 30)
"""Day 0 of a spreadsheet, as ECMA-376 part 1 §18.17.4.1 has it for dates after February 1900."""
_NO_DATE = (
    "dit is geen datum. Schrijf bijvoorbeeld 22-11-2026.",
    "this is no date. Write for instance 22-11-2026.",
)
_TWO_DATES = (
    "deze datum is niet zeker: dag of maand eerst? Schrijf bijvoorbeeld 22-11-2026.",
    "this date is not certain: day or month first? Write for instance 22-11-2026.",
)


def printable(text: str) -> str:
    """The text without control characters, for which a workbook (XML 1.0) has no place."""
    return "".join(one if one >= " " or one in "\t\n\r" else "\N{REPLACEMENT CHARACTER}" for one in text)


def tidy(text: str) -> str:
    """A cell as it is compared: one kind of line end, no blanks around it."""
    lines = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    return lines.replace("\u00a0", " ").strip()


def is_worn(shown: str, text: str) -> bool:
    """Whether a text is what was shown, but for what a program made of it that nobody asked.

    One that saves in Windows-1252 loses characters; one in another language turns day and month around.
    """
    lossy = tidy(shown).encode("cp1252", "replace").decode("cp1252")
    match = _SLASHED.fullmatch(text.casefold().strip())
    if lossy == text or match is None:
        return lossy == text
    first, second, year = int(match[1]), int(match[2]), _year(match[3])
    return shown in (f"{first:02}-{second:02}-{year}", f"{second:02}-{first:02}-{year}")


def one_of(table: Mapping[E, str], text: str) -> E:
    """The value for which this word stands, whatever its capitals.

    Raises:
        UnreadableError: it is none of the words.
    """
    word = " ".join(text.casefold().strip(" .").split())
    word = _ALSO.get(word, word)
    found = next((value for value, known in table.items() if known == word), None)
    if found is None:
        words = ", ".join(table.values())
        raise UnreadableError(f"kies uit: {words}.", f"choose one of: {words}.")
    return found


def yes_or_no(text: str) -> bool:
    """Whether it says yes; an empty cell does not.

    Raises:
        UnreadableError: it says neither.
    """
    word = text.casefold().strip()
    word = _ALSO.get(word, word)
    if word not in (YES, NO, ""):
        raise UnreadableError("schrijf ja of nee.", "write ja or nee.")
    return word == YES


def written_day(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def read_day(text: str) -> date | None:
    """The day that somebody, or a spreadsheet, wrote; None for an empty cell.

    Raises:
        UnreadableError: it is no date, or may be one of two.
    """
    words = " ".join(text.casefold().split())
    if not words:
        return None
    try:
        if match := _ISO.fullmatch(words):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _DUTCH.fullmatch(words):
            return date(_year(match[3]), int(match[2]), int(match[1]))
        if match := _SPOKEN.fullmatch(words):
            return date(_year(match[3]), _MONTH[match[2]], int(match[1]))
        if match := _SLASHED.fullmatch(words):
            return _slashed(int(match[1]), int(match[2]), _year(match[3]))
        if match := _SERIAL.fullmatch(words):
            return _SERIAL_FROM + timedelta(days=int(match[1]))
    except (ValueError, KeyError):
        raise UnreadableError(*_NO_DATE) from None
    raise UnreadableError(*_NO_DATE)


def _slashed(first: int, second: int, year: int) -> date:
    """With slashes the one program means the day first and the other the month."""
    if first != second and first <= 12 and second <= 12:
        raise UnreadableError(*_TWO_DATES)
    return date(year, first, second) if second > 12 else date(year, second, first)


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


_CLOCK = re.compile(r"(\d\d?)[:.u](\d\d)(?::00)?(?: uur)?|(\d\d?) ?(?:uur|u)")


def read_clock(text: str) -> time | None:
    """A time of day, or None where it is none."""
    match = _CLOCK.fullmatch(text.casefold().strip())
    if match is None:
        return None
    try:
        return time(int(match[1] or match[3]), int(match[2] or 0))
    except ValueError:
        return None


def read_part(text: str) -> DayPart | None:
    """A part of the day, or None where it is none."""
    word = text.casefold().strip().removeprefix("'s ").removesuffix("s")
    return next((part for part, known in PARTS.items() if known == word), None)
