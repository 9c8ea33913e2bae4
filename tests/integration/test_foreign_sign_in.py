"""We sign in with an OAuth2 provider nobody here wrote (npm ``oidc-provider``), by a key and by a secret."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
import requests
from joserfc.jwk import ECKey, RSAKey

from samenspraak.errors import AuthenticationError
from samenspraak.http import ClientCredentials, HttpClient, SigningKey, Token, client_secret, key_set
from samenspraak.protocols import fhir

SCRIPT = Path(__file__).parent.parent / "npm" / "oidc.mjs"
SCOPES = "system/*.rs system/CarePlan.cu"
SECRET = "geheim: +%/? van het dossier"
NEW, OLD, STRANGE = (
    SigningKey.read(kind.as_pem(private=True).decode())
    for kind in (ECKey.generate_key("P-384"), RSAKey.generate_key(2048), ECKey.generate_key("P-384"))
)

pytestmark = pytest.mark.npm


@pytest.fixture(scope="module")
def provider(npm: Any) -> Iterator[dict[str, str]]:
    """A provider that knows both keys of a client, as during a change; its addresses."""
    client = {"keys": key_set([NEW, OLD]), "scopes": SCOPES, "client_secret": SECRET}
    command = npm.command(SCRIPT, json.dumps(client))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        yield json.loads(running.stdout.readline())
        running.terminate()


def opened(url: str, **options: Any) -> HttpClient:
    origin = "/".join(url.split("/")[:3])
    return HttpClient(connector_id="dossier-1", base_url=url, open_origins=frozenset({origin}), **options)


def by_key(provider: dict[str, str], key: SigningKey, **changed: Any) -> fhir.BackendServices:
    usual = {
        "opened": opened,
        "client_id": "hub",
        "key": key,
        "scope": SCOPES,
        "token_url": provider["token_url"],
        "clock": time.time,
    }
    return fhir.BackendServices(opened(provider["token_url"]), **{**usual, **changed})


def fetched(auth: ClientCredentials) -> Token:
    return auth.fetch(time.monotonic() + 10)


@pytest.mark.parametrize("key", [NEW, OLD], ids=["ES384", "RS384"])
def test_either_key_of_a_set_of_two_gets_a_token_that_the_provider_knows(
    provider: dict[str, str], key: SigningKey
) -> None:
    token = fetched(by_key(provider, key))

    known = requests.post(
        provider["introspection_url"],
        data={"token": token.value},
        auth=requests.auth.HTTPBasicAuth("hub-with-secret", quote_plus(SECRET)),
        timeout=10,
    ).json()
    assert (known["active"], known["client_id"], known["scope"]) == (True, "hub", SCOPES)
    assert token.lifetime_seconds == 300.0


def test_a_statement_is_taken_once(provider: dict[str, str]) -> None:
    """The provider refuses the same jti again; ours are never the same."""
    auth = by_key(provider, NEW)
    form = {"grant_type": "client_credentials", **auth.proof(time.monotonic() + 10)}
    answers = [requests.post(provider["token_url"], data=form, timeout=10).status_code for _ in range(2)]

    assert answers == [200, 401]
    assert fetched(auth).value != fetched(auth).value


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": STRANGE},
        {"client_id": "somebody-else"},
        {"clock": lambda: time.time() - 3600},
    ],
    ids=["a key it does not know", "another client", "a clock an hour behind"],
)
def test_who_is_not_the_client_gets_nothing_and_the_client_still_does(
    provider: dict[str, str], wrong: dict[str, Callable[[], float]]
) -> None:
    with pytest.raises(AuthenticationError, match="no token was given"):
        fetched(by_key(provider, **{"key": NEW, **wrong}))
    assert fetched(by_key(provider, NEW)).value


def test_a_scope_the_client_may_not_have_is_refused_by_name(provider: dict[str, str]) -> None:
    with pytest.raises(AuthenticationError, match="invalid_scope"):
        fetched(by_key(provider, NEW, scope="system/Patient.d"))


def test_a_scope_that_is_not_granted_is_noticed_although_a_token_came(provider: dict[str, str]) -> None:
    """One it never heard of, this provider leaves out: 200, a token, and no scope."""
    auth = by_key(provider, NEW, scope="system/Observation.rs")
    form = {"grant_type": "client_credentials", "scope": "system/Observation.rs"}
    proof = auth.proof(time.monotonic() + 10)
    answer = requests.post(provider["token_url"], data={**form, **proof}, timeout=10)
    assert (answer.status_code, sorted(answer.json())) == (200, ["access_token", "expires_in", "token_type"])

    with pytest.raises(AuthenticationError, match=r"did not grant system/Observation\.rs"):
        fetched(auth)


def test_a_secret_with_signs_that_a_form_encodes_is_understood(provider: dict[str, str]) -> None:
    def auth(secret: str) -> ClientCredentials:
        ours = client_secret("hub-with-secret", secret)
        return ClientCredentials(opened(provider["token_url"], auth=ours), scope="system/*.rs")

    assert fetched(auth(SECRET)).value
    with pytest.raises(AuthenticationError, match="invalid_client"):
        fetched(auth("geheim"))
