"""An imitated RegiCare with one client, one volunteer and a standing Thursday task, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest
import requests

from samenspraak.connectors import Call, Changes, Directory, Found, Page, Proposal, Raw
from samenspraak.connectors.registry import load_settings
from samenspraak.domain.units import Units
from samenspraak_regicare.plugin import RegiCareConnector
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


VACANCY = "Afspraken uit het dossier"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A connector that speaks to a running sandbox."""

    connector: RegiCareConnector
    call: Call

    def pages(self, cursor: str | None = None) -> list[Page]:
        return list(self.connector.changes(self.call, cursor))

    def found(self, external_id: int | str) -> Found:
        look = self.connector.fetch(self.call, str(external_id))
        assert isinstance(look, Found)
        return look

    def units(self, external_id: int | str) -> Units:
        return self.connector.get(self.found(external_id).raw, DIRECTORY).units

    def put(self, found: Found, **changes: Any) -> Raw:
        return self.connector.put(found.raw, Changes(**changes), DIRECTORY)

    def propose(self, external_id: int | str, **changes: Any) -> str:
        found = self.found(external_id)
        waiting = self.connector.update(self.call, found, self.put(found, **changes)).waiting
        assert waiting is not None
        return waiting

    def answer(self, waiting: str) -> Proposal:
        return self.connector.proposal(self.call, waiting)


DIRECTORY = Directory(connector_id="regicare-1")


def line_to(url: str, **settings: Any) -> Line:
    given = {
        "base_url": f"{url}{PATH}",
        "api_key": API_KEY,
        "username": USERNAME,
        "password": PASSWORD,
        "intake_vacancy": VACANCY,
        "timeout_seconds": 20.0,
        **settings,
    }
    loaded = load_settings(RegiCareConnector.manifest, given, secret=lambda itself: itself)
    connector = RegiCareConnector("regicare-1", {**loaded, "open_origins": frozenset({url})})
    return Line(connector=connector, call=Call(http=connector.http(), now=NOW))


@pytest.fixture
def url(sandbox: RegiCareSandbox) -> Iterator[str]:
    with sandbox.running() as url:
        yield url


@pytest.fixture
def line(url: str) -> Iterator[Line]:
    line = line_to(url)
    yield line
    line.call.http.close()


@pytest.fixture
def quirky_line(quirky: RegiCareSandbox) -> Iterator[Line]:
    with quirky.running() as url:
        line = line_to(url)
        yield line
        line.call.http.close()
