"""Where each unit of an agreement stands in a record: from the sections ``[units.…]`` to a lens.

A table per unit says which attributes its value has and what can be said about the place of each. Nothing
is guessed: an attribute without a place can only be what it is by default, and an agreement that says more
is not shown there at all (half of it would be another agreement).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from samenspraak.connectors.json_codecs import (
    Json,
    member,
    put_member,
)
from samenspraak.connectors.json_lens import Kept, Lens, Place, Rows
from samenspraak.domain.agreements import (
    OVER,
    Code,
    Conditions,
    Decides,
    Duty,
    ExceptionKind,
    Instructed,
    LifeDomain,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    Review,
    ReviewOutcome,
    State,
    Status,
    What,
)
from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Weekday,
)
from samenspraak.domain.units import UnitKey, UnitKind, UnitValue
from samenspraak.errors import InvalidRecordError
from samenspraak_rest.shapes import (
    A_CLOCK,
    A_DAY,
    A_FLAG,
    A_NUMBER,
    A_TEXT,
    CLOCKS,
    WHO,
    Built,
    Normal,
    Shape,
    an_object,
    in_words,
    one_of_several,
)


@dataclass(frozen=True, kw_only=True)
class Places:
    """All of them. ``only_read``: units that are never written · ``normal``: how a unit's value is kept."""

    lens: Lens = field(default_factory=lambda: Lens({}))
    only_read: frozenset[UnitKind] = frozenset()
    normals: Mapping[UnitKind, Normal] = field(default_factory=dict)

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        found: UnitValue = self.normals[key.kind](value) if key.kind in self.normals else value
        return found


_CODE = an_object(Code, "system", "value", system=A_TEXT, value=A_TEXT, display=A_TEXT)
_TIMING = one_of_several(
    recurrence=an_object(
        Recurrence,
        "frequency",
        frequency=in_words(Frequency),
        interval=A_NUMBER,
        weekdays=in_words(Weekday, is_list=True),
        times=CLOCKS,
        minutes=A_NUMBER,
    ),
    part_of_day=an_object(
        PartOfDay, "parts", parts=in_words(DayPart, is_list=True), weekdays=in_words(Weekday, is_list=True)
    ),
    times_per_period=an_object(TimesPerPeriod, "times", "period", times=A_NUMBER, period=in_words(Period)),
    as_needed=an_object(AsNeeded),
)
_SCHEDULE = an_object(Schedule, text=A_TEXT, timing=_TIMING, start=A_DAY, until=A_DAY)

SHAPES: Mapping[UnitKind, Shape] = {
    UnitKind.WHAT: an_object(What, "text", text=A_TEXT, modality=in_words(Modality), code=_CODE),
    UnitKind.LIFE_DOMAIN: in_words(LifeDomain, may_share=tuple(LifeDomain)),
    UnitKind.PLACE: A_TEXT,
    UnitKind.ASSIGNMENT: an_object(Duty, "performer", performer=WHO, schedule=_SCHEDULE),
    UnitKind.INSTRUCTED: an_object(Instructed, "always", by=WHO, on=A_DAY),
    UnitKind.BACKUP: WHO,
    UnitKind.RESPONSIBLE: WHO,
    UnitKind.CONDITIONS: an_object(Conditions, text=A_TEXT, instruction=A_TEXT, instruction_required=A_FLAG),
    UnitKind.STATUS: an_object(
        Status,
        "state",
        state=in_words(State, may_share=OVER),
        reason=A_TEXT,
        ended_on=A_DAY,
        paused_from=A_DAY,
        paused_until=A_DAY,
    ),
    UnitKind.REVIEW: an_object(Review, due=A_DAY, outcome=in_words(ReviewOutcome), next=A_DAY),
    UnitKind.REVIEW_NOTES: A_TEXT,
    UnitKind.DECIDES: an_object(Decides, "who", who=WHO, told_how=A_TEXT),
    UnitKind.EXCEPTION: an_object(
        OccurrenceException,
        "kind",
        kind=in_words(ExceptionKind),
        moved_to=A_DAY,
        moved_time=A_CLOCK,
        by=WHO,
        reason=A_TEXT,
    ),
}
IN_ROWS: Mapping[UnitKind, tuple[str, ...]] = {
    UnitKind.ASSIGNMENT: ("rows", "id"),
    UnitKind.EXCEPTION: ("rows", "assignment", "day", "nth"),
}
"""Units in a list of the record, with the members that say which row is which."""


def rows_of(kind: UnitKind, said: Mapping[str, str]) -> Rows:
    """The list in which each assignment, or each exception, has a row."""
    if kind is UnitKind.ASSIGNMENT:
        return Rows(
            name=said["rows"],
            key=lambda row: _usable_id(member(row, said["id"])),
            new=lambda unit_id: _row({said["id"]: unit_id}),
        )
    day, nth = said["day"], said.get("nth")

    def key(row: Json) -> str:
        number = member(row, nth) if nth else None
        return str(OccurrenceKey.parse(f"{member(row, said['assignment'])}:{member(row, day)}:{number or 1}"))

    def new(unit_id: str) -> Json:
        once = OccurrenceKey.parse(unit_id)
        if nth is None and once.nth > 1:
            raise InvalidRecordError("the description has no member for the second of a day", field="nth")
        number = {nth: once.nth} if nth else {}
        return _row({said["assignment"]: once.assignment_id, day: once.day.isoformat(), **number})

    return Rows(name=said["rows"], key=key, new=new)


def placed(at: str, built: Built, rows: Rows | None) -> Kept:
    return Kept(present=Place(codec=built.codec, member=at or None, rows=rows))


def _usable_id(found: Any) -> str:
    if not isinstance(found, str) or not found or any(mark in found for mark in "[]:"):
        raise ValueError("not usable as the id of an assignment")
    return found


def _row(members: Mapping[str, Any]) -> Json:
    row: Json = {}
    for where, value in members.items():
        put_member(row, where, value)
    return row
