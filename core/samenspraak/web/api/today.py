"""One day: who does what, what became of it, and when each system was last heard."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from samenspraak.domain.agreements import LifeDomain, Modality
from samenspraak.domain.days import Involvement, Undated
from samenspraak.errors import RuleError
from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.state import QuestionKind
from samenspraak.protocols import documents
from samenspraak.services import looking
from samenspraak.services.day_sheet import Today as Found
from samenspraak.sync.hub import Hub
from samenspraak.web.api.occurrences import Held, Occurrence
from samenspraak.web.api.routes import Answer, Routes
from samenspraak.web.api.shapes import Named, Party, called

_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_INVOLVED = {"description": "What whoever's day it is has to do with it."}


class System(Schema):
    """A system that holds some of these agreements."""

    id = fields.String(required=True, metadata={"description": "Empty where it is not for you to know."})
    title = fields.String(required=True)
    heard_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When we last heard from it; null: never."}
    )
    out_of_reach = fields.Boolean(
        required=True, metadata={"description": "Silence there means nothing at the moment."}
    )
    by_hand = fields.Boolean(
        required=True, metadata={"description": "What is said there is known once somebody brings it."}
    )


class _Concern(Schema):
    involved = fields.List(fields.Enum(Involvement, by_value=True), required=True, metadata=_INVOLVED)


class Moment(Occurrence, _Concern):
    """One moment of the day."""


class Standing(Held, _Concern):
    """What holds this day without a moment of its own."""

    assignment_id = fields.String(required=True)
    why = fields.Enum(Undated, by_value=True, required=True)
    when = fields.String(required=True, metadata={"description": "In words, as it was agreed."})


class Question(Schema):
    """An open question."""

    id = fields.String(required=True)
    kind = fields.Enum(QuestionKind, by_value=True, required=True)
    cause = fields.String(required=True)
    about = fields.String(required=True)
    owner = fields.String(required=True)


class Conditions(Schema):
    """What must hold, and how it is done."""

    text = fields.String(required=True)
    instruction = fields.String(required=True)
    instruction_required = fields.Boolean(required=True)


class Matter(Schema):
    """An agreement that is on this day, as far as you may see it."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    client = fields.String(required=True)
    what = fields.String(required=True, allow_none=True)
    modality = fields.Enum(Modality, by_value=True, required=True, allow_none=True)
    life_domain = fields.Enum(LifeDomain, by_value=True, required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)
    conditions = fields.Nested(Conditions, required=True, allow_none=True)
    questions = fields.List(fields.Nested(Question), required=True)


class Members(Schema):
    """Who acts for a group."""

    people = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Everybody in it: no connected system tells who is at work."},
    )
    told_by = fields.List(fields.Nested(System), required=True)


class Today(Schema):
    """One day, in the order in which people live it."""

    of = fields.String(required=True)
    day = fields.Date(required=True)
    as_of = fields.AwareDateTime(required=True)
    members = fields.Nested(Members, required=True, allow_none=True)
    moments = fields.List(fields.Nested(Moment), required=True)
    standing = fields.List(fields.Nested(Standing), required=True)
    agreements = fields.List(fields.Nested(Matter), required=True)
    systems = fields.List(fields.Nested(System), required=True)
    parties = fields.List(fields.Nested(Named), required=True)


class Which(Schema):
    """Whose day, and which."""

    group = Party(metadata={"description": "The day of this group: all that is agreed with its clients."})
    person = Party(metadata={"description": "The day of this person; you yourself, when you say nothing."})
    day = fields.Date(metadata={"description": "Which day; today, when you say nothing."})


def routes(hub: Hub) -> Routes:
    """The route of a day."""
    here = Routes("Today", __name__, description="One day: who does what, and what became of it.")

    @here.route("/today")
    @here.asks(Scope.AGREEMENTS_READ)
    @here.takes(Which, "query")
    @here.gives(HTTPStatus.OK, Today)
    def show(who: Principal, which: dict[str, Any]) -> Answer:
        """One day of a group or a person, as far as you may see it."""
        day, at = which.get("day") or hub.today(), (hub, who.organisation, who.id)
        group, person = which.get("group"), which.get("person")
        if group and not person:
            found = looking.show_day_of_group(*at, group, day, principal=who)
            return shown(found), HTTPStatus.OK, _tagged(found)
        person = str(person or who.party or "")
        if group or not person:
            raise RuleError("whose-day", "Say whose day: of a group or of a person.")
        found = looking.show_day_of_person(*at, person, day, principal=who)
        return shown(found), HTTPStatus.OK, _tagged(found)

    return here


def shown(found: Found) -> dict[str, Any]:
    """A day as the API shows it."""
    return {**vars(found), "parties": called(found.names)}


def _tagged(found: Found) -> dict[str, str]:
    """The header that names what a day says, whenever it was put together."""
    text = documents.dump(replace(found, as_of=_ANY_TIME), Found)
    return {"ETag": f'W/"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'}
