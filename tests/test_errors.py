from __future__ import annotations

import inspect
import re

import click
import pytest
from click.testing import CliRunner

import samenspraak.cli
from samenspraak import errors
from samenspraak.errors import ConfigurationError, InvalidRecordError, RuleError, SamenspraakError

CLASSES = [
    entry for _, entry in inspect.getmembers(errors, inspect.isclass) if entry.__module__ == errors.__name__
]


def made(error: type[SamenspraakError]) -> SamenspraakError:
    if issubclass(error, InvalidRecordError):
        return error("record 7 is set apart", field="period.start")
    if issubclass(error, RuleError):
        return error("one_schedule", "agreement 7 keeps its terms")
    return error("agreement 7 could not be kept equal")


def offer(monkeypatch: pytest.MonkeyPatch, raised: SamenspraakError) -> None:
    """Add a command ``fail`` that raises this error, as a module of the command line would."""

    @click.command()
    def fail() -> None:
        raise raised

    def get_command(self: object, ctx: object, name: str) -> click.Command:
        return fail

    monkeypatch.setattr(type(samenspraak.cli.main), "get_command", get_command)


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    drawn: list[tuple[str, int]] = [
        (name, len(indent) // 4)
        for indent, name in re.findall(r"^    ([│├└─ ]*)(\w+Error)\b", str(errors.__doc__), re.M)
    ]
    depth = {entry.__name__: len(entry.__mro__) - len(SamenspraakError.__mro__) for entry in CLASSES}

    assert dict(drawn) == depth


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [entry.code for entry in CLASSES]

    assert len(set(codes)) == len(codes)


def test_only_a_special_case_shares_the_exit_code_of_its_class() -> None:
    shared = {
        (a.__name__, b.__name__)
        for a in CLASSES
        for b in CLASSES
        if a is not b and a.exit_code == b.exit_code and not issubclass(a, b) and not issubclass(b, a)
    }

    assert shared == set()


@pytest.mark.parametrize("error", CLASSES, ids=lambda entry: entry.__name__)
def test_an_error_ends_the_command_with_its_exit_code_and_its_message(
    error: type[SamenspraakError], runner: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, made(error))

    result = runner.invoke(samenspraak.cli.main, ["fail"])

    assert result.exit_code == error.exit_code != 0
    assert result.stderr == f"Error: {made(error)}\n"
    assert result.stdout == ""


def test_a_mistake_of_ours_is_not_hidden(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, ZeroDivisionError())  # type: ignore[arg-type]

    result = runner.invoke(samenspraak.cli.main, ["fail"])

    assert isinstance(result.exception, ZeroDivisionError)


def test_a_wrong_configuration_lists_every_problem_on_a_line() -> None:
    error = ConfigurationError("Two settings are wrong:", problems=("web.port: …", "language: …"))

    assert str(error).splitlines() == ["Two settings are wrong:", "  - web.port: …", "  - language: …"]
