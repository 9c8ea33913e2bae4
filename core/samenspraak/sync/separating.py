"""A copy that turns out to be another agreement leaves with what stands in it, and becomes one of its own."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.aliases import SAME
from samenspraak.domain.lifecycle import end
from samenspraak.domain.units import (
    STATUS,
    WHAT,
    UnitKey,
    UnitKind,
    Units,
    UnitValue,
    agreement_from,
    units_of,
)
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy.joining import moved
from samenspraak.policy.state import LinkPhase
from samenspraak.store.records import AgreementRecord, AuditLine, Cause, LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import following
from samenspraak.sync.alike import keep_apart
from samenspraak.sync.asking import open_about, unit_subject
from samenspraak.sync.audiences import ensure_links, free_audience
from samenspraak.sync.authors import said_through
from samenspraak.sync.hub import Hub
from samenspraak.sync.moving import (
    ask_which_copy,
    check_settled,
    is_there,
    no_more_which,
    reach_same,
    read_beside,
    room_for,
    take_along,
)
from samenspraak.sync.questions import holding
from samenspraak.sync.sides import seen_units
from samenspraak.sync.snapshot import Snapshot, load
from samenspraak.sync.versions import record_new, record_version

SEPARATED = "separated"


def separate(
    uow: WritingUnitOfWork,
    hub: Hub,
    agreement_id: str,
    connector_id: str,
    *,
    external_id: str | None = None,
    by: str,
) -> AgreementRecord:
    """What this system holds as this agreement is an agreement of its own from now on; gives that.

    Args:
        uow: the transaction it is part of.
        hub: the hub.
        agreement_id: which; it may be an id that was joined.
        connector_id: the system.
        external_id: only the copy with this object there.
        by: who says so.

    Raises:
        NotFoundError: there is no such agreement, or no (such) copy of it there.
        RuleError: it is nowhere else, or a write to the copy is on its way.
    """
    record = uow.agreements.current(agreement_id)
    leaving = _leaving(uow, hub, record.agreement.id, connector_id, external_id)
    return _separate(uow, hub, record, leaving, by)


def _separate(
    uow: WritingUnitOfWork, hub: Hub, record: AgreementRecord, leaving: list[LinkRecord], by: str
) -> AgreementRecord:
    connector_id = leaving[0].connector_id
    for link in leaving:
        check_settled(uow, link)
    copies = [load(uow, hub, link.id) for link in leaving]
    asked = [one for link in leaving for one in uow.questions.of_link(link.id)]
    cause = Cause(actor=by, why=SEPARATED, connector_id=connector_id)
    agreement, theirs = _own(hub, record.agreement, copies)
    theirs |= said_through(uow, record.agreement.id, connector_id)
    own = record_new(uow, hub, agreement, cause=cause, said=theirs & units_of(agreement).keys())
    rooms = [_move(uow, hub, copy, own) for copy in copies]
    ensure_links(uow, hub, own.agreement, own.version)  # not all who read what left may see it now
    for number, room in enumerate(rooms):
        if any(reach_same(uow, hub, one, room) for one in rooms[:number]):
            ask_which_copy(uow, hub, own.agreement, room)
    _follow(uow, hub, record.agreement.id, own.agreement, connector_id, by)
    following.questions_about(uow, hub, asked, own.agreement)
    for copy in copies:
        _leave_room(uow, hub, copy.link, record.version)
    _no_more_asked(uow, hub, record, own, copies)
    record_version(uow, hub, record, record.agreement, cause=Cause(actor=by, why=SEPARATED))
    keep_apart(uow, hub, record.agreement.id, own.agreement.id)
    return own


def end_copy(uow: WritingUnitOfWork, hub: Hub, link_id: str, *, by: str, question_id: str) -> None:
    """One copy is one too many: it ends there, the way that system can, and the agreement goes on.

    Raises:
        RuleError: a write to it is on its way.
    """
    link = uow.links.get(link_id)
    own = _separate(uow, hub, uow.agreements.get(link.agreement_id), [link], by)
    cause = Cause(actor=by, why="answered", question_id=question_id)
    record_version(uow, hub, own, end(own.agreement, hub.today()), cause=cause)


def _leaving(
    uow: UnitOfWork, hub: Hub, agreement_id: str, connector_id: str, external_id: str | None
) -> list[LinkRecord]:
    """The links that leave.

    Raises:
        NotFoundError: there is no such copy.
        RuleError: nothing would be left.
    """
    live = [one for one in uow.links.of_agreement(agreement_id) if is_there(uow, hub, one)]
    found = [
        link
        for link in live
        if link.connector_id == connector_id
        and external_id in (None, *(one.external_id for one in uow.remotes.of_link(link.id)))
    ]
    if not found:
        raise NotFoundError(f"Agreement {agreement_id} has no such copy in connector {connector_id}.")
    if len(found) == len(live):
        raise RuleError("separate", f"Agreement {agreement_id} has no other copy to be separated from.")
    return found


def _own(hub: Hub, agreement: Agreement, copies: list[Snapshot]) -> tuple[Agreement, frozenset[UnitKey]]:
    """The agreement that these copies say: what stands there, in full where that system cut it off.

    With the units of which they say something else than we do.
    """
    ours, says, theirs = units_of(agreement), dict[UnitKey, UnitValue](), set[UnitKey]()
    for copy in copies:
        for key, value in _then(copy).items():
            kept = ours.get(key)
            if kept is not None and copy.connector.normal(key, kept) == value:
                says[key] = kept
            elif copy.system.takes_over(key.kind):
                says[key] = value
                theirs.add(key)
    missing = {key for key in (WHAT, STATUS) if key not in says}
    if not any(key.kind is UnitKind.ASSIGNMENT for key in says):
        missing |= {key for key in ours if key.kind is UnitKind.ASSIGNMENT}
    own = agreement_from(hub.new_id(), agreement.client_id, {**says, **{key: ours[key] for key in missing}})
    return own, frozenset(theirs)


def _then(copy: Snapshot) -> Units:
    """What stands in the objects of a copy, as was last decided."""
    return {
        key: value
        for remote in copy.remotes
        if remote.phase is LinkPhase.OPEN
        for key, value in seen_units(copy, remote).items()
    }


def _move(uow: WritingUnitOfWork, hub: Hub, copy: Snapshot, own: AgreementRecord) -> LinkRecord:
    """Every object goes along; what stands there is what is agreed about it. Gives the link they go to."""
    room = room_for(uow, hub, copy.link, own.agreement.id, SAME, own.version)
    for remote in copy.remotes:
        then = seen_units(copy, remote)
        known = moved(
            joined={
                key: value for key, value in units_of(own.agreement).items() if copy.belongs(key, remote.part)
            },
            differ=frozenset(),
            then=then,
            shown=remote.shape.units if remote.shape else frozenset(),
            unread=frozenset(key for key in remote.base if not copy.capabilities.reads(key)),
            normal=copy.connector.normal,
        )
        take_along(uow, replace(remote, held={}, answered={}), room, SAME, known, own.version)
    return room


def _leave_room(uow: WritingUnitOfWork, hub: Hub, left: LinkRecord, version: int) -> None:
    """The agreement may have a copy of its own there, under a marker that no object there carries.

    Not where its readers have, or get, another one: then the one that left was one too many. What its
    readers were told stays told.
    """
    there = uow.links.in_system(left.agreement_id, left.connector_id)
    own = read_beside(uow, hub, left, left.agreement_id) or [
        uow.links.ensure(
            left.agreement_id,
            left.connector_id,
            free_audience(left.members, there, version),
            left.members,
            version,
        )
    ]
    uow.receipts.move(left.id, own[0].id)
    uow.links.revoke(left.id)
    uow.links.drop(left.id)


def _no_more_asked(
    uow: WritingUnitOfWork, hub: Hub, left: AgreementRecord, own: AgreementRecord, copies: list[Snapshot]
) -> None:
    """What was asked about the copies that left: somebody says each value now, or only one copy is left."""
    theirs, ours = units_of(own.agreement), units_of(left.agreement)
    for key in {key for copy in copies for remote in copy.remotes for key in remote.held}:
        if holding(uow, left.agreement.id, key):
            continue
        standing = open_about(uow, left.agreement.id, unit_subject(left.agreement.id, key))
        said = standing.values if standing else {}
        if standing and all(one.get(key) in (theirs.get(key), ours.get(key)) for one in said.values()):
            uow.questions.close(standing.id, hub.now())
    for link in uow.links.in_system(left.agreement.id, copies[0].link.connector_id):
        if not read_beside(uow, hub, link, left.agreement.id):
            no_more_which(uow, hub, link)


def _follow(
    uow: WritingUnitOfWork, hub: Hub, agreement_id: str, own: Agreement, connector_id: str, by: str
) -> None:
    """What was said there was said about it; what the client objected to, they object to for both."""
    uow.statements.copy(agreement_id, own.id, lambda said: said if said.through == connector_id else None)
    for one in uow.consents.of_client(own.client_id):
        if one.agreement_id == agreement_id and not one.allows and one.withdrawn_at is None:
            uow.consents.add(replace(one, id=hub.new_id(), agreement_id=own.id), by, hub.now())
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=by,
            action="agreement.left",
            object=f"agreement:{own.id}",
            connector_id=connector_id,
            client_id=own.client_id,
            detail=f"agreement:{agreement_id}",
        )
    )
