"""What is different this once: a progress note that people read, with our extension that says it exactly.

``activity.progress`` is where base R4 keeps notes on how an activity goes (an Annotation each), and no Dutch
profile narrows it: https://hl7.org/fhir/R4/careplan-definitions.html#CarePlan.activity.progress.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import ExceptionKind, OccurrenceException, OccurrenceKey
from samenspraak.domain.units import UnitKey, UnitKind, UnitValue
from samenspraak.errors import RuleError
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import (
    Element,
    extension,
    part,
    part_text,
    parts,
    put,
    put_extension,
    read_date,
    read_time,
    unusable,
    write_time,
)
from samenspraak_fhir.parties import Parties

FIELD = "activity.progress"
DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")


def notes(plan: Mapping[str, Any]) -> list[Element]:
    """The progress notes of the plan's one activity, everybody's."""
    activities = fhir.elements(plan, "activity")
    return fhir.elements(activities[0], "progress") if activities else []


def put_notes(plan: Raw, wanted: list[Element]) -> None:
    """Replace the list of progress notes; an activity is made when there is none."""
    if wanted or notes(plan):
        if not plan.get("activity"):
            plan["activity"] = [{}]
        put(plan["activity"][0], "progress", wanted)
        put(plan, "activity", [one for one in plan["activity"] if one])


def moment(found: Mapping[str, Any]) -> tuple[date, int]:
    """The day and the n-th of that day that a coded note is about.

    Raises:
        InvalidRecordError: it does not say so.
    """
    day = read_date(part(found, "day", "valueDate"), f"{FIELD}.day")
    nth = part(found, "nth", "valuePositiveInt")
    nth = 1 if nth is None else nth
    if day is None or type(nth) is not int or nth < 1:
        raise unusable(f"{FIELD}.day", "it does not say which moment it is about")
    return day, nth


def told_day(day: date, nth: int) -> str:
    """A moment for people: ``donderdag 26-11-2026 (2e keer)``."""
    return f"{DAYS[day.weekday()]} {day:%d-%m-%Y}" + (f" ({nth}e keer)" if nth > 1 else "")


def read(plan: Raw, parties: Parties, assignment_id: str) -> dict[UnitKey, UnitValue]:
    """The exceptions by their unit; of two about one moment the last one counts."""
    return {
        UnitKey(UnitKind.EXCEPTION, str(key)): _read(found, parties)
        for key, found in _found(plan, assignment_id)
    }


def misnaming(plan: Raw, parties: Parties, assignment_id: str) -> frozenset[UnitKey]:
    """The exceptions that show who somebody is whose name may not be shown (any more)."""
    by = {key: part(found, "by", "valueReference") for key, found in _found(plan, assignment_id)}
    return frozenset(
        UnitKey(UnitKind.EXCEPTION, str(key)) for key, one in by.items() if one and parties.misnames(one)
    )


def write(plan: Raw, unit_id: str, value: Any, parties: Parties) -> None:
    """Say this exception, or none, about its moment; whatever else was said about it goes."""
    key = OccurrenceKey.parse(unit_id)
    there = notes(plan)
    about = [number for number, note in enumerate(there) if _is_about(note, key)]
    kept = [note for number, note in enumerate(there) if number not in about]
    if value is not None:
        wanted: Element = {**there[about[-1]]} if about else {}
        put_extension(wanted, names.EXCEPTION, _content(key, value, parties))
        wanted["text"] = _told(key, value, parties)
        kept.insert(about[0] if about else len(kept), wanted)
    put_notes(plan, kept)


def _found(plan: Raw, assignment_id: str) -> Iterator[tuple[OccurrenceKey, Element]]:
    for note in notes(plan):
        if (found := extension(note, names.EXCEPTION)) is not None:
            day, nth = moment(found)
            yield OccurrenceKey(assignment_id=assignment_id, day=day, nth=nth), found


def _is_about(note: Element, key: OccurrenceKey) -> bool:
    found = extension(note, names.EXCEPTION)
    return found is not None and moment(found) == (key.day, key.nth)


def _read(found: Element, parties: Parties) -> OccurrenceException:
    kind = part_text(found, "kind", "valueCode")
    clock = part(found, "moved-time", "valueTime")
    by = part(found, "by", "valueReference")
    if kind not in set(ExceptionKind):
        raise unusable(f"{FIELD}.kind", "this is no kind of exception")
    try:
        return OccurrenceException(
            kind=ExceptionKind(kind),
            moved_to=read_date(part(found, "moved-to", "valueDate"), f"{FIELD}.moved-to"),
            moved_time=read_time(clock, f"{FIELD}.moved-time") if clock else None,
            by=parties.read(by, f"{FIELD}.by") if by else None,
            reason=part_text(found, "reason", "valueString"),
        )
    except RuleError as error:
        raise unusable(f"{FIELD}.{error.rule}", "this exception is not complete") from None


def _content(key: OccurrenceKey, value: OccurrenceException, parties: Parties) -> Mapping[str, Any]:
    return parts(
        day=("valueDate", key.day.isoformat()),
        nth=("valuePositiveInt", key.nth),
        kind=("valueCode", value.kind.value),
        moved_to=("valueDate", value.moved_to.isoformat()) if value.moved_to else None,
        moved_time=("valueTime", write_time(value.moved_time)) if value.moved_time else None,
        by=("valueReference", parties.write(value.by)) if value.by else None,
        reason=("valueString", value.reason),
    )


def _told(key: OccurrenceKey, value: OccurrenceException, parties: Parties) -> str:
    day = told_day(key.day, key.nth)
    match value.kind:
        case ExceptionKind.CANCELLED:
            said = f"{day}: gaat niet door"
        case ExceptionKind.MOVED:
            clock = f" om {value.moved_time:%H:%M} uur" if value.moved_time else ""
            said = f"{day}: wordt {told_day(value.moved_to, 1) if value.moved_to else ''}{clock}"
        case ExceptionKind.TAKEN_OVER:
            said = f"{day}: wordt gedaan door {parties.name(value.by) if value.by else ''}"
    return f"{said} ({value.reason})." if value.reason else f"{said}."
