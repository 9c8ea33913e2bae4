"""The brake: when one system ends or changes very much at once, a person looks before anything is taken over.

A wrong export, a mistaken bulk action or a half restored database must not end everybody's agreements in
every other system. What is on its way from a system is counted before the first of it is taken over. Taking
back what may no longer be seen is never braked: that does not come from a peer.

Source: design §5.8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import structlog

from samenspraak.domain.agreements import Status
from samenspraak.domain.units import UnitKind
from samenspraak.errors import SamenspraakError
from samenspraak.policy.state import ConnectorState, Do, Plan
from samenspraak.store.records import ConnectorRecord, LinkRecord
from samenspraak.sync.hub import Hub
from samenspraak.sync.lately import LATELY, Kind
from samenspraak.sync.looking import Lease, Looker
from samenspraak.sync.snapshot import load
from samenspraak.sync.today import plan_of
from samenspraak.sync.trouble import stand_still

log = structlog.get_logger(__name__)

BRAKE = "brake"
_AT_LEAST = 10
"""So many of a small organisation are no mass event."""
_PART: Mapping[Kind, float] = {Kind.END: 0.10, Kind.CHANGE: 0.30}


def lets_through(hub: Hub, organisation: str, link: LinkRecord, decided: Plan) -> bool:
    """Whether this may be taken over now; if not, the system was stopped and the admin was asked.

    Args:
        hub: the hub.
        organisation: whose.
        link: the copy that it comes from, under our lease.
        decided: a plan that adopts something.
    """
    kind = _kind(decided)
    if kind is None:
        return True
    course = hub.lately.of(organisation, link.connector_id)
    with course.lock:
        with hub.store.read(organisation) as uow:
            system = uow.connectors.get(link.connector_id)
            marked = uow.links.marked(system.id)
        if not system.state.listens:
            return False
        # People change much in an hour; that so much ends is odd however it comes.
        counts = Counter({Kind.END: course.ended(hub.now(), apart_from=link.id), Kind.CHANGE: 0})
        counts[kind] += 1
        many = max(len(marked), *counts.values()) > _AT_LEAST
        if many and not _is_released(system, hub.now()) and _is_mass(hub, organisation, link, marked, counts):
            _stop(hub, organisation, system, counts)
            return False
        if kind is Kind.END:
            course.ends(hub.now(), link.id)
        return True


def _is_mass(
    hub: Hub, organisation: str, link: LinkRecord, marked: Mapping[str, int], counts: Counter[Kind]
) -> bool:
    """Whether this is too much at once, counting what is still on its way; ``counts`` grows by that."""
    course = hub.lately.of(organisation, link.connector_id)
    with hub.store.read(organisation) as uow:
        there = uow.links.open_count(link.connector_id)
    most = {kind: max(_AT_LEAST, part * there) for kind, part in _PART.items()}
    is_counted = link.id in marked and course.counted.get(link.id) == marked[link.id]
    if len(marked) > min(most.values()) and not is_counted:
        for link_id in marked.keys() - {link.id}:
            counts.update(_brings(hub, organisation, link_id))
        course.counted = dict(marked)
    return any(counts[kind] > most[kind] for kind in Kind)


def _kind(decided: Plan) -> Kind | None:
    if not decided.adopt:
        return None
    ends = any(
        (isinstance(value, Status) and value.is_over) or (key.kind is UnitKind.ASSIGNMENT and value is None)
        for key, value in decided.adopt.items()
    )
    return Kind.END if ends else Kind.CHANGE


def _is_released(system: ConnectorRecord, now: datetime) -> bool:
    """Whether a person has looked: what waited then, and what follows within the hour, goes through."""
    return system.released_at is not None and now - system.released_at < LATELY


def _brings(hub: Hub, organisation: str, link_id: str) -> set[Kind]:
    """What another copy would bring about if it were worked on now; nothing is written."""
    with hub.store.read(organisation) as uow:
        snapshot = load(uow, hub, link_id)
    looker, found = Looker(Lease(hub, organisation, snapshot.link)), set()
    for part in snapshot.parts:
        try:
            view = looker.view(snapshot, part)
        except SamenspraakError:  # told where that copy is worked on
            continue
        decided = plan_of(view)
        if decided.do is Do.ADOPT and (kind := _kind(decided)):
            found.add(kind)
    return found


def _stop(hub: Hub, organisation: str, system: ConnectorRecord, counts: Mapping[Kind, int]) -> None:
    with hub.store.write(organisation) as uow:
        stand_still(uow, hub, system, ConnectorState.STOPPED, BRAKE)
        uow.commit()
    log.error(
        "connector braked",
        organisation=organisation,
        connector=system.id,
        ends=counts[Kind.END],
        changes=counts[Kind.CHANGE],
    )
