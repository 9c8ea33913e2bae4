"""Hints in over HTTP: verified, stored once, then answered; whatever is not genuine changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from samenspraak.errors import TransientError
from samenspraak.protocols.standard_webhooks import Secret, signed
from samenspraak.store.records import ConnectorRecord
from samenspraak.web.app import create_app
from samenspraak.work.embedded import EmbeddedRunner

HERE, ELSEWHERE = "de-linde", "de-beuk"
SECRETS = {
    name: Secret(f"het-geheim-van-{name}-en-langer".encode())
    for name in ("NOTIFY", "EARLIER", "OTHER_APP", "ELSEWHERE")
}
KNOWN = b'{"record": "r1"}'
UNKNOWN = b'{"record": "nergens"}'
PATH = "/in/de-linde/app-a"


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return {**environment, **{name: secret.text() for name, secret in SECRETS.items()}}


@pytest.fixture
def web(family: Any) -> FlaskClient:
    """The stockings, ``r1`` in app A, are in both apps and equal; both tell, and so does one elsewhere."""
    family.app.store.add_organisation(ELSEWHERE, "De Beuk")
    app_a = configure(family, HERE, "app-a", notify_secret="NOTIFY", earlier_notify_secret="EARLIER")
    configure(family, HERE, "app-b", notify_secret="OTHER_APP")
    with family.app.store.write(ELSEWHERE) as uow:
        uow.connectors.add(app_a)
        uow.commit()
    configure(family, ELSEWHERE, "app-a", notify_secret="ELSEWHERE")
    return create_app(family.app, is_working=lambda: True).test_client()


def configure(family: Any, organisation: str, connector_id: str, **secrets: str) -> ConnectorRecord:
    with family.app.store.write(organisation) as uow:
        record: ConnectorRecord = uow.connectors.get(connector_id)
        given = {name: f"secret://env/{where}" for name, where in secrets.items()}
        uow.connectors.save(replace(record, settings={**record.settings, **given}))
        uow.commit()
    return record


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A notice as it is sent. ``told``: what was signed, where that is something else than the body."""

    body: bytes = KNOWN
    told: bytes | None = None
    secret: str = "NOTIFY"
    name: str = "msg_1"
    age: timedelta = timedelta(0)
    without: str = ""
    more: Mapping[str, str] | None = None
    path: str = PATH

    def headers(self) -> dict[str, str]:
        told = self.body if self.told is None else self.told
        made = signed(self.name, datetime.now(UTC) - self.age, told, [SECRETS[self.secret]])
        return {name: text for name, text in {**made, **(self.more or {})}.items() if name != self.without}

    def to(self, web: FlaskClient) -> int:
        return int(web.post(self.path, data=self.body, headers=self.headers()).status_code)


def state(family: Any) -> list[object]:
    """Everything that a notice may change, in both organisations."""
    found: list[object] = []
    for organisation in (HERE, ELSEWHERE):
        with family.app.store.read(organisation) as uow:
            found += uow.connectors.list()
            for system in uow.connectors.list():
                found += uow.links.of_connector(system.id)
                found += uow.remotes.unlinked(system.id)
    return found


def looks(family: Any) -> int:
    """How often somebody said to look at the copies in app A."""
    with family.app.store.read(HERE) as uow:
        return sum(one.look for one in uow.links.of_connector("app-a"))


def poll_due_at(family: Any) -> datetime | None:
    with family.app.store.read(HERE) as uow:
        due: datetime | None = uow.connectors.get("app-a").poll_due_at
        return due


def asked(family: Any, path: str) -> int:
    return sum(one.path.startswith(path) for one in family.systems["app-a"].seen())


def eventually(claim: Callable[[], bool], seconds: float = 20.0) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.02)


# What is genuine.


def test_a_notice_about_a_record_makes_the_hub_look_at_it(family: Any, web: FlaskClient) -> None:
    before = looks(family)
    assert Notice().to(web) == 200
    assert (looks(family), poll_due_at(family)) == (before + 1, None)


def test_a_notice_about_what_we_do_not_know_makes_the_hub_ask_what_changed(
    family: Any, web: FlaskClient
) -> None:
    assert Notice(body=UNKNOWN).to(web) == 200
    assert poll_due_at(family) == family.clock.now()


