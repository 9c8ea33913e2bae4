"""The ways to sign in, by the name that an admin chooses; a platform of this kind may add its own.

``nuts``: the organisation's own Nuts node gives a token and, for DPoP, a proof for each request
(technical-walkthrough-access-ozo.md). ``token``: a bearer token that the platform gave out by hand, for its
test environment or for a platform on the same contract without Nuts. Each is a way to make an ``Auth``: what
it does for each request, and whether it can renew what was refused, is its own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from samenspraak.errors import ConfigurationError
from samenspraak.http import Auth, BearerAuth, HttpClient, Tls
from samenspraak_ozo.nuts import NutsAuth

Settings = Mapping[str, Any]
Client = Callable[[str, Tls], HttpClient]
"""From an address, and the certificates to trust there, to a client for it."""
Way = Callable[[Settings, Client], Auth]

_ASKED_BY_NUTS = ("nuts_url", "nuts_subject", "authorization_server")


def _nuts(settings: Settings, client: Client) -> Auth:
    """The node is not shown the certificate that the platform asks for."""
    _ask_for(settings, *_ASKED_BY_NUTS)
    authority = settings["nuts_ca_file"]
    return NutsAuth(
        client(settings["nuts_url"], Tls(ca_file=Path(authority) if authority else None)),
        subject=settings["nuts_subject"],
        authorization_server=settings["authorization_server"],
        token_type=settings["token_type"],
    )


def _token(settings: Settings, client: Client) -> Auth:
    _ask_for(settings, "access_token")
    return BearerAuth(settings["access_token"])


def _ask_for(settings: Settings, *names: str) -> None:
    missing = tuple(f"{name}: this way to sign in asks for it" for name in names if not settings[name])
    if missing:
        raise ConfigurationError("Signing in at the platform is not set up.", problems=missing)


WAYS: Mapping[str, Way] = {"nuts": _nuts, "token": _token}
