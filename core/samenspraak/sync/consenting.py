"""What clients allow, whoever records it: a person at a screen, or the dossier where it was said.

Only a dossier is believed, and what it tells is taken over as it is. Its id here is made of what was decided:
hearing it again changes nothing, and a consent that somebody took back in the hub is not given again by a
dossier that did not hear of it. Only another decision there is another consent (ADR 0037).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator

from samenspraak.connectors.looks import ExternalConsent
from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.parties import PERSONS, PartyKind, PartyRef
from samenspraak.policy.capabilities import SystemKind
from samenspraak.store.records import AuditLine
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.hub import Hub
from samenspraak.sync.reaching import ask_lost_sight

SYSTEM = "system"


def allow(uow: WritingUnitOfWork, hub: Hub, consent: Consent, by: str, *, through: str = "") -> None:
    """Record a consent or an objection; whoever it is about sees more, or less, from now on.

    ``through``: the connector whose system recorded it, if one did.
    """
    uow.consents.add(consent, by, hub.now())
    _tell(uow, hub, consent, "recorded" if consent.allows else "objected", by, through)
    if not consent.allows:
        _ask_who_does_it(uow, hub, consent)


def take_back(uow: WritingUnitOfWork, hub: Hub, consent_id: str, by: str, *, through: str = "") -> Consent:
    """From this moment nothing is sent under it, and what was shared is retracted.

    Raises:
        NotFoundError: there is no such consent.
        StaleError: it was withdrawn before.
    """
    consent = uow.consents.withdraw(consent_id, by, hub.now())
    _tell(uow, hub, consent, "withdrawn", by, through)
    _ask_who_does_it(uow, hub, consent)
    return consent


def _tell(uow: WritingUnitOfWork, hub: Hub, consent: Consent, what: str, by: str, through: str) -> None:
    """Every copy of the client's agreements looks again, before everything else; and the audit line."""
    ensure_client(uow, hub, consent.client_id)
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=by,
            action=f"consent.{what}",
            object=f"consent:{consent.id}",
            client_id=consent.client_id,
            connector_id=through,
            detail=f"{consent.recipient.kind}:{consent.recipient.id}",
        )
    )


def _ask_who_does_it(uow: WritingUnitOfWork, hub: Hub, consent: Consent) -> None:
    """Whoever takes part and sees it no more may have to be replaced: a person settles that."""
    if consent.recipient.kind is RecipientKind.PERSON:
        ask_lost_sight(uow, hub, consent.client_id, consent.recipient.id)


# What a dossier tells.


def hear(uow: WritingUnitOfWork, hub: Hub, connector_id: str, told: Collection[ExternalConsent]) -> None:
    """Take over what a dossier says that clients allow: what is new there, and what holds no longer."""
    if not _is_dossier(uow, hub, connector_id):
        return
    for one in told:
        gone, new = _news(uow, connector_id, one)
        for consent in gone:
            take_back(uow, hub, consent.id, SYSTEM, through=connector_id)
        for consent in new:
            allow(uow, hub, consent, SYSTEM, through=connector_id)


def has_news(uow: UnitOfWork, hub: Hub, connector_id: str, told: Collection[ExternalConsent]) -> bool:
    """Whether :func:`hear` would change anything."""
    if not (told and _is_dossier(uow, hub, connector_id)):
        return False
    return any(gone or new for gone, new in (_news(uow, connector_id, one) for one in told))


def missing(uow: UnitOfWork, connector_id: str, listed: Collection[str]) -> list[Consent]:
    """The consents of this dossier that hold here, and that a listing of all of them leaves out."""
    return [
        consent
        for person in uow.parties.persons(PartyKind.CLIENT)
        for consent in uow.consents.of_client(person.id)
        if consent.withdrawn_at is None
        and consent.evidence.startswith(_evidence(connector_id, ""))
        and consent.evidence.removeprefix(_evidence(connector_id, "")) not in listed
    ]


