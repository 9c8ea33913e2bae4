"""Who works on a row: one lease at a time, numbered by a fence, given out by single statements.

Links and remotes are both worked on like this. A worker that lost its lease has an old fence, and whatever
it still wants to write down is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from samenspraak.errors import NotFoundError
from samenspraak.store.columns import AT_ONCE
from samenspraak.store.scope import Repository, Scope


class Leased(Repository):
    """A table whose rows are due, leased, worked on and finished."""

    def __init__(self, scope: Scope, table: sa.Table, *order: sa.ColumnElement[Any]) -> None:
        super().__init__(scope)
        self._table = table
        self._order = order

    def due(self, now: datetime, limit: int) -> list[str]:
        """The ids of what should be worked on now and nobody works on, the most urgent first."""
        table = self._table
        found = self._scope.select(table, table.c.id).where(*self._free(now)).order_by(*self._order)
        return [row.id for row in self._scope.rows(found.limit(limit))]

    def waiting(self, now: datetime, limit: int, without: Collection[str] = ()) -> list[tuple[str, str]]:
        """As :meth:`due`, each with its connector; ``without``: connectors that cannot take more now."""
        table = self._table
        found = self._scope.select(table, table.c.id, table.c.connector_id).where(*self._free(now))
        if without:
            found = found.where(table.c.connector_id.not_in(list(without)))
        rows = self._scope.rows(found.order_by(*self._order).limit(limit))
        return [(row.id, row.connector_id) for row in rows]

    def renew(self, row_id: str, fence: int, until: datetime) -> bool:
        """The lease lasts until then; False when it is not ours any more."""
        held = self._held(row_id, fence)
        return self._scope.run(held.values(lease_until=until)).rowcount == 1

    def release_all(self, owner: str = "") -> int:
        """Free what an owner that is not there any more had leased; gives how many. For its next start."""
        table = self._table
        left = self._scope.update(table).where(table.c.lease_until != AT_ONCE, table.c.lease_owner == owner)
        return self._scope.run(left.values(lease_until=AT_ONCE, fence=table.c.fence + 1)).rowcount

    def _claim(self, row_id: str, now: datetime, until: datetime, owner: str) -> Row[Any] | None:
        table = self._table
        claim = self._scope.update(table).where(table.c.id == row_id, *self._free(now))
        taken = claim.values(lease_until=until, lease_owner=owner, fence=table.c.fence + 1)
        return self._scope.first(taken.returning(*table.c))

    def _finish(self, row_id: str, fence: int, values: Mapping[str, object]) -> bool:
        held = self._held(row_id, fence)
        return self._scope.run(held.values(lease_until=AT_ONCE, **values)).rowcount == 1

    def _set(self, row_id: str, values: Mapping[str, object]) -> None:
        changed = self._scope.update(self._table).where(self._table.c.id == row_id).values(**values)
        if self._scope.run(changed).rowcount == 0:
            raise NotFoundError(f"There is no {self._table.name} {row_id} in {self._scope.organisation}.")

    def _held(self, row_id: str, fence: int) -> sa.Update:
        table = self._table
        return self._scope.update(table).where(
            table.c.id == row_id, table.c.fence == fence, table.c.lease_until != AT_ONCE
        )

    def _free(self, now: datetime) -> Sequence[sa.ColumnElement[bool]]:
        columns = self._table.c
        return (columns.due, columns.next_at <= now, columns.lease_until <= now)


def waits_until(moment: datetime | None) -> datetime:
    """How a row keeps "not before": no moment means at once."""
    return moment or AT_ONCE


def waiting_until(kept: datetime) -> datetime | None:
    """The reverse of :func:`waits_until`."""
    return None if kept == AT_ONCE else kept
