"""What is refused: how often one may try, what the audit trail says of it, and what goes on."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from samenspraak.errors import TransientError
from samenspraak.policy.access import Role
from samenspraak.services import connectors, feeds, programs
from samenspraak.store.records import AuditLine
from samenspraak.sync.telling_refusals import tell_refusals
from samenspraak.web.app import create_app
from samenspraak.web.limits import Limits
from samenspraak.work.embedded import EmbeddedRunner

ORGANISATION = "de-linde"
WRONG = "A" * 43
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJhdWQiOiJ1cm46c2FtZW5zcHJhYWs6ZGUtbGluZGUifQ.x"
REMOTE = "192.0.2.77"
Ask = Callable[[FlaskClient], TestResponse]


def shows(credential: str, method: str = "GET", path: str = "me", **more: Any) -> Ask:
    headers = {"Authorization": f"Bearer {credential}"}
    return lambda web: web.open(f"/api/v1/{path}", method=method, headers=headers, **more)


def gets_a_token(client_id: str) -> Ask:
    shown = b64encode(f"{client_id}:sp_{ORGANISATION}_k_{WRONG}".encode()).decode()
    form = {"grant_type": "client_credentials"}
    return lambda web: web.post("/oauth/token", data=form, headers={"Authorization": f"Basic {shown}"})


def fetches(path: str) -> Ask:
    return lambda web: web.get(f"/feed/{path}")


def follows(family: Any, who: str) -> Ask:
    """The address of a calendar of theirs."""
    path = feeds.add(family.app.hub, ORGANISATION, "agenda", who).path
    return lambda web: web.get(path)


@pytest.fixture
def web(family: Any) -> FlaskClient:
    return browser(family)


def browser(family: Any, **limits: int) -> FlaskClient:
    web = create_app(family.app, is_working=lambda: True, limits=Limits(**limits)).test_client()
    web.environ_base["REMOTE_ADDR"] = REMOTE
    return web


def told(family: Any) -> list[AuditLine]:
    with family.app.store.read(ORGANISATION) as uow:
        assert uow.log.verify() is None
        return [one for one in uow.log.audit_lines() if one.action == "credential.refused"]


def tell(family: Any) -> list[str]:
    """What the trail says of refusals once the runner has told of them."""
    tell_refusals(family.app.hub, ORGANISATION)
    return [f"{one.object} {one.detail}" for one in told(family)]


@pytest.mark.parametrize(
    "ask",
    [
        shows(f"sp_{ORGANISATION}_nosuch_{WRONG}"),
        shows(f"st_{ORGANISATION}_eyJ9.{WRONG}"),
        shows(UNSIGNED),
        shows(UNSIGNED, "POST", "me/invitation", json={"code": "x"}),
        gets_a_token(f"{ORGANISATION}.planning"),
        fetches(f"{ORGANISATION}/{WRONG}.ics"),
    ],
    ids=["key", "token", "sign-in", "invitation", "oauth", "feed"],
)
def test_a_refusal_is_in_the_trail_of_the_organisation_that_was_named(
    family: Any, web: FlaskClient, ask: Ask
) -> None:
    assert ask(web).status_code in (401, 404)
    assert told(family) == []

    assert tell(family) == ["network:192.0.2.0/24 times:1"]
    [line] = told(family)
    assert (line.actor, line.outcome, line.client_id) == ("unknown", "refused", "")
    assert REMOTE not in str(line)


@pytest.mark.parametrize(
    "ask",
    [
        *(shows(f"sp_de-beuk_k_{WRONG}"), shows(f"st_de-beuk_eyJ9.{WRONG}"), shows(""), shows("eyJ.x.y")),
        *(gets_a_token("de-beuk.planning"), fetches(f"de-beuk/{WRONG}.ics")),
    ],
)
def test_what_names_no_organisation_that_there_is_is_counted_nowhere(
    family: Any, web: FlaskClient, ask: Ask
) -> None:
    assert ask(web).status_code in (401, 404)

    assert tell(family) == []


def test_a_stranger_who_goes_on_makes_one_line_a_day_and_a_right_credential_works_all_the_while(
    family: Any,
) -> None:
    programs.add(family.app.hub, ORGANISATION, "planning", Role.VIEWER)
    right = shows(programs.add_key(family.app.hub, ORGANISATION, "planning").text)
    web, wrong = browser(family, refusals=5), shows(f"sp_{ORGANISATION}_nosuch_{WRONG}")

    answers = [wrong(web).status_code for _ in range(40)]
    first = tell(family)
    answers += [wrong(web).status_code for _ in range(60)]

    assert set(answers) == {401, 429}
    assert right(web).status_code == 200
    assert first == tell(family) == ["network:192.0.2.0/24 times:40"]
    family.clock.pass_(days=1)
    assert tell(family) == [*first, "network:192.0.2.0/24 times:60"]
    assert right(web).status_code == 200


def test_a_refusal_that_cannot_be_noted_is_a_refusal_and_is_told_later(
    family: Any, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise TransientError("The database is busy.")

    wrong = shows(f"sp_{ORGANISATION}_nosuch_{WRONG}")
    with monkeypatch.context() as broken:
        broken.setattr(family.app.store, "write", away)
        assert wrong(web).status_code == 401
        with pytest.raises(TransientError):
            tell_refusals(family.app.hub, ORGANISATION)

    assert tell(family) == ["network:192.0.2.0/24 times:1"]


@contextmanager
def at_work(family: Any) -> Iterator[EmbeddedRunner]:
    runner = EmbeddedRunner(family.app.hub, threads=2)
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def eventually_told(family: Any) -> None:
    until = time.monotonic() + 20
    while not told(family) and time.monotonic() < until:
        time.sleep(0.05)


def test_a_hub_at_work_tells_of_refusals_by_itself(
    family: Any, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samenspraak.work.embedded._REFUSED_SECONDS", 0.1)
    shows(f"sp_{ORGANISATION}_nosuch_{WRONG}")(web)
    with at_work(family):
        eventually_told(family)

    assert [one.detail for one in told(family)] == ["times:1"]


def test_a_hub_tells_of_them_also_when_a_busy_machine_kept_that_waiting(
    family: Any, web: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samenspraak.work.embedded._REFUSED_SECONDS", 3600)
    shows(f"sp_{ORGANISATION}_nosuch_{WRONG}")(web)
    with at_work(family) as runner:
        runner._ticks.modify_job("refused", next_run_time=datetime.now(UTC) - timedelta(minutes=1))
        eventually_told(family)

    assert [one.detail for one in told(family)] == ["times:1"]


def test_who_has_many_addresses_of_the_newer_kind_is_one_place(family: Any) -> None:
    web, statuses = browser(family, refusals=3), []
    for number in range(5):
        web.environ_base["REMOTE_ADDR"] = f"2001:db8::{number + 1:x}"
        statuses.append(shows("x")(web).status_code)
    web.environ_base["REMOTE_ADDR"] = "2001:db8:0:1::1"

    assert statuses == [401, 401, 401, 429, 429]
    assert shows("x")(web).status_code == 401


# Calls that are not theirs to make.


def refusals(family: Any) -> list[str]:
    """What the trail says of calls that were refused, once the runner has told of them."""
    tell_refusals(family.app.hub, ORGANISATION)
    with family.app.store.read(ORGANISATION) as uow:
        assert uow.log.verify() is None
        lines = [one for one in uow.log.audit_lines() if one.action == "call.refused"]
    assert {one.outcome for one in lines} <= {"refused"}
    return [f"{one.actor} {one.connector_id} {one.object} {one.detail}" for one in lines]


def test_a_call_without_the_scope_is_in_the_trail_with_who_asked_for_what(
    family: Any, web: FlaskClient
) -> None:
    hub = family.app.hub
    programs.add(hub, ORGANISATION, "planning", Role.VIEWER)
    programs.add(hub, ORGANISATION, "server", Role.APP, connector_id="app-a")
    viewer, app = (programs.add_key(hub, ORGANISATION, one).text for one in ("planning", "server"))

    answers = [
        shows(viewer, "POST", "programs", json={})(web),
        shows(viewer, path="connectors")(web),
        shows(app, path="clients/wit/consents")(web),
    ]
    as_the_son = {"Authorization": f"Bearer {app}", "Samenspraak-Reader": "son"}
    answers.append(web.get("/api/v1/people", headers=as_the_son))

    assert [one.status_code for one in answers] == [403] * 4
    assert sorted(refusals(family)) == [
        "program:planning  call:connectors_list times:1",
        "program:planning  call:programs_make times:1",
        "program:server app-a call:consents_list times:1",
        "relative:son app-a call:people_list times:1",
    ]
    assert shows(viewer, path="people")(web).status_code == 200


def test_who_goes_on_asking_for_what_is_not_theirs_makes_one_line_a_day(
    family: Any, web: FlaskClient
) -> None:
    programs.add(family.app.hub, ORGANISATION, "planning", Role.VIEWER)
    denied = shows(programs.add_key(family.app.hub, ORGANISATION, "planning").text, path="connectors")

    denied(web)
    first = refusals(family)
    for _ in range(60):
        denied(web)

    assert refusals(family) == first == ["program:planning  call:connectors_list times:1"]
    family.clock.pass_(days=1)
    assert refusals(family) == [*first, "program:planning  call:connectors_list times:60"]


# Addresses that hold a secret.


@pytest.fixture
def address(family: Any) -> Ask:
    """That of a calendar of the son."""
    agenda = connectors.draft(family.app.registry, "agenda", "calendar", {})
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, agenda)
    return follows(family, "relative:son")


def test_an_address_is_fetched_so_often_and_another_one_goes_on(family: Any, address: Ask) -> None:
    web = browser(family, asks=3)
    other = follows(family, "relative:daughter")

    answers = [address(web) for _ in range(4)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].headers["Cache-Control"] == "private, no-cache"
    assert other(web).status_code == 200


def test_who_tries_addresses_that_there_are_not_waits_and_one_that_there_is_goes_on(
    family: Any, address: Ask
) -> None:
    web = browser(family, refusals=3)

    tried = [fetches(f"{ORGANISATION}/{number:x<43}.ics")(web) for number in range(5)]

    assert [one.status_code for one in tried] == [404, 404, 404, 429, 429]
    assert int(tried[-1].headers["Retry-After"]) >= 1
    assert tried[-1].data == b""
    assert address(web).status_code == 200
    assert tell(family) == ["network:192.0.2.0/24 times:5"]
