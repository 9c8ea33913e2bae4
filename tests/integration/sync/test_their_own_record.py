"""A record that a family wrote down itself, once consent is withdrawn: ours goes out of it, theirs stays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from samenspraak.domain.agreements import Conditions, State, Status, What
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, MatrixRow, UnitKey, UnitKind
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.sync.joining import join

PLACE = UnitKey(UnitKind.PLACE)


def later(household: Any) -> None:
    """Long enough for what was written to be sure."""
    household.settle(2)
    household.town.clock.pass_(minutes=5)
    household.settle(2)


@pytest.fixture
def shared(household: Any) -> Any:
    """The son wrote it down in app-a; a nurse changed two things and added a place, the daughter agreed."""
    ends = Conditions(text="Tot het weer zelf lukt.")
    household.nurse({WHAT: What(text="Kousen aan"), CONDITIONS: ends, PLACE: "slaapkamer"})
    household.b.agree("daughter", household.agreement.id)
    household.settle()
    assert household.record(household.a)["news"]
    return household


@pytest.fixture
def withdrawn(shared: Any) -> Any:
    shared.objection = shared.hide(MatrixRow.WHAT_WHEN_WHO, "app-a")
    later(shared)
    return shared


def test_what_we_put_there_is_gone_and_their_own_record_stays(withdrawn: Any) -> None:
    record = withdrawn.record(withdrawn.a)

    assert (record["title"], record["state"]["value"]) == ("Steunkousen aantrekken", "active")
    assert (record["rules"], record.get("place")) == ({"how": "Eerst de hiel."}, None)
    assert withdrawn.times(withdrawn.a) == ["08:00"]
    assert not record.get("news")
    assert withdrawn.reasons["app-a"] is Reason.RETRACTED
    assert withdrawn.questions == []


def test_nothing_more_is_sent_there(withdrawn: Any) -> None:
    sent = len(withdrawn.a.writes())
    withdrawn.nurse({WHAT: What(text="Lange kousen aan")})
    later(withdrawn)

    assert len(withdrawn.a.writes()) == sent
    assert withdrawn.record(withdrawn.b)["title"] == "Lange kousen aan"


def test_what_they_write_in_it_from_then_on_goes_to_a_person_once(withdrawn: Any) -> None:
    withdrawn.a.edit("son", "r1", title="Kousen met een kopje koffie")
    withdrawn.settle()
    later(withdrawn)

    assert withdrawn.questions == [("to_do", "edited-without-consent")]
    assert withdrawn.record(withdrawn.a)["title"] == "Kousen met een kopje koffie"
    assert withdrawn.agreement.what.text == "Kousen aan"


def test_that_they_throw_it_away_is_told_and_it_goes_on_elsewhere(withdrawn: Any) -> None:
    withdrawn.a.remove("son", "r1")
    later(withdrawn)

    assert withdrawn.agreement.status.is_live
    assert withdrawn.questions == [("to_do", "removed-before-retraction")]
    assert withdrawn.reasons == {"app-a": Reason.RETRACTED, "app-b": Reason.EQUAL}


def test_when_it_may_be_seen_again_nothing_is_overwritten(withdrawn: Any) -> None:
    withdrawn.reveal(withdrawn.objection)
    later(withdrawn)

    assert withdrawn.record(withdrawn.a)["title"] == "Steunkousen aantrekken"
    assert set(withdrawn.questions) == {("conflict", "both-changed")}

    for question in withdrawn.town.questions():
        withdrawn.answer(question, "hub")
    later(withdrawn)
    assert withdrawn.record(withdrawn.a)["title"] == "Kousen aan"
    assert withdrawn.reasons == {"app-a": Reason.EQUAL, "app-b": Reason.EQUAL}


def test_it_is_not_called_done_while_the_app_refuses(shared: Any) -> None:
    shared.a.inject(Fault(kind="status", method="PATCH", status=405))
    shared.hide(MatrixRow.WHAT_WHEN_WHO, "app-a")
    later(shared)
    assert (shared.reasons["app-a"], shared.questions) == (
        Reason.RETRACTING,
        [("to_do", "cannot-take-back")],
    )

    shared.a.clear_faults()
    shared.hint("app-a")
    later(shared)
    assert shared.record(shared.a)["title"] == "Steunkousen aantrekken"
    assert (shared.reasons["app-a"], shared.questions) == (Reason.RETRACTED, [])


def test_a_copy_that_we_made_is_removed_as_ever(shared: Any) -> None:
    shared.hide(MatrixRow.WHAT_WHEN_WHO, "app-b")
    later(shared)

    assert shared.b.readable("daughter") == []
    assert shared.reasons["app-b"] is Reason.RETRACTED


# Once another copy stands for it.


@pytest.mark.parametrize(("stays", "goes"), [("Samen koken", "Kousen aan"), ("Kousen aan", "Samen koken")])
def test_what_we_put_there_also_goes_after_another_copy_came_to_stand_for_it(
    shared: Any, stays: str, goes: str
) -> None:
    shared.nurse({STATUS: Status(state=State.ENDED, ended_on=date(2026, 11, 23))})
    shared.settle()
    shared.nurse({STATUS: Status(state=State.ACTIVE)})
    shared.settle()
    task = {"id": "k1", "who": {"user": "daughter", "role": "relative"}}
    shared.b.add_record("daughter", "wit", "Samen koken", tasks=[task])
    shared.settle()
    with shared.town.app.store.write("de-linde") as uow:
        join(uow, shared.hub, shared.titled(stays).id, shared.titled(goes).id, by="admin")
        uow.commit()
    shared.settle()
    objection = shared.hide(MatrixRow.WHAT_WHEN_WHO, "app-a")
    later(shared)

    [record] = [one for one in shared.a.shelf.bodies("record") if one["id"] == "r1"]
    assert (record["title"], record["state"]["value"]) == ("Steunkousen aantrekken", "ended")
    assert (record["rules"], record.get("place")) == ({"how": "Eerst de hiel."}, None)
    assert not record.get("news")

    shared.reveal(objection)
    later(shared)
    assert "two-copies" not in [cause for _, cause in shared.questions]
    assert ("ended", "over-there") in shared.questions
    assert [one["state"]["value"] for one in shared.a.shelf.bodies("record")] == ["ended", "active"]
