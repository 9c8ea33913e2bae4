"""SMART Backend Services: a token for a system, by statements that a key of ours signs.

Source: https://hl7.org/fhir/smart-app-launch/backend-services.html and
https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html (read November 2026). Koppeltaal asks for
this way and no other (TOP-KT-016).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from samenspraak.errors import AuthenticationError, ConfigurationError, PermanentError
from samenspraak.http import ClientCredentials, HttpClient, SigningKey

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SCOPE = re.compile(r"(?P<context>system|user|patient)/(?P<type>\*|[A-Za-z]+)\.(?P<rights>[a-z*]+)")
_RIGHTS = {"read": "rs", "write": "cud", "*": "cruds"}

Opened = Callable[[str], HttpClient]
"""A client for an address, that signs nothing by itself."""


class BackendServices(ClientCredentials):
    """A token for our own system, by a statement signed anew each time.

    Args:
        server: a client for the FHIR server that signs nothing; it tells where tokens are given.
        opened: makes a client for the token endpoint.
        client_id: what the server calls us.
        key: signs.
        scope: what to ask for.
        token_url: where tokens are given; None: where the server says, in its ``smart-configuration``.
        clock: seconds since the epoch, for the statement.
    """

    def __init__(
        self,
        server: HttpClient,
        *,
        opened: Opened,
        client_id: str,
        key: SigningKey,
        scope: str,
        token_url: str | None,
        clock: Callable[[], float],
    ) -> None:
        super().__init__(server, scope=scope, must_name=True, missing=not_granted)
        self._server = server
        self._opened = opened
        self._client_id = client_id
        self._key = key
        self._clock = clock
        self._token_url = token_url
        self._there: tuple[str, HttpClient] | None = None

    def endpoint(self, deadline: float) -> HttpClient:
        return self._found(deadline)[1]

    def proof(self, deadline: float) -> Mapping[str, str]:
        audience, _ = self._found(deadline)
        statement = self._key.statement(client_id=self._client_id, audience=audience, clock=self._clock)
        return {"client_assertion_type": _ASSERTION, "client_assertion": statement}

    def _found(self, deadline: float) -> tuple[str, HttpClient]:
        """Where tokens are given; looked up once, since only one thread at a time asks for a token."""
        if self._there is None:
            url = self._token_url or token_endpoint(self._server.by(deadline))
            self._there = (url, self._opened(url))
        return self._there


def token_endpoint(server: HttpClient) -> str:
    """Where the server gives tokens, by its own ``smart-configuration``.

    Raises:
        ConfigurationError: it does not say.
    """
    try:
        answer = server.send("GET", ".well-known/smart-configuration", allow=(401, 403, 404))
        said = answer.json() if answer.status == 200 else None
    except (PermanentError, AuthenticationError):
        said = None
    url = said.get("token_endpoint") if isinstance(said, dict) else None
    if not isinstance(url, str) or not url:
        raise ConfigurationError(
            f"{server.connector_id}: this server does not say where it gives tokens "
            "(.well-known/smart-configuration); fill in the setting token_url"
        )
    return url


def not_granted(asked: Collection[str], granted: Collection[str]) -> Collection[str]:
    """The scopes that nothing granted covers; one with a query narrows, so it covers only itself."""
    given = [match for one in granted if (match := _SCOPE.fullmatch(one))]
    return [one for one in asked if one not in granted and not _covered(one, given)]


def _covered(scope: str, given: Collection[re.Match[str]]) -> bool:
    wanted = _SCOPE.fullmatch(scope)
    if wanted is None:
        return False
    fitting = [
        one for one in given if one["context"] == wanted["context"] and one["type"] in ("*", wanted["type"])
    ]
    rights = set("".join(_letters(one) for one in fitting))
    return set(_letters(wanted)) <= rights


def _letters(scope: re.Match[str]) -> str:
    return _RIGHTS.get(scope["rights"], scope["rights"])
