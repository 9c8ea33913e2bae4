"""People who signed in with their app ask the API themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc import jws
from joserfc.jwk import ECKey

from samenspraak.policy.state import ConnectorState
from samenspraak.services import accounts
from samenspraak.store.records import ConnectorRecord
from samenspraak.web.app import create_app
from samenspraak.web.limits import Limits

API = "/api/v1"
ISSUER, APP = "https://login.example", "familie-app"
KEY = ECKey.generate_key("P-256")
Headers = dict[str, str]


class Published:
    """The keys of the issuer."""

    def keys(self, organisation: str, issuer: str, key_id: str | None) -> Sequence[Mapping[str, Any]]:
        return [{**KEY.as_dict(private=False), "kid": "a"}]


@pytest.fixture
def signing(family: Any) -> Any:
    """The family, whose app-a has its people sign in with an issuer."""
    family.app = replace(family.app, hub=replace(family.app.hub, issuers=Published()))
    accounts.add_provider(
        family.app.hub, "de-linde", "login", issuer=ISSUER, client_id=APP, connector_id="app-a"
    )
    return family


@pytest.fixture
def web(signing: Any) -> FlaskClient:
    return create_app(signing.app, is_working=lambda: True).test_client()


def signed_in(signing: Any, name: str = "jan@example.nl") -> Headers:
    now = int(signing.clock.now().timestamp())
    audience = "urn:samenspraak:de-linde"
    claims = {"iss": ISSUER, "sub": name, "aud": audience, "client_id": APP, "exp": now + 300}
    head = {"alg": "ES256", "typ": "at+jwt", "kid": "a"}
    token = jws.serialize_compact(head, json.dumps(claims), KEY, algorithms=["ES256"])
    return {"Authorization": f"Bearer {token}"}


def test_who_was_invited_sees_what_the_app_shows_them_and_who_was_not_is_told_so(
    signing: Any, web: FlaskClient, son: Headers
) -> None:
    jan = signed_in(signing)
    refused = web.get(f"{API}/agreements", headers=jan)
    assert (refused.status_code, refused.json["code"]) == (403, "no_account")
    assert "Use your invitation" in refused.json["detail"]

    code = accounts.invite(signing.app.hub, "de-linde", "relative:son").code
    welcome = web.post(f"{API}/me/invitation", headers=jan, json={"code": code})
    assert (welcome.status_code, welcome.json) == (200, {"role": "participant", "party": "relative:son"})
    assert "traceparent" in welcome.headers

    seen = web.get(f"{API}/agreements", headers=jan)
    assert seen.status_code == 200
    assert seen.json["items"] == web.get(f"{API}/agreements", headers=son).json["items"] != []
    stranger = web.get(f"{API}/agreements", headers=signed_in(signing, "els@example.nl"))
    assert stranger.status_code == 403


def test_who_signed_in_follows_their_own_news_and_neither_log_nor_endpoint_of_the_app(
    signing: Any, web: FlaskClient, son: Headers
) -> None:
    jan = signed_in(signing)
    code = accounts.invite(signing.app.hub, "de-linde", "relative:son").code
    web.post(f"{API}/me/invitation", headers=jan, json={"code": code})

    followed = web.get(f"{API}/me/events", headers=jan)

    assert followed.status_code == 200
    assert followed.json["last"] == 1
    assert followed.json == web.get(f"{API}/me/events", headers=son).json
    for path in ("events", "events/1", "endpoint"):
        assert web.get(f"{API}/{path}", headers=jan).status_code == 403


def test_who_signs_in_with_an_app_that_fetches_here_reads_there_from_then_on(
    signing: Any, web: FlaskClient
) -> None:
    settings = {"base_url": "https://app.example/hook", "secret": "secret://env/NOTIFY"}
    with signing.app.store.write("de-linde") as uow:
        uow.connectors.add(
            ConnectorRecord(
                id="app-c", plugin="webhook", title="App C", settings=settings, state=ConnectorState.RUNNING
            )
        )
        uow.commit()
    hub = signing.app.hub
    accounts.remove_provider(hub, "de-linde", "login")
    accounts.add_provider(hub, "de-linde", "c", issuer=ISSUER, client_id=APP, connector_id="app-c")
    code, jan = accounts.invite(hub, "de-linde", "relative:son").code, signed_in(signing)
    web.post(f"{API}/me/invitation", headers=jan, json={"code": code})

    assert [one["state"] for one in web.get(f"{API}/agreements", headers=jan).json["items"]] == ["active"]
    with signing.app.store.read("de-linde") as uow:
        [link] = uow.parties.links("app-c", {signing.people[0]})
    assert "jan" not in link.external_id


def test_a_code_counts_once_and_one_that_is_none_is_not_there(signing: Any, web: FlaskClient) -> None:
    jan, els = signed_in(signing), signed_in(signing, "els@example.nl")
    code = accounts.invite(signing.app.hub, "de-linde", "relative:son").code

    answers = [
        web.post(f"{API}/me/invitation", headers=who, json={"code": text}).status_code
        for who, text in ((jan, "x"), (jan, code), (els, code), (jan, "y"))
    ]

    assert answers == [404, 200, 404, 404]


def test_who_has_access_already_is_told_so(signing: Any, web: FlaskClient) -> None:
    jan = signed_in(signing)
    codes = [accounts.invite(signing.app.hub, "de-linde", who).code for who in ("relative:son", "client:wit")]

    first, second = (web.post(f"{API}/me/invitation", headers=jan, json={"code": one}) for one in codes)

    assert (first.status_code, second.status_code, second.json["rule"]) == (200, 409, "account")


def test_nobody_shows_a_code_without_signing_in(
    signing: Any, web: FlaskClient, staff: Headers, son: Headers
) -> None:
    code = accounts.invite(signing.app.hub, "de-linde", "relative:son").code

    for who in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Bearer eyJ.x.x"}):
        refused = web.post(f"{API}/me/invitation", headers=who, json={"code": code})
        assert (refused.status_code, refused.json["code"]) == (401, "authentication")
        assert refused.json["detail"] == "This credential is not accepted."
    for who in (staff, son):
        refused = web.post(f"{API}/me/invitation", headers=who, json={"code": code})
        assert (refused.status_code, refused.json["rule"]) == (409, "invitation")
    for sent in ({}, {"code": ""}, {"code": 7}, {"code": "x" * 201}, {"code": code, "party": "client:wit"}):
        assert web.post(f"{API}/me/invitation", headers=signed_in(signing), json=sent).status_code == 422


def test_who_guesses_codes_waits_and_who_has_one_does_not(signing: Any) -> None:
    web = create_app(signing.app, is_working=lambda: True, limits=Limits(refusals=3)).test_client()
    jan = signed_in(signing)
    code = accounts.invite(signing.app.hub, "de-linde", "relative:son").code

    guesses = [web.post(f"{API}/me/invitation", headers=jan, json={"code": str(n)}) for n in range(5)]

    assert [one.status_code for one in guesses] == [404, 404, 404, 429, 429]
    assert int(guesses[-1].headers["Retry-After"]) >= 1
    assert web.post(f"{API}/me/invitation", headers=jan, json={"code": code}).status_code == 200


def test_whoever_asks_is_told_who_they_are_here_and_what_they_may_do(
    signing: Any, web: FlaskClient, staff: Headers
) -> None:
    jan = signed_in(signing)
    assert web.get(f"{API}/me", headers=jan).json["code"] == "no_account"
    code = accounts.invite(signing.app.hub, "de-linde", "relative:son").code
    web.post(f"{API}/me/invitation", headers=jan, json={"code": code})

    told = web.get(f"{API}/me", headers=jan).json
    assert (told["organisation"], told["party"], told["name"]) == ("de-linde", "relative:son", "Jan de Wit")
    assert told["scopes"] == ["agreements:read", "agreements:write", "statements:write"]
    program = web.get(f"{API}/me", headers=staff).json
    assert (program["role"], program["party"], program["name"]) == ("coordinator", None, None)
    assert web.get(f"{API}/me").status_code == 401
