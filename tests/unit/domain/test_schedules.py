from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    Slot,
    TimesPerPeriod,
    Timing,
    Weekday,
    days,
    names_days,
    slots,
)

MON, THU, SAT = Weekday.MONDAY, Weekday.THURSDAY, Weekday.SATURDAY


def weekly(*weekdays: Weekday, interval: int = 1) -> Recurrence:
    return Recurrence(frequency=Frequency.WEEKLY, weekdays=weekdays, interval=interval)


def found(timing: Timing | None, first: str, last: str, start: str = "", until: str = "") -> list[str]:
    """The days as texts, so that a case reads as a line."""
    schedule = Schedule(
        timing=timing,
        start=date.fromisoformat(start) if start else None,
        until=date.fromisoformat(until) if until else None,
    )
    return [str(day) for day in days(schedule, date.fromisoformat(first), date.fromisoformat(last))]


@pytest.mark.parametrize(
    ("timing", "start", "expected"),
    [
        (Recurrence(frequency=Frequency.DAILY), "", ["2028-02-28", "2028-02-29", "2028-03-01"]),
        (Recurrence(frequency=Frequency.DAILY, interval=2), "2028-02-01", ["2028-02-29"]),
        (PartOfDay(parts=(DayPart.EVENING,)), "", ["2028-02-28", "2028-02-29", "2028-03-01"]),
        (PartOfDay(parts=(DayPart.EVENING,), weekdays=(MON,)), "", ["2028-02-28"]),
        (TimesPerPeriod(times=2, period=Period.DAY), "2028-02-29", ["2028-02-29", "2028-03-01"]),
        (Recurrence(frequency=Frequency.YEARLY), "2024-02-29", ["2028-02-29"]),
    ],
)
def test_the_leap_day_is_a_day_like_any_other(timing: Timing, start: str, expected: list[str]) -> None:
    assert found(timing, "2028-02-28", "2028-03-01", start) == expected


def test_every_two_weeks_keeps_its_rhythm_over_week_53() -> None:
    # 2026 has a week 53; counting weeks by their number would break here.
    every_other_thursday = weekly(THU, interval=2)

    assert found(every_other_thursday, "2026-12-14", "2027-01-31", start="2026-12-03") == [
        "2026-12-17",
        "2026-12-31",
        "2027-01-14",
        "2027-01-28",
    ]


def test_every_month_on_the_31st_skips_months_that_have_none() -> None:
    monthly = Recurrence(frequency=Frequency.MONTHLY)

    assert found(monthly, "2027-01-01", "2027-06-01", start="2027-01-31") == [
        "2027-01-31",
        "2027-03-31",
        "2027-05-31",
    ]


def test_a_schedule_runs_from_its_start_to_its_last_day() -> None:
    assert found(weekly(MON, THU), "2027-01-01", "2027-12-31", start="2027-01-05", until="2027-01-14") == [
        "2027-01-07",
        "2027-01-11",
        "2027-01-14",
    ]


@pytest.mark.parametrize(
    "timing",
    [
        None,
        AsNeeded(),
        TimesPerPeriod(times=2, period=Period.WEEK),
        weekly(),
        weekly(MON, interval=2),
        Recurrence(frequency=Frequency.MONTHLY),
    ],
)
def test_a_day_that_nobody_named_is_not_invented(timing: Timing | None) -> None:
    assert not names_days(Schedule(timing=timing))
    assert found(timing, "2027-01-01", "2027-12-31") == []


@pytest.mark.parametrize(
    "timing", [weekly(), Recurrence(frequency=Frequency.MONTHLY), weekly(MON, interval=2)]
)
def test_a_start_says_from_where_to_count(timing: Timing) -> None:
    assert found(timing, "2027-01-01", "2027-01-10", start="2027-01-04") == ["2027-01-04"]


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        (
            Recurrence(frequency=Frequency.DAILY, times=(time(20), time(8))),
            (Slot(at=time(8)), Slot(at=time(20))),
        ),
        (weekly(SAT), (Slot(),)),
        (
            PartOfDay(parts=(DayPart.EVENING, DayPart.MORNING)),
            (Slot(part=DayPart.MORNING), Slot(part=DayPart.EVENING)),
        ),
        (TimesPerPeriod(times=3, period=Period.DAY), (Slot(), Slot(), Slot())),
        (TimesPerPeriod(times=3, period=Period.WEEK), (Slot(),)),
    ],
)
def test_a_day_has_its_slots_in_order(timing: Timing, expected: tuple[Slot, ...]) -> None:
    assert slots(Schedule(timing=timing)) == expected


@given(
    interval=st.integers(1, 6),
    weekdays=st.sets(st.sampled_from(Weekday)),
    frequency=st.sampled_from([Frequency.DAILY, Frequency.WEEKLY]),
    later=st.integers(0, 2000),
)
def test_where_you_start_looking_does_not_change_the_days(
    interval: int, weekdays: set[Weekday], frequency: Frequency, later: int
) -> None:
    timing = Recurrence(frequency=frequency, interval=interval, weekdays=tuple(weekdays))
    schedule = Schedule(timing=timing, start=date(2024, 5, 15))
    first, last = date(2024, 5, 15) + timedelta(days=later), date(2024, 5, 15) + timedelta(days=later + 60)

    from_the_start = [day for day in days(schedule, date(2024, 5, 15), last) if day >= first]

    assert list(days(schedule, first, last)) == from_the_start
