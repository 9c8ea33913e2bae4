"""What the other copies of an agreement say, before an edit in one of them is taken over."""

from __future__ import annotations

from samenspraak.connectors.connector import Found
from samenspraak.domain.units import UnitKey
from samenspraak.errors import SamenspraakError
from samenspraak.policy.contest import contests
from samenspraak.policy.state import ConnectorState, LinkPhase, Plan, QuestionKind
from samenspraak.store.records import RemoteRecord
from samenspraak.sync.hub import Hub
from samenspraak.sync.looking import Lease, View
from samenspraak.sync.snapshot import Snapshot, load, seen_units

_RUNNING = (ConnectorState.RUNNING, ConnectorState.MATCHING)


def contested(hub: Hub, organisation: str, lease: Lease, view: View, decided: Plan) -> frozenset[UnitKey]:
    """The units that this plan would take over, while somebody else changed them too or is asked about them.

    Each other copy is read as it is now, and looked at again when it contests something. A system that
    cannot be read at this moment contests nothing: its edit is met when it is heard again.
    """
    snapshot = view.snapshot
    with hub.store.read(organisation) as uow:
        links = uow.links.of_agreement(snapshot.record.agreement.id)
        others = [load(uow, hub, one.id) for one in links if one.id != snapshot.link.id]
        asked = {
            one.subject
            for one in uow.questions.list(agreement_id=snapshot.record.agreement.id)
            if one.kind is QuestionKind.CONFLICT
        }
    found = {key for key in decided.adopt if f"agreement:{snapshot.record.agreement.id}:{key}" in asked}
    for other in others:
        keys = _contests(hub, organisation, lease, snapshot, other, decided)
        if keys:
            with hub.store.write(organisation) as uow:
                uow.links.look(other.link.id)
                uow.wake(links=[other.link.id])
                uow.commit()
        found |= keys
    return frozenset(found)


def _contests(
    hub: Hub, organisation: str, lease: Lease, snapshot: Snapshot, other: Snapshot, decided: Plan
) -> frozenset[UnitKey]:
    readable = {
        key: None if value is None else other.connector.normal(key, value)
        for key, value in decided.adopt.items()
        if other.capabilities.reads(key) and key in other.shape.units
    }
    if not readable or other.system.state not in _RUNNING:
        return frozenset()
    call = hub.connected.call(
        organisation, other.system.id, permit=lambda: lease.permit(snapshot, retraction=False)
    )
    found: set[UnitKey] = set()
    for remote in other.remotes:
        own = {key: value for key, value in readable.items() if other.belongs(key, remote.part)}
        if own and _is_open(remote):
            try:
                look = other.connector.fetch(call, remote.external_id or "")
                if isinstance(look, Found):
                    theirs = other.connector.get(look.raw, other.directory).units
                    found |= contests(own, seen_units(other, remote), theirs)
            except SamenspraakError:
                continue
    return frozenset(found)


def _is_open(remote: RemoteRecord) -> bool:
    return remote.phase is LinkPhase.OPEN and remote.external_id is not None and remote.intent is None
