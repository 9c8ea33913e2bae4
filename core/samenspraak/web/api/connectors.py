"""Connected systems: what can be connected, how each is doing, and what its admin decides."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.bootstrap import Application
from samenspraak.domain.units import UnitKind
from samenspraak.errors import RuleError
from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.capabilities import Direction, SystemKind
from samenspraak.policy.state import ConnectorState
from samenspraak.services import connecting, connectors, mapping, rehearsals, runs, taking_part
from samenspraak.services.connecting import System
from samenspraak.services.paging import paged
from samenspraak.services.runs import RunOutcome
from samenspraak.store.log import RunKind
from samenspraak.web.api.routes import Answer, Routes, tagged
from samenspraak.web.api.shapes import Flag, Members, Page, Paging, Text, page_of, window_of

_LANGUAGES = "In `nl` and `en`."
_SETTINGS = {
    "description": "By name, as `/connector-kinds` lists them. A secret is a reference, never itself: "
    "`secret://env/SAMENSPRAAK_SECRET_<ORGANISATION>__<NAME>`."
}
_PLAIN = [
    *({"type": one} for one in ("string", "boolean")),
    {"type": "number", "minimum": -(10**9), "maximum": 10**9},
]
_LIST = {"type": "array", "items": {"anyOf": _PLAIN}}
_TABLE = {"type": "object", "additionalProperties": {"anyOf": [*_PLAIN, _LIST]}}
_SETTING = fields.Raw(allow_none=True, metadata={"anyOf": [*_PLAIN, {"type": "null"}, _LIST, _TABLE]})
_RULES = {
    "description": "Whose value of a unit holds when several changed it; for the others people are asked."
}
_DIRECTIONS = {"description": "Which way a kind of unit goes, where not `both`."}
_COPIES = {"description": "How many copies are looked at again."}


class ConnectorSetting(Schema):
    """One thing to fill in."""

    name = fields.String(required=True)
    title = fields.Dict(required=True, metadata={"description": _LANGUAGES})
    help = fields.Dict(required=True, metadata={"description": _LANGUAGES})
    is_secret = fields.Boolean(required=True)
    is_required = fields.Boolean(required=True)
    default = fields.Raw(required=True, allow_none=True)


class ConnectorKind(Schema):
    """A kind of system that can be connected."""

    name = fields.String(required=True)
    title = fields.Dict(required=True, metadata={"description": _LANGUAGES})
    summary = fields.Dict(required=True, metadata={"description": _LANGUAGES})
    version = fields.String(required=True)
    kind = fields.Enum(SystemKind, by_value=True, required=True)
    settings = fields.List(fields.Nested(ConnectorSetting), required=True)


class ConnectorKinds(Page):
    """A page of kinds, by name."""

    items = fields.List(fields.Nested(ConnectorKind(partial=True)), required=True)


class WhichKinds(Paging):
    """Which kinds."""

    members = Members(ConnectorKind)


class ConnectorShown(Schema):
    """A connected system and how it goes."""

    id = fields.String(required=True)
    plugin = fields.String(required=True, metadata={"description": "The `name` of its kind."})
    title = fields.String(required=True)
    kind = fields.Enum(
        SystemKind,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "Null where its plugin cannot be used."},
    )
    state = fields.Enum(ConnectorState, by_value=True, required=True)
    state_why = fields.String(required=True)
    settings = fields.Dict(required=True, metadata={"description": "Without the secrets."})
    secrets = fields.List(
        fields.String(), required=True, metadata={"description": "The names of the secrets that are given."}
    )
    links = fields.Dict(
        keys=fields.String(),
        values=fields.Integer(),
        required=True,
        metadata={"description": "How many copies there are for which reason."},
    )
    heard_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it was last heard."}
    )
    rules = fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata=_RULES)
    directions = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata=_DIRECTIONS
    )
    problem = fields.String(required=True, metadata={"description": "Why it cannot be used; empty: it can."})
    version = fields.Integer(required=True, metadata={"description": "Of what was decided about it."})


class ConnectorsShown(Page):
    """A page of connected systems, by id."""

    items = fields.List(fields.Nested(ConnectorShown(partial=True)), required=True)


class WhichConnectors(Paging):
    """Which systems."""

    members = Members(ConnectorShown)


class RunShown(Schema):
    """A time that a system was heard, or several in a row on one day that came to the same."""

    number = fields.Integer(required=True, metadata={"description": "Higher is later."})
    kind = fields.Enum(
        RunKind,
        by_value=True,
        required=True,
        metadata={"description": "`changes`: what changed since the last time. `full`: everything there is."},
    )
    outcome = fields.Enum(
        RunOutcome,
        by_value=True,
        required=True,
        metadata={"description": "`unfinished`: it goes on, or was broken off; the next one follows."},
    )
    error = fields.String(
        required=True, metadata={"description": "The code of what went wrong; empty: nothing did."}
    )
    started_at = fields.AwareDateTime(
        required=True, metadata={"description": "When the first of them began."}
    )
    ended_at = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={"description": "When the last of them ended; null of what is unfinished."},
    )
    ms = fields.Integer(
        required=True, metadata={"description": "How long the last one took, in milliseconds."}
    )
    times = fields.Integer(required=True, metadata={"description": "How many there are of it."})
    seen = fields.Integer(required=True, metadata={"description": "The records that each of them read."})
    new = fields.Integer(required=True, metadata={"description": "Of those: there for the first time."})
    changed = fields.Integer(required=True, metadata={"description": "Of those: looked at again."})
    apart = fields.Integer(
        required=True, metadata={"description": "Of those: cannot be used, and set apart for the first time."}
    )


class RunsShown(Page):
    """A page of them, the newest first."""

    items = fields.List(fields.Nested(RunShown(partial=True)), required=True)


class WhichRuns(Paging):
    """Which times."""

    members = Members(RunShown)


class NewConnector(Schema):
    """A system to connect."""

    id = fields.String(
        required=True,
        validate=validate.Length(min=1, max=40),
        metadata={"description": "Small letters, digits and hyphens; it stays."},
    )
    plugin = fields.String(required=True, validate=validate.Length(min=1, max=100))
    title = Text(load_default="", validate=validate.Length(max=200))
    settings = fields.Dict(keys=fields.String(), values=_SETTING, load_default={}, metadata=_SETTINGS)


class ConnectorChange(Schema):
    """What is other from now on. What is left out stays."""

    title = Text(load_default="", validate=validate.Length(max=200))
    settings = fields.Dict(keys=fields.String(), values=_SETTING, load_default={}, metadata=_SETTINGS)
    leave = Flag(
        load_default=False,
        metadata={"description": "What the hub wrote in places that are read no more may stay there."},
    )


class ConnectorChanged(ConnectorShown):
    """The system after a change."""

    copies = fields.Integer(required=True, metadata=_COPIES)


class TrialStep(Schema):
    """One step of a test."""

    step = fields.String(required=True)
    ok = fields.Boolean(required=True)
    detail = fields.String(required=True)
    cure = fields.Dict(required=True, metadata={"description": f"What to do when it failed. {_LANGUAGES}"})


class Trial(Schema):
    """What a test came to. After the first step that fails there are no more."""

    works = fields.Boolean(required=True)
    steps = fields.List(fields.Nested(TrialStep), required=True)


class PauseWhy(Schema):
    """Why it is left alone."""

    why = Text(load_default="", metadata={"description": "For whoever meets the pause; no names."})


class AsPlanned(Schema):
    """Only if it has the consequences that a plan showed."""

    seed = fields.String(load_default="", validate=validate.Length(max=100))
    fingerprint = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "Of a plan with only this system in `release`; empty: whatever follows."},
    )


class LookedAt(Schema):
    """What is done now."""

    copies = fields.Integer(required=True, metadata=_COPIES)


class DirectionChosen(Schema):
    """Which way."""

    direction = fields.Enum(Direction, by_value=True, required=True)


class DirectionsNow(Schema):
    """All directions of a system."""

    directions = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata=_DIRECTIONS
    )


class RuleChosen(Schema):
    """Whose value holds."""

    leader = fields.String(
        required=True, allow_none=True, metadata={"description": "A system; null: people are asked."}
    )


class RulesNow(Schema):
    """All rules of a system."""

    rules = fields.Dict(keys=fields.String(), values=fields.String(), required=True, metadata=_RULES)


def routes(app: Application) -> Routes:
    """The routes of connected systems."""
    hub, registry, connected = app.hub, app.registry, app.connected
    here = Routes("Connectors", __name__, description="Connected systems.")
    page_of_systems = paged(
        lambda _, organisation: connecting.listed(hub, registry, connected, organisation),
        tuple,
        lambda one: one.connection.id,
    )
    page_of_kinds = paged(lambda _, __: connectors.installed(registry)[0], tuple, lambda one: one.name)

    @here.route("/connectors")
    @here.asks(Scope.CONNECTORS_READ)
    @here.takes(WhichConnectors, "query")
    @here.gives(HTTPStatus.OK, ConnectorsShown)
    def list_(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """The connected systems, and how they are doing."""
        found = page_of_systems(hub, who.organisation, window_of(which))
        return page_of(found, which, _shown)

    @here.route("/connector-kinds")
    @here.asks(Scope.CONNECTORS_READ)
    @here.takes(WhichKinds, "query")
    @here.gives(HTTPStatus.OK, ConnectorKinds)
    def kinds(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """What can be connected, and what each kind needs."""
        found = page_of_kinds(hub, who.organisation, window_of(which))
        return page_of(found, which)

    @here.route("/connectors", methods=["POST"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(NewConnector)
    @here.gives(HTTPStatus.CREATED, ConnectorShown)
    def connect(who: Principal, new: dict[str, Any]) -> Answer:
        """Connect a system that passes its test; it reads along until it is resumed."""
        new_id = new.pop("id")
        at = (hub, registry, connected, who.organisation)
        found = connecting.connect(*at, new_id, new.pop("plugin"), new.pop("settings"), **new, by=who.id)
        return _shown(found), HTTPStatus.CREATED, tagged(found.version, _shown(found))

    @here.route("/connector-trials", methods=["POST"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(NewConnector)
    @here.gives(HTTPStatus.OK, Trial)
    def try_out(who: Principal, new: dict[str, Any]) -> dict[str, Any]:
        """Test a system step by step before it is connected; saves and writes nothing."""
        steps = connecting.try_out(
            registry, connected, who.organisation, new["id"], new["plugin"], new["settings"]
        )
        return {"works": all(one.ok for one in steps), "steps": steps}

    @here.route("/connectors/<connector_id>")
    @here.asks(Scope.CONNECTORS_READ)
    @here.gives(HTTPStatus.OK, ConnectorShown)
    def show(who: Principal, connector_id: str) -> Answer:
        """One connected system, and how it is doing."""
        found = connecting.show(hub, registry, connected, who.organisation, connector_id)
        return _shown(found), HTTPStatus.OK, tagged(found.version, _shown(found))

    @here.route("/connectors/<connector_id>/runs")
    @here.asks(Scope.CONNECTORS_READ)
    @here.takes(WhichRuns, "query")
    @here.gives(HTTPStatus.OK, RunsShown)
    def runs_(who: Principal, which: dict[str, Any], connector_id: str) -> dict[str, Any]:
        """When a system was heard, how long that took, what it met, and what went wrong."""
        found = runs.page(hub, who.organisation, window_of(which), connector_id)
        return page_of(found, which)

    @here.route("/connectors/<connector_id>", methods=["PATCH"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(ConnectorChange)
    @here.over_a_version
    @here.gives(HTTPStatus.OK, ConnectorChanged)
    def change(who: Principal, new: dict[str, Any], version: int, connector_id: str) -> Answer:
        """Give it other settings, which pass its test; everything there is read again."""
        found, copies = connecting.change(
            hub, registry, connected, who.organisation, connector_id, version, by=who.id, **new
        )
        answer = {**_shown(found), "copies": copies}
        return answer, HTTPStatus.OK, tagged(found.version, _shown(found))

    @here.route("/connectors/<connector_id>/trial", methods=["POST"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.gives(HTTPStatus.OK, Trial)
    def test(who: Principal, connector_id: str) -> dict[str, Any]:
        """Test a connected system step by step; writes nothing."""
        steps = connecting.test(hub, connected, who.organisation, connector_id)
        return {"works": all(one.ok for one in steps), "steps": steps}

    @here.route("/connectors/<connector_id>/pause", methods=["POST"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(PauseWhy)
    @here.gives(HTTPStatus.OK, ConnectorShown)
    def pause(who: Principal, given: dict[str, str], connector_id: str) -> Answer:
        """Leave a system alone until it is resumed; nothing is lost."""
        taking_part.pause(hub, who.organisation, connector_id, why=given["why"], by=who.id)
        found = connecting.show(hub, registry, connected, who.organisation, connector_id)
        return _shown(found), HTTPStatus.OK, tagged(found.version, _shown(found))

    @here.route("/connectors/<connector_id>/resume", methods=["POST"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(AsPlanned)
    @here.gives(HTTPStatus.OK, LookedAt)
    def resume(who: Principal, plan: dict[str, str], connector_id: str) -> dict[str, int]:
        """Let a system take part, if you like only with what a plan showed."""
        if plan["fingerprint"]:
            asked = rehearsals.Asked(release=(connector_id,), seed=plan["seed"])
            rehearsals.still(hub, who.organisation, asked, plan["fingerprint"])
        return {"copies": taking_part.resume(hub, who.organisation, connector_id, by=who.id)}

    @here.route("/connectors/<connector_id>/directions/<unit>", methods=["PUT"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(DirectionChosen)
    @here.gives(HTTPStatus.OK, DirectionsNow)
    def set_direction(
        who: Principal, chosen: dict[str, Direction], connector_id: str, unit: str
    ) -> dict[str, Any]:
        """Say which way a kind of unit goes between the hub and this system."""
        at = (hub, who.organisation, connector_id)
        return {"directions": mapping.set_direction(*at, _kind(unit), chosen["direction"], by=who.id)}

    @here.route("/connectors/<connector_id>/rules/<unit>", methods=["PUT"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(RuleChosen)
    @here.gives(HTTPStatus.OK, RulesNow)
    def set_rule(
        who: Principal, chosen: dict[str, str | None], connector_id: str, unit: str
    ) -> dict[str, Any]:
        """Say whose value holds when this system and others changed a unit at the same time."""
        at = (hub, who.organisation, connector_id)
        return {"rules": mapping.set_rule(*at, _kind(unit), chosen["leader"], by=who.id)}

    return here


def _kind(text: str) -> UnitKind:
    try:
        return UnitKind(text)
    except ValueError:
        raise RuleError("unit-key", f"Known units: {', '.join(UnitKind)}.") from None


def _shown(one: System) -> dict[str, Any]:
    return {**vars(one.connection), "secrets": one.secrets, "version": one.version}
