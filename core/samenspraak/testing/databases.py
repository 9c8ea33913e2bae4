"""Databases as bytes, to begin with again and again."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from functools import cache
from pathlib import Path

from samenspraak.store import Cipher, migrate, open_engine
from samenspraak.store.cipher import KEY_BYTES


@cache
def without_rows() -> bytes:
    """A database with all tables. Making it takes longer than most tests do: each process makes it once."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tables.sqlite3"
        engine = open_engine(f"sqlite:///{file}")
        migrate(engine, Cipher(bytes(KEY_BYTES)))  # nothing in it is sealed
        engine.dispose()
        return contents(file)


def contents(file: Path) -> bytes:
    """All that is in a database that nobody writes to now.

    The file alone is not all: what was written last may still lie beside it, while garbage holds on to it.
    """
    with closing(sqlite3.connect(file)) as connection:
        return connection.serialize()
