"""``samenspraak status``: how it stands."""

from __future__ import annotations

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import NEEDS_A_PERSON, answer
from samenspraak.cli._desk import desk, json_option
from samenspraak.cli._help import Command
from samenspraak.cli._status import document_of, lines_of


@click.command(cls=Command)
@json_option
@click.pass_obj
def command(asked: Asked) -> None:
    """Say per system what is equal and why the rest is not; exit code 3 when something waits for a person."""
    from samenspraak.services.status import status

    at = desk(asked)
    found = status(at.hub, at.organisation)
    answer(asked, document_of(found), lines_of(found, at.texts))
    if found.needs_a_person:
        raise click.exceptions.Exit(NEEDS_A_PERSON)
