"""A calendar has exactly the moments of the agreement, as readers that nobody here wrote work them out."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from samenspraak.domain.agreements import (
    Agreement,
    ExceptionKind,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
)
from samenspraak.domain.occurrences import moments
from samenspraak.domain.schedules import (
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Weekday,
)
from samenspraak.testing import strategies as ours

from .conftest import DAUGHTER, SINCE, SON, Moments, agreement, calendar, events, expanded, published

LAST = date(2026, 11, 30)
"""From the first of March: both nights in which the clock changes lie in between."""
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
DAYS = st.dates(min_value=SINCE, max_value=LAST)
CANCELLED = OccurrenceException(kind=ExceptionKind.CANCELLED)


def daily(*times: time, **more: Any) -> Schedule:
    return Schedule(timing=Recurrence(frequency=Frequency.DAILY, times=times), **more)


def weekly(*weekdays: Weekday, **more: Any) -> Recurrence:
    return Recurrence(frequency=Frequency.WEEKLY, weekdays=weekdays, times=(time(17),), **more)


def agreed(one: Agreement) -> Moments:
    """What the domain says that the son does between the first of March and the end of November."""
    return Counter(
        moment.at or moment.day
        for moment in moments(one, SINCE, LAST)
        if moment.takes_place and moment.performer == SON and SINCE <= moment.day <= LAST
    )


def shown(one: Agreement) -> Moments:
    return expanded(calendar(published(one)), SINCE, LAST)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Every structured form, beginning and ending around the days that are looked at, or open."""
    around = st.none() | st.dates(min_value=date(2025, 12, 1), max_value=date(2026, 12, 31))
    start, until = draw(around), draw(around)
    if start and until and until < start:
        start, until = until, start
    return Schedule(timing=draw(ours.timings()), start=start, until=until)


@st.composite
def statuses(draw: st.DrawFn) -> Status:
    state = draw(st.sampled_from(State))
    if state is State.PAUSED:
        first, last = draw(st.none() | DAYS), draw(st.none() | DAYS)
        if first and last and last < first:
            first, last = last, first
        return Status(state=state, paused_from=first, paused_until=last)
    ended = draw(st.none() | DAYS) if state in (State.ENDED, State.WITHDRAWN, State.MISTAKE) else None
    return Status(state=state, ended_on=ended)


@st.composite
def exceptions(draw: st.DrawFn) -> dict[OccurrenceKey, OccurrenceException]:
    found = {}
    for day in draw(st.lists(DAYS, max_size=5, unique=True)):
        key = OccurrenceKey(assignment_id="a1", day=day, nth=draw(st.integers(1, 2)))
        found[key] = draw(
            st.sampled_from([CANCELLED, OccurrenceException(kind=ExceptionKind.TAKEN_OVER, by=DAUGHTER)])
            | st.builds(
                OccurrenceException,
                kind=st.just(ExceptionKind.MOVED),
                moved_to=DAYS,
                moved_time=st.none() | ours.clocks(),
            )
        )
    return found


@settings(max_examples=250, deadline=None)
@given(schedule=schedules(), status=statuses(), different=exceptions())
@example(schedule=daily(time(2, 30)), status=Status(state=State.ACTIVE), different={})
@example(
    schedule=daily(time(2, 30)),
    status=Status(state=State.ACTIVE),
    different={
        OccurrenceKey(assignment_id="a1", day=day): OccurrenceException(
            kind=ExceptionKind.MOVED, moved_to=other, moved_time=time(2, 45)
        )
        for day, other in ((SPRING, AUTUMN), (AUTUMN, SPRING))
    },
)
def test_a_calendar_has_exactly_the_moments_of_the_agreement(
    schedule: Schedule, status: Status, different: dict[OccurrenceKey, OccurrenceException]
) -> None:
    one = agreement(schedule, status=status, exceptions=different)

    assert shown(one) == agreed(one)


