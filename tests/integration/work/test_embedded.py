"""The embedded runner: it keeps systems equal by itself, one process at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.errors import ConfigurationError
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.work.clock import FastClock
from samenspraak.work.embedded import EmbeddedRunner, OneRunner

ORGANISATION = "de-linde"
SHOPPING = {"tasks": [{"id": "a1", "who": {"user": "son", "role": "relative"}, "when": {"text": "zaterdag"}}]}


def eventually(claim: Callable[[], bool], seconds: float = 15.0) -> None:
    until = time.monotonic() + seconds
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


def test_what_another_process_changes_is_seen_within_a_second(town: Any, runner: EmbeddedRunner) -> None:
    town.systems["app-a"].add_record("son", "wit", "Boodschappen", **SHOPPING)
    eventually(lambda: set(town.reasons().values()) == {Reason.EQUAL})
    before = len(town.systems["app-b"].seen())
    town.app.store.woken = None
    link = next(one for one in town.links() if one.connector_id == "app-b")
    with town.app.store.write(ORGANISATION) as uow:
        uow.links.look(link.id)
        uow.commit()
    eventually(lambda: len(town.systems["app-b"].seen()) > before, seconds=2)


def test_a_second_runner_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with OneRunner(tmp_path), pytest.raises(ConfigurationError, match="already"), OneRunner(tmp_path):
        pass
    with OneRunner(tmp_path):
        pass
