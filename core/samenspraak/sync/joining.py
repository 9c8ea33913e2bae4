"""Two agreements that are one: the first stays, the copies of the other become its copies.

Source: design §5.8; domain.md, situation 17. What each unit becomes, and what is known of each copy from
then on, is decided in ``policy/joining.py``; here it is carried out, in the transaction of whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.aliases import Aliases
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import UnitKey, Units, apply, units_of
from samenspraak.errors import RuleError
from samenspraak.policy.joining import Moved, Normal, aliases_between, merged, moved
from samenspraak.policy.state import LinkPhase, SentUnits
from samenspraak.store.records import AgreementRecord, AuditLine, Cause, LinkRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import following, reports
from samenspraak.sync.aliased import aliased
from samenspraak.sync.hub import Hub
from samenspraak.sync.moving import (
    ask_which_copy,
    check_settled,
    is_there,
    keeps_ours,
    normal_here,
    put_aside,
    read_beside,
    room_for,
    take_along,
)
from samenspraak.sync.sides import copy_state
from samenspraak.sync.snapshot import Snapshot, load
from samenspraak.sync.versions import record_version

JOINED = "joined"


@dataclass(frozen=True, kw_only=True)
class Joined:
    """What came of it.

    ``version``: the one in which they are one · ``taken``: units the agreement took over · ``asked``: units
    of which both say something else, so that a person is asked · ``doubled``: systems with two copies now.
    """

    version: int
    taken: tuple[UnitKey, ...]
    asked: tuple[UnitKey, ...]
    doubled: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Move:
    """A copy of the agreement that goes, as it was read, and the object of it that moves."""

    copy: Snapshot
    remote: RemoteRecord
    known: Moved


def join(uow: WritingUnitOfWork, hub: Hub, stays_id: str, goes_id: str, *, by: str) -> Joined:
    """From now on ``goes_id`` is another id of the agreement ``stays_id``; both may be such ids already.

    Raises:
        RuleError: they cannot be one: of two clients, not both live, or a write to a copy is on its way.
        NotFoundError: there is no such agreement.
    """
    stays, goes = uow.agreements.current(stays_id), uow.agreements.current(goes_id)
    _check(uow, stays, goes)
    one, other = stays.agreement, goes.agreement
    aliases = aliases_between(units_of(one), units_of(other))
    says, kept = aliases.units_here(units_of(other)), _kept(uow, hub, one, other, aliases)
    found = merged(one, says, kept)
    after, version = apply(one, found.take), stays.version + 1

    following.consents(uow, goes=other.id, stays=one.id)
    copies = [load(uow, hub, link.id) for link in uow.links.of_agreement(other.id)]
    moves = [
        _known(copy, remote, aliases, units_of(after), found.differ)
        for copy in copies
        for remote in copy.remotes
    ]
    doubled = _move(uow, hub, one, moves, aliases, version)
    _become_alias(uow, hub, stays, goes, aliases, by)
    said = uow.statements.copy(other.id, one.id, aliases.said_here)
    days = {about.occurrence.day for about in said if about.occurrence is not None}
    record_version(uow, hub, stays, after, cause=Cause(actor=by, why=JOINED), days=days)
    _ask_about(uow, hub, after, goes, aliases, found.differ, moves, said, doubled)
    return Joined(
        version=version,
        taken=tuple(sorted(found.take)),
        asked=tuple(sorted(found.differ)),
        doubled=tuple(sorted({link.connector_id for link in doubled})),
    )


def _check(uow: UnitOfWork, stays: AgreementRecord, goes: AgreementRecord) -> None:
    one, other = stays.agreement, goes.agreement
    refusals = {
        "they are one already": one.id == other.id,
        "they are about two clients": one.client_id != other.client_id,
        "one of them is over": not (one.status.is_live and other.status.is_live),
        "one of them was erased": stays.erased or goes.erased,
    }
    for why, holds in refusals.items():
        if holds:
            raise RuleError("join", f"Agreements {one.id} and {other.id} cannot be joined: {why}.")
    for link in uow.links.of_agreement(other.id):
        check_settled(uow, link)


def _kept(
    uow: UnitOfWork, hub: Hub, one: Agreement, other: Agreement, aliases: Aliases
) -> dict[str, tuple[Normal, ...]]:
    """How the systems that hold each of them keep a value."""
    return {
        "ours": tuple(_normals(uow, hub, one, Aliases())),
        "theirs": tuple(_normals(uow, hub, other, aliases)),
    }


def _normals(uow: UnitOfWork, hub: Hub, agreement: Agreement, aliases: Aliases) -> Iterator[Normal]:
    for link in uow.links.of_agreement(agreement.id):
        if is_there(uow, hub, link):
            connector = hub.connected.connector(uow.organisation, link.connector_id)
            yield aliased(connector, aliases.after(link.aliases)).normal


def _known(copy: Snapshot, remote: RemoteRecord, aliases: Aliases, joined: Units, differ: Units) -> _Move:
    """What is known of one object once it is a copy of the agreement that stays."""
    if remote.phase is LinkPhase.CLOSED:  # what ended there has ended, whatever is said here from now on
        return _Move(
            copy=copy, remote=remote, known=Moved(agreed=frozenset(map(aliases.key_here, remote.base)))
        )
    state = copy_state(copy, remote)
    was = aliases.units_here(state.was)
    unread = {key for key in was if not copy.capabilities.reads(key) and was[key] == joined.get(key)}
    own = frozenset(
        key for key in joined.keys() | differ.keys() if copy.belongs(aliases.key_there(key), remote.part)
    )
    known = moved(
        joined={key: value for key, value in joined.items() if key in own},
        differ=differ.keys() & own,
        then=aliases.units_here({key: one for key, one in state.then.items() if copy.has_place(key)}),
        shown=frozenset(map(aliases.key_here, state.shape.units)),
        unread=unread,
        normal=normal_here(copy, aliases),
    )
    return _Move(copy=copy, remote=remote, known=known)


def _move(
    uow: WritingUnitOfWork, hub: Hub, stays: Agreement, moves: list[_Move], aliases: Aliases, version: int
) -> list[LinkRecord]:
    """Every object goes along; gives the links by which a system now has a second copy that may be kept.

    Of two that the hub shows to the same reader nobody has to choose one: the one that comes along is theirs
    no more, from this moment, and is taken back.
    """
    doubled = []
    for link in {move.copy.link.id: move.copy.link for move in moves}.values():
        own = [move for move in moves if move.copy.link.id == link.id]
        beside = [one for one in read_beside(uow, hub, link, stays.id) if is_there(uow, hub, one)]
        is_over = not is_there(uow, hub, link)
        if beside and is_over and not keeps_ours(uow, hub, link):
            for move in own:
                put_aside(uow, hub, move.remote, beside[0])
            continue
        room = room_for(uow, hub, link, stays.id, aliases, version)
        for move in own:
            take_along(uow, move.remote, room, aliases, move.known, version)
        if beside and hub.capabilities(uow.organisation, link.connector_id).only_shows:
            uow.links.set(room.id, members=frozenset())
        elif beside and not is_over:
            doubled.append(room)
    return doubled


def _become_alias(
    uow: WritingUnitOfWork, hub: Hub, stays: AgreementRecord, goes: AgreementRecord, aliases: Aliases, by: str
) -> None:
    """What goes says so in its own history, and nothing is done for it any more."""
    other, cause = goes.agreement, Cause(actor=by, why=JOINED)
    version = uow.agreements.replace(other, expected=goes.version, cause=cause, at=hub.now(), units=())
    uow.agreements.join(other.id, stays.agreement.id, aliases)
    for link in uow.links.of_agreement(other.id):
        uow.links.close(link, version)
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=by,
            action="agreement.joined",
            object=f"agreement:{other.id}",
            client_id=other.client_id,
            version=version,
            detail=f"into agreement:{stays.agreement.id}",
        )
    )


def _ask_about(
    uow: WritingUnitOfWork,
    hub: Hub,
    after: Agreement,
    goes: AgreementRecord,
    aliases: Aliases,
    differ: Units,
    moves: list[_Move],
    said: list[Statement],
    doubled: list[LinkRecord],
) -> None:
    """What was asked about the one that goes, what both say differently, and which copy is one too many."""
    following.likenesses(uow, hub, goes=goes.agreement.id, stays=after)
    following.questions(uow, hub, goes.agreement.id, after, aliases)
    for key, value in sorted(differ.items()):
        shown: dict[str, tuple[str, SentUnits]] = {
            move.remote.id: (move.copy.system.id, {key: move.known.held[key]})
            for move in moves
            if key in move.known.held
        }
        following.ask_differing(uow, hub, after, key, value, shown)
    for moment in {one.occurrence for one in said if one.occurrence is not None}:
        reports.ask_report(uow, hub, after, moment)
    for link in doubled:
        ask_which_copy(uow, hub, after, link)
