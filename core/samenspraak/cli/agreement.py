"""``samenspraak agreement …``: looking at agreements, why they are as they are, and what they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from samenspraak.cli import Asked
from samenspraak.cli._absence import carry_out
from samenspraak.cli._answers import answer, called, confirm, table
from samenspraak.cli._desk import (
    DAY,
    by_option,
    desk,
    dry_run_option,
    json_option,
    looker_option,
    yes_option,
)
from samenspraak.cli._help import Group
from samenspraak.cli._plans import outcome_lines, preview_lines
from samenspraak.cli._stories import differences, restored, said, versions, whole
from samenspraak.cli._texts import Texts
from samenspraak.cli._units import label, readable
from samenspraak.domain.units import UnitKey
from samenspraak.services import history as restoring
from samenspraak.services import joining, looking, pausing
from samenspraak.services.agreements import Line, Shown
from samenspraak.services.joining import Preview


@click.group("agreement", cls=Group)
def command() -> None:
    """Look at agreements, put them back, join or separate them, or stop them."""


@command.command("list")
@click.option("--client", metavar="PARTY", help="Only of this client.")
@looker_option
@json_option
@click.pass_obj
def list_(asked: Asked, client: str | None, by: str) -> None:
    """List agreements, with how each system stands."""
    at = desk(asked)
    found = looking.list_agreements(at.hub, at.organisation, by, client=client)
    answer(asked, {"agreements": found}, _listed(found, at.texts))


@command.command()
@click.argument("agreement_id", metavar="ID")
@looker_option
@json_option
@click.pass_obj
def show(asked: Asked, agreement_id: str, by: str) -> None:
    """Show the agreement ID as it is now, and what was said about it."""
    at = desk(asked)
    found = looking.show_agreement(at.hub, at.organisation, by, agreement_id)
    answer(asked, {"agreement": found}, _shown(found, at.texts))


@command.command("explain")
@click.argument("agreement_id", metavar="ID")
@click.argument("unit", required=False)
@looker_option
@json_option
@click.pass_obj
def explain_(asked: Asked, agreement_id: str, unit: str | None, by: str) -> None:
    """Say who changed what in the agreement ID, why, and whom it reached; of UNIT the whole story.

    Without UNIT, such as what or assignment[a1], everything is told in short.
    """
    at = desk(asked)
    key = UnitKey.parse(unit) if unit else None
    found = looking.explain_agreement(at.hub, at.organisation, by, agreement_id, unit=key)
    answer(asked, {"agreement": found}, whole(found, at.texts, in_full=key is not None))


@command.command()
@click.argument("agreement_id", metavar="ID")
@looker_option
@json_option
@click.pass_obj
def history(asked: Asked, agreement_id: str, by: str) -> None:
    """List the versions of the agreement ID, the newest first, with what each one changed."""
    at = desk(asked)
    found = looking.list_versions(at.hub, at.organisation, by, agreement_id)
    answer(asked, {"agreement": found}, versions(found, at.texts))


@command.command()
@click.argument("agreement_id", metavar="ID")
@click.argument("version", type=click.IntRange(min=1))
@yes_option
@by_option
@json_option
@click.pass_obj
def restore(asked: Asked, agreement_id: str, version: int, yes: bool, by: str) -> None:
    """Make what the agreement ID said in VERSION its next version; it goes to every system.

    What happened since stays known: what was called off, and who was shown how.
    """
    at = desk(asked)
    preview = looking.compare_version(at.hub, at.organisation, by, agreement_id, version, by=by)
    changes = "\n".join(differences(preview.differences, preview.names, at.texts))
    confirm(asked, at.texts, f"{changes}\n{at.texts('restore.restore?')}", yes=yes)
    found = restoring.restore(at.hub, at.organisation, agreement_id, version, by=by)
    answer(asked, {"agreement": found}, restored(found, at.texts))


@command.command()
@click.argument("client", metavar="CLIENT")
@click.option(
    "--on", "day", type=DAY, help="From which day nothing is expected any more; today unless given."
)
@yes_option
@by_option
@json_option
@click.pass_obj
def stop(asked: Asked, client: str, day: datetime | None, yes: bool, by: str) -> None:
    """Stop everything of CLIENT (death, leaving care): all agreements end, all questions close.

    Each system is told that it ended, and nothing else: no reason, no reminders.
    """
    on = day.date() if day else None
    carry_out(asked, pausing.stop, client, asks="pause.stop?", done="pause.stopped", yes=yes, by=by, on=on)


@command.command()
@click.argument("agreement_id", metavar="ID")
@click.argument("other_id", metavar="OTHER")
@dry_run_option
@yes_option
@by_option
@json_option
@click.pass_obj
def join(asked: Asked, agreement_id: str, other_id: str, dry_run: bool, yes: bool, by: str) -> None:
    """Say that the agreements ID and OTHER are one: ID stays, and OTHER leads to it from now on.

    What only one of them says is taken; what both say differently is asked. First you see what would be
    written where, and who would see what for the first time.
    """
    at = desk(asked)
    if dry_run or not yes:
        preview = looking.preview_join(at.hub, at.organisation, by, agreement_id, other_id, by=by)
        if not _goes_on(asked, at.texts, preview, "join.join?", dry_run=dry_run):
            return
    found = joining.join(at.hub, at.organisation, agreement_id, other_id, by=by)
    answer(asked, {"joined": found}, outcome_lines(found, at.texts))


@command.command()
@click.argument("agreement_id", metavar="ID")
@click.argument("connector_id", metavar="CONNECTOR")
@click.option("--record", "external_id", metavar="EXTERNAL_ID", help="Only the copy with this record there.")
@dry_run_option
@yes_option
@by_option
@json_option
@click.pass_obj
def separate(
    asked: Asked,
    agreement_id: str,
    connector_id: str,
    external_id: str | None,
    dry_run: bool,
    yes: bool,
    by: str,
) -> None:
    """Say that what CONNECTOR holds as the agreement ID is another one.

    It becomes an agreement of its own with what stands there, and the two are never taken for one again.
    """
    at = desk(asked)
    which = (agreement_id, connector_id)
    if dry_run or not yes:
        preview = looking.preview_separate(
            at.hub, at.organisation, by, *which, external_id=external_id, by=by
        )
        if not _goes_on(asked, at.texts, preview, "join.separate?", dry_run=dry_run):
            return
    found = joining.separate(at.hub, at.organisation, *which, external_id=external_id, by=by)
    answer(asked, {"separated": found}, outcome_lines(found, at.texts))


def _goes_on(asked: Asked, texts: Texts, preview: Preview, question: str, *, dry_run: bool) -> bool:
    """Show what would follow; whether it is to be done, too."""
    lines = list(preview_lines(preview, texts))
    if dry_run:
        answer(asked, {"preview": preview}, [*lines, texts("plan.unwritten")])
    else:
        confirm(asked, texts, "\n".join([*lines, texts(question)]), yes=False)
    return not dry_run


# For people.


def _listed(found: tuple[Line, ...], texts: Texts) -> list[str]:
    headings = [texts(key) for key in ("id", "what", "standing", "version", "systems", "questions")]
    rows = (
        (
            one.id,
            one.what,
            texts.word("state", one.state),
            str(one.version),
            ", ".join(f"{system}: {texts.word('reason', reason)}" for system, reason in one.systems.items()),
            str(one.questions) if one.questions else "",
        )
        for one in found
    )
    return table(headings, rows) or [texts("agreement.none")]


def _shown(found: Shown, texts: Texts) -> Iterator[str]:
    state = texts.word("state", found.state)
    yield texts("agreement.head", id=found.id, version=found.version, state=state)
    yield texts("agreement.client", client=called(found.client, found.names))
    if found.same_as:
        yield texts("agreement.same", id=found.same_as)
    yield ""
    keys = {text: UnitKey.parse(text) for text in found.units}
    rows = [
        (label(key, texts), readable(key, found.units[text], texts, found.names))
        for text, key in keys.items()
    ]
    yield from table([texts("unit"), ""], rows)
    yield from said(found.said, found.names, texts)
