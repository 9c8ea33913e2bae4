"""Giving access over the API, and taking it back: programs, keys, people, and where they sign in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jws
from joserfc.jwk import ECKey

from samenspraak.policy.access import ROLES, Role, Scope
from samenspraak.services import accounts, programs, tokens

API = "/api/v1"
ORGANISATION = "de-linde"
KEY = ECKey.generate_key("P-384")
PUBLIC = {"keys": [{**KEY.as_dict(private=False), "kid": "a"}]}
PLANNING = {"id": "planning", "role": "coordinator", "title": "Planning"}
LOGIN = {
    **{"id": "login", "issuer": "https://login.example"},
    **{"client_id": "familie-app", "connector_id": "app-a"},
}
Headers = dict[str, str]
Json = dict[str, Any]


@pytest.fixture
def admin(key: Callable[..., Headers]) -> Headers:
    return key(Role.ADMIN)


@pytest.fixture
def narrow(key: Callable[..., Headers]) -> Headers:
    """An admin's program with a key that gives access, and reads who is who."""
    return key(Role.ADMIN, Scope.ACCESS_WRITE, Scope.ACCESS_READ, Scope.PEOPLE_READ)


@pytest.fixture
def signer(family: Any) -> Headers:
    """An admin's program that has no key: it signs who it is."""
    hub, until = family.app.hub, int(family.clock.at.timestamp()) + 60
    public = json.dumps(PUBLIC).encode()
    name = programs.add(hub, ORGANISATION, "signer", Role.ADMIN, public_keys=public).client_id
    claims = {"iss": name, "sub": name, "aud": "hub", "exp": until, "jti": "1"}
    head = {"alg": "ES384", "kid": "a"}
    statement = jws.serialize_compact(head, json.dumps(claims), KEY, algorithms=["ES384"])
    return asking(tokens.issue(hub, tokens.Claimed(statement=statement), audiences=["hub"]).token)


def asking(secret: str) -> Headers:
    return {"Authorization": f"Bearer {secret}"}


def actions(family: Any) -> list[str]:
    """What programs did, with which of them did it."""
    with family.app.store.read(ORGANISATION) as uow:
        assert uow.log.verify() is None
        lines = uow.log.audit_lines()
    return [f"{one.action} by {one.actor}" for one in lines if one.actor.startswith("program:")]


# Programs.


def test_a_program_takes_part_and_asks_with_a_key_that_is_shown_once(
    family: Any, web: FlaskClient, admin: Headers
) -> None:
    made = web.post(f"{API}/programs", json=PLANNING, headers=admin)
    assert (made.status_code, made.json["client_id"], made.json["signs"]) == (201, "de-linde.planning", False)
    asked = {"scopes": ["agreements:read"], "days": 90, "networks": ["127.0.0.0/8"]}
    key = web.post(f"{API}/programs/planning/keys", json=asked, headers=admin)
    assert (key.status_code, key.json["scopes"], key.json["works"]) == (201, ["agreements:read"], True)

    assert web.get(f"{API}/me", headers=asking(key.json["secret"])).json["scopes"] == ["agreements:read"]
    [listed] = web.get(f"{API}/programs/planning/keys", headers=admin).json["items"]
    assert listed["id"] == key.json["id"]
    assert key.json["secret"] not in str(listed)
    [shown] = [
        one for one in web.get(f"{API}/programs", headers=admin).json["items"] if one["title"] == "Planning"
    ]
    assert web.get(f"{API}/programs/planning", headers=admin).json == shown
    assert [one for one in actions(family) if one.startswith(("program", "key"))] == [
        "program.added by program:p0",
        "key.added by program:p0",
        "key.listed by program:p0",
        "program.listed by program:p0",
        "program.shown by program:p0",
    ]


