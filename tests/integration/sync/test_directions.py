"""Which way a unit goes between the hub and one system, as its admin decided."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.units import MatrixRow, UnitKey, UnitKind
from samenspraak.errors import RuleError
from samenspraak.policy.capabilities import Direction
from samenspraak.policy.state import QuestionKind, Reason
from samenspraak.services import connectors, joining, mapping
from samenspraak.services.explaining import Standing, explain

from .conftest import ORGANISATION, Household


def goes(household: Household, connector_id: str, unit: UnitKind, way: Direction) -> None:
    mapping.set_direction(household.hub, ORGANISATION, connector_id, unit, way)
    household.settle()


def edits(household: Household, app: Any, **members: Any) -> None:
    app.edit("son" if app is household.a else "daughter", household.record(app)["id"], **members)
    household.settle()


def test_what_only_comes_from_a_system_is_not_written_there(household: Household) -> None:
    goes(household, "app-b", UnitKind.PLACE, Direction.IN)
    edits(household, household.a, place="keuken")

    assert "place" not in household.record(household.b)
    assert household.reasons["app-b"] is Reason.CANNOT_CARRY


def test_two_values_of_what_only_comes_from_there_are_a_question(household: Household) -> None:
    goes(household, "app-b", UnitKind.PLACE, Direction.IN)
    edits(household, household.a, place="keuken")
    edits(household, household.b, place="badkamer")

    assert household.questions == [(QuestionKind.CONFLICT, "both-changed")]
    [question] = household.town.questions()
    household.answer(question, "app-b")
    household.settle()

    assert household.agreement.place == household.record(household.a)["place"] == "badkamer"
    assert set(household.reasons.values()) == {Reason.EQUAL}


def test_a_change_there_still_comes_here(household: Household) -> None:
    goes(household, "app-b", UnitKind.PLACE, Direction.IN)

    edits(household, household.b, place="badkamer")

    assert household.agreement.place == "badkamer"
    assert household.record(household.a)["place"] == "badkamer"
    assert set(household.reasons.values()) == {Reason.EQUAL}


def test_once_it_goes_both_ways_again_the_present_value_is_written(household: Household) -> None:
    goes(household, "app-b", UnitKind.PLACE, Direction.IN)
    edits(household, household.a, place="keuken")

    goes(household, "app-b", UnitKind.PLACE, Direction.BOTH)

    assert household.record(household.b)["place"] == "keuken"
    assert set(household.reasons.values()) == {Reason.EQUAL}


def test_a_change_of_what_only_goes_there_is_a_proposal(household: Household) -> None:
    edits(household, household.a, place="keuken")
    goes(household, "app-b", UnitKind.PLACE, Direction.OUT)

    edits(household, household.b, place="badkamer")

    assert household.questions == [(QuestionKind.PROPOSAL, "proposed-there")]
    assert household.agreement.place == "keuken"

    [question] = household.town.questions()
    household.answer(question, "hub")
    household.settle()
    assert household.record(household.b)["place"] == "keuken"


def written_down_with_a_place(household: Household, way: Direction) -> Agreement:
    """An agreement that the daughter wrote down in app-b, with a place that is not taken over."""
    goes(household, "app-b", UnitKind.PLACE, way)
    tasks = household.record(household.b)["tasks"]
    household.b.add_record("daughter", "wit", "Wandelen", place="badkamer", tasks=tasks)
    household.settle()
    found = household.titled("Wandelen")
    assert found.place is None
    return found


def test_what_only_went_there_when_a_record_was_taken_over_comes_here_once_it_goes_both_ways(
    household: Household,
) -> None:
    """Found by the walk: seed 1341. It stood there only, and nobody was told."""
    written_down_with_a_place(household, Direction.OUT)

    goes(household, "app-b", UnitKind.PLACE, Direction.BOTH)

    assert household.titled("Wandelen").place == "badkamer"
    assert household.record_titled(household.a, "Wandelen")["place"] == "badkamer"
    assert household.questions == []


def test_what_was_not_kept_there_when_a_record_was_taken_over_is_asked_about_once_it_goes_both_ways(
    household: Household,
) -> None:
    written_down_with_a_place(household, Direction.NONE)

    goes(household, "app-b", UnitKind.PLACE, Direction.BOTH)
    [question] = household.town.questions()
    household.answer(question, "app-b")
    household.settle()

    assert household.titled("Wandelen").place == "badkamer"
    assert household.record_titled(household.a, "Wandelen")["place"] == "badkamer"


@pytest.mark.parametrize("way", [Direction.OUT, Direction.NONE])
def test_what_is_not_taken_over_from_a_record_does_not_keep_an_end_there_from_counting(
    household: Household, way: Direction
) -> None:
    written_down_with_a_place(household, way)

    household.b.end("daughter", household.record_titled(household.b, "Wandelen")["id"])
    household.settle()

    assert household.titled("Wandelen").status.is_over
    assert household.questions == []


@pytest.mark.parametrize("way", [Direction.OUT, Direction.NONE])
def test_what_is_not_taken_over_from_a_record_does_not_keep_it_from_ending_with_the_agreement(
    household: Household, way: Direction
) -> None:
    written_down_with_a_place(household, way)

    household.a.end("son", household.record_titled(household.a, "Wandelen")["id"])
    household.settle()

    assert household.titled("Wandelen").status.is_over
    assert household.questions == []


def test_what_we_wrote_of_a_unit_that_is_not_kept_there_is_taken_out(household: Household) -> None:
    edits(household, household.a, place="keuken")

    goes(household, "app-b", UnitKind.PLACE, Direction.NONE)

    assert "place" not in household.record(household.b)
    assert household.agreement.place == household.record(household.a)["place"] == "keuken"
    assert set(household.reasons.values()) == {Reason.EQUAL}


def test_what_people_write_in_a_unit_that_is_not_kept_there_stays_theirs(household: Household) -> None:
    goes(household, "app-b", UnitKind.PLACE, Direction.NONE)

    edits(household, household.b, place="badkamer")
    household.settle()

    assert household.record(household.b)["place"] == "badkamer"
    assert household.agreement.place is None
    assert household.questions == []


def test_what_people_there_wrote_themselves_stays_when_it_is_not_kept_there_any_more(
    household: Household,
) -> None:
    edits(household, household.b, place="badkamer")

    goes(household, "app-b", UnitKind.PLACE, Direction.NONE)

    assert household.record(household.b)["place"] == "badkamer"
    assert household.agreement.place == household.record(household.a)["place"] == "badkamer"

    edits(household, household.a, place="keuken")
    assert household.record(household.b)["place"] == "badkamer"
    assert set(household.reasons.values()) == {Reason.EQUAL}


def test_what_may_not_be_seen_there_goes_also_where_it_is_not_kept(household: Household) -> None:
    edits(household, household.b, rules={"how": "Eerst de tenen."})
    goes(household, "app-b", UnitKind.CONDITIONS, Direction.NONE)
    assert household.record(household.b)["rules"] == {"how": "Eerst de tenen."}

    household.hide(MatrixRow.CONDITIONS)
    household.settle()

    assert "rules" not in household.record(household.b)


def test_what_is_not_kept_there_is_kept_for_a_person_when_the_record_goes(household: Household) -> None:
    goes(household, "app-b", UnitKind.PLACE, Direction.NONE)
    edits(household, household.b, place="badkamer")

    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()

    assert (QuestionKind.TO_DO, "typed-before-retraction") in household.questions
    [kept] = [one for one in household.town.questions() if one.cause == "typed-before-retraction"]
    assert kept.values["app-b"][UnitKey(UnitKind.PLACE)] == "badkamer"
    assert household.agreement.place is None


def test_what_is_not_kept_there_does_not_come_along_when_the_copy_becomes_an_agreement_of_its_own(
    household: Household,
) -> None:
    walking = written_down_with_a_place(household, Direction.NONE)

    separated = joining.separate(household.hub, ORGANISATION, walking.id, "app-b")
    household.settle()

    [own] = [one for one in household.town.agreements() if one.id == separated.own]
    assert (own.what.text, own.place) == ("Wandelen", None)


@pytest.mark.parametrize("app", ["app-a", "app-b"])
def test_what_the_hub_wrote_in_a_copy_leaves_it_also_once_that_is_an_agreement_of_its_own(
    household: Household, app: str
) -> None:
    """Found by the walk: seed 1823. What people typed there themselves is theirs, and stays."""
    edits(household, household.town.systems[app], place="keuken")
    record_id = household.record(household.b)["id"]
    joining.separate(household.hub, ORGANISATION, household.agreement.id, "app-b")
    household.settle()

    goes(household, "app-b", UnitKind.PLACE, Direction.NONE)

    [own] = [one for one in household.b.shelf.bodies("record") if one["id"] == record_id]
    assert own.get("place") == {"app-a": None, "app-b": "keuken"}[app]


def test_what_is_not_kept_there_is_not_asked_about_when_two_agreements_become_one(
    household: Household,
) -> None:
    edits(household, household.a, place="keuken")
    stockings, walking = household.agreement, written_down_with_a_place(household, Direction.NONE)
    walk = household.record_titled(household.a, "Wandelen")["id"]
    household.a.edit("son", walk, place="park")
    household.settle()

    joining.join(household.hub, ORGANISATION, stockings.id, walking.id)

    said = [one.values for one in household.town.questions() if one.kind is QuestionKind.CONFLICT]
    assert "park" in repr(said)
    assert "badkamer" not in repr(said)


def test_a_unit_that_is_not_kept_there_does_not_keep_an_end_there_from_counting(household: Household) -> None:
    goes(household, "app-b", UnitKind.PLACE, Direction.NONE)
    edits(household, household.b, place="badkamer")

    household.b.end("daughter", household.record(household.b)["id"])
    household.settle()

    assert household.agreement.status.is_over
    assert household.questions == []


def test_what_only_comes_from_a_system_is_still_taken_out_when_it_may_not_be_seen(
    household: Household,
) -> None:
    goes(household, "app-b", UnitKind.CONDITIONS, Direction.OUT)
    assert "rules" in household.record(household.b)

    household.hide(MatrixRow.CONDITIONS)
    household.settle()

    assert "rules" not in household.record(household.b)


def test_the_explanation_says_that_there_is_no_place_for_it_there(household: Household) -> None:
    edits(household, household.a, place="keuken")
    goes(household, "app-b", UnitKind.PLACE, Direction.NONE)

    told = explain(household.hub, ORGANISATION, household.agreement.id)

    standings = {
        copy.connector_id: standing
        for copy in told.copies
        for key, standing in copy.units.items()
        if key.kind is UnitKind.PLACE
    }
    assert standings == {"app-a": Standing.HOLDS, "app-b": Standing.NO_PLACE}


@pytest.mark.parametrize(
    ("unit", "way", "why"),
    [
        (UnitKind.STATUS, Direction.OUT, "always goes both ways"),
        (UnitKind.ASSIGNMENT, Direction.NONE, "always goes both ways"),
        (UnitKind.CONDITIONS, Direction.IN, "can harm"),
    ],
)
def test_some_directions_cannot_be_chosen(
    household: Household, unit: UnitKind, way: Direction, why: str
) -> None:
    with pytest.raises(RuleError, match=why):
        mapping.set_direction(household.hub, ORGANISATION, "app-b", unit, way)

    assert connectors.get(household.hub, ORGANISATION, "app-b").directions == {}
