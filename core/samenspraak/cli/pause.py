"""``samenspraak pause …``: somebody is away for a while."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import click

from samenspraak.cli import Asked
from samenspraak.cli._absence import carry_out
from samenspraak.cli._desk import DAY, by_option, desk, json_option, yes_option
from samenspraak.cli._help import Group
from samenspraak.services import pausing
from samenspraak.services.pausing import Absence

F = TypeVar("F", bound=Callable[..., Any])


@click.group("pause", cls=Group)
def command() -> None:
    """Let agreements rest while somebody is away."""


def _who(command: F) -> F:
    return click.argument("who", metavar="PARTY")(command)


def _reason(command: F) -> F:
    return click.option("--reason", default="", help="Why; it can be read wherever the agreement can.")(
        command
    )


@command.command()
@_who
@click.option("--from", "start", type=DAY, help="The first day; today unless given.")
@click.option("--until", type=DAY, help="The last day; of a client: until it is lifted unless given.")
@_reason
@yes_option
@by_option
@json_option
@click.pass_obj
def start(
    asked: Asked, who: str, start: datetime | None, until: datetime | None, reason: str, yes: bool, by: str
) -> None:
    """Let what is agreed rest while PARTY is away; it goes on by itself after the last day.

    Of a client all agreements rest. Of anybody else each of their moments is called off: whoever steps in
    hears of it, and the responsible person is asked where nobody does.
    """
    at = desk(asked)
    absence = Absence(
        who=who,
        start=start.date() if start else at.hub.today(),
        until=until.date() if until else None,
        reason=reason,
    )
    carry_out(asked, pausing.pause, absence, asks="pause.start?", done="pause.started", yes=yes, by=by)


@command.command()
@_who
@click.option("--from", "start", type=DAY, help="The first day they are back; today unless given.")
@_reason
@yes_option
@by_option
@json_option
@click.pass_obj
def lift(asked: Asked, who: str, start: datetime | None, reason: str, yes: bool, by: str) -> None:
    """Let what is agreed go on: PARTY is back sooner.

    Of whoever is no client, what was called off for the same reason takes place again.
    """
    at = desk(asked)
    back = Absence(who=who, start=start.date() if start else at.hub.today(), reason=reason)
    carry_out(asked, pausing.lift, back, asks="pause.lift?", done="pause.lifted", yes=yes, by=by)
