"""How a subscriber fares, whatever was sent to it: it took something, took nothing, or wants no more.

One that takes nothing keeps nobody else waiting, is tried with one notice a minute, and after five days of
nothing but failures it is left alone until somebody enables it again (:mod:`samenspraak.policy.enduring`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from samenspraak.errors import SamenspraakError
from samenspraak.policy.enduring import failed
from samenspraak.policy.state import ConnectorState
from samenspraak.store.records import ConnectorRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.asking import ask_admin, no_more_admin
from samenspraak.sync.hub import Hub
from samenspraak.sync.trouble import stand_still

log = structlog.get_logger(__name__)

UNDELIVERED = "undelivered"
"""Why the admin is asked: nobody took a notice until its schedule was over."""
UNWANTED = "unwanted"
"""Why a connector stands still: its subscriber says that it wants no more."""
DISABLED = "disabled"
"""Why a connector stands still: its subscriber took nothing for five days."""


class Health(StrEnum):
    """How it goes with a subscriber. ``disabled``: it is told nothing until somebody enables it."""

    OK = "ok"
    FAILING = "failing"
    DISABLED = "disabled"


@dataclass(frozen=True, kw_only=True)
class Fares:
    """How a subscriber fares.

    ``since``: nothing but failures since then · ``until``: it is disabled then, if it goes on like this ·
    ``taken_at``: when it took something last · ``failures``: so many in a row.
    """

    health: Health
    since: datetime | None
    until: datetime | None
    taken_at: datetime | None
    failures: int


def fares(uow: UnitOfWork, system: ConnectorRecord) -> Fares:
    """How the subscriber of this connector fares."""
    at = uow.events.subscriber(system.id)
    failing, is_off = at.failing, system.state is not ConnectorState.RUNNING
    health = Health.DISABLED if is_off else Health.FAILING if failing else Health.OK
    return Fares(
        health=health,
        since=failing.since if failing else None,
        until=failing.until if failing and not is_off else None,
        taken_at=at.taken_at,
        failures=at.failures,
    )


def took(uow: WritingUnitOfWork, hub: Hub, connector_id: str) -> None:
    """It took something: after a time in which it took nothing, all goes on at once. Told once."""
    before = uow.events.subscriber(connector_id)
    uow.events.heard(connector_id, taken_at=hub.now())
    if before.failures >= hub.pace.breaker_after:
        uow.wake(events=uow.events.hasten(connector_id, hub.now()))
        log.info("subscriber recovered", organisation=uow.organisation, connector=connector_id)


def refused(uow: WritingUnitOfWork, hub: Hub, connector_id: str) -> None:
    """It wants no more of any: nothing is discarded, and the admin is asked."""
    system = uow.connectors.get(connector_id)
    if system.state is ConnectorState.RUNNING:
        stand_still(uow, hub, system, ConnectorState.UNAUTHORISED, UNWANTED)
        log.error("subscriber wants no more", organisation=uow.organisation, connector=connector_id)


def gave_up(uow: WritingUnitOfWork, hub: Hub, connector_id: str) -> None:
    """The schedule of a notice is over: the admin is asked, unless asked already why nothing is sent."""
    if uow.connectors.get(connector_id).state_why != DISABLED:
        ask_admin(uow, hub, connector_id, cause=UNDELIVERED)


def missed(uow: WritingUnitOfWork, hub: Hub, connector_id: str, error: SamenspraakError) -> timedelta:
    """It took nothing, or asked for a pause: all its notices wait, until one is tried again.

    Gives for how long it asked to be left alone.
    """
    before, now = uow.events.subscriber(connector_id), hub.now()
    asked = pause = timedelta(seconds=getattr(error, "retry_after", None) or 0.0)
    failures, failing = before.failures + 1, failed(before.failing, now)
    if failures >= hub.pace.breaker_after:
        pause = max(pause, hub.pace.breaker_pause)
    if failures == hub.pace.breaker_after:
        log.error("subscriber unavailable", organisation=uow.organisation, connector=connector_id)
    uow.events.missed(connector_id, failing=failing, quiet_until=now + pause if pause else None)
    if failing.is_over(now):
        _disable(uow, hub, connector_id)
    return asked


def _disable(uow: WritingUnitOfWork, hub: Hub, connector_id: str) -> None:
    """One question says it all: what was asked about single notices is part of it."""
    system = uow.connectors.get(connector_id)
    if system.state is ConnectorState.RUNNING:
        no_more_admin(uow, hub, connector_id, cause=UNDELIVERED)
        stand_still(uow, hub, system, ConnectorState.UNAUTHORISED, DISABLED)
        log.error("subscriber disabled", organisation=uow.organisation, connector=connector_id)
