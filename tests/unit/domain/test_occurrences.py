from __future__ import annotations

from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.conftest import Make

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Duty,
    ExceptionKind,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
    What,
)
from samenspraak.domain.occurrences import Moment, MomentState, moment_of, moments
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Timing,
    Weekday,
)

NEIGHBOUR = PartyRef(kind=PartyKind.RELATIVE, id="neighbour")
MONDAY, TUESDAY = date(2027, 1, 4), date(2027, 1, 5)
CANCELLED = OccurrenceException(kind=ExceptionKind.CANCELLED)


def daily(*times: time) -> Schedule:
    return Schedule(timing=Recurrence(frequency=Frequency.DAILY, times=times))


def key(day: date, nth: int = 1) -> OccurrenceKey:
    return OccurrenceKey(assignment_id="a1", day=day, nth=nth)


def on(agreement: Agreement, day: date) -> tuple[Moment, ...]:
    return moments(agreement, day, day)


def clock(moment: Moment) -> tuple[str, str]:
    """The instant and what the wall says then."""
    assert moment.at is not None
    return moment.at.isoformat(), f"{moment.local_time:%H:%M}"


@pytest.mark.parametrize(
    ("day", "at", "instant", "wall"),
    [
        (date(2027, 3, 27), time(2, 30), "2027-03-27T01:30:00+00:00", "02:30"),
        (date(2027, 3, 28), time(2, 30), "2027-03-28T01:30:00+00:00", "03:30"),
        (date(2027, 3, 28), time(8, 0), "2027-03-28T06:00:00+00:00", "08:00"),
        (date(2027, 3, 29), time(2, 30), "2027-03-29T00:30:00+00:00", "02:30"),
        (date(2027, 10, 31), time(2, 30), "2027-10-31T00:30:00+00:00", "02:30"),
        (date(2027, 10, 31), time(3, 0), "2027-10-31T02:00:00+00:00", "03:00"),
        (date(2027, 11, 1), time(2, 30), "2027-11-01T01:30:00+00:00", "02:30"),
        (date(2027, 12, 31), time(23, 30), "2027-12-31T22:30:00+00:00", "23:30"),
    ],
)
def test_both_nights_of_the_clock_change_come_out_right(
    agreement: Make, day: date, at: time, instant: str, wall: str
) -> None:
    (moment,) = on(agreement(schedule=daily(at)), day)

    assert clock(moment) == (instant, wall)
    assert moment.key == key(day)


def test_a_time_that_does_not_exist_keeps_its_place_in_the_day(agreement: Make) -> None:
    spring = date(2027, 3, 28)
    found = on(agreement(schedule=daily(time(2, 30), time(3, 15))), spring)

    assert {one.key.nth: one.local_time for one in found} == {1: time(3, 30), 2: time(3, 15)}


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)), st.times())
def test_a_moment_lies_on_its_own_local_day(day: date, at: time) -> None:
    moment = moment_of(_performed(daily(at)), key(day))

    assert moment is not None
    assert moment.at is not None
    assert moment.at.tzinfo is UTC
    assert moment.at.astimezone(ZoneInfo("Europe/Amsterdam")).date() == day


def test_moments_come_in_the_order_of_the_day(agreement: Make) -> None:
    evening = Schedule(timing=PartOfDay(parts=(DayPart.EVENING,)))
    both = (
        Assignment(id="a1", duty=Duty(performer=NEIGHBOUR, schedule=evening)),
        Assignment(id="a2", duty=Duty(performer=NEIGHBOUR, schedule=daily(time(7), time(22)))),
    )

    assert [(one.key.assignment_id, one.key.nth) for one in on(agreement(assignments=both), MONDAY)] == [
        ("a2", 1),
        ("a1", 1),
        ("a2", 2),
    ]


@pytest.mark.parametrize("timing", [None, AsNeeded(), TimesPerPeriod(times=2, period=Period.WEEK)])
def test_a_schedule_without_days_makes_no_moments(agreement: Make, timing: Timing | None) -> None:
    schedule = Schedule(text="als het uitkomt", timing=timing)

    assert moments(agreement(schedule=schedule), MONDAY, date(2027, 12, 31)) == ()


def test_days_that_only_the_text_names_make_moments(agreement: Make) -> None:
    spoken = agreement(schedule=Schedule(text="Elke dag 's ochtends en 's avonds"))

    assert [(one.day, one.part) for one in on(spoken, MONDAY)] == [
        (MONDAY, DayPart.MORNING),
        (MONDAY, DayPart.EVENING),
    ]


def test_an_exception_makes_the_moment_it_is_about_where_the_schedule_has_no_days(agreement: Make) -> None:
    asked = agreement(schedule=Schedule(text="in overleg"), exceptions={key(MONDAY): CANCELLED})

    assert [(one.day, one.state) for one in on(asked, MONDAY)] == [(MONDAY, MomentState.CANCELLED)]


def test_an_exception_for_a_moment_that_is_not_planned_has_no_effect(agreement: Make) -> None:
    mondays = Schedule(timing=Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.MONDAY,)))
    exceptions = {key(TUESDAY): CANCELLED, key(MONDAY, nth=2): CANCELLED}

    (only,) = moments(agreement(schedule=mondays, exceptions=exceptions), MONDAY, TUESDAY)

    assert only.state is MomentState.PLANNED


