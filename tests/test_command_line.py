from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import samenspraak.cli


def test_the_version_is_that_of_the_distribution(runner: CliRunner) -> None:
    result = runner.invoke(samenspraak.cli.main, ["--version"], prog_name="samenspraak")

    assert re.fullmatch(r"samenspraak \d+\.\d+\.\d+\n", result.stdout)


def test_an_unknown_command_is_a_usage_error(runner: CliRunner) -> None:
    result = runner.invoke(samenspraak.cli.main, ["sing"])

    assert result.exit_code == 2
    assert "No such command 'sing'" in result.stderr


def test_adding_a_module_adds_a_command_unless_its_name_has_an_underscore(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    greet = "import click\n\n\n@click.command()\ndef command():\n    click.echo('Goedemorgen')\n"
    (tmp_path / "greet.py").write_text(greet, encoding="utf-8")
    (tmp_path / "_words.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(samenspraak.cli, "__path__", [*samenspraak.cli.__path__, str(tmp_path)])

    assert runner.invoke(samenspraak.cli.main, ["greet"]).stdout == "Goedemorgen\n"
    assert "words" not in runner.invoke(samenspraak.cli.main, ["--help"]).stdout
    monkeypatch.delitem(sys.modules, "samenspraak.cli.greet")
