"""What failed for good: copies, records that are set apart, and notices that nobody took."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.state import Reason
from samenspraak.services import failures
from samenspraak.services.failures import Apart, Failure, Failures, Untaken
from samenspraak.services.paging import paged
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import MOST, Members, Moment, Page, Paging, page_of, window_of

_KINDS = {Failure: "copy", Apart: "record", Untaken: "notice"}


class DeadLetter(Schema):
    """Something that failed for good."""

    id = fields.String(required=True)
    kind = fields.String(
        required=True,
        validate=validate.OneOf(sorted(_KINDS.values())),
        metadata={"description": "A copy of an agreement, a record there that cannot be read, or a notice."},
    )
    connector_id = fields.String(required=True)
    agreement_id = fields.String(required=True, metadata={"description": "Empty where nobody can say."})
    detail = fields.String(
        required=True, metadata={"description": "The code of the error; of a record what is wrong, by name."}
    )
    since = fields.AwareDateTime(required=True, allow_none=True)


class DeadLetters(Page):
    """A page of them, by kind and id."""

    items = fields.List(fields.Nested(DeadLetter(partial=True)), required=True)


class WhichFailures(Paging):
    """Which failures."""

    connector_id = fields.String(metadata={"description": "Only in this system."})
    since = Moment(metadata={"description": "Only copies and notices that failed at this moment or later."})
    members = Members(DeadLetter)


class Attempt(Schema):
    """One attempt."""

    at = fields.AwareDateTime(required=True)
    act = fields.String(
        required=True, metadata={"description": "`tried_again`: because somebody asked, who is the outcome."}
    )
    outcome = fields.String(required=True)
    version = fields.Integer(required=True, allow_none=True)


class CopyTried(Schema):
    """A copy with everything that was tried."""

    id = fields.String(required=True)
    connector_id = fields.String(required=True)
    agreement_id = fields.String(required=True)
    reason = fields.Enum(Reason, by_value=True, required=True, metadata={"description": "How it stands now."})
    detail = fields.String(required=True)
    tried = fields.List(fields.Nested(Attempt), required=True)


class Retry(Schema):
    """What to try again."""

    ids = fields.List(
        fields.String(validate=validate.Length(min=1, max=100)),
        required=True,
        validate=validate.Length(min=1, max=MOST),
    )


class Retried(Schema):
    """What will be tried."""

    ids = fields.List(
        fields.String(), required=True, metadata={"description": "Without what stands otherwise by now."}
    )


def routes(hub: Hub) -> Routes:
    """The routes of dead letters."""
    here = Routes("Failures", __name__, description="What failed for good.")
    page = paged(failures.listed, _all, lambda one: f"{_KINDS[type(one)]}-{one.id}")

    @here.route("/failures")
    @here.asks(Scope.CONNECTORS_READ)
    @here.takes(WhichFailures, "query")
    @here.gives(HTTPStatus.OK, DeadLetters)
    def list_(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """What failed for good and waits for somebody to have it tried again."""
        limits = {"connector_id": which.get("connector_id"), "since": which.get("since")}
        found = page(hub, who.organisation, window_of(which), **limits)
        return page_of(found, which, _shown)

    @here.route("/failures/<failure_id>")
    @here.asks(Scope.CONNECTORS_READ)
    @here.gives(HTTPStatus.OK, CopyTried)
    def show(who: Principal, failure_id: str) -> Failure:
        """One copy with everything that was tried, also when it does not fail any more."""
        return failures.get(hub, who.organisation, failure_id)

    @here.route("/failure-retries", methods=["POST"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(Retry)
    @here.gives(HTTPStatus.OK, Retried)
    def try_again(who: Principal, these: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
        """Try these again, each once however many ask at the same time."""
        return {"ids": failures.try_again(hub, who.organisation, these["ids"], by=who.id)}

    return here


def _all(found: Failures) -> tuple[Failure | Apart | Untaken, ...]:
    return (*found.copies, *found.records, *found.notices)


def _shown(one: Failure | Apart | Untaken) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": _KINDS[type(one)],
        "connector_id": one.connector_id,
        "agreement_id": "" if isinstance(one, Apart) else one.agreement_id,
        "detail": one.field if isinstance(one, Apart) else one.detail,
        "since": one.since,
    }
