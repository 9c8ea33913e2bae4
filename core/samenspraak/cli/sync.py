"""``samenspraak sync …``: exchanging with the systems once, from this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import simplejson

from samenspraak.cli import Asked
from samenspraak.cli._answers import NEEDS_A_PERSON, answer, plain
from samenspraak.cli._desk import desk, json_option
from samenspraak.cli._help import Group
from samenspraak.cli._plans import applied_lines, drift_lines, plan_lines
from samenspraak.cli._status import document_of, lines_of
from samenspraak.cli._texts import Texts
from samenspraak.errors import ConfigurationError, StaleError, TransientError
from samenspraak.services import rehearsals
from samenspraak.services.exchange import Exchanged, exchange
from samenspraak.services.status import status


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
    if outcome.unheard:
        raise click.exceptions.Exit(TransientError.exit_code)


@command.command()
@click.option("--connector", "connector_id", metavar="ID", help="Hear this system only.")
@click.option("--full", is_flag=True, help="Read everything there is, instead of what changed.")
@click.option("--release", multiple=True, metavar="ID", help="As if this system took part from now on.")
@click.option(
    "--save",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Keep the plan in this file, for sync apply.",
)
@json_option
@click.pass_obj
def plan(
    asked: Asked, connector_id: str | None, full: bool, release: tuple[str, ...], save: Path | None
) -> None:
    """Show what sync run would do now, and who would see what for the first time. Writes nothing."""
    at = desk(asked)
    wanted = rehearsals.Asked(connector_id=connector_id, full=full, release=release)
    planned = rehearsals.plan(at.hub, at.organisation, wanted)
    document = {**plain(planned), "fingerprint": planned.fingerprint}
    if save is not None:
        save.write_text(simplejson.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")
    answer(asked, document, plan_lines(planned, at.texts))


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def apply(asked: Asked, file: Path) -> None:
    """Do what a saved plan says: exactly that, or nothing when the world has moved since.

    Not while the hub itself is serving.
    """
    from samenspraak.work.embedded import OneRunner

    wanted, fingerprint = _saved(file)
    at = desk(asked)
    with OneRunner(at.app.settings.data_dir):
        done = rehearsals.apply(at.hub, at.organisation, wanted, fingerprint)
    document = {
        "made": done.made,
        "refused": done.refused,
        "missing": done.missing,
        "status": document_of(done.exchanged.status),
    }
    answer(asked, document, applied_lines(done, at.texts))
    if done.refused:
        raise click.exceptions.Exit(StaleError.exit_code)


@command.command()
@click.option("--connector", "connector_id", metavar="ID", help="Compare this system only.")
@click.option("--repair", is_flag=True, help="Bring what differs in step, as it was shown.")
@json_option
@click.pass_obj
def drift(asked: Asked, connector_id: str | None, repair: bool) -> None:
    """Compare every copy in every system with what it should be, whether anything was told or not.

    With --repair not while the hub itself is serving.
    """
    from samenspraak.work.embedded import OneRunner

    at = desk(asked)
    wanted = rehearsals.Asked(connector_id=connector_id, full=True, compare=True)
    planned = rehearsals.plan(at.hub, at.organisation, wanted)
    stands = status(at.hub, at.organisation)
    document = {**plain(planned), "differing": planned.differing, "status": document_of(stands)}
    lines = [*plan_lines(planned, at.texts), "", *drift_lines(planned, stands, at.texts)]
    if repair and planned.differing:
        with OneRunner(at.app.settings.data_dir):
            done = rehearsals.apply(at.hub, at.organisation, wanted, planned.fingerprint)
        document |= {"made": done.made, "status": document_of(done.exchanged.status)}
        lines += ["", *applied_lines(done, at.texts)]
    answer(asked, document, lines)


def _saved(file: Path) -> tuple[rehearsals.Asked, str]:
    """What was planned, and the fingerprint of the plan.

    Raises:
        ConfigurationError: the file holds no plan.
    """
    try:
        kept = simplejson.loads(file.read_text(encoding="utf-8"))
        members = {**kept["asked"], "release": tuple(kept["asked"]["release"])}
        return rehearsals.Asked(**members), str(kept["fingerprint"])
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{file} holds no plan. Make one with: samenspraak sync plan --save"
        ) from error


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