def test_a_key_or_a_program_that_is_revoked_asks_nothing_any_more(
    family: Any, web: FlaskClient, admin: Headers
) -> None:
    web.post(f"{API}/programs", json=PLANNING, headers=admin)
    one, other = (web.post(f"{API}/programs/planning/keys", json={}, headers=admin).json for _ in range(2))
    third = web.post(f"{API}/programs/planning/keys", json={}, headers=admin)
    assert (third.status_code, third.json["rule"]) == (409, "keys")

    revoked = web.post(f"{API}/keys/{one['id']}/revocation", headers=admin)
    assert (revoked.status_code, revoked.json["works"]) == (200, False)
    assert web.get(f"{API}/me", headers=asking(one["secret"])).status_code == 401
    assert web.get(f"{API}/me", headers=asking(other["secret"])).status_code == 200

    for _ in range(2):
        ended = web.post(f"{API}/programs/planning/revocation", headers=admin)
        assert (ended.status_code, bool(ended.json["revoked_at"])) == (200, True)
    assert web.get(f"{API}/me", headers=asking(other["secret"])).status_code == 401
    again = web.post(f"{API}/programs", json=PLANNING, headers=admin)
    assert (again.status_code, again.json["rule"]) == (409, "program-id")
    assert [one.split()[0] for one in actions(family) if "revoked" in one] == [
        "key.revoked",
        "program.revoked",
    ]


def test_a_program_can_sign_who_it_is_with_public_keys_and_private_ones_are_refused(
    web: FlaskClient, signer: Headers
) -> None:
    made = web.post(f"{API}/programs", json={**PLANNING, "public_keys": PUBLIC}, headers=signer)
    assert (made.status_code, made.json["signs"]) == (201, True)
    path = f"{API}/programs/planning/public-keys"
    assert web.put(path, json=PUBLIC, headers=signer).status_code == 200

    private = {"keys": [{**PUBLIC["keys"][0], "d": "AA"}]}
    refused = web.put(path, json=private, headers=signer)

    assert (refused.status_code, refused.json["rule"]) == (409, "public-keys")
    assert '"AA"' not in refused.text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"id": "planning"}, 422),
        ({"id": "Planning!", "role": "viewer"}, 409),
        ({"id": "planning", "role": "participant"}, 409),
        ({"id": "planning", "role": "app"}, 409),
        ({"id": "planning", "role": "app", "connector_id": "app-z"}, 404),
        ({"id": "planning", "role": "viewer", "public_keys": {"keys": [{}]}}, 409),
    ],
)
def test_a_program_that_cannot_be_is_not_made(
    web: FlaskClient, admin: Headers, body: Json, status: int
) -> None:
    assert web.post(f"{API}/programs", json=body, headers=admin).status_code == status
    assert web.get(f"{API}/programs/planning", headers=admin).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"scopes": ["connectors:write"]}, 409),
        ({"scopes": ["no:such"]}, 422),
        ({"networks": ["here"]}, 409),
        ({"days": 731}, 422),
    ],
)
def test_a_key_that_cannot_be_is_not_made(web: FlaskClient, admin: Headers, body: Json, status: int) -> None:
    web.post(f"{API}/programs", json=PLANNING, headers=admin)

    assert web.post(f"{API}/programs/planning/keys", json=body, headers=admin).status_code == status
    assert web.get(f"{API}/programs/planning/keys", headers=admin).json["items"] == []


# Nobody gives what they may not do themselves.


