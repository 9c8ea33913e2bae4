"""Who is who: the people the hub knows, who is around a client, and who waits to be matched."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.domain.parties import PartyKind
from samenspraak.policy.access import Principal, Scope
from samenspraak.services import looking, matching
from samenspraak.services.circle import Circle
from samenspraak.services.matching import Refused, Together, WouldJoin
from samenspraak.services.people import WaitsFor
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import Members, Named, Page, Paging, Party, called, page_of, window_of
from samenspraak.web.api.writes import Write

_EXTERNAL = {"description": "By the id of that system."}
_UNDONE = {"description": "The records, `system/id`, whose match fell with it."}


class KnownPerson(Schema):
    """A party the hub knows."""

    party = fields.String(required=True)
    name = fields.String(required=True)
    systems = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "What each connected system calls them."},
    )


class KnownPeople(Page):
    """A page of people, by party."""

    items = fields.List(fields.Nested(KnownPerson(partial=True)), required=True)


class WhichPeople(Paging):
    """Which people."""

    kind = fields.Enum(PartyKind, by_value=True, metadata={"description": "Only in this role."})
    members = Members(KnownPerson)


class CircleMember(Schema):
    """Somebody around a client."""

    party = fields.String(required=True)
    name = fields.String(required=True)
    representative = fields.Boolean(
        required=True, metadata={"description": "Decides for the client; a first contact does not."}
    )


class CircleShown(Schema):
    """A client, and everybody around them."""

    client = fields.String(required=True)
    name = fields.String(required=True)
    members = fields.List(fields.Nested(CircleMember), required=True)


class Suggested(Named):
    """Somebody it may be."""

    because = fields.String(
        required=True, metadata={"description": "Codes of the reasons: `name, birth_date`."}
    )


class WaitingMatch(Schema):
    """Somebody in a connected system whom nobody has matched."""

    connector_id = fields.String(required=True)
    external_id = fields.String(required=True, metadata=_EXTERNAL)
    kind = fields.Enum(PartyKind, by_value=True, required=True)
    name = fields.String(required=True)
    birth_date = fields.Date(required=True, allow_none=True)
    client = fields.String(
        required=True, allow_none=True, metadata={"description": "In whose circle there, by its id."}
    )
    suggestions = fields.List(fields.Nested(Suggested), required=True)


class WaitingMatches(Page):
    """A page of them, by system and id there."""

    items = fields.List(fields.Nested(WaitingMatch(partial=True)), required=True)


class WhichMatches(Paging):
    """Which matches."""

    connector_id = fields.String(metadata={"description": "Only those in this system."})
    members = Members(WaitingMatch)


class WaitingRecord(Schema):
    """A record that is taken over once its client is matched; by ids, never content."""

    connector_id = fields.String(required=True)
    external_id = fields.String(required=True, metadata=_EXTERNAL)
    client = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Whom it is about, by the id of that system; null: it names nobody."},
    )
    since = fields.AwareDateTime(required=True, allow_none=True)
    why = fields.Enum(
        WaitsFor,
        by_value=True,
        required=True,
        metadata={
            "description": "`match`: say who `client` is, who is among the matches. `client`: that system "
            "has not shown this client; let it. `record`: have people there say whom it is about. `look`: "
            "nothing, it is read again."
        },
    )


class WaitingRecords(Page):
    """A page of them, by system and id there."""

    items = fields.List(fields.Nested(WaitingRecord(partial=True)), required=True)


class WhichRecords(Paging):
    """Which records."""

    connector_id = fields.String(metadata={"description": "Only those in this system."})
    members = Members(WaitingRecord)


class _There(Schema):
    connector_id = fields.String(required=True, validate=validate.Length(min=1, max=40))
    external_id = fields.String(required=True, validate=validate.Length(min=1, max=500), metadata=_EXTERNAL)


class Acceptance(_There):
    """Who it is."""

    party = Party(
        load_default=None,
        allow_none=True,
        metadata={"description": "Whom the hub knows already; null: they become known now."},
    )


class Refusal(_There):
    """Who it is not."""

    party = Party(
        load_default=None,
        allow_none=True,
        metadata={"description": "Who it is not; null: none of those suggested."},
    )


class Separation(_There):
    """Whose match is undone."""


class Recognised(Schema):
    """Who it is from now on."""

    party = fields.String(required=True)


class Undone(Schema):
    """Who it is not."""

    parties = fields.List(fields.String(), required=True)
    undone = fields.List(fields.String(), required=True, metadata=_UNDONE)


class OnePerson(Schema):
    """Two parties that are one person."""

    stays = Party(required=True)
    goes = Party(required=True, metadata={"description": "Leads to the other one from now on."})


class BecameOne(Schema):
    """What came of it."""

    party = fields.String(required=True)
    same = fields.String(required=True, metadata={"description": "Who leads there now."})
    records = fields.List(
        fields.String(), required=True, metadata={"description": "`system/id` of the one who went."}
    )
    agreements = fields.List(
        fields.String(), required=True, metadata={"description": "Those that say so now, by id."}
    )
    withdrawn = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Consents that contradict one another; they hold once somebody was asked."},
    )
    parties = fields.List(fields.Nested(Named), required=True)


class WouldBecomeOne(Schema):
    """What would come of it, and what would be written where. Nothing was done."""

    outcome = fields.Nested(BecameOne, required=True)
    acts = fields.List(fields.Nested(Write), required=True)
    unheard = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "Systems that could not be read, with the code of the error."},
    )


def routes(hub: Hub) -> Routes:
    """The routes of people."""
    here = Routes("People", __name__, description="Who is who, and who is around a client.")

    @here.route("/people")
    @here.asks(Scope.PEOPLE_READ)
    @here.takes(WhichPeople, "query")
    @here.gives(HTTPStatus.OK, KnownPeople)
    def list_(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """Everybody the hub knows, in each of their roles."""
        found = looking.page_people(hub, who.organisation, who, window_of(which), kind=which.get("kind"))
        return page_of(found, which)

    @here.route("/clients/<client>/circle")
    @here.asks(Scope.PEOPLE_READ)
    @here.gives(HTTPStatus.OK, CircleShown)
    def circle(who: Principal, client: str) -> Circle:
        """Who is around a client."""
        return looking.show_circle(hub, who.organisation, who, client)

    @here.route("/people/joins", methods=["POST"])
    @here.asks(Scope.PEOPLE_WRITE)
    @here.takes(OnePerson)
    @here.gives(HTTPStatus.OK, BecameOne)
    def join(who: Principal, two: dict[str, Any]) -> dict[str, Any]:
        """These two are one person."""
        return _became(matching.join(hub, who.organisation, two["stays"], two["goes"], by=who.id))

    @here.route("/people/joins/preview", methods=["POST"])
    @here.asks(Scope.PEOPLE_WRITE)
    @here.takes(OnePerson)
    @here.gives(HTTPStatus.OK, WouldBecomeOne)
    def would_join(who: Principal, two: dict[str, Any]) -> dict[str, Any]:
        """What would follow if these two were one person; reads the systems, writes nothing."""
        at = (hub, who.organisation, who)
        found: WouldJoin = looking.preview_person(*at, two["stays"], two["goes"], by=who.id)
        return {**vars(found), "outcome": _became(found.outcome), "unheard": dict(found.unheard)}

    @here.route("/matches")
    @here.asks(Scope.PEOPLE_READ)
    @here.takes(WhichMatches, "query")
    @here.gives(HTTPStatus.OK, WaitingMatches)
    def waiting(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """Who waits for somebody to say who it is."""
        found = looking.page_matches(
            hub, who.organisation, who, window_of(which), connector_id=which.get("connector_id")
        )
        return page_of(found, which)

    @here.route("/matches/records")
    @here.asks(Scope.PEOPLE_READ)
    @here.takes(WhichRecords, "query")
    @here.gives(HTTPStatus.OK, WaitingRecords)
    def records(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """Which records wait until somebody has said who their client is, since when, and for what."""
        found = looking.page_waiting_records(
            hub, who.organisation, who, window_of(which), connector_id=which.get("connector_id")
        )
        return page_of(found, which)

    @here.route("/matches/accepted", methods=["POST"])
    @here.asks(Scope.PEOPLE_WRITE)
    @here.takes(Acceptance)
    @here.gives(HTTPStatus.OK, Recognised)
    def accept(who: Principal, it: dict[str, Any]) -> dict[str, Any]:
        """It is that party; no later match overrules it."""
        at = (hub, who.organisation, it["connector_id"], it["external_id"], it["party"])
        return {"party": matching.accept(*at, by=who.id)}

    @here.route("/matches/refused", methods=["POST"])
    @here.asks(Scope.PEOPLE_WRITE)
    @here.takes(Refusal)
    @here.gives(HTTPStatus.OK, Undone)
    def refuse(who: Principal, it: dict[str, Any]) -> dict[str, Any]:
        """It is not that party; that is never suggested again, and a match with it is undone."""
        at = (hub, who.organisation, it["connector_id"], it["external_id"], it["party"])
        return _undone(matching.refuse(*at, by=who.id))

    @here.route("/matches/separated", methods=["POST"])
    @here.asks(Scope.PEOPLE_WRITE)
    @here.takes(Separation)
    @here.gives(HTTPStatus.OK, Undone)
    def separate(who: Principal, it: dict[str, Any]) -> dict[str, Any]:
        """It is not whom it is matched with: the match is undone, with all that rested on it."""
        at = (hub, who.organisation, it["connector_id"], it["external_id"])
        return _undone(matching.separate(*at, by=who.id))

    return here


def _became(found: Together) -> dict[str, Any]:
    return {**vars(found), "records": _records(found.records), "parties": called(found.names)}


def _undone(found: Refused) -> dict[str, Any]:
    return {"parties": found.parties, "undone": _records(found.undone)}


def _records(found: tuple[tuple[str, str], ...]) -> list[str]:
    return [f"{system}/{there}" for system, there in found]
