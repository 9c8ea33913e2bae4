"""An answer that was lost, a connector that raises anything: no double, no loss, and others go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from samenspraak.connectors import Call, Directory, Found, Look, Raw, Reading, Subject, Written
from samenspraak.domain.agreements import Conditions, State, Status, What
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, MatrixRow, UnitKey, UnitKind
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak_memory.plugin import FamilyAppConnector

BOTH_EQUAL = {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}
PLACE = UnitKey(UnitKind.PLACE)
LOST = ["lose", "down", "html", "truncate"]
ENDED = Status(state=State.ENDED, ended_on=date(2026, 11, 23))


def once(kind: Any, method: str) -> Fault:
    return Fault(kind=kind, method=method, times=1)


def later(household: Any) -> None:
    household.town.clock.pass_(minutes=1)
    household.settle()


# Lost answers.


@pytest.mark.parametrize("fault", LOST)
def test_a_create_whose_answer_was_lost_makes_one_record(household: Any, fault: Any) -> None:
    household.a.inject(once(fault, "POST"))
    household.b.add_record(
        "daughter",
        "wit",
        "Samen koken",
        tasks=[{"id": "k1", "who": {"user": "daughter", "role": "relative"}}],
    )
    household.settle()
    later(household)

    assert sorted(one["title"] for one in household.a.shelf.bodies("record")) == [
        "Samen koken",
        "Steunkousen aantrekken",
    ]
    assert set(household.a.live().values()) == {1}
    assert set(household.reasons.values()) == {Reason.EQUAL}


class Unconditional(FamilyAppConnector):
    """An app that makes a record with every request to make one."""

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        made = call.http.send("POST", "api/records", json=raw).json()
        return Written(external_id=made["id"])


def test_a_create_whose_answer_was_lost_is_looked_for_where_nothing_stops_a_second_one(
    household: Any,
) -> None:
    household.becomes("app-a", Unconditional)
    household.a.inject(once("lose", "POST"))
    task = {"id": "k1", "who": {"user": "daughter", "role": "relative"}}
    household.b.add_record("daughter", "wit", "Samen koken", tasks=[task])
    household.settle()
    later(household)

    assert [one.method for one in household.a.writes()].count("POST") == 1
    assert set(household.a.live().values()) == {1}
    assert set(household.reasons.values()) == {Reason.EQUAL}


def test_what_was_ended_before_its_lost_create_was_found_can_be_restored(household: Any) -> None:
    household.a.inject(once("lose", "POST"))
    task = {"id": "k1", "who": {"user": "daughter", "role": "relative"}}
    household.b.add_record("daughter", "wit", "Samen koken", tasks=[task])
    household.hears("app-b")
    household.works()
    [made] = [one for one in household.a.shelf.bodies("record") if one["title"] == "Samen koken"]
    household.a.end("son", made["id"])
    later(household)
    [question] = household.town.questions()
    assert question.kind == "ended"

    household.answer(question, "restore")
    later(household)
    assert household.a.record_of(made["id"])["state"]["value"] == "active"
    assert (set(household.reasons.values()), household.questions) == ({Reason.EQUAL}, [])


@pytest.mark.parametrize("fault", LOST)
def test_an_update_whose_answer_was_lost_is_there_once(household: Any, fault: Any) -> None:
    household.b.inject(once(fault, "PATCH"))
    household.nurse({WHAT: What(text="Kousen aan")})
    household.works()
    later(household)

    assert household.record(household.a)["title"] == household.record(household.b)["title"] == "Kousen aan"
    assert household.agreement.what.text == "Kousen aan"
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_what_is_taken_out_goes_though_the_write_was_refused_once(household: Any) -> None:
    household.nurse({PLACE: "zolder"})
    household.settle()
    household.b.inject(Fault(kind="status", status=503, method="PATCH", times=1))
    household.nurse({PLACE: None})
    household.works()
    later(household)

    assert "place" not in household.record(household.b)
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_an_edit_there_after_a_lost_answer_survives(household: Any) -> None:
    household.b.inject(once("lose", "PATCH"))
    household.nurse({WHAT: What(text="Kousen aan")})
    household.works()
    household.b.instruct("daughter", household.agreement.id, "Eerst de tenen.")
    later(household)

    assert household.agreement.what.text == household.record(household.b)["title"] == "Kousen aan"
    assert household.agreement.conditions == Conditions(instruction="Eerst de tenen.")
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_an_edit_over_a_write_whose_answer_was_lost_is_asked_about(household: Any) -> None:
    household.b.inject(once("lose", "PATCH"))
    household.nurse({WHAT: What(text="Kousen aan")})
    household.works()
    household.b.edit("daughter", household.agreement.id, title="Lange kousen")
    later(household)

    [question] = household.town.questions()
    assert question.values == {
        "hub": {WHAT: What(text="Kousen aan")},
        "app-b": {WHAT: What(text="Lange kousen")},
    }
    assert household.record(household.b)["title"] == "Lange kousen"


@pytest.mark.parametrize("fault", LOST)
def test_an_end_whose_answer_was_lost_is_there(household: Any, fault: Any) -> None:
    household.b.inject(once(fault, "PATCH"))
    household.nurse({STATUS: ENDED})
    household.works()
    later(household)

    assert household.record(household.b)["state"]["value"] == "ended"
    assert household.reasons == {"app-a": Reason.CLOSED, "app-b": Reason.CLOSED}
    assert household.questions == []


@pytest.mark.parametrize("fault", LOST)
def test_a_retraction_whose_answer_was_lost_is_confirmed(household: Any, fault: Any) -> None:
    household.b.inject(once(fault, "DELETE"))
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.works()
    later(household)
    household.town.clock.pass_(minutes=5)
    household.settle()

    assert household.b.readable("daughter") == []
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.RETRACTED}
    assert household.agreement.status.state is State.ACTIVE


class Plain(FamilyAppConnector):
    """A family app that makes a record whenever it is asked to."""

    def create(self, call: Call, subject: Any, raw: Raw) -> Written:
        made = call.http.send("POST", "api/records", json=raw).json()
        return Written(external_id=made["id"], found=Found(external_id=made["id"], raw=made))


def test_a_create_after_a_retraction_makes_one_record_though_its_answer_was_lost(household: Any) -> None:
    household.becomes("app-b", Plain)
    objection = household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    household.town.clock.pass_(minutes=5)
    household.settle()
    household.b.inject(once("lose", "POST"))
    household.reveal(objection)
    household.settle()
    later(household)

    assert set(household.b.live().values()) == {1}
    assert len([one for one in household.b.writes() if one.method == "POST"]) == len(["first", "again"])
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_doubles_that_one_create_made_are_taken_away_but_for_one(household: Any) -> None:
    double = {key: value for key, value in household.record(household.b).items() if key != "id"}
    household.b._create(double, "samenspraak")
    household.settle()
    later(household)

    assert set(household.b.live().values()) == {1}
    assert household.agreement.status.state is State.ACTIVE
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


def test_a_double_that_somebody_edited_is_left_for_a_person(household: Any) -> None:
    double = {key: value for key, value in household.record(household.b).items() if key != "id"}
    household.b._create({**double, "place": "zolder"}, "samenspraak")
    household.settle()
    later(household)

    [question] = household.town.questions()
    assert sorted(household.b.live().values()) == [2]
    assert (question.kind, question.cause) == ("identity", "two-objects")
    assert question.values["app-b"][PLACE] == "zolder"


def test_a_double_that_was_left_for_a_person_is_taken_back_with_the_consent(household: Any) -> None:
    double = {key: value for key, value in household.record(household.b).items() if key != "id"}
    household.b._create({**double, "place": "zolder"}, "samenspraak")
    household.settle()
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    household.town.clock.pass_(minutes=5)
    household.settle()

    assert household.b.readable("daughter") == []
    assert household.reasons["app-b"] is Reason.RETRACTED
    assert "zolder" in repr([one.values for one in household.town.questions()])


@pytest.mark.parametrize("place", ["", "zolder"], ids=["untouched", "edited"])
def test_a_double_that_shows_while_all_is_taken_back_is_taken_back_too(household: Any, place: str) -> None:
    """A create that was late: nobody gets round to comparing the two."""
    double = {key: value for key, value in household.record(household.b).items() if key != "id"}
    objection = household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.b.inject(Fault(kind="status", writes=True, times=1))
    household.settle()
    household.b._create({**double, **({"place": place} if place else {})}, "samenspraak")
    household.settle()
    household.town.clock.pass_(minutes=5)
    household.settle()

    assert household.b.readable("daughter") == []
    assert household.reasons["app-b"] is Reason.RETRACTED
    assert ("zolder" in repr([one.values for one in household.town.questions()])) is bool(place)

    household.town.withdraw("wit", objection)
    household.settle()
    later(household)
    assert set(household.b.live().values()) == {1}


@pytest.mark.parametrize("place", ["", "zolder"], ids=["untouched", "edited"])
def test_a_late_double_goes_as_soon_as_it_shows_while_a_retraction_waits_to_be_sure(
    household: Any, place: str
) -> None:
    double = {key: value for key, value in household.record(household.b).items() if key != "id"}
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    assert household.reasons["app-b"] is Reason.RETRACTING
    household.b._create({**double, **({"place": place} if place else {})}, "samenspraak")
    household.settle(1)

    assert household.b.readable("daughter") == []
    household.town.clock.pass_(minutes=5)
    household.settle()
    assert household.reasons["app-b"] is Reason.RETRACTED


def test_a_double_is_looked_after_when_the_object_beside_it_is_removed(household: Any) -> None:
    before = household.record(household.b)
    double = {key: value for key, value in before.items() if key != "id"}
    household.b.remove("daughter", before["id"])
    household.settle()
    household.b._create(double, "samenspraak")
    household.b.edit("daughter", household.record(household.b)["id"], place="zolder")
    household.settle()
    later(household)

    assert "zolder" in repr([household.agreement.place, [one.values for one in household.town.questions()]])


def test_a_double_that_came_about_before_our_last_edit_is_taken_away_too(household: Any) -> None:
    double = {key: value for key, value in household.record(household.b).items() if key != "id"}
    household.nurse({WHAT: What(text="Kousen aan")})
    household.settle()
    household.b._create(double, "samenspraak")
    household.settle()
    later(household)

    assert set(household.b.live().values()) == {1}
    assert household.record(household.b)["title"] == "Kousen aan"
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])


# A connector that raises anything.


class Clumsy(FamilyAppConnector):
    """Somebody's connector with a mistake in it; ``at`` says where it shows."""

    at: str = ""

    def fetch(self, call: Call, external_id: str) -> Look:
        self._stumble("fetch")
        return super().fetch(call, external_id)

    def get(self, raw: Raw, directory: Directory) -> Reading:
        self._stumble("get")
        return super().get(raw, directory)

    def put(self, raw: Raw, changes: Any, directory: Directory) -> Raw:
        self._stumble("put")
        return super().put(raw, changes, directory)

    def update(self, call: Call, found: Any, raw: Raw) -> Any:
        written = super().update(call, found, raw)
        self._stumble("update")
        return written

    def _stumble(self, where: str) -> None:
        if type(self).at == where:
            raise TheirMistakeError({"raw": "iets heel anders"})


class TheirMistakeError(Exception):
    """Nothing the hub knows."""

    def __init__(self, what: Mapping[str, str]) -> None:
        super().__init__(what)


@pytest.fixture(params=["fetch", "get", "put", "update"])
def clumsy(household: Any, request: pytest.FixtureRequest) -> Any:
    class Stumbling(Clumsy):
        at = request.param

    household.becomes("app-b", Stumbling)
    household.nurse({CONDITIONS: Conditions(instruction="Eerst de tenen.")})
    household.works()
    return household, Stumbling


def test_a_connector_that_raises_garbage_holds_up_no_other(clumsy: Any) -> None:
    household, _ = clumsy

    assert household.record(household.a)["rules"] == {"how": "Eerst de tenen."}
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.DUE}
    assert household.agreement.conditions == Conditions(instruction="Eerst de tenen.")


def test_once_the_connector_is_mended_its_copy_is_equal(clumsy: Any) -> None:
    household, stumbling = clumsy
    stumbling.at = ""
    household.town.clock.pass_(hours=1)
    household.settle()

    assert household.record(household.b)["rules"] == {"how": "Eerst de tenen."}
    assert (household.reasons, household.questions) == (BOTH_EQUAL, [])