GENUINE = {
    "with the earlier secret": Notice(secret="EARLIER"),
    "four minutes old": Notice(age=timedelta(minutes=4)),
    "from a clock that is ahead": Notice(age=timedelta(minutes=-4)),
    "as text": Notice(more={"Content-Type": "text/plain"}),
    "as a form": Notice(more={"Content-Type": "application/x-www-form-urlencoded"}),
    "spelled otherwise": Notice(body=b'{ "record" : "r1" }\n'),
}


def test_what_is_genuine_is_taken_however_it_is_dressed(family: Any, web: FlaskClient) -> None:
    for number, (how, notice) in enumerate(GENUINE.items()):
        before = looks(family)
        assert replace(notice, name=f"msg_{number}").to(web) == 200, how
        assert looks(family) == before + 1, how


# What is not.

REFUSED = {
    "with another secret": (Notice(secret="OTHER_APP"), 401),
    "of another organisation": (Notice(secret="ELSEWHERE"), 401),
    "sent to another app": (Notice(path="/in/de-linde/app-b"), 401),
    "sent to another organisation": (Notice(path="/in/de-beuk/app-a"), 401),
    "sent to nobody": (Notice(path="/in/de-linde/nergens"), 404),
    "sent nowhere": (Notice(path="/in/de-es/app-a"), 404),
    "with a name that is not signed": (Notice(more={"webhook-id": "msg_2"}), 401),
    "with a time that is not signed": (Notice(more={"webhook-timestamp": str(int(time.time()) - 9)}), 401),
    "with a dot in its name": (Notice(more={"webhook-id": "msg_1.5"}), 401),
    "without a name": (Notice(without="webhook-id"), 401),
    "without a time": (Notice(without="webhook-timestamp"), 401),
    "without a signature": (Notice(without="webhook-signature"), 401),
    "with an empty signature": (Notice(more={"webhook-signature": ""}), 401),
    "with a time that is none": (Notice(more={"webhook-timestamp": "gisteren"}), 401),
    "too old": (Notice(age=timedelta(minutes=6)), 401),
    "too new": (Notice(age=timedelta(minutes=-6)), 401),
    "of years ago": (Notice(age=timedelta(days=900)), 401),
    "written anew": (Notice(told=KNOWN, body=b'{"record":"r1"}'), 401),
    "about another record": (Notice(told=UNKNOWN), 401),
    "with a byte more": (Notice(told=KNOWN, body=KNOWN + b" "), 401),
    "signed, and no JSON": (Notice(body=b"record=r1"), 400),
    "signed, and empty": (Notice(body=b""), 400),
    "signed, and about nothing": (Notice(body=b"{}"), 400),
    "of 11 MB": (Notice(body=b"x" * 11 * 2**20), 413),
}


def test_what_is_not_genuine_changes_nothing_and_spoils_nothing(family: Any, web: FlaskClient) -> None:
    before = state(family)

    for how, (notice, status) in REFUSED.items():
        assert notice.to(web) == status, how
        assert state(family) == before, how

    assert Notice().to(web) == 200
    assert state(family) != before


def test_a_stolen_notice_does_nothing_at_another_door(family: Any, web: FlaskClient) -> None:
    """The very bytes that were taken here, sent to every other address."""
    stolen = Notice()
    assert stolen.to(web) == 200
    before = state(family)

    for path in ("/in/de-linde/app-b", "/in/de-beuk/app-a"):
        assert replace(stolen, path=path).to(web) == 401

    assert state(family) == before


def test_why_a_notice_was_refused_is_said_once_in_a_while(web: FlaskClient) -> None:
    with capture_logs() as lines:
        for _ in range(3):
            Notice(age=timedelta(minutes=6)).to(web)

    said = [one for one in lines if one["event"] == "notice refused"]
    assert [(one["connector"], "too long" in one["why"]) for one in said] == [("app-a", True)]


# What comes again.


