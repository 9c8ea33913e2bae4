"""The moments of agreements: who does what when, what is different this once, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.days import Turn
from samenspraak.domain.occurrences import MomentState
from samenspraak.domain.outcomes import Result
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import DayPart
from samenspraak.services.access import at_the_hub
from samenspraak.services.eyes import Eyes, Told
from samenspraak.services.naming import names, party
from samenspraak.services.occurrences import Occurrence, Telling
from samenspraak.store.records import AgreementRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One moment.

    ``performer``: who does it now, taken over or not · ``result``: what was reported of it; ``unknown`` while
    a system is out of reach in which it may have been reported (``unheard``), which is never "not done".
    """

    agreement_id: str
    client: PartyRef
    what: str
    key: OccurrenceKey
    day: date
    at: time | None
    part: DayPart | None
    performer: PartyRef
    state: MomentState
    result: Result
    reports: tuple[Told, ...]
    unheard: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Days:
    """The moments between two days, in the order in which people live them, with how parties are called."""

    moments: tuple[Happening, ...]
    names: Mapping[PartyRef, str]


def between(
    hub: Hub,
    organisation: str,
    first: date,
    last: date,
    *,
    client: str | None = None,
    performer: str | None = None,
    agreement_id: str | None = None,
) -> Days:
    """The moments between two days, both included.

    Args:
        hub: the hub.
        organisation: whose.
        first: the first day.
        last: the last day.
        client: only of this client.
        performer: only what this party does; of a person also what their groups do.
        agreement_id: only of this agreement.

    Raises:
        NotFoundError: there is no such client, performer or agreement.
    """
    with hub.store.read(organisation) as uow:
        client_id = party(uow, client, PartyKind.CLIENT).id if client else None
        doers = _doers(uow, performer)
        if agreement_id is not None:
            records = [uow.agreements.current(agreement_id)]
        else:
            records = uow.agreements.list(client_id=client_id)
        uow.statements.foresee([one.agreement.id for one in records])
        who = at_the_hub(organisation)
        telling = Telling(uow, hub, who, Eyes(uow, hub, who), first, last)
        found = [one for record in records for one in _told(telling, record, doers)]
        found.sort(key=lambda one: one.turn.moment.order)
        mentioned = {ref for one in found for ref in (one.record.agreement.client, *one.occurrence.mentioned)}
        return Days(moments=tuple(_happening(one) for one in found), names=names(uow, mentioned))


def _doers(uow: UnitOfWork, performer: str | None) -> frozenset[PartyRef] | None:
    if performer is None:
        return None
    who = party(uow, performer)
    return frozenset({who, *(one.ref for one in uow.parties.groups() if who in one.members)})


class _Found(NamedTuple):
    record: AgreementRecord
    turn: Turn
    occurrence: Occurrence


def _told(telling: Telling, record: AgreementRecord, doers: Collection[PartyRef] | None) -> Iterator[_Found]:
    said = telling.reports(record)
    for turn in telling.turns(record, record.agreement, said):
        if doers is None or turn.moment.performer in doers:
            yield _Found(record, turn, telling.occurrence(record, turn, said))


def _happening(found: _Found) -> Happening:
    agreement, one = found.record.agreement, found.occurrence
    return Happening(
        agreement_id=agreement.id,
        client=agreement.client,
        what=agreement.what.text,
        key=one.key,
        day=one.day,
        at=one.at,
        part=one.part,
        performer=found.turn.moment.performer,
        state=one.state,
        result=one.result,
        reports=one.reports,
        unheard=tuple(silence.system for silence in one.unheard),
    )
