"""Agreements: reading, making and changing them, and what people say of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import request
from marshmallow import Schema, fields, validate

from samenspraak.domain.agreements import LifeDomain, State
from samenspraak.domain.statements import StatementKind
from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.terms import Standing
from samenspraak.services import agreeing, looking, saying
from samenspraak.services.eyes import Told, View, Wanted
from samenspraak.services.repeating import Asked
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import Answer, Routes, tagged
from samenspraak.web.api.shapes import CURSOR, Flag, Limited, Members, Page, Paging, Party, Text, Units, only
from samenspraak.web.api.units import LONGEST


class Statement(Schema):
    """What somebody said."""

    id = fields.String(required=True)
    kind = fields.Enum(StatementKind, by_value=True, required=True)
    by = fields.String(
        required=True, allow_none=True, metadata={"description": "Null where you may not know who."}
    )
    at = fields.AwareDateTime(required=True)
    through = fields.String(
        required=True,
        metadata={"description": "The system it was said in, or `hub`. Empty where you may not know which."},
    )
    moment = fields.String(required=True, metadata={"description": "Of a report: `assignment:day:nth`."})
    text = fields.String(required=True)
    stands = fields.Boolean(
        required=True,
        allow_none=True,
        metadata={"description": "Of an assent or refusal: whether it is about the terms as they are now."},
    )


class PartyShown(Schema):
    """Somebody in an agreement."""

    party = fields.String(required=True)
    name = fields.String(
        required=True, allow_none=True, metadata={"description": "Null where nobody has a name for them."}
    )
    assent = fields.Enum(
        Standing,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "How they stand to the terms; null when they are not asked."},
    )


class Agreement(Schema):
    """One agreement, as far as you may see it."""

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    client = fields.String(required=True)
    state = fields.Enum(State, by_value=True, required=True)
    units = Units(required=True)
    parties = fields.List(fields.Nested(PartyShown), required=True)
    said = fields.List(fields.Nested(Statement), required=True)
    same_as = fields.String(
        allow_none=True,
        required=True,
        metadata={"description": "The id you asked by, when this agreement has taken that one's place."},
    )


class Agreements(Page):
    """A page of agreements, by id."""

    items = fields.List(fields.Nested(Agreement(partial=True)), required=True)


class Step(Schema):
    """What changed in one unit. Null: it was, or is, empty."""

    unit = fields.String(required=True)
    before = fields.Raw(required=True, allow_none=True)
    after = fields.Raw(required=True, allow_none=True)


class Version(Schema):
    """One version of an agreement."""

    version = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True, metadata={"description": "Empty where you may not know who."})
    through = fields.String(
        required=True,
        metadata={"description": "A system. Empty for the hub itself, or where you may not know which."},
    )
    why = fields.String(required=True)
    changed = fields.List(fields.Nested(Step), required=True)


class Versions(Page):
    """A page of versions, the oldest first."""

    items = fields.List(fields.Nested(Version(partial=True)), required=True)


class Which(Paging):
    """Which agreements."""

    client = Party(metadata={"description": "Only of this client."})
    state = fields.List(fields.Enum(State, by_value=True), metadata={"description": "Only in these states."})
    life_domain = fields.List(
        fields.Enum(LifeDomain, by_value=True),
        metadata={"description": "Only of these life domains, where you may know it."},
    )
    person = Party(metadata={"description": "Only in which they take part, where you may know that."})
    changed_since = fields.Date(metadata={"description": "Only what was changed on this day or after it."})
    members = Members(Agreement)


class WhichVersions(Limited):
    """Which versions."""

    cursor = fields.Integer(
        load_default=0, validate=validate.Range(min=0, max=10**9), metadata={"description": CURSOR}
    )
    members = Members(Version)


class NewAgreement(Schema):
    """An agreement to make."""

    client = Party(required=True)
    units = Units(required=True)


class Change(Schema):
    """What changes in it: only these units. Null empties one."""

    units = Units(required=True)


class Changed(Agreement):
    """The agreement after a change."""

    waits = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The units that change only once others have agreed; they are asked now."},
    )


class Assent(Schema):
    """Agreeing to the terms, or not."""

    agrees = Flag(required=True)
    version = fields.Integer(
        required=True,
        validate=validate.Range(min=1, max=10**9),
        metadata={"description": "The version that was read."},
    )
    text = Text(load_default="")


class Report(Schema):
    """What became of a moment."""

    moment = fields.String(required=True, metadata={"description": "`assignment:day:nth`"})
    done = Flag(required=True)
    text = Text(load_default="")


class Comment(Schema):
    """Something to say about an agreement."""

    text = Text(required=True, validate=validate.Length(min=1, max=LONGEST))


def routes(hub: Hub) -> Routes:
    """The routes of agreements."""
    here = Routes("Agreements", __name__, description="Who does what for whom, when, under which conditions.")

    @here.route("/agreements")
    @here.asks(Scope.AGREEMENTS_READ)
    @here.takes(Which, "query")
    @here.gives(HTTPStatus.OK, Agreements)
    def list_(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """The agreements that you may see."""
        found = looking.view_agreements(
            hub,
            who.organisation,
            who,
            who,
            after=which["cursor"],
            limit=which["limit"],
            wanted=Wanted(
                client=which.get("client"),
                states=frozenset(which.get("state", ())),
                life_domains=frozenset(which.get("life_domain", ())),
                person=which.get("person"),
                changed_since=which.get("changed_since"),
            ),
        )
        items = only([shown(one) for one in found.items], which)
        return {"items": items, "next": found.items[-1].id if found.more else None}

    @here.route("/agreements", methods=["POST"])
    @here.asks(Scope.AGREEMENTS_WRITE)
    @here.takes(NewAgreement)
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, Agreement)
    def make(who: Principal, new: dict[str, Any], asked: Asked) -> Answer:
        """Make an agreement. From somebody in an app it is a proposal."""
        view = agreeing.propose(hub, who.organisation, who, new["client"], new["units"], asked=asked)
        headers = {"Location": f"{request.path}/{view.id}", **tagged(view.version, shown(view))}
        return shown(view), HTTPStatus.CREATED, headers

    @here.route("/agreements/<agreement_id>")
    @here.asks(Scope.AGREEMENTS_READ)
    @here.gives(HTTPStatus.OK, Agreement)
    def show(who: Principal, agreement_id: str) -> Answer:
        """One agreement as you may see it now."""
        view = looking.view_agreement(hub, who.organisation, who, who, agreement_id)
        return shown(view), HTTPStatus.OK, tagged(view.version, shown(view))

    @here.route("/agreements/<agreement_id>", methods=["PATCH"])
    @here.asks(Scope.AGREEMENTS_WRITE)
    @here.takes(Change)
    @here.over_a_version
    @here.gives(HTTPStatus.OK, Changed)
    def change(who: Principal, new: dict[str, Any], version: int, agreement_id: str) -> Answer:
        """Change some of it, over the version that you read."""
        edited = agreeing.edit(hub, who.organisation, who, agreement_id, version, new["units"])
        view = edited.view
        answer = {**shown(view), "waits": [str(key) for key in edited.waits]}
        return answer, HTTPStatus.OK, tagged(view.version, shown(view))

    @here.route("/agreements/<agreement_id>/versions")
    @here.asks(Scope.AGREEMENTS_READ)
    @here.takes(WhichVersions, "query")
    @here.gives(HTTPStatus.OK, Versions)
    def versions(who: Principal, which: dict[str, Any], agreement_id: str) -> dict[str, Any]:
        """Its versions, the oldest first, each with what it changed as far as you may see it."""
        found = looking.view_versions(
            hub, who.organisation, who, who, agreement_id, after=which["cursor"], limit=which["limit"]
        )
        items = only([vars(one) for one in found.items], which)
        return {"items": items, "next": str(found.items[-1].version) if found.more else None}

    @here.route("/agreements/<agreement_id>/assents", methods=["POST"])
    @here.asks(Scope.STATEMENTS_WRITE)
    @here.takes(Assent)
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, Statement)
    def agree(who: Principal, new: dict[str, Any], asked: Asked, agreement_id: str) -> Told:
        """Agree to the terms as they were in the version that you read, or not."""
        return saying.agree(hub, who.organisation, who, agreement_id, asked=asked, **new)

    @here.route("/agreements/<agreement_id>/reports", methods=["POST"])
    @here.asks(Scope.STATEMENTS_WRITE)
    @here.takes(Report)
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, Statement)
    def report(who: Principal, new: dict[str, Any], asked: Asked, agreement_id: str) -> Told:
        """Tell what became of one moment."""
        return saying.report(hub, who.organisation, who, agreement_id, asked=asked, **new)

    @here.route("/agreements/<agreement_id>/comments", methods=["POST"])
    @here.asks(Scope.STATEMENTS_WRITE)
    @here.takes(Comment)
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, Statement)
    def comment(who: Principal, new: dict[str, Any], asked: Asked, agreement_id: str) -> Told:
        """Say something about an agreement."""
        return saying.comment(hub, who.organisation, who, agreement_id, new["text"], asked=asked)

    return here


def shown(view: View) -> dict[str, Any]:
    """An agreement as the API shows it."""
    parties = sorted({*view.names, *view.standings, view.client})
    return {
        "id": view.id,
        "version": view.version,
        "client": str(view.client),
        "state": view.state,
        "units": view.units,
        "parties": [
            {"party": str(ref), "name": view.names.get(ref), "assent": view.standings.get(ref)}
            for ref in parties
        ],
        "said": view.said,
        "same_as": view.same_as,
    }
