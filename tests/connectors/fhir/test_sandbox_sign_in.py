"""The sandbox gives tokens as the book says.

Sources: RFC 6749 §2.3.1, §4.4 and §5.2; RFC 7523 §3; https://hl7.org/fhir/smart-app-launch/backend-services.html
(read November 2026); oidc-provider 9.13 for a scope that is not granted.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from connectors.fhir.conftest import Dossier
from joserfc import jwt
from joserfc.jwk import ECKey

KEY = ECKey.generate_key("P-384", {"kid": "k1", "alg": "ES384", "use": "sig"})
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ADDRESS = "http://localhost/fhir/token"


@pytest.fixture
def dossier(strict: Dossier) -> Dossier:
    keys = {"keys": [KEY.as_dict(private=False)]}
    strict.act("register_client", id="hub", keys=keys, scopes=["system/*.rs"])
    strict.act("register_client", id="oud", secret="open sesam")
    return strict


def claims(**changed: Any) -> dict[str, Any]:
    usual = {"iss": "hub", "sub": "hub", "aud": ADDRESS, "exp": int(time.time()) + 240, "jti": "1"}
    return {**usual, **changed}


def ask(dossier: Dossier, said: dict[str, Any], **form: str) -> Any:
    statement = jwt.encode({"alg": "ES384", "kid": "k1"}, said, KEY, algorithms=["ES384"])
    usual = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": statement,
        "scope": "system/*.rs",
    }
    return dossier.client.post("/fhir/token", data={**usual, **form})


def test_a_token_lives_five_minutes_and_opens_the_dossier(dossier: Dossier) -> None:
    given = ask(dossier, claims()).get_json()

    assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 300, "system/*.rs")
    assert dossier.get("Patient").status_code == 401
    assert dossier.get("Patient", Authorization=f"Bearer {given['access_token']}").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "other"},
        {"sub": "other"},
        {"aud": "http://localhost/fhir"},
        {"exp": 1},
        {"exp": int(time.time()) + 3600},
        {"jti": None},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_statement_that_is_not_right_gives_nothing(dossier: Dossier, wrong: dict[str, Any]) -> None:
    refused = ask(dossier, claims(**wrong))
    assert (refused.status_code, refused.get_json()) == (401, {"error": "invalid_client"})


def test_a_statement_is_good_once(dossier: Dossier) -> None:
    assert ask(dossier, claims()).status_code == 200
    assert ask(dossier, claims()).status_code == 401
    assert ask(dossier, claims(jti="2")).status_code == 200


def test_a_scope_that_is_not_granted_is_left_out_of_an_answer_that_is_well(dossier: Dossier) -> None:
    given = ask(dossier, claims(), scope="system/CarePlan.cu")
    assert given.status_code == 200
    assert "scope" not in given.get_json()


def test_another_way_of_granting_is_not_offered(dossier: Dossier) -> None:
    assert ask(dossier, claims(), grant_type="password").get_json() == {"error": "unsupported_grant_type"}


def test_a_secret_is_shown_as_in_a_form(dossier: Dossier) -> None:
    form = {"grant_type": "client_credentials"}
    given = dossier.client.post("/fhir/token", data=form, auth=("oud", "open+sesam"))
    refused = dossier.client.post("/fhir/token", data=form, auth=("oud", "open-sesam"))
    assert (given.status_code, refused.status_code) == (200, 401)


def test_where_tokens_are_given_is_said_to_everybody(dossier: Dossier) -> None:
    said = dossier.get(".well-known/smart-configuration").get_json()
    assert said["token_endpoint"] == ADDRESS
    assert said["token_endpoint_auth_signing_alg_values_supported"] == ["ES384", "RS384"]


def test_tokens_that_were_taken_back_open_nothing(dossier: Dossier) -> None:
    token = ask(dossier, claims()).get_json()["access_token"]
    dossier.client.post("/_sandbox/act", json={"act": "revoke_tokens"})
    assert dossier.get("Patient", Authorization=f"Bearer {token}").status_code == 401
