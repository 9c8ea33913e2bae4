"""``samenspraak review …``: the recurring talk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, called, table
from samenspraak.cli._desk import DAY, by_option, desk, json_option, looker_option
from samenspraak.cli._help import Group
from samenspraak.cli._texts import Texts
from samenspraak.cli._units import label
from samenspraak.domain.agreements import ReviewOutcome
from samenspraak.services import looking, reviewing
from samenspraak.services.reviewing import DueList, Held


@click.group("review", cls=Group)
def command() -> None:
    """See which talks are due, and record what came of one."""


@command.command("list")
@click.option("--client", metavar="PARTY", help="Only of this client.")
@click.option("--within", type=click.IntRange(min=0), default=0, help="Also those due in so many days.")
@looker_option
@json_option
@click.pass_obj
def list_(asked: Asked, client: str | None, within: int, by: str) -> None:
    """List the agreements whose talk is due, the longest overdue first."""
    at = desk(asked)
    found = looking.list_reviews(at.hub, at.organisation, by, client=client, within_days=within)
    answer(asked, {"reviews": found.reviews, "names": found.names}, _listed(found, at.texts))


@command.command()
@click.argument("agreement_id", metavar="ID")
@click.argument("outcome", type=click.Choice([one.value for one in ReviewOutcome]))
@click.option("--on", "day", type=DAY, help="The day of the talk; today unless given.")
@click.option("--next", "next_day", type=DAY, help="The next talk; a quarter later unless given.")
@click.option("--notes", help="What was said, in place of the notes there were.")
@click.option(
    "--change",
    "changes",
    type=(str, str),
    metavar="UNIT VALUE",
    multiple=True,
    help="With changed: what a unit says from now on, as JSON.",
)
@by_option
@json_option
@click.pass_obj
def record(
    asked: Asked,
    agreement_id: str,
    outcome: str,
    day: datetime | None,
    next_day: datetime | None,
    notes: str | None,
    changes: tuple[tuple[str, str], ...],
    by: str,
) -> None:
    """Record the outcome of the talk about the agreement ID; everybody who may see it hears of it."""
    at = desk(asked)
    held = reviewing.hold(
        at.hub,
        at.organisation,
        agreement_id,
        ReviewOutcome(outcome),
        on=day.date() if day else None,
        changes={unit: _value(value) for unit, value in changes},
        notes=notes,
        next_on=next_day.date() if next_day else None,
        by=by,
    )
    answer(asked, {"review": held}, _held(held, at.texts))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise click.UsageError(f"The value is not JSON: {error}.") from error


def _listed(found: DueList, texts: Texts) -> list[str]:
    headings = [texts(key) for key in ("id", "what", "client", "due", "late", "owner")]
    rows = (
        (
            one.agreement_id,
            one.what,
            called(one.client, found.names),
            one.due.isoformat(),
            str(one.days_late),
            ", ".join(found.names.get(ref, str(ref)) for ref in one.responsible)
            or texts.word("role", "responsible"),
        )
        for one in found.reviews
    )
    return table(headings, rows) or [texts("review.none")]


def _held(held: Held, texts: Texts) -> Iterator[str]:
    outcome = texts.word("value", held.outcome)
    yield texts("review.held", id=held.agreement_id, version=held.version, outcome=outcome)
    if held.next:
        yield texts("review.next", day=held.next.isoformat())
    if held.waits:
        yield texts("review.waits", units=", ".join(label(key, texts) for key in held.waits))
