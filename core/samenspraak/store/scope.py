"""The one place where statements are built: each is about one organisation, and says so.

Repositories ask a :class:`Scope` for a statement, add conditions and run it here; they never start one
themselves (a test reads their source, another one reads every statement that reaches the database).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import attrgetter
from sqlite3 import Connection as Raw
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ResourceClosedError

from samenspraak.errors import NotFoundError, StaleError, TransientError
from samenspraak.protocols import documents
from samenspraak.store.cipher import Cipher
from samenspraak.store.kept import Driver, Kept, Outcome, Row, among, kept, length_of, spread

T = TypeVar("T")

SOME = object()
"""In a key: whatever it is, but not none."""

_UPSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Scope:
    """One organisation within one transaction.

    What is asked often is asked by key: such a statement is built once and kept, since building one costs
    many times what running it does. And it is run once: a transaction sees one moment, so the answer stays
    the same until something is written here to that table.
    """

    def __init__(self, connection: Connection, organisation: str, cipher: Cipher, *, writes: bool) -> None:
        self.organisation = organisation
        self.cipher = cipher
        self._connection = connection
        self._writes = writes
        self._is_over = False
        self._read: defaultdict[sa.FromClause, dict[Hashable, Sequence[Row]]] = defaultdict(dict)

    @cached_property
    def _driver(self) -> Driver:
        return Driver(self._connection)

    # Statements.

    @staticmethod
    def select(table: sa.FromClause, *columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        return sa.select(*(columns or (table,))).where(table.c.organisation == _OURS)

    @staticmethod
    def is_ours(table: sa.FromClause) -> sa.ColumnElement[bool]:
        """That a row of this table is of the organisation, for a second table in a statement."""
        return table.c.organisation == _OURS

    @staticmethod
    def update(table: sa.Table) -> sa.Update:
        return sa.update(table).where(table.c.organisation == _OURS)

    @staticmethod
    def delete(table: sa.Table) -> sa.Delete:
        return sa.delete(table).where(table.c.organisation == _OURS)

    # Running them.

    def run(self, statement: Kept | sa.Executable, **values: object) -> Outcome:
        """What it came to; ``values`` are those of its parameters.

        Raises:
            RuntimeError: it changes something, in a unit of work for reading.
            ResourceClosedError: the unit of work is committed.
        """
        given = {_OURS.key: self.organisation, **values}
        if isinstance(statement, Kept):
            self._admit(statement.changes)
            return self._driver.run(statement, given)
        self._admit(statement.table if isinstance(statement, sa.UpdateBase) else None)
        result = self._connection.execute(statement, given)
        return Outcome(result.all() if result.returns_rows else (), result.rowcount)

    def each(self, statement: sa.Select[Any]) -> Iterator[Row]:
        """The rows one by one, where there may be more than there is room for."""
        self._admit(None)
        yield from self._connection.execute(statement, {_OURS.key: self.organisation})

    def _admit(self, changes: sa.FromClause | None) -> None:
        """Whether a statement may be sent, and change this table, of which nothing is known afterwards."""
        if self._is_over:
            raise ResourceClosedError("This unit of work is over.")
        if changes is None:
            return
        if not self._writes:
            raise RuntimeError("This unit of work is for reading.")
        self._read.pop(changes, None)

    def mark(self, *steps: str) -> None:
        """Steps around a part of what is written here: a savepoint and its end.

        Raises:
            TransientError: the database has given the transaction up, with all that was in it.
        """
        raw = cast(Raw, self._connection.connection.dbapi_connection)
        if not raw.in_transaction:
            raise TransientError("The database gave up what was being written; nothing was changed.")
        for step in steps:
            raw.execute(step).close()

    def undo(self, *steps: str) -> None:
        """Steps that undo a part of what was written here, so that nothing that was read since holds."""
        self._read.clear()
        self.mark(*steps)

    def close(self) -> None:
        """From now on the connection is somebody else's."""
        self._is_over = True
        self._read.clear()

    def rows(self, statement: Kept | sa.Executable, **values: object) -> Sequence[Row]:
        return self.run(statement, **values).rows

    def first(self, statement: Kept | sa.Executable, **values: object) -> Row | None:
        return next(iter(self.rows(statement, **values)), None)

    def all(self, table: sa.Table, *order: sa.Column[Any], **key: object) -> Sequence[Row]:
        """Every row with this key, in this order. A tuple takes any of its values, ``SOME`` any but none."""
        return self._known(table, (), order, key)

    def only(self, *columns: sa.Column[Any], **key: object) -> Sequence[Row]:
        """The same, in no order and of these columns alone."""
        return self._known(columns[0].table, columns, (), key)

    def count(self, table: sa.Table, **key: object) -> int:
        """How many rows with this key there are, counted where they are."""
        [row] = self.rows(_counting(table, _form(key)), **_values(key))
        return int(row.number)

    def find(self, table: sa.Table, **key: object) -> Row | None:
        """The row with this key, or None."""
        return next(iter(self._known(table, (), (), key)), None)

    def _known(
        self, table: sa.FromClause, columns: Columns, order: Columns, key: Mapping[str, object]
    ) -> Sequence[Row]:
        if () in key.values():
            return ()
        read, asked = self._read[table], (columns, order, *key.items())
        if asked not in read:
            rows = self.rows(_reading(table, columns, _form(key)), **_values(key))
            read[asked] = _in_order(rows, order)
        return read[asked]

    def foresee(
        self, table: sa.Table, *order: sa.Column[Any], by: str, among: Collection[str], **key: object
    ) -> None:
        """Read at once what :meth:`all` and :meth:`find` will be asked: ``key`` with each of these."""
        read = self._read[table]
        asked = {one: ((), order, *key.items(), (by, one)) for one in among}
        unread = tuple(one for one in asked if asked[one] not in read)
        if not unread:
            return
        found: dict[str, list[Row]] = {one: [] for one in unread}
        wanted = {**key, by: unread}
        for row in self.rows(_reading(table, (), _form(wanted)), **_values(wanted)):
            found[getattr(row, by)].append(row)
        read.update({asked[one]: _in_order(rows, order) for one, rows in found.items()})

    def foresee_none(self, table: sa.Table, *order: sa.Column[Any], **key: object) -> None:
        """There are none of what :meth:`all` will be asked: what they would be about was just made here."""
        self._read[table][((), order, *key.items())] = []

    def made_of(self, table: sa.FromClause, name: Hashable, make: Callable[[], T]) -> T:
        """What is made of rows of this table: once, until something is written here to it."""
        made = cast(dict[Hashable, Any], self._read[table])
        if (key := ("made", name)) not in made:
            made[key] = make()
        return cast(T, made[key])

    def remember(self, table: sa.FromClause, name: Hashable, value: object) -> None:
        """What :meth:`made_of` would make by that name of what was just written here."""
        cast(dict[Hashable, Any], self._read[table])["made", name] = value

    def get(self, table: sa.Table, **key: object) -> Row:
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
        self.run(_adding(table, tuple(values)), **values)

    def add_if_new(self, table: sa.Table, **values: object) -> Row | None:
        """A new row, or None when there is one with this key or another unique value already."""
        return self.first(_adding_if_new(table, tuple(values), self._connection.dialect.name), **values)

    def put(self, table: sa.Table, key: Mapping[str, object], **values: object) -> None:
        """The row with this key, new or as it is, with these values from now on."""
        statement = _putting(table, tuple(key), tuple(values), self._connection.dialect.name)
        self.run(statement, **key, **values)

    def fill(self, table: sa.Table, key: Mapping[str, object], **values: object) -> None:
        """The row with this key, new or as it is, with these values where it had none."""
        statement = _filling(table, tuple(key), tuple(values), self._connection.dialect.name)
        self.run(statement, **key, **values)

    def change(self, table: sa.Table, key: Mapping[str, object], *, expected: int, **values: object) -> int:
        """Compare and set: these values if the row still has version ``expected``; gives the next one.

        Raises:
            StaleError: the row has another version by now.
            NotFoundError: there is no such row.
        """
        version = "row" if "row" in table.c else "version"
        found = {**key, version: expected}
        statement = _changing(table, _form(found))
        if self.run(statement, **_values(found), **{version: expected + 1, **values}).rowcount == 0:
            self.get(table, **key)
            raise StaleError(f"The {table.name} {_named(key)} has changed since version {expected} was read.")
        return expected + 1

    def next_number(self, table: sa.Table) -> int:
        """The number after the last one of this organisation; safe because there is one writer at a time."""
        [last] = self.run(_last(table)).rows
        return (last.number or 0) + 1

    # What is kept encrypted.

    def seal(self, column: sa.Column[Any], row: str, value: object, form: Any) -> bytes:
        """The value as an encrypted document for this column of that row."""
        return self.seal_text(column, row, documents.dump(value, form))

    def seal_text(self, column: sa.Column[Any], row: str, text: str) -> bytes:
        """The same for a document that is written down already."""
        return self.cipher.seal(text.encode(), **self._place(column, row))

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


