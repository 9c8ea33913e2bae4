"""``samenspraak match …``: who is who."""

from __future__ import annotations

from collections.abc import Iterator

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, called, confirm, table
from samenspraak.cli._desk import by_option, desk, dry_run_option, json_option, looker_option, yes_option
from samenspraak.cli._help import Group
from samenspraak.cli._plans import consequences
from samenspraak.cli._texts import Texts
from samenspraak.domain.parties import PartyKind
from samenspraak.services import looking, matching
from samenspraak.services.matching import Refused, Together
from samenspraak.services.paging import Part, Window
from samenspraak.services.people import Known, Unmatched


@click.group("match", cls=Group)
def command() -> None:
    """Say who is who in the connected systems."""


@command.command("list")
@click.option("--connector", "connector_id", metavar="ID", help="Only in this system.")
@click.option("--known", is_flag=True, help="Instead: everybody the hub knows, and their ids.")
@click.option("--kind", type=click.Choice([one.value for one in PartyKind]), help="With --known: only these.")
@click.option("--after", default="", metavar="PARTY", help="With --known: only who comes after this one.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="With --known: so many at most.",
)
@looker_option
@json_option
@click.pass_obj
def list_(
    asked: Asked,
    connector_id: str | None,
    known: bool,
    kind: PartyKind | None,
    after: str,
    limit: int,
    by: str,
) -> None:
    """List who, and which records, wait until a person has said who is meant."""
    at = desk(asked)
    if known:
        wanted, window = PartyKind(kind) if kind else None, Window(after=after, limit=limit)
        found = looking.page_people(at.hub, at.organisation, by, window, kind=wanted)
        answer(asked, {"known": found.items, "next": found.next}, _known(found, at.texts))
        return
    unmatched = looking.list_waiting(at.hub, at.organisation, by, connector_id=connector_id)
    answer(asked, {"people": unmatched.people, "records": unmatched.records}, _waiting(unmatched, at.texts))


@command.command()
@click.argument("connector_id", metavar="CONNECTOR")
@click.argument("external_id", metavar="EXTERNAL_ID")
@click.option("--party", metavar="PARTY", help="Who it is: kind:id, or connector/id of another system.")
@click.option("--new", is_flag=True, help="Somebody the hub does not know yet.")
@by_option
@json_option
@click.pass_obj
def accept(asked: Asked, connector_id: str, external_id: str, party: str | None, new: bool, by: str) -> None:
    """Say that EXTERNAL_ID in CONNECTOR is this party; nothing overrules it."""
    if (party is None) != new:
        raise click.UsageError("Give either --party PARTY or --new.")
    at = desk(asked)
    ref = matching.accept(at.hub, at.organisation, connector_id, external_id, party, by=by)
    document = {"connector": connector_id, "external_id": external_id, "party": ref}
    answer(asked, document, [at.texts("match.accepted", external=external_id, id=connector_id, party=ref)])


@command.command()
@click.argument("connector_id", metavar="CONNECTOR")
@click.argument("external_id", metavar="EXTERNAL_ID")
@click.option("--party", metavar="PARTY", help="Who it is not; without it: none of those suggested.")
@by_option
@json_option
@click.pass_obj
def refuse(asked: Asked, connector_id: str, external_id: str, party: str | None, by: str) -> None:
    """Say that EXTERNAL_ID in CONNECTOR is not this party; it is not suggested again.

    Where it was matched with this party, the match is undone, with all that rested on it.
    """
    at = desk(asked)
    refused = matching.refuse(at.hub, at.organisation, connector_id, external_id, party, by=by)
    undone = [f"{system}/{there}" for system, there in refused.undone]
    document = {
        "connector": connector_id,
        "external_id": external_id,
        "refused": refused.parties,
        "undone": undone,
    }
    answer(asked, document, _refused(refused, undone, at.texts))


