"""Consent withdrawn at any moment before the socket: nothing leaves, and what left is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from samenspraak.connectors import Call, Directory, Found, Raw, Written
from samenspraak.domain.agreements import Conditions, What
from samenspraak.domain.units import CONDITIONS, WHAT, MatrixRow
from samenspraak.errors import OutcomeUnknownError
from samenspraak.policy.state import Reason
from samenspraak_memory.plugin import FamilyAppConnector

TOES = Conditions(instruction="Eerst de tenen.")


class Slow(FamilyAppConnector):
    """A connector in which something happens at one moment of a write, once."""

    moment: ClassVar[str] = ""
    happens: ClassVar[list[Callable[[], object]]] = []

    def put(self, raw: Raw, changes: Any, directory: Directory) -> Raw:
        self._now("between plan and intent")
        return super().put(raw, changes, directory)

    def update(self, call: Call, found: Any, raw: Raw) -> Any:
        self._now("between intent and request")
        return super().update(call, found, raw)

    def create(self, call: Call, subject: Any, raw: Raw) -> Any:
        self._now("between intent and request")
        return super().create(call, subject, raw)

    def _now(self, moment: str) -> None:
        if type(self).moment == moment and self.happens:
            self.happens.pop()()


@pytest.fixture(params=["between plan and intent", "between intent and request"])
def slow(household: Any, request: pytest.FixtureRequest) -> Any:
    """App b, with something that can happen at one of two moments of its next write."""

    class Here(Slow):
        moment = request.param
        happens: ClassVar[list[Callable[[], object]]] = []

    household.becomes("app-b", Here)
    return household, Here.happens


def everything_sent(app: Any) -> str:
    """All that ever stood in the app, in any version."""
    return str(app.shelf._objects)


def test_nothing_that_was_waiting_leaves_after_a_withdrawal(slow: Any) -> None:
    household, happens = slow
    household.nurse({WHAT: What(text="Kousen van mevrouw")})
    happens.append(lambda: household.hide(MatrixRow.WHAT_WHEN_WHO))
    household.works()
    household.settle()

    assert happens == []
    assert "Kousen van mevrouw" not in everything_sent(household.b)
    assert household.b.readable("daughter") == []
    assert household.record(household.a)["title"] == "Kousen van mevrouw"


def test_a_unit_that_is_hidden_while_it_waits_does_not_leave(slow: Any) -> None:
    household, happens = slow
    household.nurse({CONDITIONS: TOES, WHAT: What(text="Kousen aan")})
    happens.append(lambda: household.hide(MatrixRow.CONDITIONS))
    household.works()
    household.settle()

    assert happens == []
    assert "Eerst de tenen." not in everything_sent(household.b)
    assert household.record(household.b)["title"] == "Kousen aan"
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


def test_a_new_record_does_not_leave_after_a_withdrawal(slow: Any) -> None:
    household, happens = slow
    happens.append(lambda: household.hide(MatrixRow.WHAT_WHEN_WHO))
    task = {"id": "k1", "who": {"user": "son", "role": "relative"}}
    household.a.add_record("son", "wit", "Samen koken", tasks=[task])
    household.settle()

    assert happens == []
    assert "Samen koken" not in everything_sent(household.b)


def test_a_reader_who_joins_meanwhile_does_not_see_what_was_meant_for_the_others(slow: Any) -> None:
    household, happens = slow
    household.nurse({WHAT: What(text="Kousen van mevrouw")})
    happens.append(lambda: _neighbour_joins(household))
    household.works()
    household.settle()

    assert happens == []
    assert "Kousen van mevrouw" not in everything_sent(household.b)
    assert household.record(household.a)["title"] == "Kousen van mevrouw"


def test_what_changes_again_while_it_is_planned_leaves_once(household: Any) -> None:
    class Here(Slow):
        moment = "between plan and intent"
        happens: ClassVar[list[Callable[[], object]]] = []

    household.becomes("app-b", Here)
    household.nurse({WHAT: What(text="Kousen aan")})
    Here.happens.append(lambda: household.nurse({WHAT: What(text="Lange kousen aan")}))
    household.settle()

    assert "Kousen aan" not in everything_sent(household.b)
    assert household.record(household.b)["title"] == "Lange kousen aan"


def _neighbour_joins(household: Any) -> None:
    household.b.add_user("buur", "Bea", "relative", ["wit"], identifiers=[])
    neighbour = household.town.person("buur", "relative", "Bea", "wit")
    household.town.joins(household.b, "wit", neighbour)
    household.hears("app-b")


def test_a_withdrawal_while_we_read_is_seen_before_we_write(household: Any) -> None:
    household.nurse({WHAT: What(text="Kousen van mevrouw")})
    with household.held(household.b, "GET", "/api/records/.*", household.works):
        household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()

    assert "Kousen van mevrouw" not in everything_sent(household.b)
    assert household.b.readable("daughter") == []


def test_a_worker_that_was_paused_past_its_lease_changes_nothing_here(household: Any) -> None:
    household.nurse({WHAT: What(text="Kousen aan")})
    with household.held(household.b, "PATCH", ".*", household.works):
        household.town.clock.pass_(minutes=5)
        household.nurse({WHAT: What(text="Lange kousen aan")})
        household.works()
        [link] = [one for one in household.town.links() if one.connector_id == "app-b"]
    [after] = [one for one in household.town.links() if one.connector_id == "app-b"]

    assert household.record(household.b)["title"] == "Lange kousen aan"
    assert (after.fence, after.have, after.reason) == (link.fence, link.have, Reason.EQUAL)
    assert household.questions == []


def test_a_paused_worker_sends_nothing_once_another_has_taken_over(slow: Any) -> None:
    household, happens = slow
    household.nurse({WHAT: What(text="Kousen aan")})
    happens.append(lambda: _another_takes_over(household))
    household.works()
    household.settle()

    assert happens == []
    assert [one.method for one in household.b.writes()] == ["POST", "PATCH"]
    assert household.record(household.b)["title"] == "Lange kousen aan"


def _another_takes_over(household: Any) -> None:
    household.town.clock.pass_(minutes=5)
    household.nurse({WHAT: What(text="Lange kousen aan")})
    household.works()


def test_what_arrives_after_the_withdrawal_is_taken_back(household: Any) -> None:
    household.nurse({WHAT: What(text="Kousen van mevrouw")})
    with household.held(household.b, "PATCH", ".*", household.works):
        household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.settle()
    household.town.clock.pass_(minutes=5)
    household.settle()

    assert household.b.readable("daughter") == []
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.RETRACTED}


def test_a_retraction_is_confirmed_only_when_nothing_of_before_can_still_arrive(household: Any) -> None:
    household.hide(MatrixRow.WHAT_WHEN_WHO)
    household.works()
    assert household.reasons["app-b"] is Reason.RETRACTING
    household.town.clock.pass_(minutes=1)  # every read shows it by now, but a paused worker may still write
    household.works()
    assert household.reasons["app-b"] is Reason.RETRACTING

    household.town.clock.pass_(minutes=5)
    household.settle()
    assert household.reasons["app-b"] is Reason.RETRACTED


class TypedAtOnce(FamilyAppConnector):
    """An app that answers a write without the record; somebody types right after it."""

    then: ClassVar[list[Callable[[], object]]] = []

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        written = replace(super().update(call, found, raw), found=None)
        while self.then:
            self.then.pop(0)()
        return written


def test_what_was_typed_in_a_hidden_unit_is_asked_about_when_it_is_revealed(household: Any) -> None:
    household.nurse({CONDITIONS: Conditions(text="Tot het lukt.", instruction="Eerst de hiel.")})
    household.settle()
    household.becomes("app-b", TypedAtOnce)
    objection = household.hide(MatrixRow.CONDITIONS)
    there = household.record(household.b)["id"]
    TypedAtOnce.then += [
        lambda: household.b.instruct("daughter", there, "Eerst de tenen."),
        lambda: household.reveal(objection),
    ]
    household.settle()

    assert household.agreement.conditions.instruction == "Eerst de hiel."
    assert household.record(household.a)["rules"]["how"] == "Eerst de hiel."
    assert "Eerst de tenen." in repr([one.values for one in household.town.questions()])


class TypedAndLost(TypedAtOnce):
    """The same, and the answer never comes."""

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        super().update(call, found, raw)
        raise OutcomeUnknownError("The answer was lost.")


@pytest.mark.parametrize("kind", [TypedAtOnce, TypedAndLost])
def test_what_they_typed_over_their_own_text_given_back_is_asked_about_when_it_is_revealed(
    household: Any, kind: type[TypedAtOnce]
) -> None:
    household.nurse({WHAT: What(text="Kousen aan")})
    household.settle()
    household.becomes("app-a", kind)
    objection = household.hide(MatrixRow.WHAT_WHEN_WHO, "app-a")
    TypedAtOnce.then += [
        lambda: household.a.edit("son", "r1", title="Kousen met een kopje koffie"),
        lambda: household.reveal(objection),
    ]
    household.works()
    household.becomes("app-a", FamilyAppConnector)
    household.town.clock.pass_(minutes=5)
    household.settle()

    assert TypedAtOnce.then == []
    assert household.agreement.what.text == household.record(household.b)["title"] == "Kousen aan"
    assert household.record(household.a)["title"] == "Kousen met een kopje koffie"
    assert household.questions == [("conflict", "both-changed")]

    household.answer(household.town.questions()[0], "app-a")
    household.settle()
    assert household.record(household.b)["title"] == "Kousen met een kopje koffie"
    assert household.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}
