"""The one place where statements are built: each is about one organisation, and says so.

Repositories ask a :class:`Scope` for a statement, add conditions and run it here; they never start one
themselves (a test reads their source, another one reads every statement that reaches the database).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, CursorResult, Row

from samenspraak.errors import NotFoundError, StaleError
from samenspraak.store import documents
from samenspraak.store.cipher import Cipher

T = TypeVar("T")

_UPSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Scope:
    """One organisation within one transaction."""

    def __init__(self, connection: Connection, organisation: str, cipher: Cipher, *, writes: bool) -> None:
        self.organisation = organisation
        self.cipher = cipher
        self._connection = connection
        self._writes = writes

    # Statements.

    def select(self, table: sa.Table, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        return sa.select(*(columns or table.c)).where(table.c.organisation == self.organisation)

    def update(self, table: sa.Table) -> sa.Update:
        return sa.update(table).where(table.c.organisation == self.organisation)

    def delete(self, table: sa.Table) -> sa.Delete:
        return sa.delete(table).where(table.c.organisation == self.organisation)

    # Running them.

    def run(self, statement: sa.Executable) -> CursorResult[Any]:
        """Its result.

        Raises:
            RuntimeError: it changes something, in a unit of work for reading.
        """
        if isinstance(statement, sa.UpdateBase) and not self._writes:
            raise RuntimeError("This unit of work is for reading.")
        return self._connection.execute(statement)

    def rows(self, statement: sa.Executable) -> Sequence[Row[Any]]:
        return self.run(statement).all()

    def first(self, statement: sa.Executable) -> Row[Any] | None:
        return self.run(statement).first()

    def find(self, table: sa.Table, **key: object) -> Row[Any] | None:
        """The row with this key, or None."""
        return self.first(self.select(table).where(*_matches(table, key)))

    def get(self, table: sa.Table, **key: object) -> Row[Any]:
        """The row with this key.

        Raises:
            NotFoundError: this organisation has none.
        """
        row = self.find(table, **key)
        if row is None:
            raise NotFoundError(f"There is no {table.name} {_named(key)} in {self.organisation}.")
        return row

    def add(self, table: sa.Table, **values: object) -> None:
        """A new row.

        Raises:
            StaleError: there is one with this key already.
            NotFoundError: it refers to something that is not there.
        """
        self.run(sa.insert(table).values(organisation=self.organisation, **values))

    def add_if_new(self, table: sa.Table, **values: object) -> bool:
        """A new row, or False when there is one with this key or another unique value already."""
        statement = self._insert(table, values).on_conflict_do_nothing()
        return self.run(statement).rowcount == 1

    def put(self, table: sa.Table, key: Mapping[str, object], **values: object) -> None:
        """The row with this key, new or as it is, with these values from now on."""
        changes: dict[str, object] = dict(values)
        if "row" in table.c:
            changes["row"] = table.c.row + 1
        own = ["organisation", *key]
        self.run(self._insert(table, {**key, **values}).on_conflict_do_update(own, set_=changes))

    def change(self, table: sa.Table, key: Mapping[str, object], *, expected: int, **values: object) -> int:
        """Compare and set: these values if the row still has version ``expected``; gives the next one.

        Raises:
            StaleError: the row has another version by now.
            NotFoundError: there is no such row.
        """
        version = table.c["row" if "row" in table.c else "version"]
        statement = (
            self.update(table)
            .where(*_matches(table, key), version == expected)
            .values({version.name: expected + 1, **values})
        )
        if self.run(statement).rowcount == 0:
            self.get(table, **key)
            raise StaleError(f"The {table.name} {_named(key)} has changed since version {expected} was read.")
        return expected + 1

    def next_number(self, table: sa.Table) -> int:
        """The number after the last one of this organisation; safe because there is one writer at a time."""
        last = self.run(self.select(table, sa.func.max(table.c.number))).scalar()
        return (last or 0) + 1

    def _insert(self, table: sa.Table, values: Mapping[str, object]) -> Any:
        insert = _UPSERTS[self._connection.dialect.name]
        return insert(table).values(organisation=self.organisation, **values)

    # What is kept encrypted.

    def seal(self, column: sa.Column[Any], row: str, value: object, form: Any) -> bytes:
        """The value as an encrypted document for this column of that row."""
        content = documents.dump(value, form).encode()
        return self.cipher.seal(content, **self._place(column, row))

    def open(self, column: sa.Column[Any], row: str, sealed: bytes, form: type[T]) -> T:
        """The reverse of :meth:`seal`."""
        return documents.load(self.cipher.open(sealed, **self._place(column, row)), form)

    def _place(self, column: sa.Column[Any], row: str) -> dict[str, str]:
        return {
            "table": column.table.name,
            "column": column.name,
            "organisation": self.organisation,
            "row": row,
        }


class Repository:
    """What all repositories are: views of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope


def _matches(table: sa.Table, key: Mapping[str, object]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in key.items()]


def _named(key: Mapping[str, object]) -> str:
    return "/".join(str(value) for value in key.values())
