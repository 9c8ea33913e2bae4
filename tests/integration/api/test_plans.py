"""A plan is done beside the runner as it was seen over the API, or not at all; and the hub goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import pytest
from flask.testing import FlaskClient

from samenspraak.domain.parties import PartyKind
from samenspraak.policy.access import Role
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.services import exchange, rehearsals
from samenspraak.web.app import create_app
from samenspraak.work import embedded
from samenspraak.work.embedded import EmbeddedRunner, OneRunner
from samenspraak_memory.plugin import FamilyAppConnector
from samenspraak_memory.sandbox import FamilyApp

API = "/api/v1"
ORGANISATION = "de-linde"
Headers = dict[str, str]
Json = dict[str, Any]
RELEASE = {"release": ["app-c"]}
PATIENCE = 30.0


class BrokenDownError(BaseException):
    """What ends a thread as a kill does: nobody catches it, and nobody tidies up."""


def eventually(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.02)


@pytest.fixture
def manager(key: Callable[..., Headers]) -> Headers:
    return key(Role.CONNECTOR_MANAGER)


@pytest.fixture
def new(family: Any) -> FamilyApp:
    """App C reads along; mevrouw De Wit's neighbour would see her stockings in it."""
    neighbour = family.person("mia", PartyKind.RELATIVE, "Mia", "wit")
    family.consent("wit", neighbour)
    app: FamilyApp = family.family_app("app-c", ConnectorState.MATCHING)
    family.joins(app, "wit", neighbour)
    family.settle(3)
    return app


@pytest.fixture
def runner(family: Any, new: FamilyApp) -> Iterator[EmbeddedRunner]:
    runner = EmbeddedRunner(family.app.hub, threads=2)
    runner.start()
    yield runner
    runner.stop()


@pytest.fixture
def web(family: Any, runner: EmbeddedRunner) -> FlaskClient:
    return create_app(family.app, is_working=lambda: runner.is_alive, still=runner.still).test_client()


def planned(web: FlaskClient, manager: Headers) -> Json:
    """The plan to let app C take part, as it is sent to have it done."""
    found = web.post(f"{API}/plans", json=RELEASE, headers=manager).json
    assert [(one["connector_id"], one["kind"]) for one in found["acts"]] == [("app-c", "create")]
    return {**RELEASE, "seed": found["seed"], "fingerprint": found["fingerprint"]}


def carry_out(web: FlaskClient, manager: Headers, plan: Json) -> Any:
    return web.application.test_client().post(f"{API}/plans/applied", json=plan, headers=manager)


def state(family: Any) -> ConnectorState:
    with family.app.store.read(ORGANISATION) as uow:
        found: ConnectorState = uow.connectors.get("app-c").state
        return found


def is_at_rest(family: Any, new: FamilyApp) -> bool:
    """Every copy is equal, and the stockings are in app C once."""
    reasons = [one.reason for one in family.links()]
    return reasons == [Reason.EQUAL] * 3 and list(new.live().values()) == [1]


def is_told(family: Any) -> bool:
    """What the son wrote in app A reached the daughter in app B."""
    return "Eerst de tenen." in family.systems["app-b"].readable("daughter")


def is_due(family: Any, connector_id: str) -> bool:
    """Whether a hint waits to be taken up."""
    with family.app.store.read(ORGANISATION) as uow:
        return uow.connectors.get(connector_id).poll_due_at is not None


def heard_soon(family: Any, connector_id: str) -> None:
    """A hint: this system has something to tell."""
    with family.app.store.write(ORGANISATION) as uow:
        uow.connectors.note(connector_id, poll_due_at=family.clock.now())
        uow.commit()


def test_a_plan_is_done_once_as_it_was_seen(
    family: Any, web: FlaskClient, manager: Headers, new: FamilyApp
) -> None:
    plan = planned(web, manager)
    done = carry_out(web, manager, plan)

    assert (done.status_code, done.json["refused"], done.json["missing"], done.json["unheard"]) == (
        *(200, [], []),
        {},
    )
    assert [(one["connector_id"], one["kind"]) for one in done.json["made"]] == [("app-c", "create")]
    assert "what" in done.json["made"][0]["newly"]
    assert "Steunkousen aantrekken" in new.readable("mia")
    again = carry_out(web, manager, plan)
    assert (again.status_code, again.json["rule"]) == (409, "connector-state")
    eventually(lambda: is_at_rest(family, new))


