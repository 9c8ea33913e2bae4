"""The known traps: consent, a new mapping, a short title and old pages are no edits; an edit survives."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from samenspraak.connectors.json_lens import Kept, Lens, Place
from samenspraak.domain.agreements import Conditions, Duty, What
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.schedules import Recurrence
from samenspraak.domain.units import CONDITIONS, WHAT, MatrixRow, UnitKey, UnitKind
from samenspraak.policy.capabilities import Token
from samenspraak.policy.state import Reason
from samenspraak_memory import mapping
from samenspraak_memory.plugin import FamilyAppConnector

A1 = UnitKey(UnitKind.ASSIGNMENT, "a1")
BOTH_EQUAL = {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


class WithoutTokens(FamilyAppConnector):
    """The family app of a maker who never heard of versions."""

    manifest = replace(
        FamilyAppConnector.manifest,
        capabilities=replace(FamilyAppConnector.manifest.capabilities, token=Token.NONE, token_ordered=False),
    )


def upgraded() -> type[FamilyAppConnector]:
    """The connector after an upgrade that keeps conditions in another member."""
    kept = Kept(
        present=Place(member="agreements_made", codec=mapping.RULES),
        retired=(Place(member="rules", codec=mapping.RULES),),
    )

    class Upgraded(FamilyAppConnector):
        manifest = replace(
            FamilyAppConnector.manifest,
            capabilities=replace(FamilyAppConnector.manifest.capabilities, mapping_version=2),
        )
        lens = Lens({**mapping.LENS.table, UnitKind.CONDITIONS: kept})

    return Upgraded


# Withdrawn consent.


def test_withdrawn_consent_is_no_edit_no_deletion_and_no_loop(household: Any) -> None:
    before = household.agreement
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    household.town.clock.pass_(minutes=5)
    household.settle()

    assert household.agreement == before
    assert household.record(household.a)["title"] == "Steunkousen aantrekken"
    assert household.b.readable("daughter") == []
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.RETRACTED}
    sent = household.town.writes()
    household.settle()
    assert household.town.writes() == sent


def test_what_was_retracted_comes_back_with_the_consent(household: Any) -> None:
    objection = household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    household.reveal(objection)
    household.town.clock.pass_(minutes=5)
    household.settle()

    assert household.record(household.b)["title"] == "Steunkousen aantrekken"
    assert household.reasons == BOTH_EQUAL
    assert household.questions == []


def test_a_unit_that_is_hidden_is_emptied_there_and_nowhere_else(household: Any) -> None:
    version = household.version
    objection = household.hide(MatrixRow.CONDITIONS)
    household.settle()
    assert "rules" not in household.record(household.b)
    assert household.record(household.a)["rules"] == {"how": "Eerst de hiel."}

    household.reveal(objection)
    household.settle()
    assert household.record(household.b)["rules"] == {"how": "Eerst de hiel."}
    assert (household.version, household.reasons, household.questions) == (version, BOTH_EQUAL, [])


def test_a_record_that_a_family_wrote_down_itself_stays_where_it_is_without_consent(town: Any) -> None:
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    son = town.person("son", PartyKind.RELATIVE, "Jan", client.id)
    app = town.family_app("app-a")
    town.joins(app, client.id, son)
    task = {"id": "a1", "who": {"user": "son", "role": "relative"}}
    app.add_record("son", "wit", "Boodschappen", tasks=[task])
    town.settle(3)

    assert "Boodschappen" in app.readable("son")
    assert (town.reasons(), town.writes()) == ({"app-a": Reason.WITHHELD}, 0)
    town.consent(client.id, son)
    town.settle(3)
    assert town.reasons() == {"app-a": Reason.EQUAL}


# A new mapping version.


def test_a_new_mapping_is_no_edit_no_deletion_and_no_loop(household: Any) -> None:
    before, sent = household.agreement, household.town.writes()
    household.becomes("app-b", upgraded())
    household.b.comment("daughter", household.agreement.id, "Dank je wel")
    household.settle()

    assert household.agreement == before
    assert household.town.writes() == sent
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_after_a_new_mapping_the_next_write_moves_what_it_writes(household: Any) -> None:
    household.becomes("app-b", upgraded())
    household.a.instruct("son", "r1", "Eerst de tenen.")
    household.settle()

    record = household.record(household.b)
    assert record["agreements_made"] == {"how": "Eerst de tenen."}
    assert "rules" not in record
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


# A truncated title.


@pytest.fixture
def short(household: Any) -> Any:
    """A third app, that keeps the first twenty letters of a title."""
    return household.another("app-c", mode="quirky", title_length=20)


def test_a_truncated_title_is_no_edit_and_no_loop(household: Any, short: Any) -> None:
    sent = household.town.writes()
    household.settle()

    assert household.record(short)["title"] == "Steunkousen aantrekk"
    assert household.agreement.what.text == "Steunkousen aantrekken"
    assert household.reasons == {**BOTH_EQUAL, "app-c": Reason.EQUAL}
    assert household.town.writes() == sent


def test_another_edit_there_does_not_shorten_the_title_elsewhere(household: Any, short: Any) -> None:
    short.move("daughter", household.agreement.id, "a1", ["09:30"])
    household.settle()

    assert household.times(household.a) == ["09:30"]
    assert household.record(household.a)["title"] == "Steunkousen aantrekken"
    assert household.questions == []


def test_a_title_that_somebody_really_changed_there_is_an_edit(household: Any, short: Any) -> None:
    short.edit("daughter", household.agreement.id, title="Steunkousen aan")
    household.settle()

    assert household.record(household.a)["title"] == "Steunkousen aan"


# An edit while we write.


def at_nine(agreement: Any) -> Duty:
    """The same duty at nine o'clock."""
    duty = agreement.assignment("a1").duty
    timing = Recurrence(frequency=duty.schedule.timing.frequency, times=(time(9, 0),))
    return replace(duty, schedule=replace(duty.schedule, timing=timing))


