"""What clients allow: recording it, listing it, taking it back, and what became of what was shared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from samenspraak.domain.agreements import Agreement, LifeDomain
from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.parties import PERSONS, PartyKind, PartyRef
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import ConfigurationError, NotFoundError, RuleError
from samenspraak.policy.sight import Sight
from samenspraak.policy.state import LinkPhase, Reason
from samenspraak.services import ADMIN
from samenspraak.services.naming import actor, names, party
from samenspraak.services.repeating import ONCE, Asked, at_most_once
from samenspraak.store.records import LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.consenting import allow, take_back
from samenspraak.sync.hub import Hub


class Validity(StrEnum):
    """Whether a consent holds today."""

    HOLDS = "holds"
    NOT_YET = "not_yet"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A consent with whether it holds today."""

    consent: Consent
    validity: Validity


@dataclass(frozen=True, kw_only=True)
class Retraction:
    """A copy that was taken back, from whom, and whether it is certain that it is gone there."""

    agreement_id: str
    connector_id: str
    readers: tuple[PartyRef, ...]
    is_confirmed: bool


@dataclass(frozen=True, kw_only=True)
class Consents:
    """Everything recorded for a client, and what was taken back."""

    client: PartyRef
    recorded: tuple[Recorded, ...]
    retractions: tuple[Retraction, ...]
    names: Mapping[PartyRef, str]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be recorded, parties as people write them (``kind:id``, an id, or ``connector/id``).

    Without ``rows``, ``life_domains`` or ``agreement_id`` it is about all of them.
    """

    client: str
    recipient_kind: RecipientKind
    recipient: str
    allows: bool = True
    rows: Collection[MatrixRow] = ()
    life_domains: Collection[LifeDomain] = ()
    agreement_id: str | None = None
    given_by: str | None = None
    capacity: Capacity = Capacity.CLIENT
    purpose: str = ""
    evidence: str = ""
    start: date | None = None
    until: date | None = None


# Recording.


def record(hub: Hub, organisation: str, wish: Wish, *, by: str = ADMIN, asked: Asked = ONCE) -> Consent:
    """Record a consent or an objection; whoever it is about sees more, or less, from now on.

    Raises:
        NotFoundError: the client, the recipient, the agreement or who gave it is not known.
        RuleError: who gave it cannot give this consent, or its period cannot be.
    """
    with hub.store.write(organisation) as uow:
        who, client = actor(uow, by), party(uow, wish.client, PartyKind.CLIENT)

        def make() -> str:
            consent = Consent(
                id=hub.new_id(),
                client_id=client.id,
                recipient=_recipient(uow, wish),
                allows=wish.allows,
                rows=frozenset(wish.rows),
                life_domains=frozenset(wish.life_domains),
                agreement_id=_agreement(uow, wish, client),
                purpose=wish.purpose,
                given_by=_giver(uow, wish, client),
                capacity=wish.capacity,
                evidence=wish.evidence,
                start=wish.start,
                until=wish.until,
            )
            allow(uow, hub, consent, who)
            return consent.id

        recorded = uow.consents.get(at_most_once(uow, hub, by, asked, make))
        uow.commit()
    return recorded


def withdraw(hub: Hub, organisation: str, consent_id: str, *, by: str = ADMIN) -> Consent:
    """Take a consent back; from this moment nothing is sent under it, and what was shared is retracted.

    Raises:
        NotFoundError: there is no such consent.
        StaleError: it was withdrawn before.
    """
    with hub.store.write(organisation) as uow:
        consent = take_back(uow, hub, consent_id, actor(uow, by))
        uow.commit()
    return consent


def _recipient(uow: UnitOfWork, wish: Wish) -> Recipient:
    """Whom it is about, by the id under which consents are looked up.

    Raises:
        NotFoundError: nobody and nothing is known by it.
    """
    match wish.recipient_kind:
        case RecipientKind.PERSON:
            known = party(uow, wish.recipient, *sorted(PERSONS - {PartyKind.CLIENT})).id
        case RecipientKind.ORGANISATION if wish.recipient != uow.organisation:
            known = party(uow, wish.recipient, PartyKind.GROUP).id
        case RecipientKind.APP:
            known = uow.connectors.get(wish.recipient).id
        case _:
            known = wish.recipient
    return Recipient(kind=wish.recipient_kind, id=known)


def _agreement(uow: UnitOfWork, wish: Wish, client: PartyRef) -> str | None:
    if wish.agreement_id is None:
        return None
    found = uow.agreements.current(wish.agreement_id).agreement
    if found.client_id != client.id:
        raise NotFoundError(f"Agreement {wish.agreement_id} is not one of client {client.id}.")
    return found.id


def _giver(uow: UnitOfWork, wish: Wish, client: PartyRef) -> str:
    """The id of who gave it, if they may.

    Raises:
        RuleError: they may not.
    """
    circle = {one.party: one for one in uow.parties.circle(client.id)}
    giver = party(uow, wish.given_by, *sorted(PERSONS)) if wish.given_by else client
    may = {
        Capacity.CLIENT: giver == client,
        Capacity.REPRESENTATIVE: giver in circle and circle[giver].representative,
        Capacity.SELF: giver in circle,
    }
    if not may[wish.capacity]:
        raise RuleError("consent-giver", f"{giver} cannot consent as {wish.capacity} for client {client.id}.")
    return giver.id


# Looking.


def of_client(hub: Hub, organisation: str, client: str) -> Consents:
    """What a client allows and took back, and which copies were retracted.

    Raises:
        NotFoundError: there is no such client.
    """
    with hub.store.read(organisation) as uow:
        ref = party(uow, client, PartyKind.CLIENT)
        consents = uow.consents.of_client(ref.id)
        retractions = tuple(_retractions(uow, hub, ref.id, consents))
        mentioned = {ref, *(one for retraction in retractions for one in retraction.readers)}
        mentioned |= {one for consent in consents for one in _people(uow, consent)}
        return Consents(
            client=ref,
            recorded=tuple(judged(hub, one) for one in consents),
            retractions=retractions,
            names=names(uow, mentioned),
        )


def judged(hub: Hub, consent: Consent) -> Recorded:
    """A consent with whether it holds today."""
    return Recorded(consent=consent, validity=_validity(consent, hub.today()))


def would_retract(hub: Hub, organisation: str, consent_id: str) -> tuple[Retraction, ...]:
    """The copies that a withdrawal of this consent would take back, none of them confirmed.

    Raises:
        NotFoundError: there is no such consent.
    """
    with hub.store.read(organisation) as uow:
        consent = uow.consents.get(consent_id)
        left = tuple(one for one in uow.consents.of_client(consent.client_id) if one.id != consent_id)
        return tuple(
            _retraction(link, is_confirmed=False)
            for agreement, link in _copies(uow, consent.client_id)
            if _must_leave(uow, hub, agreement, link, left)
        )


def _copies(uow: UnitOfWork, client_id: str) -> Iterator[tuple[Agreement, LinkRecord]]:
    """Every copy of the client's agreements, by agreement and connector."""
    for record in uow.agreements.list(client_id=client_id):
        links = uow.links.of_agreement(record.agreement.id)
        for link in sorted(links, key=lambda one: (one.connector_id, one.audience)):
            yield record.agreement, link


