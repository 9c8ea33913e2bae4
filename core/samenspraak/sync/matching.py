"""Getting to know the parties of another system: an identifier matches, all else waits for a person."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.connectors.looks import ExternalParty
from samenspraak.domain.identifiers import normals
from samenspraak.domain.parties import (
    PERSONS,
    CircleMember,
    Device,
    Group,
    GroupKind,
    Identifier,
    PartyKind,
    PartyRef,
    Person,
)
from samenspraak.domain.units import apply, renamed, units_of
from samenspraak.policy.capabilities import SystemKind, Write
from samenspraak.policy.learning import knowable, learnable
from samenspraak.policy.matching import Doubtful, Match, New, Same, match
from samenspraak.store.records import AuditLine, Cause, CursorRecord, PartyCandidate, PartyLink
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.concerned import concerning, look_again
from samenspraak.sync.hub import Hub
from samenspraak.sync.similarity import similarity
from samenspraak.sync.versions import record_version


def is_known(uow: UnitOfWork, hub: Hub, connector_id: str, party: ExternalParty) -> bool:
    """Whether there is nothing to do about a party there: matched, with no circle or number new to us."""
    standing = uow.parties.link_of(connector_id, party.external_id)
    if standing is None or not _circles(party) <= standing.circles:
        return False
    party = replace(party, identifiers=normals(party.identifiers))
    is_told = _membership(uow, hub, connector_id, party, standing.ref) is None
    if _team(uow, hub, connector_id, party, standing.ref) is not None:
        return False
    return is_told and _taught(uow, hub, connector_id, party, standing.ref) is None


def meet(uow: WritingUnitOfWork, hub: Hub, connector_id: str, party: ExternalParty) -> None:
    """A party there: match it, make it known (a dossier is where people are registered), or let it wait."""
    party = replace(party, identifiers=normals(party.identifiers))
    standing = uow.parties.link_of(connector_id, party.external_id)
    if standing is not None:
        _note_circle(uow, hub, party, standing)
        _learn(uow, hub, connector_id, party, standing.ref)
        _join_circle(uow, hub, connector_id, party, standing.ref)
        _gather(uow, hub, connector_id, party, standing.ref)
        return
    found = _match(uow, connector_id, party)
    can = hub.capabilities(uow.organisation, connector_id)
    registers = can.kind is SystemKind.DOSSIER and can.mode is not Write.VIEW  # not what we show ourselves
    if isinstance(found, New) and registers:
        registered = _register(uow, hub, connector_id, party)
        found = Same(id=registered) if registered else found
    if isinstance(found, Same):
        ref = PartyRef(kind=party.kind, id=found.id)
        link = PartyLink(
            connector_id=connector_id, external_id=party.external_id, ref=ref, circles=_circles(party)
        )
        link_party(uow, hub, link)
        _learn(uow, hub, connector_id, party, ref)
        _join_circle(uow, hub, connector_id, party, ref)
        _gather(uow, hub, connector_id, party, ref)
        return
    _let_wait(uow, connector_id, party, found)


def link_party(uow: WritingUnitOfWork, hub: Hub, link: PartyLink) -> None:
    """From now on this system's party is this one; agreements that named it unresolved say who it is."""
    uow.parties.link(link)
    waited = uow.parties.remove_candidate(link.connector_id, link.external_id)
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor="admin" if link.manual else "system",
            action="party.linked",
            object=f"party:{link.ref}",
            connector_id=link.connector_id,
        )
    )
    if waited:
        _resolve(uow, hub, link)
    if link.ref.kind is PartyKind.CLIENT:
        wake_waiting(uow, link.connector_id, "person")
    look_again(uow, hub, concerning(uow, [link.ref]))


