"""Why an agreement is as it is, and whom it reached."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from samenspraak.domain.agreements import State
from samenspraak.domain.units import UnitKey
from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.state import LinkPhase, QuestionKind, Reason
from samenspraak.services import looking
from samenspraak.services.explaining import Standing
from samenspraak.sync.hub import Hub
from samenspraak.web.api.questions import QuestionShown
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import Named, called

_READER = {"description": "Null: whoever of the staff looks there."}


class VersionAt(Schema):
    """A version, and when it was first so."""

    version = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)


class ReachedReader(Schema):
    """What is known of one reader of a copy. Null: never, or that system does not tell."""

    reader = fields.String(required=True, allow_none=True, metadata=_READER)
    offered = fields.Nested(
        VersionAt, required=True, allow_none=True, metadata={"description": "The newest that left."}
    )
    delivered = fields.Nested(
        VersionAt, required=True, allow_none=True, metadata={"description": "The newest that stood there."}
    )
    read = fields.Nested(
        VersionAt, required=True, allow_none=True, metadata={"description": "The newest that was read."}
    )
    retraction_asked_at = fields.AwareDateTime(required=True, allow_none=True)
    retraction_confirmed_at = fields.AwareDateTime(required=True, allow_none=True)


class CopyReceipt(ReachedReader):
    """What reached one reader in one system."""

    connector_id = fields.String(required=True)


class Receipts(Schema):
    """Whom an agreement reached."""

    id = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "Of the agreement now."})
    receipts = fields.List(fields.Nested(CopyReceipt), required=True)
    parties = fields.List(fields.Nested(Named), required=True)


class CopyShown(Schema):
    """The agreement in one system, for one audience."""

    connector_id = fields.String(required=True)
    readers = fields.List(fields.String(), required=True, metadata={"description": "None: staff."})
    reason = fields.Enum(
        Reason, by_value=True, required=True, metadata={"description": "Why it is as it is."}
    )
    detail = fields.String(
        required=True, metadata={"description": "The line of the tables that decided, or a code."}
    )
    want = fields.Integer(required=True, metadata={"description": "The version that should be there."})
    have = fields.Integer(
        required=True, metadata={"description": "The newest version of which everything agrees."}
    )
    phase = fields.Enum(LinkPhase, by_value=True, required=True)
    missing = fields.List(
        fields.String(), required=True, metadata={"description": "Units that system has no place for."}
    )
    external_ids = fields.List(fields.String(), required=True)
    next_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it is tried again."}
    )
    heard_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When that system was last heard."}
    )
    units = fields.Dict(
        keys=fields.String(),
        values=fields.Enum(Standing, by_value=True),
        required=True,
        metadata={"description": "How each unit stands there."},
    )
    reached = fields.List(fields.Nested(ReachedReader), required=True)
    applies = fields.Boolean(
        required=True, metadata={"description": "False: none of those concerned is in that system."}
    )
    waits_for = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "What a proposal waits for there, in `nl` and `en`."},
    )


class DecidedBy(Schema):
    """The question that a version answers."""

    question_id = fields.String(required=True)
    kind = fields.Enum(QuestionKind, by_value=True, required=True)
    cause = fields.String(required=True)
    answer = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.AwareDateTime(required=True, allow_none=True)


class ChangeMade(Schema):
    """A version that changed something."""

    version = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    through = fields.String(required=True, metadata={"description": "A system; empty for the hub itself."})
    why = fields.String(required=True)
    units = fields.List(fields.String(), required=True)
    rule = fields.String(
        required=True, metadata={"description": "Of one unit: the line of the unit table that decided."}
    )
    decision = fields.Nested(DecidedBy, required=True, allow_none=True)


class ToldTo(Schema):
    """Whom a unit reached as it is now."""

    connector_id = fields.String(required=True)
    reader = fields.String(required=True, allow_none=True, metadata=_READER)
    told_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Null: it is there, not known since when."}
    )
    read_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Null: not known."}
    )


class UnitStory(Schema):
    """One unit through time."""

    unit = fields.String(required=True)
    value = fields.Raw(required=True, allow_none=True, metadata={"description": "Null: it is empty now."})
    since = fields.Integer(required=True, metadata={"description": "The version it dates from."})
    changes = fields.List(fields.Nested(ChangeMade), required=True)
    told = fields.List(fields.Nested(ToldTo), required=True)


class Explanation(Schema):
    """Everything there is to say about why an agreement is as it is."""

    id = fields.String(required=True)
    client = fields.String(required=True)
    state = fields.Enum(State, by_value=True, required=True)
    version = fields.Integer(required=True)
    copies = fields.List(fields.Nested(CopyShown), required=True)
    units = fields.List(fields.Nested(UnitStory), required=True)
    history = fields.List(fields.Nested(ChangeMade), required=True)
    questions = fields.List(fields.Nested(QuestionShown), required=True)
    parties = fields.List(fields.Nested(Named), required=True)


class WhichUnit(Schema):
    """Of which unit."""

    unit = fields.String(metadata={"description": "Only of this one: `what`, `assignment[a1]`."})


def routes(hub: Hub) -> Routes:
    """The routes of explanations."""
    here = Routes("Explanations", __name__, description="Why it is as it is, and whom it reached.")

    @here.route("/agreements/<agreement_id>/explanation")
    @here.asks(Scope.RECEIPTS_READ)
    @here.takes(WhichUnit, "query")
    @here.gives(HTTPStatus.OK, Explanation)
    def explain(who: Principal, which: dict[str, Any], agreement_id: str) -> dict[str, Any]:
        """Where an agreement stands in each system, and how each unit came to what it says."""
        unit = UnitKey.parse(which["unit"]) if "unit" in which else None
        found = looking.explain_agreement(hub, who.organisation, who, agreement_id, unit=unit)
        return {**vars(found), "parties": called(found.names)}

    @here.route("/agreements/<agreement_id>/receipts")
    @here.asks(Scope.RECEIPTS_READ)
    @here.gives(HTTPStatus.OK, Receipts)
    def receipts(who: Principal, agreement_id: str) -> dict[str, Any]:
        """Whom an agreement reached: per reader the newest version that left, stood there and was read."""
        found = looking.explain_agreement(hub, who.organisation, who, agreement_id)
        reached = [(copy.connector_id, one) for copy in found.copies for one in copy.reached]
        readers = [one.reader for _, one in reached]
        return {
            **vars(found),
            "receipts": [{"connector_id": system, **vars(one)} for system, one in reached],
            "parties": called(found.names, readers),
        }

    return here