def test_a_cancelled_moment_stays_visible_and_does_not_take_place(agreement: Make) -> None:
    cancelled, next_one = moments(
        agreement(schedule=daily(), exceptions={key(MONDAY): CANCELLED}), MONDAY, TUESDAY
    )

    assert (cancelled.state, cancelled.takes_place) == (MomentState.CANCELLED, False)
    assert next_one.takes_place


def test_a_moment_that_is_taken_over_has_another_performer(agreement: Make, son: PartyRef) -> None:
    taken = OccurrenceException(kind=ExceptionKind.TAKEN_OVER, by=NEIGHBOUR)
    first, second = moments(agreement(schedule=daily(), exceptions={key(MONDAY): taken}), MONDAY, TUESDAY)

    assert (first.performer, first.takes_place) == (NEIGHBOUR, True)
    assert second.performer == son


def test_who_cancelled_does_not_become_the_performer(agreement: Make, son: PartyRef) -> None:
    cancelled = OccurrenceException(kind=ExceptionKind.CANCELLED, by=NEIGHBOUR)

    assert on(agreement(schedule=daily(), exceptions={key(MONDAY): cancelled}), MONDAY)[0].performer == son


def test_a_moved_moment_is_found_on_both_days_under_its_own_key(agreement: Make) -> None:
    mondays = Schedule(
        timing=Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.MONDAY,), times=(time(9),))
    )
    moved = OccurrenceException(kind=ExceptionKind.MOVED, moved_to=TUESDAY)
    agreed = agreement(schedule=mondays, exceptions={key(MONDAY): moved})

    assert on(agreed, MONDAY) == on(agreed, TUESDAY)
    assert on(agreed, TUESDAY)[0].key == key(MONDAY)
    assert clock(on(agreed, TUESDAY)[0]) == ("2027-01-05T08:00:00+00:00", "09:00")


def test_a_moved_moment_can_get_another_time(agreement: Make) -> None:
    moved = OccurrenceException(kind=ExceptionKind.MOVED, moved_to=TUESDAY, moved_time=time(14))
    morning = Schedule(timing=PartOfDay(parts=(DayPart.MORNING,), weekdays=(Weekday.MONDAY,)))
    (moment,) = on(agreement(schedule=morning, exceptions={key(MONDAY): moved}), TUESDAY)

    assert (moment.local_time, moment.part, moment.state) == (time(14), None, MomentState.MOVED)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status(state=State.ACTIVE), ["planned", "planned", "planned"]),
        (
            Status(state=State.PAUSED, paused_from=TUESDAY, paused_until=TUESDAY),
            ["planned", "paused", "planned"],
        ),
        (Status(state=State.PAUSED, paused_from=TUESDAY), ["planned", "paused", "paused"]),
        (Status(state=State.PAUSED), ["paused", "paused", "paused"]),
        (Status(state=State.ENDED, ended_on=TUESDAY), ["planned", "over"]),
        (Status(state=State.WITHDRAWN, ended_on=MONDAY), ["over"]),
        (Status(state=State.ENDED), []),
        (Status(state=State.MISTAKE, ended_on=TUESDAY), []),
        (Status(state=State.PROPOSED), []),
        (Status(state=State.DRAFT), []),
    ],
)
def test_the_status_says_on_which_days_it_goes_on(
    agreement: Make, status: Status, expected: list[str]
) -> None:
    found = moments(agreement(schedule=daily(), status=status), MONDAY, MONDAY + timedelta(days=2))

    assert [str(one.state) for one in found] == expected


def test_a_moment_moved_out_of_a_pause_takes_place(agreement: Make) -> None:
    pause = Status(state=State.PAUSED, paused_from=MONDAY, paused_until=MONDAY)
    moved = OccurrenceException(kind=ExceptionKind.MOVED, moved_to=TUESDAY)
    agreed = agreement(schedule=daily(), status=pause, exceptions={key(MONDAY): moved})

    assert [one.state for one in on(agreed, MONDAY)] == [MomentState.MOVED]


@pytest.mark.parametrize(("modality", "count"), [(Modality.DOES, 1), (Modality.MAY, 1), (Modality.NEVER, 0)])
def test_what_never_happens_has_no_moments(agreement: Make, modality: Modality, count: int) -> None:
    what = What(text="Tillen zonder hulpmiddel", modality=modality)

    assert len(on(agreement(what=what, schedule=daily()), MONDAY)) == count


def test_a_moment_of_an_unknown_assignment_is_none(agreement: Make) -> None:
    assert moment_of(agreement(schedule=daily()), OccurrenceKey(assignment_id="other", day=MONDAY)) is None


def _performed(schedule: Schedule) -> Agreement:
    return Agreement(
        id="g",
        client_id="c",
        what=What(text="Koken"),
        assignments=(Assignment(id="a1", duty=Duty(performer=NEIGHBOUR, schedule=schedule)),),
        status=Status(state=State.ACTIVE),
    )
