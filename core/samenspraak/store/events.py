"""The outbox: what each subscriber is told, in numbers without gaps, and what became of it (ADR 0034).

A notice is made in the transaction of the copy it tells of, with the next number of its subscriber: what is
rolled back takes its number along. Numbers stay, whatever becomes of what they were for.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from samenspraak.policy.enduring import Failing
from samenspraak.store.columns import AT_ONCE
from samenspraak.store.kept import Row
from samenspraak.store.leases import Leased, releasing, waiting_until, waits_until
from samenspraak.store.records import EventRecord, SubscriberRecord
from samenspraak.store.scope import Scope
from samenspraak.store.tables import event, subscriber

_OUTCOME: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(("id", "kind", "taken_at", "given_up_at", "detail", "attempts"), lambda value: value),
    "priority": int,
    "next_at": waits_until,
}
"""What may change of an event, and how each is kept."""


NOT_CHOSEN = "not_chosen"
"""The detail of an event that was not handed over, since its subscriber chose other kinds."""
_FAILS_NOT = dict.fromkeys(("failing_since", "failed_at", "window_from", "clock_from"))


class Events(Leased):
    """The events of one organisation; retractions go before the others, else by their numbers."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, event, event.c.priority, event.c.number)

    # The outbox.

    def add(self, new: EventRecord) -> EventRecord:
        """Put it in the outbox under the next number of its subscriber; its own number is not looked at."""
        number = self.subscriber(new.connector_id).number + 1
        self._scope.put(subscriber, {"connector_id": new.connector_id}, number=number)
        self._scope.add(
            event,
            id=new.id,
            connector_id=new.connector_id,
            number=number,
            kind=new.kind,
            copy_id=new.copy_id,
            agreement_id=new.agreement_id,
            reader=new.reader,
            version=new.version,
            at=new.at,
            detail="",
            priority=new.priority,
            lease_owner="",
        )
        return self.get(new.id)

    def get(self, event_id: str) -> EventRecord:
        """The event with this id.

        Raises:
            NotFoundError: this organisation has no such event.
        """
        return _record(self._scope.get(event, id=event_id))

    def is_one(self, event_id: str) -> bool:
        """Whether there is an event with this id."""
        return self._scope.find(event, id=event_id) is not None

    def last_of(self, connector_id: str, copy_ids: Collection[str]) -> dict[str, EventRecord]:
        """The last event about each of these copies."""
        there = (event.c.connector_id == connector_id, event.c.copy_id.in_(sorted(copy_ids)))
        last = self._scope.select(event, sa.func.max(event.c.number)).where(*there).group_by(event.c.copy_id)
        own = event.c.connector_id == connector_id
        rows = self._scope.rows(self._scope.select(event).where(own, event.c.number.in_(last)))
        return {row.copy_id: _record(row) for row in rows}

    def after(self, connector_id: str, number: int, size: int) -> builtins.list[EventRecord]:
        """What a subscriber was, or is to be, told after this number: in order, this many at most."""
        later = self._scope.select(event).where(event.c.connector_id == connector_id, event.c.number > number)
        return [_record(row) for row in self._scope.rows(later.order_by(event.c.number).limit(size))]

    def numbered(self, connector_id: str, number: int) -> EventRecord:
        """The event with this number of its subscriber.

        Raises:
            NotFoundError: there is none.
        """
        return _record(self._scope.get(event, connector_id=connector_id, number=number))

    def missing(self, connector_id: str, after: int) -> builtins.list[str]:
        """The ids of those after this number that were never handed over: given up, or not chosen."""
        is_not_chosen = sa.and_(event.c.taken_at.is_not(None), event.c.detail == NOT_CHOSEN)
        never = sa.or_(event.c.given_up_at.is_not(None), is_not_chosen)
        return self._ids(connector_id, event.c.number > after, never)

    def failed(self, connector_id: str, since: datetime | None = None) -> builtins.list[str]:
        """The ids of those given up, or of these what happened at this moment or later."""
        happened = () if since is None else (event.c.at >= since,)
        return self._ids(connector_id, event.c.given_up_at.is_not(None), *happened)

    def counts(self, connector_id: str) -> tuple[int, int]:
        """How many wait to be handed over, and how many were given up."""
        own = self._scope.select(
            event,
            sa.func.count().filter(event.c.due).label("waiting"),
            sa.func.count().filter(event.c.given_up_at.is_not(None)).label("given_up"),
        )
        [row] = self._scope.rows(own.where(event.c.connector_id == connector_id, event.c.taken_at.is_(None)))
        return row.waiting, row.given_up

    def given_up(
        self, connector_id: str | None = None, *, since: datetime | None = None
    ) -> builtins.list[EventRecord]:
        """Those that nobody took until the schedule was over, in the order of their numbers.

        ``since``: only where that was at this moment or later.
        """
        own = self._scope.select(event).where(event.c.given_up_at.is_not(None))
        if connector_id is not None:
            own = own.where(event.c.connector_id == connector_id)
        if since is not None:
            own = own.where(event.c.given_up_at >= since)
        return [_record(row) for row in self._scope.rows(own.order_by(event.c.connector_id, event.c.number))]

    # Handing over.

    def claim(
        self, event_id: str, now: datetime, lease_until: datetime, owner: str = ""
    ) -> EventRecord | None:
        """The event with a lease of ours, under the next fence; None when it is not due or leased already."""
        row = self._claim(event_id, now, lease_until, owner)
        return _record(row) if row else None

    def finish(self, seen: EventRecord, **outcome: Any) -> bool:
        """Write what became of it and release the lease; False, and nothing written, when the fence moved."""
        values = {name: _OUTCOME[name](value) for name, value in outcome.items()}
        claimed = {"of_id": seen.id, "of_fence": seen.fence}
        return self._scope.run(releasing(event), **claimed, **values, lease_until=AT_ONCE).rowcount == 1

    def become(self, claimed: EventRecord, new_id: str, kind: str, priority: int) -> EventRecord:
        """The event as another one, by another id and under the same number; the lease stays.

        What was sent of it before was of the one that it is no more.
        """
        self._set(claimed.id, {"id": new_id, "kind": kind, "priority": priority, "attempts": 0})
        return self.get(new_id)

    def again(self, event_ids: Collection[str], *, taken: bool = False) -> builtins.list[str]:
        """Begin the schedule anew for those of these that were given up; gives their ids.

        ``taken``: also for those that were taken, or whose kind was not chosen. One statement, so that of two
        who ask at once only one gets each.
        """
        over = self._scope.update(event).where(
            event.c.id.in_(sorted(event_ids)),
            sa.not_(event.c.due) if taken else event.c.given_up_at.is_not(None),
        )
        anew = over.values(taken_at=None, given_up_at=None, attempts=0, detail="", next_at=AT_ONCE)
        return sorted(row.id for row in self._scope.rows(anew.returning(event.c.id)))

    def hasten(self, connector_id: str, now: datetime, *, number: int | None = None) -> builtins.list[str]:
        """What waits for another try at this subscriber waits no more; gives the ids.

        ``number``: only the one with this number.
        """
        waiting = self._scope.update(event).where(
            event.c.connector_id == connector_id, event.c.due, event.c.next_at > now
        )
        if number is not None:
            waiting = waiting.where(event.c.number == number)
        hastened = waiting.values(next_at=AT_ONCE).returning(event.c.id)
        return sorted(row.id for row in self._scope.rows(hastened))

    # Whom it is for.

    def subscriber(self, connector_id: str) -> SubscriberRecord:
        """How far this one is; one that was never told anything is at the beginning."""
        row = self._scope.find(subscriber, connector_id=connector_id)
        if row is None:
            return SubscriberRecord(connector_id=connector_id)
        return SubscriberRecord(
            connector_id=row.connector_id,
            number=row.number,
            failures=row.failures,
            quiet_until=waiting_until(row.quiet_until),
            taken_at=row.taken_at,
            sent_at=row.sent_at,
            failing=_failing(row),
        )

    def quiet(self, now: datetime) -> frozenset[str]:
        """The connectors whose subscribers are left alone now."""
        still = self._scope.select(subscriber, subscriber.c.connector_id).where(
            subscriber.c.quiet_until > now
        )
        return frozenset(row.connector_id for row in self._scope.rows(still))

    def sent(self, connector_id: str, at: datetime) -> None:
        """Something is on its way to it, of whatever kind."""
        self._scope.put(subscriber, {"connector_id": connector_id}, sent_at=at)

    def heard(self, connector_id: str, *, taken_at: datetime | None = None) -> None:
        """Nothing keeps its notices any more; ``taken_at``: it took something."""
        taken = {} if taken_at is None else {"taken_at": taken_at, **_FAILS_NOT}
        self._note(connector_id, failures=0, quiet_until=AT_ONCE, **taken)

    def trust(self, connector_id: str) -> None:
        """Somebody says that it goes well again: what failed before does not count any more."""
        self._note(connector_id, **_FAILS_NOT)

    def missed(self, connector_id: str, *, failing: Failing, quiet_until: datetime | None) -> None:
        """Once more it took nothing; nothing is sent before that moment."""
        self._note(
            connector_id,
            failures=subscriber.c.failures + 1,
            quiet_until=waits_until(quiet_until),
            failing_since=failing.since,
            failed_at=failing.last,
            window_from=failing.window,
            clock_from=failing.clock,
        )

    def _ids(self, connector_id: str, *which: sa.ColumnElement[bool]) -> builtins.list[str]:
        own = self._scope.select(event, event.c.id).where(event.c.connector_id == connector_id, *which)
        return [row.id for row in self._scope.rows(own.order_by(event.c.number))]

    def _note(self, connector_id: str, **noted: Any) -> None:
        own = self._scope.update(subscriber).where(subscriber.c.connector_id == connector_id)
        self._scope.run(own.values(**noted))


def _failing(row: Row) -> Failing | None:
    if row.failing_since is None:
        return None
    return Failing(since=row.failing_since, last=row.failed_at, window=row.window_from, clock=row.clock_from)


def _record(row: Row) -> EventRecord:
    return EventRecord(
        id=row.id,
        connector_id=row.connector_id,
        number=row.number,
        kind=row.kind,
        copy_id=row.copy_id,
        agreement_id=row.agreement_id,
        reader=row.reader,
        version=row.version,
        at=row.at,
        taken_at=row.taken_at,
        given_up_at=row.given_up_at,
        detail=row.detail,
        priority=row.priority,
        attempts=row.attempts,
        next_at=waiting_until(row.next_at),
        fence=row.fence,
    )