# Statements that are built once: one for each form in which they are asked. Values are parameters.

_OURS = sa.bindparam("of_organisation", type_=sa.String)
Columns = tuple[sa.Column[Any], ...]
_Form = tuple[tuple[str, str], ...]
"""Per column of a key how it is compared."""


def _form(key: Mapping[str, object]) -> _Form:
    return tuple((name, _comparison(value)) for name, value in key.items())


def _comparison(value: object) -> str:
    if value is None or value is SOME:
        return "is none" if value is None else "is some"
    return f"among {length_of(value)}" if isinstance(value, tuple) else "is"


def _values(key: Mapping[str, object]) -> dict[str, object]:
    """The values of a key as parameters, apart from those of what is set."""
    found: dict[str, object] = {}
    for name, value in key.items():
        if isinstance(value, tuple):
            found |= spread(f"of_{name}", value)
        elif value is not None and value is not SOME:
            found[f"of_{name}"] = value
    return found


def _compared(table: sa.FromClause, form: _Form) -> list[sa.ColumnElement[bool]]:
    return [_compare(table.c[name], f"of_{name}", how) for name, how in form]


def _compare(column: sa.ColumnElement[Any], name: str, how: str) -> sa.ColumnElement[bool]:
    match how.partition(" "):
        case ("among", _, length):
            return among(column, name, int(length))
        case ("is", _, "none"):
            return column.is_(None)
        case ("is", _, "some"):
            return column.is_not(None)
    return column == sa.bindparam(name)


