"""What clients allow: reading it, recording it, taking it back, and what became of what was shared."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.consent import Capacity, RecipientKind
from samenspraak.domain.units import MatrixRow
from samenspraak.policy.access import Principal, Scope
from samenspraak.services import consents, looking
from samenspraak.services.consents import Recorded, Retraction, Validity, Wish
from samenspraak.services.repeating import Asked
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import Flag, Members, Page, Paging, Party, Text, page_of, window_of
from samenspraak.web.api.units import LONGEST

_EVERY = "None: about all of them."
_ROWS = {"description": f"Which rows of the flow matrix. {_EVERY}"}
_DOMAINS = {"description": f"Which life domains. {_EVERY}"}
_AGREEMENT = {"description": "Only about this agreement; null: about all of the client."}
_EVIDENCE = {"description": "Where it was recorded, for instance a signed form."}
_RECIPIENT = {
    "description": "An id of a person or a group, a role (`relative`), or the id of a connected app."
}


class ConsentShown(Schema):
    """A consent, or an objection."""

    id = fields.String(required=True)
    client_id = fields.String(required=True)
    recipient_kind = fields.Enum(RecipientKind, by_value=True, required=True)
    recipient = fields.String(required=True, metadata=_RECIPIENT)
    allows = fields.Boolean(required=True, metadata={"description": "False: an objection."})
    rows = fields.List(fields.Enum(MatrixRow, by_value=True), required=True, metadata=_ROWS)
    life_domains = fields.List(fields.Enum(LifeDomain, by_value=True), required=True, metadata=_DOMAINS)
    agreement_id = fields.String(required=True, allow_none=True, metadata=_AGREEMENT)
    purpose = fields.String(required=True)
    given_by = fields.String(required=True, metadata={"description": "The id of who gave it."})
    capacity = fields.String(required=True, metadata={"description": "As what they gave it."})
    evidence = fields.String(required=True, metadata=_EVIDENCE)
    start = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True, metadata={"description": "The last day, included."})
    withdrawn_at = fields.AwareDateTime(required=True, allow_none=True)
    validity = fields.Enum(
        Validity,
        by_value=True,
        required=True,
        metadata={"description": "Whether it holds today, in the Netherlands."},
    )


class ConsentsShown(Page):
    """A page of consents, by id."""

    items = fields.List(fields.Nested(ConsentShown(partial=True)), required=True)


class WhichConsents(Paging):
    """Which consents."""

    members = Members(ConsentShown)


class RetractionShown(Schema):
    """A copy that is taken back."""

    agreement_id = fields.String(required=True)
    connector_id = fields.String(required=True)
    readers = fields.List(fields.String(), required=True, metadata={"description": "None: staff there."})
    is_confirmed = fields.Boolean(
        required=True, metadata={"description": "Whether it is certain that it is gone there."}
    )


class RetractionsShown(Page):
    """A page of retractions, by agreement and system."""

    items = fields.List(fields.Nested(RetractionShown(partial=True)), required=True)


class WhichRetractions(Paging):
    """Which retractions."""

    members = Members(RetractionShown)


class WouldRetract(Schema):
    """What a withdrawal would take back now."""

    retractions = fields.List(fields.Nested(RetractionShown), required=True)


class NewConsent(Schema):
    """A consent, or an objection, to record."""

    recipient_kind = fields.Enum(RecipientKind, by_value=True, required=True)
    recipient = Text(required=True, validate=validate.Length(min=1, max=500), metadata=_RECIPIENT)
    allows = Flag(load_default=True, metadata={"description": "False: an objection."})
    rows = fields.List(fields.Enum(MatrixRow, by_value=True), load_default=[], metadata=_ROWS)
    life_domains = fields.List(fields.Enum(LifeDomain, by_value=True), load_default=[], metadata=_DOMAINS)
    agreement_id = fields.String(load_default=None, allow_none=True, metadata=_AGREEMENT)
    given_by = Party(
        load_default=None, allow_none=True, metadata={"description": "Who gave it; null: the client."}
    )
    capacity = fields.Enum(
        Capacity,
        by_value=True,
        load_default=Capacity.CLIENT,
        metadata={"description": "As what they gave it; `self`: about showing their own name only."},
    )
    purpose = Text(load_default="")
    evidence = Text(load_default="", validate=validate.Length(max=LONGEST), metadata=_EVIDENCE)
    start = fields.Date(load_default=None, allow_none=True)
    until = fields.Date(load_default=None, allow_none=True)


def routes(hub: Hub) -> Routes:
    """The routes of consents."""
    here = Routes("Consents", __name__, description="What clients allow, and what was taken back.")

    @here.route("/clients/<client>/consents")
    @here.asks(Scope.CONSENTS_READ)
    @here.takes(WhichConsents, "query")
    @here.gives(HTTPStatus.OK, ConsentsShown)
    def list_(who: Principal, which: dict[str, Any], client: str) -> dict[str, Any]:
        """What a client allows, forbids and took back."""
        found = looking.page_consents(hub, who.organisation, who, window_of(which), client)
        return page_of(found, which, shown)

    @here.route("/clients/<client>/consents", methods=["POST"])
    @here.asks(Scope.CONSENTS_WRITE)
    @here.takes(NewConsent)
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, ConsentShown)
    def record(who: Principal, new: dict[str, Any], asked: Asked, client: str) -> dict[str, Any]:
        """Record what a client allows or forbids; who it is about sees more, or less, from now on."""
        wish = Wish(client=client, **new)
        consent = consents.record(hub, who.organisation, wish, by=who.id, asked=asked)
        return shown(consents.judged(hub, consent))

    @here.route("/clients/<client>/retractions")
    @here.asks(Scope.CONSENTS_READ)
    @here.takes(WhichRetractions, "query")
    @here.gives(HTTPStatus.OK, RetractionsShown)
    def retractions(who: Principal, which: dict[str, Any], client: str) -> dict[str, Any]:
        """Which copies were taken back, and of which that is certain."""
        found = looking.page_retractions(hub, who.organisation, who, window_of(which), client)
        return page_of(found, which)

    @here.route("/consents/<consent_id>/withdrawal")
    @here.asks(Scope.CONSENTS_READ)
    @here.gives(HTTPStatus.OK, WouldRetract)
    def would_withdraw(who: Principal, consent_id: str) -> dict[str, tuple[Retraction, ...]]:
        """Which copies a withdrawal would take back now; nothing is withdrawn."""
        found = looking.preview_withdrawal(hub, who.organisation, who, consent_id)
        return {"retractions": found}

    @here.route("/consents/<consent_id>/withdrawal", methods=["POST"])
    @here.asks(Scope.CONSENTS_WRITE)
    @here.gives(HTTPStatus.OK, ConsentShown)
    def withdraw(who: Principal, consent_id: str) -> dict[str, Any]:
        """Take a consent back: nothing is sent under it any more, and what was shared is retracted."""
        consent = consents.withdraw(hub, who.organisation, consent_id, by=who.id)
        return shown(consents.judged(hub, consent))

    return here


def shown(one: Recorded) -> dict[str, Any]:
    """A consent as the API shows it."""
    consent = one.consent
    more = {"rows": sorted(consent.rows), "life_domains": sorted(consent.life_domains)}
    recipient = {"recipient_kind": consent.recipient.kind, "recipient": consent.recipient.id}
    return {**vars(consent), **recipient, **more, "validity": one.validity}
