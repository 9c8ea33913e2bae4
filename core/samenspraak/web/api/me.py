"""Whoever asks, about themselves: who they are here, and becoming it by an invitation."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate

from samenspraak.errors import AuthenticationError, NotFoundError
from samenspraak.policy.access import Principal, Role, Scope
from samenspraak.services import accounts, news
from samenspraak.services.access import Me, who_is
from samenspraak.services.accounts import Account
from samenspraak.sync.hub import Hub
from samenspraak.web.api.events import shown
from samenspraak.web.api.requests import refused
from samenspraak.web.api.routes import HIGHEST, Routes
from samenspraak.web.limits import Limits

_LONGEST = 200


class Asking(Schema):
    """Who asks, and what they may do."""

    id = fields.String(required=True, metadata={"description": "As history and audit call you."})
    organisation = fields.String(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    scopes = fields.List(fields.Enum(Scope, by_value=True), required=True)
    party = fields.String(
        required=True, allow_none=True, metadata={"description": "With whose eyes you look; null: nobody's."}
    )
    name = fields.String(
        required=True, allow_none=True, metadata={"description": "Null where nobody has a name for you."}
    )


class Invitation(Schema):
    """A code that an admin handed over."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=_LONGEST))


class Accepted(Schema):
    """Who you are here from now on."""

    role = fields.Enum(Role, by_value=True, required=True)
    party = fields.Function(
        lambda account: str(account.party) if account.party else None,
        required=True,
        metadata={
            "type": ["string", "null"],
            "description": "Null for staff whom the hub does not know otherwise.",
        },
    )


class After(Schema):
    """From where to follow."""

    after = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=HIGHEST),
        metadata={"description": "The number up to which you have all."},
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=news.MOST))


class PersonalEvent(Schema):
    """What happened last to one agreement, for you."""

    type = fields.String(required=True)
    number = fields.Integer(required=True)
    agreement = fields.String(required=True)
    version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "The one to fetch, or a later one. Null: it is not for you any more."},
    )


class News(Schema):
    """What changed for you, in the order of the numbers; of each agreement only the last."""

    of = fields.String(required=True, metadata={"description": "Whose numbers these are."})
    items = fields.List(fields.Nested(PersonalEvent), required=True)
    last = fields.Integer(required=True, metadata={"description": "The highest number there is."})


def routes(hub: Hub) -> Routes:
    """The calls of who asks."""
    here = Routes("Me", __name__, description="Whoever asks, about themselves.")

    @here.route("/me")
    @here.asks_nothing
    @here.gives(HTTPStatus.OK, Asking)
    def show(who: Principal) -> Me:
        """Who you are here, and what you may do."""
        return who_is(hub, who)

    @here.route("/me/events")
    @here.asks(Scope.AGREEMENTS_READ)
    @here.takes(After, "query")
    @here.gives(HTTPStatus.OK, News)
    def changes(who: Principal, which: dict[str, int]) -> dict[str, Any]:
        """What changed for you after a number, as you may see it now; never content."""
        found = news.after(hub, who.organisation, who, which["after"], limit=which["limit"])
        return {**vars(found), "items": [shown(one) for one in found.items]}

    return here


def for_newcomers(hub: Hub, limits: Limits) -> Routes:
    """The call with which somebody who signed in becomes who was invited."""
    here = Routes("Invitations", __name__, description="Becoming who was invited.")

    @here.route("/me/invitation", methods=["POST"], parameters=[])
    @here.for_newcomers
    @here.takes(Invitation)
    @here.gives(HTTPStatus.OK, Accepted)
    def accept(invitation: dict[str, str]) -> Account | Response:
        """Show the code of your invitation, with what you got where you signed in. It counts once."""
        try:
            return accounts.accept(
                hub,
                request.headers.get("Authorization", ""),
                invitation["code"],
                remote=request.remote_addr or "",
            )
        except (AuthenticationError, NotFoundError) as error:
            return refused(hub, limits, error)

    return here
