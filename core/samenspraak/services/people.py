"""Who is who: the parties nobody has matched yet, and what a person decides about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from samenspraak.domain.parties import PERSONS, Group, GroupKind, PartyKind, PartyRef, Person
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy.capabilities import SystemKind
from samenspraak.services import ADMIN, rehearsals
from samenspraak.services.naming import actor, names, party
from samenspraak.services.paging import Part, Window
from samenspraak.store.records import AuditLine, PartyCandidate, PartyLink, Unlinked
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import adopt
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import link_party, read_again
from samenspraak.sync.one_person import join_people
from samenspraak.sync.unmatching import unlink_party
from samenspraak.sync.watched import Act


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


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Whom somebody is not. ``undone``: the records, as connector and id there, whose match fell with it."""

    parties: tuple[PartyRef, ...]
    undone: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Together:
    """Two people who are one, or would be.

    ``records``: what systems call the one who went, as connector and id there · ``agreements``: those that
    say so now · ``withdrawn``: consents that contradict another one and do not hold until somebody was asked.
    """

    party: PartyRef
    same: PartyRef
    records: tuple[tuple[str, str], ...]
    agreements: tuple[str, ...]
    withdrawn: tuple[str, ...]
    names: Mapping[PartyRef, str]


@dataclass(frozen=True, kw_only=True)
class WouldJoin:
    """What would follow: the outcome itself, and every write with who would newly see what."""

    outcome: Together
    acts: tuple[Act, ...]
    unheard: tuple[tuple[str, str], ...]


# Looking.


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
        candidates = [_candidate(uow, *ids[one]) for one in places]
        called = names(uow, {ref for one in candidates for ref, _ in one.refs})
        return Part(items=tuple(_waiting(one, called) for one in candidates), next=following, names={})


def waiting_records(
    hub: Hub, organisation: str, window: Window, *, connector_id: str | None = None
) -> Part[WaitingRecord]:
    """Some of the records that wait until their client is matched, in all systems or in one: only ids."""
    with hub.store.read(organisation) as uow:
        unlinked = uow.remotes.unlinked_as(adopt.PERSON, connector_id)
        records = {f"{one.connector_id}/{one.external_id or ''}": one for one in unlinked}
        places, following = window.of(records)
        return Part(
            items=tuple(_waiting_record(uow, records[one]) for one in places), next=following, names={}
        )


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


# Deciding.


def accept(
    hub: Hub, organisation: str, connector_id: str, external_id: str, who: str | None, *, by: str = ADMIN
) -> PartyRef:
    """This is that party, from now on; no later match overrules it. What waited for it goes on.

    An app that is only told lists nobody: there ``who`` uses it under any id that is said here.

    Args:
        hub: the hub.
        organisation: whose.
        connector_id: the system.
        external_id: what the system calls the party.
        who: the party it is; None: the hub does not know them yet and makes them known.
        by: who decided.

    Raises:
        NotFoundError: nobody there waits by this id, or nobody is known as ``who``.
        RuleError: a device cannot be made known like this: it needs an owner.
    """
    with hub.store.write(organisation) as uow:
        decided_by = actor(uow, by)
        can = hub.capabilities(organisation, connector_id)
        if who and can.stays_here and can.tells:
            ref, client = party(uow, who, *sorted(can.addresses)), None
        else:
            candidate = _candidate(uow, connector_id, external_id)
            ref = party(uow, who, PartyKind(candidate.kind)) if who else _make_known(uow, hub, candidate)
            client = candidate.client
        link = PartyLink(
            connector_id=connector_id,
            external_id=external_id,
            ref=ref,
            manual=True,
            circles=frozenset({client} if client else ()),
        )
        link_party(uow, hub, link)
        # Who is in whose circle, and by which numbers, is told with each person and was not taken in before.
        read_again(uow, hub, connector_id)
        _audit(uow, hub, connector_id, external_id, "accepted", decided_by, str(ref))
        uow.commit()
    return ref


def refuse(
    hub: Hub,
    organisation: str,
    connector_id: str,
    external_id: str,
    who: str | None = None,
    *,
    by: str = ADMIN,
) -> Refused:
    """This is not that party (without ``who``: none of those suggested); it is never suggested again.

    Where it was matched with that party, by a person or by an identifier, the match is undone: what it taught
    is unlearned, and what it allowed is taken back.

    Raises:
        NotFoundError: nobody there waits by this id, or is matched with ``who``; or nobody is known as
            ``who``.
    """
    with hub.store.write(organisation) as uow:
        decided_by = actor(uow, by)
        standing = uow.parties.link_of(connector_id, external_id)
        if standing is not None:
            return _undo(uow, hub, standing, who, decided_by)
        candidate = _candidate(uow, connector_id, external_id)
        suggested = tuple(ref for ref, _ in candidate.refs if ref not in candidate.refused)
        refused = (party(uow, who, PartyKind(candidate.kind)),) if who else suggested
        uow.parties.add_candidate(
            replace(
                candidate,
                refs=tuple(pair for pair in candidate.refs if pair[0] not in refused),
                refused=candidate.refused | set(refused),
            )
        )
        for ref in refused:
            _audit(uow, hub, connector_id, external_id, "refused", decided_by, str(ref))
        uow.commit()
    return Refused(parties=refused)


