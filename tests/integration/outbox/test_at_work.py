"""The embedded runner hands notices over by itself, and a receiver that is slow or gone slows down nobody."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.http.limits import DEFAULT_LIMITS
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services import matching
from samenspraak.work.clock import FastClock
from samenspraak.work.embedded import EmbeddedRunner

from .conftest import ORGANISATION, Told


@pytest.fixture
def clock() -> FastClock:
    """As fast as a receiver allows whose clock goes along."""
    return FastClock(60)


@pytest.fixture
def family(town: Any) -> Any:
    """A family whose agreement is at one app; the runner does the rest."""
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    town.people = [
        town.person("son", PartyKind.RELATIVE, "Jan de Wit", client.id),
        town.person("daughter", PartyKind.RELATIVE, "Els de Wit", client.id),
    ]
    for relative in town.people:
        town.consent(client.id, relative)
    town.joins(town.family_app("app-a"), client.id, *town.people)
    task = {"id": "a1", "who": {"user": "son", "role": "relative"}, "when": {"text": "elke dag"}}
    town.systems["app-a"].add_record("son", "wit", "Steunkousen aantrekken", tasks=[task])
    return town


@pytest.fixture
def runner(family: Any) -> Iterator[EmbeddedRunner]:
    runner = EmbeddedRunner(family.app.hub, threads=4)
    runner.start()
    yield runner
    runner.stop()


def eventually(claim: Callable[[], bool], seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < until, "it did not come true in time"
        time.sleep(0.05)


def is_equal(told: Told) -> bool:
    found = [one.reason for one in told.family.links() if one.connector_id == "naaste-app"]
    return found == [Reason.EQUAL]


def test_who_uses_the_app_is_told_without_anybody_asking_and_so_of_each_change(
    connect: Callable[..., Told], family: Any, runner: EmbeddedRunner
) -> None:
    told = connect()
    told.uses(family.people[0], "7")
    eventually(lambda: told.app.readable("7") != [])
    told.change("Steunkousen uittrekken")
    eventually(lambda: len(told.app.taken) == 2 and is_equal(told))

    assert told.app.missing() == []
    assert runner.is_alive


def test_a_receiver_that_hangs_keeps_no_other_waiting(
    connect: Callable[..., Told], family: Any, runner: EmbeddedRunner
) -> None:
    slow, quick = connect(), connect("andere-app")
    slow.app.inject(Fault(kind="hold"))
    slow.uses(family.people[0], "7")
    matching.accept(quick.hub, ORGANISATION, "andere-app", "a", str(family.people[1]))
    eventually(lambda: slow.app._held > 0 and quick.app.readable("a") != [])
    before = len(quick.app.taken)
    quick.change("Steunkousen uittrekken")
    eventually(lambda: len(quick.app.taken) > before, seconds=0.6 * DEFAULT_LIMITS.read_seconds)
    assert not any(one.taken_at for one in slow.events())

    slow.app.clear_faults()
    eventually(lambda: is_equal(slow))


def test_what_a_runner_that_died_had_taken_up_is_handed_over_by_the_next(
    connect: Callable[..., Told], family: Any
) -> None:
    told = connect()
    told.uses(family.people[0], "7")
    first = EmbeddedRunner(family.app.hub, threads=4)
    first.start()
    eventually(lambda: told.app.readable("7") != [])
    first.stop()
    told.app.inject(Fault(kind="down"))
    told.change("Steunkousen uittrekken")
    told.work()
    with family.app.store.write(ORGANISATION) as uow:
        now = family.clock.now()
        waiting = [one for one in uow.events.after("naaste-app", 0, 10) if one.taken_at is None]
        for one in waiting:
            uow.events.hasten("naaste-app", now)
            assert uow.events.claim(one.id, now, now.replace(year=now.year + 1)) is not None
        uow.commit()
    told.app.clear_faults()
    second = EmbeddedRunner(family.app.hub, threads=4)
    second.start()
    try:
        eventually(lambda: len(told.app.taken) == 2)
    finally:
        second.stop()

    assert told.app.missing() == []


def test_an_app_that_hears_nothing_gets_signs_of_life_by_itself(
    connect: Callable[..., Told], runner: EmbeddedRunner
) -> None:
    told = connect(heartbeat_minutes=1)

    eventually(lambda: len(told.app.taken) >= 2)

    assert {one.kind for one in told.app.taken} == {"samenspraak.heartbeat"}
    assert told.events() == []
