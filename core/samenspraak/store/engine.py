"""The one place that opens a database, with the recipe that loses nothing.

SQLAlchemy on SQLite loses updates without an error unless a writer takes the write lock *before* it reads
(measured, ADR 0010). So the driver starts no transactions of its own: readers say ``BEGIN`` and see one
moment of the database, writers say ``BEGIN IMMEDIATE`` and wait for their turn.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.exc import DBAPIError

from samenspraak.errors import (
    ConfigurationError,
    NotFoundError,
    PermanentError,
    SamenspraakError,
    StaleError,
    TransientError,
)

_BEGIN = "samenspraak_begin"

PRAGMAS: Mapping[str, object] = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "cache_size": -2048,
    "temp_store": "MEMORY",
    "journal_size_limit": 67108864,
}

# What a broken constraint means to the caller, by the name SQLite and the code PostgreSQL give it.
_CONSTRAINTS: dict[str, tuple[type[SamenspraakError], str]] = {
    "SQLITE_CONSTRAINT_UNIQUE": (StaleError, "Something else has this key already."),
    "SQLITE_CONSTRAINT_PRIMARYKEY": (StaleError, "Something else has this key already."),
    "SQLITE_CONSTRAINT_FOREIGNKEY": (
        NotFoundError,
        "It refers to something this organisation does not have.",
    ),
    "SQLITE_CONSTRAINT_TRIGGER": (
        PermanentError,
        "History, statements and audit are never changed or deleted.",
    ),
}
_CONSTRAINTS |= {
    "23505": _CONSTRAINTS["SQLITE_CONSTRAINT_UNIQUE"],
    "23503": _CONSTRAINTS["SQLITE_CONSTRAINT_FOREIGNKEY"],
}


def open_engine(url: str, *, busy_timeout_ms: int = 30_000) -> Engine:
    """An engine for this database URL; for SQLite the file is made when it is first used.

    ``busy_timeout_ms``: how long a writer waits for its turn.
    """
    # A thread more is a connection more: nobody waits for one, only writers for each other.
    engine = sa.create_engine(url, hide_parameters=True, max_overflow=-1)
    if engine.dialect.name == "sqlite":
        pragmas = {**PRAGMAS, "busy_timeout": busy_timeout_ms}
        sa.event.listen(engine, "connect", partial(_prepare, pragmas))
        sa.event.listen(engine, "begin", _begin)
    sa.event.listen(engine, "handle_error", _translate)
    return engine


def writers(engine: Engine) -> Engine:
    """The same engine, whose transactions take the write lock before they read."""
    return engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})


@contextmanager
def copy_of(engine: Engine) -> Iterator[Engine]:
    """The same database as of now, in a file beside it that is gone afterwards.

    Raises:
        ConfigurationError: it is no SQLite file.
    """
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file:
        raise ConfigurationError("Only a SQLite database can be rehearsed on; this one is not.")
    with tempfile.TemporaryDirectory(dir=Path(file).parent, prefix=".rehearsal-") as folder:
        copy = Path(folder) / "copy.sqlite3"
        with closing(sqlite3.connect(file)) as there, closing(sqlite3.connect(copy)) as here:
            there.backup(here)
        copied = open_engine(f"sqlite:///{copy}")
        try:
            yield copied
        finally:
            copied.dispose()


def _prepare(pragmas: Mapping[str, object], connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver starts no transaction of its own
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name}={value}").close()


def _begin(connection: Connection) -> None:
    raw = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    try:
        raw.execute(connection.get_execution_options().get(_BEGIN, "BEGIN")).close()
    except sqlite3.Error as error:
        raise translated(error) from error


def _translate(context: ExceptionContext) -> None:
    """Errors of the database as ours; their texts stay out, since they may hold values."""
    if isinstance(context.sqlalchemy_exception, DBAPIError):
        raise translated(context.original_exception) from context.original_exception


def translated(error: BaseException) -> SamenspraakError:
    """An error of the driver as ours."""
    kind = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    if kind in _CONSTRAINTS:
        ours, sentence = _CONSTRAINTS[kind]
        return ours(sentence)
    name = kind or type(error).__name__
    is_passing = any(one.__name__ == "OperationalError" for one in type(error).__mro__)
    if is_passing and kind != "SQLITE_ERROR":  # which is a wrong statement
        return TransientError(f"The database cannot be used now ({name}); nothing was changed.")
    return PermanentError(f"The database refused ({name}).")
