"""The public keys of a connection, as a system that checks us fetches them."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from joserfc.jwk import ECKey

from samenspraak.services import connectors
from samenspraak.web.app import create_app


@pytest.fixture
def web(town: Any, tmp_path: Any) -> FlaskClient:
    files = {}
    for name in ("now", "next"):
        files[name] = tmp_path / f"{name}.pem"
        files[name].write_bytes(ECKey.generate_key("P-384").as_pem(private=True))
    settings = {
        "base_url": "https://ecd.example/fhir",
        "sign_in": "backend_services",
        "client_id": "hub",
        "signing_key": f"secret://file{files['now']}",
        "other_signing_key": f"secret://file{files['next']}",
    }
    record = connectors.draft(town.app.registry, "ecd", "fhir", settings)
    connectors.add(town.app.hub, town.app.connected, "de-linde", record)
    town.family_app("app-a")
    return create_app(town.app, is_working=lambda: True).test_client()


def test_both_keys_are_shown_while_they_change_and_nothing_secret(web: FlaskClient) -> None:
    answer = web.get("/keys/de-linde/ecd")

    keys = answer.get_json()["keys"]
    assert (answer.status_code, len(keys)) == (200, 2)
    assert {one["alg"] for one in keys} == {"ES384"}
    assert [one for one in keys if "d" in one] == []
    assert "max-age=300" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/keys/de-linde/app-a", "/keys/de-linde/no-such", "/keys/de-beuk/ecd"])
def test_nobody_learns_which_connections_there_are(web: FlaskClient, path: str) -> None:
    assert web.get(path).status_code == 404
