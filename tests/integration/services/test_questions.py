"""Answering a question: to what the person saw, once, and everywhere it matters."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.errors import NotFoundError, RuleError, StaleError
from samenspraak.policy.state import ConnectorState, QuestionKind, Reason
from samenspraak.services import agreements, connectors, exchange, questions

ORGANISATION = "de-linde"


@pytest.fixture
def asked(family: Any) -> Any:
    """Both changed the time at once."""
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.systems["app-b"].move("daughter", family.agreements()[0].id, "a1", ["09:00"])
    family.settle()
    return family


def only(family: Any) -> questions.Question:
    (found,) = questions.listed(family.app.hub, ORGANISATION)
    return found


def answer(family: Any, choice: str, **given: Any) -> questions.Question:
    found = only(family)
    given = {"revision": found.revision, **given}
    return questions.answer(family.app.hub, ORGANISATION, found.id, choice=choice, **given)


def times(family: Any) -> dict[str, list[str]]:
    """When it is done, by the hub and in each app."""
    agreement = family.agreements()[0]
    found = {"hub": [f"{one:%H:%M}" for one in agreement.assignments[0].duty.schedule.timing.times]}
    for name, record in (("app-a", "r1"), ("app-b", agreement.id)):
        (task,) = family.systems[name].record_of(record)["tasks"]
        found[name] = task["when"]["rhythm"]["times"]
    return found


def test_a_question_says_what_each_system_holds_and_what_can_be_answered(asked: Any) -> None:
    found = only(asked)

    assert (found.kind, str(found.unit)) == (QuestionKind.CONFLICT, "assignment[a1]")
    assert set(found.values) == set(found.answers) - {"other"}
    said = {
        system: units["assignment[a1]"]["schedule"]["timing"]["times"]
        for system, units in found.values.items()
    }
    assert said == {"hub": ["08:00:00"], "app-a": ["07:30:00"], "app-b": ["09:00:00"]}


@pytest.mark.parametrize(("choice", "time"), [("hub", "08:00"), ("app-a", "07:30"), ("app-b", "09:00")])
def test_the_chosen_value_holds_everywhere(asked: Any, choice: str, time: str) -> None:
    answered = answer(asked, choice)
    asked.settle()

    assert (answered.is_open, answered.answer) == (False, choice)
    assert times(asked) == {"hub": [time], "app-a": [time], "app-b": [time]}
    assert (asked.questions(), set(asked.reasons().values())) == ([], {Reason.EQUAL})


def test_another_value_in_the_form_of_those_shown_holds_everywhere(asked: Any) -> None:
    value = dict(only(asked).values["hub"]["assignment[a1]"])
    value["schedule"] = {
        **value["schedule"],
        "timing": {**value["schedule"]["timing"], "times": ["10:15:00"]},
    }

    answer(asked, "other", value=value)
    asked.settle()

    assert times(asked) == {"hub": ["10:15"], "app-a": ["10:15"], "app-b": ["10:15"]}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"wie": "relative:son"}, "no value of assignment"),
        ("morgen", "no value of assignment"),
        ({"performer": "son", "schedule": {}}, "no value of assignment|kind:id"),
        (None, "at least one performer"),
    ],
    ids=["unknown member", "text", "no party", "empty"],
)
def test_a_value_that_cannot_be_is_refused_and_the_question_stays(asked: Any, value: Any, why: str) -> None:
    before = only(asked)

    with pytest.raises(RuleError, match=why):
        answer(asked, "other", value=value)

    assert only(asked) == before


def test_an_answer_to_what_is_not_asked_any_more_is_refused(asked: Any) -> None:
    seen = only(asked).revision
    asked.systems["app-b"].move("daughter", asked.agreements()[0].id, "a1", ["09:30"])
    asked.settle()

    with pytest.raises(StaleError):
        answer(asked, "app-b", revision=seen)

    answer(asked, "app-b")
    asked.settle()
    assert times(asked)["app-a"] == ["09:30"]


def test_there_are_no_other_answers_than_those_listed(asked: Any) -> None:
    with pytest.raises(RuleError, match="app-a, app-b, hub, other"):
        answer(asked, "app-z")
    with pytest.raises(NotFoundError):
        questions.answer(asked.app.hub, ORGANISATION, "q7", revision=1, choice="hub")
    with pytest.raises(NotFoundError, match="niemand"):
        answer(asked, "hub", by="niemand")

    assert only(asked).is_open


def test_an_answer_is_in_history_and_audit_with_who_gave_it(asked: Any) -> None:
    answered = answer(asked, "hub", by="app-a/son")

    with asked.app.hub.store.read(ORGANISATION) as uow:
        last = uow.agreements.history(answered.agreement_id)[-1].cause
        lines = [one for one in uow.log.audit_lines() if one.action == "question.answered"]
    assert (last.actor, last.why, last.question_id) == ("relative:son", "answered", answered.id)
    assert [(one.actor, one.object, one.detail) for one in lines] == [
        ("relative:son", f"question:{answered.id}", "hub")
    ]


# Other kinds.


def medication(family: Any) -> None:
    """From now on the agreement is about medication: others must agree first."""
    family.systems["app-a"].edit("son", "r1", category="medication")
    family.settle()


@pytest.mark.parametrize(("choice", "time"), [("take", "09:00"), ("refuse", "08:00")])
def test_a_proposal_is_taken_over_or_not(family: Any, choice: str, time: str) -> None:
    medication(family)
    family.systems["app-b"].move("daughter", family.agreements()[0].id, "a1", ["09:00"])
    family.settle()
    assert (only(family).kind, only(family).answers) == (
        QuestionKind.PROPOSAL,
        ("take", "refuse", "other"),
    )

    answer(family, choice)
    family.settle()

    assert times(family) == {"hub": [time], "app-a": [time], "app-b": [time]}


def test_a_refusal_may_end_the_agreement(family: Any) -> None:
    family.systems["app-a"].decline("son", "r1")
    family.settle()
    assert (only(family).kind, only(family).cause) == (QuestionKind.REFUSAL, "declined")

    answer(family, "end")
    family.settle()

    assert family.agreements()[0].status.is_over
    assert family.systems["app-b"].record_of(family.agreements()[0].id)["state"]["value"] == "ended"


def test_a_refusal_may_also_be_left_as_it_is(family: Any) -> None:
    family.systems["app-a"].decline("son", "r1")
    family.settle()

    answer(family, "keep")
    family.settle()

    assert family.agreements()[0].status.is_live
    assert family.questions() == []


def test_what_was_removed_there_is_put_back_when_a_person_says_so(family: Any) -> None:
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.systems["app-b"].remove("daughter", family.agreements()[0].id)
    family.settle()
    assert (only(family).kind, only(family).answers) == (QuestionKind.ENDED, ("end", "restore"))

    answer(family, "restore")
    family.settle()

    assert "Eerst de tenen." in family.systems["app-b"].readable("daughter")


def test_a_mended_sign_in_sets_its_system_to_work_again(family: Any) -> None:
    app = family.systems["app-b"]
    ours, app.access_key = app.access_key, "een-nieuwe-sleutel"
    exchange.exchange(family.app.hub, ORGANISATION, full=True)
    app.access_key = ours

    answer(family, "fix")
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.settle()

    assert connectors.get(family.app.hub, ORGANISATION, "app-b").state is ConnectorState.RUNNING
    assert "Eerst de tenen." in app.readable("daughter")


def test_a_list_counts_the_open_questions_of_an_agreement(asked: Any) -> None:
    hub = asked.app.hub
    (line,) = agreements.listed(hub, ORGANISATION)
    assert (line.questions, line.systems["app-b"]) == (1, Reason.QUESTION)
    answer(asked, "hub")

    assert questions.listed(hub, ORGANISATION) == ()
    assert [one.answer for one in questions.listed(hub, ORGANISATION, open_only=False)] == ["hub"]
