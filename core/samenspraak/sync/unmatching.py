"""Undoing a match: nobody is who we took them for, and everything that rested on it is taken back.

Source: design §3, ``person_link``: undoing one retracts what it allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from samenspraak.domain.parties import PERSONS, CircleMember, Identifier, PartyKind, PartyRef
from samenspraak.domain.units import apply, renamed, units_of
from samenspraak.policy.capabilities import SystemKind
from samenspraak.policy.learning import rests_on
from samenspraak.store.identifiers import OWN
from samenspraak.store.records import AuditLine, Cause, PartyCandidate, PartyLink
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.authors import said_through
from samenspraak.sync.concerned import clients_of, concerning, look_again
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import read_again
from samenspraak.sync.people import called
from samenspraak.sync.versions import record_version


def unlink_party(uow: WritingUnitOfWork, hub: Hub, wrong: PartyLink, *, by: str) -> list[PartyLink]:
    """This record is not of this party: it waits again, and is never taken for them again.

    What it taught is unlearned. Records that were matched by nothing else wait again, too; their system is
    read once more, so that what matches all the same is back at once.

    Returns:
        What was undone, the wrong match first.
    """
    undone = [wrong, *_resting_on(uow, wrong)]
    whose = {one.ref for one in undone}
    clients, concerned = clients_of(uow, whose), concerning(uow, whose)
    told = {member: _tellers(uow, member) for one in undone for member in _circles_around(uow, one.ref)}
    for link in undone:
        uow.parties.unlink(link.connector_id, link.external_id)
        uow.parties.unlearn((link.connector_id, link.external_id))
        _let_wait_again(uow, link, refused=frozenset({wrong.ref} if link is wrong else ()))
        _audit(uow, hub, link, by)
    _leave_circles(uow, hub, told)
    for link in undone:
        _name_unresolved(uow, hub, link, by)
        read_again(uow, hub, link.connector_id)
    for client_id in clients:
        uow.consents.raise_epoch(client_id)  # what is about to be sent is judged anew
    look_again(uow, hub, concerned)
    return undone


def _resting_on(uow: UnitOfWork, wrong: PartyLink) -> list[PartyLink]:
    """The records of this person, in whatever role, that only its identifiers had matched."""
    if wrong.ref.kind not in PERSONS:
        return []
    roles = (PartyRef(kind=kind, id=wrong.ref.id) for kind in uow.parties.kinds(wrong.ref.id))
    found = (one for role in roles for one in uow.parties.links_of(role))
    links = {(one.connector_id, one.external_id): one for one in found}
    taught = {OWN: frozenset[Identifier](), **dict.fromkeys(links, frozenset[Identifier]())}
    taught |= uow.parties.teachers(wrong.ref.id)
    sure = {OWN, *(one for one in links if links[one].manual)}
    gone = (wrong.connector_id, wrong.external_id)
    return [links[one] for one in sorted(rests_on(gone, taught, sure=sure))]


def _let_wait_again(uow: WritingUnitOfWork, link: PartyLink, *, refused: frozenset[PartyRef]) -> None:
    """Without a name until the system is read again; nobody keeps one beside a match."""
    uow.parties.add_candidate(
        PartyCandidate(
            connector_id=link.connector_id,
            external_id=link.external_id,
            kind=link.ref.kind,
            name="",
            birth_date=None,
            client=None,
            representative=False,
            refused=refused,
        )
    )


def _audit(uow: WritingUnitOfWork, hub: Hub, link: PartyLink, by: str) -> None:
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=by,
            action="party.unlinked",
            object=f"party:{link.ref}",
            connector_id=link.connector_id,
        )
    )


# Around whom.


def _circles_around(uow: UnitOfWork, ref: PartyRef) -> list[CircleMember]:
    """The circle of a client, or the places of somebody in circles."""
    return uow.parties.circle(ref.id) if ref.kind is PartyKind.CLIENT else uow.parties.circles_of(ref)


def _tellers(uow: UnitOfWork, member: CircleMember) -> frozenset[str]:
    """The systems that say that somebody is around a client."""
    client = PartyRef(kind=PartyKind.CLIENT, id=member.client_id)
    known = {(link.connector_id, link.external_id) for link in uow.parties.links_of(client)}
    return frozenset(
        link.connector_id
        for link in uow.parties.links_of(member.party)
        if any((link.connector_id, circle) in known for circle in link.circles)
    )


def _leave_circles(uow: WritingUnitOfWork, hub: Hub, told: Mapping[CircleMember, frozenset[str]]) -> None:
    """What no system says any more is not so. Who represents a client, only a dossier says."""
    for member, before in told.items():
        now = _tellers(uow, member)
        if before and not now:
            uow.parties.remove_member(member.client_id, member.party)
        elif now < before and member.representative and not any(_is_dossier(uow, hub, one) for one in now):
            uow.parties.add_member(replace(member, representative=False))


def _is_dossier(uow: UnitOfWork, hub: Hub, connector_id: str) -> bool:
    return hub.capabilities(uow.organisation, connector_id).kind is SystemKind.DOSSIER


# In agreements.


def _name_unresolved(uow: WritingUnitOfWork, hub: Hub, gone: PartyLink, by: str) -> None:
    """Agreements that name the party because this system named the record say again that nobody knows who."""
    unknown = PartyRef.unresolved(gone.ref.kind, gone.connector_id, gone.external_id)
    for record in uow.agreements.list_naming([gone.ref]):
        changed = renamed(units_of(record.agreement), gone.ref, unknown)
        if not (_is_meant(uow, record.agreement.client_id, gone)):
            continue
        theirs = said_through(uow, record.agreement.id, gone.connector_id) & changed.keys()
        if theirs:
            after = apply(record.agreement, {key: changed[key] for key in theirs})
            cause = Cause(actor=by, why="unmatched", connector_id=gone.connector_id)
            record_version(uow, hub, record, after, cause=cause)


def _is_meant(uow: UnitOfWork, client_id: str, gone: PartyLink) -> bool:
    """Whether the record, and no other one of the party there, is meant in what is about this client."""
    client = PartyRef(kind=PartyKind.CLIENT, id=client_id)
    ours = {link.external_id for link in uow.parties.links(gone.connector_id, {client})}
    fits = not gone.circles or bool(gone.circles & ours)
    return fits and gone.ref not in called(uow, gone.connector_id, client_id, {gone.ref})
