"""Resting for a while: all that is agreed for a client, or only what one party does.

Of a client who is away (hospital, holiday) the agreements rest as a whole. When a performer is away the
client still needs what was agreed: each moment in the period is called off, so that whoever steps in hears
of it. Source: domain.md, situation 16 and ``backup``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from samenspraak.domain.agreements import (
    Agreement,
    ExceptionKind,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    State,
)
from samenspraak.domain.dutch_schedule import understood
from samenspraak.domain.lifecycle import pause
from samenspraak.domain.occurrences import moments
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.schedules import names_days
from samenspraak.errors import RuleError

_RESTS = frozenset({State.ACTIVE, State.PAUSED})
"""Of what is only proposed nothing is expected yet, and nothing is of what is over."""


@dataclass(frozen=True, kw_only=True)
class Away:
    """An agreement while one party is away.

    ``called_off``: the moments that fall away · ``uncovered``: the assignments for which somebody must be
    found: nobody steps in, or their schedule names no days that could be called off · ``stands_in``: those
    for which this party would have stepped in.
    """

    agreement: Agreement
    called_off: tuple[OccurrenceKey, ...]
    uncovered: tuple[str, ...]
    stands_in: tuple[str, ...]


def with_client_away(agreement: Agreement, start: date, until: date | None, *, reason: str = "") -> Agreement:
    """The agreement resting in this period too, both days included; as it is when nothing is expected of it.

    Raises:
        RuleError: ``pause-period`` when it would stop before it starts, ``pause-apart`` when it rests in
            another period that does not touch this one.
    """
    status = agreement.status
    if status.state not in _RESTS:
        return agreement
    if status.state is State.PAUSED:
        first, last = status.paused_from or date.min, status.paused_until or date.max
        if not _touch((first, last), (start, until or date.max)):
            raise RuleError("pause-apart", f"Agreement {agreement.id} rests in another period already.")
        start, last = min(first, start), max(last, until or date.max)
        until = None if last == date.max else last
    begin = None if start == date.min else start
    return pause(agreement, start=begin, until=until, reason=reason or status.reason)


def with_party_away(
    agreement: Agreement, party: PartyRef, start: date, until: date, *, reason: str = ""
) -> Away:
    """The agreement without what this party does between two days, both included.

    Raises:
        RuleError: ``pause-period`` when it would stop before it starts.
    """
    if until < start:
        raise RuleError("pause-period", "A pause cannot stop before it starts.")
    counts = agreement.status.state in _RESTS and agreement.what.modality is Modality.DOES
    own = [one for one in agreement.assignments if counts and one.duty.performer == party]
    off = tuple(
        one.key
        for one in (moments(agreement, start, until) if counts else ())
        if one.takes_place and one.performer == party and start <= one.day <= until
    )
    exception = OccurrenceException(kind=ExceptionKind.CANCELLED, reason=reason)
    return Away(
        agreement=replace(agreement, exceptions={**agreement.exceptions, **dict.fromkeys(off, exception)}),
        called_off=off,
        uncovered=tuple(
            one.id
            for one in own
            if not names_days(understood(one.duty.schedule))
            or (one.backup is None and any(key.assignment_id == one.id for key in off))
        ),
        stands_in=tuple(one.id for one in agreement.assignments if counts and one.backup == party),
    )


def with_party_back(agreement: Agreement, party: PartyRef, since: date, *, reason: str = "") -> Agreement:
    """The agreement without what was called off for this reason from a day on, for what this party does."""
    own = {one.id for one in agreement.assignments if one.duty.performer == party}
    off = OccurrenceException(kind=ExceptionKind.CANCELLED, reason=reason)
    left = {
        key: one
        for key, one in agreement.exceptions.items()
        if key.assignment_id not in own or key.day < since or one != off
    }
    return replace(agreement, exceptions=left)


def _touch(one: tuple[date, date], other: tuple[date, date]) -> bool:
    """Whether two periods overlap, or the one begins on the day after the other."""
    first, second = sorted((one, other))
    return first[1] == date.max or second[0] <= first[1] + timedelta(days=1)