def test_who_has_a_plan_done_is_in_the_audit_trail_before_anything_is_written(
    family: Any, web: FlaskClient, manager: Headers, new: FamilyApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, lines = planned(web, manager), []

    def look(*given: Any, **more: Any) -> Any:
        with family.app.store.read(ORGANISATION) as uow:
            lines.extend((one.action, one.actor, one.object) for one in uow.log.audit_lines())
        return exchange.exchange(*given, **more)

    monkeypatch.setattr(rehearsals, "exchange", look)
    assert carry_out(web, manager, plan).status_code == 200
    assert ("plan.applied", "program:p0", f"plan:{plan['fingerprint']}") in lines


def test_once_the_world_has_moved_nothing_of_a_plan_is_done(
    family: Any, web: FlaskClient, manager: Headers, new: FamilyApp
) -> None:
    plan = planned(web, manager)
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")

    refused = carry_out(web, manager, plan)

    assert (refused.status_code, refused.json["code"]) == (412, "stale")
    assert (state(family), new.writes()) == (ConnectorState.MATCHING, [])
    heard_soon(family, "app-a")
    eventually(lambda: is_told(family))


def test_a_plan_is_not_done_while_the_hub_cannot_be_made_to_stand_still(
    family: Any,
    web: FlaskClient,
    manager: Headers,
    new: FamilyApp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan, begun, goes_on = planned(web, manager), threading.Event(), threading.Event()
    changes = FamilyAppConnector.changes

    def slowly(*given: Any) -> Any:
        begun.set()
        goes_on.wait(PATIENCE)
        return changes(*given)

    with monkeypatch.context() as slow:
        slow.setattr(FamilyAppConnector, "changes", slowly)
        slow.setattr(embedded, "_STILL_SECONDS", 0.05)
        heard_soon(family, "app-a")
        assert begun.wait(PATIENCE)
        refused = carry_out(web, manager, plan)
        goes_on.set()

    assert (refused.status_code, refused.json["code"]) == (503, "transient")
    assert int(refused.headers["Retry-After"]) > 0
    assert (state(family), new.writes()) == (ConnectorState.MATCHING, [])
    assert carry_out(web, manager, plan).status_code == 200


@pytest.fixture
def held(family: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[threading.Event, threading.Event]]:
    """An exchange that says that everything is written, and ends when it may."""
    written, goes_on = threading.Event(), threading.Event()

    def waiting(hub: Any, *given: Any, **more: Any) -> Any:
        found = exchange.exchange(hub, *given, **more)
        if hub.store is family.app.store:
            written.set()
            goes_on.wait(PATIENCE)
        return found

    monkeypatch.setattr(rehearsals, "exchange", waiting)
    yield written, goes_on
    goes_on.set()


def test_of_two_who_have_plans_done_at_once_the_second_is_refused(
    web: FlaskClient, manager: Headers, new: FamilyApp, held: tuple[threading.Event, threading.Event]
) -> None:
    plan, (written, goes_on) = planned(web, manager), held
    with ThreadPoolExecutor() as caller:
        first = caller.submit(carry_out, web, manager, plan)
        assert written.wait(PATIENCE)
        second = carry_out(web, manager, plan)
        goes_on.set()

        assert (second.status_code, second.json["code"]) == (503, "transient")
        assert first.result(PATIENCE).status_code == 200
    assert list(new.live().values()) == [1]


def test_what_is_hinted_while_a_plan_is_done_is_taken_up_afterwards(
    family: Any, web: FlaskClient, manager: Headers, held: tuple[threading.Event, threading.Event]
) -> None:
    plan, (written, goes_on) = planned(web, manager), held
    with ThreadPoolExecutor() as caller:
        done = caller.submit(carry_out, web, manager, plan)
        assert written.wait(PATIENCE)
        family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
        heard_soon(family, "app-a")
        time.sleep(1.2)  # the runner would have heard it twice by now
        assert is_due(family, "app-a")
        assert web.get("/healthz").json == {"ok": True, "database": True, "runner": True}
        goes_on.set()
        assert done.result(PATIENCE).status_code == 200
    eventually(lambda: is_told(family))


def test_the_hub_goes_on_when_doing_a_plan_breaks_down_half_way(
    family: Any, web: FlaskClient, manager: Headers, new: FamilyApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, create = planned(web, manager), FamilyAppConnector.create

    def breaks_down(*given: Any) -> NoReturn:
        create(*given)
        raise BrokenDownError

    with monkeypatch.context() as broken:
        broken.setattr(FamilyAppConnector, "create", breaks_down)
        with pytest.raises(BrokenDownError):
            carry_out(web, manager, plan)
    assert (state(family), list(new.live().values())) == (ConnectorState.RUNNING, [1])
    family.clock.pass_(hours=1)  # what it had leased is free again
    eventually(lambda: is_at_rest(family, new))


def test_without_a_runner_in_its_process_nobody_else_may_be_at_work(
    family: Any, new: FamilyApp, manager: Headers
) -> None:
    web = create_app(family.app, is_working=lambda: True).test_client()
    plan = planned(web, manager)
    with OneRunner(family.app.settings.data_dir):
        refused = carry_out(web, manager, plan)

    assert (refused.status_code, refused.json["code"]) == (503, "configuration")
    assert new.writes() == []
    assert carry_out(web, manager, plan).status_code == 200
    assert list(new.live().values()) == [1]
