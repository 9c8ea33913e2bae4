"""``samenspraak kit …``: beginning a connector, and how far one is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer
from samenspraak.cli._desk import json_option, language_of
from samenspraak.cli._help import Group
from samenspraak.cli._texts import Texts
from samenspraak.connectors.registry import Registry
from samenspraak.errors import ConfigurationError

if TYPE_CHECKING:
    from samenspraak.testing.kit import Report

_SIGNS = {True: "✓", False: "✗", None: "·"}


@click.group("kit", cls=Group)
def command() -> None:
    """Begin a connector, and see how far one is."""


@command.command()
@click.argument("connector", metavar="CONNECTOR")
@json_option
@click.pass_context
def run(context: click.Context, connector: str) -> None:
    """Try a kind of connector against its sandbox, and say which tier it reaches.

    CONNECTOR is the name of an installed connector, as `connector list --installed` shows it.
    """
    asked: Asked = context.obj
    kind = Registry.load().kind(connector)
    with _tools():
        from samenspraak.testing import kit
    report = kit.run(kind)
    document = {
        "connector": report.connector,
        "tier": str(report.tier),
        "passed": report.passed,
        "not_applicable": report.not_applicable,
        "checks": report.checks,
    }
    answer(asked, document, _lines(report, Texts("en" if asked.json else language_of(asked))))
    context.exit(int(any(one.ok is False for one in report.checks)))


@command.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--into",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The folder in which it is made; here unless given.",
)
@json_option
@click.pass_obj
def new(asked: Asked, name: str, into: Path) -> None:
    """Begin a connector of your own, named NAME: a folder with one that works, to change step by step."""
    with _tools():
        from samenspraak.testing import starting
    folder = starting.begin(name, into)
    texts = Texts("en" if asked.json else language_of(asked))
    answer(asked, {"folder": str(folder)}, [texts("kit.begun", folder=folder, name=name)])


@contextlib.contextmanager
def _tools() -> Iterator[None]:
    """The checks need what the hub itself does not."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            'The checks need pytest and hypothesis: pip install "samenspraak[testing]".'
        ) from error


def _lines(report: Report, texts: Texts) -> Iterator[str]:
    for one in report.checks:
        yield f"{_SIGNS[one.ok]} {one.id.replace('_', ' ')}"
        if one.ok is False:
            yield f"    {one.detail}"
    failed = sum(one.ok is False for one in report.checks)
    yield texts(
        "kit.outcome",
        kind=report.connector,
        tier=texts.word("tier", report.tier),
        passed=report.passed,
        failed=failed,
        left=report.not_applicable,
    )
