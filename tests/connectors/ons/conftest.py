"""An imitated Ons with a client, her son, a nurse and a team, on loopback; and a connector to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from samenspraak.connectors import Call, Changes, Directory, Found, Page, Proposal, Raw, Subject, Written
from samenspraak.connectors.looks import Marker
from samenspraak.connectors.registry import load_settings
from samenspraak.domain.units import Units
from samenspraak.sandbox import Mode
from samenspraak_ons.plugin import OnsConnector
from samenspraak_ons.sandbox import OnsSandbox, create
from samenspraak_ons.sandbox.office import AGREEMENT_ACTION, DEMAND

SECRET = "geheim-uit-het-dashboard"
DOSSIER = "/v0/administration/dossier"
BOTH_MODES = pytest.mark.parametrize("mode", ["strict", "quirky"])


@dataclass
class House:
    """Who is there, by the numbers of Ons."""

    ons: OnsSandbox
    client: int = 0
    son: int = 0
    nurse: int = 0
    team: int = 0

    def __post_init__(self) -> None:
        self.client = self.ons.admit("Roos", "Terpstra")["id"]
        self.son = self.ons.relate(self.client, "Wim", "Terpstra")["id"]
        self.nurse = self.ons.hire("Anja", "Postma")["id"]
        self.team = self.ons.team("Team De Linde")["id"]

    def in_force(self, *titles: str, comment: str = "") -> list[int]:
        """A plan with these actions, written and activated by a nurse; their persistent ids."""
        self.ons.open_draft(self.client)
        for title in titles:
            self.ons.write_action(self.client, title, comment)
        self.ons.activate(self.client)
        plan = self.ons.plans.one(self.client, "ACTIVE")
        assert plan is not None
        found = [one for entry in plan["carePlanEntries"] for one in entry["actionEntries"]]
        return [one["carePlanPersistentActionId"] for one in found]

    def plan(self, status: str = "ACTIVE") -> dict[str, str]:
        """Title and comment of each action in the plan with this status."""
        plan = self.ons.plans.one(self.client, status)
        entries = plan["carePlanEntries"] if plan else []
        return {one["title"]: one["comment"] for entry in entries for one in entry["actionEntries"]}


@pytest.fixture
def mode() -> Mode:
    return "strict"


@pytest.fixture
def ons(mode: Mode) -> OnsSandbox:
    return create(mode)


@pytest.fixture
def house(ons: OnsSandbox) -> House:
    return House(ons)


@pytest.fixture
def url(ons: OnsSandbox) -> Iterator[str]:
    with ons.running() as url:
        yield url


@dataclass
class Peer:
    """A client of the interface that shares no code with the connector."""

    url: str

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return requests.request(method, f"{self.url}{path}", timeout=20, **options)

    def get(self, path: str, **params: Any) -> Any:
        answer = self.send("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


def eventually(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not claim():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.01)


@pytest.fixture
def peer(url: str) -> Peer:
    return Peer(url)


DIRECTORY = Directory(connector_id="ons-1")


@dataclass
class Line:
    """A connector that speaks to a running sandbox."""

    connector: OnsConnector
    call: Call
    directory: Directory = field(default=DIRECTORY)

    def pages(self, cursor: str | None = None) -> list[Page]:
        return list(self.connector.changes(self.call, cursor))

    def found(self, external_id: str) -> Found:
        look = self.connector.fetch(self.call, external_id)
        assert isinstance(look, Found)
        return look

    def units(self, external_id: str) -> Units:
        return self.connector.get(self.found(external_id).raw, self.directory).units

    def put(self, raw: Raw, **changes: Any) -> Raw:
        return self.connector.put(raw, Changes(**changes), self.directory)

    def create(self, client: int, **changes: Any) -> Written:
        subject = Subject(client=f"client/{client}", marker=Marker(agreement_id="ag1", part="a1"))
        return self.connector.create(self.call, subject, self.put(self.connector.new(subject), **changes))

    def change(self, external_id: str, **changes: Any) -> Written:
        found = self.found(external_id)
        return self.connector.update(self.call, found, self.put(found.raw, **changes))

    def answer(self, written: Written) -> Proposal:
        assert written.waiting is not None
        return self.connector.proposal(self.call, written.waiting)


NOW = datetime.now(UTC)


def line_to(url: str, **settings: Any) -> Line:
    origin = "/".join(url.split("/")[:3])
    given = {
        "base_url": url,
        "action_id": AGREEMENT_ACTION,
        "demand_id": DEMAND,
        "hook_secret": SECRET,
        **settings,
    }
    loaded = load_settings(OnsConnector.manifest, given, secret=lambda itself: itself)
    connector = OnsConnector("ons-1", {**loaded, "open_origins": frozenset({origin})})
    return Line(connector=connector, call=Call(http=connector.http(), now=NOW))


@pytest.fixture
def line(url: str) -> Iterator[Line]:
    line = line_to(url)
    yield line
    line.call.http.close()
