"""Brings a database to the tables of this version, from empty or from any earlier version.

Alembic is only imported when there is something to do: it takes longer to load than the hub to start.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from samenspraak.errors import ConfigurationError
from samenspraak.store.cipher import Cipher
from samenspraak.store.engine import writers

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0020"
"""The newest migration; a test compares it with the folder."""


def migrate(engine: Engine, cipher: Cipher) -> None:
    """Apply what is missing, all of it or nothing; harmless when nothing is, or when two do it at once.

    ``cipher``: opens what is sealed, where a table is filled with what documents say.

    Raises:
        ConfigurationError: the database was made by a newer version of the program.
        PermanentError: it has another key.
        TransientError: others keep the database busy.
    """
    if _is_current(engine):
        return
    from alembic import command
    from alembic.util import CommandError

    with writers(engine).connect() as connection:
        _check_references(connection, on=False)
        try:
            with connection.begin():
                command.upgrade(_configuration(connection, cipher), "head")
                _refuse_dangling(connection)
        except CommandError as error:
            raise ConfigurationError(
                "The database was made by a newer version of Samenspraak; use that version or its backup."
            ) from error
        finally:
            _check_references(connection, on=True)


def _is_current(engine: Engine) -> bool:
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return False
        applied = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return bool(applied == HEAD)


def _configuration(connection: Connection, cipher: Cipher) -> Config:
    from alembic.config import Config

    configuration = Config()
    configuration.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    configuration.attributes |= {"connection": connection, "cipher": cipher}
    return configuration


def _check_references(connection: Connection, *, on: bool) -> None:
    """SQLite changes a table by making it anew, which must not take along what refers to it."""
    if connection.dialect.name == "sqlite":
        raw = connection.connection.driver_connection
        raw.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")  # type: ignore[union-attr]


def _refuse_dangling(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        raise ConfigurationError(
            f"A row of {dangling[0]} refers to something that is not there; nothing was changed."
        )
