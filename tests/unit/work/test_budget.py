"""How much a connector may have in flight, and how fast."""

from __future__ import annotations

from samenspraak.connectors import Rates
from samenspraak.work.budget import Budgets, Granted

APP = ("de-linde", "app-a")


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_no_more_than_the_manifest_allows_run_at_the_same_time() -> None:
    budgets = Budgets(Seconds())
    rates = Rates(concurrency=2, per_second=1000.0)
    seconds = budgets._monotonic
    assert isinstance(seconds, Seconds)
    started = []
    for _ in range(3):
        started.append(budgets.start(APP, rates) is not None)
        seconds.now += 1
    assert started == [True, True, False]
    budgets.finish(APP)
    assert budgets.start(APP, rates)


def test_work_is_spread_over_time_by_the_rate() -> None:
    seconds = Seconds()
    budgets = Budgets(seconds)
    rates = Rates(concurrency=10, per_second=4.0)
    assert budgets.start(APP, rates)
    assert not budgets.start(APP, rates)
    seconds.now = 0.5
    assert budgets.start(APP, rates)


def test_one_connector_does_not_use_up_the_budget_of_another() -> None:
    budgets = Budgets(Seconds())
    rates = Rates(concurrency=1, per_second=1.0)
    assert budgets.start(APP, rates)
    assert budgets.start(("de-linde", "app-b"), rates)
    assert budgets.start(("de-beuk", "app-a"), rates)


def test_what_comes_together_leaves_a_place_for_what_is_urgent() -> None:
    budgets = Budgets(Seconds())
    rates = Rates(concurrency=4, per_second=1000.0)
    assert budgets.start(APP, rates, 32) == Granted(pieces=32, places=2)
    seconds = budgets._monotonic
    assert isinstance(seconds, Seconds)
    seconds.now += 1
    assert budgets.start(APP, rates) == Granted(pieces=1, places=1)


def test_no_more_comes_together_than_may_be_asked_in_a_moment() -> None:
    seconds = Seconds()
    budgets = Budgets(seconds)
    rates = Rates(concurrency=4, per_second=40.0)
    assert budgets.start(APP, rates, 32) == Granted(pieces=5, places=2)
    seconds.now = 0.2
    assert budgets.start(APP, rates, 32) is None
    seconds.now = 0.25
    assert budgets.start(APP, rates, 32)
