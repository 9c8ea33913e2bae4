"""The hub is killed at any moment, also while a write is on its way: nothing is lost, nothing is double."""

from __future__ import annotations

import contextlib
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import requests

from samenspraak.bootstrap import build
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, Identifier, PartyKind, PartyRef, Person
from samenspraak.policy.access import Role
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import programs
from samenspraak.settings import Settings
from samenspraak.store.records import ConnectorRecord
from samenspraak_memory.sandbox import ACCESS_KEY, FamilyApp

ORGANISATION = "de-linde"
NUMBERS = "https://de-linde.example/nummers"
KILLS_IN_MID_WRITE = 11
KILLS_AT_ANY_MOMENT = 10
TASK = {"id": "a1", "who": {"user": "son", "role": "relative"}, "when": {"text": "zaterdag"}}


def eventually(claim: Callable[[], bool], what: str, seconds: float = 40.0) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, f"not in time: {what}"
        time.sleep(0.05)


@dataclass
class Hub:
    """The hub as a process of its own, and the same store seen from beside it."""

    folder: Path
    port: int
    beside: Any
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "samenspraak", "--config", str(self.folder / "hub.toml"), "serve"]
        environment = {"APP_KEY": ACCESS_KEY, "PATH": ""}
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def listen(self) -> None:
        """Every system is heard soon, as after a notification."""
        with self.beside.store.write(ORGANISATION) as uow:
            for system in uow.connectors.list():
                uow.connectors.note(system.id, poll_due_at=self.beside.hub.now())
            uow.commit()

    def asked(self, path: str, headers: dict[str, str], **what: Any) -> Any:
        """What the API answers; None when it died meanwhile."""
        with contextlib.suppress(requests.ConnectionError):
            url = f"http://127.0.0.1:{self.port}/api/v1/{path}"
            return requests.post(url, json=what, headers=headers, timeout=60).json()

    def reasons(self) -> list[Reason]:
        with self.beside.store.read(ORGANISATION) as uow:
            links = [
                one for record in uow.agreements.list() for one in uow.links.of_agreement(record.agreement.id)
            ]
        return [link.reason for link in links]


@pytest.fixture
def apps() -> Iterator[tuple[FamilyApp, FamilyApp]]:
    with contextlib.ExitStack() as stack:
        made = (FamilyApp(server="a"), FamilyApp(server="b"))
        for app in made:
            app.url = stack.enter_context(app.running())  # type: ignore[attr-defined]  # for the control routes
            app.add_client("wit", "Mevrouw De Wit", identifiers=[{"system": NUMBERS, "value": "wit"}])
            known = [{"system": NUMBERS, "value": "son"}]
            app.add_user("son", "Jan", "relative", ["wit"], identifiers=known)
        yield made


@pytest.fixture
def hub(tmp_path: Path, apps: tuple[FamilyApp, FamilyApp]) -> Iterator[Hub]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "hub.toml").write_text(
        f'environment = "test"\ndata_dir = "{tmp_path}"\n[web]\nport = {port}\n', encoding="utf-8"
    )
    settings = Settings(environment="test", data_dir=tmp_path)
    settings.key_path.write_text("22" * 32)
    settings.key_path.chmod(0o600)
    beside = build(settings, environment={"APP_KEY": ACCESS_KEY})
    beside.store.add_organisation(ORGANISATION, "De Linde")
    _furnish(beside, apps)
    hub = Hub(folder=tmp_path, port=port, beside=beside)
    hub.start()
    yield hub
    hub.kill()


def _furnish(beside: Any, apps: tuple[FamilyApp, FamilyApp]) -> None:
    son = PartyRef(kind=PartyKind.RELATIVE, id="son")
    with beside.store.write(ORGANISATION) as uow:
        for party_id, kind in (("wit", PartyKind.CLIENT), ("son", PartyKind.RELATIVE)):
            number = frozenset({Identifier(system=NUMBERS, value=party_id)})
            uow.parties.add_person(Person(id=party_id, name=party_id, identifiers=number), kind)
        uow.parties.add_member(CircleMember(client_id="wit", party=son))
        recipient = Recipient(kind=RecipientKind.PERSON, id="son")
        uow.consents.add(Consent(id="c1", client_id="wit", recipient=recipient), "test", beside.hub.now())
        for name, app in zip(("app-a", "app-b"), apps, strict=True):
            url = app.url  # type: ignore[attr-defined]
            settings = {"base_url": url, "access_key": "secret://env/APP_KEY", "open_origins": [url]}
            uow.connectors.add(
                ConnectorRecord(
                    id=name, plugin="memory", title=name, settings=settings, state=ConnectorState.RUNNING
                )
            )
        uow.commit()