def test_a_key_gives_no_more_than_who_made_it_has(family: Any, web: FlaskClient, narrow: Headers) -> None:
    programs.add(family.app.hub, ORGANISATION, "boss", Role.ADMIN)
    path = f"{API}/programs/boss/keys"

    for scopes in ([], ["agreements:read"], ["people:read", "people:write"]):
        refused = web.post(path, json={"scopes": scopes}, headers=narrow)
        assert (refused.status_code, refused.json.get("rule")) == (409, "giving"), scopes
        assert (scopes or ["agreements:read"])[-1] in refused.json["detail"]
    made = web.post(path, json={"scopes": ["people:read"]}, headers=narrow)

    assert (made.status_code, made.json["scopes"]) == (201, ["people:read"])
    assert len(web.get(path, headers=narrow).json["items"]) == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "programs", {"id": "mine", "role": "admin"}),
        ("POST", "programs", {"id": "mine", "role": "viewer"}),
        ("PUT", "programs/boss/public-keys", PUBLIC),
        ("POST", "invitations", {"role": "admin"}),
        ("POST", "invitations", {"party": "relative:son"}),
        ("POST", "sign-in-providers", LOGIN),
    ],
)
def test_who_lacks_some_of_it_gives_no_role_no_way_to_sign_and_no_place_to_sign_in(
    family: Any, web: FlaskClient, narrow: Headers, method: str, path: str, body: Json
) -> None:
    programs.add(family.app.hub, ORGANISATION, "boss", Role.ADMIN)

    refused = web.open(f"{API}/{path}", method=method, json=body, headers=narrow)

    assert (refused.status_code, refused.json.get("rule")) == (409, "giving")
    assert not programs.show(family.app.hub, ORGANISATION, "boss").signs
    assert not accounts.invitations(family.app.hub, ORGANISATION)
    assert not accounts.providers(family.app.hub, ORGANISATION)


def test_who_may_only_end_access_ends_whatever_there_is(
    family: Any, web: FlaskClient, key: Callable[..., Headers]
) -> None:
    watchman = key(Role.ADMIN, Scope.ACCESS_WRITE)
    programs.add(family.app.hub, ORGANISATION, "boss", Role.ADMIN)
    lost = programs.add_key(family.app.hub, ORGANISATION, "boss")

    assert web.post(f"{API}/keys/{lost.key.id}/revocation", headers=watchman).status_code == 200
    assert web.get(f"{API}/me", headers=asking(lost.text)).status_code == 401


# Nor for longer than they have it.


@pytest.fixture
def month(family: Any, web: FlaskClient) -> Headers:
    """An admin's key that works for a month."""
    programs.add(family.app.hub, ORGANISATION, "console", Role.ADMIN)
    return asking(programs.add_key(family.app.hub, ORGANISATION, "console", days=30).text)


def end_of(made: Json) -> datetime:
    return datetime.fromisoformat(made["expires_at"])


def test_a_key_that_a_key_makes_ends_when_that_one_does_or_sooner(
    family: Any, web: FlaskClient, month: Headers
) -> None:
    web.post(f"{API}/programs", json=PLANNING, headers=month)
    path, began = f"{API}/programs/planning/keys", family.clock.at
    family.clock.pass_(days=10, hours=1)

    refused = web.post(path, json={"days": 20}, headers=month)
    sooner, unsaid = (web.post(path, json=body, headers=month).json for body in ({"days": 19}, {}))

    assert (refused.status_code, refused.json.get("rule")) == (409, "giving")
    assert (began + timedelta(days=30)).isoformat(timespec="minutes") in refused.json["detail"]
    assert end_of(sooner) == began + timedelta(days=29, hours=1)
    assert end_of(unsaid) == began + timedelta(days=30)
    family.clock.pass_(days=20)
    assert web.get(f"{API}/me", headers=asking(unsaid["secret"])).status_code == 401


def test_nor_does_one_that_is_made_with_a_token_of_the_key_or_with_a_key_that_it_made(
    family: Any, web: FlaskClient, month: Headers
) -> None:
    end = family.clock.at + timedelta(days=30)
    key = month["Authorization"].removeprefix("Bearer ")
    claimed = tokens.Claimed(client_id="de-linde.console", secret=key)
    token = asking(tokens.issue(family.app.hub, claimed, audiences=()).token)
    web.post(f"{API}/programs", json={"id": "child", "role": "admin"}, headers=month)

    child = web.post(f"{API}/programs/child/keys", json={}, headers=token).json
    path = f"{API}/programs/console/keys"
    grandchild = web.post(path, json={}, headers=asking(child["secret"])).json

    assert end_of(child) == end_of(grandchild) == end
    web.post(f"{API}/keys/{grandchild['id']}/revocation", headers=token)
    for headers in (token, asking(child["secret"])):
        assert web.post(path, json={"days": 31}, headers=headers).json["rule"] == "giving"


