"""An end somewhere, or consent that ends: what is asked, what is answered, and what comes after it."""

from __future__ import annotations

from typing import Any

import pytest
from integration.sync.test_dossier_and_app import WEEKDAYS, WEEKEND, Home
from integration.sync.test_family_platform import Platform

from samenspraak.domain.agreements import State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import STATUS, WHAT, MatrixRow
from samenspraak.errors import StaleError
from samenspraak.policy.state import Reason
from samenspraak_fhir.sandbox import STRICT

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")


def test_to_end_one_assignment_of_two_leaves_the_other(town: Any) -> None:
    home = Home(town, STRICT)
    home.agree("kous-1", "RelatedPerson/zoon", "op werkdagen")
    home.agree("kous-2", "Practitioner/anja", "in het weekend")
    home.settle()
    home.act["change"](id=WEEKEND, field="instruction", value="Handschoenen aan.")
    home.act["end"](id=WEEKEND)
    home.settle()
    [question] = [one for one in town.questions() if one.kind == "ended"]
    before = {str(key) for key in question.values["hub"]}
    assert before == {"status", "assignment[kous-2]", "responsible[kous-2]"}
    assert question.values["dossier"][STATUS].is_over
    home.answers(question, "end")
    home.settle()

    [agreement] = town.agreements()
    assert agreement.status.is_live
    assert [one.id for one in agreement.assignments] == ["kous-1"]
    assert home.plan(WEEKDAYS)["status"] == "active"


def test_what_changed_here_since_makes_an_answer_about_an_end_stale(household: Any) -> None:
    household.nurse({WHAT: What(text="Lange kousen")})
    household.a.end("son", "r1")
    household.hears("app-a")
    household.works()
    [seen] = household.town.questions()
    household.nurse({STATUS: Status(state=State.PAUSED)})

    with pytest.raises(StaleError):
        household.answer(seen, "end")
    household.answer(household.town.questions()[0], "end")
    assert household.agreement.status.is_over


def test_a_question_about_an_end_closes_when_it_is_taken_up_again_there(household: Any) -> None:
    household.nurse({WHAT: What(text="Lange kousen")})
    household.a.end("son", "r1")
    household.hears("app-a")
    household.works()
    assert household.questions == [("ended", "ended-there")]

    household.a.edit("son", "r1", state={"value": "active", "reason": None, "on": None})
    household.settle()
    assert household.questions == []
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}
    assert household.record(household.a)["title"] == "Lange kousen"


def test_what_a_question_holds_in_a_copy_is_kept_when_that_is_taken_back(
    household: Any,
) -> None:
    household.a.move("son", "r1", "a1", ["07:30"])
    household.b.move("daughter", household.agreement.id, "a1", ["09:00"])
    household.settle()
    assert household.questions == [("conflict", "both-changed")]

    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    household.town.clock.pass_(minutes=10)
    household.settle()
    asked = {one.kind: one.values for one in household.town.questions()}
    assert "time(9, 0)" in str(asked["to_do"]["app-b"])
    assert asked["conflict"].keys() >= {"app-a", "hub"}
    assert household.b.readable("daughter") == []


def settles(platform: Platform) -> None:
    """Long enough for what was taken back to be confirmed."""
    for _ in range(2):
        platform.settle()
        platform.town.clock.pass_(minutes=5)


def ended(platform: Platform) -> list[str]:
    return [one.cause for one in platform.town.questions() if one.kind in ("ended", "identity")]


def live(platform: Platform, person: str) -> int:
    return sum(thread["status"] == "active" for thread in platform.inbox(person))


@pytest.fixture
def platform(town: Any) -> Platform:
    there = Platform(town, "strict")
    there.settle()
    return there


def test_consent_given_back_makes_a_new_thread_without_a_question(platform: Platform) -> None:
    platform.town.withdraw("wit", platform.consents["daughter"])
    settles(platform)
    platform.town.withdraw("wit", platform.consents["son"])
    settles(platform)
    assert live(platform, "80021") == 0

    platform.town.consent("wit", SON)
    settles(platform)
    assert live(platform, "80021") == 1
    assert ended(platform) == []


def test_whoever_may_read_along_again_gets_a_thread_and_nobody_gets_two(platform: Platform) -> None:
    platform.town.withdraw("wit", platform.consents["daughter"])
    settles(platform)
    platform.town.consent("wit", PartyRef(kind=PartyKind.RELATIVE, id="daughter"))
    settles(platform)

    assert [live(platform, one) for one in ("80021", "80022")] == [1, 1]
    assert ended(platform) == []
