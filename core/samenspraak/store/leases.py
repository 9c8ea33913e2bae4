"""Who works on a row: one lease at a time, numbered by a fence, given out by single statements.

Links and remotes are both worked on like this. A worker that lost its lease has an old fence, and whatever
it still wants to write down is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from samenspraak.errors import NotFoundError
from samenspraak.store.columns import AT_ONCE
from samenspraak.store.kept import Row, among, kept, length_of, spread
from samenspraak.store.scope import Repository, Scope

_NONE = ""
"""No connector is called so. A list without anything in it would make the index useless."""


class Leased(Repository):
    """A table whose rows are due, leased, worked on and finished."""

    def __init__(self, scope: Scope, table: sa.Table, *order: sa.ColumnElement[Any]) -> None:
        super().__init__(scope)
        self._table = table
        self._order = order

    def due(self, now: datetime, limit: int) -> list[str]:
        """The ids of what should be worked on now and nobody works on, the most urgent first."""
        return [row_id for row_id, _ in self.waiting(now, limit)]

    def waiting(self, now: datetime, limit: int, without: Collection[str] = ()) -> list[tuple[str, str]]:
        """As :meth:`due`, each with its connector; ``without``: connectors that cannot take more now."""
        left_out = sorted(without) or [_NONE]
        statement = _waiting(self._table, self._order, length_of(left_out))
        asked = {"of_now": now, "of_limit": limit, **spread("of_without", left_out)}
        found = self._scope.rows(statement, **asked)
        return [(row.id, row.connector_id) for row in found]

    def renew(self, row_id: str, fence: int, until: datetime) -> bool:
        """The lease lasts until then; False when it is not ours any more."""
        return self._renew(row_id, fence, until) is not None

    def revoke(self, row_id: str) -> None:
        """Whoever works on it has lost it: what they still want to write down is refused."""
        self._set(row_id, {"lease_until": AT_ONCE, "fence": self._table.c.fence + 1})

    def release_all(self, owner: str = "") -> int:
        """Free what an owner that is not there any more had leased; gives how many. For its next start."""
        table = self._table
        left = self._scope.update(table).where(table.c.lease_until != AT_ONCE, table.c.lease_owner == owner)
        return self._scope.run(left.values(lease_until=AT_ONCE, fence=table.c.fence + 1)).rowcount

    def _renew(self, row_id: str, fence: int, until: datetime) -> Row | None:
        held = {"of_id": row_id, "of_fence": fence}
        return self._scope.first(_renewing(self._table), **held, lease_until=until)

    def _claim(self, row_id: str, now: datetime, until: datetime, owner: str) -> Row | None:
        lease = {"lease_until": until, "lease_owner": owner}
        return self._scope.first(_claiming(self._table), of_id=row_id, of_now=now, **lease)

    def _set(self, row_id: str, values: Mapping[str, object]) -> None:
        changed = self._scope.update(self._table).where(self._table.c.id == row_id).values(**values)
        if self._scope.run(changed).rowcount == 0:
            raise NotFoundError(f"There is no {self._table.name} {row_id} in {self._scope.organisation}.")


@kept
def _waiting(table: sa.Table, order: tuple[sa.ColumnElement[Any], ...], without: int) -> sa.Select[Any]:
    """At most ``of_limit`` rows that are free, apart from those of so many connectors ``of_without``."""
    left_out = sa.not_(among(table.c.connector_id, "of_without", without))
    found = Scope.select(table, table.c.id, table.c.connector_id).where(*_free(table), left_out)
    return found.order_by(*order).limit(sa.bindparam("of_limit", type_=sa.Integer))


@kept
def _claiming(table: sa.Table) -> sa.Executable:
    """Of the free row ``of_id``, as of ``of_now``."""
    row = Scope.update(table).where(table.c.id == sa.bindparam("of_id"), *_free(table))
    claiming: sa.Executable = row.values(fence=table.c.fence + 1).returning(*table.c)
    return claiming


def held_with(table: sa.Table) -> sa.Update:
    """What changes the row ``of_id`` while the lease with ``of_fence`` is held."""
    return Scope.update(table).where(
        table.c.id == sa.bindparam("of_id"),
        table.c.fence == sa.bindparam("of_fence"),
        table.c.lease_until != AT_ONCE,
    )


@kept
def releasing(table: sa.Table) -> sa.Update:
    """The same, as a statement."""
    return held_with(table)


@kept
def _renewing(table: sa.Table) -> sa.Executable:
    renewing: sa.Executable = held_with(table).returning(*table.c)
    return renewing


def _free(table: sa.Table) -> Sequence[sa.ColumnElement[bool]]:
    """Due at ``of_now``, and nobody works on it."""
    now = sa.bindparam("of_now", type_=table.c.next_at.type)
    return (table.c.due, table.c.next_at <= now, table.c.lease_until <= now)


def waits_until(moment: datetime | None) -> datetime:
    """How a row keeps "not before": no moment means at once."""
    return moment or AT_ONCE


def waiting_until(kept: datetime) -> datetime | None:
    """The reverse of :func:`waits_until`."""
    return None if kept == AT_ONCE else kept