CASES: dict[str, tuple[Schedule, str]] = {
    "every day": (daily(time(8)), "FREQ=DAILY"),
    "on some days": (Schedule(timing=weekly(Weekday.MONDAY, Weekday.THURSDAY)), "FREQ=WEEKLY;BYDAY=MO,TH"),
    "every other week": (
        Schedule(timing=weekly(Weekday.THURSDAY, interval=2), start=date(2026, 3, 2)),
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
    ),
    "until a day, that day included, counted in UTC": (
        daily(time(23, 45), until=date(2026, 7, 31)),
        "FREQ=DAILY;UNTIL=20260731T215959Z",
    ),
    "until a day, without a time": (daily(until=date(2026, 7, 31)), "FREQ=DAILY;UNTIL=20260731"),
    "monthly, on the day it began": (
        Schedule(timing=Recurrence(frequency=Frequency.MONTHLY), start=date(2026, 1, 31)),
        "FREQ=MONTHLY",
    ),
    "a part of the day": (
        Schedule(timing=PartOfDay(parts=(DayPart.EVENING,), weekdays=(Weekday.SUNDAY,))),
        "FREQ=WEEKLY;BYDAY=SU",
    ),
    "so many times a day": (Schedule(timing=TimesPerPeriod(times=1, period=Period.DAY)), "FREQ=DAILY"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_schedule_that_names_its_days_is_one_rule(name: str) -> None:
    schedule, rule = CASES[name]

    (event,) = events(calendar(published(agreement(schedule))))

    assert event["RRULE"].to_ical().decode() == rule


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(text="als het uitkomt"),
        Schedule(timing=TimesPerPeriod(times=2, period=Period.WEEK)),
        Schedule(timing=Recurrence(frequency=Frequency.MONTHLY)),
    ],
    ids=["a text", "twice a week", "monthly since nobody knows when"],
)
def test_a_schedule_without_days_of_its_own_is_not_given_any(schedule: Schedule) -> None:
    assert events(calendar(published(agreement(schedule)))) == []


def test_a_dutch_text_that_is_understood_has_its_days() -> None:
    (event,) = events(calendar(published(agreement(Schedule(text="dagelijks")))))

    assert event["RRULE"].to_ical() == b"FREQ=DAILY"


def test_a_single_day_needs_no_rule() -> None:
    day = date(2026, 5, 5)
    (event,) = events(calendar(published(agreement(daily(time(9), start=day, until=day)))))

    assert "RRULE" not in event
    assert event.decoded("DTSTART").date() == day


def test_each_moment_of_a_day_is_a_series_of_its_own() -> None:
    found = events(calendar(published(agreement(daily(time(9), time(17))))))

    assert {one["UID"] for one in found} == {"ag1.a1.1@samenspraak", "ag1.a1.2@samenspraak"}


def test_a_cancelled_moment_leaves_its_series_and_a_moved_one_says_which_it_was() -> None:
    different = {
        OccurrenceKey(assignment_id="a1", day=date(2026, 4, 2)): CANCELLED,
        OccurrenceKey(assignment_id="a1", day=date(2026, 4, 9)): OccurrenceException(
            kind=ExceptionKind.MOVED, moved_to=date(2026, 4, 10), moved_time=time(16)
        ),
    }
    body = calendar(published(agreement(Schedule(timing=weekly(Weekday.THURSDAY)), exceptions=different)))

    assert b"EXDATE;TZID=Europe/Amsterdam:20260402T170000\r\n" in body
    assert b"RECURRENCE-ID;TZID=Europe/Amsterdam:20260409T170000\r\n" in body
    assert b"DTSTART;TZID=Europe/Amsterdam:20260410T160000\r\n" in body
    assert len({one["UID"] for one in events(body)}) == 1


def test_a_pause_leaves_out_its_days_and_no_others() -> None:
    pause = Status(state=State.PAUSED, paused_from=date(2026, 4, 1), paused_until=date(2026, 4, 14))

    found = shown(agreement(daily(time(8)), status=pause))

    assert len(found) == (LAST - SINCE).days + 1 - 14
    assert not [one for one in found if date(2026, 4, 1) <= one.date() <= date(2026, 4, 14)]  # type: ignore[union-attr]


@pytest.mark.parametrize("state", [State.WITHDRAWN, State.MISTAKE])
def test_what_is_withdrawn_is_cancelled_under_the_same_uid(state: State) -> None:
    before = published(agreement(daily(time(8))))
    after = published(agreement(daily(time(8)), status=Status(state=state)), before=before)

    (was,), (event,) = events(calendar(before)), events(calendar(after))

    assert (event["UID"], event["STATUS"]) == (was["UID"], "CANCELLED")


def test_an_agreement_that_ended_keeps_the_days_before_its_end() -> None:
    ended = agreement(daily(time(8)), status=Status(state=State.ENDED, ended_on=date(2026, 4, 1)))

    assert max(shown(ended)).date() == date(2026, 3, 31)  # type: ignore[union-attr]


def test_an_agreement_without_a_beginning_shows_two_weeks_before_it_was_published() -> None:
    found = expanded(calendar(published(agreement(daily(time(8))))), date(2020, 1, 1), LAST)

    assert min(found).date() == SINCE  # type: ignore[union-attr]
    assert date(2026, 3, 15) - timedelta(days=14) == SINCE
