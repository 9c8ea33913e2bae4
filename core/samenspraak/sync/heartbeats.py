"""Signs of life: after some silence a subscriber is told that there is nothing, and which number is the last.

Source: ADR 0045; Standard Webhooks has no such thing. A heartbeat has no number, is not
repeated and not kept: the next one says the same. It says nothing of anybody, so consent is not asked.
"""

from __future__ import annotations

from contextlib import suppress

import structlog

from samenspraak.connectors.notices import Delivery, Heartbeat
from samenspraak.errors import AuthenticationError, ConfigurationError, SamenspraakError, TransientError
from samenspraak.policy.state import ConnectorState
from samenspraak.store.records import ConnectorRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync import subscribers
from samenspraak.sync.hub import Hub
from samenspraak.sync.trouble import trouble

log = structlog.get_logger(__name__)


def silent(uow: UnitOfWork, hub: Hub) -> list[str]:
    """The connectors whose subscribers wait for a sign of life."""
    return [one.id for one in uow.connectors.list() if is_silent(uow, hub, one)]


def is_silent(uow: UnitOfWork, hub: Hub, system: ConnectorRecord) -> bool:
    """Whether nothing was sent there for as long as its settings say, or nothing ever."""
    if system.state is not ConnectorState.RUNNING:
        return False
    with suppress(ConfigurationError):  # told where it is used
        after = hub.connected.connector(uow.organisation, system.id, known=system).heartbeat_after()
        if after is not None:
            at = uow.events.subscriber(system.id)
            failed_at = at.failing.last if at.failing else None
            last = max(filter(None, (at.sent_at, at.taken_at, failed_at)), default=None)
            is_quiet = at.quiet_until is not None and at.quiet_until > hub.now()
            return not is_quiet and (last is None or hub.now() >= last + after)
    return False


def beat(hub: Hub, organisation: str, connector_id: str) -> bool:
    """Send a sign of life, if it is still waited for; whether it was taken."""
    with hub.store.write(organisation) as uow:
        if not is_silent(uow, hub, uow.connectors.get(connector_id)):
            return False
        uow.events.sent(connector_id, hub.now())  # whoever else looks finds that this one is on its way
        last = uow.events.subscriber(connector_id).number
        uow.commit()
    heartbeat = Heartbeat(id=hub.new_id(), last=last, at=hub.now())
    failure: SamenspraakError | None = None
    came = None
    try:
        call = hub.connected.call(organisation, connector_id)
        came = hub.connected.connector(organisation, connector_id).beat(call, heartbeat)
    except SamenspraakError as error:
        failure = error
    except Exception as error:  # a plugin may raise anything; the next heartbeat comes all the same
        log.exception("heartbeat crashed", organisation=organisation, error=type(error).__name__)
        failure = TransientError(f"Heartbeat for {connector_id}: an unexpected error.")
    with hub.store.write(organisation) as uow:
        if came is Delivery.TAKEN:
            subscribers.took(uow, hub, connector_id)
        elif came is Delivery.UNWANTED:
            subscribers.refused(uow, hub, connector_id)
        elif isinstance(failure, AuthenticationError | ConfigurationError):
            trouble(uow, hub, connector_id, failure)
        elif failure is not None:
            subscribers.missed(uow, hub, connector_id, failure)
        uow.commit()
    return came is Delivery.TAKEN
