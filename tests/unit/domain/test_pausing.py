"""Who is away: a client's agreements rest, and what a performer does is called off, moment by moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

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
from samenspraak.domain.lifecycle import due_to_resume, pause
from samenspraak.domain.occurrences import MomentState, moments
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.pausing import with_client_away, with_party_away, with_party_back
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="daughter")
TEAM = PartyRef(kind=PartyKind.GROUP, id="team")

MONDAY, FRIDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 27), date(2026, 11, 29)
WEEKDAYS = Recurrence(frequency=Frequency.WEEKLY, weekdays=tuple(map(Weekday, range(5))))
WEEKEND = Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday(5), Weekday(6)))


def mornings(who: PartyRef, when: Recurrence) -> Duty:
    return Duty(performer=who, schedule=Schedule(timing=when))


def stockings(state: State = State.ACTIVE, **more: object) -> Agreement:
    """The son on weekday mornings (his sister steps in), care at weekends (nobody steps in)."""
    return Agreement(
        id="g1",
        client_id="wit",
        what=What(text="Steunkousen"),
        assignments=(
            Assignment(
                id="a1", duty=Duty(performer=SON, schedule=Schedule(timing=WEEKDAYS)), backup=DAUGHTER
            ),
            Assignment(id="a2", duty=Duty(performer=TEAM, schedule=Schedule(timing=WEEKEND))),
        ),
        status=Status(state=state),
        **more,
    )


# A client.


@pytest.mark.parametrize(
    ("state", "rests"),
    [
        (State.ACTIVE, True),
        (State.PAUSED, True),
        (State.PROPOSED, False),
        (State.DRAFT, False),
        (State.ENDED, False),
    ],
)
def test_what_is_expected_of_people_rests(state: State, rests: bool) -> None:
    after = with_client_away(stockings(state), MONDAY, FRIDAY)

    assert (after.status.state is State.PAUSED) is rests


def test_nothing_takes_place_in_a_pause_and_everything_after_it() -> None:
    after = with_client_away(stockings(), MONDAY, FRIDAY)

    states = {one.day: one.state for one in moments(after, MONDAY, SUNDAY)}
    assert states[FRIDAY] is MomentState.PAUSED
    assert states[SUNDAY] is MomentState.PLANNED
    assert due_to_resume([after], SUNDAY) == (after,)


@pytest.mark.parametrize(
    ("first", "until", "together"),
    [
        (date(2026, 11, 25), SUNDAY, (MONDAY, SUNDAY)),
        (date(2026, 11, 28), SUNDAY, (MONDAY, SUNDAY)),
        (date(2026, 11, 20), date(2026, 11, 22), (date(2026, 11, 20), FRIDAY)),
        (date(2026, 11, 24), date(2026, 11, 25), (MONDAY, FRIDAY)),
        (date(2026, 11, 24), None, (MONDAY, None)),
    ],
    ids=["overlaps", "follows", "precedes", "within", "open"],
)
def test_two_pauses_that_touch_are_one(first: date, until: date | None, together: tuple[date, date]) -> None:
    after = with_client_away(with_client_away(stockings(), MONDAY, FRIDAY), first, until)

    assert (after.status.paused_from, after.status.paused_until) == together


def test_a_pause_without_a_first_day_keeps_none() -> None:
    after = with_client_away(pause(stockings(), until=FRIDAY), MONDAY, SUNDAY)

    assert (after.status.paused_from, after.status.paused_until) == (None, SUNDAY)


# Somebody who performs.


def test_each_moment_of_who_is_away_is_called_off_and_those_of_others_stay() -> None:
    away = with_party_away(stockings(), SON, MONDAY, SUNDAY, reason="vakantie")

    takes_place = [one.performer for one in moments(away.agreement, MONDAY, SUNDAY) if one.takes_place]
    assert len(away.called_off) == 5
    assert takes_place == [TEAM, TEAM]
    assert away.agreement.status.state is State.ACTIVE
    assert (away.uncovered, away.stands_in) == ((), ())


@pytest.mark.parametrize(
    ("party", "change", "uncovered", "stands_in"),
    [
        (TEAM, {}, ("a2",), ()),
        (DAUGHTER, {}, (), ("a1",)),
        (TEAM, {"status": Status(state=State.PROPOSED)}, (), ()),
        (TEAM, {"what": What(text="Steunkousen", modality=Modality.MAY)}, (), ()),
    ],
    ids=["nobody steps in", "would have stepped in", "only proposed", "only allowed"],
)
def test_somebody_is_to_be_found_where_nobody_does_it_or_steps_in(
    party: PartyRef, change: dict[str, object], uncovered: tuple[str, ...], stands_in: tuple[str, ...]
) -> None:
    away = with_party_away(replace(stockings(), **change), party, MONDAY, SUNDAY)

    assert (away.uncovered, away.stands_in) == (uncovered, stands_in)


def test_what_names_no_days_cannot_be_called_off_and_is_asked_about() -> None:
    first, second = stockings().assignments
    by_text = replace(first, duty=Duty(performer=SON, schedule=Schedule(text="als het zo uitkomt")))
    away = with_party_away(replace(stockings(), assignments=(by_text, second)), SON, MONDAY, SUNDAY)

    assert (away.called_off, away.uncovered) == ((), ("a1",))


def test_who_took_over_a_moment_and_is_away_does_not_do_it_either() -> None:
    saturday = OccurrenceKey(assignment_id="a2", day=date(2026, 11, 28))
    taken = {saturday: OccurrenceException(kind=ExceptionKind.TAKEN_OVER, by=SON)}
    away = with_party_away(stockings(exceptions=taken), SON, MONDAY, SUNDAY)

    assert saturday in away.called_off


def test_back_sooner_only_what_was_called_off_for_that_reason_takes_place_again() -> None:
    tuesday = OccurrenceKey(assignment_id="a1", day=date(2026, 11, 24))
    own = OccurrenceException(kind=ExceptionKind.CANCELLED, reason="tandarts")
    before = stockings(exceptions={tuesday: own})
    away = with_party_away(before, SON, MONDAY, FRIDAY, reason="vakantie").agreement

    back = with_party_back(away, SON, date(2026, 11, 25), reason="vakantie")

    assert {key.day for key in back.exceptions} == {MONDAY, tuesday.day}
    assert back.exceptions[tuesday] == own
