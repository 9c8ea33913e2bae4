"""What a schedule is in a calendar: series that come back, without the moments that do not take place.

One series per assignment and place in its day (an agreement for nine and for five o'clock is two). What is
different this once is asked of the domain, moment by moment, and never worked out here.

Source: RFC 5545 §3.8.5.1 (EXDATE), §3.8.5.3 (RRULE), §3.8.4.4 (RECURRENCE-ID), read 2026-11-22.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cached_property

from samenspraak.domain.agreements import Agreement, Assignment, Modality, OccurrenceKey, State
from samenspraak.domain.dutch_schedule import understood
from samenspraak.domain.local_time import instant
from samenspraak.domain.occurrences import NO_MOMENTS, Moment, moment_of
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.schedules import (
    Frequency,
    Recurrence,
    Schedule,
    Slot,
    days,
    names_days,
    recurrence,
    slots,
)
from samenspraak.protocols.icalendar import utc

_HORIZON = timedelta(days=3660)
"""How far ahead the first moment is looked for: the 29th of February comes back within eight years."""
_LAST_OF_DAY = time(23, 59, 59)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES: Mapping[Frequency, str] = {one: one.value.upper() for one in Frequency}


@dataclass(frozen=True, kw_only=True)
class Once:
    """One moment that is not where its series has it: ``key`` says which one it is."""

    key: OccurrenceKey
    day: date
    at: time | None


@dataclass(frozen=True, kw_only=True)
class Series:
    """Moments that come back.

    ``rule``: how; none for a single one · ``without``: days on which it does not take place ·
    ``moved``: moments of it that are elsewhere · ``cancelled``: none of it takes place any more.
    """

    assignment: Assignment
    nth: int
    slot: Slot
    first: date
    rule: str = ""
    without: tuple[date, ...] = ()
    moved: tuple[Once, ...] = ()
    cancelled: bool = False

    @property
    def minutes(self) -> int | None:
        """How long it takes, where that was agreed."""
        timing = self.assignment.duty.schedule.timing
        return timing.minutes if isinstance(timing, Recurrence) else None


@dataclass(frozen=True)
class Plan:
    """One agreement for one reader, from a day on: nothing that does not take place for that reader."""

    agreement: Agreement
    reader: PartyRef | None
    since: date

    def series(self) -> Iterator[Series]:
        """Every series of the agreement, also when nothing of it is left: then it is cancelled."""
        if not self._has_moments:
            return
        for assignment in self.agreement.assignments:
            schedule = understood(assignment.duty.schedule)
            if names_days(schedule):
                for nth, slot in enumerate(slots(schedule), start=1):
                    yield from self._of_slot(assignment, schedule, nth, slot)

    def single(self) -> Iterator[tuple[Assignment, Once]]:
        """Moments that no series has: of schedules without days, or moved from where the series is not."""
        if not self._has_moments or self.agreement.status.state is State.MISTAKE:
            return
        within = {
            (one.assignment.id, one.nth, day)
            for one in self.series()
            for day in (*one.without, *(moved.key.day for moved in one.moved))
        }
        for key in sorted(self.agreement.exceptions):
            moment, assignment = self._shown(key), self.agreement.assignment(key.assignment_id)
            named = assignment is not None and names_days(understood(assignment.duty.schedule))
            where = (key.assignment_id, key.nth, key.day)
            if moment is None or assignment is None or where in within or (named and moment.day == key.day):
                continue
            if moment.day >= self.since:
                yield assignment, _once(moment, self._wall_time(moment))

    @property
    def _has_moments(self) -> bool:
        state = self.agreement.status.state
        allowed = state is State.MISTAKE or state not in NO_MOMENTS
        return allowed and self.agreement.what.modality is not Modality.NEVER

    def _of_slot(self, assignment: Assignment, schedule: Schedule, nth: int, slot: Slot) -> Iterator[Series]:
        begin, end = self._reach
        bounded = (
            replace(schedule, until=_earliest(schedule.until, end)) if self._fits(schedule, end) else None
        )
        first = _first(bounded, begin) if bounded else None
        if bounded is None or first is None:
            was = _first(schedule, self.since)
            if was and self.agreement.status.is_over:
                rule = _rule(schedule, was, slot)
                yield Series(assignment=assignment, nth=nth, slot=slot, first=was, rule=rule, cancelled=True)
            return
        without, moved = self._exceptions(assignment, bounded, nth, first)
        yield Series(
            assignment=assignment,
            nth=nth,
            slot=slot,
            first=first,
            rule=_rule(bounded, first, slot),
            without=without,
            moved=moved,
        )

    @staticmethod
    def _fits(schedule: Schedule, end: date | None) -> bool:
        return end is None or schedule.start is None or schedule.start <= end

    @cached_property
    def _reach(self) -> tuple[date, date | None]:
        """From which day to which it can take place at all; a pause in between is left out day by day."""
        status, begin, end = self.agreement.status, self.since, None
        if status.is_over:
            end = status.ended_on - timedelta(days=1) if status.ended_on else date.min
            end = date.min if status.state is State.MISTAKE else end
        if status.state is State.PAUSED and status.paused_until is None:
            end = status.paused_from - timedelta(days=1) if status.paused_from else date.min
        elif status.state is State.PAUSED and status.paused_from is None and status.paused_until:
            begin = max(begin, status.paused_until + timedelta(days=1))
        return begin, end

    def _exceptions(
        self, assignment: Assignment, schedule: Schedule, nth: int, first: date
    ) -> tuple[tuple[date, ...], tuple[Once, ...]]:
        without, moved = [], []
        for day in sorted(self._odd_days(assignment, schedule, nth, first)):
            moment = self._shown(OccurrenceKey(assignment_id=assignment.id, day=day, nth=nth))
            if moment is None:
                without.append(day)
            elif (at := self._wall_time(moment), moment.day) != (_slot_time(schedule, nth), day):
                moved.append(_once(moment, at))
        return tuple(without), tuple(moved)

    def _odd_days(self, assignment: Assignment, schedule: Schedule, nth: int, first: date) -> set[date]:
        """The days of a series that have something different, or lie in a pause."""
        status = self.agreement.status
        excepted = {
            key.day
            for key in self.agreement.exceptions
            if (key.assignment_id, key.nth) == (assignment.id, nth)
        }
        found = {day for day in excepted if day >= first and any(days(schedule, day, day))}
        if status.paused_from and status.paused_until:
            found.update(days(schedule, max(status.paused_from, first), status.paused_until))
        return found

    def _shown(self, key: OccurrenceKey) -> Moment | None:
        """The moment if it takes place and is (still) this reader's to know: not what somebody took over."""
        moment, assignment = moment_of(self.agreement, key), self.agreement.assignment(key.assignment_id)
        if moment is None or assignment is None or not moment.takes_place:
            return None
        was_theirs = assignment.duty.performer == self.reader
        return None if was_theirs and moment.performer != self.reader else moment

    def _wall_time(self, moment: Moment) -> time | None:
        """What was agreed, not what the clock says: in the night of the clock change these differ."""
        assignment = self.agreement.assignment(moment.key.assignment_id)
        schedule = understood(assignment.duty.schedule) if assignment else Schedule()
        planned = _slot_time(schedule, moment.key.nth)
        moved = moment.exception.moved_time if moment.exception else None
        return (moved or planned) if moment.at else None


