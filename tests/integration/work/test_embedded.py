"""The embedded runner: it keeps systems equal by itself, one process at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.errors import ConfigurationError
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.store.records import ConnectorRecord
from samenspraak.work.clock import FastClock
from samenspraak.work.embedded import EmbeddedRunner, OneRunner
from samenspraak_memory.plugin import FamilyAppConnector

ORGANISATION = "de-linde"
SHOPPING = {"tasks": [{"id": "a1", "who": {"user": "son", "role": "relative"}, "when": {"text": "zaterdag"}}]}

SYSTEM = ConnectorRecord(id="app", plugin="memory", title="App", settings={}, state=ConnectorState.RUNNING)


def systems(town: Any) -> list[ConnectorRecord]:
    with town.app.store.read(ORGANISATION) as uow:
        found: list[ConnectorRecord] = uow.connectors.list()
        return found


def eventually(claim: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.05)


@pytest.fixture
def clock() -> FastClock:
    return FastClock(600)


@pytest.fixture
def runner(town: Any) -> Iterator[EmbeddedRunner]:
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan", client.id)
    town.consent(client.id, son)
    for name in ("app-a", "app-b"):
        town.joins(town.family_app(name), client.id, son)
    runner = EmbeddedRunner(town.app.hub, threads=4)
    runner.start()
    yield runner
    runner.stop()


def test_what_is_recorded_in_one_app_reaches_the_other_without_anybody_asking(
    town: Any, runner: EmbeddedRunner
) -> None:
    town.systems["app-a"].add_record("son", "wit", "Boodschappen", **SHOPPING)
    eventually(lambda: "Boodschappen" in town.systems["app-b"].readable("son"))
    eventually(lambda: set(town.reasons().values()) == {Reason.EQUAL})
    assert runner.is_alive


def test_many_at_once_are_each_made_once(town: Any, runner: EmbeddedRunner) -> None:
    for number in range(12):
        task = {**SHOPPING["tasks"][0], "id": f"k{number}"}
        town.systems["app-a"].add_record("son", "wit", f"Boodschap {number}", tasks=[task])
    eventually(lambda: [one.reason for one in town.links()] == [Reason.EQUAL] * 24)
    assert sorted(town.systems["app-b"].live().values()) == [1] * 12


def test_an_outage_of_one_system_delays_no_other_and_is_made_up_for(
    town: Any, runner: EmbeddedRunner
) -> None:
    town.systems["app-a"].add_record("son", "wit", "Boodschappen", **SHOPPING)
    eventually(lambda: set(town.reasons().values()) == {Reason.EQUAL})
    town.systems["app-b"].inject(Fault(kind="down", path="/api/.*"))
    town.systems["app-a"].add_record("son", "wit", "Ramen zemen", **SHOPPING)
    eventually(lambda: sorted(one.reason for one in town.links()) == ["due", "equal", "equal", "equal"])
    town.systems["app-b"].clear_faults()
    eventually(lambda: set(town.reasons().values()) == {Reason.EQUAL})
    assert set(town.systems["app-b"].live().values()) == {1}


def test_what_another_process_changes_is_seen_though_nobody_wakes_the_runner(
    town: Any, runner: EmbeddedRunner
) -> None:
    town.systems["app-a"].add_record("son", "wit", "Boodschappen", **SHOPPING)
    eventually(lambda: set(town.reasons().values()) == {Reason.EQUAL})
    town.app.store.woken = None
    link = next(one for one in town.links() if one.connector_id == "app-b")
    with town.app.store.write(ORGANISATION) as uow:
        uow.links.look(link.id)
        uow.commit()
    eventually(lambda: all(one.look == one.looked for one in town.links()))


def test_a_hub_whose_clock_is_set_back_hears_at_once_what_is_new(town: Any, runner: EmbeddedRunner) -> None:
    for job in runner._ticks.get_jobs():
        job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=1))
    town.systems["app-a"].add_record("son", "wit", "Boodschappen", **SHOPPING)
    eventually(lambda: "Boodschappen" in town.systems["app-b"].readable("son"))


def test_an_organisation_that_cannot_be_read_stops_no_other(town: Any, runner: EmbeddedRunner) -> None:
    town.app.store.add_organisation("aan-zee", "Aan Zee")
    unknown = replace(SYSTEM, state="a state of a later version")  # type: ignore[arg-type]  # as if read
    with town.app.store.write("aan-zee") as uow:
        with pytest.raises(ValueError, match="later version"):
            uow.connectors.add(unknown)
        uow.commit()
    town.systems["app-a"].add_record("son", "wit", "Boodschappen", **SHOPPING)
    eventually(lambda: "Boodschappen" in town.systems["app-b"].readable("son"))
    assert runner.is_alive


def test_a_plugin_that_crashes_while_it_is_heard_is_left_alone_for_a_while(
    town: Any, runner: EmbeddedRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> NoReturn:
        raise KeyError("a mistake in the plugin")

    monkeypatch.setattr(FamilyAppConnector, "changes", crash)
    eventually(lambda: all(one.failures for one in systems(town)))
    assert all(one.poll_due_at is not None for one in systems(town))
    monkeypatch.undo()
    town.systems["app-a"].add_record("son", "wit", "Boodschappen", **SHOPPING)
    eventually(lambda: "Boodschappen" in town.systems["app-b"].readable("son"))


def test_what_must_leave_a_stopped_system_leaves_it_though_it_was_to_be_heard_first(
    town: Any, runner: EmbeddedRunner
) -> None:
    town.systems["app-a"].add_record("son", "wit", "Boodschappen", **SHOPPING)
    eventually(lambda: set(town.reasons().values()) == {Reason.EQUAL})
    with town.app.store.write(ORGANISATION) as uow:
        uow.connectors.save(replace(uow.connectors.get("app-b"), state=ConnectorState.STOPPED))
        uow.commit()
    runner._unheard.add((ORGANISATION, "app-b"))
    with town.app.store.read(ORGANISATION) as uow:
        [given] = [one.id for one in uow.consents.of_client("wit") if one.recipient.id == "son"]
    town.withdraw("wit", given)
    eventually(lambda: town.systems["app-b"].readable("son") == [])


def test_a_second_runner_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with OneRunner(tmp_path), pytest.raises(ConfigurationError, match="already"), OneRunner(tmp_path):
        pass
    with OneRunner(tmp_path):
        pass
