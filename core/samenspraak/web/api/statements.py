"""What was said of one agreement: who agreed, what was done, and what else people had to say."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from marshmallow import fields

from samenspraak.domain.statements import ASSENTS, REPORTS, StatementKind
from samenspraak.policy.access import Principal, Scope
from samenspraak.services import looking
from samenspraak.sync.hub import Hub
from samenspraak.web.api.agreements import Statement
from samenspraak.web.api.routes import Routes
from samenspraak.web.api.shapes import Members, Named, Page, Paging, called, only, window_of

_COMMENTS = frozenset({StatementKind.COMMENT})


class StatementListed(Statement):
    """Something that was said."""

    version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Of an assent or refusal: the first version with the terms it is about."},
    )


class Statements(Page):
    """A page of what was said, the oldest first."""

    items = fields.List(fields.Nested(StatementListed(partial=True)), required=True)
    parties = fields.List(
        fields.Nested(Named), required=True, metadata={"description": "How those who said it are called."}
    )


class WhichStatements(Paging):
    """Which of them."""

    members = Members(StatementListed)


def routes(hub: Hub) -> Routes:
    """The routes of what was said."""
    here = Routes("Statements", __name__, description="What people said of an agreement.")

    @here.route("/agreements/<agreement_id>/assents")
    @here.asks(Scope.AGREEMENTS_READ)
    @here.takes(WhichStatements, "query")
    @here.gives(HTTPStatus.OK, Statements)
    def assents(who: Principal, which: dict[str, Any], agreement_id: str) -> dict[str, Any]:
        """Who agreed to its terms or did not, the oldest first."""
        return _said(hub, who, which, agreement_id, ASSENTS)

    @here.route("/agreements/<agreement_id>/reports")
    @here.asks(Scope.AGREEMENTS_READ)
    @here.takes(WhichStatements, "query")
    @here.gives(HTTPStatus.OK, Statements)
    def reports(who: Principal, which: dict[str, Any], agreement_id: str) -> dict[str, Any]:
        """What was reported of its moments, the oldest first."""
        return _said(hub, who, which, agreement_id, REPORTS)

    @here.route("/agreements/<agreement_id>/comments")
    @here.asks(Scope.AGREEMENTS_READ)
    @here.takes(WhichStatements, "query")
    @here.gives(HTTPStatus.OK, Statements)
    def comments(who: Principal, which: dict[str, Any], agreement_id: str) -> dict[str, Any]:
        """What people had to say about it, the oldest first; in an app only what they said themselves."""
        return _said(hub, who, which, agreement_id, _COMMENTS)

    return here


def _said(
    hub: Hub, who: Principal, which: dict[str, Any], agreement_id: str, kinds: frozenset[StatementKind]
) -> dict[str, Any]:
    found = looking.view_statements(hub, who.organisation, who, who, agreement_id, kinds, window_of(which))
    items = only([vars(one) for one in found.items], which)
    return {"items": items, "next": found.next, "parties": called(found.names)}
