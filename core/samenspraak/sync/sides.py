"""The sides of a plan: what we hold for one object, what we know of it, and what it says now."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import simplejson

from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Found, Reading
from samenspraak.domain.units import UNITS, WHAT, Keyed, UnitKey, UnitKind, Units
from samenspraak.errors import InvalidRecordError
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import Attempt, CopyState, Ours, Presence, There
from samenspraak.store.records import RemoteRecord
from samenspraak.sync.naming import misnamed
from samenspraak.sync.snapshot import Snapshot

_OF_AN_ASSIGNMENT = frozenset(kind for kind, row in UNITS.items() if row.keyed is not Keyed.NOT)
_LATE = timedelta(hours=24)
"""How long a request whose effect nobody saw may still arrive."""
_TEXT = simplejson.JSONEncoder(sort_keys=True, separators=(",", ":"))
_DROPS = 2
"""Somebody may have removed a mark once; what is gone after that many writes, the system does not keep."""


def copy_state(snapshot: Snapshot, remote: RemoteRecord | None, then: Units | None = None) -> CopyState:
    """What we know of one object, as a plan takes it. ``then``: as :func:`seen_units` gives it."""
    if remote is None:
        return CopyState()
    attempts = may_arrive(remote, snapshot.now)
    return CopyState(
        phase=remote.phase,
        was={
            key: snapshot.bases[version][key]
            for key, version in remote.base.items()
            if key in snapshot.bases[version]
        },
        then=seen_units(snapshot, remote) if then is None else then,
        based=frozenset(remote.base),
        shape=remote.shape or _first_shape(snapshot, remote),
        held=remote.held,
        answered=remote.answered,
        past=snapshot.past,
        intent=remote.intent,
        attempts=attempts,
        refused=remote.refused,
        unkept={one for one in remote.unkept if remote.unkept.count(one) >= _DROPS},
        typed=snapshot.typed if _is_theirs(snapshot, remote) else {},
        left=snapshot.left,
        ended_by_us=remote.ended_by_us or any(one.removes for one in attempts),
        released=remote.released,
    )


def may_arrive(remote: RemoteRecord, now: datetime) -> tuple[Attempt, ...]:
    """The writes that were given up on and may still land there."""
    return tuple(one for one in remote.attempts if now - one.at < _LATE)


def _first_shape(snapshot: Snapshot, remote: RemoteRecord) -> Shape:
    """What could be seen in an object we just met: of all that may be there, what they added themselves."""
    added = _OF_AN_ASSIGNMENT if remote.part in snapshot.newcomers else frozenset[UnitKind]()
    return Shape(units=frozenset(), kinds=added & snapshot.shape.kinds)


def _is_theirs(snapshot: Snapshot, remote: RemoteRecord) -> bool:
    """Whether people there wrote it down: it does not carry our marker, and we have what they called it."""
    if WHAT not in snapshot.typed or remote.seen is None:
        return False
    try:
        return snapshot.connector.get(dict(remote.seen), snapshot.directory).marker is None
    except InvalidRecordError:
        return False


def seen_units(snapshot: Snapshot, remote: RemoteRecord) -> Units:
    """What the object said when each unit was last decided on, read with today's lens."""
    if remote.seen is None:
        return {}
    try:
        reading = snapshot.connector.get(dict(remote.seen), snapshot.directory)
    except InvalidRecordError:
        # What an earlier lens could read and today's cannot is no base to compare with.
        return {}
    return {key: value for key, value in reading.units.items() if snapshot.belongs(key, remote.part)}


def ours_of(snapshot: Snapshot, part: str) -> Ours:
    """What the hub holds for one object."""
    agreement = snapshot.record.agreement
    units = {key: value for key, value in snapshot.units.items() if snapshot.belongs(key, part)}
    there = not part or agreement.assignment(part) is not None or part in snapshot.newcomers
    if snapshot.record.erased:
        presence = Presence.ERASED
    elif agreement.status.is_over or snapshot.record.same_as is not None or not there:
        presence = Presence.OVER
    else:
        presence = Presence.LIVE if agreement.status.is_live else Presence.DRAFT
    return Ours(
        presence=presence,
        units=units,
        version=snapshot.record.version,
        part=part,
        siblings=sum(one.id != part for one in agreement.assignments)
        if part
        else len(agreement.assignments) - 1,
    )


def there_of(snapshot: Snapshot, reading: Reading, found: Found, remote: RemoteRecord) -> There:
    """One object as it is now."""
    return There(
        units={key: value for key, value in reading.units.items() if snapshot.belongs(key, remote.part)},
        selected=reading.selected,
        client_is_ours=reading.client is None or snapshot.is_about(reading.client),
        doubles=len(snapshot.of_part(remote.part)) - 1,
        went_back=went_back(snapshot, found, remote),
        repeats=_repeats(snapshot, found, remote),
        mark=reading.mark,
        told=reading.told,
        unanswered=reading.unanswered,
        arrival=reading.arrival,
        misnamed=misnamed_in(snapshot, remote.part, reading, found),
    )


def misnamed_in(snapshot: Snapshot, part: str, reading: Reading, found: Found) -> frozenset[UnitKey]:
    """The units of this object that say what ours do, and show somebody otherwise than they should now."""
    visible = snapshot.shape.project(snapshot.units)
    own = {key: value for key, value in visible.items() if snapshot.belongs(key, part)}
    return misnamed(snapshot.connector, snapshot.directory, own, reading, found)


def _repeats(snapshot: Snapshot, found: Found, remote: RemoteRecord) -> bool:
    """Whether it is in a state that it was in before the last one."""
    before = remote.earlier[:-1]
    if not before:
        return False
    state = content_of(snapshot.connector, found)
    return state in before and state != remote.earlier[-1]


def page_mark(connector: Connector, found: Found) -> str:
    """What a page must show for us not to look again: the token, or the content where there is none."""
    return found.token or content_of(connector, found)


def content_of(connector: Connector, found: Found) -> str:
    """A short stable text for what a record says, as far as the lens touches it."""
    return hashlib.sha256(_TEXT.encode(connector.own(found.raw)).encode()).hexdigest()


def went_back(snapshot: Snapshot, found: Found, remote: RemoteRecord) -> bool:
    """The peer was restored from an older state: an ordered token went back, or tells of other content.

    Another mapping may touch other members of the same content, so that only the same one compares.
    """
    if found.token is None or remote.token is None:
        return False
    if found.token != remote.token:
        return snapshot.capabilities.token_ordered and int(found.token) < int(remote.token)
    mapping = remote.shape.mapping_version if remote.shape else None
    comparable = mapping == snapshot.capabilities.mapping_version and bool(remote.earlier)
    return comparable and content_of(snapshot.connector, found) != remote.earlier[-1]
