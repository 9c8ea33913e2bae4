"""What the calendar brings about by itself, whenever the hub runs again: nobody has to do anything for it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from samenspraak.domain.agreements import State, Status
from samenspraak.domain.units import STATUS
from samenspraak.services import questions
from samenspraak.services.exchange import exchange
from samenspraak.sync.daily import new_day

ORGANISATION = "de-linde"
TODAY = date(2026, 11, 23)


def runs(household: Any, times: int = 3) -> None:
    """What `sync run` does, a few times in a row."""
    for _ in range(times):
        exchange(household.hub, ORGANISATION)
        household.town.clock.pass_(minutes=5)


def consents(household: Any, **period: date) -> None:
    """From now on the son, who does it, may see it in this period only."""
    town, son = household.town, household.town.people[0]
    with town.app.store.read(ORGANISATION) as uow:
        given = uow.consents.of_client("wit")
    [standing] = [one.id for one in given if one.recipient.id == son.id]
    town.withdraw("wit", standing)
    town.consent("wit", son, **period)


@pytest.fixture
def until_today(household: Any) -> Any:
    consents(household, until=TODAY)
    runs(household)
    assert "Steunkousen aantrekken" in household.b.readable("son")
    return household


@pytest.mark.parametrize("days", [1, 2, 40], ids=["the day after", "a day later", "after the holidays"])
def test_consent_that_ended_is_followed_at_the_first_run_after_its_last_day(
    until_today: Any, days: int
) -> None:
    until_today.town.clock.pass_(days=days)
    runs(until_today)
    assert until_today.b.readable("son") == []


def test_who_does_it_and_may_see_it_no_more_is_told_to_a_person(until_today: Any) -> None:
    until_today.town.clock.pass_(days=1)
    runs(until_today)
    assert ("to_do", "performer-lost-consent") in until_today.questions


def test_consent_shows_from_its_first_day_on(household: Any) -> None:
    consents(household, start=TODAY + timedelta(days=2))
    runs(household)
    assert household.b.readable("son") == []
    household.town.clock.pass_(days=3)
    runs(household)
    assert "Steunkousen aantrekken" in household.b.readable("son")
    assert household.questions == []


def test_a_pause_that_is_over_ends_at_the_first_run_after_it(household: Any) -> None:
    runs(household)
    household.nurse({STATUS: Status(state=State.PAUSED, paused_until=TODAY)})
    household.town.clock.pass_(days=3)
    runs(household)
    assert household.agreement.status.state is State.ACTIVE
    assert household.record(household.b)["state"]["value"] == "active"


def test_a_second_run_on_the_same_day_looks_at_nothing_again(until_today: Any) -> None:
    until_today.town.clock.pass_(days=1)
    runs(until_today)
    looks = [one.look for one in until_today.town.links()]
    new_day(until_today.hub, ORGANISATION)
    assert [one.look for one in until_today.town.links()] == looks


def test_what_counted_once_is_forgotten_on_the_day_after_its_time(household: Any) -> None:
    def takes() -> bool:
        with household.hub.store.write(ORGANISATION) as uow:
            is_first: bool = uow.once.take("in:ecd", "n1", household.hub.now() + timedelta(days=7))
            uow.commit()
        return is_first

    assert takes()
    for _ in range(7):
        household.town.clock.pass_(days=1)
        new_day(household.hub, ORGANISATION)
    assert not takes()
    household.town.clock.pass_(days=1)
    new_day(household.hub, ORGANISATION)
    assert takes()


def test_a_question_past_its_time_is_said_again_each_day_until_somebody_answers(until_today: Any) -> None:
    def overdue(days: int) -> set[str]:
        until_today.town.clock.pass_(days=days)
        with capture_logs() as lines:
            new_day(until_today.hub, ORGANISATION)
        return {one["question"] for one in lines if one["event"] == "question overdue"}

    assert overdue(1) == set()
    [asked] = [one for one in until_today.town.questions() if one.cause == "performer-lost-consent"]
    assert asked.id in overdue(4) & overdue(1)

    questions.answer(until_today.hub, ORGANISATION, asked.id, revision=asked.revision, choice="not_needed")
    assert asked.id not in overdue(1)
