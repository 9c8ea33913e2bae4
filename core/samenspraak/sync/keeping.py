"""How what we know of an object moves: per unit, with the decision on that unit, and never as a whole.

Source: design §3 ("the base is derived, unit by unit"); simulation H1, H2, H7.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from samenspraak.connectors.looks import Found
from samenspraak.connectors.writes import Changes
from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import Intent, LinkPhase, Plan, SentUnits
from samenspraak.store.records import RemoteRecord
from samenspraak.sync.looking import View
from samenspraak.sync.outcome import spent
from samenspraak.sync.sides import content_of, page_mark
from samenspraak.sync.snapshot import Snapshot

_EARLIER_STATES = 20


def as_changes(units: SentUnits) -> Changes:
    """These values as changes for a lens; None clears."""
    return Changes(
        set={key: value for key, value in units.items() if value is not None},
        clear=frozenset(key for key, value in units.items() if value is None),
    )


def decided_on(view: View, decided: Plan, version: int) -> RemoteRecord | None:
    """The object as known after this plan, before anything is written there.

    Args:
        view: the object as it was looked at.
        decided: the plan; what it writes is not decided yet, it moves when it is seen to have landed.
        version: the version that holds what was adopted.
    """
    remote = view.remote
    if remote is None:
        return None
    if view.found is None or view.reading is None or not decided.rows:
        return noticed(view, remote)
    agreed = {**dict.fromkeys(decided.agreed, version), **dict.fromkeys(decided.adopt, version)}
    moved = decided.agreed | set(decided.adopt) | set(decided.hold)
    settled = decided.agreed | set(decided.adopt)
    shape = remote.shape or Shape(units=frozenset())
    return replace(
        spent(remote, {key: view.reading.units.get(key) for key in decided.spent}),
        phase=remote.phase if view.snapshot.is_hidden else LinkPhase.OPEN,
        # Until what was restored has landed there, each look judges it the same.
        released=remote.released and decided.writes,
        ended_by_us=False,
        token=view.found.token,
        base={**remote.base, **agreed},
        seen=_seen(view, remote, view.found, moved | set(decided.keep)),
        shape=_shape(view.snapshot.shape, shape, moved),
        held={key: value for key, value in decided.hold.items() if key not in settled},
        answered={
            key: value
            for key, value in remote.answered.items()
            if key not in settled and key not in decided.hold
        },
        earlier=with_state(remote, view.snapshot, view.found),
        page_mark=page_mark(view.snapshot.connector, view.found),
        written_at=view.snapshot.now if decided.adopt or decided.hold else remote.written_at,
    )


def noticed(view: View, remote: RemoteRecord) -> RemoteRecord:
    """The object as known, with the state it was seen in: a page that shows the same is no news.

    After an object could not be seen, or was not there, any page that shows it is.
    """
    if view.found is None:
        return replace(remote, page_mark=None)
    return replace(remote, page_mark=page_mark(view.snapshot.connector, view.found))


def landed(
    snapshot: Snapshot, remote: RemoteRecord, intent: Intent, found: Found, units: frozenset[UnitKey]
) -> RemoteRecord:
    """The object as known once these units of a write were seen to stand there."""
    seen = as_changes({key: intent.sent[key] for key in units})
    kept = remote.seen if remote.seen is not None else _as_made(snapshot, remote, found)
    # What it was written over was seen to stand there, too: an attempt of ours that came late.
    over = spent(remote, {key: intent.before.get(key) for key in units})
    return replace(
        spent(over, {key: intent.sent[key] for key in units}),
        token=found.token,
        earlier=with_state(remote, snapshot, found),
        base=_agreed(snapshot, remote, intent, units),
        seen=snapshot.connector.own(snapshot.connector.put(dict(kept), seen, snapshot.directory)),
        shape=_shape(intent.shape, remote.shape or Shape(units=frozenset()), units),
        answered={key: value for key, value in remote.answered.items() if key not in units},
        refused={key: value for key, value in remote.refused.items() if key not in units},
        rewrites={key: mark for key, mark in remote.rewrites.items() if key not in units},
    )


def _as_made(snapshot: Snapshot, remote: RemoteRecord, found: Found) -> Mapping[str, object]:
    """The object before anybody typed in it: none of its units has been decided on yet."""
    connector, directory = snapshot.connector, snapshot.directory
    own = (key for key in connector.get(found.raw, directory).units if snapshot.belongs(key, remote.part))
    return connector.put(connector.own(found.raw), Changes(clear=frozenset(own)), directory)


def standing(
    snapshot: Snapshot, remote: RemoteRecord, intent: Intent, units: frozenset[UnitKey]
) -> RemoteRecord:
    """The object as known when these units are to be compared with what was sent, not with before."""
    sent = as_changes({key: intent.sent[key] for key in units})
    seen = snapshot.connector.put(dict(remote.seen or {}), sent, snapshot.directory)
    return replace(remote, seen=seen, base=_agreed(snapshot, remote, intent, units))


def typed_over(
    snapshot: Snapshot, remote: RemoteRecord, intent: Intent, units: frozenset[UnitKey]
) -> RemoteRecord:
    """The object as known when nobody knows whether whoever typed in these units saw what was sent.

    Then they may not have seen either what the write took out of sight.
    """
    hidden = _hidden(snapshot, intent, units)
    return replace(remote, base={key: at for key, at in remote.base.items() if key not in hidden})


def _agreed(
    snapshot: Snapshot, remote: RemoteRecord, intent: Intent, units: frozenset[UnitKey]
) -> Mapping[UnitKey, int]:
    """Per unit the version it last agreed in, now that these were written.

    Nothing is agreed about what the write took out of sight; revealed again, it is as new.
    """
    hidden = _hidden(snapshot, intent, units)
    agreed = {**remote.base, **dict.fromkeys(units, intent.version)}
    return {key: at for key, at in agreed.items() if key not in hidden}


def _hidden(snapshot: Snapshot, intent: Intent, units: frozenset[UnitKey]) -> frozenset[UnitKey]:
    """What the write took out of sight: cleared, or given back what people there had written before."""
    unseen = units - intent.shape.units
    return frozenset(key for key in unseen if intent.sent[key] is not None or key in snapshot.units)


def _seen(view: View, remote: RemoteRecord, found: Found, moved: Collection[UnitKey]) -> Mapping[str, object]:
    """What stands there, except that a unit without a decision keeps what was seen of it before."""
    connector = view.snapshot.connector
    now = view.reading.units if view.reading else {}
    then = view.then
    pending: dict[UnitKey, UnitValue | None] = {
        key: then.get(key)
        for key in now.keys() | then.keys()
        if key not in moved and view.snapshot.belongs(key, remote.part) and now.get(key) != then.get(key)
    }
    own = connector.own(found.raw)
    return connector.own(connector.put(own, as_changes(pending), view.snapshot.directory)) if pending else own


def _shape(today: Shape, stored: Shape, grown: Collection[UnitKey]) -> Shape:
    """The stored shape: it shrinks to today's at once and grows per unit that was settled."""
    return replace(today, units=frozenset((stored.units | set(grown)) & today.units))


def with_state(remote: RemoteRecord, snapshot: Snapshot, found: Found) -> tuple[str, ...]:
    """The last states this record was in, oldest first, without the present one twice."""
    now = content_of(snapshot.connector, found)
    if remote.earlier and remote.earlier[-1] == now:
        return remote.earlier
    return (*remote.earlier, now)[-_EARLIER_STATES:]
