"""Consent is asked when a notice leaves: nothing but a retraction leaves after a withdrawal."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import matching, taking_part
from samenspraak.sync import delivering

from .conftest import APP, ORGANISATION, Told
from .test_delivering import exhaust, longest

DOWN = Fault(kind="down")


def left(told: Told) -> list[str]:
    """The types that arrived, also those that were not taken."""
    return [one.path.rpartition("/")[2].removeprefix("agreement.") for one in told.app.seen()]


def test_who_may_see_it_no_more_is_told_so_and_that_it_arrived_is_what_confirms_it(told: Told) -> None:
    told.withdraw(told.users["7"])
    told.work()
    at_first = told.reason()
    told.pass_(minutes=3)

    assert told.kinds() == ["available", "retracted"]
    assert told.app.readable("7") == []
    assert (at_first, told.reason()) == (Reason.RETRACTING, Reason.RETRACTED)
    assert told.receipts()[-1].retraction_confirmed_at is not None


def test_a_retraction_that_did_not_arrive_is_not_confirmed(told: Told) -> None:
    told.app.inject(DOWN)
    told.withdraw(told.users["7"])
    told.work()
    told.pass_(minutes=3)

    assert told.reason() is Reason.RETRACTING
    assert told.receipts()[-1].retraction_confirmed_at is None
    told.app.clear_faults()
    told.pass_(minutes=40)
    told.pass_(minutes=3)
    assert told.reason() is Reason.RETRACTED
    assert told.app.readable("7") == []


def test_what_waited_while_consent_was_withdrawn_leaves_as_a_retraction_without_a_gap(told: Told) -> None:
    told.app.inject(DOWN)
    for text in ("een", "twee"):
        told.change(text)
        told.work()
    told.withdraw(told.users["7"])
    told.app.clear_faults()
    told.app.taken.clear()
    told.pass_(hours=1)

    assert {one.kind for one in told.app.taken} == {"agreement.retracted"}
    assert sorted(one.data["sequence"] for one in told.app.taken) == [2, 3, 4]
    assert told.app.readable("7") == []


def test_one_that_arrived_without_our_knowing_is_followed_by_another_with_its_number(
    told: Told,
) -> None:
    """They took it and the answer was lost: what comes under the same number then is not the same notice."""
    told.app.inject(Fault(kind="lose", times=1))
    told.change("een")
    told.work()
    taken = told.app.taken[-1]
    told.withdraw(told.users["7"])
    told.pass_(seconds=longest(1))

    again = [one for one in told.app.taken if one.data["sequence"] == taken.data["sequence"]]
    assert [one.kind for one in again] == ["agreement.updated", "agreement.retracted"]
    assert again[0].id != again[1].id
    assert told.app.complaints == []
    assert told.app.readable("7") == []


def test_a_withdrawal_between_taking_a_notice_up_and_its_leaving_stops_it(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last step before the socket finds that consent has moved."""
    hand_over, before = delivering._hand_over, left(told)

    def withdrawn_just_before(*given: Any) -> Any:
        monkeypatch.setattr(delivering, "_hand_over", hand_over)
        told.withdraw(told.users["7"])
        return hand_over(*given)

    monkeypatch.setattr(delivering, "_hand_over", withdrawn_just_before)
    told.change("een")
    told.work()
    told.pass_(seconds=2)

    assert set(left(told)[len(before) :]) == {"retracted"}
    assert told.app.missing() == []


def test_retractions_go_before_what_waits_longer(told: Told, family: Any) -> None:
    daughter = family.people[1]
    told.uses(daughter, "8")
    told.work()
    told.app.inject(DOWN)
    told.change("een")
    told.work()
    told.withdraw(daughter)
    told.work()
    told.app.clear_faults()
    told.app.taken.clear()
    told.pass_(hours=1)

    assert told.app.taken[0].kind == "agreement.retracted"
    assert told.app.readable("7") != []
    assert told.app.readable("8") == []


def test_who_may_see_it_again_is_told_anew_also_when_the_retraction_comes_late(told: Told) -> None:
    told.app.inject(Fault(kind="status", status=500, path=".*retracted", times=1))
    told.withdraw(told.users["7"])
    told.work()
    told.family.consent("wit", told.users["7"])
    told.work()
    told.pass_(minutes=3)
    told.pass_(minutes=10)

    assert told.kinds() == ["available", "retracted", "available"]
    assert told.app.readable("7") == [told.link().agreement_id]
    assert told.app.missing() == []
    assert told.reason() is Reason.EQUAL


def test_a_retraction_that_nobody_takes_at_all_is_asked_about(told: Told) -> None:
    told.app.inject(Fault(kind="status", status=500))
    told.withdraw(told.users["7"])
    told.work()
    exhaust(told)

    assert told.reason() is Reason.RETRACTING
    assert ("to_do", "cannot-take-back") in told.asked()


def test_who_does_not_use_the_app_any_more_is_taken_back(told: Told) -> None:
    matching.separate(told.hub, ORGANISATION, APP, "7")
    told.work()

    assert told.kinds() == ["available", "retracted"]
    assert told.app.readable("7") == []


def test_while_the_connector_is_paused_nothing_leaves_not_even_a_retraction(told: Told) -> None:
    taking_part.pause(told.hub, ORGANISATION, APP)
    asked = told.requests()
    told.withdraw(told.users["7"])
    told.pass_(hours=1)

    assert (told.state(), told.requests(), told.reason()) == (ConnectorState.PAUSED, asked, Reason.RETRACTING)
    taking_part.resume(told.hub, ORGANISATION, APP)
    told.work()
    assert told.app.readable("7") == []


def test_what_waited_for_one_user_is_not_sent_since_another_one_reads_that_copy_now(
    told: Told, family: Any
) -> None:
    """A copy that was taken back is used again, for the daughter; a notice for the son still waits."""
    told.app.inject(Fault(kind="status", status=500, path=".*(updated|available)"))
    told.change("een")
    told.work()
    told.pass_(seconds=longest(1))  # the next attempt is in five minutes
    told.withdraw(told.users["7"])
    told.work()
    told.pass_(minutes=3)
    taken_back = told.reason()
    told.uses(family.people[1], "8")
    told.work()
    told.app.clear_faults()
    told.app.taken.clear()
    told.pass_(hours=1)

    assert taken_back is Reason.RETRACTED
    assert {one.kind for one in told.app.taken if one.data["reader"] == "7"} == {"agreement.retracted"}
    assert told.app.readable("7") == []
    assert told.app.readable("8") != []