@kept
def _reading(table: sa.FromClause, columns: Columns, form: _Form) -> sa.Select[Any]:
    return Scope.select(table, *columns).where(*_compared(table, form))


@kept
def _counting(table: sa.FromClause, form: _Form) -> sa.Select[Any]:
    return Scope.select(table, sa.func.count().label("number")).where(*_compared(table, form))


def _in_order(rows: Sequence[Row], order: Columns) -> Sequence[Row]:
    """Put in order here: asked for rows in the order of their keys, SQLite reads all of an organisation."""
    return sorted(rows, key=attrgetter(*(one.name for one in order))) if len(rows) > 1 and order else rows


@kept
def _last(table: sa.Table) -> sa.Select[Any]:
    return Scope.select(table, sa.func.max(table.c.number).label("number"))


@kept
def _changing(table: sa.Table, form: _Form) -> sa.Update:
    return Scope.update(table).where(*_compared(table, form))


@kept
def _adding(table: sa.Table, names: tuple[str, ...]) -> sa.Insert:
    return sa.insert(table).values(_parameters(names))


@kept
def _adding_if_new(table: sa.Table, names: tuple[str, ...], dialect: str) -> sa.Executable:
    adding: sa.Executable = _upserting(table, names, dialect).on_conflict_do_nothing().returning(*table.c)
    return adding


@kept
def _putting(table: sa.Table, key: tuple[str, ...], names: tuple[str, ...], dialect: str) -> sa.Executable:
    insert = _upserting(table, (*key, *names), dialect)
    changes = {name: insert.excluded[name] for name in names}
    if "row" in table.c:
        changes["row"] = table.c.row + 1
    putting: sa.Executable = insert.on_conflict_do_update(["organisation", *key], set_=changes)
    return putting


@kept
def _filling(table: sa.Table, key: tuple[str, ...], names: tuple[str, ...], dialect: str) -> sa.Executable:
    insert = _upserting(table, (*key, *names), dialect)
    kept = {name: sa.func.coalesce(table.c[name], insert.excluded[name]) for name in names}
    filling: sa.Executable = insert.on_conflict_do_update(["organisation", *key], set_=kept)
    return filling


def _upserting(table: sa.Table, names: tuple[str, ...], dialect: str) -> Any:
    return _UPSERTS[dialect](table).values(_parameters(names))


def _parameters(names: tuple[str, ...]) -> dict[str, sa.BindParameter[Any]]:
    return {"organisation": _OURS, **{name: sa.bindparam(name) for name in names}}


def _named(key: Mapping[str, object]) -> str:
    return "/".join(str(value) for value in key.values())
