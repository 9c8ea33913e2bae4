"""RegiCare's answers as records: only the members we own, each in one form however the server wrote it.

A record is one task of one volunteer for one client::

    {"activiteit": {…}, "plaatsing": {…}, "bijeenkomsten": [{…}, …], "kenmerk": "<our marker>" or ""}

Texts are texts ('' when there is none), days ISO dates, times ``HH:MM``, ids texts, lookup values
``{"<id>": "<label>"}``. The same data in another order, with numbers as text or with unknown members gives
the same record, so that comparing records compares what they say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.errors import InvalidRecordError

Lookup = dict[str, str]
Names = Mapping[str, str]

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")
_NO_DATE = "0000-00-00"
# A year outside these is a template or a slip, not a plan.
_YEARS = range(1900, 2200)


def text(value: Any) -> str:
    if value is None or isinstance(value, Mapping | list | bool):
        if value in (None, [], {}):
            return ""
        raise ValueError("not a text")
    return "\n".join(str(value).splitlines()).strip()


def number(value: Any) -> str:
    """An id. Servers give the same id as a number or as text."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,18}", written := str(value)):
        raise ValueError("not a number")
    return str(int(written))


def optional_number(value: Any) -> str:
    return "" if value in (None, "", 0, "0") else number(value)


def day(value: Any) -> str:
    """An ISO date, or '' for none."""
    written = text(value)
    if written in ("", _NO_DATE):
        return ""
    found = date.fromisoformat(written[:10])
    if found.year not in _YEARS:
        raise ValueError("not a plausible year")
    return found.isoformat()


def clock(value: Any) -> str:
    """``HH:MM``, or '' for none."""
    written = text(value)
    if not written:
        return ""
    if not (match := _TIME.fullmatch(written)):
        raise ValueError("not a time")
    return f"{match[1]}:{match[2]}"


def lookup(value: Any) -> Lookup:
    """``{"<id>": "<label>"}`` in the order of ids; an empty PHP array is an empty object."""
    if value in (None, "", [], {}):
        return {}
    if not isinstance(value, Mapping):
        raise ValueError("not a lookup value")
    pairs = {number(key): " ".join(text(label).split()) for key, label in value.items()}
    return dict(sorted(pairs.items(), key=lambda pair: int(pair[0])))


Reader = Callable[[Any], Any]

# REGI-3P `src/ActivityShow.php`, but for `status`: that an activity is preliminary or definitive is in
# REGI-HELP 80000950562, the member that says so is inferred.
ACTIVITY: Mapping[str, Reader] = {
    "activiteitID": number,
    "omschrijving": text,
    "omschrijvingUitgebreid": text,
    "activiteittype": lookup,
    "startDatum": day,
    "eindDatum": day,
    "startTijd": clock,
    "eindTijd": clock,
    "dag": lookup,
    "interval": lookup,
    "locatie": lookup,
    "status": lookup,
}
# Inferred, `activiteitID` too; that placements end with a reason is in REGI-HELP 80000950771.
PLACEMENT: Mapping[str, Reader] = {
    "vrijwilliger": lookup,
    "hulpvrager": lookup,
    "eindDatum": day,
    "status": lookup,
    "redenEinde": lookup,
}
# `bijeenkomstID` REGI-3P `src/Activiteiten.php`; the others inferred, `activiteitID` too.
MEETING: Mapping[str, Reader] = {
    "bijeenkomstID": number,
    "datum": day,
    "startTijd": clock,
    "eindTijd": clock,
    "status": lookup,
    "toelichting": text,
}
# `inschrijvingID` REGI-3P; the states REGI-HELP 80000950530; the others inferred.
REGISTRATION: Mapping[str, Reader] = {
    "inschrijvingID": number,
    "opmerking": text,
    "status": lookup,
    "reden": text,
}


def members(answer: Any, table: Mapping[str, Reader], names: Names, *, where: str) -> dict[str, Any]:
    """The members of the table, each in its one form.

    Raises:
        InvalidRecordError: one of them cannot be read; ``field`` is ``where.member``.
    """
    if not isinstance(answer, Mapping):
        raise InvalidRecordError(f"{where} is not an object", field=where)
    found: dict[str, Any] = {}
    for name, read in table.items():
        try:
            found[name] = read(answer.get(names.get(name, name)))
        except ValueError:
            field = f"{where}.{name}"
            raise InvalidRecordError(f"{field} cannot be read", field=field) from None
    return found


def record(activity: Any, placements: Iterable[Any], meetings: Iterable[Any], *, names: Names) -> Raw:
    """One record out of what the lists say about one activity.

    Raises:
        InvalidRecordError: it has no volunteer, more than one placement, or a member that cannot be read.
    """
    placed = [members(one, PLACEMENT, names, where="plaatsing") for one in placements]
    if len(placed) != 1:
        raise InvalidRecordError(f"the task has {len(placed)} placements", field="plaatsing")
    dated = [members(one, MEETING, names, where="bijeenkomst") for one in meetings]
    return {
        "activiteit": members(activity, ACTIVITY, names, where="activiteit"),
        "plaatsing": placed[0],
        "bijeenkomsten": sorted(
            dated, key=lambda one: (one["datum"], one["startTijd"], int(one["bijeenkomstID"]))
        ),
        "kenmerk": "",
    }


def own(raw: Raw) -> Raw:
    """The record with the members we own and no others.

    Raises:
        InvalidRecordError: :func:`record` and :func:`blank` make no such record; ``field`` says where.
    """
    marker = raw.get("kenmerk")
    if not isinstance(marker, str):
        raise _misshapen("kenmerk")
    meetings = raw.get("bijeenkomsten")
    if not isinstance(meetings, list):
        raise _misshapen("bijeenkomsten")
    return {
        "activiteit": _kept(raw.get("activiteit"), ACTIVITY, "activiteit"),
        "plaatsing": _kept(raw.get("plaatsing"), PLACEMENT, "plaatsing"),
        "bijeenkomsten": [_kept(one, MEETING, "bijeenkomst") for one in meetings],
        "kenmerk": marker,
    }


def _kept(part: Any, table: Mapping[str, Reader], where: str) -> dict[str, Any]:
    if not isinstance(part, Mapping):
        raise _misshapen(where)
    for name, read in table.items():
        value = part.get(name)
        if not (_is_lookup(value) if read is lookup else _is_written(value, read)):
            raise _misshapen(f"{where}.{name}")
    return {name: part[name] for name in table}


def _is_lookup(value: Any) -> bool:
    # A label of ours has no id, and an id in a test may be no number.
    return isinstance(value, dict) and all(isinstance(one, str) for pair in value.items() for one in pair)


def _is_written(value: Any, read: Reader) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return read not in (day, clock) or read(value) == value
    except ValueError:
        return False


def _misshapen(field: str) -> InvalidRecordError:
    return InvalidRecordError(f"{field} is not as we keep it", field=field)


def blank(*, volunteer: Lookup | None = None, client: Lookup | None = None, marker: str = "") -> Raw:
    """A record that says nothing yet."""
    return {
        "activiteit": _nothing(ACTIVITY),
        "plaatsing": {**_nothing(PLACEMENT), "vrijwilliger": volunteer or {}, "hulpvrager": client or {}},
        "bijeenkomsten": [],
        "kenmerk": marker,
    }


def blank_meeting() -> dict[str, Any]:
    """A meeting that RegiCare has not planned (yet)."""
    return _nothing(MEETING)


def _nothing(table: Mapping[str, Reader]) -> dict[str, Any]:
    return {name: {} if read is lookup else "" for name, read in table.items()}
