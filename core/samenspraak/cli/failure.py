"""``samenspraak failure …``: what failed for good, and trying again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, table
from samenspraak.cli._desk import by_option, desk, json_option
from samenspraak.cli._help import Group
from samenspraak.cli._texts import Texts
from samenspraak.services import failures
from samenspraak.services.failures import Failure, Failures


@click.group("failure", cls=Group)
def command() -> None:
    """What failed for good, and trying again."""


@command.command("list")
@click.option("--connector", "connector_id", metavar="ID", help="Only in this system.")
@click.option("--since", type=click.DateTime(), help="Only what began to fail since this moment (UTC).")
@json_option
@click.pass_obj
def list_(asked: Asked, connector_id: str | None, since: datetime | None) -> None:
    """List the copies that failed for good, the records that cannot be read, and the notices nobody took."""
    at = desk(asked)
    found = failures.listed(at.hub, at.organisation, connector_id=connector_id, since=_moment(since))
    answer(
        asked,
        {"copies": found.copies, "records": found.records, "notices": found.notices},
        _lines(found, at.texts),
    )


@command.command()
@click.argument("failure_id", metavar="FAILURE")
@json_option
@click.pass_obj
def show(asked: Asked, failure_id: str) -> None:
    """Show everything that was tried with one copy, and how it stands now."""
    at = desk(asked)
    found = failures.get(at.hub, at.organisation, failure_id)
    answer(asked, {"failure": found}, _one(found, at.texts))


@command.command()
@click.argument("failure_ids", metavar="[FAILURE]...", nargs=-1)
@click.option("--connector", "connector_id", metavar="ID", help="Everything that failed in this system.")
@click.option("--since", type=click.DateTime(), help="Everything that began to fail since this moment (UTC).")
@by_option
@json_option
@click.pass_obj
def retry(
    asked: Asked, failure_ids: tuple[str, ...], connector_id: str | None, since: datetime | None, by: str
) -> None:
    """Try again what failed: one, several, or all of a system or since a moment.

    It is done with the present version and today's mapping, in the order of work.
    """
    if bool(failure_ids) == bool(connector_id or since):
        raise click.UsageError("Give either FAILURE, or --connector, --since or both.")
    at = desk(asked)
    ids = list(failure_ids)
    if not ids:
        found = failures.listed(at.hub, at.organisation, connector_id=connector_id, since=_moment(since))
        ids = [one.id for one in found.copies]
        ids += [one.id for one in found.records if since is None]
        ids += [one.id for one in found.notices]
    taken = failures.try_again(at.hub, at.organisation, ids, by=by)
    answer(asked, {"tried": taken}, [at.texts("failure.tried", count=len(taken))])


def _moment(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=UTC) if given else None


def _lines(found: Failures, texts: Texts) -> Iterator[str]:
    headings = [texts(key) for key in ("id", "connection", "agreement", "why", "since")]
    yield from table(
        headings,
        (
            (one.id, one.connector_id, one.agreement_id, one.detail, texts.moment(one.since))
            for one in found.copies
        ),
    )
    if found.records:
        yield texts("failure.records")
        headings = [texts(key) for key in ("id", "connection", "record", "why")]
        yield from table(
            headings, ((one.id, one.connector_id, one.external_id, one.field) for one in found.records)
        )
    if found.notices:
        yield texts("failure.notices")
        headings = [texts(key) for key in ("id", "connection", "number", "agreement", "why", "since")]
        rows = (
            (one.id, one.connector_id, str(one.number), one.agreement_id, one.detail, texts.moment(one.since))
            for one in found.notices
        )
        yield from table(headings, rows)
    if not (found.copies or found.records or found.notices):
        yield texts("failure.none")


def _one(found: Failure, texts: Texts) -> Iterator[str]:
    yield texts("failure.head", id=found.id, connection=found.connector_id, agreement=found.agreement_id)
    for one in found.tried:
        yield f"  {texts.moment(one.at)}  {texts.word('tried', one.act)}: {one.outcome}"
    yield texts("failure.now", reason=texts.word("reason", found.reason), detail=found.detail)