def forget(uow: WritingUnitOfWork, hub: Hub, connector_id: str, listed: Collection[str]) -> None:
    """What a dossier does not list any more, among all that it has, is no consent any more."""
    for consent in missing(uow, connector_id, listed):
        take_back(uow, hub, consent.id, SYSTEM, through=connector_id)


def _is_dossier(uow: UnitOfWork, hub: Hub, connector_id: str) -> bool:
    return hub.capabilities(uow.organisation, connector_id).kind is SystemKind.DOSSIER


def _news(uow: UnitOfWork, connector_id: str, told: ExternalConsent) -> tuple[list[Consent], list[Consent]]:
    """What holds no longer by this telling, and what is allowed or forbidden anew.

    Of one that nobody can read any more an objection stays, and a permission does not.
    """
    client = _party(uow, connector_id, told.client)
    if client is None or client.kind is not PartyKind.CLIENT:
        return [], []
    known = {one.id: one for one in uow.consents.of_client(client.id)}
    wanted = {one.id: one for one in _consents(uow, connector_id, told, client)} if told.holds else {}
    gone = [
        one
        for one in known.values()
        if one.evidence == _evidence(connector_id, told.external_id)
        and one.withdrawn_at is None
        and one.id not in wanted
        and (one.allows or told.holds is not None)
    ]
    return gone, [one for one in wanted.values() if one.id not in known]


def _consents(
    uow: UnitOfWork, connector_id: str, told: ExternalConsent, client: PartyRef
) -> Iterator[Consent]:
    """One for each recipient that is known here; none while who gave it may not, or is not known."""
    capacity = _capacity(uow, connector_id, told, client)
    given_by = _party(uow, connector_id, told.given_by) if told.given_by else None
    recipients = (_party(uow, connector_id, one) for one in told.recipients)
    for who in filter(None, recipients):
        if capacity is None or who.kind in (PartyKind.CLIENT, PartyKind.DEVICE):
            continue
        kind = RecipientKind.PERSON if who.kind in PERSONS else RecipientKind.ORGANISATION
        yield Consent(
            id=_id(connector_id, told, who),
            client_id=client.id,
            recipient=Recipient(kind=kind, id=who.id),
            allows=told.allows,
            rows=told.rows,
            life_domains=told.life_domains,
            given_by=given_by.id if given_by else "",
            capacity=capacity,
            evidence=_evidence(connector_id, told.external_id),
            start=told.start,
            until=told.until,
        )


def _capacity(uow: UnitOfWork, connector_id: str, told: ExternalConsent, client: PartyRef) -> str | None:
    """As what it was given: '' where the dossier does not say by whom; None by somebody who may not."""
    if told.given_by is None:
        return ""
    giver = _party(uow, connector_id, told.given_by)
    if giver == client:
        return Capacity.CLIENT
    represents = {one.party for one in uow.parties.circle(client.id) if one.representative}
    return Capacity.REPRESENTATIVE if giver in represents else None


def _party(uow: UnitOfWork, connector_id: str, external_id: str) -> PartyRef | None:
    link = uow.parties.link_of(connector_id, external_id)
    return link.ref if link else None


def _evidence(connector_id: str, external_id: str) -> str:
    return f"{connector_id} {external_id}"


def _id(connector_id: str, told: ExternalConsent, who: PartyRef) -> str:
    """Made of what was decided: whatever else changes in the record there is the same decision."""
    return hashlib.sha256("\n".join(_decision(connector_id, told, who)).encode()).hexdigest()[:32]


def _decision(connector_id: str, told: ExternalConsent, who: PartyRef) -> Iterator[str]:
    yield from (connector_id, told.external_id, told.client, str(who), str(told.allows), told.decided)
    yield from (",".join(sorted(told.rows)), ",".join(sorted(told.life_domains)))
    yield from (str(told.start), str(told.until), told.given_by or "")
