"""An app asks the API for what it missed, and has it told again; it reaches nobody's events but its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.policy.access import Role, Scope
from samenspraak.policy.state import ConnectorState
from samenspraak.sandbox import Fault
from samenspraak.services import connectors, matching
from samenspraak.work.inline import work_off
from samenspraak_webhook.sandbox import HOOK, SECRET, Receiver

from .conftest import API, Headers

ORGANISATION = "de-linde"
APP = "naaste-app"


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "HOOK": SECRET}


@pytest.fixture
def app(family: Any) -> Receiver:
    """An app that the son uses as user 7; it was told of the stockings."""
    app = Receiver()
    app.clock = lambda: family.clock.now().timestamp()
    url = family.stack.enter_context(app.running())
    given = {"base_url": f"{url}{HOOK}", "secret": "secret://env/HOOK", "open_origins": [url]}
    draft = connectors.draft(family.app.registry, APP, "webhook", given, state=ConnectorState.RUNNING)
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, draft)
    matching.accept(family.app.hub, ORGANISATION, APP, "7", "relative:son")
    work_off(family.app.hub, ORGANISATION)
    return app


@pytest.fixture
def mine(key: Callable[..., Headers], app: Receiver) -> Headers:
    """Of the program behind the app."""
    return key(Role.APP, app=APP)


def edit(family: Any, text: str) -> None:
    family.systems["app-a"].edit("son", "r1", title=text)
    family.settle()


def test_an_app_catches_up_from_the_last_number_that_it_has(
    web: FlaskClient, family: Any, app: Receiver, mine: Headers
) -> None:
    app.inject(Fault(kind="down"))
    edit(family, "Kousen aan")
    told = web.get(f"{API}/events?after=1", headers=mine).json
    app.clear_faults()
    family.clock.pass_(minutes=10)
    work_off(family.app.hub, ORGANISATION)

    [missed] = told["items"]
    taken = app.taken[-1]
    assert told["last"] == 2
    assert missed.keys() == {"id", "type", "number", "agreement", "reader", "version", "at"}
    assert (missed["id"], missed["type"], missed["number"]) == (taken.id, taken.kind, taken.data["sequence"])
    assert {name: missed[name] for name in ("agreement", "reader", "version")} == {
        name: taken.data[name] for name in ("agreement", "reader", "version")
    }
    assert web.get(f"{API}/events?after=2", headers=mine).json == {"items": [], "last": 2}


def test_what_an_app_fetches_by_an_event_is_what_its_reader_may_see(
    web: FlaskClient, key: Callable[..., Headers], app: Receiver, mine: Headers
) -> None:
    [told] = web.get(f"{API}/events", headers=mine).json["items"]
    his = key(Role.APP, app=APP, reader=told["reader"])

    found = web.get(f"{API}/agreements/{told['agreement']}", headers=his)

    assert (found.status_code, found.json["version"]) == (200, told["version"])


def test_every_attempt_at_an_event_can_be_read_and_it_can_be_told_again(
    web: FlaskClient, family: Any, app: Receiver, mine: Headers
) -> None:
    shown = web.get(f"{API}/events/1", headers=mine).json
    before = len(app.seen())
    again = web.post(f"{API}/events/1/resend", headers=mine)
    work_off(family.app.hub, ORGANISATION)

    assert (shown["state"], [one["outcome"] for one in shown["tries"]]) == ("taken", ["taken"])
    assert (again.status_code, again.json["state"], again.json["id"]) == (202, "waiting", shown["id"])
    assert len(app.seen()) == before + 1
    assert len(web.get(f"{API}/events/1", headers=mine).json["tries"]) == 2
    with family.app.store.read(ORGANISATION) as uow:
        [line] = [one for one in uow.log.audit_lines() if one.action == "event.resent"]
    assert line.actor.startswith("program:")


@pytest.mark.parametrize(
    "moment", ["2026-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"]
)
def test_what_failed_or_is_missing_can_be_asked_for(
    web: FlaskClient, app: Receiver, mine: Headers, moment: str
) -> None:
    recovered = web.post(f"{API}/events/recover", json={"since": moment}, headers=mine)
    replayed = web.post(f"{API}/events/replay", json={"after": 0}, headers=mine)

    assert [(one.status_code, one.json) for one in (recovered, replayed)] == [(202, {"events": []})] * 2


@pytest.mark.parametrize("path", ["events?connector=app-a", "events/1?connector=app-a", "events/9"])
def test_what_is_another_ones_is_not_there(web: FlaskClient, app: Receiver, mine: Headers, path: str) -> None:
    assert web.get(f"{API}/{path}", headers=mine).status_code == 404


def test_staff_say_whose_events_they_mean(
    web: FlaskClient, key: Callable[..., Headers], app: Receiver
) -> None:
    manager = key(Role.CONNECTOR_MANAGER)

    assert web.get(f"{API}/events?connector={APP}", headers=manager).json["last"] == 1
    assert web.get(f"{API}/events", headers=manager).status_code == 409
    assert web.get(f"{API}/events?connector=nergens", headers=manager).status_code == 404


def test_without_the_scope_nothing_is_told(
    web: FlaskClient, key: Callable[..., Headers], app: Receiver
) -> None:
    reads = key(Role.APP, Scope.EVENTS_READ, app=APP)

    assert web.get(f"{API}/events", headers=key(Role.VIEWER)).status_code == 403
    assert web.get(f"{API}/events", headers=reads).status_code == 200
    assert web.post(f"{API}/events/1/resend", headers=reads).status_code == 403


@pytest.mark.parametrize("query", ["after=-1", "after=9999999999999999", "limit=0", "limit=501", "after=x"])
def test_numbers_that_do_not_do_are_named(web: FlaskClient, app: Receiver, mine: Headers, query: str) -> None:
    found = web.get(f"{API}/events?{query}", headers=mine)

    assert (found.status_code, found.json["code"]) == (422, "invalid")


# The endpoint.


def test_an_app_reads_and_changes_its_endpoint_over_the_version_that_it_read(
    web: FlaskClient, app: Receiver, mine: Headers
) -> None:
    read = web.get(f"{API}/endpoint", headers=mine)
    own = {**mine, "If-Match": read.headers["ETag"]}
    changed = web.patch(f"{API}/endpoint", json={"kinds": ["ended"]}, headers=own)

    assert (read.json["health"], read.json["last"], read.json["failures"]) == ("ok", 1, 0)
    assert read.json["public_key"].startswith("whpk_")
    assert SECRET not in read.text
    assert (changed.status_code, changed.json["settings"]["kinds"]) == (200, ["ended"])
    assert web.patch(f"{API}/endpoint", json={"kinds": []}, headers=own).status_code == 412
    assert web.patch(f"{API}/endpoint", json={"kinds": []}, headers=mine).status_code == 428


def test_what_an_app_may_not_set_is_refused(web: FlaskClient, app: Receiver, mine: Headers) -> None:
    own = {**mine, "If-Match": web.get(f"{API}/endpoint", headers=mine).headers["ETag"]}

    foreign = web.patch(f"{API}/endpoint", json={"secret": "secret://env/HOOK"}, headers=own)
    inside = web.patch(f"{API}/endpoint", json={"base_url": "https://10.0.0.8/hook"}, headers=own)

    assert (foreign.status_code, foreign.json["code"]) == (422, "invalid")
    assert (inside.status_code, inside.json["rule"]) == (409, "settings")


def test_a_new_secret_is_shown_once_and_again_only_to_a_second_try_of_the_same_request(
    web: FlaskClient, family: Any, app: Receiver, mine: Headers
) -> None:
    keyed = {**mine, "Idempotency-Key": "k1"}
    made = web.post(f"{API}/endpoint/secret", headers=keyed)
    again = web.post(f"{API}/endpoint/secret", headers=keyed)
    app.renew(made.json["secret"], alone=True)
    edit(family, "Kousen aan")

    assert (made.status_code, made.json) == (201, again.json)
    assert app.taken[-1].data["sequence"] == 2
    assert made.json["secret"] not in web.get(f"{API}/endpoint", headers=mine).text


def test_a_request_about_another_app_is_another_one_whatever_its_key(
    web: FlaskClient, family: Any, app: Receiver, key: Callable[..., Headers]
) -> None:
    given = {"base_url": "https://other.example/hook", "secret": "secret://env/HOOK"}
    draft = connectors.draft(family.app.registry, "app-z", "webhook", given, state=ConnectorState.RUNNING)
    connectors.add(family.app.hub, family.app.connected, ORGANISATION, draft)
    path, keyed = f"{API}/endpoint/secret", key(Role.CONNECTOR_MANAGER, **{"Idempotency-Key": "k1"})

    mine = web.post(f"{path}?connector={APP}", headers=keyed)
    other = web.post(f"{path}?connector=app-z", headers=keyed)

    assert mine.status_code == 201
    assert (other.status_code, other.json["rule"]) == (409, "repeated")


def test_an_app_tries_its_endpoint_and_switches_itself_off_and_on(
    web: FlaskClient, app: Receiver, mine: Headers
) -> None:
    tested = web.post(f"{API}/endpoint/test", headers=mine)
    off = web.post(f"{API}/endpoint/disable", headers=mine)
    on = web.post(f"{API}/endpoint/enable", headers=mine)

    assert [one["ok"] for one in tested.json["steps"]] == [True, True, True]
    assert app.taken[-1].kind == "test"
    assert (off.json["state"], off.json["health"]) == ("paused", "disabled")
    assert (on.json["state"], on.json["health"]) == ("running", "ok")


def test_nobody_manages_the_endpoint_of_another_one(web: FlaskClient, app: Receiver, mine: Headers) -> None:
    assert web.get(f"{API}/endpoint?connector=app-a", headers=mine).status_code == 404
    assert web.post(f"{API}/endpoint/secret?connector=app-a", headers=mine).status_code == 404
