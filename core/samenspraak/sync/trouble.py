"""Trouble with a whole system: its breaker, a pause it asked for, and the one question for the admin."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from samenspraak.errors import AuthenticationError, ConfigurationError, SamenspraakError, TransientError
from samenspraak.policy.state import ConnectorState
from samenspraak.store.records import ConnectorRecord, LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.asking import ask_admin, no_more_admin
from samenspraak.sync.hub import Hub

log = structlog.get_logger(__name__)

UNAVAILABLE = "unavailable"

_NEEDS_A_PERSON = (AuthenticationError, ConfigurationError)
_RETRIES = 0.1
"""The part of what a system may be asked that retries may take."""
_LONG = 16
"""As after so many attempts: what waits for a whole system is woken when that answers."""


def left_alone_until(system: ConnectorRecord) -> datetime | None:
    """Until when this system is not to be called: it asked for a pause, or its breaker is open."""
    return max(filter(None, (system.paused_until, system.breaker_until)), default=None)


def is_left_alone(system: ConnectorRecord, now: datetime) -> bool:
    until = left_alone_until(system)
    return until is not None and until > now


def is_broken_off(hub: Hub, system: ConnectorRecord) -> bool:
    """Whether its breaker is open while it is heard: then hearing is the one probe, and all else waits."""
    return system.state.listens and system.failures >= hub.pace.breaker_after


def may_be_asked(hub: Hub, system: ConnectorRecord) -> bool:
    """Whether a system can be asked something on the way, as part of other work."""
    broken_off = is_broken_off(hub, system) or is_left_alone(system, hub.now())
    return system.state.listens and not broken_off


def admitted(uow: WritingUnitOfWork, hub: Hub, connector_id: str) -> datetime | None:
    """Whether a link may call the system now (None), or from when.

    While the breaker is open, hearing from the system is the one probe: then all links wait, and once it
    answers the most urgent one goes first. A stopped system is not heard, so there a link probes.
    """
    system, now = uow.connectors.get(connector_id), hub.now()
    if is_broken_off(hub, system):
        return now + hub.backoff(_LONG)
    until = left_alone_until(system)
    if until is not None and until > now:
        return until + hub.backoff(0)
    if system.failures >= hub.pace.breaker_after:
        uow.connectors.note(system.id, breaker_until=now + hub.pace.breaker_pause)
    return None


def is_about_the_system(error: SamenspraakError) -> bool:
    """Whether what went wrong with one record is no matter of that record."""
    return isinstance(error, _NEEDS_A_PERSON) or (isinstance(error, TransientError) and error.whole_connector)


def trouble(uow: WritingUnitOfWork, hub: Hub, connector_id: str, error: SamenspraakError) -> None:
    """The cause is not one record: everything for the system waits, or a person is asked. Told once."""
    if isinstance(error, _NEEDS_A_PERSON):
        _needs_a_person(uow, hub, connector_id, error)
        return
    system, now = uow.connectors.get(connector_id), hub.now()
    failures = system.failures + 1
    if failures == hub.pace.breaker_after:
        log.error("connector unavailable", organisation=uow.organisation, connector=connector_id)
        ask_admin(uow, hub, connector_id, cause=UNAVAILABLE)
    asked: float | None = getattr(error, "retry_after", None)
    if asked:
        uow.connectors.note(connector_id, paused_until=now + hub.backoff(0, asked))
    if failures >= hub.pace.breaker_after:
        again = now + hub.pace.breaker_pause
        uow.connectors.note(connector_id, breaker_until=again, poll_due_at=again)
    uow.connectors.note(connector_id, failures=failures)


def again_at(uow: UnitOfWork, hub: Hub, link: LinkRecord, error: SamenspraakError) -> datetime:
    """When to try this copy again: later each time, at random, and not before the system asked for it.

    All retries towards a system together take at most a tenth of what it may be asked, however many fail: so
    one that answers some requests and fails others is not worn out, and what is new finds its way.

    Source: reliability R-OUT-6 (retry budget).
    """
    rates = hub.connected.manifest(uow.organisation, link.connector_id).rates
    share = timedelta(seconds=uow.links.retrying(link.connector_id) / (rates.per_second * _RETRIES))
    return hub.now() + hub.backoff(link.attempts, getattr(error, "retry_after", None), spread=share)


def answered(uow: WritingUnitOfWork, hub: Hub, asked: ConnectorRecord) -> None:
    """The system answers again: what waited for it goes on at once. Told once.

    ``asked``: the system as it was before it was asked. An answer from before the last failure proves
    nothing, and a pause that the system asked for lasts as long as it said.
    """
    system = uow.connectors.get(asked.id)
    if not system.failures or system.failures > asked.failures:
        return
    if system.paused_until is not None and system.paused_until > hub.now():
        return
    uow.connectors.note(asked.id, failures=0, breaker_until=None, paused_until=None)
    uow.wake(links=uow.links.hasten(asked.id, hub.now()))
    no_more_admin(uow, hub, asked.id, cause=UNAVAILABLE)
    log.info("connector recovered", organisation=uow.organisation, connector=asked.id)


def stand_still(
    uow: WritingUnitOfWork, hub: Hub, system: ConnectorRecord, state: ConnectorState, why: str
) -> None:
    """From now on the system takes no part, until the admin has answered the one question about it."""
    uow.connectors.save(replace(system, state=state, state_why=why))
    ask_admin(uow, hub, system.id, cause=why)


def _needs_a_person(uow: WritingUnitOfWork, hub: Hub, connector_id: str, error: SamenspraakError) -> None:
    """Nothing is discarded; the connector pauses and a person is asked, once."""
    system = uow.connectors.get(connector_id)
    if not system.state.listens:
        return
    stand_still(uow, hub, system, ConnectorState.UNAUTHORISED, error.code)
    log.error(
        "connector needs a person", organisation=uow.organisation, connector=connector_id, code=error.code
    )