def join(hub: Hub, organisation: str, who: str, other: str, *, by: str = ADMIN) -> Together:
    """These two are one person: ``who`` stays, and ``other`` leads to them from now on.

    Raises:
        NotFoundError: nobody is known by it, in a role of a person, or as ``by``.
        RuleError: they cannot be one.
    """
    with hub.store.write(organisation) as uow:
        decided_by = actor(uow, by)
        stays, goes = (party(uow, text, *sorted(PERSONS)) for text in (who, other))
        found = join_people(uow, hub, stays.id, goes.id, by=decided_by)
        together = Together(
            party=stays,
            same=goes,
            records=found.records,
            agreements=found.agreements,
            withdrawn=found.withdrawn,
            names=names(uow, {stays, goes}),
        )
        uow.commit()
    return together


def would_join(hub: Hub, organisation: str, who: str, other: str, *, by: str = ADMIN) -> WouldJoin:
    """What :func:`join` would do, and every write that would follow in every system; nothing is written.

    Raises:
        as :func:`join`; ConfigurationError: this database cannot be copied.
    """
    outcome, planned = rehearsals.foreseen(
        hub, organisation, lambda copy: join(copy, organisation, who, other, by=by)
    )
    return WouldJoin(outcome=outcome, acts=planned.acts, unheard=planned.unheard)


def separate(hub: Hub, organisation: str, connector_id: str, external_id: str, *, by: str = ADMIN) -> Refused:
    """This record is not of whom it is matched with: the match is undone, with all that rested on it.

    Raises:
        NotFoundError: nobody is matched by this id there, or nobody is known as ``by``.
    """
    with hub.store.write(organisation) as uow:
        decided_by = actor(uow, by)
        standing = uow.parties.link_of(connector_id, external_id)
        if standing is None:
            raise NotFoundError(f"{external_id} in connector {connector_id} is matched with nobody.")
        return _undo(uow, hub, standing, None, decided_by)


def _undo(uow: WritingUnitOfWork, hub: Hub, standing: PartyLink, who: str | None, by: str) -> Refused:
    if who is not None and party(uow, who) != standing.ref:
        raise NotFoundError(
            f"{standing.external_id} in connector {standing.connector_id} is not matched with {who}."
        )
    undone = unlink_party(uow, hub, standing, by=by)
    _audit(uow, hub, standing.connector_id, standing.external_id, "undone", by, str(standing.ref))
    uow.commit()
    return Refused(
        parties=(standing.ref,), undone=tuple((one.connector_id, one.external_id) for one in undone)
    )


def _candidate(uow: UnitOfWork, connector_id: str, external_id: str) -> PartyCandidate:
    found = uow.parties.candidate(connector_id, external_id)
    if found is None:
        raise NotFoundError(f"Nobody waits to be matched as {external_id} in connector {connector_id}.")
    return found


def _make_known(uow: WritingUnitOfWork, hub: Hub, candidate: PartyCandidate) -> PartyRef:
    ref = PartyRef(kind=PartyKind(candidate.kind), id=hub.new_id())
    if ref.kind is PartyKind.DEVICE:
        raise RuleError(
            "device-owner",
            "A device needs an owner who acts when it fails: name one in the dossier or match one we know.",
        )
    if ref.kind is PartyKind.GROUP:
        system = hub.capabilities(uow.organisation, candidate.connector_id).kind
        of_volunteers = system is SystemKind.VOLUNTEERS
        uow.parties.add_group(
            Group(id=ref.id, name=candidate.name, kind=GroupKind.TEAM, volunteers=of_volunteers)
        )
    else:
        person = Person(id=ref.id, name=candidate.name, birth_date=candidate.birth_date)
        uow.parties.add_person(person, ref.kind)
    return ref


def _audit(
    uow: WritingUnitOfWork, hub: Hub, connector_id: str, external_id: str, what: str, by: str, detail: str
) -> None:
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=by,
            action=f"match.{what}",
            object=f"external:{connector_id}/{external_id}",
            connector_id=connector_id,
            detail=detail,
        )
    )
