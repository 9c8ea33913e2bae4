"""Tokens for our own client: what is sent, what is taken, and what is said when there is none."""

from __future__ import annotations

from typing import Any

import pytest
import responses

from samenspraak.errors import AuthenticationError, TransientError
from samenspraak.http import ClientCredentials, HttpClient, client_secret

ADDRESS = "https://login.example/token"
DEADLINE = 1e12


def auth(**options: Any) -> ClientCredentials:
    endpoint = HttpClient(
        connector_id="app-1", base_url=ADDRESS, auth=client_secret("hub: 1", "ge+heim"), monotonic=lambda: 0.0
    )
    return ClientCredentials(endpoint, **options)


@responses.activate
def test_the_secret_is_encoded_as_in_a_form_and_the_scope_asked_for() -> None:
    responses.post(ADDRESS, json={"access_token": "munt", "expires_in": 300})

    token = auth(scope="lezen").fetch(DEADLINE)

    [call] = responses.calls
    assert (token.value, token.lifetime_seconds) == ("munt", 300.0)
    assert call.request.headers["Authorization"] == "Basic aHViJTNBKzE6Z2UlMkJoZWlt"
    assert call.request.body == b"grant_type=client_credentials&scope=lezen"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 401, "json": {"error": "invalid_client"}}, "invalid_client"),
        ({"status": 400, "json": {"error": "Geheim is Kastanje7!"}}, "status 400"),
        ({"status": 403, "body": "<h1>Nee</h1>", "content_type": "text/html"}, "status 403"),
        ({"json": {"token": "x"}}, "without a token"),
        ({"json": ["x"]}, "without a token"),
        ({"status": 404}, "not there"),
    ],
)
@responses.activate
def test_a_refusal_is_told_by_its_code_and_the_next_try_goes_on(answer: dict[str, Any], said: str) -> None:
    responses.post(ADDRESS, **answer)
    responses.post(ADDRESS, json={"access_token": "munt"})
    asking = auth()

    with pytest.raises(AuthenticationError, match=said) as caught:
        asking.fetch(DEADLINE)

    assert "Kastanje" not in str(caught.value)
    assert asking.fetch(DEADLINE).value == "munt"


@responses.activate
def test_an_endpoint_that_is_away_is_no_refusal() -> None:
    responses.post(ADDRESS, status=503)
    with pytest.raises(TransientError):
        auth().fetch(DEADLINE)


@pytest.mark.parametrize(
    ("granted", "must_name", "is_well"),
    [
        (None, False, True),
        (None, True, False),
        ("lezen", False, False),
        ("lezen schrijven meer", False, True),
        ("lezen schrijven", True, True),
    ],
)
@responses.activate
def test_what_was_granted_is_compared_with_what_was_asked(
    granted: str | None, must_name: bool, is_well: bool
) -> None:
    responses.post(ADDRESS, json={"access_token": "munt", **({"scope": granted} if granted else {})})
    asking = auth(scope="lezen schrijven", must_name=must_name)
    if is_well:
        assert asking.fetch(DEADLINE).value == "munt"
    else:
        with pytest.raises(AuthenticationError, match=r"did not grant .*schrijven"):
            asking.fetch(DEADLINE)
