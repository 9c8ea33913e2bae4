"""``samenspraak feed …``: addresses at which people fetch what the hub shows them: a calendar, a page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import NEEDS_A_PERSON, answer, called, confirm, table
from samenspraak.cli._desk import by_option, desk, json_option, looker_option, yes_option
from samenspraak.cli._help import Group
from samenspraak.services import feeds, looking, returning

_MOST_BYTES = 20_000_001
"""No more of a file is read than its connector would refuse by its size."""


@click.group("feed", cls=Group)
def command() -> None:
    """Give people an address for their calendar, page or spreadsheet, and take it back."""


@command.command()
@click.argument("connector_id", metavar="CONNECTOR")
@click.argument("party", metavar="PARTY")
@by_option
@json_option
@click.pass_obj
def add(asked: Asked, connector_id: str, party: str, by: str) -> None:
    """Make an address for PARTY, a person or a location. It is shown once: hand it over now.

    Whoever has the address can read along. What may be seen there is for consent to say.
    """
    at = desk(asked)
    made = feeds.add(at.hub, at.organisation, connector_id, party, by=by)
    lines = [
        at.texts("feed.added", party=made.party, id=made.id),
        *(at.texts("feed.address", path=path) for path in made.paths),
        at.texts("feed.once"),
    ]
    answer(asked, {"feed": made}, lines)


@command.command("list")
@click.option("--connector", "connector_id", metavar="ID", help="Only in this system.")
@looker_option
@json_option
@click.pass_obj
def list_(asked: Asked, connector_id: str | None, by: str) -> None:
    """List the addresses and whose they are; never the addresses themselves."""
    at = desk(asked)
    found = looking.list_feeds(at.hub, at.organisation, by, connector_id=connector_id)
    headings = [at.texts(key) for key in ("id", "connection", "party", "since", "fetched", "standing")]
    rows = (
        (
            one.id,
            one.connector_id,
            called(one.party, {one.party: one.name}) if one.party else "",
            at.texts.moment(one.at),
            at.texts.moment(one.fetched_at),
            at.texts("feed.revoked_at", at=at.texts.moment(one.revoked_at)) if one.revoked_at else "",
        )
        for one in found
    )
    answer(asked, {"feeds": found}, table(headings, rows) or [at.texts("feed.none")])


@command.command()
@click.argument("feed_id", metavar="ID")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@looker_option
@json_option
@click.pass_obj
def save(asked: Asked, feed_id: str, file: Path, by: str) -> None:
    """Write what the reader of address ID sees now to FILE; its ending says in which form: html, xlsx.

    Only you can read the file. Print it or pass it on, and throw it away.
    """
    at = desk(asked)
    saved = looking.save_feed(at.hub, at.organisation, by, feed_id, file.suffix.removeprefix("."))
    file.unlink(missing_ok=True)  # with the rights of a file that was there, others could read along
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as written:
        written.write(saved.shown.body)
    answer(asked, {"file": str(file)}, [at.texts("feed.saved", file=file)])


@command.command("import")
@click.argument("connector_id", metavar="CONNECTOR")
@click.argument("file", type=click.File("rb"))
@by_option
@json_option
@click.pass_obj
def import_(asked: Asked, connector_id: str, file: BinaryIO, by: str) -> None:
    """Take in a spreadsheet of CONNECTOR that people typed in: a FILE that was saved or fetched before.

    Only cells that changed count, each over what stood there then; what both sides changed is asked. What
    cannot be read is told by row and column, and the rest goes on. Then the exit code is 3.
    """
    at = desk(asked)
    taken = returning.take_back(at.hub, at.organisation, connector_id, file.read(_MOST_BYTES), by=by)
    lines = [
        at.texts("feed.imported", units=taken.units, agreements=len(taken.changed), said=taken.said),
        *([at.texts("feed.proposed", count=len(taken.proposed))] if taken.proposed else []),
        at.texts("feed.unchanged", count=taken.unchanged),
        *(one[at.texts.language] for one in taken.troubles),
    ]
    answer(asked, {"import": taken}, lines)
    if taken.troubles:
        raise click.exceptions.Exit(NEEDS_A_PERSON)


@command.command()
@click.argument("feed_id", metavar="ID")
@yes_option
@by_option
@json_option
@click.pass_obj
def revoke(asked: Asked, feed_id: str, yes: bool, by: str) -> None:
    """Take an address back: it never works again, and without another one nothing is shown any more."""
    at = desk(asked)
    confirm(asked, at.texts, at.texts("feed.revoke?", id=feed_id), yes=yes)
    feed = feeds.revoke(at.hub, at.organisation, feed_id, by=by)
    answer(asked, {"feed": feed}, [at.texts("feed.revoked", id=feed.id)])
