"""A system that was down for a while: nothing is lost or doubled, and what is about today goes first."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services.exchange import exchange

TITLES = ("De was ophalen", "Naar de tuin", "Samen eten")
EVERY_DAY = {"rhythm": {"type": "days", "every": "day", "times": ["17:30"]}}


def settle(town: Any, cycles: int) -> None:
    """Exchange with whoever can be heard."""
    for _ in range(cycles):
        exchange(town.app.hub, "de-linde")
        town.clock.pass_(seconds=5)


@pytest.fixture
def busy_day(town: Any) -> Any:
    """Three agreements in two apps; one app is down while all of them change, today's matter last."""
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan", client.id)
    town.consent(client.id, son)
    for name in ("app-a", "app-b"):
        town.joins(town.family_app(name), client.id, son)
    app, down = town.systems["app-a"], town.systems["app-b"]
    for title in TITLES:
        task = {"id": "a1", "who": {"user": "son", "role": "relative"}, "when": EVERY_DAY}
        app.add_record("son", "wit", title, tasks=[task])
    town.settle(3)
    down.inject(Fault(kind="down"))
    app.instruct("son", "r1", "De zak hangt achter de deur.")
    app.instruct("son", "r2", "Neem een jas mee.")
    settle(town, 8)
    app.cancel("son", "r3", "a1", "2026-11-23")
    for _ in range(6):
        town.clock.pass_(hours=1)
        settle(town, 3)
    town.sent = len(down.seen())
    down.clear_faults()
    return town


def recover(town: Any) -> None:
    for _ in range(3):
        town.clock.pass_(minutes=20)
        settle(town, 3)


def test_what_is_about_today_arrives_first(busy_day: Any) -> None:
    recover(busy_day)
    app = busy_day.systems["app-b"]
    written = [one.path.rpartition("/")[2] for one in app.seen()[busy_day.sent :] if one.write]
    titles = [next(one["title"] for one in app.shelf.bodies("record") if one["id"] == key) for key in written]
    assert titles[0] == "Samen eten"


def test_everything_arrives_once(busy_day: Any) -> None:
    recover(busy_day)
    app = busy_day.systems["app-b"]
    written = [one.path for one in app.seen()[busy_day.sent :] if one.write]
    assert len(written) == len(set(written)) == 3
    assert set(busy_day.reasons().values()) == {Reason.EQUAL}
    assert dict(app.live()) == dict.fromkeys(app.live(), 1)


def test_a_system_that_is_down_is_only_asked_whether_it_is_there(busy_day: Any) -> None:
    asked = [one for one in busy_day.systems["app-b"].seen()[-20:] if one.fault == "down"]
    assert {one.path for one in asked} == {"/api/changes"}