def test_with_a_key_nobody_lets_a_program_sign_which_would_be_for_good(
    family: Any, web: FlaskClient, month: Headers
) -> None:
    signing = {**PLANNING, "public_keys": PUBLIC}
    for method, path, body in (
        ("POST", "programs", signing),
        ("PUT", "programs/console/public-keys", PUBLIC),
    ):
        refused = web.open(f"{API}/{path}", method=method, json=body, headers=month)
        assert (refused.status_code, refused.json["rule"]) == (409, "giving")

    assert [one.id for one in programs.listed(family.app.hub, ORGANISATION) if one.signs] == []
    assert web.post(f"{API}/programs", json=PLANNING, headers=month).status_code == 201


def test_who_asks_with_no_key_gives_keys_for_as_long_as_keys_can_be(
    web: FlaskClient, family: Any, signer: Headers
) -> None:
    made = web.post(f"{API}/programs/signer/keys", json={"days": 730}, headers=signer)

    assert (made.status_code, end_of(made.json)) == (201, family.clock.at + timedelta(days=730))


def test_a_key_that_is_asked_for_again_when_its_days_have_become_too_many_is_the_one_that_was_made(
    family: Any, web: FlaskClient, month: Headers
) -> None:
    web.post(f"{API}/programs", json=PLANNING, headers=month)
    path, once = f"{API}/programs/planning/keys", {**month, "Idempotency-Key": "k1"}
    first = web.post(path, json={"days": 30}, headers=once)

    family.clock.pass_(days=1)
    again = web.post(path, json={"days": 30}, headers=once)

    assert (again.status_code, again.json["id"]) == (201, first.json["id"])


# Sent again.


def test_a_key_that_is_asked_for_again_is_made_once_and_not_shown_again(
    web: FlaskClient, admin: Headers
) -> None:
    web.post(f"{API}/programs", json=PLANNING, headers=admin)
    path, once = f"{API}/programs/planning/keys", {**admin, "Idempotency-Key": "k1"}

    first, again = (web.post(path, json={"days": 30}, headers=once) for _ in range(2))
    other = web.post(path, json={"days": 31}, headers=once)

    assert (again.status_code, again.json) == (201, {**first.json, "secret": None})
    assert (other.status_code, other.json["rule"]) == (409, "repeated")
    assert len(web.get(path, headers=admin).json["items"]) == 1
    assert web.get(f"{API}/me", headers=asking(first.json["secret"])).status_code == 200


def test_an_invitation_that_is_asked_for_again_is_made_once_and_its_code_not_shown_again(
    web: FlaskClient, admin: Headers
) -> None:
    path, once = f"{API}/invitations", {**admin, "Idempotency-Key": "k1"}
    son = {"party": "relative:son"}

    first, again = (web.post(path, json=son, headers=once) for _ in range(2))

    assert (again.status_code, again.json) == (201, {**first.json, "code": None})
    [listed] = web.get(path, headers=admin).json["items"]
    assert listed["id"] == first.json["id"]
    assert first.json["code"] not in str(listed)
    web.delete(f"{path}/{listed['id']}", headers=admin)
    assert web.post(path, json=son, headers=once).status_code == 404


@pytest.mark.parametrize(("path", "body"), [("programs", PLANNING), ("sign-in-providers", LOGIN)])
def test_what_has_an_id_of_your_choice_is_made_once_as_well(
    web: FlaskClient, admin: Headers, path: str, body: Json
) -> None:
    once = {**admin, "Idempotency-Key": "k1"}

    first, again = (web.post(f"{API}/{path}", json=body, headers=once) for _ in range(2))

    assert (again.status_code, again.json) == (201, first.json)
    assert web.post(f"{API}/{path}", json=body, headers=admin).status_code == 409


# People, and where they sign in.


