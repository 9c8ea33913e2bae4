"""A subscriber that takes nothing for days is left alone, with one alert; enabled again, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from samenspraak.policy.enduring import APART, PATIENCE
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Fault
from samenspraak.services import events, failures, taking_part
from samenspraak.sync import subscribers
from samenspraak.sync.heartbeats import beat

from .conftest import APP, ORGANISATION, Told
from .test_delivering import BROKEN

HOUR = timedelta(hours=1)


def an_hour(told: Told) -> None:
    """What the hub does in an hour: what is due, and a sign of life if there was nothing."""
    told.pass_(hours=1)
    told.pass_(minutes=2)
    beat(told.hub, ORGANISATION, APP)
    told.work()


def hours(told: Told, count: int) -> None:
    for _ in range(count):
        an_hour(told)


def disable(told: Told) -> None:
    """Nothing is taken any more until the hub leaves it alone."""
    told.app.inject(BROKEN)
    told.change("een")
    told.work()
    for _ in range(160):
        if told.state() is not ConnectorState.RUNNING:
            return
        an_hour(told)
    raise AssertionError("it was never disabled")


def test_after_five_days_of_nothing_but_failures_it_is_disabled_with_exactly_one_alert(told: Told) -> None:
    began = told.family.clock.now()
    disable(told)
    lasted = told.family.clock.now() - began

    assert APART + PATIENCE <= lasted <= APART + PATIENCE + 3 * HOUR
    assert told.asked() == [("connector", subscribers.DISABLED)]
    assert told.state() is ConnectorState.UNAUTHORISED
    asked = told.requests()
    hours(told, 30)
    assert told.requests() == asked
    assert told.asked() == [("connector", subscribers.DISABLED)]


def test_once_it_is_enabled_again_all_that_waits_goes_out_in_order(told: Told) -> None:
    told.app.inject(BROKEN)
    for text in ("een", "twee", "drie"):
        told.change(text)
        told.work()
    disable(told)
    for text in ("toen het uit stond", "en nog eens"):
        told.change(text)
        told.work()
    missed = events.catch_up(told.hub, ORGANISATION, APP, after=1)
    told.app.clear_faults()

    taking_part.resume(told.hub, ORGANISATION, APP)
    told.work()

    assert [one.number for one in missed.events] == [2, 3, 4, 5]
    assert [one.data["sequence"] for one in told.app.taken] == [1, 2, 3, 4, 5, 6]
    assert told.asked() == []
    assert failures.listed(told.hub, ORGANISATION).notices == ()
    assert told.reason() is Reason.EQUAL


def test_one_that_is_enabled_while_it_still_fails_is_given_five_days_again(told: Told) -> None:
    disable(told)
    taking_part.resume(told.hub, ORGANISATION, APP)
    hours(told, 24)

    assert told.state() is ConnectorState.RUNNING
    disable(told)
    assert told.asked() == [("connector", subscribers.DISABLED)]


def test_a_single_success_starts_the_days_anew(told: Told) -> None:
    told.app.inject(BROKEN)
    told.change("een")
    told.work()
    hours(told, 100)
    told.app.clear_faults()
    hours(told, 1)
    told.app.inject(BROKEN)
    told.change("twee")
    hours(told, 100)

    assert told.state() is ConnectorState.RUNNING


def test_trying_by_hand_is_no_success(told: Told) -> None:
    told.app.inject(BROKEN)
    told.change("een")
    told.work()
    hours(told, 90)
    dead = [one.id for one in failures.listed(told.hub, ORGANISATION).notices]
    failures.try_again(told.hub, ORGANISATION, dead)
    hours(told, 60)

    assert dead
    assert told.state() is ConnectorState.UNAUTHORISED


def test_other_systems_are_served_while_one_is_disabled(told: Told, connect: Callable[..., Told]) -> None:
    disable(told)
    told.app.clear_faults()
    told.change("voor de anderen")
    told.work()

    assert {str(one.reason) for one in told.family.links() if one.connector_id != APP} == {"equal"}


# Signs of life.


def beats(told: Told) -> list[Any]:
    return [one for one in told.app.taken if one.kind == "samenspraak.heartbeat"]


def test_after_an_hour_of_silence_an_app_is_told_that_there_is_nothing_and_the_last_number(
    told: Told,
) -> None:
    beat(told.hub, ORGANISATION, APP)
    at_once = beats(told)
    for _ in range(3):
        told.pass_(minutes=40)
        beat(told.hub, ORGANISATION, APP)
        beat(told.hub, ORGANISATION, APP)

    assert at_once == []
    assert [dict(one.data) for one in beats(told)] == [{"last": 1}]
    told.pass_(minutes=60)
    beat(told.hub, ORGANISATION, APP)
    assert len({one.id for one in beats(told)}) == 2
    assert told.app.missing() == []
    assert told.app.complaints == []


def test_whoever_is_told_something_needs_no_sign_of_life(told: Told) -> None:
    told.pass_(minutes=59)
    told.change("een")
    told.work()
    told.pass_(minutes=30)

    assert not beat(told.hub, ORGANISATION, APP)
    assert beats(told) == []


def test_an_app_that_wants_no_signs_of_life_gets_none(connect: Callable[..., Told]) -> None:
    told = connect(heartbeat_minutes=0)
    told.pass_(days=3)

    assert not beat(told.hub, ORGANISATION, APP)
    assert told.requests() == 0


def test_an_app_that_was_never_told_anything_hears_that_it_is_connected(connect: Callable[..., Told]) -> None:
    told = connect()

    assert beat(told.hub, ORGANISATION, APP)
    assert [dict(one.data) for one in beats(told)] == [{"last": 0}]
    assert told.events() == []


def test_a_sign_of_life_that_gets_through_ends_an_outage(told: Told) -> None:
    """What failed six times waits for ten hours by its schedule; the app is back, so it need not."""
    told.app.inject(Fault(kind="down"))
    told.change("een")
    told.work()
    hours(told, 12)
    waiting = told.events()[-1]
    told.app.clear_faults()
    beat(told.hub, ORGANISATION, APP)
    told.pass_(minutes=61)
    beat(told.hub, ORGANISATION, APP)
    told.work()

    assert waiting.next_at is not None
    assert waiting.next_at > told.family.clock.now()
    assert told.reason() is Reason.EQUAL


def test_while_an_app_is_paused_or_gone_there_are_no_signs_of_life(told: Told) -> None:
    taking_part.pause(told.hub, ORGANISATION, APP)
    told.pass_(hours=3)
    assert not beat(told.hub, ORGANISATION, APP)
    taking_part.resume(told.hub, ORGANISATION, APP)
    told.app.leave()
    beat(told.hub, ORGANISATION, APP)

    assert told.state() is ConnectorState.UNAUTHORISED
    assert told.asked() == [("connector", subscribers.UNWANTED)]
