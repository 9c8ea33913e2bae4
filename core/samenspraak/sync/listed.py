"""Looking through a whole system for the object that a create of ours made, when nobody knows its id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from samenspraak.connectors.looks import Found, Reading
from samenspraak.errors import InvalidRecordError
from samenspraak.policy.state import Intent
from samenspraak.store.records import RemoteRecord
from samenspraak.sync.hub import Hub
from samenspraak.sync.looking import Lease
from samenspraak.sync.snapshot import Snapshot


def made_by(
    hub: Hub, organisation: str, lease: Lease, snapshot: Snapshot, remote: RemoteRecord, intent: Intent
) -> Sequence[Found]:
    """The records that may be what this create made: with our marker, else what says what we sent.

    Only records of the same client that belong to nothing we know. When none says exactly what we sent,
    somebody may have typed in it since: then every live one of them may be it.
    """
    marker = snapshot.subject(remote.part).marker
    found = {one.external_id: (one, says) for one, says in _strangers(hub, organisation, lease, snapshot)}
    marked = [one for one, says in found.values() if says.marker == marker]
    same = [one for one, says in found.values() if says.marker is None and _says(snapshot, says, intent)]
    live = [one for one, says in found.values() if says.marker is None and says.selected]
    return marked or same or live


def _strangers(
    hub: Hub, organisation: str, lease: Lease, snapshot: Snapshot
) -> Iterator[tuple[Found, Reading]]:
    connector = snapshot.connector
    for page in connector.changes(lease.call(snapshot), None):
        for record in page.records:
            if not isinstance(record, Found) or _is_known(hub, organisation, snapshot, record):
                continue
            try:
                says = connector.get(record.raw, snapshot.directory)
            except InvalidRecordError:
                continue
            if says.client is not None and snapshot.is_about(says.client):
                yield record, says


def _is_known(hub: Hub, organisation: str, snapshot: Snapshot, record: Found) -> bool:
    with hub.store.read(organisation) as uow:
        known = uow.remotes.by_external(snapshot.system.id, record.external_id)
    return known is not None and known.link_id is not None


def _says(snapshot: Snapshot, says: Reading, intent: Intent) -> bool:
    readable = {key: value for key, value in intent.sent.items() if snapshot.capabilities.reads(key)}
    return all(says.units.get(key) == value for key, value in readable.items())
