"""The programs that may ask something of the hub, and their keys."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from marshmallow import Schema, fields, validate

from samenspraak.policy.access import Principal, Role, Scope
from samenspraak.services import looking, programs
from samenspraak.services.programs import Key, Program
from samenspraak.services.repeating import Asked
from samenspraak.sync.hub import Hub
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import Members, Page, Paging, Text, page_of, window_of

_MOST_SCOPES, _MOST_NETWORKS, _MOST_KEYS = len(Scope), 50, 20
_CONNECTION = {"description": "Of the program of an app: its connection; for any other it is empty."}
_MEMBER = fields.Raw(
    metadata={
        "anyOf": [
            *({"type": one} for one in ("string", "boolean")),
            {"type": "number", "minimum": 0, "maximum": 10**10},
            {"type": "array", "items": {"type": "string"}},
        ]
    }
)
_NETWORKS = {"description": "From where it may be used, as `192.0.2.0/24`. None: from anywhere."}


class ProgramShown(Schema):
    """A program that takes part, or did."""

    id = fields.String(required=True)
    client_id = fields.String(
        required=True, metadata={"description": "What it calls itself at `/oauth/token`."}
    )
    title = fields.String(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    connector_id = fields.String(required=True, metadata=_CONNECTION)
    signs = fields.Boolean(required=True, metadata={"description": "Whether it signs who it is."})
    at = fields.AwareDateTime(required=True, metadata={"description": "Since when."})
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)


class ProgramsShown(Page):
    """A page of programs, by id."""

    items = fields.List(fields.Nested(ProgramShown(partial=True)), required=True)


class WhichPrograms(Paging):
    """Which programs."""

    members = Members(ProgramShown)


class PublicKeys(Schema):
    """A JSON Web Key Set (RFC 7517) without any private key."""

    keys = fields.List(
        fields.Dict(keys=fields.String(), values=_MEMBER),
        required=True,
        validate=validate.Length(min=1, max=_MOST_KEYS),
    )


class NewProgram(Schema):
    """A program that takes part from now on. It can ask nothing before it has a key, or signs."""

    id = fields.String(
        required=True,
        validate=validate.Length(min=1, max=40),
        metadata={"description": "Small letters, digits and hyphens; it stays."},
    )
    role = fields.Enum(
        Role, by_value=True, required=True, metadata={"description": "What it may do at most."}
    )
    title = Text(load_default="", validate=validate.Length(max=200))
    connector_id = fields.String(load_default="", validate=validate.Length(max=40), metadata=_CONNECTION)
    public_keys = fields.Nested(PublicKeys, load_default=None, allow_none=True)


class KeyShown(Schema):
    """A key, never itself."""

    id = fields.String(required=True)
    program_id = fields.String(required=True)
    scopes = fields.List(fields.Enum(Scope, by_value=True), required=True)
    networks = fields.List(fields.String(), required=True, metadata=_NETWORKS)
    works = fields.Boolean(
        required=True, metadata={"description": "Whether its program can use it now, as far as the hub goes."}
    )
    is_expired = fields.Boolean(required=True)
    at = fields.AwareDateTime(required=True, metadata={"description": "When it was made."})
    expires_at = fields.AwareDateTime(required=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)
    used_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When it was last used, to about an hour."}
    )


class KeysShown(Page):
    """A page of keys, the oldest first."""

    items = fields.List(fields.Nested(KeyShown(partial=True)), required=True)


class WhichKeys(Paging):
    """Which keys."""

    members = Members(KeyShown)


class NewKey(Schema):
    """A key to make."""

    scopes = fields.List(
        fields.Enum(Scope, by_value=True),
        load_default=[],
        validate=validate.Length(max=_MOST_SCOPES),
        metadata={"description": "What it may do. None: all that the role of its program may."},
    )
    days = fields.Integer(
        validate=validate.Range(min=1, max=programs.MOST_DAYS),
        metadata={
            "description": f"Unless given: {programs.USUAL_DAYS}, or until the key ends that it is made with."
        },
    )
    networks = fields.List(
        fields.String(validate=validate.Length(max=50)),
        load_default=[],
        validate=validate.Length(max=_MOST_NETWORKS),
        metadata=_NETWORKS,
    )


class KeyMade(KeyShown):
    """A key as it is shown once."""

    secret = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The key itself. Null when the same request was sent before."},
    )


def routes(hub: Hub) -> Routes:
    """The routes of programs and keys."""
    here = Routes("Programs", __name__, description="Programs that may ask something, and their keys.")

    @here.route("/programs")
    @here.asks(Scope.ACCESS_READ)
    @here.takes(WhichPrograms, "query")
    @here.gives(HTTPStatus.OK, ProgramsShown)
    def list_(who: Principal, which: dict[str, Any]) -> dict[str, Any]:
        """The programs that take part, and those that did."""
        found = looking.page_programs(hub, who.organisation, who, window_of(which))
        return page_of(found, which)

    @here.route("/programs", methods=["POST"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.takes(NewProgram)
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, ProgramShown)
    def make(who: Principal, new: dict[str, Any], asked: Asked) -> Program:
        """Let a program take part. It can ask nothing before it has a key, or signs who it is."""
        return programs.add(
            hub,
            who.organisation,
            new["id"],
            new["role"],
            title=new["title"],
            connector_id=new["connector_id"],
            public_keys=_written(new["public_keys"]) if new["public_keys"] else b"",
            by=who.id,
            giver=who,
            asked=asked,
        )

    @here.route("/programs/<program_id>")
    @here.asks(Scope.ACCESS_READ)
    @here.gives(HTTPStatus.OK, ProgramShown)
    def show(who: Principal, program_id: str) -> Program:
        """One program."""
        return looking.show_program(hub, who.organisation, who, program_id)

    @here.route("/programs/<program_id>/public-keys", methods=["PUT"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.takes(PublicKeys)
    @here.gives(HTTPStatus.OK, ProgramShown)
    def change_public_keys(who: Principal, given: dict[str, Any], program_id: str) -> Program:
        """Let a program sign with these public keys from now on, and with no others."""
        return programs.change_keys(hub, who.organisation, program_id, _written(given), by=who.id, giver=who)

    @here.route("/programs/<program_id>/revocation", methods=["POST"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.gives(HTTPStatus.OK, ProgramShown)
    def revoke(who: Principal, program_id: str) -> Program:
        """Let a program ask nothing any more, with whatever key or token. That cannot be undone."""
        return programs.revoke(hub, who.organisation, program_id, by=who.id)

    @here.route("/programs/<program_id>/keys")
    @here.asks(Scope.ACCESS_READ)
    @here.takes(WhichKeys, "query")
    @here.gives(HTTPStatus.OK, KeysShown)
    def list_keys(who: Principal, which: dict[str, Any], program_id: str) -> dict[str, Any]:
        """The keys of a program, and about when each was last used; never the keys themselves."""
        found = looking.page_keys(hub, who.organisation, who, window_of(which), program_id=program_id)
        return page_of(found, which)

    @here.route("/programs/<program_id>/keys", methods=["POST"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.takes(NewKey)
    @here.at_most_once
    @here.gives(HTTPStatus.CREATED, KeyMade)
    def make_key(who: Principal, new: dict[str, Any], asked: Asked, program_id: str) -> dict[str, Any]:
        """Make a key for a program, and show it this once."""
        made = programs.add_key(hub, who.organisation, program_id, **new, by=who.id, giver=who, asked=asked)
        return {**vars(made.key), "secret": made.text or None}

    @here.route("/keys/<key_id>/revocation", methods=["POST"])
    @here.asks(Scope.ACCESS_WRITE)
    @here.gives(HTTPStatus.OK, KeyShown)
    def revoke_key(who: Principal, key_id: str) -> Key:
        """Let a key never work again, nor any token that was got with it."""
        return programs.revoke_key(hub, who.organisation, key_id, by=who.id)

    return here


def _written(given: dict[str, Any]) -> bytes:
    return json.dumps(given, default=str).encode()
