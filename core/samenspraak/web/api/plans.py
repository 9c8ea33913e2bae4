"""What the next exchange would do, seen before it happens: ids and names of units, never content."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.state import QuestionKind
from samenspraak.services import rehearsals
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import Flag
from samenspraak.web.api.writes import Write


class ToPlan(Schema):
    """What is to be planned."""

    connector_id = fields.String(
        load_default=None, allow_none=True, metadata={"description": "Hear this system only."}
    )
    full = Flag(load_default=False, metadata={"description": "Read everything there is, not what changed."})
    compare = Flag(
        load_default=False, metadata={"description": "Look at every copy, whether it is due or not."}
    )
    release = fields.List(
        fields.String(),
        load_default=[],
        validate=validate.Length(max=20),
        metadata={"description": "As if these systems took part from now on."},
    )


class ToApply(ToPlan):
    """A plan that is to be done: all that was asked for, and what tells it from any other."""

    seed = fields.String(required=True, validate=validate.Length(min=1, max=100))
    fingerprint = fields.String(required=True, validate=validate.Length(min=1, max=200))


class PlannedVersion(Schema):
    """A version that would be made here."""

    agreement_id = fields.String(required=True)
    version = fields.Integer(required=True)
    connector_id = fields.String(required=True)
    why = fields.String(required=True)
    units = fields.List(fields.String(), required=True)
    new = fields.Boolean(required=True, metadata={"description": "Of an agreement that is not here yet."})


class PlannedQuestion(Schema):
    """A question that would be asked."""

    kind = fields.Enum(QuestionKind, by_value=True, required=True)
    cause = fields.String(required=True)
    agreement_id = fields.String(required=True)


class PlannedDoubt(Schema):
    """An agreement that may be the same as another one; a person is asked."""

    agreement_id = fields.String(required=True)
    connector_id = fields.String(required=True)
    like = fields.String(required=True)


class PlannedMeeting(Schema):
    """What a system that begins to take part holds."""

    connector_id = fields.String(required=True)
    linked = fields.Integer(required=True)
    new = fields.Integer(required=True)
    doubtful = fields.Integer(required=True)
    waiting = fields.Integer(
        required=True, metadata={"description": "Records whose client nobody has matched."}
    )


_UNHEARD = fields.Dict(
    keys=fields.String(),
    values=fields.String(),
    required=True,
    metadata={"description": "Systems that could not be read, with the code of the error."},
)


class Plan(Schema):
    """What would happen, as the world is now."""

    seed = fields.String(required=True, metadata={"description": "Goes along with the fingerprint."})
    fingerprint = fields.String(required=True, metadata={"description": "Of everything that would happen."})
    at = fields.AwareDateTime(required=True)
    acts = fields.List(fields.Nested(Write), required=True)
    changes = fields.List(fields.Nested(PlannedVersion), required=True)
    questions = fields.List(fields.Nested(PlannedQuestion), required=True)
    doubtful = fields.List(fields.Nested(PlannedDoubt), required=True)
    met = fields.List(fields.Nested(PlannedMeeting), required=True)
    unheard = _UNHEARD


class Done(Schema):
    """What was done of a plan."""

    made = fields.List(fields.Nested(Write), required=True)
    refused = fields.List(
        fields.Nested(Write),
        required=True,
        metadata={"description": "What the world asked for meanwhile, and was in no plan; not written here."},
    )
    missing = fields.List(
        fields.Nested(Write),
        required=True,
        metadata={"description": "What was planned and not done: not needed any more, or not yet possible."},
    )
    unheard = _UNHEARD


def routes(hub: Hub, still: Callable[[str], AbstractContextManager[object]]) -> Routes:
    """The routes of plans. ``still``: while nobody else is at work for this organisation."""
    here = Routes("Plans", __name__, description="What would happen, before it does.")

    @here.route("/plans", methods=["POST"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(ToPlan)
    @here.gives(HTTPStatus.OK, Plan)
    def plan(who: Principal, wanted: dict[str, Any]) -> dict[str, Any]:
        """What the next exchange would do now; reads every system, writes nothing and keeps nothing."""
        asked = _asked(wanted)
        found = rehearsals.plan(hub, who.organisation, asked)
        more = {"seed": asked.seed, "fingerprint": found.fingerprint, "unheard": dict(found.unheard)}
        return {**vars(found), **more}

    @here.route("/plans/applied", methods=["POST"])
    @here.asks(Scope.CONNECTORS_WRITE)
    @here.takes(ToApply)
    @here.gives(HTTPStatus.OK, Done)
    def apply(who: Principal, wanted: dict[str, Any]) -> dict[str, Any]:
        """Do what a plan says: exactly that, or nothing when the world has moved since."""
        fingerprint = wanted.pop("fingerprint")
        with still(who.organisation):
            done = rehearsals.apply(hub, who.organisation, _asked(wanted), fingerprint, by=who.id)
        return {**vars(done), "unheard": dict(done.exchanged.unheard)}

    return here


def _asked(wanted: dict[str, Any]) -> rehearsals.Asked:
    return rehearsals.Asked(**{**wanted, "release": tuple(wanted["release"])})