def read_again(uow: WritingUnitOfWork, hub: Hub, connector_id: str) -> None:
    """Hear soon what every party and record there says, also those that did not change."""
    cursor = uow.connectors.cursor(connector_id)
    if cursor is not None:
        whole = CursorRecord(value=None, server=cursor.server, at=cursor.at)
        uow.connectors.move_cursor(connector_id, whole)
    uow.connectors.note(connector_id, poll_due_at=hub.now())


def wake_waiting(uow: WritingUnitOfWork, connector_id: str, *whys: str) -> None:
    """Look again at objects of this system that nobody could decide about, for one of these reasons."""
    for remote in uow.remotes.unlinked(connector_id):
        if remote.why in whys:
            uow.look_at_remote(remote.id)


def _match(uow: UnitOfWork, connector_id: str, party: ExternalParty) -> Match:
    waiting = uow.parties.candidate(connector_id, party.external_id)
    refused = {ref.id for ref in waiting.refused} if waiting else set()
    if party.kind in (PartyKind.GROUP, PartyKind.DEVICE):
        return New()
    by_identifier = uow.parties.by_identifier(party.identifiers)
    known = by_identifier or uow.parties.persons(party.kind)
    return match(party, known, similarity=similarity, refused=refused)


def _register(uow: WritingUnitOfWork, hub: Hub, connector_id: str, party: ExternalParty) -> str | None:
    """Make somebody known whom the dossier registers; not a device that nobody we know owns."""
    party_id = hub.new_id()
    if party.kind is PartyKind.GROUP:
        kind = GroupKind.ORGANISATION if party.members is None else GroupKind.TEAM
        uow.parties.add_group(Group(id=party_id, name=party.name, kind=kind, volunteers=party.volunteers))
    elif party.kind is PartyKind.DEVICE:
        owner = uow.parties.link_of(connector_id, party.owner) if party.owner else None
        if owner is None:
            return None
        uow.parties.add_device(Device(id=party_id, name=party.name, owner=owner.ref))
    else:
        uow.parties.add_person(_person(party_id, party), party.kind)
    return party_id


def _person(person_id: str, party: ExternalParty) -> Person:
    return Person(
        id=person_id,
        name=party.name,
        first_name=party.first_name,
        birth_date=party.birth_date,
        identifiers=party.identifiers,
    )


def _learn(uow: WritingUnitOfWork, hub: Hub, connector_id: str, party: ExternalParty, ref: PartyRef) -> None:
    """What a record of a person carries may match them elsewhere, also where somebody waits by now."""
    if ref.kind not in PERSONS:
        return
    if ref.kind not in uow.parties.kinds(ref.id):
        uow.parties.add_role(ref.id, ref.kind)
    taught = _taught(uow, hub, connector_id, party, ref)
    if taught is None:
        return
    news = taught - uow.parties.person(ref.id).identifiers
    uow.parties.learn(ref.id, (connector_id, party.external_id), taught)
    for waiting in uow.parties.where_somebody_waits() if news else ():
        if waiting != connector_id:
            read_again(uow, hub, waiting)


def _taught(
    uow: UnitOfWork, hub: Hub, connector_id: str, party: ExternalParty, ref: PartyRef
) -> frozenset[Identifier] | None:
    """What a matched record teaches; None when it is what it taught before."""
    if ref.kind not in PERSONS:
        return None
    record = (connector_id, party.external_id)
    shown = knowable(party.identifiers, hub.capabilities(uow.organisation, connector_id).kind)
    before = uow.parties.learned(record)
    if shown == before:
        return None
    teachers = uow.parties.teachers(ref.id)
    besides = frozenset[Identifier]().union(*(teachers[one] for one in teachers if one != record))
    others = [one for one in uow.parties.by_identifier(shown) if one.id != ref.id]
    taught = learnable(shown, besides=besides, others=others)
    return None if taught == before else taught


def _circles(party: ExternalParty) -> frozenset[str]:
    """The clients, as the system calls them, in whose circle the party is by this telling."""
    return frozenset({party.client} if party.client else ())


