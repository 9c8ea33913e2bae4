"""One day of an agreement: its moments, and what holds that day without a moment of its own.

A day is what people live by, so nothing of it is left out: a moment that was called off or moved away stays
in sight, and "zo nodig" or "2 keer per week" is told beside the moments, not put on a day nobody chose.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from samenspraak.domain.agreements import Agreement, Assignment, Modality, OccurrenceKey
from samenspraak.domain.dutch_schedule import understood
from samenspraak.domain.occurrences import NO_MOMENTS, Moment, MomentState, moment_of, moments, state_on
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.schedules import AsNeeded, Schedule, TimesPerPeriod, names_days


class Undated(StrEnum):
    """Why something has no moments of its own on a day that it is about."""

    AS_NEEDED = "as_needed"
    TIMES_PER_PERIOD = "times_per_period"
    IN_WORDS = "in_words"
    NEVER = "never"


class Involvement(StrEnum):
    """What somebody has to do with a moment. ``steps_in``: it was called off, and they are the backup."""

    PERFORMS = "performs"
    GROUP_PERFORMS = "group_performs"
    STEPS_IN = "steps_in"
    CLIENT = "client"
    REPRESENTS = "represents"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A moment with what its assignment says: who was to do it (``meant``), and who steps in."""

    moment: Moment
    meant: PartyRef
    backup: PartyRef | None = None

    @property
    def performers(self) -> frozenset[PartyRef]:
        """Who does it now, and whose it was until somebody took it over."""
        return frozenset({self.moment.performer, self.meant})

    @property
    def steps_in(self) -> PartyRef | None:
        """Who does it in place of somebody who called it off, as far as was agreed."""
        return self.backup if self.moment.state is MomentState.CANCELLED else None


@dataclass(frozen=True, kw_only=True)
class AllDay:
    """What an assignment asks of a day without saying when. ``state``: planned, or paused."""

    assignment: Assignment
    why: Undated
    state: MomentState = MomentState.PLANNED


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Somebody in all they are that day: themselves, the groups they act for, and for whom they decide."""

    parties: frozenset[PartyRef]
    groups: frozenset[PartyRef] = frozenset()
    represents: frozenset[PartyRef] = frozenset()


def turns(
    agreement: Agreement, first: date, last: date, reported: Iterable[OccurrenceKey] = ()
) -> tuple[Turn, ...]:
    """The moments of these days (both included) in their order.

    ``reported``: moments that somebody reported about. Where the schedule does not say its days, a report
    makes the moment it is about, as an exception does.
    """
    if agreement.what.modality is Modality.NEVER or agreement.status.state in NO_MOMENTS:
        return ()
    planned = {one.key: one for one in moments(agreement, first, last)}
    more = {key for key in reported if first <= key.day <= last} - planned.keys()
    told_of = (moment_of(agreement, key) for key in more)
    found = [*planned.values(), *(one for one in told_of if one is not None)]
    return tuple(_turn(agreement, one) for one in sorted(found, key=lambda one: one.order))


def all_day(agreement: Agreement, day: date) -> tuple[AllDay, ...]:
    """What holds on this day without a moment of its own; a negative agreement holds on each of its days."""
    state = state_on(agreement.status, day)
    if agreement.status.state in NO_MOMENTS or state is MomentState.OVER:
        return ()
    return tuple(
        AllDay(assignment=one, why=why, state=state or MomentState.PLANNED)
        for one in agreement.assignments
        if (why := _undated(agreement, one.duty.schedule)) and _is_within(one.duty.schedule, day)
    )


def involvement(
    whose: Whose, client: PartyRef, performers: Collection[PartyRef], steps_in: PartyRef | None = None
) -> frozenset[Involvement]:
    """What somebody has to do with it; nothing, when it is no concern of theirs."""
    return frozenset(_involvement(whose, client, frozenset(performers), steps_in))


def _involvement(
    whose: Whose, client: PartyRef, performers: frozenset[PartyRef], steps_in: PartyRef | None
) -> Iterator[Involvement]:
    if performers & whose.parties:
        yield Involvement.PERFORMS
    if performers & whose.groups:
        yield Involvement.GROUP_PERFORMS
    if steps_in in whose.parties | whose.groups:
        yield Involvement.STEPS_IN
    if client in whose.parties:
        yield Involvement.CLIENT
    if client in whose.represents:
        yield Involvement.REPRESENTS


def _turn(agreement: Agreement, moment: Moment) -> Turn:
    assignment = agreement.assignment(moment.key.assignment_id)
    if assignment is None:  # a moment is always one of an assignment
        raise KeyError(moment.key.assignment_id)
    return Turn(moment=moment, meant=assignment.duty.performer, backup=assignment.backup)


def _undated(agreement: Agreement, written: Schedule) -> Undated | None:
    if agreement.what.modality is Modality.NEVER:
        return Undated.NEVER
    schedule = understood(written)
    if names_days(schedule):
        return None
    match schedule.timing:
        case AsNeeded():
            return Undated.AS_NEEDED
        case TimesPerPeriod():
            return Undated.TIMES_PER_PERIOD
    return Undated.IN_WORDS


def _is_within(schedule: Schedule, day: date) -> bool:
    return (schedule.start or day) <= day <= (schedule.until or day)
