"""The moments of agreements: who does what when, what is different this once, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.occurrences import Moment, MomentState, moments
from samenspraak.domain.outcomes import Result
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import DayPart
from samenspraak.services.agreements import Said
from samenspraak.services.heard import Hearing
from samenspraak.services.naming import names, party
from samenspraak.store.records import AgreementRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.reports import outcome_of


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
    reports: tuple[Said, ...]
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
        hearing = Hearing(uow, hub)
        found = [
            (one.order, _happening(uow, hub, hearing, record, one))
            for record in records
            for one in moments(record.agreement, first, last)
            if doers is None or one.performer in doers
        ]
        lived = tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))
        mentioned = {ref for one in lived for ref in (one.client, one.performer)}
        mentioned |= {said.by for one in lived for said in one.reports}
        return Days(moments=lived, names=names(uow, mentioned))


def _doers(uow: UnitOfWork, performer: str | None) -> frozenset[PartyRef] | None:
    if performer is None:
        return None
    who = party(uow, performer)
    return frozenset({who, *(one.ref for one in uow.parties.groups() if who in one.members)})


def _happening(
    uow: UnitOfWork, hub: Hub, hearing: Hearing, record: AgreementRecord, moment: Moment
) -> Happening:
    agreement = record.agreement
    begun = moment.day <= hub.today()
    heard = hearing.until(agreement.id) if begun and moment.takes_place else {}
    came = outcome_of(uow, agreement, moment.key, heard=heard, since=hearing.as_of)
    return Happening(
        agreement_id=agreement.id,
        client=agreement.client,
        what=agreement.what.text,
        key=moment.key,
        day=moment.day,
        at=moment.local_time,
        part=moment.part,
        performer=moment.performer,
        state=moment.state,
        result=came.result,
        reports=tuple(Said.of(one) for one in came.reports),
        unheard=came.unheard,
    )
