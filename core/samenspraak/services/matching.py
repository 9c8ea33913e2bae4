"""Who is who: what a person decides about the parties of other systems, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from samenspraak.domain.parties import PERSONS, Group, GroupKind, PartyKind, PartyRef, Person
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy.capabilities import SystemKind
from samenspraak.services import ADMIN, rehearsals
from samenspraak.services.naming import actor, names, party
from samenspraak.store.records import AuditLine, PartyCandidate, PartyLink
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import link_party, read_again
from samenspraak.sync.one_person import join_people
from samenspraak.sync.unmatching import unlink_party
from samenspraak.sync.watched import Act


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
