"""Who is known, and who and what waits until a person has said who is meant (``services/matching.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.services.naming import names
from samenspraak.services.paging import Part, Window
from samenspraak.store.records import PartyCandidate, Unlinked
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync import adopt
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Somebody it may be. ``because``: codes of the reasons, for instance ``name, birth_date``."""

    party: PartyRef
    name: str
    because: str


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody in another system whom nobody has matched.

    ``client``: in whose circle there, by that system's id.
    """

    connector_id: str
    external_id: str
    kind: PartyKind
    name: str
    birth_date: date | None
    client: str | None
    suggestions: tuple[Suggestion, ...]


class WaitsFor(StrEnum):
    """What has to happen before a record can be taken over.

    ``match``: somebody says who its client is, who waits to be matched · ``client``: that system shows its
    client, whom we never met there · ``record``: people there say whom it is about · ``look``: nothing, it
    is read again.
    """

    MATCH = "match"
    CLIENT = "client"
    RECORD = "record"
    LOOK = "look"


@dataclass(frozen=True, kw_only=True)
class WaitingRecord:
    """A record there that is taken over once its client is matched; until then nothing about it leaves.

    ``client``: whom it is about, as that system calls them; None when it names nobody · ``since``: None
    where a former version let it wait; it is read once more.
    """

    connector_id: str
    external_id: str
    client: str | None
    since: datetime | None
    why: WaitsFor


@dataclass(frozen=True, kw_only=True)
class Unmatched:
    """Everything that waits for a person to say who is who."""

    people: tuple[Waiting, ...]
    records: tuple[WaitingRecord, ...]


@dataclass(frozen=True, kw_only=True)
class Known:
    """A party the hub knows, and what each system calls it."""

    party: PartyRef
    name: str
    systems: Mapping[str, tuple[str, ...]]


def waiting(hub: Hub, organisation: str, *, connector_id: str | None = None) -> Unmatched:
    """Who and what waits to be matched, in all systems or in one."""
    with hub.store.read(organisation) as uow:
        candidates = uow.parties.candidates(connector_id)
        called = names(uow, {ref for one in candidates for ref, _ in one.refs})
        records = tuple(
            _waiting_record(uow, one) for one in uow.remotes.unlinked_as(adopt.PERSON, connector_id)
        )
    return Unmatched(people=tuple(_waiting(one, called) for one in candidates), records=records)


def waiting_people(
    hub: Hub, organisation: str, window: Window, *, connector_id: str | None = None
) -> Part[Waiting]:
    """Some of those who wait to be matched, in all systems or in one; no other is opened."""
    with hub.store.read(organisation) as uow:
        ids = {"/".join(one): one for one in uow.parties.candidate_ids(connector_id)}
        places, following = window.of(ids)
        candidates = [one for place in places if (one := uow.parties.candidate(*ids[place]))]
        called = names(uow, {ref for one in candidates for ref, _ in one.refs})
        return Part(items=tuple(_waiting(one, called) for one in candidates), next=following)


def waiting_records(
    hub: Hub, organisation: str, window: Window, *, connector_id: str | None = None
) -> Part[WaitingRecord]:
    """Some of the records that wait until their client is matched, in all systems or in one: only ids."""
    with hub.store.read(organisation) as uow:
        unlinked = uow.remotes.unlinked_as(adopt.PERSON, connector_id)
        records = {f"{one.connector_id}/{one.external_id or ''}": one for one in unlinked}
        places, following = window.of(records)
        return Part(items=tuple(_waiting_record(uow, records[one]) for one in places), next=following)


def known(hub: Hub, organisation: str, window: Window, *, kind: PartyKind | None = None) -> Part[Known]:
    """Some of everybody the hub knows (of one kind), by kind and id; no other is opened."""
    with hub.store.read(organisation) as uow:
        refs = {str(one): one for one in uow.parties.everybody(kind)}
        places, following = window.of(refs)
        shown = [refs[one] for one in places]
        called = names(uow, shown)
        items = (Known(party=ref, name=called.get(ref, ""), systems=_systems(uow, ref)) for ref in shown)
        return Part(items=tuple(items), next=following, names=called)


def _waiting_record(uow: UnitOfWork, one: Unlinked) -> WaitingRecord:
    return WaitingRecord(
        connector_id=one.connector_id,
        external_id=one.external_id or "",
        client=one.client_there,
        since=one.why_since,
        why=_waits_for(uow, one),
    )


def _waits_for(uow: UnitOfWork, one: Unlinked) -> WaitsFor:
    if one.why_since is None:
        return WaitsFor.LOOK
    if not one.client_there:
        return WaitsFor.RECORD
    unmatched = uow.parties.candidate(one.connector_id, one.client_there)
    if unmatched and unmatched.kind == PartyKind.CLIENT:
        return WaitsFor.MATCH
    known = uow.parties.link_of(one.connector_id, one.client_there)
    return WaitsFor.LOOK if known and known.ref.kind is PartyKind.CLIENT else WaitsFor.CLIENT


def _waiting(one: PartyCandidate, called: Mapping[PartyRef, str]) -> Waiting:
    return Waiting(
        connector_id=one.connector_id,
        external_id=one.external_id,
        kind=PartyKind(one.kind),
        name=one.name,
        birth_date=one.birth_date,
        client=one.client,
        suggestions=tuple(
            Suggestion(party=ref, name=called.get(ref, ""), because=because)
            for ref, because in one.refs
            if ref not in one.refused
        ),
    )


def _systems(uow: UnitOfWork, ref: PartyRef) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for link in uow.parties.links_of(ref):
        found[link.connector_id] = (*found.get(link.connector_id, ()), link.external_id)
    return found
