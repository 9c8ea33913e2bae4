"""A copy becomes one of another agreement: its objects go to a link there, with all that is known of them.

Nothing is read or written in the other system. What is known is kept by unit and told by our ids, so that
the next look goes on from exactly what stands there.
"""

from __future__ import annotations

from dataclasses import replace

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.aliases import Aliases
from samenspraak.domain.units import STATUS, UnitKey, UnitValue, units_of
from samenspraak.errors import RuleError
from samenspraak.policy.capabilities import Readers
from samenspraak.policy.joining import Moved, Normal
from samenspraak.policy.state import LinkPhase, QuestionKind
from samenspraak.store.records import REPLACED, LinkRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.alike import TWO_COPIES, is_made_by_us
from samenspraak.sync.asking import HUB, ask_matter, open_about, owner_of
from samenspraak.sync.audiences import free_audience
from samenspraak.sync.hub import Hub
from samenspraak.sync.snapshot import Snapshot


def ask_which_copy(uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, link: LinkRecord) -> None:
    """This copy is the second one that somebody reads there; a person says whether it goes."""
    ask_matter(
        uow,
        hub,
        agreement,
        kind=QuestionKind.IDENTITY,
        owner=owner_of(agreement, STATUS),
        subject=_which(link),
        cause=TWO_COPIES,
        values={HUB: units_of(agreement), link.connector_id: {}},
    )


def ask_again_which_copy(uow: WritingUnitOfWork, hub: Hub, agreement: Agreement) -> None:
    """It goes on after all: what was asked of its copies when it ended, and not answered, is asked again."""
    asked = uow.questions.list(open_only=False, agreement_id=agreement.id)
    dropped = {one.subject for one in asked if not one.is_open and one.answer is None}
    for link in uow.links.of_agreement(agreement.id):
        if _which(link) in dropped and read_beside(uow, hub, link, agreement.id):
            ask_which_copy(uow, hub, agreement, link)


def no_more_which(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord) -> None:
    """That copy has gone."""
    if standing := open_about(uow, link.agreement_id, _which(link)):
        uow.questions.close(standing.id, hub.now())


def _which(link: LinkRecord) -> str:
    return f"link:{link.id}:{TWO_COPIES}"


def reach_same(uow: UnitOfWork, hub: Hub, one: LinkRecord, other: LinkRecord) -> bool:
    """Whether somebody reads both of these copies in one system."""
    readers = hub.capabilities(uow.organisation, one.connector_id).readers
    return readers in (Readers.STAFF, Readers.EVERYONE) or bool(one.members & other.members)


def read_beside(uow: UnitOfWork, hub: Hub, link: LinkRecord, agreement_id: str) -> list[LinkRecord]:
    """The other copies of that agreement in this system that are read by somebody who reads this one."""
    there = uow.links.in_system(agreement_id, link.connector_id)
    return [one for one in there if one.id != link.id and reach_same(uow, hub, one, link)]


def normal_here(copy: Snapshot, aliases: Aliases) -> Normal:
    """How the system of a copy keeps a value, by the keys that ``aliases`` give to its own."""

    def normal(key: UnitKey, value: UnitValue) -> UnitValue:
        return copy.connector.normal(aliases.key_there(key), value)

    return normal


def is_there(uow: UnitOfWork, hub: Hub, link: LinkRecord) -> bool:
    """Whether a copy is there, or may be: an object, one that was just met, or a write on its way.

    Also what people there wrote down themselves, and keep when nothing of ours may be seen in it.
    """
    return any(
        one.phase is LinkPhase.OPEN
        or one.intent is not None
        or (one.external_id is not None and (one.phase is LinkPhase.NONE or _is_left_to_them(uow, hub, one)))
        for one in uow.remotes.of_link(link.id)
    )


def _is_left_to_them(uow: UnitOfWork, hub: Hub, remote: RemoteRecord) -> bool:
    """A copy that was taken back, of which nothing could be taken away: no base is kept of it."""
    return remote.phase is LinkPhase.CLOSED and not remote.base and not is_made_by_us(uow, hub, remote)


