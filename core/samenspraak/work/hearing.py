"""Hearing one system, the same for every runner: when its time has come, and what a failure leads to."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import structlog

from samenspraak.connectors.manifest import Rates
from samenspraak.domain.local_time import local_day
from samenspraak.errors import SamenspraakError, TransientError
from samenspraak.store.log import Pulled
from samenspraak.store.records import ConnectorRecord
from samenspraak.sync.hub import Hub
from samenspraak.sync.pull import pull, pull_failed
from samenspraak.sync.trouble import is_left_alone

log = structlog.get_logger(__name__)


def rates(hub: Hub, organisation: str, connector_id: str) -> Rates:
    """The limits towards a system; the usual ones where its plugin cannot be used."""
    try:
        return hub.connected.manifest(organisation, connector_id).rates
    except SamenspraakError:
        return Rates()


def is_due(system: ConnectorRecord, limits: Rates, now: datetime) -> bool:
    """Whether a system is to be heard now.

    A hint, or another try after a failure, makes it sooner than its rhythm; a pause it asked for and an open
    breaker make it later. What was heard far in the time to come was heard before the clock was set back.
    """
    if not system.state.listens or is_left_alone(system, now):
        return False
    if system.poll_due_at is not None and system.poll_due_at <= now:
        return True
    return system.polled_at is None or abs(now - system.polled_at) >= timedelta(seconds=limits.poll_seconds)


def is_new_day(system: ConnectorRecord, today: date) -> bool:
    """Whether a system was heard before, but not yet today.

    No list of changes shows what left a selection, and many none of what was deleted; a look at everything
    there is does, and once a day it may take its time.
    """
    return system.heard_at is not None and local_day(system.heard_at) < today


def hear(
    hub: Hub, organisation: str, connector_id: str, *, full: bool = False
) -> tuple[Pulled, SamenspraakError | None]:
    """What a system told, or the error that is noted; one that cannot be heard holds up no other.

    The first time on a day it tells everything there is, as with ``full``.
    """
    try:
        with hub.store.read(organisation) as uow:
            whole = full or is_new_day(uow.connectors.get(connector_id), hub.today())
        return pull(hub, organisation, connector_id, full=whole), None
    except SamenspraakError as error:
        failure = error
    except Exception as error:  # a plugin may raise anything
        log.exception(
            "hearing crashed", organisation=organisation, connector=connector_id, error=type(error).__name__
        )
        failure = TransientError(f"Connector {connector_id}: an unexpected error ({type(error).__name__}).")
    pull_failed(hub, organisation, connector_id, failure)
    return Pulled(), failure
