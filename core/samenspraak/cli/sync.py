"""``samenspraak sync …``: exchanging with the systems once, from this process."""

from __future__ import annotations

from collections.abc import Iterator

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import NEEDS_A_PERSON, answer
from samenspraak.cli._desk import desk, json_option
from samenspraak.cli._help import Group
from samenspraak.cli._status import document_of, lines_of
from samenspraak.cli._texts import Texts
from samenspraak.errors import TransientError
from samenspraak.services.exchange import Exchanged, exchange


@click.group("sync", cls=Group)
def command() -> None:
    """Exchange with the connected systems."""


@command.command()
@click.option("--connector", "connector_id", metavar="ID", help="Hear this system only.")
@click.option("--full", is_flag=True, help="Read everything there is, instead of what changed.")
@click.option("--due", is_flag=True, help="Hear only systems whose time has come; for a timer.")
@json_option
@click.pass_obj
def run(asked: Asked, connector_id: str | None, full: bool, due: bool) -> None:
    """Hear every system once, then bring everything that is due up to date.

    Not while the hub itself is serving: it does this all the time.
    """
    from samenspraak.work.embedded import OneRunner

    at = desk(asked)
    with OneRunner(at.app.settings.data_dir):
        outcome = exchange(at.hub, at.organisation, connector_id=connector_id, full=full, due_only=due)
    document = {
        "heard": outcome.heard,
        "skipped": [{"connector_id": one, "state": state} for one, state in outcome.skipped],
        "worked": outcome.worked,
        "status": document_of(outcome.status),
    }
    answer(asked, document, _lines(outcome, at.texts))
    if outcome.status.needs_a_person:
        raise click.exceptions.Exit(NEEDS_A_PERSON)
    if any(one.error for one in outcome.heard):
        raise click.exceptions.Exit(TransientError.exit_code)


def _lines(outcome: Exchanged, texts: Texts) -> Iterator[str]:
    for one in outcome.heard:
        if one.error:
            yield texts("sync.failed", id=one.connector_id, error=one.error, message=one.message)
            continue
        met = one.pulled
        yield texts(
            "sync.heard",
            id=one.connector_id,
            seen=met.seen,
            new=met.new,
            changed=met.changed,
            apart=met.apart,
        )
    for connector_id, state in outcome.skipped:
        yield texts("sync.skipped", id=connector_id, state=texts.word("connector", state))
    yield ""
    yield from lines_of(outcome.status, texts)