def test_a_hundred_times_the_same_at_once_is_one_look(family: Any, web: FlaskClient) -> None:
    before, notice = looks(family), Notice()
    headers = notice.headers()

    def send(_: int) -> int:
        return int(web.application.test_client().post(PATH, data=notice.body, headers=headers).status_code)

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(send, range(100))) == {200}
    assert looks(family) == before + 1


def test_what_comes_again_after_it_was_looked_at_changes_nothing(family: Any, web: FlaskClient) -> None:
    for notice in (Notice(name="msg_1"), Notice(name="msg_2", body=UNKNOWN)):
        assert notice.to(web) == 200
    family.settle(2)
    before = state(family)

    family.clock.pass_(days=6)
    assert Notice(name="msg_1", age=timedelta(minutes=-1)).to(web) == 200  # signed anew by who sends again
    assert Notice(name="msg_2", body=UNKNOWN).to(web) == 200

    assert state(family) == before


def test_the_same_name_from_another_app_is_another_notice(family: Any, web: FlaskClient) -> None:
    assert Notice(body=UNKNOWN).to(web) == 200
    assert Notice(body=UNKNOWN, secret="OTHER_APP", path="/in/de-linde/app-b").to(web) == 200
    with family.app.store.read(HERE) as uow:
        assert uow.connectors.get("app-b").poll_due_at == family.clock.now()


def test_a_notice_that_could_not_be_stored_counts_when_it_comes_again(
    family: Any, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(family)

    def full(*_: object) -> None:
        raise TransientError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr("samenspraak.store.turns.Turn.commit", full)
        answer = web.post(PATH, data=KNOWN, headers=Notice().headers())
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert state(family) == before

    count = looks(family)
    assert Notice().to(web) == 200
    assert looks(family) == count + 1


# Many at once.


@pytest.fixture
def runs(family: Any) -> Iterator[Callable[[], None]]:
    """Begins the work of the hub, which ends with the test."""
    runner = EmbeddedRunner(family.app.hub, threads=4)
    begun = []

    def begin() -> None:
        begun.append(runner)
        runner.start()

    yield begin
    for one in begun:
        one.stop()


def thousand(web: FlaskClient, body: bytes) -> None:
    def send(number: int) -> int:
        return Notice(name=f"msg_{number}", body=body).to(web.application.test_client())

    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(send, range(1000))) == {200}


def test_a_thousand_notices_about_one_record_make_one_look(
    family: Any, web: FlaskClient, runs: Callable[[], None]
) -> None:
    thousand(web, KNOWN)
    before, writes = asked(family, "/api/records/r1"), family.writes()
    runs()
    eventually(lambda: all(one.look == one.looked for one in family.links()))
    time.sleep(0.5)

    assert (asked(family, "/api/records/r1"), family.writes()) == (before + 1, writes)


def test_a_thousand_notices_about_what_nobody_knows_are_one_question(
    family: Any, web: FlaskClient, runs: Callable[[], None]
) -> None:
    thousand(web, UNKNOWN)
    before = asked(family, "/api/changes")
    runs()
    eventually(lambda: poll_due_at(family) is None)
    time.sleep(0.5)

    assert asked(family, "/api/changes") == before + 1


def test_a_notice_that_comes_while_the_record_is_looked_at_makes_another_look(
    family: Any, web: FlaskClient
) -> None:
    with family.app.store.write(HERE) as uow:
        [link] = uow.links.of_connector("app-a")
        uow.look_at_link(link.id)
        until = family.clock.now() + timedelta(minutes=1)
        claimed = uow.links.claim(link.id, family.clock.now(), until)
        uow.commit()

    assert Notice().to(web) == 200

    with family.app.store.read(HERE) as uow:
        assert uow.links.get(link.id).look == claimed.look + 1


# Doors that are not there, and health.


def test_a_system_that_tells_nothing_has_no_door(family: Any, web: FlaskClient, plein: Any) -> None:
    assert web.post("/in/de-linde/plein", data=b"{}").status_code == 404


def test_health_is_bad_while_the_runner_does_not_look_for_work(town: Any) -> None:
    works = [False]
    web = create_app(town.app, is_working=lambda: works[0]).test_client()
    assert web.get("/healthz").status_code == 503
    works[0] = True
    assert web.get("/healthz").get_json() == {"ok": True, "database": True, "runner": True}
