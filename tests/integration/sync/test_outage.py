"""A system that was down for a while: nothing is lost or doubled, and what is about today goes first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

import pytest

from samenspraak.connectors import Call, Look
from samenspraak.domain.agreements import What
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import WHAT, MatrixRow
from samenspraak.errors import TransientError
from samenspraak.policy.priority import EDIT, SOON
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services.exchange import exchange
from samenspraak.store.records import ConnectorRecord
from samenspraak.sync.reconcile import reconcile
from samenspraak.sync.trouble import again_at, trouble
from samenspraak_memory.plugin import FamilyAppConnector

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


def test_what_was_done_today_is_told_before_other_news(household: Any) -> None:
    household.a.report("son", "r1", "a1", "2026-11-23")
    household.hears("app-a")
    there, elsewhere = sorted(household.town.links(), key=lambda one: one.connector_id)
    assert there.priority == EDIT
    reconcile(household.hub, "de-linde", there.id)
    [elsewhere] = [one for one in household.town.links() if one.id == elsewhere.id]
    assert elsewhere.priority == SOON


# What ends a pause and closes a breaker.


class Throttled(FamilyAppConnector):
    """While it is answered, another request of ours is told to come back in an hour."""

    happens: ClassVar[list[Callable[[], object]]] = []

    def fetch(self, call: Call, external_id: str) -> Look:
        found = super().fetch(call, external_id)
        if self.happens:
            self.happens.pop()()
        return found


def asks_for_an_hour(household: Any) -> None:
    throttled = TransientError("too many requests", retry_after=3600, whole_connector=True)
    with household.town.app.store.write("de-linde") as uow:
        trouble(uow, household.hub, "app-b", throttled)
        uow.commit()


def how_it_goes(household: Any, connector_id: str = "app-b") -> ConnectorRecord:
    with household.town.app.store.read("de-linde") as uow:
        found: ConnectorRecord = uow.connectors.get(connector_id)
        return found


def test_an_answer_from_before_a_pause_was_asked_for_does_not_end_it(household: Any) -> None:
    household.becomes("app-b", Throttled)
    household.hint("app-b")
    Throttled.happens.append(lambda: asks_for_an_hour(household))
    household.works()
    assert how_it_goes(household).paused_until >= household.town.clock.now() + timedelta(hours=1)
    household.town.clock.pass_(hours=2)
    household.nurse({WHAT: What(text="Lange kousen")})
    household.settle()
    assert how_it_goes(household).failures == 0
    assert household.record(household.b)["title"] == "Lange kousen"


def test_no_answer_ends_a_pause_before_its_time(household: Any) -> None:
    asks_for_an_hour(household)
    household.hears("app-b")
    until = how_it_goes(household).paused_until
    assert until is not None
    assert until >= household.town.clock.now() + timedelta(hours=1)


def test_a_copy_that_needed_no_answer_does_not_say_that_a_system_answers(household: Any) -> None:
    household.hide(MatrixRow.WHAT_WHEN_WHO, "app-c")
    household.another("app-c")
    assert household.reasons["app-c"] is Reason.WITHHELD
    with household.town.app.store.write("de-linde") as uow:
        uow.connectors.note("app-c", failures=3)
        uow.commit()
    household.nurse({WHAT: What(text="Lange kousen")})
    household.works()
    assert how_it_goes(household, "app-c").failures == 3


def test_the_admin_is_told_once_of_an_outage_and_no_more_when_it_is_over(household: Any) -> None:
    household.b.inject(Fault(kind="down"))
    for _ in range(12):
        exchange(household.hub, "de-linde")
        household.town.clock.pass_(minutes=20)
    assert household.questions == [("connector", "unavailable")]
    household.b.clear_faults()
    exchange(household.hub, "de-linde")

    assert household.questions == []


def test_retries_of_many_copies_together_take_a_tenth_of_what_their_system_may_be_asked(
    household: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, [link, *_] = replace(household.hub, chance=Random(7)), household.town.links()
    with household.town.app.store.read("de-linde") as uow:
        monkeypatch.setattr(type(uow.links), "retrying", lambda self, connector_id: 600)
        again = [again_at(uow, hub, link, TransientError("a moment")) for _ in range(600)]

    asked = hub.connected.manifest("de-linde", link.connector_id).rates.per_second
    last = max(again) - hub.now()
    assert len(again) / last.total_seconds() == pytest.approx(asked / 10, rel=0.1)


def test_what_is_tried_again_is_counted_until_it_has_worked(household: Any) -> None:
    def retrying() -> int:
        with household.town.app.store.read("de-linde") as uow:
            return int(uow.links.retrying("app-b"))

    household.b.inject(Fault(kind="status", method="PATCH", status=503))
    household.nurse({WHAT: What(text="Lange kousen")})
    household.settle(1)
    assert retrying() == 1

    household.b.clear_faults()
    household.town.clock.pass_(minutes=30)
    household.settle()
    assert retrying() == 0
