"""``samenspraak consent …``: what clients allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

import click

from samenspraak.cli import Asked
from samenspraak.cli._answers import answer, called, confirm, table
from samenspraak.cli._desk import DAY, by_option, desk, json_option, looker_option, yes_option
from samenspraak.cli._help import Group
from samenspraak.cli._texts import Texts
from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.consent import Capacity, Consent, RecipientKind
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import MatrixRow
from samenspraak.services import consents, looking
from samenspraak.services.consents import Consents, Wish


@click.group("consent", cls=Group)
def command() -> None:
    """Record and withdraw what clients allow."""


@command.command()
@click.option("--client", required=True, metavar="PARTY", help="Whose agreements it is about.")
@click.option("--person", metavar="PARTY", help="Who may see it: this person,")
@click.option(
    "--role", type=click.Choice([one.value for one in PartyKind]), help="or everybody in this role,"
)
@click.option("--group", metavar="PARTY", help="or this group, or the organisation itself,")
@click.option("--app", metavar="ID", help="or whoever reads in this connected system.")
@click.option("--object", "objects", is_flag=True, help="An objection: they may not see it.")
@click.option(
    "--category",
    type=click.Choice([one.value for one in MatrixRow]),
    multiple=True,
    help="Only this; else all.",
)
@click.option(
    "--life-domain",
    type=click.Choice([one.value for one in LifeDomain]),
    multiple=True,
    help="Only this; else every one.",
)
@click.option("--agreement", "agreement_id", metavar="ID", help="Only this agreement; else all.")
@click.option("--given-by", metavar="PARTY", help="Who gave it; the client unless given.")
@click.option(
    "--capacity",
    type=click.Choice([one.value for one in Capacity]),
    default=str(Capacity.CLIENT),
    show_default=True,
    help="As what they gave it; self: about their own name only.",
)
@click.option("--purpose", default="", help="What it is for.")
@click.option("--evidence", default="", help="Where it was recorded, for instance a signed form.")
@click.option("--from", "start", type=DAY, help="The first day, as 2026-11-30.")
@click.option("--until", type=DAY, help="The last day.")
@by_option
@json_option
@click.pass_obj
def record(
    asked: Asked,
    client: str,
    person: str | None,
    role: str | None,
    group: str | None,
    app: str | None,
    objects: bool,
    category: tuple[str, ...],
    life_domain: tuple[str, ...],
    agreement_id: str | None,
    given_by: str | None,
    capacity: str,
    purpose: str,
    evidence: str,
    start: datetime | None,
    until: datetime | None,
    by: str,
) -> None:
    """Record that a client allows somebody to see agreements, or objects to it."""
    kind, recipient = _recipient(person=person, role=role, organisation=group, app=app)
    wish = Wish(
        client=client,
        recipient_kind=kind,
        recipient=recipient,
        allows=not objects,
        rows=[MatrixRow(one) for one in category],
        life_domains=[LifeDomain(one) for one in life_domain],
        agreement_id=agreement_id,
        given_by=given_by,
        capacity=Capacity(capacity),
        purpose=purpose,
        evidence=evidence,
        start=start.date() if start else None,
        until=until.date() if until else None,
    )
    at = desk(asked)
    consent = consents.record(at.hub, at.organisation, wish, by=by)
    line = "consent.recorded" if consent.allows else "consent.objected"
    answer(asked, {"consent": consent}, [at.texts(line, id=consent.id)])


@command.command("list")
@click.option("--client", required=True, metavar="PARTY", help="Whose consents.")
@looker_option
@json_option
@click.pass_obj
def list_(asked: Asked, client: str, by: str) -> None:
    """List what a client allows, and what was taken back from whom."""
    at = desk(asked)
    found = looking.list_consents(at.hub, at.organisation, by, client)
    answer(asked, {"consents": found}, _listed(found, at.texts))


@command.command()
@click.argument("consent_id", metavar="ID")
@yes_option
@by_option
@json_option
@click.pass_obj
def withdraw(asked: Asked, consent_id: str, yes: bool, by: str) -> None:
    """Take the consent ID back; what was shared under it is retracted."""
    at = desk(asked)
    preview = looking.preview_withdrawal(at.hub, at.organisation, by, consent_id)
    confirm(asked, at.texts, at.texts("consent.withdraw?", copies=len(preview)), yes=yes)
    consent = consents.withdraw(at.hub, at.organisation, consent_id, by=by)
    document = {"consent": consent, "retracts": preview}
    answer(asked, document, [at.texts("consent.withdrawn", id=consent.id)])


def _recipient(**given: str | None) -> tuple[RecipientKind, str]:
    """The one recipient that was given."""
    named = [(RecipientKind(kind), text) for kind, text in given.items() if text]
    if len(named) != 1:
        raise click.UsageError("Give one of --person, --role, --group and --app.")
    return named[0]


def _listed(found: Consents, texts: Texts) -> Iterator[str]:
    yield texts("agreement.client", client=called(found.client, found.names))
    headings = [texts(key) for key in ("id", "recipient", "answers", "category", "standing")]
    by_id = {ref.id: name for ref, name in found.names.items()}
    rows = [
        (
            one.consent.id,
            _whom(one.consent, by_id, texts),
            texts("consent.allows" if one.consent.allows else "consent.objects"),
            _about(one.consent, texts),
            texts.word("validity", one.validity),
        )
        for one in found.recorded
    ]
    yield from table(headings, rows) or [texts("consent.none")]
    if found.retractions:
        yield ""
        yield texts("consent.retractions")
    headings = [texts(key) for key in ("agreement", "connection", "readers", "standing")]
    yield from table(
        headings,
        (
            (
                one.agreement_id,
                one.connector_id,
                ", ".join(found.names.get(ref, str(ref)) for ref in one.readers) or texts("nobody"),
                texts("consent.confirmed" if one.is_confirmed else "consent.requested"),
            )
            for one in found.retractions
        ),
    )


def _whom(consent: Consent, names: Mapping[str, str], texts: Texts) -> str:
    recipient = consent.recipient
    if recipient.kind is RecipientKind.ROLE:
        return texts.word("party", recipient.id)
    return f"{texts.word('recipient', recipient.kind)} {names.get(recipient.id, recipient.id)}"


def _about(consent: Consent, texts: Texts) -> str:
    """The categories, life domains and agreement it is limited to."""
    parts = [texts.word("category", one) for one in sorted(consent.rows)]
    parts += [texts.word("value", one) for one in sorted(consent.life_domains)]
    parts += [consent.agreement_id] if consent.agreement_id else []
    return ", ".join(parts) or texts("consent.everything")
