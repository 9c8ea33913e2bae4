"""A hub that has just been set up: with a key, and with all tables and nothing in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from samenspraak.bootstrap import Application, build
from samenspraak.settings import Settings
from samenspraak.testing.databases import without_rows


def fresh_hub(folder: Path, *, environment: Mapping[str, str], clock: Any) -> Application:
    """The hub with this data folder, in which nobody is known."""
    settings = Settings(environment="test", data_dir=folder)
    settings.key_path.write_text("11" * 32)
    settings.key_path.chmod(0o600)
    (folder / settings.database).write_bytes(without_rows())
    return build(settings, environment=environment, clock=clock)
