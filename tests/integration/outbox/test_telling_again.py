"""What was tried with a notice, and telling again: one, all that failed since, all that is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from samenspraak.errors import NotFoundError
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services import connectors, events, failures
from samenspraak.services.events import EventState

from .conftest import APP, ORGANISATION, Told
from .test_delivering import BROKEN, exhaust, longest


def audited(told: Told) -> list[tuple[str, str]]:
    with told.family.app.store.read(ORGANISATION) as uow:
        return [(one.action, one.detail) for one in uow.log.audit_lines() if one.action.startswith("event.")]


def test_every_attempt_is_in_the_log_with_its_moment_outcome_and_status(told: Told) -> None:
    told.app.inject(BROKEN)
    told.change("een")
    told.work()
    told.app.clear_faults()
    told.app.inject(Fault(kind="down"))
    told.pass_(seconds=longest(1))
    told.app.clear_faults()
    told.pass_(seconds=longest(2))

    log = events.get(told.hub, ORGANISATION, APP, 2)

    assert [(one.outcome, one.status) for one in log.tries] == [
        ("outcome_unknown", 500),
        ("outcome_unknown", None),
        ("taken", None),
    ]
    assert [one.at for one in log.tries] == sorted(one.at for one in log.tries)
    assert (log.event.state, log.event.attempts) == (EventState.TAKEN, 3)


def test_the_log_of_an_event_that_is_not_there_is_not_there(told: Told) -> None:
    with pytest.raises(NotFoundError):
        events.get(told.hub, ORGANISATION, APP, 9)


def test_one_that_was_taken_is_told_again_by_the_same_id_and_number(told: Told) -> None:
    told.change("een")
    told.work()
    before = told.requests()
    [first, second] = told.events()

    for _ in range(2):  # asked twice before it left, it is told once
        events.resend(told.hub, ORGANISATION, APP, 1)
    told.work()

    assert told.requests() == before + 1
    assert [one.id for one in told.events()] == [first.id, second.id]
    assert events.get(told.hub, ORGANISATION, APP, 1).event.state is EventState.TAKEN
    assert told.reason() is Reason.EQUAL
    assert [action for action, _ in audited(told)] == ["event.resent"] * 2


def test_one_that_is_told_again_after_consent_was_withdrawn_is_a_retraction(told: Told) -> None:
    told.withdraw(told.users["7"])
    events.resend(told.hub, ORGANISATION, APP, 1)
    told.work()

    assert [one.kind for one in told.app.taken][-1] == "agreement.retracted"
    assert told.app.readable("7") == []
    assert told.app.complaints == []


def test_what_waits_for_its_turn_goes_at_once_when_it_is_asked_for(told: Told) -> None:
    told.app.inject(Fault(kind="status", status=500, times=1))
    told.change("een")
    told.work()
    events.resend(told.hub, ORGANISATION, APP, 2)
    told.work()

    assert told.app.missing() == []
    assert [one.data["sequence"] for one in told.app.taken] == [1, 2]


def test_all_that_failed_since_a_moment_is_told_again_and_no_more(told: Told) -> None:
    told.app.inject(BROKEN)
    told.change("een")
    told.work()
    since = told.family.clock.now() + timedelta(seconds=1)
    told.pass_(seconds=2)
    told.change("twee")
    told.work()
    exhaust(told)
    told.app.clear_faults()

    begun = events.recover(told.hub, ORGANISATION, APP, since=since)
    told.work()

    assert begun == (told.events()[2].id,)
    assert events.recover(told.hub, ORGANISATION, APP, since=since) == ()
    assert [one.data["sequence"] for one in told.app.taken] == [1, 3]
    assert told.asked() == [("connector", "undelivered")]  # of the one that is still given up
    [left] = failures.listed(told.hub, ORGANISATION).notices
    assert left.since is not None
    assert failures.listed(told.hub, ORGANISATION, since=left.since).notices == (left,)
    later = left.since + timedelta(seconds=1)
    assert failures.listed(told.hub, ORGANISATION, since=later).notices == ()
    assert len(events.recover(told.hub, ORGANISATION, APP, since=since - timedelta(days=9))) == 1
    told.work()
    assert told.app.missing() == []
    assert told.asked() == []


def test_all_that_is_missing_after_a_number_is_told_also_what_was_not_chosen_before(
    connect: Callable[..., Told], family: Any
) -> None:
    told = connect(kinds=["available"])
    told.uses(family.people[0], "7")
    told.work()
    for text in ("een", "twee"):
        told.change(text)
        told.work()
    record = connectors.get(told.hub, ORGANISATION, APP)
    wider = connectors.changed(record, {"kinds": ["available", "updated"]})
    connectors.change(told.hub, family.app.connected, ORGANISATION, wider)
    told.work()

    begun = events.replay(told.hub, ORGANISATION, APP, after=2)
    told.work()

    assert begun == (told.events()[2].id,)
    assert [one.data["sequence"] for one in told.app.taken] == [1, 3]
    assert events.replay(told.hub, ORGANISATION, APP, after=2) == ()
    events.replay(told.hub, ORGANISATION, APP, after=0)
    told.work()
    assert told.app.missing() == []
    assert audited(told)[-1] == ("event.replayed", "0: 1")


def test_what_is_still_not_chosen_stays_so_when_it_is_replayed(
    connect: Callable[..., Told], family: Any
) -> None:
    told = connect(kinds=["available"])
    told.uses(family.people[0], "7")
    told.work()
    told.change("een")
    told.work()

    events.replay(told.hub, ORGANISATION, APP, after=0)
    told.work()

    assert [one.data["sequence"] for one in told.app.taken] == [1]
    assert events.get(told.hub, ORGANISATION, APP, 2).event.state is EventState.NOT_CHOSEN