def keeps_ours(uow: UnitOfWork, hub: Hub, link: LinkRecord) -> bool:
    """Whether people there keep a record of their own that is over, in which ours may still be read.

    It keeps a link of its own, so that ours goes out of it when it may not be seen any more.
    """
    return any(
        one.phase is LinkPhase.CLOSED and bool(one.shape) and not is_made_by_us(uow, hub, one)
        for one in uow.remotes.of_link(link.id)
    )


def check_settled(uow: UnitOfWork, link: LinkRecord) -> None:
    """Refuse to move a copy of which nobody knows what comes of the last write.

    Raises:
        RuleError: a write is on its way, waits there for an answer, or was found and not read yet.
    """
    if any(one.intent is not None or _is_unread(one) for one in uow.remotes.of_link(link.id)):
        raise RuleError(
            "on-its-way",
            f"A write to {link.connector_id} for agreement {link.agreement_id} is on its way or waits there. "
            "Try again once it is settled.",
        )


def _is_unread(remote: RemoteRecord) -> bool:
    """Whether it was made by a create whose answer was lost, and nobody has read yet what stands in it."""
    return remote.phase is LinkPhase.OPEN and remote.seen is None and bool(remote.attempts)


def room_for(
    uow: WritingUnitOfWork, hub: Hub, moving: LinkRecord, agreement_id: str, aliases: Aliases, version: int
) -> LinkRecord:
    """The link of that agreement that the copy goes to: one for the same readers with nothing there, or new.

    What once was there, and is not any more, has been succeeded.
    """
    there = uow.links.in_system(agreement_id, moving.connector_id)
    free = [one for one in there if not (is_there(uow, hub, one) or keeps_ours(uow, hub, one))]
    free.sort(key=lambda one: (one.members != moving.members, one.audience))
    link = (
        free[0]
        if free
        else uow.links.ensure(
            agreement_id,
            moving.connector_id,
            free_audience(moving.members, there, version),
            moving.members,
            version,
        )
    )
    for succeeded in uow.remotes.of_link(link.id):
        put_aside(uow, hub, succeeded, link)
    uow.links.revoke(link.id)
    uow.links.set(link.id, members=moving.members, aliases=aliases.after(moving.aliases), phase=moving.phase)
    uow.look_at_link(link.id)
    return uow.links.get(link.id)


def put_aside(uow: WritingUnitOfWork, hub: Hub, remote: RemoteRecord, link: LinkRecord) -> None:
    """Another object, of this link, stands for its agreement there.

    Should it come to life, it is looked at anew. What we wrote in it may still be read: it stays beside that
    other one, so that it is taken back when it may not be seen any more.
    """
    may_be_read = remote.shape is not None and is_made_by_us(uow, hub, remote)
    uow.remotes.save(
        replace(
            remote,
            link_id=link.id if may_be_read else None,
            phase=LinkPhase.CLOSED,
            base={},
            why=remote.why if may_be_read and remote.is_aside else REPLACED,
        )
    )


def take_along(
    uow: WritingUnitOfWork,
    remote: RemoteRecord,
    link: LinkRecord,
    aliases: Aliases,
    known: Moved,
    version: int,
) -> RemoteRecord:
    """The object under its new link; ``version``: the one that holds what is agreed about it."""
    own = aliases.units_here
    held = {**known.held, **own(remote.held)}
    decided = held.keys() | own(remote.answered).keys()
    return uow.remotes.save(
        replace(
            remote,
            link_id=link.id,
            part=aliases.id_here(remote.part) if remote.part else "",
            base=dict.fromkeys(sorted(known.agreed - decided), version),
            shape=replace(remote.shape, units=frozenset(map(aliases.key_here, remote.shape.units)))
            if remote.shape
            else None,
            attempts=tuple(replace(one, sent=own(one.sent)) for one in remote.attempts),
            refused=own(remote.refused),
            held=held,
            answered={
                **{key: value for key, value in known.over.items() if key not in decided},
                **{key: value for key, value in own(remote.answered).items() if key not in held},
            },
            rewrites=own(remote.rewrites),
        )
    )
