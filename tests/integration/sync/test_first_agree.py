"""Medication, and what needs instruction: the old terms hold until the parties agree to the new ones."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.agreements import Conditions, LifeDomain
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import LIFE_DOMAIN, UnitKey, UnitKind
from samenspraak.policy.state import Reason
from samenspraak.policy.terms import Standing, asked

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="daughter")
A1 = UnitKey(UnitKind.ASSIGNMENT, "a1")
BACKUP = UnitKey(UnitKind.BACKUP, "a1")
FIRST = [("proposal", "first-agree")]
BOTH_EQUAL = {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


@pytest.fixture
def medication(household: Any) -> Any:
    """The son gives the medication in the morning; the daughter steps in."""
    household.nurse({LIFE_DOMAIN: LifeDomain.MEDICATION, BACKUP: DAUGHTER})
    household.settle()
    return household


def instructs(household: Any, how: str) -> None:
    """The daughter writes in app-b how it is done."""
    household.b.instruct("daughter", household.agreement.id, how)
    household.settle()


def only(household: Any) -> Any:
    [question] = household.town.questions()
    return question


def says(household: Any, who: PartyRef | str, choice: str = "app-b") -> None:
    household.answer(only(household), choice, by=str(who))
    household.settle()


def standing(household: Any, who: PartyRef) -> Standing:
    with household.town.app.store.read("de-linde") as uow:
        return asked(household.agreement, uow.statements.of(household.agreement.id))[who]


def assents(household: Any) -> list[PartyRef]:
    with household.town.app.store.read("de-linde") as uow:
        said = uow.statements.of(household.agreement.id)
    return [one.by for one in said if one.kind is StatementKind.ASSENT]


def test_a_change_by_one_of_them_asks_the_other_and_holds_nowhere_else(medication: Any) -> None:
    instructs(medication, "Met een glas water.")

    assert (medication.questions, only(medication).owner) == (FIRST, str(SON))
    assert medication.agreement.conditions == Conditions(instruction="Eerst de hiel.")
    assert medication.record(medication.a)["rules"] == {"how": "Eerst de hiel."}
    assert medication.record(medication.b)["rules"] == {"how": "Met een glas water."}
    assert medication.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.QUESTION}


def test_once_the_other_agrees_it_holds_everywhere_and_both_have_agreed(medication: Any) -> None:
    instructs(medication, "Met een glas water.")
    says(medication, SON)

    assert medication.record(medication.a)["rules"] == {"how": "Met een glas water."}
    assert {standing(medication, one) for one in (SON, DAUGHTER)} == {Standing.AGREED}
    assert (medication.reasons, medication.questions) == (BOTH_EQUAL, [])


def test_when_the_other_refuses_the_old_terms_are_put_back(medication: Any) -> None:
    instructs(medication, "Met een glas water.")
    says(medication, SON, "hub")

    assert medication.record(medication.b)["rules"] == {"how": "Eerst de hiel."}
    assert (assents(medication), medication.reasons) == ([], BOTH_EQUAL)


def test_whoever_typed_is_not_known_after_two_changes_so_both_are_asked_in_turn(medication: Any) -> None:
    medication.b.edit("son", medication.agreement.id, place="keuken")
    instructs(medication, "Met een glas water.")
    assert only(medication).owner == f"{DAUGHTER} {SON}"

    says(medication, DAUGHTER)
    assert (medication.questions, only(medication).owner) == (FIRST, str(SON))
    assert medication.agreement.conditions == Conditions(instruction="Eerst de hiel.")

    says(medication, SON)
    assert medication.agreement.conditions == Conditions(instruction="Met een glas water.")
    assert sorted(assents(medication)) == [DAUGHTER, SON]


def test_another_text_voids_who_agreed_to_the_first_one(medication: Any) -> None:
    medication.b.edit("son", medication.agreement.id, place="keuken")
    instructs(medication, "Met een glas water.")
    says(medication, SON)
    instructs(medication, "Met een glas melk.")
    assert only(medication).owner == str(SON)

    says(medication, SON)
    assert medication.agreement.conditions == Conditions(instruction="Met een glas melk.")


def test_whoever_is_not_asked_to_agree_and_answers_has_spoken_with_them(medication: Any) -> None:
    instructs(medication, "Met een glas water.")
    says(medication, "admin")

    assert medication.record(medication.a)["rules"] == {"how": "Met een glas water."}
    assert standing(medication, DAUGHTER) is Standing.AGREED
    assert standing(medication, SON) is Standing.ASKED


def test_a_change_that_concerns_only_its_author_holds_at_once_and_counts_as_agreed(household: Any) -> None:
    household.nurse({LIFE_DOMAIN: LifeDomain.MEDICATION})
    household.settle()
    household.a.move("son", "r1", "a1", ["07:30"])
    household.settle()

    assert household.times(household.b) == ["07:30"]
    assert (household.questions, standing(household, SON)) == ([], Standing.AGREED)


def test_a_change_that_itself_asks_for_instruction_waits_for_the_others(household: Any) -> None:
    household.nurse({BACKUP: DAUGHTER})
    household.settle()
    household.a.edit("daughter", "r1", rules={"how": "Eerst de hiel.", "show_first": True})
    household.settle()
    assert (household.questions, only(household).owner) == (FIRST, str(SON))
    assert not household.agreement.conditions.instruction_required

    says(household, SON, "app-a")
    assert household.record(household.b)["rules"]["show_first"] is True
    assert (household.questions, household.reasons) == ([], BOTH_EQUAL)


def test_that_it_is_medication_from_now_on_holds_and_what_is_edited_along_waits(household: Any) -> None:
    tasks = household.record(household.a)["tasks"]
    tasks[0]["when"] = {"text": "na het ontbijt"}
    household.a.edit("daughter", "r1", category="medication", tasks=tasks)
    household.settle()

    assert household.record(household.b)["category"] == "medication"
    assert household.times(household.b) == ["08:00"]
    assert (household.questions, only(household).owner) == (FIRST, str(SON))


def test_that_it_is_no_medication_any_more_is_for_whoever_is_responsible(medication: Any) -> None:
    medication.b.edit("daughter", medication.agreement.id, category="care")
    medication.settle()
    assert (medication.questions, only(medication).owner) == (FIRST, "role:responsible")
    assert medication.record(medication.a)["category"] == "medication"

    says(medication, "nurse")
    assert medication.record(medication.a)["category"] == "care"
    assert (medication.questions, medication.reasons) == ([], BOTH_EQUAL)
