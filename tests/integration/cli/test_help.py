"""Help is there in Dutch and in English, for every command and every option."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from samenspraak.cli import main
from samenspraak.cli._help import Command
from samenspraak.cli._help_nl import HELP_NL


def commands(command: click.Command = main, name: str = "samenspraak") -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=name)
        for one in command.list_commands(context):
            found = command.get_command(context, one)
            assert found is not None
            yield from commands(found, f"{name} {one}")


def texts(command: click.Command) -> Iterator[str]:
    yield inspect.cleandoc(command.help or "")
    for parameter in command.get_params(click.Context(command)):
        if isinstance(parameter, click.Option):
            yield parameter.help or ""


def test_every_command_and_option_has_help_in_both_languages_and_no_dutch_is_left_over() -> None:
    written = {text for command in commands() for text in texts(command)}

    assert sorted(written - HELP_NL.keys()) == []
    assert sorted(HELP_NL.keys() - written) == []
    assert [english for english, dutch in HELP_NL.items() if english == dutch or not dutch] == []


def test_every_command_writes_its_help_in_the_language_of_the_reader() -> None:
    assert [one.name for one in commands() if not isinstance(one, Command)] == []


@pytest.fixture
def english_file(tmp_path: Path) -> str:
    file = tmp_path / "hub.toml"
    file.write_text('language = "en"\n', encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("before", "variables", "heading"),
    [
        ([], {}, "Gebruik:"),
        (["--language", "en"], {}, "Usage:"),
        ([], {"SAMENSPRAAK_LANGUAGE": "en"}, "Usage:"),
        (["--language", "nl"], {"SAMENSPRAAK_LANGUAGE": "en"}, "Gebruik:"),
        (["--config", "{file}"], {}, "Usage:"),
        ([], {"SAMENSPRAAK_CONFIG": "{file}"}, "Usage:"),
        ([], {"SAMENSPRAAK_LANGUAGE": "fr"}, "Gebruik:"),
    ],
    ids=["default", "asked", "variable", "asked over variable", "file", "file by variable", "wrong setting"],
)
@pytest.mark.parametrize("command", [[], ["match"], ["match", "refuse"]], ids=" ".join)
def test_the_language_of_help_is_what_was_asked_for_else_that_of_the_settings(
    runner: CliRunner,
    english_file: str,
    before: list[str],
    variables: dict[str, str],
    heading: str,
    command: list[str],
) -> None:
    words = [one.format(file=english_file) for one in before]
    given = {name: value.format(file=english_file) for name, value in variables.items()}

    result = runner.invoke(main, [*words, *command, "--help"], env=given, prog_name="samenspraak")

    assert result.exit_code == 0
    assert result.stdout.startswith(heading)


def test_dutch_help_has_no_english_left(runner: CliRunner) -> None:
    result = runner.invoke(main, ["question", "answer", "--help"], prog_name="samenspraak")

    said = " ".join(result.stdout.split())
    assert said.startswith("Gebruik: samenspraak question answer [OPTIES] ID ANSWER Beantwoordt de vraag")
    assert "[verplicht]" in said
    assert "[anders: admin]" in said
    assert [one for one in ("Options", "required", "default", "Show", "Who ") if one in said] == []
