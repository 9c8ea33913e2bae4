"""``samenspraak event …``: what an app is told, what was tried, and telling it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, table
from samenspraak.cli._desk import by_option, desk, json_option
from samenspraak.cli._help import Group
from samenspraak.cli._texts import Texts
from samenspraak.services import endpoints, events
from samenspraak.services.endpoints import Endpoint
from samenspraak.services.events import Delivered, Event


@click.group("event", cls=Group)
def command() -> None:
    """What an app is told, what was tried with it, and telling it again."""


@command.command("list")
@click.argument("connector_id", metavar="CONNECTOR")
@click.option("--after", default=0, show_default=True, help="Only events after this number.")
@click.option("--limit", default=100, show_default=True, help="So many at most.")
@json_option
@click.pass_obj
def list_(asked: Asked, connector_id: str, after: int, limit: int) -> None:
    """List the events of an app in the order of their numbers, and what became of each."""
    at = desk(asked)
    found = events.listed(at.hub, at.organisation, connector_id, after=after, limit=limit)
    answer(asked, {"events": found}, table(_headings(at.texts), (_row(one, at.texts) for one in found)))


@command.command()
@click.argument("connector_id", metavar="CONNECTOR")
@click.argument("number", type=int, metavar="NUMBER")
@json_option
@click.pass_obj
def show(asked: Asked, connector_id: str, number: int) -> None:
    """Show one event with every attempt at it."""
    at = desk(asked)
    found = events.get(at.hub, at.organisation, connector_id, number)
    answer(asked, {"delivered": found}, _one(found, at.texts))


@command.command()
@click.argument("connector_id", metavar="CONNECTOR")
@click.argument("number", type=int, metavar="NUMBER")
@by_option
@json_option
@click.pass_obj
def resend(asked: Asked, connector_id: str, number: int, by: str) -> None:
    """Tell one event again, with the same id and number; also one that was taken."""
    at = desk(asked)
    found = events.resend(at.hub, at.organisation, connector_id, number, by=by)
    answer(asked, {"event": found}, [at.texts("event.again", count=1)])


@command.command()
@click.argument("connector_id", metavar="CONNECTOR")
@click.option("--since", type=click.DateTime(), required=True, help="What happened since this moment (UTC).")
@by_option
@json_option
@click.pass_obj
def recover(asked: Asked, connector_id: str, since: datetime, by: str) -> None:
    """Tell again all that failed of what happened since a moment."""
    at = desk(asked)
    moment = since.replace(tzinfo=UTC)
    begun = events.recover(at.hub, at.organisation, connector_id, since=moment, by=by)
    answer(asked, {"events": begun}, [at.texts("event.again", count=len(begun))])


@command.command()
@click.argument("connector_id", metavar="CONNECTOR")
@click.option("--after", required=True, type=int, help="Only events after this number.")
@by_option
@json_option
@click.pass_obj
def replay(asked: Asked, connector_id: str, after: int, by: str) -> None:
    """Tell all after a number that was never handed over.

    That is what failed, and what is of a kind that the app did not choose then.
    """
    at = desk(asked)
    begun = events.replay(at.hub, at.organisation, connector_id, after=after, by=by)
    answer(asked, {"events": begun}, [at.texts("event.again", count=len(begun))])


def _headings(texts: Texts) -> list[str]:
    return [texts(key) for key in ("number", "id", "kind", "agreement", "standing", "since")]


def _row(one: Event, texts: Texts) -> tuple[str, ...]:
    standing = texts.word("event", one.state)
    return (
        str(one.number),
        one.id,
        texts.word("notice", one.kind),
        one.agreement_id,
        standing,
        texts.moment(one.since or one.at),
    )


def _one(found: Delivered, texts: Texts) -> Iterator[str]:
    yield from table(_headings(texts), [_row(found.event, texts)])
    for one in found.tries:
        status = f" ({one.status})" if one.status else ""
        yield f"  {texts.moment(one.at)}  {one.outcome}{status}"


# The endpoint.


@command.command()
@click.argument("connector_id", metavar="CONNECTOR")
@json_option
@click.pass_obj
def endpoint(asked: Asked, connector_id: str) -> None:
    """Show where an app is told, how that goes, and the key with which it verifies."""
    at = desk(asked)
    found = endpoints.get(at.hub, at.organisation, connector_id)
    answer(asked, {"endpoint": found}, _endpoint(found, at.texts))


@command.command("renew-secret")
@click.argument("connector_id", metavar="CONNECTOR")
@by_option
@json_option
@click.pass_obj
def renew_secret(asked: Asked, connector_id: str, by: str) -> None:
    """Make a new secret for an app. It is shown once: hand it over now.

    For another day everything is signed with the one before, too.
    """
    at = desk(asked)
    made = endpoints.renew_secret(at.hub, at.organisation, connector_id, by=by)
    lines = [
        at.texts("event.secret", secret=made.secret),
        at.texts("event.earlier", until=at.texts.moment(made.earlier_until)),
    ]
    answer(asked, {"renewed": made}, lines)


def _endpoint(found: Endpoint, texts: Texts) -> Iterator[str]:
    yield texts(
        "event.health",
        id=found.connector_id,
        health=texts.word("health", found.fares.health),
        taken=texts.moment(found.fares.taken_at),
    )
    if found.fares.since is not None:
        yield texts("event.failing", since=texts.moment(found.fares.since), count=found.fares.failures)
    if found.fares.until is not None:
        yield texts("event.until", until=texts.moment(found.fares.until))
    yield texts("event.counts", last=found.last, waiting=found.waiting, given_up=found.given_up)
    for name, value in found.settings.items():
        yield f"  {name}: {value if isinstance(value, str | int) else ', '.join(value)}"
    yield texts("event.key", public=found.public_key)
