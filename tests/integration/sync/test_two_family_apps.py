"""One agreement in two family apps: equal on both sides, whoever changes it."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.policy.state import Reason

STOCKINGS = {
    "tasks": [
        {
            "id": "a1",
            "who": {"user": "son", "role": "relative"},
            "when": {"rhythm": {"type": "days", "every": "day", "times": ["08:00"]}},
        }
    ],
    "rules": {"how": "Eerst de hiel."},
}


@pytest.fixture
def two_apps(town: Any) -> Any:
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan", client.id)
    daughter = town.person("daughter", PartyKind.RELATIVE, "Els", client.id)
    for relative in (son, daughter):
        town.consent(client.id, relative)
        town.shows_own_name(client.id, relative, PartyKind.RELATIVE)
    for name in ("app-a", "app-b"):
        town.joins(town.family_app(name), client.id, son, daughter)
    town.systems["app-a"].add_record("son", "wit", "Steunkousen aantrekken", **STOCKINGS)
    town.settle()
    return town


def test_what_is_recorded_in_one_app_appears_in_the_other(two_apps: Any) -> None:
    assert two_apps.reasons() == {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}
    assert "Steunkousen aantrekken" in two_apps.systems["app-b"].readable("daughter")


def test_a_quiet_cycle_writes_nothing(two_apps: Any) -> None:
    before = two_apps.writes()
    two_apps.settle()
    assert two_apps.writes() == before


def test_edits_of_different_units_both_survive_without_a_question(two_apps: Any) -> None:
    agreement = two_apps.agreements()[0]
    two_apps.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    two_apps.systems["app-b"].move("daughter", agreement.id, "a1", ["09:00"])
    two_apps.settle()
    after = two_apps.agreements()[0]
    assert after.conditions.instruction == "Eerst de tenen."
    assert [str(time) for time in after.assignments[0].duty.schedule.timing.times] == ["09:00:00"]
    assert two_apps.questions() == []
    assert set(two_apps.reasons().values()) == {Reason.EQUAL}


def test_both_change_the_time_and_one_person_is_asked(two_apps: Any) -> None:
    agreement = two_apps.agreements()[0]
    two_apps.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    two_apps.systems["app-b"].move("daughter", agreement.id, "a1", ["09:00"])
    two_apps.settle()
    (question,) = two_apps.questions()
    assert question.kind == "conflict"
    assert two_apps.reasons() == {"app-a": Reason.QUESTION, "app-b": Reason.QUESTION}
    assert two_apps.agreements()[0] == agreement
