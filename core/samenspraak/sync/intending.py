"""What is about to leave, committed before it leaves: the intent, its guard, and what it changes at once.

Source: design §5 (1, 2); simulation H5, H7.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from samenspraak.connectors.writes import Changes
from samenspraak.domain.units import UnitKey
from samenspraak.errors import StaleError
from samenspraak.policy.capabilities import Token
from samenspraak.policy.state import Do, Intent, LinkPhase, Plan, WriteKind
from samenspraak.store.records import DOUBLE, LinkRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.looking import View
from samenspraak.sync.snapshot import Snapshot

_KINDS = {
    Do.CREATE: WriteKind.CREATE,
    Do.UPDATE: WriteKind.UPDATE,
    Do.END: WriteKind.END,
    Do.RETRACT: WriteKind.RETRACT,
}


def changes_of(view: View, decided: Plan) -> Changes:
    """What the lens is to put: a retraction says nothing, also of what was told."""
    retracts = decided.do is Do.RETRACT
    tells = decided.tell or (retracts and bool(view.reading and view.reading.told))
    return Changes(
        set=decided.set,
        clear=decided.clear,
        told=(() if retracts else view.snapshot.told) if tells else None,
        mark=_mark(view, decided),
        asked=() if retracts else view.snapshot.asked,
    )


def intent_of(view: View, decided: Plan, changes: Changes, now: datetime) -> Intent:
    """What will have been sent, per unit, and what stood there before."""
    snapshot = view.snapshot
    normal = snapshot.connector.normal
    enforced = snapshot.capabilities.token is Token.ENFORCED
    return Intent(
        kind=_KINDS[decided.do],
        version=snapshot.record.version,
        sent={
            **{key: normal(key, value) for key, value in decided.set.items()},
            **dict.fromkeys(decided.clear),
        },
        before=dict(view.reading.units) if view.reading else {},
        at=now,
        how=decided.how,
        mark=changes.mark,
        told=tuple(one.id for one in changes.told or ()),
        conditional=enforced and decided.do is not Do.CREATE,
        token=view.found.token if view.found else None,
        shape=snapshot.shape,
    )


def unmoved(uow: UnitOfWork, hub: Hub, snapshot: Snapshot, link: LinkRecord) -> None:
    """The guard of the intent: version, consent and the connector are as they were when it was planned.

    And so is what may be seen there: who reads it, and what each of them may see, can change by itself.

    Args:
        uow: where the intent is committed.
        hub: the hub.
        snapshot: what it was planned on.
        link: the link as it is now.

    Raises:
        StaleError: something moved; plan again.
    """
    agreement = snapshot.record.agreement
    system = uow.connectors.get(snapshot.system.id)
    now = (
        uow.agreements.version_of(agreement.id),
        uow.consents.epoch(agreement.client_id),
        (system.state, system.settings),
        sight_of(uow, hub, agreement, snapshot.system.id, link.members).shape(),
    )
    planned_on = (snapshot.system.state, snapshot.system.settings)
    if now != (snapshot.record.version, snapshot.epoch, planned_on, snapshot.shape):
        raise StaleError(f"Link {snapshot.link.id}: it moved since this was planned.")


def with_intent(known: RemoteRecord, intent: Intent, hidden: Collection[UnitKey]) -> RemoteRecord:
    """The object as known from the moment the intent is committed.

    A unit that is hidden leaves the base: revealed again, it is as new (simulation H7). One that is cleared
    because nobody holds it any more keeps it, so that it is cleared again when this write does not land.
    What stands there too late is only accounted for when it was seen to be overwritten, not before.
    """
    if intent.kind is WriteKind.CREATE:
        known = _as_new(known)
    return replace(
        known,
        intent=intent,
        written_at=intent.at,
        ended_by_us=False,
        base={key: at for key, at in known.base.items() if key not in hidden},
        shape=None
        if known.shape is None
        else replace(intent.shape, units=known.shape.units & intent.shape.units),
    )


def _as_new(known: RemoteRecord) -> RemoteRecord:
    """Nothing of an object that was there before holds for the one that is made now."""
    return replace(
        known,
        phase=LinkPhase.NONE,
        attempts=tuple(one for one in known.attempts if not one.removes),
        external_id=None,
        token=None,
        seen=None,
        base={},
        shape=None,
        held={},
        answered={},
        rewrites={},
        earlier=(),
        page_mark=None,
    )


def succeeded(known: RemoteRecord, remote_id: str) -> RemoteRecord:
    """What stands there, from the moment another one is made in its place: what it says can still be read.

    It is kept beside that one, so that it is taken back when it may not be seen any more.
    """
    return replace(
        _as_new(known),
        id=remote_id,
        external_id=known.external_id,
        token=known.token,
        phase=LinkPhase.CLOSED,
        why=DOUBLE,
        seen=known.seen,
        shape=known.shape,
        page_mark=known.page_mark,
        ended_by_us=False,
        intent=None,
        released=False,
        attempts=(),
        look=0,
        looked=0,
        next_at=None,
        fence=0,
    )


def sent_now(remote: RemoteRecord, intent: Intent, now: datetime) -> RemoteRecord:
    """The write may have left a while after it was intended: from now on its effect must come to show."""
    return replace(remote, intent=replace(intent, at=now), written_at=now)


def _mark(view: View, decided: Plan) -> str | None:
    """The mark to show; messages are numbered, so that terms A, B, A are three messages."""
    if decided.mark is None or not view.snapshot.capabilities.tells:
        return decided.mark
    last = (view.reading.mark if view.reading else None) or "#0"
    return f"{decided.mark}#{int(last.rpartition('#')[2]) + 1}"
