"""People sign in at a provider nobody here wrote (npm ``oidc-provider``); the hub takes what they get there.

By an authorization code with PKCE, as an app on a phone does it, for the audience of one organisation.
"""

from __future__ import annotations

import json
import re
import secrets
import subprocess
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from samenspraak.errors import AuthenticationError, NoAccountError
from samenspraak.policy.access import ROLES, Principal, Role, Scope
from samenspraak.services import accounts
from samenspraak.services.access import principal_of

SCRIPT = Path(__file__).parent.parent / "npm" / "sign_in.mjs"
ORGANISATION, AUDIENCE = "de-linde", "urn:samenspraak:de-linde"
CALLBACK = "http://127.0.0.1/callback"
APP = {
    "client_id": "familie-app",
    "redirect_uri": CALLBACK,
    "scopes": ["agreements:read", "agreements:write"],
}

pytestmark = pytest.mark.npm


@contextmanager
def running(npm: Any, algorithm: str = "ES256") -> Iterator[str]:
    """A provider; gives its address."""
    command = npm.command(SCRIPT, json.dumps({**APP, "algorithm": algorithm}))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        assert program.stdout is not None
        yield json.loads(program.stdout.readline())["issuer"]
        program.terminate()


@pytest.fixture(scope="module", params=["ES256", "RS256"])
def issuer(npm: Any, request: pytest.FixtureRequest) -> Iterator[str]:
    with running(npm, request.param) as address:
        yield address


@pytest.fixture
def town(family: Any, issuer: str) -> Any:
    """The family, whose app-a has its people sign in with the provider; today it is today."""
    family.clock.at = datetime.now(UTC)
    provider = {"issuer": issuer, "client_id": APP["client_id"], "connector_id": "app-a"}
    accounts.add_provider(family.app.hub, ORGANISATION, "login", **provider)
    return family


def sign_in(issuer: str, login: str, *, audience: str = AUDIENCE, scope: str = "openid") -> dict[str, Any]:
    """What an app gets for somebody who signs in and agrees."""
    verifier = secrets.token_urlsafe(32)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "client_id": APP["client_id"],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": scope,
        "resource": audience,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    with requests.Session() as browser:
        answer = browser.get(f"{issuer}/auth", params=asked, allow_redirects=False, timeout=10)
        for _ in range(10):
            where = urljoin(answer.url, answer.headers.get("Location", ""))
            if where.startswith(CALLBACK):
                break
            if answer.is_redirect:
                answer = browser.get(where, allow_redirects=False, timeout=10)
                continue
            form = dict(re.findall(r'name="(prompt)" value="(\w+)"', answer.text))
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action, answer.text
            said = {**form, "login": login, "password": "x"}
            answer = browser.post(action[1], data=said, allow_redirects=False, timeout=10)
    code = parse_qs(urlsplit(where).query)["code"][0]
    shown = {
        "grant_type": "authorization_code",
        "client_id": APP["client_id"],
        "redirect_uri": CALLBACK,
        "code": code,
        "code_verifier": verifier,
        "resource": audience,
    }
    given = requests.post(f"{issuer}/token", data=shown, timeout=10)
    assert given.status_code == 200, given.text
    return dict(given.json())


def header(given: dict[str, Any]) -> str:
    return f"Bearer {given['access_token']}"


def asks(town: Any, given: dict[str, Any]) -> Principal:
    return principal_of(town.app.hub, header(given))


def test_somebody_is_whom_they_were_invited_as_from_when_they_show_the_code(town: Any, issuer: str) -> None:
    given = sign_in(issuer, "jan@example.nl")
    with pytest.raises(NoAccountError, match="no account here yet"):
        asks(town, given)

    invited = accounts.invite(town.app.hub, ORGANISATION, "relative:son")
    accounts.accept(town.app.hub, header(given), invited.code)

    who = asks(town, given)
    assert (str(who.party), who.role, who.connector_id) == ("relative:son", Role.PARTICIPANT, "app-a")
    assert who.scopes == ROLES[Role.PARTICIPANT]
    assert asks(town, sign_in(issuer, "jan@example.nl")) == who
    with pytest.raises(NoAccountError):
        asks(town, sign_in(issuer, "els@example.nl"))


def test_an_app_that_asks_for_less_gets_less(town: Any, issuer: str) -> None:
    given = sign_in(issuer, "jan@example.nl", scope="openid agreements:read")
    accounts.accept(
        town.app.hub, header(given), accounts.invite(town.app.hub, ORGANISATION, "relative:son").code
    )

    assert asks(town, given).scopes == {Scope.AGREEMENTS_READ}


@pytest.fixture
def known(town: Any, issuer: str) -> dict[str, Any]:
    """What somebody got who is let in."""
    given = sign_in(issuer, "jan@example.nl")
    code = accounts.invite(town.app.hub, ORGANISATION, "relative:son").code
    accounts.accept(town.app.hub, header(given), code)
    return given


@pytest.mark.parametrize("audience", ["urn:samenspraak:de-beuk", "https://other.example", "urn:samenspraak:"])
def test_what_is_for_somebody_else_opens_nothing_here(
    town: Any, issuer: str, known: dict[str, Any], audience: str
) -> None:
    town.app.store.add_organisation("de-beuk", "De Beuk")

    with pytest.raises(AuthenticationError):
        asks(town, sign_in(issuer, "jan@example.nl", audience=audience))
    assert asks(town, known)


def test_what_tells_the_app_who_it_is_opens_nothing_here(town: Any, known: dict[str, Any]) -> None:
    with pytest.raises(AuthenticationError):
        asks(town, {"access_token": known["id_token"]})


def test_a_provider_that_nobody_named_opens_nothing(town: Any, npm: Any, known: dict[str, Any]) -> None:
    with running(npm) as elsewhere, pytest.raises(AuthenticationError):
        asks(town, sign_in(elsewhere, "jan@example.nl"))
    assert asks(town, known)


def test_a_token_ends_when_it_says_so_give_or_take_a_minute(town: Any, known: dict[str, Any]) -> None:
    town.clock.pass_(seconds=600 + 50)
    assert asks(town, known)
    town.clock.pass_(seconds=20)
    with pytest.raises(AuthenticationError):
        asks(town, known)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_that_somebody_changed_is_none(town: Any, known: dict[str, Any], part: int) -> None:
    parts = known["access_token"].split(".")
    if part == 0:
        parts[0], parts[2] = b64({"alg": "none", "typ": "at+jwt"}), ""
    elif part == 1:
        parts[1] = b64({**said(parts[1]), "sub": "els@example.nl"})
    else:
        parts[2] = parts[2][::-1]

    with pytest.raises(AuthenticationError):
        asks(town, {"access_token": ".".join(parts)})
    assert asks(town, known)


def test_nobody_signs_in_any_more_where_that_was_taken_away(town: Any, known: dict[str, Any]) -> None:
    accounts.remove_provider(town.app.hub, ORGANISATION, "login")

    with pytest.raises(AuthenticationError):
        asks(town, known)


def b64(content: Any) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def said(part: str) -> Any:
    return json.loads(urlsafe_b64decode(part + "=="))
