"""Where the dossier gives tokens: OAuth2 client credentials, by a secret or by a signed statement.

Sources (read November 2026): RFC 6749 §4.4 and §5.2; RFC 7523 §3;
https://hl7.org/fhir/smart-app-launch/backend-services.html: ES384 and RS384, ``iss`` = ``sub`` = the client,
``aud`` = the token address, ``exp`` at most five minutes ahead, each ``jti`` once, ``expires_in`` at most
300. A scope that is not granted is left out of the answer, status and token as ever (seen in oidc-provider).
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ("ES384", "RS384")
LIFE_SECONDS = 300
_LONGEST_SECONDS = 300
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class NotGivenError(Exception):
    """No token; ``code`` is one of RFC 6749 §5.2."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Client:
    """A registered client: a secret or public keys, and what it may be granted."""

    secret: str | None = None
    keys: Mapping[str, Any] | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Authority:
    """Clients and the tokens they hold. ``used``: the statements that were shown before."""

    clock: Callable[[], datetime]
    clients: dict[str, Client] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def register(
        self,
        *,
        id: str,
        secret: str | None = None,
        keys: Mapping[str, Any] | None = None,
        scopes: Sequence[str] = (),
    ) -> dict[str, str]:
        """A client is registered, or registered anew: another secret, or another set of keys."""
        self.clients[id] = Client(secret=secret, keys=keys, scopes=frozenset(scopes))
        return {"id": id}

    def revoke(self) -> dict[str, int]:
        """Every token that was given ends now."""
        ended = len(self.tokens)
        self.tokens.clear()
        return {"ended": ended}

    def holds(self, token: str) -> bool:
        """Whether this token was given and has not ended."""
        return self.tokens.get(token, 0.0) > self._now()

    def give(self, form: Mapping[str, str], authorization: str, url: str) -> dict[str, Any]:
        """A token for who proves to be a client.

        Raises:
            NotGivenError: they do not, or ask for something else.
        """
        if form.get("grant_type") != "client_credentials":
            raise NotGivenError("unsupported_grant_type")
        client = (
            self._by_statement(form, url) if "client_assertion" in form else self._by_secret(authorization)
        )
        token = secrets.token_urlsafe()
        self.tokens[token] = self._now() + LIFE_SECONDS
        granted = [one for one in form.get("scope", "").split() if one in client.scopes]
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": LIFE_SECONDS}
        return {**answer, "scope": " ".join(granted)} if granted else answer

    def _by_secret(self, authorization: str) -> Client:
        try:
            pair = base64.b64decode(authorization.removeprefix("Basic "), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise NotGivenError("invalid_client", 401) from None
        name, _, secret = (unquote_plus(part) for part in pair.partition(":"))
        client = self.clients.get(name)
        if client is None or client.secret is None or client.secret != secret:
            raise NotGivenError("invalid_client", 401)
        return client

    def _by_statement(self, form: Mapping[str, str], url: str) -> Client:
        if form.get("client_assertion_type") != _BEARER:
            raise NotGivenError("invalid_request")
        for name, client in self.clients.items():
            claims = self._claims(form["client_assertion"], client)
            if claims is not None and self._is_right(claims, name, url):
                self.used.add(claims["jti"])
                return client
        raise NotGivenError("invalid_client", 401)

    def _claims(self, statement: str, client: Client) -> dict[str, Any] | None:
        if client.keys is None:
            return None
        try:
            keys = KeySet.import_key_set(dict(client.keys))  # type: ignore[arg-type]  # its own shape of JSON
            return jwt.decode(statement, keys, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError):
            return None

    def _is_right(self, claims: Mapping[str, Any], name: str, url: str) -> bool:
        ends, jti = claims.get("exp"), claims.get("jti")
        return (
            claims.get("iss") == claims.get("sub") == name
            and claims.get("aud") == url
            and isinstance(ends, int)
            and self._now() < ends <= self._now() + _LONGEST_SECONDS
            and isinstance(jti, str)
            and jti not in self.used
        )

    def _now(self) -> float:
        return self.clock().timestamp()
