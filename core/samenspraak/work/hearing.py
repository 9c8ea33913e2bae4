"""Hearing one system, the same for every runner: when its time has come, and what a failure leads to."""

from __future__ import annotations

from datetime import datetime, timedelta

from samenspraak.connectors.manifest import Rates
from samenspraak.errors import SamenspraakError
from samenspraak.policy.state import ConnectorState
from samenspraak.store.records import ConnectorRecord
from samenspraak.sync.hub import Hub
from samenspraak.sync.pull import Pulled, pull, pull_failed

LISTENS = frozenset({ConnectorState.RUNNING, ConnectorState.MATCHING})
"""In these states a system is heard."""


def rates(hub: Hub, organisation: str, connector_id: str) -> Rates:
    """The limits towards a system; the usual ones where its plugin cannot be used."""
    try:
        return hub.connected.manifest(organisation, connector_id).rates
    except SamenspraakError:
        return Rates()


def is_due(system: ConnectorRecord, limits: Rates, now: datetime) -> bool:
    """Whether a system is to be heard now.

    A hint, or another try after a failure, makes it sooner than its rhythm; a pause it asked for and an open
    breaker make it later.
    """
    if system.state not in LISTENS:
        return False
    waits_until = max(filter(None, (system.paused_until, system.breaker_until)), default=None)
    if waits_until is not None and waits_until > now:
        return False
    if system.poll_due_at is not None and system.poll_due_at <= now:
        return True
    return system.polled_at is None or system.polled_at + timedelta(seconds=limits.poll_seconds) <= now


def hear(
    hub: Hub, organisation: str, connector_id: str, *, full: bool = False
) -> tuple[Pulled, SamenspraakError | None]:
    """What a system told, or the error that is noted; one that cannot be heard holds up no other."""
    try:
        return pull(hub, organisation, connector_id, full=full), None
    except SamenspraakError as error:
        pull_failed(hub, organisation, connector_id, error)
        return Pulled(), error
