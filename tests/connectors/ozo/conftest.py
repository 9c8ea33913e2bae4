"""A family platform on loopback, and somebody who talks to it without the connector."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests
from connectors.ozo.hub import Hub, connected

from samenspraak_ozo.sandbox import OzoSandbox


@dataclass(kw_only=True)
class Client:
    """Speaks to the sandbox as its documentation says, under one subject of the Nuts node at ``node``."""

    url: str
    node: str
    subject: str = "samenspraak"
    session: requests.Session = field(default_factory=requests.Session)
    token: dict[str, Any] = field(default_factory=dict)

    def sign_in(self) -> None:
        address = f"{self.node}/internal/auth/v2/{self.subject}/request-service-access-token"
        asked = {"authorization_server": "https://nuts.example/oauth2/ozo", "scope": "ozo"}
        self.token = self.session.post(address, json={**asked, "token_type": "DPoP"}).json()

    def proof(self, method: str, address: str) -> str:
        asked = {"htm": method, "htu": address, "token": self.token["access_token"]}
        answer = self.session.post(
            f"{self.node}/internal/auth/v2/dpop/{self.token['dpop_kid'].replace('#', '%23')}", json=asked
        )
        return str(answer.json()["dpop"])

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        if not self.token:
            self.sign_in()
        address = f"{self.url}/fhir/{path}"
        signed = {
            "Authorization": f"DPoP {self.token['access_token']}",
            "DPoP": self.proof(method, address),
            "Accept": "application/fhir+json",
            **(headers or {}),
        }
        return self.session.request(method, address, headers=signed, **more)

    def create(self, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        answer = self.ask("POST", body["resourceType"], headers, json=body)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def search(self, path: str) -> list[dict[str, Any]]:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return [entry["resource"] for entry in answer.json()["entry"]]

    def act(self, act: str, /, **members: Any) -> Any:
        answer = self.session.post(f"{self.url}/_sandbox/act", json={"act": act, **members})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def as_person(self, person: str) -> Client:
        self.act("wallet", subject=person, person=person)
        return Client(url=self.url, node=self.node, subject=person, session=self.session)


@dataclass(frozen=True, kw_only=True)
class Family:
    """Mrs Van Vliet with her network, by reference: a son, a neighbour, and a nurse."""

    patient: str
    son: str
    neighbour: str
    nurse: str

    def thread(self, text: str = "Steunkousen", **more: Any) -> dict[str, Any]:
        """A thread from the nurse to the son and the neighbour by name."""
        return {
            "resourceType": "CommunicationRequest",
            "identifier": [{"system": "urn:samenspraak:marker", "value": "agreement-1.copy-1"}],
            "status": "active",
            "subject": {"reference": self.patient, "type": "Patient"},
            "requester": {"reference": self.nurse, "type": "Practitioner"},
            "recipient": [
                {"reference": self.son, "type": "RelatedPerson"},
                {"reference": self.neighbour, "type": "RelatedPerson"},
            ],
            "payload": [{"contentString": text}],
            **more,
        }

    def message(self, thread: str, text: str, **more: Any) -> dict[str, Any]:
        """A message of the nurse in a thread, by its id."""
        return {
            "resourceType": "Communication",
            "partOf": [{"reference": f"CommunicationRequest/{thread}", "type": "CommunicationRequest"}],
            "sender": {"reference": self.nurse, "type": "Practitioner"},
            "status": "completed",
            "payload": [{"contentString": text}],
            **more,
        }


def family(client: Client) -> Family:
    client_id = "70011"
    join = {"patient": client_id}
    return Family(
        patient=client.act("admit", identifier=client_id, name="A. van Vliet", given="Annie"),
        son=client.act("join", kind="RelatedPerson", identifier="80021", name="Rob van Vliet", **join),
        neighbour=client.act("join", kind="RelatedPerson", identifier="80022", name="Ineke Smit", **join),
        nurse=client.act("join", kind="Practitioner", identifier="90031", name="Fatma Kaya", **join),
    )


def running(sandbox: OzoSandbox) -> Iterator[Client]:
    with sandbox.running() as url, sandbox.node.running() as node, requests.Session() as session:
        session.trust_env = False
        yield Client(url=url, node=node, session=session)


@pytest.fixture
def sandbox() -> OzoSandbox:
    return OzoSandbox("strict", node="apart")


@pytest.fixture
def client(sandbox: OzoSandbox) -> Iterator[Client]:
    yield from running(sandbox)


@pytest.fixture
def quirky() -> Iterator[Client]:
    yield from running(OzoSandbox("quirky", node="apart"))


@pytest.fixture
def people(client: Client) -> Family:
    return family(client)


@pytest.fixture
def quirky_people(quirky: Client) -> Family:
    return family(quirky)


@pytest.fixture
def hub(client: Client, people: Family) -> Iterator[Hub]:
    yield from connected(client, people)


@pytest.fixture
def quirky_hub(quirky: Client, quirky_people: Family) -> Iterator[Hub]:
    yield from connected(quirky, quirky_people, changes_by_time=True)


class _Hook(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        heard = (self.headers.get("X-Samenspraak-Key"), self.rfile.read(length))
        self.server.heard.put(heard)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def hook() -> Iterator[Any]:
    """Somebody who is pinged: ``heard`` holds the key and the body of each ping."""
    server: Any = HTTPServer(("127.0.0.1", 0), _Hook)
    server.heard = queue.Queue()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join(5)
    server.server_close()