def _held(app: FamilyApp) -> bool:
    answer = requests.get(f"{app.url}/_sandbox/held", timeout=5)  # type: ignore[attr-defined]
    return bool(answer.json())


def test_after_every_kill_everything_is_there_once(hub: Hub, apps: tuple[FamilyApp, FamilyApp]) -> None:
    ours, theirs = apps
    chance = random.Random(7)
    rounds = [True] * KILLS_IN_MID_WRITE + [False] * KILLS_AT_ANY_MOMENT
    chance.shuffle(rounds)
    mid_write = 0
    for number, in_mid_write in enumerate(rounds):
        if in_mid_write:
            theirs.inject(Fault(kind="hold", method="POST|PATCH", path="/api/.*", times=1))
        if number % 3:
            ours.edit("son", "r1", rules={"how": f"Zo gaat het, {number}."})
        else:
            ours.add_record("son", "wit", f"Afspraak {number}", tasks=[TASK])
        hub.listen()
        if in_mid_write:
            eventually(lambda: _held(theirs), f"round {number}: a write that is held")
            mid_write += 1
        else:
            time.sleep(chance.uniform(0.0, 0.4))
        hub.kill()
        theirs.clear_faults()
        hub.start()
        _converges(hub, apps, number)
    assert mid_write >= 10


def test_after_a_kill_while_a_plan_is_done_everything_is_there_once(
    hub: Hub, apps: tuple[FamilyApp, FamilyApp]
) -> None:
    ours, theirs = apps
    with hub.beside.store.write(ORGANISATION) as uow:
        uow.connectors.save(replace(uow.connectors.get("app-b"), state=ConnectorState.MATCHING))
        uow.commit()
    programs.add(hub.beside.hub, ORGANISATION, "script", Role.CONNECTOR_MANAGER)
    key = programs.add_key(hub.beside.hub, ORGANISATION, "script").text
    headers = {"Authorization": f"Bearer {key}"}
    ours.add_record("son", "wit", "Boodschappen", tasks=[TASK])
    hub.listen()
    eventually(lambda: len(hub.reasons()) == 2, "an agreement that is not in the other app")
    found = hub.asked("plans", headers, release=["app-b"])
    assert [(one["connector_id"], one["kind"]) for one in found["acts"]] == [("app-b", "create")]

    theirs.inject(Fault(kind="hold", method="POST", path="/api/.*", times=1))
    plan = {"release": ["app-b"], "seed": found["seed"], "fingerprint": found["fingerprint"]}
    with ThreadPoolExecutor() as caller:
        done = caller.submit(hub.asked, "plans/applied", headers, **plan)
        eventually(lambda: _held(theirs), "a write of the plan that is held")
        hub.kill()
        assert done.result() is None
    theirs.clear_faults()
    hub.start()
    _converges(hub, apps, 0)


def _converges(hub: Hub, apps: tuple[FamilyApp, FamilyApp], number: int) -> None:
    """Both apps say the same, each agreement is there once, and the hub has nothing left to do."""
    ours, theirs = apps

    def says(app: FamilyApp) -> list[tuple[str, str]]:
        with app.lock:
            records = list(app.shelf.bodies("record"))
        return sorted((one["title"], (one.get("rules") or {}).get("how", "")) for one in records)

    def equal() -> bool:
        return says(ours) == says(theirs)

    def rested() -> bool:
        hub.listen()
        time.sleep(0.3)
        reasons = hub.reasons()
        return equal() and bool(reasons) and set(reasons) == {Reason.EQUAL}

    eventually(rested, f"round {number}: equal on both sides")
    assert set(theirs.live().values()) <= {1}, f"round {number}: a double"
