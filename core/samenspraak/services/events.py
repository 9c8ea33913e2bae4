"""What a subscriber is told: catching up after an absence, what was tried with each event, and telling again.

Everything is about the subscriber of one connector. An event is meant by its number, which never changes;
its id is another one once it has become a retraction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy.access import Principal, Role
from samenspraak.services import ADMIN
from samenspraak.services.naming import actor
from samenspraak.store.events import NOT_CHOSEN
from samenspraak.store.records import AuditLine, EventRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.catching_up import Told, told_after
from samenspraak.sync.delivering import try_again
from samenspraak.sync.hub import Hub

MOST = 500
"""Events in one answer."""


class EventState(StrEnum):
    """What became of an event. ``not_chosen``: its subscriber is not told of its kind, and can ask for it."""

    WAITING = "waiting"
    TAKEN = "taken"
    NOT_CHOSEN = "not_chosen"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, kw_only=True)
class CaughtUp:
    """Events in the order of their numbers. ``last``: the highest number there is."""

    events: tuple[Told, ...]
    last: int


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event as it is kept.

    ``detail``: the code of what went wrong last · ``since``: when it was taken or given up.
    """

    id: str
    connector_id: str
    number: int
    kind: str
    agreement_id: str
    at: datetime
    state: EventState
    attempts: int
    detail: str
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Try:
    """One attempt. ``outcome``: ``taken``, or the code of what went wrong · ``status``: what was answered."""

    at: datetime
    outcome: str
    status: int | None


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """An event with all attempts at it, the oldest first."""

    event: Event
    tries: tuple[Try, ...]


def catch_up(hub: Hub, organisation: str, connector_id: str, *, after: int = 0, limit: int = 100) -> CaughtUp:
    """What a subscriber was, or should have been, told after this number; never content.

    Whether it was delivered makes no difference, and reading changes nothing: what waits is sent all the
    same, under the same id. Nothing is ever removed, so that one can begin at any number.

    Args:
        hub: the hub.
        organisation: whose.
        connector_id: of the subscriber.
        after: the number up to which it has all; 0: from the beginning.
        limit: so many at most, up to :data:`MOST`.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: nobody is told anything through it, or the numbers do not do.
        ConfigurationError: its plugin is gone, so that nobody can say what may be told.
    """
    if after < 0 or not 1 <= limit <= MOST:
        raise RuleError("page", f"Ask for 1 to {MOST} events after number 0 or a later one.")
    with hub.store.read(organisation) as uow:
        check_told(uow, hub, connector_id)
        events = told_after(uow, hub, connector_id, after, limit)
        return CaughtUp(events=tuple(events), last=uow.events.subscriber(connector_id).number)


def listed(
    hub: Hub, organisation: str, connector_id: str, *, after: int = 0, limit: int = 100
) -> tuple[Event, ...]:
    """The events after this number and what became of each, in order.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: nobody is told anything through it.
    """
    with hub.store.read(organisation) as uow:
        check_told(uow, hub, connector_id)
        return tuple(_event(one) for one in uow.events.after(connector_id, after, limit))


def get(hub: Hub, organisation: str, connector_id: str, number: int) -> Delivered:
    """One event with every attempt at it.

    Raises:
        NotFoundError: there is no such connector, or no such event.
        RuleError: nobody is told anything through it.
    """
    with hub.store.read(organisation) as uow:
        check_told(uow, hub, connector_id)
        tries = (
            Try(at=one.at, outcome=one.outcome, status=one.status)
            for one in uow.log.deliveries(connector_id, number)
        )
        return Delivered(event=_event(uow.events.numbered(connector_id, number)), tries=tuple(tries))


# Telling again.


