"""One day of an agreement, as a table: which moments, what holds without one, and whose concern it is."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from tests.unit.domain.conftest import SON, Make

from samenspraak.domain.agreements import (
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
from samenspraak.domain.days import AllDay, Involvement, Undated, Whose, all_day, involvement, turns
from samenspraak.domain.occurrences import MomentState
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
)

MONDAY, TUESDAY = date(2027, 1, 4), date(2027, 1, 5)
MOTHER = PartyRef(kind=PartyKind.CLIENT, id="mother")
NEIGHBOUR = PartyRef(kind=PartyKind.RELATIVE, id="neighbour")
TEAM = PartyRef(kind=PartyKind.GROUP, id="team")
AT_EIGHT = Schedule(timing=Recurrence(frequency=Frequency.DAILY, times=(time(8),)))
MORNINGS = Schedule(timing=PartOfDay(parts=(DayPart.MORNING,)))
SOMETIME = Schedule(timing=Recurrence(frequency=Frequency.DAILY))
NEEDED = Schedule(timing=AsNeeded())
TWICE_A_WEEK = Schedule(timing=TimesPerPeriod(times=2, period=Period.WEEK))
EVERY_SECOND_DAY = Schedule(timing=Recurrence(frequency=Frequency.DAILY, interval=2))
NEVER = What(text="Geen suiker in de thee", modality=Modality.NEVER)


def key(day: date = MONDAY, nth: int = 1) -> OccurrenceKey:
    return OccurrenceKey(assignment_id="a1", day=day, nth=nth)


def different(**what: Any) -> dict[OccurrenceKey, OccurrenceException]:
    return {key(): OccurrenceException(**what)}


# What is on the day, and how it stands.

TURNS = [
    ("at a time", {"schedule": AT_EIGHT}, [("08:00", MomentState.PLANNED, SON)]),
    ("in a part of the day", {"schedule": MORNINGS}, [("morning", MomentState.PLANNED, SON)]),
    ("some time that day", {"schedule": SOMETIME}, [("", MomentState.PLANNED, SON)]),
    (
        "called off",
        {"schedule": AT_EIGHT, "exceptions": different(kind=ExceptionKind.CANCELLED)},
        [("08:00", MomentState.CANCELLED, SON)],
    ),
    (
        "taken over",
        {"schedule": AT_EIGHT, "exceptions": different(kind=ExceptionKind.TAKEN_OVER, by=NEIGHBOUR)},
        [("08:00", MomentState.TAKEN_OVER, NEIGHBOUR)],
    ),
    (
        "moved to tomorrow, still in sight today",
        {
            "schedule": Schedule(
                timing=Recurrence(frequency=Frequency.DAILY, times=(time(8),)), until=MONDAY
            ),
            "exceptions": different(kind=ExceptionKind.MOVED, moved_to=TUESDAY, moved_time=time(9)),
        },
        [("09:00", MomentState.MOVED, SON)],
    ),
    ("as needed has no moment", {"schedule": NEEDED}, []),
    ("only words have no moment", {"schedule": Schedule(text="na het wandelen")}, []),
    ("nothing is expected of a negative agreement", {"schedule": AT_EIGHT, "what": NEVER}, []),
    (
        "rests",
        {"schedule": AT_EIGHT, "status": Status(state=State.PAUSED)},
        [("08:00", MomentState.PAUSED, SON)],
    ),
    ("not agreed yet", {"schedule": AT_EIGHT, "status": Status(state=State.PROPOSED)}, []),
    ("over", {"schedule": AT_EIGHT, "status": Status(state=State.ENDED, ended_on=date(2027, 1, 3))}, []),
]


@pytest.mark.parametrize(("members", "shown"), [case[1:] for case in TURNS], ids=[case[0] for case in TURNS])
def test_moments_of_a_day(agreement: Make, members: Any, shown: list[Any]) -> None:
    found = [one.moment for one in turns(agreement(**members), MONDAY, MONDAY)]
    when = [f"{one.local_time:%H:%M}" if one.local_time else str(one.part or "") for one in found]
    assert (
        list(zip(when, (one.state for one in found), (one.performer for one in found), strict=True)) == shown
    )


@pytest.mark.parametrize("day", [date.min, date(1, 3, 1), date(9999, 12, 30), date.max])
@pytest.mark.parametrize("frequency", Frequency)
@pytest.mark.parametrize("interval", [1, 2])
def test_any_day_that_somebody_can_name_has_its_moments(
    agreement: Make, day: date, frequency: Frequency, interval: int
) -> None:
    twice = Recurrence(frequency=frequency, interval=interval, times=(time(0), time(23, 59)))

    found = turns(agreement(schedule=Schedule(timing=twice, start=day)), day, day)

    assert [one.moment.day for one in found] == [day, day]


def test_who_was_to_do_what_somebody_took_over_stays_in_sight(agreement: Make) -> None:
    taken = different(kind=ExceptionKind.TAKEN_OVER, by=NEIGHBOUR)
    [one] = turns(agreement(schedule=AT_EIGHT, exceptions=taken), MONDAY, MONDAY)
    assert (one.meant, one.performers) == (SON, {SON, NEIGHBOUR})


@pytest.mark.parametrize(
    ("schedule", "reported", "count"),
    [
        (NEEDED, [key()], 1),
        (NEEDED, [key(), key(nth=2)], 2),
        (NEEDED, [key(TUESDAY)], 0),
        (TWICE_A_WEEK, [key()], 1),
        (AT_EIGHT, [key()], 1),
        (AT_EIGHT, [key(nth=2)], 1),
        (NEEDED, [OccurrenceKey(assignment_id="gone", day=MONDAY)], 0),
    ],
)
def test_a_report_makes_the_moment_it_is_about_where_the_schedule_leaves_the_day_open(
    agreement: Make, schedule: Schedule, reported: list[OccurrenceKey], count: int
) -> None:
    assert len(turns(agreement(schedule=schedule), MONDAY, MONDAY, reported)) == count


# What holds without a moment.


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"schedule": NEEDED}, Undated.AS_NEEDED),
        ({"schedule": Schedule(text="zo nodig")}, Undated.AS_NEEDED),
        ({"schedule": TWICE_A_WEEK}, Undated.TIMES_PER_PERIOD),
        ({"schedule": Schedule(text="na het wandelen")}, Undated.IN_WORDS),
        ({"schedule": Schedule()}, Undated.IN_WORDS),
        ({"schedule": EVERY_SECOND_DAY}, Undated.IN_WORDS),
        ({"what": NEVER, "schedule": AT_EIGHT}, Undated.NEVER),
        ({"schedule": AT_EIGHT}, None),
        ({"schedule": SOMETIME}, None),
        ({"schedule": Schedule(timing=AsNeeded(), start=TUESDAY)}, None),
        ({"schedule": Schedule(timing=AsNeeded(), until=date(2027, 1, 3))}, None),
        ({"schedule": NEEDED, "status": Status(state=State.DRAFT)}, None),
        ({"schedule": NEEDED, "status": Status(state=State.WITHDRAWN)}, None),
    ],
)
def test_what_holds_on_a_day_without_a_moment_of_its_own(
    agreement: Make, members: Any, why: Undated | None
) -> None:
    assert [one.why for one in all_day(agreement(**members), MONDAY)] == ([why] if why else [])


def test_what_rests_that_day_says_so(agreement: Make) -> None:
    paused = agreement(schedule=NEEDED, status=Status(state=State.PAUSED, paused_until=MONDAY))
    assert [one.state for one in all_day(paused, MONDAY)] == [MomentState.PAUSED]
    assert [one.state for one in all_day(paused, TUESDAY)] == [MomentState.PLANNED]


# Whose concern it is.

NOBODY: frozenset[PartyRef] = frozenset()


@pytest.mark.parametrize(
    ("whose", "called_off", "found"),
    [
        (Whose(parties=frozenset({SON})), False, {Involvement.PERFORMS}),
        (Whose(parties=frozenset({NEIGHBOUR})), False, set()),
        (Whose(parties=frozenset({NEIGHBOUR})), True, {Involvement.STEPS_IN}),
        (Whose(parties=frozenset({MOTHER})), False, {Involvement.CLIENT}),
        (Whose(parties=NOBODY, represents=frozenset({MOTHER})), False, {Involvement.REPRESENTS}),
        (Whose(parties=NOBODY, groups=frozenset({TEAM})), False, set()),
        (
            Whose(parties=frozenset({SON, MOTHER}), represents=frozenset({MOTHER})),
            True,
            {Involvement.PERFORMS, Involvement.CLIENT, Involvement.REPRESENTS},
        ),
    ],
)
def test_whose_day_a_moment_belongs_to(
    agreement: Make, whose: Whose, called_off: bool, found: set[Involvement]
) -> None:
    mine = (Assignment(id="a1", duty=Duty(performer=SON, schedule=AT_EIGHT), backup=NEIGHBOUR),)
    exceptions = different(kind=ExceptionKind.CANCELLED) if called_off else {}
    [one] = turns(agreement(assignments=mine, exceptions=exceptions), MONDAY, MONDAY)
    assert involvement(whose, MOTHER, one.performers, one.steps_in) == found


def test_what_a_group_does_is_of_whoever_acts_for_it(agreement: Make) -> None:
    care = (Assignment(id="a1", duty=Duty(performer=TEAM, schedule=NEEDED), backup=TEAM),)
    [one] = all_day(agreement(assignments=care), MONDAY)
    assert one == AllDay(assignment=care[0], why=Undated.AS_NEEDED)
    acting = Whose(parties=frozenset({NEIGHBOUR}), groups=frozenset({TEAM}))
    assert involvement(acting, MOTHER, {TEAM}) == {Involvement.GROUP_PERFORMS}
    assert involvement(acting, MOTHER, {SON}, TEAM) == {Involvement.STEPS_IN}