def _note_circle(uow: WritingUnitOfWork, hub: Hub, party: ExternalParty, standing: PartyLink) -> None:
    """By this id the party can be addressed about this client, too."""
    if _circles(party) <= standing.circles:
        return
    uow.parties.link(replace(standing, circles=_circles(party)))
    look_again(uow, hub, concerning(uow, [standing.ref]))


def _join_circle(
    uow: WritingUnitOfWork, hub: Hub, connector_id: str, party: ExternalParty, ref: PartyRef
) -> None:
    member = _membership(uow, hub, connector_id, party, ref)
    if member is not None:
        uow.parties.add_member(member)
        ensure_client(uow, hub, member.client_id)


def _gather(uow: WritingUnitOfWork, hub: Hub, connector_id: str, party: ExternalParty, ref: PartyRef) -> None:
    """Who is in a team is as the dossier says; who is in it acts for it, and sees what it may see."""
    team = _team(uow, hub, connector_id, party, ref)
    if team is None:
        return
    came_or_left = uow.parties.group(ref.id).members ^ team.members
    uow.parties.add_group(team)
    look_again(uow, hub, concerning(uow, [ref, *came_or_left]))


def _team(uow: UnitOfWork, hub: Hub, connector_id: str, party: ExternalParty, ref: PartyRef) -> Group | None:
    """The team with the members that the dossier tells of, as far as they are known; None if it is so now."""
    dossier = hub.capabilities(uow.organisation, connector_id).kind is SystemKind.DOSSIER
    if party.members is None or ref.kind is not PartyKind.GROUP or not dossier:
        return None
    team = uow.parties.group(ref.id)
    links = (uow.parties.link_of(connector_id, one) for one in sorted(party.members))
    members = frozenset(link.ref for link in links if link is not None)
    return None if members == team.members else replace(team, members=members)


def _membership(
    uow: UnitOfWork, hub: Hub, connector_id: str, party: ExternalParty, ref: PartyRef
) -> CircleMember | None:
    """What is told of somebody around a client we know, if that is new.

    Only the dossier says who represents the client.
    """
    link = uow.parties.link_of(connector_id, party.client) if party.client else None
    if link is None or link.ref.kind is not PartyKind.CLIENT or ref.kind is PartyKind.CLIENT:
        return None
    dossier = hub.capabilities(uow.organisation, connector_id).kind is SystemKind.DOSSIER
    member = CircleMember(client_id=link.ref.id, party=ref, representative=party.representative and dossier)
    circle = {one.party: one for one in uow.parties.circle(link.ref.id)}
    is_told = ref in circle and (circle[ref] == member or not dossier)
    return None if is_told else member


def _let_wait(uow: WritingUnitOfWork, connector_id: str, party: ExternalParty, found: Match) -> None:
    refs = (
        tuple((PartyRef(kind=party.kind, id=one.id), ", ".join(one.because)) for one in found.candidates)
        if isinstance(found, Doubtful)
        else ()
    )
    standing = uow.parties.candidate(connector_id, party.external_id)
    candidate = PartyCandidate(
        connector_id=connector_id,
        external_id=party.external_id,
        kind=party.kind,
        name=party.name,
        birth_date=party.birth_date,
        client=party.client,
        representative=party.representative,
        refs=refs,
        refused=standing.refused if standing else frozenset(),
    )
    if candidate != standing:
        uow.parties.add_candidate(candidate)


def _resolve(uow: WritingUnitOfWork, hub: Hub, link: PartyLink) -> None:
    """The agreements that named this party before anybody knew who it was."""
    unknown = [PartyRef.unresolved(kind, link.connector_id, link.external_id) for kind in PartyKind]
    cause = Cause(actor="system", why="matched", connector_id=link.connector_id)
    for record in uow.agreements.list_naming(unknown):
        units = units_of(record.agreement)
        changed = {key: value for one in unknown for key, value in renamed(units, one, link.ref).items()}
        record_version(uow, hub, record, apply(record.agreement, changed), cause=cause)
