"""The order of work: today's and tomorrow's moments, then ends, then edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Duty,
    ExceptionKind,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import CONDITIONS, STATUS, UnitKey, UnitKind
from samenspraak.policy.priority import BULK, EDIT, END, RETRACTION, SOON, priority_of

TODAY = date(2026, 11, 26)
COOKING = Agreement(
    id="ag1",
    client_id="wit",
    what=What(text="Samen koken"),
    status=Status(state=State.ACTIVE),
    assignments=(Assignment(id="a1", duty=Duty(performer=PartyRef(kind=PartyKind.VOLUNTEER, id="wim"))),),
)


def moment(day: str) -> UnitKey:
    return UnitKey(UnitKind.EXCEPTION, f"a1:{day}:1")


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ({moment("2026-11-26")}, SOON),
        ({moment("2026-11-27"), CONDITIONS}, SOON),
        ({moment("2026-11-28")}, EDIT),
        ({moment("2026-11-25")}, EDIT),
        ({CONDITIONS}, EDIT),
        ({STATUS}, EDIT),
        (set(), EDIT),
    ],
)
def test_what_concerns_today_and_tomorrow_goes_first(units: set[UnitKey], expected: int) -> None:
    assert priority_of(COOKING, units, TODAY) == expected


def test_an_end_goes_before_an_edit_and_after_today() -> None:
    over = replace(COOKING, status=Status(state=State.ENDED))

    assert priority_of(over, {STATUS}, TODAY) == END
    assert priority_of(over, {STATUS, moment("2026-11-26")}, TODAY) == SOON
    assert RETRACTION < SOON < END < EDIT < BULK


def test_a_moment_counts_for_the_day_it_is_moved_to() -> None:
    key = OccurrenceKey(assignment_id="a1", day=date(2026, 12, 3))
    moved = OccurrenceException(kind=ExceptionKind.MOVED, moved_to=TODAY)
    sooner = replace(COOKING, exceptions={key: moved})

    assert priority_of(sooner, {moment("2026-12-03")}, TODAY) == SOON


@pytest.mark.parametrize(("day", "expected"), [(TODAY, SOON), (date(2026, 11, 25), EDIT)])
def test_what_was_done_today_is_told_before_what_was_done_yesterday(day: date, expected: int) -> None:
    assert priority_of(COOKING, (), TODAY, {day}) == expected
