"""When nothing but failures is enough: the clock starts after two far apart, and runs five days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from samenspraak.policy.enduring import APART, PATIENCE, WITHIN, Failing, failed

BEGIN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def after(*hours: float) -> Failing:
    """What failures at these hours come to."""
    failing: Failing | None = None
    for hour in hours:
        failing = failed(failing, BEGIN + timedelta(hours=hour))
    assert failing is not None
    return failing


def test_one_bad_evening_starts_no_clock() -> None:
    assert after(*(hour / 10 for hour in range(110))).clock is None


def test_two_failures_half_a_day_apart_start_it() -> None:
    assert after(0, 12).clock == BEGIN + timedelta(hours=12)
    assert after(0, 11.9).clock is None


def test_failures_more_than_a_day_apart_do_not() -> None:
    assert after(0, 25, 50, 75).clock is None
    assert after(0, 5, 26).clock == BEGIN + timedelta(hours=26)


def test_it_is_over_five_days_later_and_not_before() -> None:
    failing = after(0, 12, 100)

    assert failing.until == BEGIN + timedelta(hours=12) + PATIENCE
    assert not failing.is_over(BEGIN + timedelta(hours=12, days=5, seconds=-1))
    assert failing.is_over(BEGIN + timedelta(hours=12, days=5))
    assert failing.since == BEGIN


@given(st.lists(st.integers(0, 40 * 60), min_size=1, max_size=12).map(sorted))
def test_two_marks_see_every_pair_that_starts_the_clock(minutes: list[int]) -> None:
    """Beside the rule as it is written, over all failures there were."""
    moments = [BEGIN + timedelta(minutes=one * 3) for one in minutes]
    starts = [
        later for later in moments if any(APART <= later - one <= WITHIN for one in moments if one <= later)
    ]

    assert after(*((one - BEGIN) / timedelta(hours=1) for one in moments)).clock == min(starts, default=None)
