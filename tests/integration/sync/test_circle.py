"""One reader without consent keeps a copy from everybody in that app, and one person is told who."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.parties import PartyKind
from samenspraak.policy.state import Reason
from samenspraak.services import questions

ASKED = [("to_do", "reader-without-consent:volunteer:neighbour")]


def later(household: Any) -> None:
    household.settle(2)
    household.town.clock.pass_(minutes=5)
    household.settle(2)


def only(household: Any) -> Any:
    [question] = household.town.questions()
    return question


@pytest.fixture
def neighbour(household: Any) -> Any:
    """A neighbour comes into the circle in app-b; nobody asked mevrouw De Wit whether she may read along."""
    town = household.town
    town.neighbour = town.person("neighbour", PartyKind.VOLUNTEER, "Mia", "wit")
    town.joins(household.b, "wit", town.neighbour)
    later(household)
    return household


def test_the_responsible_person_is_told_once_who_keeps_it_from_all(neighbour: Any) -> None:
    assert neighbour.b.readable("daughter") == []
    assert neighbour.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.RETRACTED}
    assert neighbour.questions == ASKED
    assert only(neighbour).owner == "role:responsible"

    neighbour.a.instruct("son", "r1", "Eerst de tenen.")
    later(neighbour)
    assert neighbour.questions == ASKED


def test_with_consent_it_comes_back_and_the_question_closes_by_itself(neighbour: Any) -> None:
    neighbour.town.consent("wit", neighbour.town.neighbour)
    later(neighbour)

    assert neighbour.questions == []
    assert neighbour.record(neighbour.b)["title"] == "Steunkousen aantrekken"
    assert neighbour.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


def test_who_is_told_that_it_may_stay_so_is_not_asked_again_about_the_same_readers(neighbour: Any) -> None:
    asked = only(neighbour)
    questions.answer(neighbour.hub, "de-linde", asked.id, revision=asked.revision, choice="not_needed")
    neighbour.a.instruct("son", "r1", "Eerst de tenen.")
    later(neighbour)
    assert neighbour.questions == []

    cousin = neighbour.town.person("cousin", PartyKind.RELATIVE, "Piet", "wit")
    neighbour.town.joins(neighbour.b, "wit", cousin)
    later(neighbour)
    assert neighbour.questions == [("to_do", "reader-without-consent:relative:cousin volunteer:neighbour")]


def test_where_nobody_may_read_it_there_is_nobody_to_keep_it_from(household: Any) -> None:
    for relative in household.town.people:
        household.town.consent("wit", relative, allows=False)
    later(household)

    assert household.questions == []
