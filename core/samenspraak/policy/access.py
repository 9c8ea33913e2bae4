"""Who may ask what of the hub, as a table: scopes by role, and the principal that a request comes from. Pure.

A scope opens a door; it never widens what is behind it. A principal with a ``party`` looks with that party's
eyes (the visibility function, in the system it comes through), whatever its scopes; only roles whose work is
with everything of the organisation have none.

Source: R-API-1 to R-API-3; ADR 0041.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.policy.shape import Shape


class Scope(StrEnum):
    """What a credential can be given; each route asks for exactly one."""

    AGREEMENTS_READ = "agreements:read"
    AGREEMENTS_WRITE = "agreements:write"
    STATEMENTS_WRITE = "statements:write"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    CONSENTS_READ = "consents:read"
    CONSENTS_WRITE = "consents:write"
    REVIEWS_READ = "reviews:read"
    REVIEWS_WRITE = "reviews:write"
    RECEIPTS_READ = "receipts:read"
    QUESTIONS_READ = "questions:read"
    QUESTIONS_ANSWER = "questions:answer"
    CONNECTORS_READ = "connectors:read"
    CONNECTORS_WRITE = "connectors:write"
    EVENTS_READ = "events:read"
    EVENTS_WRITE = "events:write"
    ACCESS_READ = "access:read"
    ACCESS_WRITE = "access:write"


class Role(StrEnum):
    """The work that somebody, or a program, does with the hub."""

    PARTICIPANT = "participant"
    """A client, relative, volunteer or professional in an app of theirs: sees what they may see there."""
    APP = "app"
    """The program behind an app; looks with the eyes of one of its users at a time."""
    VIEWER = "viewer"
    COORDINATOR = "coordinator"
    CONNECTOR_MANAGER = "connector_manager"
    PRIVACY_OFFICER = "privacy_officer"
    ADMIN = "admin"


_CONTENT = frozenset(
    {
        Scope.AGREEMENTS_READ,
        Scope.PEOPLE_READ,
        Scope.CONSENTS_READ,
        Scope.REVIEWS_READ,
        Scope.RECEIPTS_READ,
        Scope.QUESTIONS_READ,
    }
)
_OWN = frozenset({Scope.AGREEMENTS_READ, Scope.AGREEMENTS_WRITE, Scope.STATEMENTS_WRITE})

ROLES: Mapping[Role, frozenset[Scope]] = {
    Role.PARTICIPANT: _OWN,
    Role.APP: _OWN | {Scope.EVENTS_READ, Scope.EVENTS_WRITE},
    Role.VIEWER: _CONTENT,
    Role.COORDINATOR: _CONTENT
    | {
        Scope.AGREEMENTS_WRITE,
        Scope.STATEMENTS_WRITE,
        Scope.PEOPLE_WRITE,
        Scope.CONSENTS_WRITE,
        Scope.REVIEWS_WRITE,
        Scope.QUESTIONS_ANSWER,
    },
    Role.CONNECTOR_MANAGER: frozenset(
        {Scope.CONNECTORS_READ, Scope.CONNECTORS_WRITE, Scope.EVENTS_READ, Scope.EVENTS_WRITE}
    ),
    Role.PRIVACY_OFFICER: frozenset(
        {Scope.CONSENTS_READ, Scope.CONSENTS_WRITE, Scope.PEOPLE_READ, Scope.ACCESS_READ}
    ),
    Role.ADMIN: frozenset(Scope),
}
"""The most that a role may be given; a credential can have fewer."""

WITH_EYES_OF_SOMEBODY = frozenset({Role.PARTICIPANT, Role.APP})
"""Roles that never see more than one party may see."""


@dataclass(frozen=True, kw_only=True)
class Principal:
    """Where a request comes from.

    ``id``: what history and audit call it: a party as ``kind:id``, or ``program:id`` (a *client* here is
    somebody whose care it is about, and what they do agrees for them) ·
    ``party``: with whose eyes it looks, None: it sees everything, or nobody yet (an app that did not say
    for whom) · ``connector_id``: the system it comes through, '' for the hub itself · ``until``: when the key
    that it asks with ends, None: it asks with none (people sign in anew, a program signs anew).
    """

    organisation: str
    id: str
    role: Role
    scopes: frozenset[Scope]
    party: PartyRef | None = None
    connector_id: str = ""
    until: datetime | None = None

    @property
    def sees_everything(self) -> bool:
        """Whether no party's eyes limit what it gets; its scopes still do."""
        return self.role not in WITH_EYES_OF_SOMEBODY

    def may(self, scope: Scope) -> bool:
        """Whether this door is open to it; a role that lost a scope closes doors at once."""
        return scope in self.scopes & ROLES[self.role]


SIGNING_IN: frozenset[Scope] = frozenset(Scope)
"""What naming a place where people sign in gives: whoever answers there says who everybody is."""


def beyond(giver: Principal, scopes: Collection[Scope]) -> tuple[Scope, ...]:
    """What of this somebody cannot give to others: nobody gives what they may not do themselves.

    A role gives all its scopes, a key those that it has, and public keys all that their program may.
    """
    return tuple(one for one in Scope if one in scopes and not giver.may(one))


def outlives(giver: Principal, until: datetime | None) -> bool:
    """Whether what a program is given works longer than the giver's key; ``until``, None: for good."""
    return giver.until is not None and (until is None or until > giver.until)


OF_STAFF = frozenset(
    {
        UnitKind.LIFE_DOMAIN,
        UnitKind.INSTRUCTED,
        UnitKind.RESPONSIBLE,
        UnitKind.STATUS,
        UnitKind.REVIEW,
        UnitKind.REVIEW_NOTES,
        UnitKind.DECIDES,
    }
)
"""What people who take part may read and never change: where it counts, who answers for it, what staff noted.

Whoever does not want to go on says so (a refusal of the terms), and the responsible person is asked.
"""


def may_change(key: UnitKey, seen: Shape | None, there: Collection[UnitKey]) -> bool:
    """Whether somebody may change this unit.

    Args:
        key: the unit; one that is not there yet is added.
        seen: what they may see; None: everything.
        there: all units of the agreement, also those they may not see.
    """
    if seen is None:
        return True
    part = UnitKey(UnitKind.ASSIGNMENT, key.assignment_id) if key.assignment_id else key
    is_theirs_to_add = (
        key not in there and key.kind in seen.kinds and (part in seen.units or part not in there)
    )
    return key.kind not in OF_STAFF and (key in seen.units or is_theirs_to_add)


def may_propose(key: UnitKey) -> bool:
    """Whether people who take part may say this of an agreement that they propose.

    Where it counts, too: staff looks at the proposal, and until then it guards more rather than less.
    """
    return key.kind not in OF_STAFF - {UnitKind.LIFE_DOMAIN}