def test_people_are_listed_with_their_role_until_they_are_removed(
    family: Any, web: FlaskClient, admin: Headers
) -> None:
    family.account("son", Role.PARTICIPANT, "relative:son")
    family.account("chief", Role.ADMIN)
    path = f"{API}/accounts"

    listed = web.get(path, headers=admin).json["items"]
    assert [(one["id"], one["role"], one["party"]) for one in listed] == [
        ("chief", "admin", None),
        ("son", "participant", "relative:son"),
    ]
    assert [bool(one["name"]) for one in listed] == [False, True]
    assert web.delete(f"{path}/son", headers=admin).status_code == 204
    assert [one["id"] for one in web.get(path, headers=admin).json["items"]] == ["chief"]
    assert web.delete(f"{path}/son", headers=admin).status_code == 404
    assert [one.split()[0] for one in actions(family)] == [
        "account.listed",
        "account.removed",
        "account.listed",
    ]


def test_an_invitation_that_is_withdrawn_or_over_makes_nobody_anybody(
    family: Any, web: FlaskClient, admin: Headers
) -> None:
    path = f"{API}/invitations"
    made = web.post(path, json={"party": "relative:son"}, headers=admin).json
    staff = web.post(path, json={"role": "coordinator"}, headers=admin).json
    assert (made["role"], staff["party"]) == ("participant", None)
    assert web.post(path, json={}, headers=admin).status_code == 409
    assert web.post(path, json={"party": "relative:nobody"}, headers=admin).status_code == 404

    assert web.delete(f"{path}/{made['id']}", headers=admin).status_code == 204
    assert [one["id"] for one in web.get(path, headers=admin).json["items"]] == [staff["id"]]
    family.clock.at += timedelta(days=7)
    assert web.get(path, headers=admin).json["items"] == []
    assert [one.split()[0] for one in actions(family)] == [
        *("invitation.made", "invitation.made", "invitation.withdrawn"),
        *("invitation.listed", "invitation.listed"),
    ]


def test_where_people_sign_in_is_named_and_taken_back(family: Any, web: FlaskClient, admin: Headers) -> None:
    path = f"{API}/sign-in-providers"
    made = web.post(path, json=LOGIN, headers=admin)
    assert (made.status_code, made.json["audience"]) == (201, "urn:samenspraak:de-linde")
    assert web.get(path, headers=admin).json["items"] == [made.json]
    assert web.post(path, json={**LOGIN, "issuer": "login"}, headers=admin).json["rule"] == "issuer"

    assert web.delete(f"{path}/login", headers=admin).status_code == 204
    assert web.get(path, headers=admin).json["items"] == []
    assert [one.split()[0] for one in actions(family)] == [
        *("provider.added", "provider.listed", "provider.removed", "provider.listed")
    ]


def test_who_may_only_look_gives_nothing_and_ends_nothing(
    family: Any, web: FlaskClient, key: Callable[..., Headers]
) -> None:
    officer = key(Role.PRIVACY_OFFICER)
    assert Scope.ACCESS_WRITE not in ROLES[Role.PRIVACY_OFFICER]

    assert web.get(f"{API}/programs/p0/keys", headers=officer).json["items"][0]["works"]
    assert web.post(f"{API}/programs/p0/keys", json={}, headers=officer).status_code == 403
    assert web.post(f"{API}/programs/p0/revocation", headers=officer).status_code == 403


def test_a_program_may_end_its_own_access_and_who_is_at_the_machine_lets_it_in_again(
    family: Any, web: FlaskClient, admin: Headers
) -> None:
    assert web.post(f"{API}/programs/p0/revocation", headers=admin).status_code == 200

    assert web.get(f"{API}/me", headers=admin).status_code == 401
    programs.add(family.app.hub, ORGANISATION, "again", Role.ADMIN)
    new = programs.add_key(family.app.hub, ORGANISATION, "again").text
    assert web.get(f"{API}/programs/p0", headers=asking(new)).json["revoked_at"]
