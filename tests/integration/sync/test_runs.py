"""What is noted of hearing a system: what came in, what went wrong, and how often it was the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from samenspraak.bootstrap import build
from samenspraak.connectors import Call, Page, SetApart
from samenspraak.errors import AuthenticationError, SamenspraakError, TransientError
from samenspraak.sandbox import Fault
from samenspraak.services import rehearsals, runs, taking_part
from samenspraak.services.exchange import exchange
from samenspraak.services.rehearsals import Asked
from samenspraak.services.runs import Run
from samenspraak.store.log import RunKind
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.daily import new_day
from samenspraak.sync.runs import KEPT_MOST
from samenspraak.work.hearing import hear
from samenspraak_memory.plugin import FamilyAppConnector

ORGANISATION = "de-linde"
TASK = {"id": "a1", "who": {"user": "son", "role": "relative"}}


def hears(household: Any, times: int = 1, **options: Any) -> None:
    """App A is heard, as the hub does it, each time a minute later."""
    for _ in range(times):
        household.town.clock.pass_(minutes=1)
        hear(household.hub, ORGANISATION, "app-a", **options)


def noted(household: Any, connector_id: str = "app-a") -> list[Run]:
    return [*runs.listed(household.hub, ORGANISATION, connector_id)]


def lately(household: Any) -> list[tuple[str, str, int]]:
    """How the last times ended, since what was there in the beginning: outcome, error and how often."""
    return [(one.outcome, one.error, one.times) for one in noted(household) if one.number > household.before]


@pytest.fixture
def household(household: Any) -> Any:
    """All is equal, everything was read today, and since then app A was heard once and had nothing to say."""
    household.settle(2)
    household.town.clock.pass_(days=1)
    hears(household)
    household.before = noted(household)[0].number
    hears(household)
    return household


def test_what_came_in_is_noted_with_how_much_and_how_long_it_took(household: Any) -> None:
    household.a.add_record("son", "wit", "Samen eten", tasks=[TASK])
    household.a.move("son", "r1", "a1", ["07:30"])
    began = household.town.clock.now() + timedelta(minutes=1)
    household.becomes("app-a", Slow)
    Slow.waits = household.town.clock.pass_

    hears(household)

    last = noted(household)[0]
    assert (last.outcome, last.error, last.times, last.kind) == ("heard", "", 1, RunKind.CHANGES)
    assert (last.new, last.changed, last.apart) == (1, 1, 0)
    assert last.seen >= 2
    assert (last.started_at, last.ended_at) == (began, began + timedelta(seconds=3))
    assert last.ms == 3000


class Slow(FamilyAppConnector):
    """It takes three seconds to answer."""

    waits: Callable[..., None]

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        type(self).waits(seconds=3)
        yield from super().changes(call, cursor)


def test_quiet_times_are_one_line_however_many_there_are(household: Any) -> None:
    hears(household, times=30)

    first, *_ = noted(household)
    assert lately(household) == [("heard", "", 31)]
    assert first.ended_at == household.town.clock.now()
    assert first.ended_at - first.started_at == timedelta(minutes=30)


def test_a_failure_is_counted_while_it_lasts_also_over_a_restart_and_recovery_is_its_own_line(
    household: Any, environment: dict[str, str]
) -> None:
    household.a.inject(Fault(kind="status", status=503))
    hears(household, times=3)
    assert lately(household) == [("failed", "transient", 3), ("heard", "", 1)]

    town = household.town
    town.app = build(town.app.settings, environment=environment, clock=town.clock)
    hears(household, times=2)
    assert lately(household) == [("failed", "transient", 5), ("heard", "", 1)]

    household.a.clear_faults()
    hears(household, times=2)
    assert lately(household) == [("heard", "", 2), ("failed", "transient", 5), ("heard", "", 1)]


def test_two_different_failures_are_two_lines(household: Any) -> None:
    household.a.inject(Fault(kind="status", status=503, times=2))
    hears(household, times=2)
    household.a.inject(Fault(kind="status", status=401))
    hears(household, times=2)

    assert lately(household)[:2] == [
        ("failed", AuthenticationError.code, 1),  # after which it is not called until a person has looked
        ("failed", "transient", 2),
    ]


def test_each_day_has_lines_of_its_own_and_begins_with_everything(household: Any) -> None:
    hears(household, times=2)
    household.town.clock.pass_(days=1)
    hears(household, times=3)

    assert [(one.kind, one.times) for one in noted(household)[:3]] == [
        (RunKind.CHANGES, 2),
        (RunKind.FULL, 1),
        (RunKind.CHANGES, 3),
    ]


def test_what_is_set_apart_is_noted_once_and_then_looked_at_again(household: Any) -> None:
    household.becomes("app-a", Damaged)
    hears(household, times=3, full=True)

    told = [(one.apart, one.changed, one.times) for one in noted(household) if one.kind is RunKind.FULL]
    assert told[:2] == [(0, 1, 2), (1, 0, 1)]


class Damaged(FamilyAppConnector):
    """One of its records cannot be read."""

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        for page in super().changes(call, cursor):
            damaged = SetApart(external_id="r9", field="title", why="This is no text.")
            yield replace(page, records=(*page.records, damaged))


# Nothing is noted that is not so.


class Ending(FamilyAppConnector):
    """Something happens to it after the first page that holds a record."""

    happens: BaseException

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        for page in super().changes(call, cursor):
            yield page
            if page.records:
                raise type(self).happens


@pytest.fixture
def ending(household: Any) -> Any:
    """Twelve new records, which are kept in two parts; then app A ends as the test says."""
    for number in range(12):
        household.a.add_record("son", "wit", f"Taak {number}", tasks=[TASK])
    household.becomes("app-a", Ending)
    return household


def test_a_process_that_dies_leaves_what_it_kept_as_unfinished_and_the_next_one_goes_on(
    ending: Any,
) -> None:
    Ending.happens = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        hears(ending)
    [died, *_] = noted(ending)
    assert (died.outcome, died.new, died.ended_at, died.ms) == ("unfinished", 12, None, 0)

    ending.becomes("app-a", FamilyAppConnector)
    hears(ending, times=2)

    assert lately(ending)[:2] == [("heard", "", 2), ("unfinished", "", 1)]
    assert noted(ending)[0].new == 0


def test_what_was_kept_before_a_failure_is_counted_with_it(ending: Any) -> None:
    Ending.happens = TransientError("Hanna Bakker is out of reach")
    hears(ending)

    [last, *_] = noted(ending)
    assert (last.outcome, last.error, last.new) == ("failed", "transient", 12)
    assert "Hanna" not in str(last)


def test_a_plugin_that_breaks_is_noted_without_its_words(ending: Any) -> None:
    Ending.happens = ValueError("Hanna Bakker")
    hears(ending)

    assert lately(ending)[0] == ("failed", "transient", 1)
    assert "Hanna" not in str(noted(ending)[0])


def test_what_could_not_be_kept_is_not_counted(ending: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full when the second part is to be kept."""
    kept = ending.hub.store.write
    commits = iter([True, False])

    @contextmanager
    def write(organisation: str) -> Iterator[WritingUnitOfWork]:
        with kept(organisation) as uow:
            if not next(commits, True):
                uow.commit = full  # type: ignore[method-assign]
            yield uow

    def full() -> None:
        raise TransientError("The disk is full.")

    monkeypatch.setattr(ending.hub.store, "write", write)
    with pytest.raises(SamenspraakError, match="disk"):
        ending.hears("app-a")

    assert (noted(ending)[0].outcome, noted(ending)[0].new) == ("failed", 10)


def test_a_plan_and_a_system_at_rest_are_not_heard(household: Any) -> None:
    before = noted(household)
    rehearsals.plan(household.hub, ORGANISATION, Asked(full=True))
    taking_part.pause(household.hub, ORGANISATION, "app-a")
    exchange(household.hub, ORGANISATION)

    assert noted(household) == before


# For how long.


def test_after_three_months_a_time_is_forgotten(household: Any) -> None:
    household.town.clock.pass_(days=89)
    new_day(household.hub, ORGANISATION)
    assert noted(household)

    household.town.clock.pass_(days=2)
    new_day(household.hub, ORGANISATION)
    assert noted(household) == []


def test_of_a_restless_system_the_last_thousand_are_kept(household: Any) -> None:
    with household.hub.store.write(ORGANISATION) as uow:
        last, *_ = uow.log.runs("app-a")
        for _ in range(KEPT_MOST):
            uow.log.keep_run(replace(last, number=0))
        uow.commit()
    household.town.clock.pass_(days=1)
    new_day(household.hub, ORGANISATION)

    assert len(noted(household)) == KEPT_MOST
    assert noted(household, "app-b")
