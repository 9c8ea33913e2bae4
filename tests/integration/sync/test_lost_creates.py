"""A create whose answer was lost, in a system that knows nothing of our markers: a person has to look."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.connectors import Directory, Raw, Reading
from samenspraak.policy.capabilities import Create
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak_memory.plugin import FamilyAppConnector

LOST = [("connector", "lost-create")]
BOTH = ["Samen koken", "Steunkousen aantrekken"]


class Forgetful(FamilyAppConnector):
    """An app that keeps no reference of ours, and makes a record whenever it is asked to."""

    manifest = replace(
        FamilyAppConnector.manifest,
        capabilities=replace(FamilyAppConnector.manifest.capabilities, create=Create.NONE),
    )

    def get(self, raw: Raw, directory: Directory) -> Reading:
        return replace(super().get(raw, directory), marker=None)


def titles(app: Any) -> list[str]:
    return sorted(one["title"] for one in app.shelf.bodies("record"))


def lost(household: Any, fault: Any) -> Any:
    """Cooking, written down in app-b, on its way to app-a when the line breaks."""
    household.becomes("app-a", Forgetful)
    household.a.inject(Fault(kind=fault, method="POST", times=1))
    task = {"id": "k1", "who": {"user": "daughter", "role": "relative"}}
    household.b.add_record("daughter", "wit", "Samen koken", tasks=[task])
    household.settle()
    return household


@pytest.fixture
def arrived(household: Any) -> Any:
    return lost(household, "lose")


@pytest.fixture
def vanished(household: Any) -> Any:
    return lost(household, "down")


def says(household: Any, choice: str) -> None:
    [question] = household.town.questions()
    household.answer(question, choice)
    household.settle()


def test_the_admin_is_asked_and_nothing_is_made_twice_meanwhile(arrived: Any) -> None:
    arrived.town.clock.pass_(hours=6)
    arrived.settle()

    assert arrived.questions == LOST
    assert titles(arrived.a) == BOTH
    assert len(arrived.town.agreements()) == len(BOTH)


def test_it_was_made_so_that_the_one_which_is_there_is_taken_for_it(arrived: Any) -> None:
    says(arrived, "made")

    assert (titles(arrived.a), titles(arrived.b)) == (BOTH, BOTH)
    assert len(arrived.town.agreements()) == len(BOTH)
    assert (set(arrived.reasons.values()), arrived.questions) == ({Reason.EQUAL}, [])


def test_what_was_typed_in_it_meanwhile_is_asked_about_and_not_lost(arrived: Any) -> None:
    arrived.a.edit("son", "r2", title="Samen bakken")
    arrived.settle()
    says(arrived, "made")

    [(kind, _)] = arrived.questions
    [question] = arrived.town.questions()
    said = {system: [value.text for value in units.values()] for system, units in question.values.items()}
    assert (kind, said) == ("conflict", {"hub": ["Samen koken"], "app-a": ["Samen bakken"]})


def test_it_was_not_made_so_that_it_is_made_now(vanished: Any) -> None:
    says(vanished, "not_made")

    assert titles(vanished.a) == BOTH
    assert (set(vanished.reasons.values()), vanished.questions) == ({Reason.EQUAL}, [])


def test_it_was_made_but_is_nowhere_so_that_the_admin_is_asked_again(vanished: Any) -> None:
    says(vanished, "made")
    assert vanished.questions == LOST

    says(vanished, "not_made")
    assert (titles(vanished.a), vanished.questions) == (BOTH, [])


def test_what_somebody_wrote_down_there_meanwhile_is_an_agreement_after_the_answer(vanished: Any) -> None:
    task = {"id": "w1", "who": {"user": "son", "role": "relative"}}
    vanished.a.add_record("son", "wit", "Wandelen", tasks=[task])
    vanished.settle()
    assert len(vanished.town.agreements()) == len(BOTH)

    says(vanished, "not_made")
    assert titles(vanished.a) == titles(vanished.b) == sorted([*BOTH, "Wandelen"])
    assert (set(vanished.reasons.values()), vanished.questions) == ({Reason.EQUAL}, [])
