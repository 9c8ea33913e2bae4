"""Configured connections, and how far the changes of each were read."""

from __future__ import annotations

import builtins
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from samenspraak.domain.units import UnitKind
from samenspraak.errors import NotFoundError, StaleError
from samenspraak.policy.capabilities import Direction
from samenspraak.policy.state import ConnectorState
from samenspraak.protocols import documents
from samenspraak.store.kept import Row, kept
from samenspraak.store.records import ConnectorRecord, CursorRecord
from samenspraak.store.scope import Repository, Scope
from samenspraak.store.tables import connector, cursor

_DECIDED = ("plugin", "title", "state", "state_why")
_NOTED = ("paused_until", "failures", "breaker_until", "heard_at", "polled_at", "poll_due_at", "released_at")
_SETTINGS = dict[str, Any]
_RULES = dict[str, str]
_DIRECTIONS = dict[UnitKind, Direction]


class Connectors(Repository):
    """The connectors of one organisation.

    What people decide is saved against the ``row`` version. How things go (failures, breaker, last heard) is
    noted by single statements and makes no version, so that a busy connector can still be configured.
    """

    def add(self, new: ConnectorRecord) -> ConnectorRecord:
        """Keep a new connector; gives it with its row version.

        Raises:
            StaleError: there is one with this id already.
        """
        noted = {name: getattr(new, name) for name in _NOTED}
        self._scope.add(connector, id=new.id, row=1, **_kept(new), **noted)
        return self.get(new.id)

    def get(self, connector_id: str) -> ConnectorRecord:
        """The connector.

        Raises:
            NotFoundError: this organisation has no such connector.
        """
        return self._scope.made_of(
            connector, connector_id, lambda: _record(self._scope.get(connector, id=connector_id))
        )

    def list(self) -> builtins.list[ConnectorRecord]:
        """All connectors, by id."""
        rows = self._scope.all(connector, connector.c.id)
        return [*self._scope.made_of(connector, (), lambda: [_record(row) for row in rows])]

    def save(self, record: ConnectorRecord) -> ConnectorRecord:
        """Keep all of it, if nobody else saved it since it was read; gives it with its new version.

        Raises:
            StaleError: it was saved since.
        """
        noted = {name: getattr(record, name) for name in _NOTED}
        self._scope.change(connector, {"id": record.id}, expected=record.row, **_kept(record), **noted)
        return self.get(record.id)

    def note(self, connector_id: str, **noted: datetime | int | None) -> None:
        """Note how it goes: any of paused_until, failures, breaker_until and the moments that end in _at.

        Raises:
            NotFoundError: this organisation has no such connector.
        """
        if unknown := noted.keys() - set(_NOTED):
            raise TypeError(f"A connector has no field {', '.join(sorted(unknown))} to note.")
        if self._scope.run(_noting(), of_id=connector_id, **noted).rowcount == 0:
            raise NotFoundError(f"There is no connector {connector_id} in {self._scope.organisation}.")

    # Cursors.

    def cursor(self, connector_id: str) -> CursorRecord | None:
        row = self._scope.find(cursor, connector_id=connector_id)
        return CursorRecord(value=row.value, server=row.server, at=row.at) if row else None

    def move_cursor(self, connector_id: str, new: CursorRecord, *, reset: bool = False) -> None:
        """Changes were read up to here. Commits with the marks they caused, or not at all.

        ``reset``: a full comparison took place, so that another server or an earlier moment is right.

        Raises:
            StaleError: the cursor is of another server, or was moved on by a later reading.
        """
        old = self.cursor(connector_id)
        if old and not reset and old.server != new.server:
            raise StaleError(f"Connector {connector_id} answers as another server; compare everything first.")
        if old and not reset and old.at > new.at:
            raise StaleError(f"The changes of connector {connector_id} were read further in the meantime.")
        self._scope.put(cursor, {"connector_id": connector_id}, value=new.value, server=new.server, at=new.at)


@kept
def _noting() -> sa.Update:
    """Of the connector ``of_id``."""
    return Scope.update(connector).where(connector.c.id == sa.bindparam("of_id"))


def _kept(record: ConnectorRecord) -> dict[str, object]:
    return {
        "settings": documents.dump(record.settings, _SETTINGS),
        "rules": documents.dump(record.rules, _RULES),
        "directions": documents.dump(record.directions, _DIRECTIONS) if record.directions else None,
        **{name: getattr(record, name) for name in _DECIDED},
    }


def _record(row: Row) -> ConnectorRecord:
    return ConnectorRecord(
        id=row.id,
        plugin=row.plugin,
        title=row.title,
        settings=documents.load(row.settings, _SETTINGS),
        state=ConnectorState(row.state),
        state_why=row.state_why,
        rules=documents.load(row.rules, _RULES),
        directions=documents.load(row.directions, _DIRECTIONS) if row.directions else {},
        row=row.row,
        **{name: getattr(row, name) for name in _NOTED},
    )
