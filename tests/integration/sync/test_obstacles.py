"""Writes that are refused for good: one person is told, nothing is called done, and it ends by itself."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.agreements import Conditions, State, Status, What
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, MatrixRow
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault

TAKE_BACK = [("to_do", "cannot-take-back")]
BETWEEN = [("conflict", "written-in-between")]


def refuses(app: Any, method: str, status: int) -> None:
    app.inject(Fault(kind="status", method=method, status=status))


def passes(household: Any, *, hours: float = 1) -> None:
    """Time in which whoever tries again with growing pauses does so, and nobody else does anything."""
    for _ in range(6):
        household.town.clock.pass_(hours=hours / 6)
        household.settle(1)


def only(household: Any) -> Any:
    [question] = household.town.questions()
    return question


# Retractions.


@pytest.mark.parametrize("status", [405, 422, 409], ids=["it cannot", "not acceptable", "a conflict"])
def test_a_retraction_that_is_refused_stays_listed_and_one_person_is_told(
    household: Any, status: int
) -> None:
    refuses(household.b, "DELETE", status)
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    passes(household)

    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.RETRACTING}
    assert household.questions == TAKE_BACK
    assert only(household).owner == "role:responsible"
    assert "Steunkousen" not in repr(only(household).values)


@pytest.fixture
def refused(household: Any) -> Any:
    """The client no longer wants anybody in app-b to see it, and that app removes nothing."""
    refuses(household.b, "DELETE", 405)
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    return household


def test_a_retraction_that_is_refused_is_not_sent_for_ever(refused: Any) -> None:
    sent = refused.town.writes()
    passes(refused, hours=24)

    assert refused.town.writes() == sent


def test_a_copy_that_must_be_gone_and_is_out_of_our_sight_is_looked_for_again_before_long(
    household: Any,
) -> None:
    household.b.inject(Fault(kind="status", method="GET", path="/api/records/.*", status=403))
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    assert household.reasons["app-b"] is Reason.RETRACTING
    household.b.clear_faults()
    passes(household)

    assert household.b.readable("daughter") == []
    assert household.reasons["app-b"] is Reason.RETRACTED


def test_once_it_can_be_taken_back_an_answer_has_it_tried_again(refused: Any) -> None:
    refused.b.clear_faults()
    refused.answer(only(refused), "done")
    passes(refused)

    assert refused.b.readable("daughter") == []
    assert refused.reasons["app-b"] is Reason.RETRACTED
    assert refused.questions == []


def test_when_it_is_refused_again_the_person_is_asked_again(refused: Any) -> None:
    before = only(refused)
    refused.answer(before, "done")
    passes(refused)

    assert refused.questions == TAKE_BACK
    assert only(refused).id != before.id


def test_a_hint_has_it_tried_again_and_the_question_closes_by_itself(refused: Any) -> None:
    refused.b.clear_faults()
    refused.hint("app-b")
    passes(refused)

    assert (refused.reasons["app-b"], refused.questions) == (Reason.RETRACTED, [])


def test_when_it_may_be_seen_again_nothing_is_asked_any_more(household: Any) -> None:
    refuses(household.b, "DELETE", 405)
    objection = household.hide(MatrixRow.WHAT_WHEN_WHO)
    passes(household)
    household.reveal(objection)
    passes(household)

    assert (household.reasons["app-b"], household.questions) == (Reason.EQUAL, [])


def test_conditions_that_cannot_be_taken_out_of_sight_are_told_too(household: Any) -> None:
    refuses(household.b, "PATCH", 405)
    household.hide(MatrixRow.CONDITIONS)
    passes(household)
    assert household.reasons["app-b"] is Reason.RETRACTING
    assert household.questions == TAKE_BACK

    household.b.clear_faults()
    household.answer(only(household), "done")
    passes(household)
    assert household.record(household.b).get("rules") is None
    assert (household.reasons["app-b"], household.questions) == (Reason.EQUAL, [])


def test_a_retraction_that_waits_for_a_sign_in_stays_listed_and_the_admin_is_asked(household: Any) -> None:
    refuses(household.b, "DELETE", 401)
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.works()

    assert household.state("app-b") is ConnectorState.UNAUTHORISED
    assert household.reasons["app-b"] is Reason.RETRACTING
    assert household.questions == [("connector", "authentication")]


# Conflicts.


@pytest.mark.parametrize("status", [409, 412])
def test_a_lock_of_seconds_costs_nobody_a_question(household: Any, status: int) -> None:
    household.b.inject(Fault(kind="status", method="PATCH", status=status, times=6))
    household.nurse({WHAT: What(text="Kousen aan")})
    household.settle(8)

    assert household.record(household.b)["title"] == "Kousen aan"
    assert (household.reasons["app-b"], household.questions) == (Reason.EQUAL, [])


@pytest.fixture
def stormy(household: Any) -> Any:
    """Each time the hub writes in app-b, somebody else was first."""
    refuses(household.b, "PATCH", 412)
    household.nurse({WHAT: What(text="Kousen aan")})
    passes(household)
    return household


def test_after_some_tries_the_owner_of_the_unit_is_asked(stormy: Any) -> None:
    assert stormy.questions == BETWEEN
    assert only(stormy).values == {
        "hub": {WHAT: What(text="Kousen aan")},
        "app-b": {WHAT: What(text="Steunkousen aantrekken")},
    }
    assert stormy.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.QUESTION}


def test_nothing_is_sent_while_that_question_is_open(stormy: Any) -> None:
    sent = stormy.town.writes()
    passes(stormy, hours=24)

    assert stormy.town.writes() == sent


def test_a_write_that_lands_closes_the_question(stormy: Any) -> None:
    stormy.b.clear_faults()
    stormy.b.edit("daughter", stormy.agreement.id, place="slaapkamer")
    passes(stormy)

    assert stormy.record(stormy.b)["title"] == "Kousen aan"
    assert stormy.record(stormy.a)["place"] == "slaapkamer"
    assert stormy.questions == []
    assert stormy.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


@pytest.mark.parametrize(("choice", "title"), [("hub", "Kousen aan"), ("app-b", "Steunkousen aantrekken")])
def test_the_answer_holds_everywhere(stormy: Any, choice: str, title: str) -> None:
    stormy.b.clear_faults()
    stormy.answer(only(stormy), choice)
    passes(stormy)

    assert stormy.record(stormy.a)["title"] == stormy.record(stormy.b)["title"] == title
    assert stormy.questions == []


def test_an_end_that_is_refused_each_time_is_asked_and_then_lands(household: Any) -> None:
    refuses(household.b, "PATCH", 409)
    household.nurse({STATUS: Status(state=State.ENDED)})
    passes(household)
    assert household.questions == BETWEEN

    household.b.clear_faults()
    household.hint("app-b")
    passes(household)
    assert household.record(household.b)["state"]["value"] == "ended"
    assert (household.reasons["app-b"], household.questions) == (Reason.CLOSED, [])


def test_a_create_that_meets_something_nobody_shows_us_is_for_the_admin(household: Any) -> None:
    refuses(household.b, "POST", 409)
    task = {"id": "k1", "who": {"user": "daughter", "role": "relative"}}
    household.a.add_record("daughter", "wit", "Samen koken", tasks=[task])
    household.settle()
    passes(household)
    assert household.questions == [("connector", "create-refused")]

    household.b.clear_faults()
    household.answer(only(household), "fix")
    passes(household)
    assert sorted(household.b.live().values()) == [1, 1]
    assert household.questions == []


# One object never holds up another.


def test_what_one_system_refuses_is_a_dead_letter_and_the_others_go_on(household: Any) -> None:
    refuses(household.b, "PATCH", 422)
    household.nurse({CONDITIONS: Conditions(instruction="Eerst de tenen.")})
    household.settle()

    assert household.record(household.a)["rules"] == {"how": "Eerst de tenen."}
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.FAILED}
