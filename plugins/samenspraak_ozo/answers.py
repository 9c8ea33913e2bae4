"""The announced answers: a small closed table of words, and nothing else is ever read as an answer.

Source: design.md §4, the OZO paragraph. A message is an answer only if it holds one of the phrases, a
date and a code at most, and not a word more; everything else is a comment for a person to read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class AnswerKind(StrEnum):
    """What people can answer in so many words."""

    AGREE = "AKKOORD"
    DISAGREE = "NIET AKKOORD"
    DONE = "GEDAAN"
    NOT_DONE = "NIET GEDAAN"
    CANNOT = "KAN NIET"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An announced answer: ``day`` and ``nth`` (which time that day) as written, ``code`` of the message."""

    kind: AnswerKind
    day: date | None = None
    nth: int | None = None
    code: str | None = None


# Letters and digits nobody mistakes for each other; letter, digit, letter, digit is never a date or a word.
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_DIGITS = "23456789"
_CODE = re.compile(f"[{_LETTERS}][{_DIGITS}][{_LETTERS}][{_DIGITS}]")
_NTH = re.compile(r"([1-9])E")
_DAY_MONTH = re.compile(r"(\d{1,2})[-/](\d{1,2})(?:[-/](\d{4}))?")
_DAY = re.compile(r"\d{1,2}")
_FILLERS = frozenset({"OP", "CODE"})
_RELATIVE: Mapping[str, timedelta] = {
    "VANDAAG": timedelta(),
    "GISTEREN": timedelta(days=-1),
    "MORGEN": timedelta(days=1),
}
MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
_LONGEST = 60

# An answer about a day that cannot be meant (done tomorrow, unable yesterday) is not an answer.
_POSSIBLE: Mapping[AnswerKind, Callable[[date, date], bool]] = {
    AnswerKind.AGREE: lambda day, said_on: day <= said_on,
    AnswerKind.DISAGREE: lambda day, said_on: day <= said_on,
    AnswerKind.DONE: lambda day, said_on: day <= said_on,
    AnswerKind.NOT_DONE: lambda day, said_on: day <= said_on,
    AnswerKind.CANNOT: lambda day, said_on: day >= said_on,
}


def code_of(mark: str) -> str:
    """The short code people type, made of a message's mark."""
    number = int.from_bytes(hashlib.sha256(mark.encode()).digest()[:4], "big")
    letters = []
    for alphabet in (_LETTERS, _DIGITS, _LETTERS, _DIGITS):
        number, position = divmod(number, len(alphabet))
        letters.append(alphabet[position])
    return "".join(letters)


def parse(text: str, said_on: date) -> Answer | None:
    """The answer in a message said on this day in the Netherlands, or None: it is a comment."""
    words = re.sub(r"[.,!:;\s]+", " ", text[: _LONGEST + 1]).strip().upper().split(" ")
    if len(text.strip()) > _LONGEST:
        return None
    for kind in sorted(AnswerKind, key=len, reverse=True):
        phrase = kind.split(" ")
        if words[: len(phrase)] == phrase:
            return _rest(kind, words[len(phrase) :], said_on)
    return None


def _rest(kind: AnswerKind, words: list[str], said_on: date) -> Answer | None:
    found: dict[str, list[date | int | str]] = {"day": [], "nth": [], "code": []}
    left = [word for word in words if word not in _FILLERS]
    while left:
        taken = _read(left, said_on)
        if taken is None:
            return None
        name, value, count = taken
        found[name].append(value)
        left = left[count:]
    if any(len(values) > 1 for values in found.values()):
        return None
    one = {name: values[0] for name, values in found.items() if values}
    answer = Answer(kind=kind, **one)  # type: ignore[arg-type]  # each name got values of its own type
    possible = answer.day is None or _POSSIBLE[kind](answer.day, said_on)
    return answer if possible else None


def _read(words: list[str], said_on: date) -> tuple[str, date | int | str, int] | None:
    """What the next words are, its value, and how many words it took."""
    word = words[0]
    if _CODE.fullmatch(word):
        return "code", word, 1
    if match := _NTH.fullmatch(word):
        return "nth", int(match[1]), 2 if words[1:2] == ["KEER"] else 1
    if word in _RELATIVE:
        return "day", said_on + _RELATIVE[word], 1
    if match := _DAY_MONTH.fullmatch(word):
        day = _nearest(int(match[1]), int(match[2]), int(match[3]) if match[3] else None, said_on)
        return ("day", day, 1) if day else None
    if _DAY.fullmatch(word) and words[1:] and words[1].lower() in MONTHS:
        day = _nearest(int(word), MONTHS.index(words[1].lower()) + 1, None, said_on)
        return ("day", day, 2) if day else None
    return None


def _nearest(day: int, month: int, year: int | None, said_on: date) -> date | None:
    """The date that is meant; without a year the one nearest to the day it was said."""
    years = (year,) if year else (said_on.year - 1, said_on.year, said_on.year + 1)
    found = []
    for one in years:
        try:
            found.append(date(one, month, day))
        except ValueError:
            continue
    return min(found, key=lambda one: abs(one - said_on), default=None)
