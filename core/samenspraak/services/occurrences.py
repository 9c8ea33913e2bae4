"""The moments of agreements as one principal may see them: who does each, and what became of it.

The sheet of a day and the moments of one agreement are told by the same hand. What they may not see is not
there, and nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from samenspraak.domain import days
from samenspraak.domain.agreements import Agreement, OccurrenceKey
from samenspraak.domain.days import Turn
from samenspraak.domain.local_time import instant
from samenspraak.domain.occurrences import MomentState
from samenspraak.domain.outcomes import Result
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.schedules import DayPart
from samenspraak.domain.statements import Statement
from samenspraak.errors import RuleError
from samenspraak.policy.access import Principal
from samenspraak.services.eyes import Eyes, Told
from samenspraak.services.heard import Hearing, Silence
from samenspraak.services.paging import Window
from samenspraak.store.records import AgreementRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.reports import outcome_of

MOST_DAYS = 366
"""So many days are told at once at most."""
_EARLIEST = timedelta(days=60)
"""So long before its day no copy shows a moment, and nobody reports about it: what was heard before is of
other days, and is not opened for this one."""


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One moment.

    ``at``: what the clock says then; without it, ``part`` of the day or some time that day · ``day``: where
    it is now, another day when it was moved away · ``performer``: who does it now, ``meant``: whose it was
    before somebody took it over, each None where they may not be named · ``result``: ``unknown`` while
    ``unheard`` systems may know of a report · ``known_until``: until when silence there meant something,
    None: not known.
    """

    agreement_id: str
    key: OccurrenceKey
    day: date
    at: time | None
    part: DayPart | None
    performer: PartyRef | None
    meant: PartyRef | None
    backup: PartyRef | None
    state: MomentState
    reason: str
    result: Result
    reports: tuple[Told, ...]
    unheard: tuple[Silence, ...]
    known_until: datetime | None

    @property
    def mentioned(self) -> Iterator[PartyRef]:
        """Everybody in it."""
        found = (self.performer, self.meant, self.backup, *(report.by for report in self.reports))
        yield from (ref for ref in found if ref)


@dataclass(frozen=True, kw_only=True)
class Occurrences:
    """Some of the moments of an agreement, by the day they were agreed for.

    ``next``: the cursor for what follows, None at the end · ``names``: how everybody in it is called.
    """

    id: str
    client: PartyRef
    version: int
    items: tuple[Occurrence, ...]
    next: str | None
    names: Mapping[PartyRef, str]


def of_agreement(
    hub: Hub,
    organisation: str,
    who: Principal,
    agreement_id: str,
    first: date,
    last: date,
    window: Window,
) -> Occurrences:
    """Some of its moments that lie, or were meant to lie, between two days (both included).

    Raises:
        RuleError: the last day is before the first one, or too far from it.
        NotFoundError: there is no such agreement, or they may not see it; nothing says which.
    """
    if not 0 <= (last - first).days < MOST_DAYS:
        raise RuleError("days", f"Ask for 1 to {MOST_DAYS} days, the first one first.")
    with hub.store.read(organisation) as uow:
        eyes = Eyes(uow, hub, who)
        record, telling = eyes.record(agreement_id), Telling(uow, hub, who, eyes, first, last)
        said = telling.reports(record)
        seen = eyes.agreement(record)
        turns = {_place(one): one for one in telling.turns(record, seen, said)} if seen else {}
        taken, following = window.of(turns)
        items = tuple(telling.occurrence(record, turns[one], said) for one in taken)
        return Occurrences(
            id=record.agreement.id,
            client=record.agreement.client,
            version=record.version,
            items=items,
            next=following,
            names=eyes.names(record, {ref for one in items for ref in one.mentioned}),
        )


class Telling:
    """Tells one principal of the moments between two days."""

    def __init__(
        self, uow: UnitOfWork, hub: Hub, who: Principal, eyes: Eyes, first: date, last: date
    ) -> None:
        self._uow = uow
        self._hub = hub
        self._who = who
        self._eyes = eyes
        self._first, self._last = first, last
        self._since = instant(max(first, date.min + 2 * _EARLIEST), time()) - _EARLIEST
        self.hearing = Hearing(uow, hub)

    def reports(self, record: AgreementRecord) -> list[Statement]:
        """What was said of an agreement that can be about these days."""
        return self._uow.statements.reports(record.agreement.id, self._since)

    def turns(self, record: AgreementRecord, seen: Agreement, said: Iterable[Statement]) -> tuple[Turn, ...]:
        """The moments in what they see of an agreement, also those that they know a report of."""
        known = {one.occurrence for one in self._eyes.may_know(record, said) if one.occurrence}
        return days.turns(seen, self._first, self._last, known)

    def occurrence(self, record: AgreementRecord, turn: Turn, said: Collection[Statement]) -> Occurrence:
        """One moment, as far as they may know of it."""
        agreement, moment = record.agreement, turn.moment
        waits = moment.takes_place and moment.day <= self._hub.today()
        heard = self.hearing.until(agreement.id) if waits else {}
        as_of = self.hearing.as_of
        came = outcome_of(self._uow, agreement, moment.key, heard=heard, since=as_of, said=said)
        known = list(self._eyes.may_know(record, came.reports))
        unheard = self.silences(agreement.id) if came.unheard else ()
        return Occurrence(
            agreement_id=agreement.id,
            key=moment.key,
            day=moment.day,
            at=moment.local_time,
            part=moment.part,
            performer=self.named(record, moment.performer),
            meant=self.named(record, turn.meant) if turn.meant != moment.performer else None,
            backup=turn.backup,
            state=moment.state,
            reason=moment.exception.reason if moment.exception else "",
            result=came.result if len(known) == len(came.reports) else Result.UNKNOWN,
            reports=tuple(self._eyes.told(record, one) for one in known),
            unheard=unheard,
            known_until=known_until(unheard),
        )

    def named(self, record: AgreementRecord, ref: PartyRef) -> PartyRef | None:
        """This party, where they may know that it is this one."""
        is_known = ref == record.agreement.client or self._eyes.may_name(record, ref)
        return ref if is_known else None

    def silences(self, agreement_id: str) -> tuple[Silence, ...]:
        """The systems whose silence about an agreement means nothing now, named where they may know which."""
        found = self.hearing.silences(agreement_id)
        knows = self._eyes.knows
        return tuple(one if knows(one.system) else replace(one, system="", title="") for one in found)


def known_until(unheard: Collection[Silence]) -> datetime | None:
    """Until when silence meant something everywhere; None: nobody can say, or it still does."""
    times = [one.since for one in unheard if one.since is not None]
    return min(times) if times and len(times) == len(unheard) else None


def _place(turn: Turn) -> str:
    """Where it stands among the moments of its agreement; moving it does not change that."""
    key = turn.moment.key
    return f"{key.day}/{key.nth:09}/{key.assignment_id}"
