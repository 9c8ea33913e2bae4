"""The recurring talk about an agreement: which are due, and what came of one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.domain.agreements import ReviewOutcome
from samenspraak.policy.access import Principal, Scope
from samenspraak.services import looking, reviewing
from samenspraak.services.reviewing import Due, Held
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import (
    Members,
    Named,
    Page,
    Paging,
    Party,
    Text,
    Units,
    called,
    page_of,
    window_of,
)

_YEAR = 366


class ReviewDue(Schema):
    """A talk to hold."""

    agreement_id = fields.String(required=True)
    client = fields.String(required=True)
    what = fields.String(required=True)
    due = fields.Date(required=True)
    days_late = fields.Integer(required=True, metadata={"description": "0: not late."})
    responsible = fields.List(fields.String(), required=True, metadata={"description": "Whom to ask."})
    parties = fields.List(fields.Nested(Named), required=True)


class ReviewsDue(Page):
    """A page of talks, the longest overdue first."""

    items = fields.List(fields.Nested(ReviewDue(partial=True)), required=True)


class WhichReviews(Paging):
    """Which talks."""

    client = Party(metadata={"description": "Only of this client."})
    within_days = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=_YEAR),
        metadata={"description": "Also those that become due in so many days."},
    )
    members = Members(ReviewDue)


class Review(Schema):
    """What came of a talk."""

    outcome = fields.Enum(ReviewOutcome, by_value=True, required=True)
    on = fields.Date(
        load_default=None, allow_none=True, metadata={"description": "The day of the talk; null: today."}
    )
    changes = Units(
        load_default=None,
        allow_none=True,
        metadata={"description": "With `changed`: the units that are other now. Null empties one."},
    )
    notes = Text(
        load_default=None,
        allow_none=True,
        metadata={"description": "In place of the notes there were; null leaves those."},
    )
    next_on = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={"description": "The next talk; null: a quarter later."},
    )


class ReviewHeld(Schema):
    """What the agreement says after the talk."""

    agreement_id = fields.String(required=True)
    client = fields.String(required=True)
    version = fields.Integer(required=True)
    outcome = fields.Enum(ReviewOutcome, by_value=True, required=True)
    next = fields.Date(required=True, allow_none=True, metadata={"description": "The next talk."})
    waits = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The units that change only once others have agreed; they are asked now."},
    )


def routes(hub: Hub) -> Routes:
    """The routes of reviews."""
    here = Routes("Reviews", __name__, description="The recurring talk about what was agreed.")

    @here.route("/reviews")
    @here.asks(Scope.REVIEWS_READ)
    @here.takes(WhichReviews, "query")
    @here.gives(HTTPStatus.OK, ReviewsDue)
    def due(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """The talks that are due, the longest overdue first."""
        found = looking.page_reviews(
            hub,
            who.organisation,
            who,
            window_of(which),
            client=which.get("client"),
            within_days=which["within_days"],
        )

        def shown(one: Due) -> dict[str, Any]:
            return {**vars(one), "parties": called(found.names, (one.client, *one.responsible))}

        return page_of(found, which, shown)

    @here.route("/agreements/<agreement_id>/reviews", methods=["POST"])
    @here.asks(Scope.REVIEWS_WRITE)
    @here.takes(Review)
    @here.over_a_version
    @here.gives(HTTPStatus.CREATED, ReviewHeld)
    def hold(who: Principal, came: dict[str, Any], version: int, agreement_id: str) -> Held:
        """Record what came of the talk about an agreement, over the version that was talked about."""
        outcome = came.pop("outcome")
        return reviewing.hold(hub, who.organisation, agreement_id, outcome, over=version, by=who.id, **came)

    return here
