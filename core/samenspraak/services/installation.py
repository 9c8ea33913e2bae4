"""What a hub needs before it can start: its folder and its key."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import make_url

from samenspraak.errors import ConfigurationError
from samenspraak.settings import Settings
from samenspraak.store.cipher import KEY_BYTES


def make_key(settings: Settings, *, random: Callable[[int], bytes] = os.urandom) -> bool:
    """Make the data folder and the key, where they are not there yet; an existing key is never touched.

    Returns:
        Whether a key was made.

    Raises:
        ConfigurationError: the folder cannot be made, or there is a database that belongs to a lost key.
    """
    path = settings.key_path
    if path.exists():
        return False
    database = _database_file(settings)
    if database is not None and database.exists() and database.stat().st_size:
        raise ConfigurationError(
            f"There is a database at {database} and no key at {path}. Put its key back: with another key "
            "nothing in it can be read."
        )
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_private(path, random(KEY_BYTES).hex() + "\n")
    except OSError as error:
        raise ConfigurationError(f"The key cannot be written at {path} ({error.strerror}).") from error
    return True


def is_open_to_others(settings: Settings) -> bool:
    """Whether other users of this machine can look into the data folder."""
    return bool(settings.data_dir.stat().st_mode & 0o077)


def _database_file(settings: Settings) -> Path | None:
    database = make_url(settings.database_url).database
    return None if database in (None, "", ":memory:") else Path(database)


def _write_private(path: Path, text: str) -> None:
    """Readable for its owner only, from the first byte on, and on the disk before anything uses it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(handle)
