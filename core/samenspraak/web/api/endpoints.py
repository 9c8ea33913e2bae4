"""The endpoint of an app: how it fares, where it is told and of what, its secret, and whether it is told."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.state import ConnectorState
from samenspraak.services import endpoints
from samenspraak.services.endpoints import Endpoint, Renewed
from samenspraak.services.repeating import Asked
from samenspraak.sync.configured import Configured
from samenspraak.sync.hub import Hub
from samenspraak.sync.subscribers import Health
from samenspraak.web.api.events import Whose, meant
from samenspraak.web.api.routes import Answer, Routes, tagged


class EndpointSettings(Schema):
    """What an app may set itself. What is left out stays as it is."""

    base_url = fields.String(
        validate=validate.Length(min=1, max=2000),
        metadata={"description": "Where it is told; https, without a question mark."},
    )
    kinds = fields.List(
        fields.String(validate=validate.Length(max=40)),
        validate=validate.Length(max=20),
        metadata={"description": "`available`, `updated`, `ended`; a retraction is always sent."},
    )
    heartbeat_minutes = fields.Integer(
        validate=validate.Range(min=0, max=1440),
        metadata={"description": "After so much silence a sign of life is sent; 0: never."},
    )


class ShownEndpoint(Schema):
    """Where an app is told, and how that goes."""

    connector = fields.String(required=True)
    state = fields.Enum(ConnectorState, by_value=True, required=True)
    state_why = fields.String(required=True, metadata={"description": "Why it is not running; a code."})
    settings = fields.Nested(EndpointSettings, required=True)
    health = fields.Enum(Health, by_value=True, required=True)
    failing_since = fields.AwareDateTime(required=True, allow_none=True)
    disabled_from = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "If it goes on failing."}
    )
    last_success = fields.AwareDateTime(required=True, allow_none=True)
    failures = fields.Integer(required=True, metadata={"description": "In a row."})
    last = fields.Integer(required=True, metadata={"description": "The highest number there is."})
    waiting = fields.Integer(required=True, metadata={"description": "Events that are still tried."})
    given_up = fields.Integer(required=True, metadata={"description": "Events that were tried in vain."})
    public_key = fields.String(
        required=True, metadata={"description": "`whpk_…`: verifies the `v1a` signature of all you are told."}
    )


class NewSecret(Schema):
    """A secret, shown once."""

    secret = fields.String(required=True)
    earlier_until = fields.AwareDateTime(
        required=True, metadata={"description": "Until then everything is signed with the former one, too."}
    )


class TestStep(Schema):
    """One step of a test. After the first one that fails there are no more."""

    step = fields.String(required=True)
    ok = fields.Boolean(required=True)
    detail = fields.String(required=True)
    cure = fields.Dict(required=True, metadata={"description": "In `nl` and `en`: what to do about it."})


class EndpointTested(Schema):
    """What came of a test."""

    steps = fields.List(fields.Nested(TestStep), required=True)


def routes(hub: Hub, connected: Configured) -> Routes:
    """The routes of the endpoint. ``connected``: builds connections that are not saved."""
    here = Routes("Endpoint", __name__, description="Where an app is told, of what, and how that goes.")

    @here.route("/endpoint")
    @here.asks(Scope.EVENTS_READ)
    @here.takes(Whose, "query")
    @here.gives(HTTPStatus.OK, ShownEndpoint)
    def show(who: Principal, which: dict[str, Any]) -> Answer:
        """Where an app is told, and how that goes."""
        return _answer(endpoints.get(hub, who.organisation, meant(who, which)))

    @here.route("/endpoint", methods=["PATCH"])
    @here.asks(Scope.EVENTS_WRITE)
    @here.takes(Whose, "query")
    @here.takes(EndpointSettings)
    @here.over_a_version
    @here.gives(HTTPStatus.OK, ShownEndpoint)
    def change(who: Principal, which: dict[str, Any], new: dict[str, Any], version: int) -> Answer:
        """Set where an app is told, of what, and when it hears a sign of life."""
        found = endpoints.change(hub, connected, who.organisation, meant(who, which), version, new, by=who.id)
        return _answer(found)

    @here.route("/endpoint/secret", methods=["POST"])
    @here.asks(Scope.EVENTS_WRITE)
    @here.takes(Whose, "query")
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, NewSecret)
    def renew_secret(who: Principal, which: dict[str, Any], asked: Asked) -> Renewed:
        """Make a new secret and show it once; the former one holds for 24 hours."""
        return endpoints.renew_secret(hub, who.organisation, meant(who, which), by=who.id, asked=asked)

    @here.route("/endpoint/test", methods=["POST"])
    @here.asks(Scope.EVENTS_WRITE)
    @here.takes(Whose, "query")
    @here.gives(HTTPStatus.OK, EndpointTested)
    def test(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """Send a signed event about nothing, and tell what came of it."""
        return {"steps": endpoints.test(hub, connected, who.organisation, meant(who, which))}

    @here.route("/endpoint/enable", methods=["POST"])
    @here.asks(Scope.EVENTS_WRITE)
    @here.takes(Whose, "query")
    @here.gives(HTTPStatus.OK, ShownEndpoint)
    def enable(who: Principal, which: dict[str, Any]) -> Answer:
        """Be told again, all that waits in order."""
        return _answer(endpoints.enable(hub, who.organisation, meant(who, which), by=who.id))

    @here.route("/endpoint/disable", methods=["POST"])
    @here.asks(Scope.EVENTS_WRITE)
    @here.takes(Whose, "query")
    @here.gives(HTTPStatus.OK, ShownEndpoint)
    def disable(who: Principal, which: dict[str, Any]) -> Answer:
        """Be told nothing until it is enabled again; nothing is discarded."""
        return _answer(endpoints.disable(hub, who.organisation, meant(who, which), by=who.id))

    return here


def _answer(one: Endpoint) -> Answer:
    shown = {
        **vars(one),
        "connector": one.connector_id,
        "health": one.fares.health,
        "failing_since": one.fares.since,
        "disabled_from": one.fares.until,
        "last_success": one.fares.taken_at,
        "failures": one.fares.failures,
    }
    return shown, HTTPStatus.OK, tagged(one.version, shown)
