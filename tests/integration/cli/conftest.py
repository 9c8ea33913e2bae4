"""The command line beside a town: the same data folder, its own process settings, the real clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import CliRunner, Result

from samenspraak.cli import main
from samenspraak_memory.sandbox import ACCESS_KEY


@dataclass
class StandingClock:
    """An hour ago, so that the commands, which live now, come after what a test set up."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass(frozen=True)
class Line:
    """Runs commands with one settings file."""

    runner: CliRunner
    file: Path

    def __call__(self, *words: str, stdin: str | None = None) -> Result:
        return self.runner.invoke(
            main, ["--config", str(self.file), *words], input=stdin, prog_name="samenspraak"
        )

    def json(self, *words: str, code: int = 0) -> Any:
        """What the command answers as JSON: one document and nothing else on standard output."""
        result = self(*words, "--json")
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    def text(self, *words: str, code: int = 0) -> str:
        result = self(*words)
        assert result.exit_code == code, result.output
        return result.stdout

    def fails(self, *words: str, code: int) -> str:
        """What stands on standard error when the command fails with this code."""
        result = self(*words)
        assert result.exit_code == code, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.stderr


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(datetime.now(UTC) - timedelta(hours=1))


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    file = tmp_path / "hub.toml"
    file.write_text('environment = "test"\ndata_dir = "."\n', encoding="utf-8")
    return file


@pytest.fixture
def line(
    runner: CliRunner, settings_file: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Any]]:
    monkeypatch.setenv("APP_KEY", ACCESS_KEY)
    yield Line(runner, settings_file)
    structlog.reset_defaults()  # the stream of a command is gone when it ends


@pytest.fixture
def english(line: Line) -> Line:
    line.file.write_text(line.file.read_text(encoding="utf-8") + 'language = "en"\n', encoding="utf-8")
    return line