def resend(hub: Hub, organisation: str, connector_id: str, number: int, *, by: str = ADMIN) -> Event:
    """Tell one again, at once, also when it was taken: by the same id and number, if it may still be told.

    Raises:
        NotFoundError: there is no such connector, or no such event.
        RuleError: nobody is told anything through it.
    """
    with hub.store.write(organisation) as uow:
        check_told(uow, hub, connector_id)
        event = uow.events.numbered(connector_id, number)
        begun = try_again(uow, hub, [event.id], taken=True)
        begun += _hasten(uow, hub, connector_id, number)
        _audit(uow, hub, connector_id, "resent", by, begun, str(number))
        found = _event(uow.events.get(event.id))
        uow.commit()
    return found


def recover(
    hub: Hub, organisation: str, connector_id: str, *, since: datetime, by: str = ADMIN
) -> tuple[str, ...]:
    """Tell again all that was given up of what happened since this moment, and what waits for another try.

    Returns:
        The ids of those that go now; of two who ask at once only one gets each.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: nobody is told anything through it.
    """
    with hub.store.write(organisation) as uow:
        check_told(uow, hub, connector_id)
        begun = try_again(uow, hub, uow.events.failed(connector_id, since)) + _hasten(uow, hub, connector_id)
        _audit(uow, hub, connector_id, "recovered", by, begun, since.isoformat())
        uow.commit()
    return tuple(begun)


def replay(hub: Hub, organisation: str, connector_id: str, *, after: int, by: str = ADMIN) -> tuple[str, ...]:
    """Tell all after this number that was never handed over: given up, or of a kind not chosen then.

    Returns:
        The ids of those that go now; of two who ask at once only one gets each.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: nobody is told anything through it.
    """
    with hub.store.write(organisation) as uow:
        check_told(uow, hub, connector_id)
        missing = uow.events.missing(connector_id, after)
        begun = try_again(uow, hub, missing, taken=True) + _hasten(uow, hub, connector_id)
        _audit(uow, hub, connector_id, "replayed", by, begun, str(after))
        uow.commit()
    return tuple(begun)


def whose(who: Principal, connector_id: str | None) -> str:
    """The connector whose events somebody means: an app its own, staff the one that they name.

    Raises:
        NotFoundError: an app asks for another one.
        RuleError: nobody named one.
    """
    if who.role is Role.APP:
        if connector_id not in (None, who.connector_id):
            raise NotFoundError(f"There is no connector {connector_id} of yours.")
        return who.connector_id
    if connector_id is None:
        raise RuleError("connector", "Say which connector is meant.")
    return connector_id


def check_told(uow: UnitOfWork, hub: Hub, connector_id: str) -> None:
    """Part of a transaction: refuse a connector through which nobody is told of an outbox.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: nobody is told anything through it.
    """
    uow.connectors.get(connector_id)
    if not hub.capabilities(uow.organisation, connector_id).fetches_here:
        raise RuleError("subscriber", f"Nobody is sent notices through connector {connector_id}.")


def _hasten(uow: WritingUnitOfWork, hub: Hub, connector_id: str, number: int | None = None) -> list[str]:
    """What waits for its turn goes now."""
    begun = uow.events.hasten(connector_id, hub.now(), number=number)
    if begun:
        uow.events.heard(connector_id)
        uow.wake(events=begun)
    return begun


def _audit(
    uow: WritingUnitOfWork,
    hub: Hub,
    connector_id: str,
    what: str,
    by: str,
    begun: Collection[str],
    detail: str,
) -> None:
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=actor(uow, by),
            action=f"event.{what}",
            object=f"connector:{connector_id}",
            connector_id=connector_id,
            detail=f"{detail}: {len(begun)}",
        )
    )


def _event(record: EventRecord) -> Event:
    return Event(
        id=record.id,
        connector_id=record.connector_id,
        number=record.number,
        kind=record.kind,
        agreement_id=record.agreement_id,
        at=record.at,
        state=_state(record),
        attempts=record.attempts,
        detail=record.detail,
        since=record.taken_at or record.given_up_at,
    )


def _state(record: EventRecord) -> EventState:
    if record.given_up_at is not None:
        return EventState.GIVEN_UP
    if record.taken_at is None:
        return EventState.WAITING
    return EventState.NOT_CHOSEN if record.detail == NOT_CHOSEN else EventState.TAKEN
