"""What is not taken is tried again by the schedule, keeps nobody else waiting, and is never lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from samenspraak.policy.schedule import DELAYS, JITTER, wait_after
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import failures, matching, taking_part
from samenspraak.sync import subscribers

from .conftest import APP, NEXT_SECRET, ORGANISATION, Told

BROKEN = Fault(kind="status", status=500)
TYPED = "Steunkousen uittrekken"
PAUSE = 65
"""Seconds that a subscriber who takes nothing is left alone in between."""


def longest(attempts: int) -> float:
    """Seconds after which the next attempt has certainly come."""
    return DELAYS[attempts].total_seconds() * (1 + JITTER) + 1


def exhaust(told: Told) -> None:
    for attempts in range(1, len(DELAYS)):
        told.pass_(seconds=longest(attempts) + PAUSE)
        told.pass_(seconds=PAUSE)


def test_the_schedule_is_that_of_the_standard_and_jitter_only_makes_it_later() -> None:
    seconds = [wait.total_seconds() for n in range(11) if (wait := wait_after(n, 0.0)) is not None]

    assert seconds == [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert wait_after(10, 0.0) is None
    assert timedelta(hours=10) < (wait_after(6, 0.99) or timedelta()) < timedelta(hours=11)


def test_a_notice_that_fails_waits_its_turn_and_is_the_same_when_it_comes(told: Told) -> None:
    told.app.inject(BROKEN)
    told.change(TYPED)
    told.work()
    tries = [told.requests()]
    for seconds in (4, 3, 290, 45):
        told.pass_(seconds=seconds)
        tries.append(told.requests())
    waiting = (told.reason(), told.receipts()[-1].delivered_at)
    told.app.clear_faults()
    told.pass_(seconds=longest(3))

    assert [one - tries[0] for one in tries] == [0, 0, 1, 1, 2]
    assert waiting == (Reason.WAITING_THERE, None)
    assert [one.kind for one in told.app.taken] == ["agreement.available", "agreement.updated"]
    assert told.events()[-1].attempts == 4
    assert told.reason() is Reason.EQUAL
    assert told.receipts()[-1].delivered_at == told.family.clock.now()


def test_an_answer_that_got_lost_leads_to_the_same_notice_which_they_take_once(told: Told) -> None:
    told.app.inject(Fault(kind="lose", times=1))
    told.change(TYPED)
    told.work()
    told.pass_(seconds=longest(1))

    assert [one.data["sequence"] for one in told.app.taken] == [1, 2]
    assert told.app.complaints == []
    assert told.reason() is Reason.EQUAL


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_a_failure_and_nobody_is_asked_at_the_other_address(told: Told, status: int) -> None:
    told.app.inject(Fault(kind="status", status=status, headers={"Location": f"{told.url}/elders"}, times=1))
    told.change(TYPED)
    told.work()

    assert "/elders" not in {one.path for one in told.app.seen()}
    assert told.reason() is Reason.WAITING_THERE
    told.pass_(seconds=longest(1))
    assert told.reason() is Reason.EQUAL


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_is_asked_for_holds_for_all_notices(told: Told, status: int) -> None:
    told.app.inject(Fault(kind="status", status=status, headers={"Retry-After": "600"}, times=1))
    told.change(TYPED)
    told.work()
    told.change("Steunkousen wassen")
    before = told.requests()
    told.pass_(seconds=500)
    meanwhile = told.requests()
    told.pass_(seconds=110)

    assert meanwhile == before
    assert [one.data["sequence"] for one in told.app.taken] == [1, 2, 3]
    assert told.reason() is Reason.EQUAL


def test_what_waits_for_who_takes_nothing_is_left_alone_until_it_is_tried_again(told: Told) -> None:
    told.app.inject(BROKEN)
    for text in ("een", "twee", "drie"):
        told.change(text)
        told.work()
    told.pass_(seconds=6)
    taken_up = [one.fence for one in told.events()]
    told.change("vier")
    told.pass_(seconds=30)

    assert [one.fence for one in told.events()] == [*taken_up, 0]
    told.app.clear_faults()
    told.pass_(minutes=6)
    told.pass_(seconds=2)
    assert told.app.missing() == []


def test_who_wants_no_more_is_told_no_more_until_a_person_says_so_and_nothing_is_lost(told: Told) -> None:
    told.app.leave()
    told.change(TYPED)
    told.work()
    asked = told.requests()
    told.change("Steunkousen wassen")
    told.pass_(days=2)

    assert (told.state(), told.requests()) == (ConnectorState.UNAUTHORISED, asked)
    assert told.asked() == [("connector", subscribers.UNWANTED)]
    told.app.come_back()
    taking_part.resume(told.hub, ORGANISATION, APP)
    told.work()
    assert told.reason() is Reason.EQUAL
    assert told.app.missing() == []
    assert told.asked() == []


def test_after_the_whole_schedule_it_is_a_dead_letter_with_one_alert_that_can_be_replayed(told: Told) -> None:
    told.app.inject(BROKEN)
    for text in (TYPED, "Steunkousen wassen"):
        told.change(text)
        told.work()
    exhaust(told)
    told.pass_(seconds=PAUSE)

    dead = failures.listed(told.hub, ORGANISATION).notices
    assert [(one.number, one.attempts) for one in dead] == [(2, 10), (3, 10)]
    assert told.asked() == [("connector", subscribers.UNDELIVERED)]
    assert (told.state(), told.reason()) == (ConnectorState.RUNNING, Reason.WAITING_THERE)
    told.app.clear_faults()
    assert failures.try_again(told.hub, ORGANISATION, [one.id for one in dead]) == tuple(
        sorted(one.id for one in dead)
    )
    told.work()
    assert told.app.missing() == []
    assert told.reason() is Reason.EQUAL
    assert told.asked() == []
    assert failures.listed(told.hub, ORGANISATION).notices == ()


def test_of_two_who_replay_at_once_only_one_does(told: Told) -> None:
    told.app.inject(BROKEN)
    told.change(TYPED)
    told.work()
    exhaust(told)
    [dead] = failures.listed(told.hub, ORGANISATION).notices

    took = [failures.try_again(told.hub, ORGANISATION, [dead.id]) for _ in range(2)]

    assert took == [(dead.id,), ()]


def test_a_subscriber_that_is_down_keeps_no_other_waiting(
    told: Told, connect: Callable[..., Told], family: Any
) -> None:
    other = connect("andere-app")
    matching.accept(told.hub, ORGANISATION, "andere-app", "a", str(family.people[1]))
    told.work()
    told.app.inject(Fault(kind="down"))
    told.change(TYPED)
    told.work()

    assert [one.kind for one in other.app.taken] == ["agreement.available", "agreement.updated"]
    assert [one.data["sequence"] for one in other.app.taken] == [1, 2]
    assert told.reason() is Reason.WAITING_THERE


def test_when_it_answers_again_after_an_outage_nothing_waits_for_its_turn(told: Told) -> None:
    told.app.inject(Fault(kind="down"))
    for text in ("een", "twee", "drie", "vier"):
        told.change(text)
        told.work()
    for _ in range(8):
        told.pass_(hours=1)
    told.app.clear_faults()
    told.change("vijf")
    told.work()
    told.pass_(seconds=2)

    assert sorted(one.data["sequence"] for one in told.app.taken) == [1, 2, 3, 4, 5, 6]
    assert told.reason() is Reason.EQUAL


def test_while_a_secret_is_replaced_the_app_takes_notices_by_either(
    connect: Callable[..., Told], family: Any
) -> None:
    told = connect(earlier_secret="secret://env/NEXT_HOOK")
    told.uses(family.people[0], "7")
    told.work()
    told.app.renew(NEXT_SECRET, alone=True)
    told.change(TYPED)
    told.work()

    assert [one.data["sequence"] for one in told.app.taken] == [1, 2]


def test_a_notice_that_was_not_signed_as_they_know_it_is_tried_again(told: Told) -> None:
    told.app.renew(NEXT_SECRET, alone=True)
    told.change(TYPED)
    told.work()

    assert (told.state(), told.reason()) == (ConnectorState.RUNNING, Reason.WAITING_THERE)
    assert [one.status for one in told.app.seen()][-1] == 401
