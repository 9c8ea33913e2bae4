"""Who may ask what of the hub."""

from __future__ import annotations

import pytest

from samenspraak.policy.access import ROLES, SIGNING_IN, Principal, Role, Scope, beyond

CONTENT = {Scope.AGREEMENTS_READ, Scope.AGREEMENTS_WRITE, Scope.STATEMENTS_WRITE, Scope.CONSENTS_READ}


def principal(role: Role, *scopes: Scope) -> Principal:
    return Principal(organisation="noorderlicht", id="program:c1", role=role, scopes=frozenset(scopes))


def test_every_role_has_its_row() -> None:
    assert set(ROLES) == set(Role)


def test_every_scope_is_in_somebodys_work_beside_the_admins() -> None:
    others = frozenset[Scope]().union(*(ROLES[role] for role in Role if role is not Role.ADMIN))
    assert set(Scope) - others == {Scope.ACCESS_WRITE}


def test_whoever_manages_connectors_sees_nothing_of_what_was_agreed() -> None:
    assert not ROLES[Role.CONNECTOR_MANAGER] & CONTENT


def test_the_privacy_officer_has_nothing_to_do_with_connectors() -> None:
    assert not ROLES[Role.PRIVACY_OFFICER] & {Scope.CONNECTORS_READ, Scope.CONNECTORS_WRITE}


def test_a_viewer_changes_nothing() -> None:
    assert not [one for one in ROLES[Role.VIEWER] if not one.endswith(":read")]


def test_a_scope_that_the_role_does_not_have_opens_nothing() -> None:
    assert not principal(Role.PARTICIPANT, *Scope).may(Scope.CONNECTORS_WRITE)


def test_a_role_opens_nothing_that_the_credential_was_not_given() -> None:
    assert not principal(Role.ADMIN, Scope.AGREEMENTS_READ).may(Scope.AGREEMENTS_WRITE)


@pytest.mark.parametrize(
    ("giver", "given", "more"),
    [
        (principal(Role.ADMIN, *Scope), SIGNING_IN, ()),
        (principal(Role.ADMIN, *Scope), ROLES[Role.COORDINATOR], ()),
        (principal(Role.ADMIN, Scope.PEOPLE_READ), {Scope.PEOPLE_READ}, ()),
        (principal(Role.ADMIN, Scope.PEOPLE_READ), {Scope.PEOPLE_WRITE}, (Scope.PEOPLE_WRITE,)),
        (
            principal(Role.ADMIN, Scope.PEOPLE_READ, Scope.ACCESS_WRITE),
            ROLES[Role.PRIVACY_OFFICER],
            (Scope.CONSENTS_READ, Scope.CONSENTS_WRITE, Scope.ACCESS_READ),
        ),
        (principal(Role.ADMIN, *set(Scope) - {Scope.EVENTS_READ}), SIGNING_IN, (Scope.EVENTS_READ,)),
        (principal(Role.VIEWER, *Scope), {Scope.PEOPLE_READ, Scope.ACCESS_WRITE}, (Scope.ACCESS_WRITE,)),
        (principal(Role.VIEWER), {Scope.PEOPLE_READ}, (Scope.PEOPLE_READ,)),
        (principal(Role.VIEWER), (), ()),
    ],
)
def test_nobody_gives_what_they_may_not_do_themselves(
    giver: Principal, given: frozenset[Scope], more: tuple[Scope, ...]
) -> None:
    assert beyond(giver, given) == more


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.APP])
def test_people_in_an_app_and_the_app_itself_never_see_everything(role: Role) -> None:
    assert not principal(role).sees_everything