@command.command()
@click.argument("party", metavar="PARTY")
@click.argument("other", metavar="OTHER")
@dry_run_option
@yes_option
@by_option
@json_option
@click.pass_obj
def join(asked: Asked, party: str, other: str, dry_run: bool, yes: bool, by: str) -> None:
    """Say that PARTY and OTHER are one person: PARTY stays, and OTHER leads to them from now on.

    Where consent for the one contradicts that for the other, the stricter holds and somebody is asked.
    First you see what would be written where, and who would see what for the first time.
    """
    at = desk(asked)
    if dry_run or not yes:
        preview = looking.preview_person(at.hub, at.organisation, by, party, other, by=by)
        lines = [
            *_together(preview.outcome, at.texts),
            *consequences(preview.acts, preview.unheard, at.texts),
        ]
        if dry_run:
            answer(asked, {"preview": preview}, [*lines, at.texts("plan.unwritten")])
            return
        confirm(asked, at.texts, "\n".join([*lines, at.texts("join.join?")]), yes=False)
    found = matching.join(at.hub, at.organisation, party, other, by=by)
    answer(asked, {"joined": found}, _together(found, at.texts))


@command.command()
@click.argument("connector_id", metavar="CONNECTOR")
@click.argument("external_id", metavar="EXTERNAL_ID")
@by_option
@json_option
@click.pass_obj
def separate(asked: Asked, connector_id: str, external_id: str, by: str) -> None:
    """Say that EXTERNAL_ID in CONNECTOR is not whom it is matched with; the match is undone.

    Whoever saw something through it does not see it any more, and the record waits to be matched again.
    """
    at = desk(asked)
    found = matching.separate(at.hub, at.organisation, connector_id, external_id, by=by)
    undone = [f"{system}/{there}" for system, there in found.undone]
    document = {"connector": connector_id, "external_id": external_id, "undone": undone}
    answer(asked, {**document, "party": found.parties[0]}, _refused(found, undone, at.texts))


def _together(found: Together, texts: Texts) -> Iterator[str]:
    one, other = (called(ref, found.names) for ref in (found.party, found.same))
    yield texts("match.joined", party=one, other=other)
    if found.records:
        records = ", ".join(f"{system}/{there}" for system, there in found.records)
        yield texts("match.joined_records", records=records)
    yield texts("match.joined_agreements", count=len(found.agreements))
    if found.withdrawn:
        yield texts("match.contradicts", consents=", ".join(found.withdrawn))


def _refused(refused: Refused, undone: list[str], texts: Texts) -> Iterator[str]:
    if not refused.parties:
        yield texts("match.refused_none")
        return
    yield texts("match.refused", parties=", ".join(map(str, refused.parties)))
    if undone:
        yield texts("match.undone", records=", ".join(undone))


def _waiting(found: Unmatched, texts: Texts) -> Iterator[str]:
    headings = [texts(key) for key in ("connection", "id", "kind", "name", "maybe")]
    rows = [
        (
            one.connector_id,
            one.external_id,
            texts.word("party", one.kind),
            one.name,
            "; ".join(
                f"{suggestion.party} {suggestion.name} ({texts.words('because', suggestion.because)})"
                for suggestion in one.suggestions
            ),
        )
        for one in found.people
    ]
    yield from table(headings, rows)
    if found.records:
        yield texts("match.records")
        headings = [texts(key) for key in ("connection", "record", "client", "since", "what_now")]
        records = (
            (
                one.connector_id,
                one.external_id,
                one.client or "",
                texts.moment(one.since) if one.since else "",
                texts.word("waits", one.why),
            )
            for one in found.records
        )
        yield from table(headings, records)
    if not (rows or found.records):
        yield texts("match.none")


def _known(found: Part[Known], texts: Texts) -> Iterator[str]:
    headings = [texts(key) for key in ("party", "name", "systems")]
    rows = (
        (
            str(one.party),
            one.name,
            ", ".join(f"{system}/{external}" for system, ids in one.systems.items() for external in ids),
        )
        for one in found
    )
    yield from table(headings, rows) or [texts("match.known_none")]
    if found.next:
        yield texts("match.known_more", party=found.next)
