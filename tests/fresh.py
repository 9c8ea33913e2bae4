"""A hub that has just been set up: with a key, and with all tables and nothing in them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from samenspraak.bootstrap import Application, build
from samenspraak.settings import Settings
from samenspraak.store import migrate, open_engine


def fresh_hub(folder: Path, *, environment: Mapping[str, str], clock: Any) -> Application:
    """The hub with this data folder, in which nobody is known."""
    settings = Settings(environment="test", data_dir=folder)
    settings.key_path.write_text("11" * 32)
    settings.key_path.chmod(0o600)
    (folder / settings.database).write_bytes(_tables())
    return build(settings, environment=environment, clock=clock)


@cache
def _tables() -> bytes:
    """A database without a row. Making it takes longer than most tests do, so each process makes it once."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tables.sqlite3"
        engine = open_engine(f"sqlite:///{file}")
        migrate(engine)
        engine.dispose()
        return file.read_bytes()