def _must_leave(
    uow: UnitOfWork, hub: Hub, agreement: Agreement, link: LinkRecord, consents: Sequence[Consent]
) -> bool:
    """Whether this copy is there and may not be, if these were all consents there are.

    A record that people there wrote themselves, and in which nothing of ours stands, is none.
    """
    if link.phase is not LinkPhase.OPEN or link.reason is Reason.WITHHELD:
        return False
    try:
        sight = sight_of(uow, hub, agreement, link.connector_id, link.members)
    except ConfigurationError:  # its plugin is gone, so that nobody can say
        return False
    return not Sight(sight.units, sight.audience, replace(sight.facts, consents=tuple(consents))).shape()


def _people(uow: UnitOfWork, consent: Consent) -> list[PartyRef]:
    """The people in a consent, in every role they are known in."""
    ids = [consent.given_by]
    if consent.recipient.kind is RecipientKind.PERSON:
        ids.append(consent.recipient.id)
    return [PartyRef(kind=kind, id=one) for one in ids if one for kind in uow.parties.kinds(one)]


def _validity(consent: Consent, day: date) -> Validity:
    if consent.withdrawn_at is not None:
        return Validity.WITHDRAWN
    if consent.start is not None and day < consent.start:
        return Validity.NOT_YET
    return Validity.HOLDS if consent.holds_on(day) else Validity.OVER


def _retractions(
    uow: UnitOfWork, hub: Hub, client_id: str, consents: Sequence[Consent]
) -> Iterator[Retraction]:
    """What was taken back, and what must be and is not certainly gone, also where a system is away."""
    for agreement, link in _copies(uow, client_id):
        is_confirmed = link.reason is Reason.RETRACTED
        asked = link.reason is Reason.RETRACTING or _must_leave(uow, hub, agreement, link, consents)
        if is_confirmed or asked:
            yield _retraction(link, is_confirmed=is_confirmed)


def _retraction(link: LinkRecord, *, is_confirmed: bool) -> Retraction:
    return Retraction(
        agreement_id=link.agreement_id,
        connector_id=link.connector_id,
        readers=tuple(sorted(link.members)),
        is_confirmed=is_confirmed,
    )
