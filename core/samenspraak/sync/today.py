"""What else a plan about one object depends on today, beside what either side holds."""

from __future__ import annotations

from samenspraak.connectors.connector import Found, Reading
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKind
from samenspraak.policy.capabilities import Write
from samenspraak.policy.state import Leader, SentUnits, Today
from samenspraak.policy.terms import content_digest, waits_for_others
from samenspraak.store.records import RemoteRecord
from samenspraak.sync.outcome import changes_between
from samenspraak.sync.snapshot import Snapshot, seen_units


def today_of(
    snapshot: Snapshot,
    remote: RemoteRecord | None = None,
    found: Found | None = None,
    reading: Reading | None = None,
) -> Today:
    """Everything else a plan depends on; with what the object says now, where it was read."""
    capabilities = snapshot.capabilities
    author = author_of(snapshot, remote, found, reading)
    return Today(
        connector_id=snapshot.system.id,
        capabilities=capabilities,
        connector=snapshot.system.state,
        shape=snapshot.shape,
        normal=snapshot.connector.normal,
        rules={
            UnitKind(kind): Leader(connector_id=leader)
            for kind, leader in snapshot.system.rules.items()
            if leader != "ask"
        },
        first_agree=waits_for_others(
            snapshot.units, _edits(snapshot, remote, reading), author=author, groups=snapshot.groups
        ),
        author=author,
        mark=_mark(snapshot),
        statements=frozenset(one.id for one in snapshot.told) if capabilities.tells_statements else None,
    )


def author_of(
    snapshot: Snapshot, remote: RemoteRecord | None, found: Found | None, reading: Reading | None
) -> PartyRef | None:
    """Whose edits these are: of whoever changed the object last, if nobody else did since we looked.

    Only versions that count tell how many changes there were.
    """
    if remote is None or found is None or reading is None or not snapshot.capabilities.token_counts:
        return None
    return reading.author if changes_between(remote.token, found.token) == 1 else None


def _edits(snapshot: Snapshot, remote: RemoteRecord | None, reading: Reading | None) -> SentUnits:
    """What people made of some units there since those were last decided on."""
    if remote is None or reading is None:
        return {}
    then = seen_units(snapshot, remote)
    return {
        key: reading.units.get(key)
        for key in reading.units.keys() | then.keys()
        if snapshot.capabilities.reads(key)
        and snapshot.belongs(key, remote.part)
        and reading.units.get(key) != then.get(key)
    }


def _mark(snapshot: Snapshot) -> str | None:
    if not (snapshot.capabilities.keeps_marks or snapshot.capabilities.mode is Write.APPEND):
        return None
    return content_digest(snapshot.shape.project(snapshot.units))
