"""``samenspraak moment …``: who does what when, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, called, table
from samenspraak.cli._desk import DAY, desk, json_option, looker_option
from samenspraak.cli._help import Group
from samenspraak.cli._texts import Texts
from samenspraak.services import looking
from samenspraak.services.moments import Days, Happening


@click.group("moment", cls=Group)
def command() -> None:
    """See who does what when, and what became of it."""


@command.command("list")
@click.option("--from", "start", type=DAY, help="The first day; today unless given.")
@click.option("--days", type=click.IntRange(1, 100), default=7, show_default=True, help="How many days.")
@click.option("--client", metavar="PARTY", help="Only of this client.")
@click.option("--performer", metavar="PARTY", help="Only what this party does, or a group they are in.")
@click.option("--agreement", "agreement_id", metavar="ID", help="Only about this agreement.")
@looker_option
@json_option
@click.pass_obj
def list_(
    asked: Asked,
    start: datetime | None,
    days: int,
    client: str | None,
    performer: str | None,
    agreement_id: str | None,
    by: str,
) -> None:
    """List the moments of some days in their order: what is different this once, and what was reported."""
    at = desk(asked)
    first = start.date() if start else at.hub.today()
    found = looking.list_moments(
        at.hub,
        at.organisation,
        by,
        first,
        first + timedelta(days=days - 1),
        client=client,
        performer=performer,
        agreement_id=agreement_id,
    )
    answer(asked, {"moments": found.moments, "names": found.names}, _listed(found, at.texts))


def _listed(found: Days, texts: Texts) -> list[str]:
    headings = [texts(key) for key in ("when", "what", "client", "party", "standing", "reported")]
    rows = (
        (
            _when(one, texts),
            one.what,
            called(one.client, found.names),
            found.names.get(one.performer, str(one.performer)),
            texts.word("moment", one.state),
            _reported(one, texts),
        )
        for one in found.moments
    )
    return table(headings, rows) or [texts("moment.none")]


def _when(one: Happening, texts: Texts) -> str:
    time = f"{one.at:%H:%M}" if one.at else texts.word("value", one.part) if one.part else ""
    return f"{texts.weekday(one.day.weekday())} {one.day.isoformat()} {time}".rstrip()


def _reported(one: Happening, texts: Texts) -> str:
    """What was reported; and which systems were not heard from, so that silence is not read as no."""
    result = texts.word("result", one.result)
    unheard = texts("moment.unheard", systems=", ".join(one.unheard)) if one.unheard else ""
    return " ".join(filter(None, (result, unheard)))
