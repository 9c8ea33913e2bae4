"""Extensions, dates and times inside a resource: reading what others wrote, writing only our own."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from samenspraak.domain.local_time import instant, local_day
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir

Element = dict[str, Any]
_YEARS = range(1900, 2200)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d))?")
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def unusable(field: str, why: str) -> InvalidRecordError:
    return InvalidRecordError(f"{field}: {why}", field=field)


# Extensions.


def extension(element: Mapping[str, Any], url: str) -> Element | None:
    """The (last) extension with this address, or None."""
    found = [one for one in fhir.elements(element, "extension") if one.get("url") == url]
    return found[-1] if found else None


def part(element: Mapping[str, Any], url: str, member: str) -> Any:
    """The value of one part of a complex extension, or None."""
    return (extension(element, url) or {}).get(member)


def part_text(element: Mapping[str, Any], url: str, member: str) -> str:
    """The text of one part of a complex extension; empty when it is missing or no text."""
    return fhir.text(extension(element, url) or {}, member)


def put_extension(element: Element, url: str, content: Mapping[str, Any] | None) -> None:
    """Give the element exactly this extension of ours, or none; others stay as they are, where they are."""
    others = [one for one in fhir.elements(element, "extension") if one.get("url") != url]
    if content is None:
        put(element, "extension", others)
        return
    wanted = {"url": url, **content}
    if extension(element, url) is None:
        put(element, "extension", [*others, wanted])
    else:
        element["extension"] = [
            wanted if one.get("url") == url else one for one in fhir.elements(element, "extension")
        ]


def parts(**values: tuple[str, Any] | None) -> Mapping[str, Any]:
    """The content of a complex extension: ``name=(valueType, value)``; what is empty is left out."""
    found = [
        {"url": name.replace("_", "-"), one[0]: one[1]}
        for name, one in values.items()
        if one is not None and one[1] not in (None, "")
    ]
    return {"extension": found}


def put(element: Element, member: str, value: Any) -> None:
    """Set a member, or take it away: FHIR knows no empty elements."""
    if value in (None, "", [], {}):
        element.pop(member, None)
    else:
        element[member] = value


# Dates, times and texts.


def read_date(written: Any, field: str, *, last: bool = False) -> date | None:
    """The local day that a FHIR date or dateTime stands for.

    A partial date ("2026-11") stands for a whole period, so it is its first day, or its last for an end.

    Raises:
        InvalidRecordError: no date, or one no calendar of care has.
    """
    if written is None:
        return None
    try:
        found = _day(str(written), last)
    except (ValueError, OverflowError):
        raise unusable(field, "this is no date") from None
    if found.year not in _YEARS:
        raise unusable(field, "this year cannot be right")
    return found


def _day(written: str, last: bool) -> date:
    if match := _PARTIAL.fullmatch(written):
        year, month = int(match[1]), int(match[2] or (12 if last else 1))
        return date(year, month, calendar.monthrange(year, month)[1] if last else 1)
    if "T" not in written:
        return date.fromisoformat(written)
    moment = datetime.fromisoformat(written)
    return moment.date() if moment.tzinfo is None else local_day(moment)


def read_moment(written: Any, field: str) -> datetime:
    """A dateTime in UTC; a bare date is its local beginning.

    Raises:
        InvalidRecordError: as :func:`read_date`.
    """
    day = read_date(written, field)
    if day is None:
        raise unusable(field, "a moment is missing")
    try:
        return fhir.read_instant(str(written))
    except ValueError:
        return instant(day, time())


def read_time(written: Any, field: str) -> time:
    """A clock time, to the second.

    Raises:
        InvalidRecordError: it is none.
    """
    try:
        return time.fromisoformat(str(written)).replace(microsecond=0, tzinfo=None)
    except ValueError:
        raise unusable(field, "this is no time of day") from None


def write_time(moment: time) -> str:
    return moment.strftime("%H:%M:%S")


def clean(text: str) -> str:
    """A text as FHIR can hold it: no control characters, nothing but text at its ends."""
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", text).strip()


def find_template(value: Any, place: str = "") -> str | None:
    """Where a text still holds the template it was made from (``${DATE, T, d, -90}``), or None."""
    waiting: list[tuple[Any, str]] = [(value, place)]
    while waiting:
        one, where = waiting.pop()
        if isinstance(one, str) and "${" in one:
            return where
        if isinstance(one, dict):
            waiting += [(inner, f"{where}.{name}".lstrip(".")) for name, inner in one.items()]
        elif isinstance(one, list):
            waiting += [(inner, where) for inner in one]
    return None


def coding(concept: Mapping[str, Any], system: str) -> Sequence[str]:
    """The codes of a concept in one system."""
    return [fhir.text(one, "code") for one in fhir.elements(concept, "coding") if one.get("system") == system]
