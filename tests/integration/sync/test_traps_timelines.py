"""The timelines that once lost something, as the simulation of the design found them (H1–H11)."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from samenspraak.connectors.json_lens import Kept, Lens, Place
from samenspraak.domain.agreements import Conditions, Duty, State, Status, What
from samenspraak.domain.schedules import Recurrence
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, MatrixRow, UnitKey, UnitKind
from samenspraak.policy.capabilities import Token
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import taking_part
from samenspraak_memory import mapping
from samenspraak_memory.plugin import FamilyAppConnector

A1 = UnitKey(UnitKind.ASSIGNMENT, "a1")
HEEL, TOES = Conditions(instruction="Eerst de hiel."), Conditions(instruction="Eerst de tenen.")
BOTH_EQUAL = {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}
LATER = {"seconds": 30}


def duty_at(agreement: Any, hour: int) -> Duty:
    """The same duty at another hour."""
    duty: Duty = agreement.assignment("a1").duty
    timing = Recurrence(frequency=duty.schedule.timing.frequency, times=(time(hour, 0),))  # type: ignore[union-attr]
    return replace(duty, schedule=replace(duty.schedule, timing=timing))


class WithoutTokens(FamilyAppConnector):
    """The family app of a maker who never heard of versions."""

    manifest = replace(
        FamilyAppConnector.manifest,
        capabilities=replace(FamilyAppConnector.manifest.capabilities, token=Token.NONE, token_ordered=False),
    )


class NewMapping(FamilyAppConnector):
    """The connector after an upgrade that keeps conditions in another member."""

    manifest = replace(
        FamilyAppConnector.manifest,
        capabilities=replace(FamilyAppConnector.manifest.capabilities, mapping_version=2),
    )
    lens = Lens(
        {
            **mapping.LENS.table,
            UnitKind.CONDITIONS: Kept(
                present=Place(member="agreed", codec=mapping.RULES),
                retired=(Place(member="rules", codec=mapping.RULES),),
            ),
        }
    )


# H1


def test_h1_a_value_put_back_here_is_written_while_another_unit_is_held(household: Any) -> None:
    household.nurse({A1: duty_at(household.agreement, 9)})
    household.b.move("daughter", household.agreement.id, "a1", ["10:00"])
    household.settle()
    assert household.questions == [("conflict", "both-changed")]

    household.b.edit("daughter", household.agreement.id, title="Kousen")
    household.settle()
    assert household.agreement.what.text == "Kousen"
    household.nurse({WHAT: What(text="Steunkousen aantrekken")})
    household.settle()

    assert household.record(household.b)["title"] == "Steunkousen aantrekken"
    assert household.times(household.b) == ["10:00"]
    assert household.questions == [("conflict", "both-changed")]


# H2


def test_h2_an_edit_after_the_end_is_not_lost_when_something_else_is_hidden_meanwhile(household: Any) -> None:
    ended = Status(state=State.ENDED, ended_on=date(2026, 11, 23))
    household.b.edit("daughter", household.agreement.id, title="Kousen")
    household.nurse({STATUS: ended})
    household.works()
    household.settle()
    household.hide(MatrixRow.CONDITIONS)
    household.settle()
    assert "rules" not in household.record(household.b)

    assert ("ended", "changed-after-end") in household.questions
    [question] = [one for one in household.town.questions() if one.kind == "ended"]
    household.answer(question, "restore")
    household.settle()

    assert household.agreement.status.state is State.ACTIVE
    asked = [one for one in household.town.questions() if one.kind == "conflict"]
    assert household.agreement.what.text == "Kousen" or [one.values["app-b"] for one in asked] == [
        {WHAT: What(text="Kousen")}
    ]


# H3


def test_h3_a_write_that_never_left_is_not_read_as_an_edit_back(household: Any) -> None:
    household.nurse({WHAT: What(text="Kousen aan"), A1: duty_at(household.agreement, 9)})
    household.b.inject(Fault(kind="down", method="PATCH", times=1))
    household.works()
    household.b.edit("daughter", household.agreement.id, title="Steunkousen om acht uur")
    household.town.clock.pass_(**LATER)
    household.settle()

    assert household.times(household.a) == household.times(household.b) == ["09:00"]
    assert household.record(household.b)["title"] == "Steunkousen om acht uur"
    assert household.agreement.what.text == "Kousen aan"
    assert household.questions == [("conflict", "both-changed")]


def test_h3_a_replica_that_is_behind_does_not_undo_a_write(household: Any) -> None:
    replica = household.another("app-c")
    replica.lag = 0.9
    household.nurse({WHAT: What(text="Kousen aan"), A1: duty_at(household.agreement, 9)})
    replica.inject(Fault(kind="lose", method="PATCH", times=1))
    household.works()
    household.town.clock.pass_(seconds=0.5)
    household.works()
    household.settle()

    assert (household.agreement.what.text, household.times(replica)) == ("Kousen aan", ["09:00"])
    assert household.questions == []


# H4


def test_h4_an_old_page_does_not_look_like_an_edit_back(household: Any) -> None:
    household.b.comment("daughter", household.agreement.id, "Tot morgen")
    with household.held(household.b, "GET", "/api/changes", lambda: household.hears("app-b")):
        household.b.edit("daughter", household.agreement.id, title="Kousen")
        household.hint("app-b")
        household.works()
    household.settle()

    assert household.agreement.what.text == household.record(household.b)["title"] == "Kousen"
    assert household.state("app-b") is ConnectorState.RUNNING
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_h4_an_old_page_is_no_edit_where_there_are_no_tokens_either(household: Any) -> None:
    household.b.tokens = False
    household.becomes("app-b", WithoutTokens)
    household.b.edit("daughter", household.agreement.id, title="Kousen")
    with household.held(household.b, "GET", "/api/changes", lambda: household.hears("app-b")):
        household.b.edit("daughter", household.agreement.id, title="Lange kousen")
        household.hint("app-b")
        household.works()
        household.town.clock.pass_(**LATER)
    household.settle()

    assert household.agreement.what.text == household.record(household.b)["title"] == "Lange kousen"
    assert household.version == 2
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


# H5


def test_h5_a_copy_that_our_first_create_made_is_not_their_edit(household: Any) -> None:
    late = household.another("app-c", lag_seconds=3600)
    household.town.clock.pass_(hours=2)  # the app can be seen, and is an hour behind from now on
    late.inject(Fault(kind="lose", method="POST", times=1))
    household.settle()
    assert [record["rules"] for record in late.shelf.bodies("record")] == [{"how": "Eerst de hiel."}]

    household.nurse({CONDITIONS: TOES})
    household.settle(2)
    late.lag = 0
    household.settle()

    assert household.agreement.conditions == TOES
    assert household.record(late)["rules"] == {"how": "Eerst de tenen."}
    assert [kind for kind, cause in household.questions if cause == "both-changed"] == []


# H6


def test_h6_what_somebody_types_in_a_hidden_unit_is_kept_for_a_person_before_it_is_cleared(
    household: Any,
) -> None:
    household.hide(MatrixRow.CONDITIONS)
    household.settle()
    household.b.instruct("daughter", household.agreement.id, "Zij heeft een wondje")
    household.settle()

    assert household.questions == [("to_do", "typed-in-hidden-unit")]
    [question] = household.town.questions()
    assert question.values["app-b"] == {CONDITIONS: Conditions(instruction="Zij heeft een wondje")}
    assert "Zij heeft een wondje" not in household.b.readable("daughter")
    assert household.agreement.conditions == HEEL


# H7


@pytest.mark.parametrize("fault", ["down", "lose", "status"])
def test_h7_a_unit_revealed_again_before_its_clearing_was_known_is_there(household: Any, fault: Any) -> None:
    household.b.inject(Fault(kind=fault, method="PATCH", times=1))
    objection = household.hide(MatrixRow.CONDITIONS)
    household.works()
    household.reveal(objection)
    household.town.clock.pass_(**LATER)
    household.settle()

    assert household.record(household.b).get("rules") == {"how": "Eerst de hiel."}
    assert household.agreement.conditions == HEEL
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_h7_what_stood_in_a_unit_when_it_was_revealed_is_asked_and_not_adopted_later(household: Any) -> None:
    objection = household.hide(MatrixRow.CONDITIONS)
    household.settle()
    household.b.instruct("daughter", household.agreement.id, "Zij heeft een wondje")
    household.reveal(objection)
    household.nurse({WHAT: What(text="Kousen aan")})
    household.settle()
    household.settle()

    assert household.record(household.b)["title"] == "Kousen aan"
    assert household.agreement.conditions == HEEL
    assert household.questions == [("conflict", "both-changed")]


# H8


def test_h8_an_edit_in_the_place_of_an_earlier_mapping_is_seen(household: Any) -> None:
    household.becomes("app-b", NewMapping)
    household.b.instruct("daughter", household.agreement.id, "Eerst de tenen.")
    household.settle()

    assert household.agreement.conditions == TOES
    assert household.record(household.a)["rules"] == {"how": "Eerst de tenen."}


def test_h8_withdrawn_consent_empties_the_place_of_an_earlier_mapping(household: Any) -> None:
    household.becomes("app-b", NewMapping)
    household.hide(MatrixRow.CONDITIONS)
    household.settle()

    assert not any("hiel" in text for text in household.b.readable("daughter"))
    assert household.agreement.conditions == HEEL


# H9


@pytest.fixture
def restored(household: Any) -> Any:
    """App b was restored to how it was before the time changed; then somebody typed another title."""
    before = copy.deepcopy(household.b.shelf._objects), household.b.shelf.last
    household.nurse({A1: duty_at(household.agreement, 9)})
    household.settle()
    household.b.move("daughter", household.agreement.id, "a1", ["10:00"])
    household.settle()
    household.b.shelf._objects, household.b.shelf.last = before
    household.b.edit("daughter", household.agreement.id, title="Kousen")
    household.settle()
    return household


def test_h9_a_restored_peer_stops_its_connector_and_turns_nothing_back(restored: Any) -> None:
    assert restored.state("app-b") is ConnectorState.STOPPED
    assert restored.questions == [("connector", "restored-peer")]
    assert restored.times(restored.a) == ["10:00"]
    assert restored.agreement.what.text == "Steunkousen aantrekken"


def test_h9_on_release_what_was_ours_is_written_and_what_was_typed_since_is_asked(restored: Any) -> None:
    restored.b.inject(Fault(kind="status", method="PATCH", times=1))
    taking_part.resume(restored.hub, "de-linde", "app-b")
    restored.settle()
    restored.town.clock.pass_(minutes=5)
    restored.settle()

    assert restored.times(restored.b) == restored.times(restored.a) == ["10:00"]
    assert restored.record(restored.b)["title"] == "Kousen"
    assert restored.agreement.what.text == "Steunkousen aantrekken"
    assert restored.questions == [("conflict", "both-changed")]


# H10


def test_h10_a_version_that_a_held_copy_does_not_agree_in_is_looked_at_but_not_held(household: Any) -> None:
    household.nurse({WHAT: What(text="Kousen aan")})
    household.b.edit("daughter", household.agreement.id, title="Kousen")
    household.settle()
    household.nurse({CONDITIONS: TOES})
    household.settle()

    [link] = [one for one in household.town.links() if one.connector_id == "app-b"]
    assert (link.have, link.looked_version, link.want) == (1, 3, 3)
    assert link.reason is Reason.QUESTION
    assert household.record(household.b)["rules"] == {"how": "Eerst de tenen."}


# H11


@pytest.fixture
def late(household: Any) -> Any:
    """App b has no tokens; a title of ours was sent there, never seen, and given up."""
    household.b.tokens = False
    household.becomes("app-b", WithoutTokens)
    household.b.inject(Fault(kind="down", method="PATCH", times=1))
    household.nurse({WHAT: What(text="Kousen om negen uur")})
    household.works()
    household.town.clock.pass_(**LATER)
    household.nurse({WHAT: What(text="Kousen om tien uur")})
    household.settle()
    return household


def test_h11_our_own_write_that_lands_late_is_no_edit_and_the_edit_beside_it_is(late: Any) -> None:
    late.b.edit("samenspraak", late.agreement.id, title="Kousen om negen uur")
    late.b.instruct("daughter", late.agreement.id, "Eerst de tenen.")
    late.settle()

    assert late.agreement.what.text == late.record(late.b)["title"] == "Kousen om tien uur"
    assert late.agreement.conditions == TOES
    assert late.questions == [("to_do", "ours-or-yours")]


def test_h11_a_quiet_look_after_an_attempt_writes_nothing(late: Any) -> None:
    sent = late.town.writes()
    late.hint("app-b")
    late.settle()

    assert late.town.writes() == sent
    assert late.reasons == BOTH_EQUAL


def test_h11_what_somebody_sets_back_after_a_day_is_an_edit(late: Any) -> None:
    late.town.clock.pass_(hours=25)
    late.b.edit("daughter", late.agreement.id, title="Kousen om negen uur")
    late.settle()

    assert late.agreement.what.text == "Kousen om negen uur"
    assert late.record(late.a)["title"] == "Kousen om negen uur"
