"""Statements that are built once, and from then on go to the driver as they are.

For a statement of one row SQLAlchemy takes several times as long as the database does: it finds the compiled
text again, sorts the values, and describes the result. All of that depends on the statement alone, so it is
done the first time (ADR 0031).
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple, ParamSpec, Protocol, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.types import TypeEngine

from samenspraak.store.engine import translated

P = ParamSpec("P")
Process = Callable[[Any], Any] | None

_MANY = 1024


class Row(Protocol):
    """A row: its columns by name, or in their order."""

    def __getattr__(self, name: str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __getitem__(self, index: int, /) -> Any: ...


class Outcome(NamedTuple):
    """What a statement came to: the rows it gave, and how many it changed."""

    rows: Sequence[Row]
    rowcount: int


class _Place(NamedTuple):
    """Where a value goes into the text. ``name``: of whoever asks, or None where it is always ``value``."""

    name: str | None
    value: Any
    process: Process


@dataclass(frozen=True)
class _Text:
    """A statement for one kind of database and these parameters."""

    text: str
    places: Sequence[_Place]
    row: Callable[[Sequence[Any]], Row] | None
    processed: Sequence[tuple[int, Callable[[Any], Any]]]

    def given(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            [
                value if name is None else values[name] if process is None else process(values[name])
                for name, value, process in self.places
            ]
        )

    def made(self, found: Sequence[Sequence[Any]]) -> Sequence[Row]:
        return list(map(cast(Any, self.row), map(self._read, found) if self.processed else found))

    def _read(self, found: Sequence[Any]) -> Sequence[Any]:
        columns = list(found)
        for index, process in self.processed:
            columns[index] = process(columns[index])
        return columns


class Kept:
    """A statement whose values are all parameters. ``changes``: the table, if it changes one."""

    def __init__(self, statement: sa.Executable) -> None:
        self.statement = statement
        self.changes = statement.table if isinstance(statement, sa.UpdateBase) else None
        self._texts: dict[Hashable, _Text] = {}

    def text(self, dialect: Dialect, names: Iterable[str]) -> _Text:
        """The statement as this kind of database takes it, with these parameters."""
        asked = (dialect.name, *names)
        text = self._texts.get(asked)
        if text is None:
            text = self._texts[asked] = self._prepared(dialect, asked[1:])
        return text

    def _prepared(self, dialect: Dialect, names: Collection[str]) -> _Text:
        compiled = cast(Any, self.statement).compile(dialect=dialect, column_keys=list(names))
        defaults = {one.key: one.default.arg for one in compiled.insert_prefetch}
        columns = list(cast(Any, self.statement).exported_columns)
        readers = [one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns]
        return _Text(
            text=compiled.string,
            places=[
                _place(name, compiled.binds[name], names, defaults, dialect) for name in compiled.positiontup
            ],
            row=_row([one.name for one in columns]) if columns else None,
            processed=[(index, read) for index, read in enumerate(readers) if read],
        )


def _row(names: Sequence[str]) -> Callable[[Sequence[Any]], Row]:
    """What makes a row of the values of these columns."""
    return cast(Callable[[Sequence[Any]], Row], partial(tuple.__new__, namedtuple("Row", names)))


class Driver:
    """Sends kept statements within one transaction, which begins with it if it has not begun.

    Who listens to the engine hears of them as of any other statement.
    """

    def __init__(self, connection: Connection) -> None:
        if not connection.in_transaction():
            connection.begin()
        self._connection = connection
        self._dialect = connection.dialect
        self._cursor = connection.connection.cursor()
        self._before = tuple(connection.dispatch.before_execute)
        self._before_cursor = tuple(connection.dispatch.before_cursor_execute)

    def run(self, kept: Kept, values: Mapping[str, Any]) -> Outcome:
        """What the statement comes to with these values.

        Raises:
            The errors of :func:`samenspraak.store.engine.translated`.
        """
        text, cursor = kept.text(self._dialect, values), self._cursor
        given = text.given(values)
        for tell in self._before:
            tell(self._connection, kept.statement, [], values, {})
        for tell in self._before_cursor:
            tell(self._connection, cursor, text.text, given, None, False)
        try:
            cursor.execute(text.text, given)
            return Outcome(text.made(cursor.fetchall()) if text.row else (), cursor.rowcount)
        except self._dialect.loaded_dbapi.Error as error:
            raise translated(error) from error


def _place(
    name: str,
    bound: sa.BindParameter[Any],
    names: Collection[str],
    defaults: Mapping[str, Any],
    dialect: Dialect,
) -> _Place:
    process = _writer(bound.type, dialect)
    if name in names:
        return _Place(name, None, process)
    value = defaults.get(name, bound.value)
    return _Place(None, process(value) if process else value, None)


def _writer(kind: TypeEngine[Any], dialect: Dialect) -> Process:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def kept(build: Callable[P, sa.Executable]) -> Callable[P, Kept]:
    """What builds a statement, so that each one is built once."""
    return cast(Callable[P, Kept], cache(lambda *given: Kept(cast(Any, build)(*given))))


# Lists, whose length is part of the text: so there are few lengths.


def length_of(values: Collection[Any]) -> int:
    """For how many values there is room in the text of a statement for these."""
    if len(values) > _MANY:
        return -(-len(values) // _MANY) * _MANY
    return 1 << (len(values) - 1).bit_length()


def among(column: sa.ColumnElement[Any], name: str, length: int) -> sa.ColumnElement[bool]:
    """That it is one of so many values, or fewer."""
    return column.in_([sa.bindparam(one) for one in _names(name, length)])


def spread(name: str, values: Sequence[Any]) -> dict[str, Any]:
    """The parameters for :func:`among`; the last value stands in for those that are not there."""
    names, last = _names(name, length_of(values)), len(values) - 1
    return {one: values[min(index, last)] for index, one in enumerate(names)}


@cache
def _names(name: str, length: int) -> tuple[str, ...]:
    return tuple(f"{name}_{number}" for number in range(length))