def _once(moment: Moment, at: time | None) -> Once:
    return Once(key=moment.key, day=moment.day, at=at)


def _slot_time(schedule: Schedule, nth: int) -> time | None:
    there = slots(schedule)
    return there[nth - 1].at if nth <= len(there) else None


def _first(schedule: Schedule, begin: date) -> date | None:
    begin = max(begin, schedule.start or begin)
    return next(days(schedule, begin, begin + _HORIZON), None)


def _earliest(*found: date | None) -> date | None:
    return min((one for one in found if one), default=None)


def _rule(schedule: Schedule, first: date, slot: Slot) -> str:
    """The recurrence rule; '' where the first moment is the only one."""
    if schedule.until and next(days(schedule, first + timedelta(days=1), schedule.until), None) is None:
        return ""
    how = recurrence(schedule)
    parts = [f"FREQ={_FREQUENCIES[how.frequency]}"]
    if how.interval > 1:
        parts.append(f"INTERVAL={how.interval}")
    if how.weekdays:
        parts.append(f"BYDAY={','.join(_WEEKDAYS[one] for one in how.weekdays)}")
    if schedule.until:
        last = utc(instant(schedule.until, _LAST_OF_DAY)) if slot.at else f"{schedule.until:%Y%m%d}"
        parts.append(f"UNTIL={last}")
    return ";".join(parts)
