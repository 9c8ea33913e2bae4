"""Signing in the way a description says, with the secrets from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRecordError,
    OutcomeUnknownError,
    PermanentError,
)
from samenspraak.http import Auth, BasicAuth, BearerAuth, HeaderAuth, HttpClient, NoAuth, Token, TokenAuth
from samenspraak_rest.description import SignIn, SignInSection

_SECONDS = int | float | Decimal


class ClientCredentials(TokenAuth):
    """A token for our own client (OAuth 2.0, RFC 6749 §4.4), asked with its id and secret as Basic.

    Args:
        endpoint: a client that signs each request with the client's id and secret.
        path: of the token endpoint, below the address.
        scope: what to ask for; None: whatever the system gives.
    """

    def __init__(self, endpoint: HttpClient, *, path: str, scope: str | None) -> None:
        super().__init__()
        self._endpoint = endpoint
        self._path = path
        self._form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}

    def fetch(self, deadline: float) -> Token:
        try:
            answer = self._endpoint.by(deadline).send("POST", self._path, form=self._form, safe=True).json()
        except (InvalidRecordError, OutcomeUnknownError, PermanentError) as error:
            raise AuthenticationError(f"no token was given: {error}") from None
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise AuthenticationError("the token endpoint answered without a token")
        lifetime = answer.get("expires_in")
        return Token(
            value=token, lifetime_seconds=float(lifetime) if isinstance(lifetime, _SECONDS) else None
        )


def signed(section: SignInSection, settings: Mapping[str, Any], client: Callable[[Auth], HttpClient]) -> Auth:
    """How every request is signed.

    Args:
        section: how the description says we sign in.
        settings: with the secret itself.
        client: makes a client for the system that signs this way.

    Raises:
        ConfigurationError: a setting that this way needs is not there.
    """

    def needed(name: str) -> str:
        if not settings.get(name):
            raise ConfigurationError(f"Signing in by {section.method} needs the setting {name}.")
        return str(settings[name])

    def basic() -> Auth:
        return BasicAuth(needed("user"), needed("access_key"))

    ways: Mapping[SignIn, Callable[[], Auth]] = {
        SignIn.NONE: NoAuth,
        SignIn.BEARER: lambda: BearerAuth(needed("access_key")),
        SignIn.BASIC: basic,
        SignIn.HEADER: lambda: HeaderAuth(section.header or "", needed("access_key")),
        SignIn.CLIENT_CREDENTIALS: lambda: ClientCredentials(
            client(basic()), path=section.token or "", scope=section.scope
        ),
    }
    return ways[section.method]()
