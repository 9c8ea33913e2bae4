"""A dossier with one client, her son and her care team, served without sockets unless a test asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from connectors.fhir.world import CLIENT, Start, World, right_now
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from samenspraak_fhir.sandbox import QUIRKY, STRICT, FhirSandbox, Quirks

FHIR_JSON = "application/fhir+json"
SON = "RelatedPerson/zoon-wim"
TEAM = "CareTeam/team-oost"
NURSE = "Practitioner/verpleegkundige-anja"


@dataclass
class Dossier:
    """A FHIR server in a test: its HTTP interface and what people do in it."""

    sandbox: FhirSandbox
    client: FlaskClient

    def act(self, act: str, **members: Any) -> str:
        response = self.client.post("/_sandbox/act", json={"act": act, **members})
        assert response.status_code == 200, response.get_data(as_text=True)
        return str(response.get_json()["id"])

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"/fhir/{path}", headers=headers)

    def post(self, path: str, resource: dict[str, Any], **headers: str) -> TestResponse:
        return self._send("POST", path, resource, headers)

    def put(self, path: str, resource: dict[str, Any], **headers: str) -> TestResponse:
        return self._send("PUT", path, resource, headers)

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.client.delete(f"/fhir/{path}", headers=headers)

    def _send(
        self, method: str, path: str, resource: dict[str, Any], headers: dict[str, str]
    ) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            f"/fhir/{path}".rstrip("/"),
            method=method,
            data=json.dumps(resource),
            content_type=FHIR_JSON,
            headers=named,
        )


Opened = Callable[[Quirks], Dossier]


@pytest.fixture
def opened() -> Opened:
    """Opens a dossier with these quirks and the people in it."""

    def open_with(quirks: Quirks) -> Dossier:
        sandbox = FhirSandbox(quirks=quirks)
        dossier = Dossier(sandbox, sandbox.app.test_client())
        dossier.act(
            "admit",
            id="mw-terpstra",
            given="Sjoukje",
            family="Terpstra",
            birth_date="1938-02-11",
            bsn="999990019",
        )
        dossier.act(
            "know", kind="RelatedPerson", id="zoon-wim", name="Wim Terpstra", client=CLIENT, role="100001"
        )
        dossier.act("know", kind="Practitioner", id="verpleegkundige-anja", name="Anja Postma")
        dossier.act("know", kind="CareTeam", id="team-oost", name="Team Oost", client=CLIENT, members=[NURSE])
        return dossier

    return open_with


@pytest.fixture
def strict(opened: Opened) -> Dossier:
    return opened(STRICT)


@pytest.fixture
def quirky(opened: Opened) -> Dossier:
    return opened(QUIRKY)


@pytest.fixture
def plan() -> dict[str, Any]:
    """A help plan as another client of the server would post it."""
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "243114000"}]}],
        "subject": {"reference": CLIENT},
        "identifier": [{"system": "https://voorbeeld.example/plan", "value": "17"}],
        "activity": [{"detail": {"status": "in-progress", "description": "Koffie drinken in de tuin"}}],
    }


@pytest.fixture
def start(request: pytest.FixtureRequest) -> Start:
    """Starts a dossier with one client."""

    def started(quirks: Quirks = STRICT, clock: Callable[[], datetime] = right_now, **settings: Any) -> World:
        sandbox = FhirSandbox(quirks=quirks, clock=clock)
        running = sandbox.running()
        url = running.__enter__()
        request.addfinalizer(lambda: running.__exit__(None, None, None))
        world = World(sandbox, url, **settings)
        request.addfinalizer(world.call.http.close)
        world.act("admit", id="mw-terpstra", given="Sjoukje", family="Terpstra", bsn="999990019")
        return world

    return started
