"""``samenspraak agreement …``: looking at agreements, and why they are as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, called, table
from samenspraak.cli._desk import desk, json_option, looker_option
from samenspraak.cli._help import Group
from samenspraak.cli._questions import head
from samenspraak.cli._texts import Texts
from samenspraak.cli._units import label, readable
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UnitKey
from samenspraak.services import looking
from samenspraak.services.agreements import Line, Said, Shown
from samenspraak.services.explaining import Change, Copy, Explained, Story

Names = Mapping[PartyRef, str]


@click.group("agreement", cls=Group)
def command() -> None:
    """Look at agreements."""


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
@click.option("--unit", metavar="UNIT", help="Only this unit, for instance what or assignment[a1].")
@looker_option
@json_option
@click.pass_obj
def explain_(asked: Asked, agreement_id: str, unit: str | None, by: str) -> None:
    """Say per system which version the agreement ID is in and why, and who changed what when."""
    at = desk(asked)
    key = UnitKey.parse(unit) if unit else None
    found = looking.explain_agreement(at.hub, at.organisation, by, agreement_id, unit=key)
    answer(asked, {"agreement": found}, _explained(found, at.texts))


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
    yield from _said(found.said, found.names, texts)


def _said(said: tuple[Said, ...], names: Names, texts: Texts) -> Iterator[str]:
    if said:
        yield ""
        yield texts("agreement.said")
    for one in said:
        stands = {True: texts("agreement.stands"), False: texts("agreement.earlier"), None: ""}[one.stands]
        yield texts(
            "agreement.said_line",
            at=texts.moment(one.at),
            by=called(one.by, names),
            kind=texts.word("said", one.kind),
            rest=" ".join(filter(None, (one.moment, one.text, stands))),
        ).rstrip()


def _explained(found: Explained, texts: Texts) -> Iterator[str]:
    state = texts.word("state", found.state)
    yield texts("agreement.head", id=found.id, version=found.version, state=state)
    yield texts("agreement.client", client=called(found.client, found.names))
    yield ""
    yield texts("explain.where")
    yield from _copies(found.copies, found.names, texts)
    yield ""
    yield texts("explain.units")
    for story in found.units:
        yield from _story(story, found, texts)
    yield from _said(found.said, found.names, texts)
    if found.questions:
        yield ""
        yield texts("explain.questions")
    for question in found.questions:
        yield f"  {head(question, texts)}"


def _copies(copies: tuple[Copy, ...], names: Names, texts: Texts) -> Iterator[str]:
    headings = [texts(key) for key in ("connection", "readers", "version", "standing", "heard")]
    rows = (
        (
            one.connector_id,
            ", ".join(names.get(ref, str(ref)) for ref in one.readers) or texts("nobody"),
            f"{one.have}/{one.want}",
            texts.word("reason", one.reason),
            texts.moment(one.heard_at),
        )
        for one in copies
    )
    yield from (f"  {line}" for line in table(headings, rows))
    for one in copies:
        if one.missing:
            units = ", ".join(label(key, texts) for key in one.missing)
            yield f"  {one.connector_id}: {texts('explain.missing', units=units)}"
        if one.next_at:
            yield f"  {one.connector_id}: {texts('explain.next', at=texts.moment(one.next_at))}"


def _story(story: Story, found: Explained, texts: Texts) -> Iterator[str]:
    yield f"  {label(story.unit, texts)}: {readable(story.unit, story.value, texts, found.names)}"
    for change in story.changes:
        yield f"    {_change(change, found.names, texts)}"
    places = ", ".join(
        f"{copy.connector_id}: {texts.word('standing', copy.units[story.unit])}" for copy in found.copies
    )
    if places:
        yield f"    {places}"


def _change(change: Change, names: Names, texts: Texts) -> str:
    return texts(
        "explain.change",
        version=change.version,
        at=texts.moment(change.at),
        actor=_actor(change.actor, names, texts),
        through=change.through or texts("explain.hub"),
        why=texts.word("why", change.why),
    )


def _actor(actor: str, names: Names, texts: Texts) -> str:
    """A party by name and id; the hub itself and an unnamed admin by a word."""
    kind, _, party_id = actor.partition(":")
    is_party = party_id and kind in set(PartyKind)
    return called(PartyRef.parse(actor), names) if is_party else texts.word("actor", actor)
