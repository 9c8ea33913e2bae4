"""Events: what an app is told, asked for by number, what was tried with each, and telling again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.connectors import NoticeKind
from samenspraak.policy.access import Principal, Scope
from samenspraak.services import events
from samenspraak.services.events import Delivered, Event, EventState
from samenspraak.store.news import NewsRecord
from samenspraak.sync.catching_up import Told
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import HIGHEST, Routes
from samenspraak.web.api.shapes import Moment

_NUMBER = f"<int(min=1, max={HIGHEST}):number>"
_IN_RANGE = validate.Range(min=0, max=HIGHEST)


class Whose(Schema):
    """Of which app."""

    connector = fields.String(
        validate=validate.Length(min=1, max=100),
        metadata={"description": "The connector of the app. An app leaves it out: it gets its own."},
    )


class After(Whose):
    """From where to catch up."""

    after = fields.Integer(
        load_default=0,
        validate=_IN_RANGE,
        metadata={"description": "The number up to which you have all."},
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=events.MOST))


class ToldEvent(Schema):
    """An event as it may be told now: ids and numbers."""

    id = fields.String(required=True, metadata={"description": "The same as of the notice: take each once."})
    type = fields.String(required=True)
    number = fields.Integer(required=True)
    agreement = fields.String(required=True)
    reader = fields.String(required=True, metadata={"description": "Your own id of whom it is for."})
    version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The one to fetch, or a later one. Null of a retraction."},
    )
    at = fields.AwareDateTime(required=True)


class CaughtUp(Schema):
    """Events in the order of their numbers, without a gap."""

    items = fields.List(fields.Nested(ToldEvent), required=True)
    last = fields.Integer(required=True, metadata={"description": "The highest number there is."})


class KeptEvent(Schema):
    """An event and what became of it."""

    id = fields.String(required=True)
    type = fields.String(required=True)
    number = fields.Integer(required=True)
    agreement = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    state = fields.Enum(EventState, by_value=True, required=True)
    attempts = fields.Integer(required=True)
    detail = fields.String(required=True, metadata={"description": "The code of what went wrong last."})
    since = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it was taken or given up."}
    )


class Try(Schema):
    """One attempt."""

    at = fields.AwareDateTime(required=True)
    outcome = fields.String(
        required=True, metadata={"description": "`taken`, or the code of what went wrong."}
    )
    status = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "What was answered to an attempt that failed; null: nothing."},
    )


class DeliveredEvent(KeptEvent):
    """An event with every attempt at it, the oldest first."""

    tries = fields.List(fields.Nested(Try), required=True)


class Since(Whose):
    """From which moment."""

    since = Moment(required=True)


class Missing(Whose):
    """After which number."""

    after = fields.Integer(required=True, validate=_IN_RANGE)


class Begun(Schema):
    """What is told now."""

    events = fields.List(fields.String(), required=True, metadata={"description": "The ids."})


def routes(hub: Hub) -> Routes:
    """The routes of events."""
    here = Routes("Events", __name__, description="What an app is told: ids and numbers, never content.")

    @here.route("/events")
    @here.asks(Scope.EVENTS_READ)
    @here.takes(After, "query")
    @here.gives(HTTPStatus.OK, CaughtUp)
    def catch_up(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """What an app was, or should have been, told after a number; never content."""
        found = events.catch_up(
            hub, who.organisation, meant(who, which), after=which["after"], limit=which["limit"]
        )
        return {"items": [shown(one) for one in found.events], "last": found.last}

    @here.route(f"/events/{_NUMBER}")
    @here.asks(Scope.EVENTS_READ)
    @here.takes(Whose, "query")
    @here.gives(HTTPStatus.OK, DeliveredEvent)
    def show(who: Principal, which: dict[str, Any], number: int) -> dict[str, Any]:
        """One event with every attempt at it."""
        found: Delivered = events.get(hub, who.organisation, meant(who, which), number)
        return {**shown(found.event), "tries": found.tries}

    @here.route(f"/events/{_NUMBER}/resend", methods=["POST"])
    @here.asks(Scope.EVENTS_WRITE)
    @here.takes(Whose, "query")
    @here.gives(HTTPStatus.ACCEPTED, KeptEvent)
    def resend(who: Principal, which: dict[str, Any], number: int) -> dict[str, Any]:
        """Tell one event again, also one that was taken: by the same id and number."""
        return shown(events.resend(hub, who.organisation, meant(who, which), number, by=who.id))

    @here.route("/events/recover", methods=["POST"])
    @here.asks(Scope.EVENTS_WRITE)
    @here.takes(Since)
    @here.gives(HTTPStatus.ACCEPTED, Begun)
    def recover(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """Tell again all that failed of what happened since a moment."""
        connector_id = meant(who, which)
        begun = events.recover(hub, who.organisation, connector_id, since=which["since"], by=who.id)
        return {"events": begun}

    @here.route("/events/replay", methods=["POST"])
    @here.asks(Scope.EVENTS_WRITE)
    @here.takes(Missing)
    @here.gives(HTTPStatus.ACCEPTED, Begun)
    def replay(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """Tell all after a number that was never handed over."""
        connector_id = meant(who, which)
        begun = events.replay(hub, who.organisation, connector_id, after=which["after"], by=who.id)
        return {"events": begun}

    return here


def meant(who: Principal, which: dict[str, Any]) -> str:
    """The connector that a query (:class:`Whose`) is about."""
    return events.whose(who, which.get("connector"))


def shown(one: Told | Event | NewsRecord) -> dict[str, Any]:
    """An event as the API shows it, by the names it has where it is sent."""
    return {**vars(one), "type": NoticeKind(one.kind).type, "agreement": one.agreement_id}
