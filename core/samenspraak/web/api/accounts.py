"""People who sign in elsewhere: where that is, who they are here, and who is invited."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.policy.access import Principal, Role, Scope
from samenspraak.services import accounts, looking
from samenspraak.services.accounts import Provider
from samenspraak.services.repeating import Asked
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import Members, Page, Paging, Party, page_of, window_of

_ISSUER = {"description": "Its address, exactly as its tokens say."}
_APP = {"description": "What the app is called there."}
_CONNECTION = {"description": "The connection of the app, through which its people look."}
_STAFF = {"description": "Null for staff whom the hub does not know otherwise."}


class AccountShown(Schema):
    """Somebody who may ask once they signed in."""

    id = fields.String(required=True)
    issuer = fields.String(required=True, metadata={"description": "Where they sign in."})
    role = fields.Enum(Role, by_value=True, required=True)
    party = fields.String(required=True, allow_none=True, metadata=_STAFF)
    name = fields.String(required=True, metadata={"description": "Empty where nobody has one for them."})
    at = fields.AwareDateTime(required=True, metadata={"description": "Since when."})


class AccountsShown(Page):
    """A page of accounts, the oldest first."""

    items = fields.List(fields.Nested(AccountShown(partial=True)), required=True)


class WhichAccounts(Paging):
    """Which accounts."""

    members = Members(AccountShown)


class InvitationShown(Schema):
    """That whoever shows its code is this party, or has this role."""

    id = fields.String(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    party = fields.String(required=True, allow_none=True, metadata=_STAFF)
    expires_at = fields.AwareDateTime(required=True, metadata={"description": "Until then its code counts."})


class InvitationsShown(Page):
    """A page of invitations that were not used and still count, the oldest first."""

    items = fields.List(fields.Nested(InvitationShown(partial=True)), required=True)


class WhichInvitations(Paging):
    """Which invitations."""

    members = Members(InvitationShown)


class NewInvitation(Schema):
    """Somebody to invite: a party, or staff with a role."""

    party = Party(load_default=None, allow_none=True, metadata=_STAFF)
    role = fields.Enum(
        Role,
        by_value=True,
        load_default=Role.PARTICIPANT,
        metadata={"description": "What they may do at most. `participant`: what they may see in an app."},
    )


class InvitationMade(InvitationShown):
    """An invitation as it is shown once."""

    code = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "To hand over yourself. Null when the same request was sent before."},
    )


class SignInProviderShown(Schema):
    """Where the people of an app sign in (OpenID Connect)."""

    id = fields.String(required=True)
    issuer = fields.String(required=True, metadata=_ISSUER)
    client_id = fields.String(required=True, metadata=_APP)
    connector_id = fields.String(required=True, metadata=_CONNECTION)
    audience = fields.String(
        required=True, metadata={"description": "For whom it makes the access tokens of the app."}
    )
    at = fields.AwareDateTime(required=True, metadata={"description": "Since when."})


class SignInProvidersShown(Page):
    """A page of where people sign in, by id."""

    items = fields.List(fields.Nested(SignInProviderShown(partial=True)), required=True)


class WhichSignInProviders(Paging):
    """Which places."""

    members = Members(SignInProviderShown)


class NewSignInProvider(Schema):
    """A place where the people of an app sign in from now on."""

    id = fields.String(
        required=True,
        validate=validate.Length(min=1, max=40),
        metadata={"description": "Small letters, digits and hyphens."},
    )
    issuer = fields.String(required=True, validate=validate.Length(min=1, max=500), metadata=_ISSUER)
    client_id = fields.String(required=True, validate=validate.Length(min=1, max=200), metadata=_APP)
    connector_id = fields.String(required=True, validate=validate.Length(min=1, max=40), metadata=_CONNECTION)


def routes(hub: Hub) -> Routes:
    """The routes of accounts, invitations, and where people sign in."""
    here = Routes("Accounts", __name__, description="People who sign in, and where they do.")

    @here.route("/accounts")
    @here.asks(Scope.ACCESS_READ)
    @here.takes(WhichAccounts, "query")
    @here.gives(HTTPStatus.OK, AccountsShown)
    def list_(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """Who may ask something once they signed in, and with which role."""
        found = looking.page_accounts(hub, who.organisation, who, window_of(which))
        return page_of(found, which)

    @here.route("/accounts/<account_id>", methods=["DELETE"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.gives(HTTPStatus.NO_CONTENT)
    def remove(who: Principal, account_id: str) -> None:
        """Let this person ask nothing any more, until they are invited again."""
        accounts.remove(hub, who.organisation, account_id, by=who.id)

    @here.route("/invitations")
    @here.asks(Scope.ACCESS_READ)
    @here.takes(WhichInvitations, "query")
    @here.gives(HTTPStatus.OK, InvitationsShown)
    def invitations(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """The invitations that were not used and still count; never their codes."""
        found = looking.page_invitations(hub, who.organisation, who, window_of(which))
        return page_of(found, which)

    @here.route("/invitations", methods=["POST"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.takes(NewInvitation)
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, InvitationMade)
    def invite(who: Principal, new: dict[str, Any], asked: Asked) -> dict[str, Any]:
        """Make a code for somebody, and show it this once; it counts once, for seven days."""
        made = accounts.invite(
            hub, who.organisation, new["party"] or "", role=new["role"], by=who.id, giver=who, asked=asked
        )
        return {**vars(made), "code": made.code or None}

    @here.route("/invitations/<invitation_id>", methods=["DELETE"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.gives(HTTPStatus.NO_CONTENT)
    def withdraw(who: Principal, invitation_id: str) -> None:
        """Let nobody become anybody by this code any more."""
        accounts.withdraw(hub, who.organisation, invitation_id, by=who.id)

    @here.route("/sign-in-providers")
    @here.asks(Scope.ACCESS_READ)
    @here.takes(WhichSignInProviders, "query")
    @here.gives(HTTPStatus.OK, SignInProvidersShown)
    def providers(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """Where people sign in."""
        found = looking.page_providers(hub, who.organisation, who, window_of(which))
        return page_of(found, which)

    @here.route("/sign-in-providers", methods=["POST"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.takes(NewSignInProvider)
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, SignInProviderShown)
    def add_provider(who: Principal, new: dict[str, Any], asked: Asked) -> Provider:
        """Take what the people of an app get where they sign in, once they were invited."""
        new_id = new.pop("id")
        return accounts.add_provider(hub, who.organisation, new_id, **new, by=who.id, giver=who, asked=asked)

    @here.route("/sign-in-providers/<provider_id>", methods=["DELETE"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.gives(HTTPStatus.NO_CONTENT)
    def remove_provider(who: Principal, provider_id: str) -> None:
        """Let nobody ask anything any more who signs in there. Their accounts stay."""
        accounts.remove_provider(hub, who.organisation, provider_id, by=who.id)

    return here
