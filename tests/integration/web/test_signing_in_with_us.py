"""The hub's own OAuth client, which signs in with providers nobody here wrote, signs in with the hub."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc.jwk import ECKey
from werkzeug.serving import make_server

from samenspraak.errors import AuthenticationError
from samenspraak.http import ClientCredentials, HttpClient, SigningKey, client_secret, key_set
from samenspraak.policy.access import Role, Scope
from samenspraak.protocols import fhir
from samenspraak.services import programs
from samenspraak.services.access import principal_of
from samenspraak.web.app import create_app

ORGANISATION, CLIENT, SCOPE = "de-linde", "de-linde.planning", "agreements:read"
KEY, STRANGE = (SigningKey.read(ECKey.generate_key("P-384").as_pem(private=True).decode()) for _ in range(2))


@pytest.fixture
def endpoint(town: Any) -> Iterator[str]:
    """The token endpoint of a hub that is served; it is now."""
    town.clock.at = datetime.now(UTC)
    server = make_server("127.0.0.1", 0, lambda *call: served(*call), threaded=True)
    address = f"http://127.0.0.1:{server.port}"
    settings = replace(town.app.settings, web=replace(town.app.settings.web, public_url=address))
    served = create_app(replace(town.app, settings=settings), is_working=lambda: True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"{address}/oauth/token"
    server.shutdown()
    thread.join()


def opened(url: str, **options: Any) -> HttpClient:
    origin = "/".join(url.split("/")[:3])
    return HttpClient(connector_id="hub", base_url=url, open_origins=frozenset({origin}), **options)


def asks(town: Any, auth: ClientCredentials) -> frozenset[Scope]:
    token = auth.fetch(time.monotonic() + 10)
    who = principal_of(town.app.hub, f"Bearer {token.value}")
    assert (who.id, token.lifetime_seconds) == ("program:planning", 300.0)
    return who.scopes


def by_key(endpoint: str, key: SigningKey) -> fhir.BackendServices:
    at = {"opened": opened, "client_id": CLIENT, "key": key, "scope": SCOPE, "token_url": endpoint}
    return fhir.BackendServices(opened(endpoint), clock=time.time, **at)


def test_with_a_key_that_signs(town: Any, endpoint: str) -> None:
    public = json.dumps(key_set([KEY])).encode()
    programs.add(town.app.hub, ORGANISATION, "planning", Role.VIEWER, public_keys=public)

    with pytest.raises(AuthenticationError, match="no token was given"):
        asks(town, by_key(endpoint, STRANGE))
    assert asks(town, by_key(endpoint, KEY)) == {Scope.AGREEMENTS_READ}
    assert asks(town, by_key(endpoint, KEY)) == {Scope.AGREEMENTS_READ}


def test_with_other_keys_from_when_they_are_changed(town: Any, endpoint: str) -> None:
    for key in (KEY, STRANGE):
        public = json.dumps(key_set([key])).encode()
        if key is KEY:
            programs.add(town.app.hub, ORGANISATION, "planning", Role.VIEWER, public_keys=public)
        else:
            programs.change_keys(town.app.hub, ORGANISATION, "planning", public)
        assert asks(town, by_key(endpoint, key))

    with pytest.raises(AuthenticationError):
        asks(town, by_key(endpoint, KEY))


def test_with_a_secret(town: Any, endpoint: str) -> None:
    programs.add(town.app.hub, ORGANISATION, "planning", Role.VIEWER)
    key = programs.add_key(town.app.hub, ORGANISATION, "planning")

    def auth(secret: str) -> ClientCredentials:
        return ClientCredentials(opened(endpoint, auth=client_secret(CLIENT, secret)), scope=SCOPE)

    assert asks(town, auth(key.text)) == {Scope.AGREEMENTS_READ}
    with pytest.raises(AuthenticationError, match="invalid_client"):
        asks(town, auth("geheim"))
