"""Signing in with the dossier in each way, over sockets: what is sent, kept, renewed, and never said."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from connectors.fhir.world import Start
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from marshmallow import ValidationError

from samenspraak.connectors import Step
from samenspraak.errors import AuthenticationError
from samenspraak.http import SigningKey, key_set
from samenspraak_fhir.settings import DossierSettings

SCOPES = ["system/*.rs", "system/CarePlan.cu"]
ELLIPTIC = ECKey.generate_key("P-384").as_pem(private=True).decode()
RSA = RSAKey.generate_key(2048).as_pem(private=True).decode()
SHORT = (
    rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505  # it is to be refused
    .private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    .decode()
)
TOKEN_PATH = "/fhir/token"


def public(*pems: str) -> Any:
    return key_set(SigningKey.read(one) for one in pems)


def asked_for_a_token(world: Any) -> int:
    return sum(one.path == TOKEN_PATH for one in world.sandbox.seen())


def with_keys(start: Start, *known: str, scopes: Any = SCOPES, **settings: Any) -> Any:
    world = start(**{"sign_in": "backend_services", "client_id": "hub", "signing_key": ELLIPTIC, **settings})
    world.act("register_client", id="hub", keys=public(*known or (ELLIPTIC,)), scopes=scopes)
    world.agree("a")
    return world


@pytest.mark.parametrize("pem", [ELLIPTIC, RSA], ids=["ES384", "RS384"])
def test_a_statement_by_a_key_signs_in_and_one_token_does_for_many_requests(start: Start, pem: str) -> None:
    world = with_keys(start, pem, signing_key=pem)

    assert world.listed() == ["a"]
    assert world.listed() == ["a"]
    assert asked_for_a_token(world) == 1


def test_a_statement_names_us_and_the_token_address_lives_four_minutes_and_is_never_the_same() -> None:
    key = SigningKey.read(ELLIPTIC)
    keys = KeySet.import_key_set(public(ELLIPTIC))

    first, second = (
        jwt.decode(
            key.statement(client_id="hub", audience="https://ecd.example/token", clock=lambda: 1_000.0),
            keys,
            algorithms=["ES384"],
        )
        for _ in range(2)
    )

    assert first.header == {"typ": "JWT", "alg": "ES384", "kid": key.id}
    assert {**first.claims, "jti": ""} == {
        "iss": "hub",
        "sub": "hub",
        "aud": "https://ecd.example/token",
        "iat": 1_000,
        "exp": 1_240,
        "jti": "",
    }
    assert first.claims["jti"] != second.claims["jti"]


def test_a_token_that_ended_early_is_renewed_once_and_the_request_goes_on(start: Start) -> None:
    world = with_keys(start)
    world.listed()

    world.sandbox.acts()["revoke_tokens"]()

    assert world.listed() == ["a"]
    assert asked_for_a_token(world) == 2


def test_while_keys_change_both_are_shown_and_either_signs_in(start: Start) -> None:
    """The next key is shown first; then it signs, and the one before is still shown for a while."""
    world = with_keys(start, other_signing_key=RSA)
    shown = key_set(world.connector.public_keys())
    world.act("register_client", id="hub", keys=shown, scopes=SCOPES)
    assert world.listed() == ["a"]

    changed = start(sign_in="backend_services", client_id="hub", signing_key=RSA, other_signing_key=ELLIPTIC)
    changed.act("register_client", id="hub", keys=shown, scopes=SCOPES)
    changed.agree("a")

    assert changed.listed() == ["a"]
    assert {one["kid"] for one in shown["keys"]} == {one.id for one in changed.connector.public_keys()}
    assert not {"d", "p", "q"} & {name for one in shown["keys"] for name in one}


def test_a_key_the_dossier_does_not_know_stops_at_signing_in_until_it_is_registered(start: Start) -> None:
    world = with_keys(start, RSA)

    *_, last = world.connector.check(world.call)
    assert (last.step, last.ok) == (Step.SIGN_IN, False)
    assert "invalid_client" in last.detail

    world.act("register_client", id="hub", keys=public(ELLIPTIC), scopes=SCOPES)
    assert all(one.ok for one in world.connector.check(world.call))


@pytest.mark.parametrize("granted", [[], ["system/*.rs"]], ids=["nothing", "reading only"])
def test_less_than_was_asked_for_is_no_sign_in_although_a_token_came(start: Start, granted: Any) -> None:
    world = with_keys(start, scopes=granted)

    with pytest.raises(AuthenticationError, match=r"did not grant .*system/CarePlan\.cu"):
        world.listed()

    world.act("register_client", id="hub", keys=public(ELLIPTIC), scopes=SCOPES)
    assert world.listed() == ["a"]


def test_a_secret_signs_in_at_the_address_in_the_settings(start: Start) -> None:
    world = start()
    world.act("register_client", id="hub", secret="geheim: +%/?", scopes=["alles"])
    world.agree("a")
    url = world.connector.settings["base_url"]
    known = world.again(
        sign_in="client_credentials",
        client_id="hub",
        client_secret="geheim: +%/?",
        token_url=f"{url}/token",
        scope="alles",
    )
    wrong = world.again(
        sign_in="client_credentials", client_id="hub", client_secret="een ander", token_url=f"{url}/token"
    )

    assert known.listed() == ["a"]
    with pytest.raises(AuthenticationError, match="invalid_client"):
        wrong.listed()


def test_no_secret_statement_or_token_is_in_a_log_line_an_error_or_a_printed_connector(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    world = with_keys(start)
    world.listed()
    token = next(iter(world.sandbox.authority.tokens))
    world.sandbox.authority.clients.clear()
    world.act("register_client", id="other", secret="x")
    world.sandbox.acts()["revoke_tokens"]()

    with pytest.raises(AuthenticationError) as caught:
        world.listed()

    said = " ".join([caplog.text, str(caught.value), repr(world.connector.settings), repr(world.call)])
    said += repr(world.connector.public_keys())
    secret = ELLIPTIC.splitlines()[1]
    assert [one for one in (token, secret, "eyJ") if one in said] == []


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"sign_in": "backend_services"}, {"client_id", "signing_key"}),
        ({"sign_in": "client_credentials", "client_id": "hub"}, {"client_secret", "token_url"}),
        ({"sign_in": "certificate"}, {"certificate_file"}),
        ({"sign_in": "token"}, {"access_token"}),
    ],
)
def test_what_a_way_of_signing_in_needs_is_told_by_the_name_of_the_setting(
    given: dict[str, str], missing: set[str]
) -> None:
    with pytest.raises(ValidationError) as caught:
        DossierSettings().load({"base_url": "https://ecd.example/fhir", **given})
    assert caught.value.messages_dict.keys() == missing


@pytest.mark.parametrize(
    "pem",
    [
        "geen sleutel",
        ECKey.generate_key("P-256").as_pem(private=True).decode(),
        SHORT,
        ECKey.generate_key("P-384").as_pem(private=False).decode(),
    ],
    ids=["text", "another curve", "too short", "the public half"],
)
def test_a_key_that_cannot_sign_is_refused_without_a_word_of_it(pem: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DossierSettings().load({"base_url": "https://ecd.example/fhir", "signing_key": pem})
    assert "private key in PEM" in str(caught.value)
    assert pem.strip().splitlines()[-1] not in str(caught.value)
