"""An app that was away asks for what it missed: by numbers, without gaps, only what it may be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from samenspraak.connectors import NoticeKind
from samenspraak.errors import NotFoundError, RuleError
from samenspraak.policy.state import ConnectorState
from samenspraak.sandbox import Fault
from samenspraak.services import events, taking_part
from samenspraak.services.events import CaughtUp, EventState
from samenspraak.sync.catching_up import Told as Event

from .conftest import APP, ORGANISATION, Told


def caught_up(told: Told, after: int = 0, limit: int = 100) -> CaughtUp:
    return events.catch_up(told.hub, ORGANISATION, APP, after=after, limit=limit)


def by_pages(told: Told, after: int, size: int) -> list[Event]:
    """As an app asks: from the last number that it has, until it has the last one there is."""
    found: list[Event] = []
    while True:
        page = caught_up(told, after, size)
        found += page.events
        if after == page.last or not page.events:
            return found
        after = page.events[-1].number


def test_an_app_that_was_away_for_a_week_catches_up_without_a_gap_and_without_a_full_reload(
    told: Told,
) -> None:
    known = told.app.taken[-1].data["sequence"]
    told.app.inject(Fault(kind="down"))
    for day in range(7):
        told.change(f"dag {day}")
        told.work()
        told.pass_(days=1)

    missed = by_pages(told, known, 2)

    assert [one.number for one in missed] == list(range(known + 1, caught_up(told).last + 1))
    assert {one.kind for one in missed} == {NoticeKind.UPDATED}
    assert [one.id for one in missed] == [one.id for one in told.events()[1:]]
    assert missed[-1].version == told.events()[-1].version
    assert by_pages(told, caught_up(told).last, 2) == []


def test_what_is_sent_after_an_absence_is_what_was_asked_for_under_the_same_ids(told: Told) -> None:
    told.app.inject(Fault(kind="down"))
    told.change("een")
    told.work()
    [fetched] = caught_up(told, 1).events
    told.app.clear_faults()
    told.pass_(minutes=10)

    assert told.app.taken[-1].id == fetched.id


def test_asking_changes_nothing(told: Told) -> None:
    before = told.events()

    assert caught_up(told) == caught_up(told)
    assert told.events() == before


def test_whoever_may_not_see_it_any_more_is_given_retractions_only(told: Told) -> None:
    told.change("een")
    told.work()
    taken = {one.id for one in told.app.taken}
    told.withdraw(told.users["7"])

    at_once = caught_up(told).events  # before anything was written about it

    assert [(one.kind, one.version) for one in at_once] == [(NoticeKind.RETRACTED, None)] * 2
    assert not taken & {one.id for one in at_once}
    assert [one.number for one in at_once] == [1, 2]
    told.work()
    told.pass_(minutes=3)
    told.family.consent("wit", told.users["7"])
    told.work()
    assert [one.kind for one in caught_up(told).events] == [
        NoticeKind.AVAILABLE,
        NoticeKind.UPDATED,
        NoticeKind.RETRACTED,
        NoticeKind.AVAILABLE,
    ]


def test_what_was_written_a_moment_ago_is_given_once_it_is_known_what_it_is_about(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the notice and the note of its copy nobody can say whether it may be told."""
    monkeypatch.setattr("samenspraak.sync.catching_up.link_of", lambda *_: None)
    unknown = caught_up(told)
    monkeypatch.undo()

    assert (unknown.events, unknown.last) == ((), 1)
    assert [one.number for one in caught_up(told).events] == [1]


def test_an_app_is_given_nothing_of_another_one(told: Told, connect: Callable[..., Told]) -> None:
    other = connect("andere-app")
    other.work()

    empty = events.catch_up(told.hub, ORGANISATION, "andere-app")

    assert (empty.events, empty.last) == ((), 0)
    assert caught_up(told).last == 1


def test_a_paused_app_can_catch_up(told: Told) -> None:
    taking_part.pause(told.hub, ORGANISATION, APP)

    assert told.state() is ConnectorState.PAUSED
    assert len(caught_up(told).events) == 1


@pytest.mark.parametrize(("after", "limit"), [(-1, 10), (0, 0), (0, events.MOST + 1)])
def test_numbers_that_do_not_do_are_refused(told: Told, after: int, limit: int) -> None:
    with pytest.raises(RuleError):
        caught_up(told, after, limit)


def test_only_a_subscriber_has_events(told: Told) -> None:
    with pytest.raises(RuleError):
        events.catch_up(told.hub, ORGANISATION, "app-a")
    with pytest.raises(NotFoundError):
        events.catch_up(told.hub, ORGANISATION, "nergens")


# Event choice.


def test_a_kind_that_was_not_chosen_is_not_sent_keeps_its_number_and_can_be_asked_for(
    connect: Callable[..., Told], family: Any
) -> None:
    told = connect(kinds=["available"])
    told.uses(family.people[0], "7")
    told.work()
    told.change("een")
    told.work()
    told.withdraw(told.users["7"])
    told.work()

    assert [one.kind for one in told.app.taken] == ["agreement.available", "agreement.retracted"]
    assert [one.data["sequence"] for one in told.app.taken] == [1, 3]
    assert [one.number for one in caught_up(told).events] == [1, 2, 3]
    states = [one.state for one in events.listed(told.hub, ORGANISATION, APP)]
    assert states == [EventState.TAKEN, EventState.NOT_CHOSEN, EventState.TAKEN]
