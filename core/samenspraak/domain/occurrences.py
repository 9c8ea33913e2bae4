"""The moments of an agreement between two days, with what is different this once already applied.

Nothing here is stored: a moment is known by its key and follows from the agreement. An exception whose
moment is no longer in the schedule has no effect; where the schedule does not say its days (only a text, so
many times a week), an exception makes the moment it is about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    ExceptionKind,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
)
from samenspraak.domain.dutch_schedule import understood
from samenspraak.domain.local_time import instant, local
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.schedules import DayPart, Schedule, Slot, days, names_days, slots


class MomentState(StrEnum):
    """Whether a moment is as agreed. ``over``: it lies on the very day the agreement ended."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    MOVED = "moved"
    TAKEN_OVER = "taken_over"
    PAUSED = "paused"
    OVER = "over"


TAKES_PLACE = frozenset({MomentState.PLANNED, MomentState.MOVED, MomentState.TAKEN_OVER})
NO_MOMENTS = frozenset({State.DRAFT, State.PROPOSED, State.MISTAKE})
"""Not agreed yet, or never should have been: nothing is expected of anybody."""

_KINDS = {
    ExceptionKind.CANCELLED: MomentState.CANCELLED,
    ExceptionKind.MOVED: MomentState.MOVED,
    ExceptionKind.TAKEN_OVER: MomentState.TAKEN_OVER,
}
_PART_ORDER = {
    DayPart.NIGHT: time(0),
    DayPart.MORNING: time(6),
    DayPart.AFTERNOON: time(12),
    DayPart.EVENING: time(18),
}


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One moment. ``day`` is where it is now (moved or not), ``at`` its instant in UTC, if it has a time."""

    key: OccurrenceKey
    performer: PartyRef
    day: date
    at: datetime | None = None
    part: DayPart | None = None
    state: MomentState = MomentState.PLANNED
    exception: OccurrenceException | None = None

    @property
    def takes_place(self) -> bool:
        return self.state in TAKES_PLACE

    @property
    def local_time(self) -> time | None:
        """What the clock on the wall says then; in the night of the clock change not what was typed."""
        return local(self.at).time() if self.at else None

    @property
    def order(self) -> tuple[date, datetime, OccurrenceKey]:
        """Sorts a day as people live it: by time, and by part of the day where there is none."""
        shown = _PART_ORDER[self.part] if self.part else time()
        return self.day, self.at or instant(self.day, shown), self.key


def moments(agreement: Agreement, first: date, last: date) -> tuple[Moment, ...]:
    """The moments that lie, or were meant to lie, between two local days (both included), in order.

    A moved moment is in it for both its days. A permission (``may``) has moments too; a ``never`` has none.
    """
    if agreement.what.modality is Modality.NEVER or agreement.status.state in NO_MOMENTS:
        return ()
    found = (
        _as_status_says(agreement.status, moment)
        for assignment in agreement.assignments
        for moment in _moments_of(agreement, assignment, first, last)
    )
    return tuple(sorted((one for one in found if one), key=lambda one: one.order))


def moment_of(agreement: Agreement, key: OccurrenceKey) -> Moment | None:
    """The moment with this key, or None if the agreement as it is now has no such moment."""
    assignment = agreement.assignment(key.assignment_id)
    slot = _slot(assignment.duty.schedule, key) if assignment else None
    if assignment is None or slot is None:
        return None
    return _as_status_says(agreement.status, _moment(agreement, assignment, key, slot))


def is_ruled_out(agreement: Agreement, key: OccurrenceKey) -> bool:
    """Whether it follows from the schedule of its assignment that there is no such moment."""
    assignment = agreement.assignment(key.assignment_id)
    return assignment is not None and _slot(assignment.duty.schedule, key) is None


def _moments_of(agreement: Agreement, assignment: Assignment, first: date, last: date) -> Iterator[Moment]:
    schedule = understood(assignment.duty.schedule)
    planned: dict[OccurrenceKey, Slot | None] = {
        OccurrenceKey(assignment_id=assignment.id, day=day, nth=nth): slot
        for day in days(schedule, first, last)
        for nth, slot in enumerate(slots(schedule), start=1)
    }
    special = {
        key: planned.get(key) or _slot(schedule, key)
        for key, exception in agreement.exceptions.items()
        if key.assignment_id == assignment.id
        and any(day and first <= day <= last for day in (key.day, exception.moved_to))
    }
    for key, slot in (planned | special).items():
        if slot is not None:
            yield _moment(agreement, assignment, key, slot)


def _slot(written: Schedule, key: OccurrenceKey) -> Slot | None:
    schedule = understood(written)
    if not names_days(schedule):
        return Slot()
    there = slots(schedule)
    planned = 1 <= key.nth <= len(there) and any(days(schedule, key.day, key.day))
    return there[key.nth - 1] if planned else None


def _moment(agreement: Agreement, assignment: Assignment, key: OccurrenceKey, slot: Slot) -> Moment:
    plain = Moment(
        key=key,
        performer=assignment.duty.performer,
        day=key.day,
        at=instant(key.day, slot.at) if slot.at else None,
        part=slot.part,
    )
    exception = agreement.exceptions.get(key)
    if exception is None:
        return plain
    changed = replace(plain, state=_KINDS[exception.kind], exception=exception)
    if exception.kind is ExceptionKind.TAKEN_OVER and exception.by:
        return replace(changed, performer=exception.by)
    return (
        _moved(changed, exception.moved_to, exception.moved_time or slot.at)
        if exception.moved_to
        else changed
    )


def _moved(moment: Moment, day: date, at: time | None) -> Moment:
    part = None if at else moment.part
    return replace(moment, day=day, at=instant(day, at) if at else None, part=part)


def _as_status_says(status: Status, moment: Moment) -> Moment | None:
    state = state_on(status, moment.day)
    if state is MomentState.OVER and moment.day != status.ended_on:
        return None
    return replace(moment, state=state) if state else moment


def state_on(status: Status, day: date) -> MomentState | None:
    """What the status says of a day: paused or over, or None when it goes on that day."""
    if status.is_over and (status.ended_on is None or day >= status.ended_on):
        return MomentState.OVER
    if status.state is State.PAUSED and status.is_paused_on(day):
        return MomentState.PAUSED
    return None
