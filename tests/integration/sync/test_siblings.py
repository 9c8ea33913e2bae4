"""Two systems change the same at once: both keep what was typed, the third keeps what was agreed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from samenspraak.connectors import Call, Look
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import questions
from samenspraak.services.exchange import exchange
from samenspraak.sync.reconcile import reconcile
from samenspraak_memory.plugin import FamilyAppConnector

DINNER = {
    "tasks": [
        {
            "id": "a1",
            "who": {"user": "son", "role": "relative"},
            "when": {"rhythm": {"type": "days", "every": "day", "times": ["17:30"]}},
        }
    ],
}


@pytest.fixture
def three_apps(town: Any) -> Any:
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan", client.id)
    town.consent(client.id, son)
    for name in ("app-a", "app-b", "app-c"):
        town.joins(town.family_app(name), client.id, son)
    town.systems["app-a"].add_record("son", "wit", "Samen eten", **DINNER)
    town.settle(4)
    town.ours = town.agreements()[0].id
    town.systems["app-a"].move("son", "r1", "a1", ["18:00"])
    town.systems["app-b"].move("son", town.ours, "a1", ["18:30"])
    town.settle(4)
    return town


def times(town: Any) -> list[list[str]]:
    records = [next(town.systems[one].shelf.bodies("record")) for one in ("app-a", "app-b", "app-c")]
    return [record["tasks"][0]["when"]["rhythm"]["times"] for record in records]


def test_what_was_typed_stays_and_who_is_not_involved_keeps_the_last_agreed(three_apps: Any) -> None:
    assert times(three_apps) == [["18:00"], ["18:30"], ["17:30"]]
    assert three_apps.reasons()["app-c"] is Reason.EQUAL
    (question,) = three_apps.questions()
    assert set(question.values) == {"hub", "app-a", "app-b"}


def test_an_answer_reaches_all_of_them(three_apps: Any) -> None:
    (asked,) = questions.listed(three_apps.app.hub, "de-linde")
    questions.answer(three_apps.app.hub, "de-linde", asked.id, revision=asked.revision, choice="app-b")
    three_apps.settle(4)
    assert times(three_apps) == [["18:30"]] * 3
    assert set(three_apps.reasons().values()) == {Reason.EQUAL}


def test_a_third_edit_joins_the_question_instead_of_deciding_it(three_apps: Any) -> None:
    three_apps.systems["app-c"].move("son", three_apps.ours, "a1", ["19:00"])
    three_apps.settle(4)
    assert times(three_apps) == [["18:00"], ["18:30"], ["19:00"]]
    (question,) = three_apps.questions()
    assert set(question.values) == {"hub", "app-a", "app-b", "app-c"}


def test_the_same_edit_on_both_sides_is_no_question(three_apps: Any) -> None:
    three_apps.systems["app-b"].move("son", three_apps.ours, "a1", ["18:00"])
    three_apps.systems["app-c"].move("son", three_apps.ours, "a1", ["18:00"])
    three_apps.settle(6)
    assert times(three_apps) == [["18:00"]] * 3


def test_two_that_are_worked_on_at_the_same_moment_are_one_question_too(household: Any) -> None:
    household.another("app-c")
    links, before = household.town.links(), household.version
    first, between, second = (one.connector_id for one in links)
    for name, at in ((first, "18:00"), (second, "18:30")):
        app = household.town.systems[name]
        app.move("son", household.record(app)["id"], "a1", [at])
        household.hears(name)
    # While the first is told what the one between them says, the second is asked about.
    with household.held(
        household.town.systems[between],
        "GET",
        "/api/records/.*",
        lambda: reconcile(household.hub, "de-linde", links[0].id),
    ):
        reconcile(household.hub, "de-linde", links[2].id)
    assert household.questions == [("conflict", "both-changed")]
    assert household.version == before


def test_keeping_ours_keeps_what_the_hub_held_when_the_question_was_asked(
    household: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The hub dies after each step, before it could mend what it just asked.
    monkeypatch.setattr("samenspraak.sync.reconcile._STEPS", 1)
    links = {one.connector_id: one.id for one in household.town.links()}
    for name, at in (("app-a", "18:00"), ("app-b", "18:30")):
        app = household.town.systems[name]
        app.move("son", household.record(app)["id"], "a1", [at])
        household.hears(name)
    # While app-b is told what app-a says, that is taken over: app-b cannot be asked just then.
    with household.held(
        household.a, "GET", "/api/records/.*", lambda: reconcile(household.hub, "de-linde", links["app-b"])
    ):
        household.b.inject(Fault(kind="down"))
        reconcile(household.hub, "de-linde", links["app-a"])
        household.b.clear_faults()
    monkeypatch.undo()
    if not household.questions:
        household.settle()

    (asked,) = questions.listed(household.hub, "de-linde")
    questions.answer(household.hub, "de-linde", asked.id, revision=asked.revision, choice="hub")
    household.settle()
    assert (household.times(household.a), household.times(household.b)) == (["18:00"], ["18:00"])


# What is wrong with one system is no other's trouble.


def knows_no_secret(household: Any) -> None:
    with household.town.app.store.write("de-linde") as uow:
        there = uow.connectors.get("app-b")
        settings = {**there.settings, "access_key": "secret://env/GONE"}
        uow.connectors.save(replace(there, settings=settings))
        uow.commit()


def loses_its_plugin(household: Any) -> None:
    household.becomes("app-b", FamilyAppConnector)
    household.town.app.registry.connectors.pop("familyappconnector-app-b")
    household.hub.connected._plugins.clear()


def crashes(household: Any) -> None:
    household.becomes("app-b", Crashing)


class Crashing(FamilyAppConnector):
    def fetch(self, call: Call, external_id: str) -> Look:
        raise KeyError("a mistake in the plugin")


@pytest.mark.parametrize("breaks", [knows_no_secret, loses_its_plugin, crashes])
def test_an_edit_is_taken_over_whatever_is_wrong_with_another_system(
    household: Any, breaks: Callable[[Any], None]
) -> None:
    breaks(household)
    household.a.move("son", "r1", "a1", ["07:30"])
    household.hears("app-a")
    household.works()
    assert household.units[UnitKey(UnitKind.ASSIGNMENT, "a1")].schedule.timing.times == (time(7, 30),)
    assert (household.state("app-a"), household.reasons["app-a"]) == (ConnectorState.RUNNING, Reason.EQUAL)


def test_an_edit_waits_for_no_system_that_does_not_answer(household: Any) -> None:
    household.b.inject(Fault(kind="down"))
    for _ in range(5):
        exchange(household.hub, "de-linde")
        household.town.clock.pass_(minutes=2)
    asked = len(household.b.seen())
    household.a.move("son", "r1", "a1", ["07:30"])
    household.hears("app-a")
    household.works()
    assert len(household.b.seen()) == asked
    household.b.clear_faults()
    household.town.clock.pass_(minutes=20)
    household.settle()
    assert household.times(household.b) == ["07:30"]
