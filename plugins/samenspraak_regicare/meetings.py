"""What is different once: a meeting that is cancelled, moved, or done by somebody else.

A cancelled meeting has a status with one of the labels of the settings. RegiCare shows neither the old day
of a moved meeting nor who stands in, as far as we know; those stand in the meeting's remark, in words::

    Ziek.
    Verplaatst van: 2026-11-26, tijd 15:00
    Overgenomen door: een naaste [urn:samenspraak:party|relative:p7]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.connectors.lines import labelled_party, party_label
from samenspraak.connectors.sections import FREE, Sections, tidy
from samenspraak.domain.agreements import ExceptionKind, OccurrenceException, OccurrenceKey
from samenspraak.domain.units import UnitValue

from .held import Held, View, label_of, meaning, unknown
from .records import blank_meeting

MOVED_FROM, TAKEN_OVER_BY, BY, NTH = "Verplaatst van", "Overgenomen door", "Door", "Keer"
REMARK = Sections((MOVED_FROM, TAKEN_OVER_BY, BY, NTH))
_MOVED = re.compile(r"(\d{4}-\d\d-\d\d)(?:, tijd ([\d:.]+))?")

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The occurrence a meeting is: its own day (before it was moved) and the n-th of that day."""

    meeting: Json
    day: date
    nth: int


def read_exceptions(raw: Raw, view: View) -> Iterator[tuple[str, UnitValue]]:
    for moment in _moments(raw):
        exception = _exception(moment.meeting, view)
        if exception is not None:
            yield str(OccurrenceKey(assignment_id=view.part, day=moment.day, nth=moment.nth)), exception


def write_exception(raw: Raw, unit_id: str, value: OccurrenceException | None, view: View) -> None:
    key = OccurrenceKey.parse(unit_id)
    meeting = next((one.meeting for one in _moments(raw) if (one.day, one.nth) == (key.day, key.nth)), None)
    if value is None:
        if meeting is not None:
            _plain(raw, meeting, key, view)
        return
    if meeting is None:
        meeting = blank_meeting()
        raw["bijeenkomsten"].append(meeting)
    _write(meeting, key, value, view)


def normal_exception(value: OccurrenceException) -> OccurrenceException:
    # A time to move to says nothing where nothing is moved.
    moved_time = value.moved_time if value.kind is ExceptionKind.MOVED else None
    return replace(value, reason=tidy(value.reason), moved_time=moved_time)


EXCEPTIONS = Held(read=read_exceptions, write=write_exception, normal=normal_exception)


def _moments(raw: Raw) -> list[Moment]:
    """Every meeting with the occurrence it is; what no remark tells follows from the order of the day."""
    meetings = [one for one in raw["bijeenkomsten"] if one["datum"]]
    told = {id(one): _told_moment(one) for one in meetings}
    taken = {moment for moment in told.values() if moment}
    found = []
    for meeting in sorted(meetings, key=lambda one: str(one["startTijd"])):
        moment = told[id(meeting)]
        if moment is None:
            day, nth = date.fromisoformat(meeting["datum"]), 1
            while (day, nth) in taken:
                nth += 1
            moment = day, nth
            taken.add(moment)
        found.append(Moment(meeting=meeting, day=moment[0], nth=moment[1]))
    return found


def _told_moment(meeting: Json) -> tuple[date, int] | None:
    moved, nth = _moved(meeting), REMARK.get(meeting["toelichting"], NTH)
    if moved is None and not nth.isdecimal():
        return None
    day = moved[0] if moved else date.fromisoformat(meeting["datum"])
    return day, max(1, int(nth)) if nth.isdecimal() else 1


def _moved(meeting: Json) -> tuple[date, time | None] | None:
    match = _MOVED.fullmatch(REMARK.get(meeting["toelichting"], MOVED_FROM))
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1]), time.fromisoformat(match[2]) if match[2] else None
    except ValueError:
        return None


def _exception(meeting: Json, view: View) -> OccurrenceException | None:
    label, remark = label_of(meeting["status"]), meeting["toelichting"]
    reason = REMARK.get(remark, FREE)
    by = labelled_party(REMARK.get(remark, TAKEN_OVER_BY)) or labelled_party(REMARK.get(remark, BY))
    if label in view.words.cancelled:
        return OccurrenceException(kind=ExceptionKind.CANCELLED, by=by, reason=reason)
    if label and label not in view.words.planned:
        raise unknown("bijeenkomst.status")
    if (moved := _moved(meeting)) is not None:
        return OccurrenceException(
            kind=ExceptionKind.MOVED,
            moved_to=date.fromisoformat(meeting["datum"]),
            moved_time=moved[1],
            by=by,
            reason=reason,
        )
    if by is not None and REMARK.get(remark, TAKEN_OVER_BY):
        return OccurrenceException(kind=ExceptionKind.TAKEN_OVER, by=by, reason=reason)
    return None


def _write(meeting: Json, key: OccurrenceKey, value: OccurrenceException, view: View) -> None:
    cancelled = value.kind is ExceptionKind.CANCELLED
    meeting["status"] = meaning(meeting["status"], view.words.cancelled if cancelled else view.words.planned)
    meeting["datum"] = (value.moved_to or key.day).isoformat()
    if value.moved_time:
        meeting["startTijd"] = value.moved_time.isoformat("minutes")
    by = party_label(value.by, view.directory) if value.by else ""
    taken_over = value.kind is ExceptionKind.TAKEN_OVER
    remark = meeting["toelichting"]
    for label, text in (
        (FREE, value.reason),
        (MOVED_FROM, _moved_from(key, value)),
        (TAKEN_OVER_BY, by if taken_over else ""),
        (BY, "" if taken_over else by),
        (NTH, str(key.nth) if key.nth > 1 else ""),
    ):
        remark = REMARK.set(remark, label, text)
    meeting["toelichting"] = remark


def _moved_from(key: OccurrenceKey, value: OccurrenceException) -> str:
    if value.kind is not ExceptionKind.MOVED:
        return ""
    return key.day.isoformat() + (f", tijd {value.moved_time.isoformat()}" if value.moved_time else "")


def _plain(raw: Raw, meeting: Json, key: OccurrenceKey, view: View) -> None:
    """A meeting as planned; one that only stood for the exception goes."""
    if not meeting["bijeenkomstID"]:
        raw["bijeenkomsten"].remove(meeting)
        return
    if _moved(meeting) is not None:
        meeting["datum"], meeting["startTijd"] = key.day.isoformat(), raw["activiteit"]["startTijd"]
    meeting["status"], meeting["toelichting"] = meaning(meeting["status"], view.words.planned), ""
