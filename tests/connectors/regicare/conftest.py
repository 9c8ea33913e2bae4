"""An imitated RegiCare with one client, one volunteer and a standing Thursday task, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import pytest
import requests

from samenspraak_regicare.sandbox import API_KEY, PASSWORD, PATH, USERNAME, RegiCareSandbox

TODAY = date(2026, 11, 23)  # a Monday
THURSDAYS = ("2026-11-26", "2026-12-03", "2026-12-10")


@dataclass
class Peer:
    """A client of the interface that shares no code with the connector."""

    url: str
    login_key: str | None = None
    ids: Iterator[int] = field(default_factory=lambda: count(1))

    def post(self, body: Any, **headers: str) -> requests.Response:
        return requests.post(f"{self.url}{PATH}", json=body, headers=headers, timeout=5)

    def send(self, method: str, **params: Any) -> Any:
        body = {
            "jsonrpc": "2.0",
            "id": next(self.ids),
            "method": method,
            "params": {"apiKey": API_KEY, "loginKey": self.login_key, **params},
        }
        answer = self.post(body)
        assert answer.status_code == 200
        return answer.json()

    def call(self, method: str, **params: Any) -> Any:
        return self.send(method, **params)["result"]

    def login(self) -> None:
        answer = self.call("login", gebruikersnaam=USERNAME, wachtwoord=PASSWORD)
        self.login_key = answer["loginKey"]


@dataclass(frozen=True, kw_only=True)
class Cooking:
    """Situation 2: Karim cooks along with Riet on Thursdays."""

    client: int
    volunteer: int
    task: int


def record_cooking(sandbox: RegiCareSandbox) -> Cooking:
    office = sandbox.office
    client = office.add_person(
        role="deelnemer",
        roepnaam="Riet",
        tussenvoegsel="van",
        achternaam="Houten",
        geboortedatum="1938-04-02",
    )["persoonID"]
    volunteer = office.add_person(role="vrijwilliger", roepnaam="Karim", achternaam="Aydin")["persoonID"]
    task = office.record_task(
        volunteer=volunteer,
        client=client,
        what="Samen koken",
        description="Alleen met begeleiding bij het fornuis.",
        from_date="2026-11-05",
        start="16:00",
        end="18:00",
    )
    return Cooking(client=client, volunteer=volunteer, task=task["activiteitID"])


@pytest.fixture
def sandbox() -> RegiCareSandbox:
    return RegiCareSandbox(today=lambda: TODAY)


@pytest.fixture
def cooking(sandbox: RegiCareSandbox) -> Cooking:
    return record_cooking(sandbox)


@pytest.fixture
def peer(sandbox: RegiCareSandbox) -> Iterator[Peer]:
    with sandbox.running() as url:
        peer = Peer(url)
        peer.login()
        yield peer


@pytest.fixture
def quirky() -> RegiCareSandbox:
    return RegiCareSandbox("quirky", today=lambda: TODAY)


@pytest.fixture
def quirky_peer(quirky: RegiCareSandbox) -> Iterator[Peer]:
    with quirky.running() as url:
        peer = Peer(url)
        peer.login()
        yield peer
