"""The moments of one agreement: who does each, what is different this once, and what became of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields

from samenspraak.domain.occurrences import MomentState
from samenspraak.domain.outcomes import Result
from samenspraak.domain.schedules import DayPart
from samenspraak.policy.access import Principal, Scope
from samenspraak.services import looking
from samenspraak.services.occurrences import MOST_DAYS
from samenspraak.sync.hub import Hub
from samenspraak.web.api.agreements import Statement
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import Members, Named, Page, Paging, called, only, window_of

_NOT_NAMED = {"description": "Null where nobody is, or where you may not know who."}
_KNOWN_UNTIL = {
    "description": "Until when silence meant something in every system not heard; null: nobody can say."
}


class Silence(Schema):
    """A system in which something may be reported that we have not heard."""

    system = fields.String(required=True, metadata={"description": "Empty where it is not for you to know."})
    title = fields.String(required=True)
    since = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it was last heard."}
    )
    unreadable = fields.Boolean(
        required=True, metadata={"description": "The system answers, but this cannot be read there."}
    )


class Held(Schema):
    """What an agreement asks of somebody."""

    agreement_id = fields.String(required=True)
    performer = fields.String(required=True, allow_none=True, metadata=_NOT_NAMED)
    backup = fields.String(required=True, allow_none=True, metadata=_NOT_NAMED)
    state = fields.Enum(MomentState, by_value=True, required=True)
    unheard = fields.List(fields.Nested(Silence), required=True)
    known_until = fields.AwareDateTime(required=True, allow_none=True, metadata=_KNOWN_UNTIL)


class Occurrence(Held):
    """One moment of an agreement."""

    key = fields.String(required=True, metadata={"description": "`assignment:day:nth`, to report about it."})
    day = fields.Date(
        required=True, metadata={"description": "Where it is now; another day when it was moved away."}
    )
    at = fields.Time(
        required=True, allow_none=True, metadata={"description": "The time on the clock in the Netherlands."}
    )
    part = fields.Enum(
        DayPart,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "Without a time, the part of the day; without both, some time that day."},
    )
    meant = fields.String(
        required=True, allow_none=True, metadata={"description": "Whose it was before somebody took it over."}
    )
    reason = fields.String(required=True)
    result = fields.Enum(
        Result,
        by_value=True,
        required=True,
        metadata={"description": "`unknown` while a system that may know of a report is not heard."},
    )
    reports = fields.List(fields.Nested(Statement), required=True)


class Occurrences(Page):
    """A page of moments, by the day they were agreed for. Moving one does not change where it stands."""

    items = fields.List(fields.Nested(Occurrence(partial=True)), required=True)
    parties = fields.List(
        fields.Nested(Named), required=True, metadata={"description": "How everybody in them is called."}
    )


class WhichOccurrences(Paging):
    """Of which days."""

    first = fields.Date(data_key="from", required=True, metadata={"description": "The first day."})
    last = fields.Date(
        data_key="until",
        required=True,
        metadata={"description": f"The last day, which counts too; {MOST_DAYS} days at most."},
    )
    members = Members(Occurrence)


def routes(hub: Hub) -> Routes:
    """The route of moments."""
    here = Routes("Occurrences", __name__, description="The moments of an agreement, past and to come.")

    @here.route("/agreements/<agreement_id>/occurrences")
    @here.asks(Scope.AGREEMENTS_READ)
    @here.takes(WhichOccurrences, "query")
    @here.gives(HTTPStatus.OK, Occurrences)
    def list_(who: Principal, which: dict[str, Any], agreement_id: str) -> dict[str, Any]:
        """Its moments between two days, each with what became of it as far as you may see it."""
        found = looking.view_occurrences(
            hub,
            who.organisation,
            who,
            who,
            agreement_id,
            which["first"],
            which["last"],
            window_of(which),
        )
        items = only([vars(one) for one in found.items], which)
        return {"items": items, "next": found.next, "parties": called(found.names)}

    return here
