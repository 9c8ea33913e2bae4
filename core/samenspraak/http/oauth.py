"""Tokens for our own client (OAuth 2.0, RFC 6749 §4.4): by a secret, or by a statement that a key signed.

A server may answer 200 and grant less than was asked for, or nothing (seen in oidc-provider: a ``scope`` that
is not granted is left out of the answer). So what was granted is compared with what was asked for, before
anything is done with the token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote_plus

from samenspraak.errors import AuthenticationError, InvalidRecordError, PermanentError, TransientError
from samenspraak.http.answer import Answer
from samenspraak.http.auth import BasicAuth, Token, TokenAuth
from samenspraak.http.client import HttpClient

_SECONDS = int | float | Decimal
_ERROR = re.compile(r"[a-z_]{1,40}")
_REFUSED = (400, 401, 403)

Missing = Callable[[Collection[str], Collection[str]], Collection[str]]
"""What was asked for (the first) and is not in what was granted (the second)."""


def client_secret(client_id: str, secret: str) -> BasicAuth:
    """How a client shows its secret to a token endpoint (RFC 6749 §2.3.1: both encoded as in a form)."""
    return BasicAuth(quote_plus(client_id), quote_plus(secret))


def not_granted(asked: Collection[str], granted: Collection[str]) -> Collection[str]:
    """The scopes that were asked for by these names and not granted by the same."""
    return sorted(set(asked) - set(granted))


class ClientCredentials(TokenAuth):
    """A token for our own client, by the secret that the endpoint's client signs with.

    Args:
        endpoint: a client that signs each request with the client's id and secret.
        path: of the token endpoint, below that client's address.
        scope: what to ask for; None: whatever the system gives.
        must_name: whether an answer without ``scope`` grants nothing. RFC 6749 §5.1 lets a server leave it
            out where all was granted; SMART does not.
        missing: what was asked for and not granted.
        timing: as for :class:`TokenAuth`.
    """

    def __init__(
        self,
        endpoint: HttpClient,
        *,
        path: str = "",
        scope: str | None = None,
        must_name: bool = False,
        missing: Missing = not_granted,
        **timing: Callable[[], float],
    ) -> None:
        super().__init__(**timing)
        self._endpoint = endpoint
        self._path = path
        self._scope = scope or ""
        self._must_name = must_name
        self._missing = missing

    def endpoint(self, deadline: float) -> HttpClient:
        """The client for the token endpoint. May have to find out first where that is."""
        return self._endpoint

    def proof(self, deadline: float) -> Mapping[str, str]:
        """Members of the form that prove who we are; none where the request itself is signed."""
        return {}

    def fetch(self, deadline: float) -> Token:
        form = {"grant_type": "client_credentials", **self.proof(deadline)}
        if self._scope:
            form["scope"] = self._scope
        endpoint = self.endpoint(deadline).by(deadline)
        try:
            answer = endpoint.send("POST", self._path, form=form, allow=_REFUSED, safe=True)
            said = _object(answer)
        except (InvalidRecordError, PermanentError) as error:
            raise AuthenticationError(f"no token was given: {error}") from None
        if answer.status in _REFUSED:
            raise AuthenticationError(f"{answer.connector_id}: no token was given: {_why(answer, said)}")
        return self._token(answer.connector_id, said)

    def _token(self, connector_id: str, said: Mapping[str, Any]) -> Token:
        token, granted, life = said.get("access_token"), said.get("scope"), said.get("expires_in")
        if not isinstance(token, str) or not token:
            raise AuthenticationError(f"{connector_id}: the token endpoint answered without a token")
        if isinstance(granted, str) or self._must_name:
            named = granted.split() if isinstance(granted, str) else []
            if refused := self._missing(self._scope.split(), named):
                raise AuthenticationError(
                    f"{connector_id}: the token endpoint did not grant {' '.join(refused)}; "
                    "ask the vendor to allow this client that, or ask for less in the setting scope"
                )
        return Token(value=token, lifetime_seconds=float(life) if isinstance(life, _SECONDS) else None)


def _object(answer: Answer) -> Mapping[str, Any]:
    """The object in an answer; empty where a refusal has none."""
    try:
        found = answer.json()
    except (InvalidRecordError, TransientError):
        if answer.status not in _REFUSED:
            raise
        return {}
    return found if isinstance(found, dict) else {}


def _why(answer: Answer, said: Mapping[str, Any]) -> str:
    """The code of RFC 6749 §5.2, which is no free text."""
    error = said.get("error")
    return error if isinstance(error, str) and _ERROR.fullmatch(error) else f"status {answer.status}"