def test_an_edit_between_our_write_and_its_answer_survives(household: Any) -> None:
    household.nurse({A1: at_nine(household.agreement)})
    with household.held(household.b, "PATCH", ".*", household.works):
        household.b.instruct("daughter", household.agreement.id, "Eerst de tenen.")
    household.settle()

    assert household.agreement.conditions.instruction == "Eerst de tenen."
    assert household.times(household.a) == household.times(household.b) == ["09:00"]
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_an_edit_of_the_same_unit_between_our_write_and_its_answer_survives(household: Any) -> None:
    household.nurse({WHAT: What(text="Kousen aan")})
    with household.held(household.b, "PATCH", ".*", household.works):
        household.b.edit("daughter", household.agreement.id, title="Steunkousen om half negen")
    household.settle()

    assert household.agreement.what.text == "Steunkousen om half negen"
    assert household.reasons == BOTH_EQUAL


def test_an_edit_just_before_our_write_is_read_and_merged(household: Any) -> None:
    household.nurse({A1: at_nine(household.agreement)})
    with household.held(household.b, "GET", "/api/records/.*", household.works):
        household.b.instruct("daughter", household.agreement.id, "Eerst de tenen.")
    household.settle()

    assert household.record(household.b)["rules"] == {"how": "Eerst de tenen."}
    assert household.times(household.b) == ["09:00"]
    assert household.agreement.conditions.instruction == "Eerst de tenen."
    assert household.questions == []


def test_an_edit_of_the_same_unit_just_before_our_write_is_asked_about(household: Any) -> None:
    household.nurse({WHAT: What(text="Kousen aan")})
    with household.held(household.b, "GET", "/api/records/.*", household.works):
        household.b.edit("daughter", household.agreement.id, title="Lange kousen")
    household.settle()

    assert household.record(household.b)["title"] == "Lange kousen"
    assert household.agreement.what.text == "Kousen aan"
    assert household.questions == [("conflict", "both-changed")]


def test_an_edit_that_would_break_a_rule_is_asked_about_and_the_others_go_on(household: Any) -> None:
    household.b.edit("daughter", household.agreement.id, tasks=[], title="Kousen")
    household.nurse({CONDITIONS: Conditions(instruction="Eerst de tenen.")})
    household.settle()

    [question] = household.town.questions()
    assert (question.cause, question.values["app-b"]) == ("rule:performer", {A1: None})
    assert household.agreement.assignments
    assert household.record(household.b)["rules"] == {"how": "Eerst de tenen."}
    assert household.agreement.what.text == household.record(household.a)["title"] == "Kousen"


# Old pages.


def test_a_page_fetched_before_our_write_is_no_edit(household: Any) -> None:
    household.b.comment("daughter", household.agreement.id, "Tot morgen")
    with household.held(household.b, "GET", "/api/changes", lambda: household.hears("app-b")):
        household.nurse({WHAT: What(text="Kousen aan")})
        household.works()
    household.settle()

    assert household.agreement.what.text == "Kousen aan"
    assert household.record(household.b)["title"] == "Kousen aan"
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


@pytest.mark.parametrize("kind", [FamilyAppConnector, WithoutTokens])
def test_a_read_soon_after_our_write_that_shows_the_old_state_is_no_edit(household: Any, kind: Any) -> None:
    replica = household.another("app-c", tokens=kind is FamilyAppConnector)
    household.becomes("app-c", kind)
    replica.lag = 0.9
    household.nurse({CONDITIONS: None})
    household.works()
    household.reveal(household.hide(MatrixRow.REVIEW_NOTES, "app-c"))
    household.works()
    assert household.questions == []
    household.settle()

    assert household.agreement.conditions is None
    assert "rules" not in household.record(replica)
    assert household.reasons == {**BOTH_EQUAL, "app-c": Reason.EQUAL}
    assert household.questions == []
