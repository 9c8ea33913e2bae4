"""Signing in the way a description says, with the secrets from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from samenspraak.errors import ConfigurationError
from samenspraak.http import (
    Auth,
    BasicAuth,
    BearerAuth,
    ClientCredentials,
    HeaderAuth,
    HttpClient,
    NoAuth,
    client_secret,
)
from samenspraak_rest.description import SignIn, SignInSection


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

    def secret() -> Auth:
        return client_secret(needed("user"), needed("access_key"))

    ways: Mapping[SignIn, Callable[[], Auth]] = {
        SignIn.NONE: NoAuth,
        SignIn.BEARER: lambda: BearerAuth(needed("access_key")),
        SignIn.BASIC: lambda: BasicAuth(needed("user"), needed("access_key")),
        SignIn.HEADER: lambda: HeaderAuth(section.header or "", needed("access_key")),
        SignIn.CLIENT_CREDENTIALS: lambda: ClientCredentials(
            client(secret()), path=section.token or "", scope=section.scope
        ),
    }
    return ways[section.method]()
