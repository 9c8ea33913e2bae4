"""What people, and the programs they use, make of a word, a date and a time."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.domain.agreements import State
from samenspraak_sheet.words import (
    STATES,
    UnreadableError,
    is_worn,
    one_of,
    read_clock,
    read_day,
    read_part,
    written_day,
    yes_or_no,
)

THE_DAY = date(2026, 11, 22)
# As Excel and LibreOffice save a date, and as people type one.
AS_WRITTEN = (
    "22-11-2026",
    "2026-11-22",
    "2026-11-22 00:00:00",
    "2026-11-22T00:00:00",
    "22-11-26",
    "22/11/2026",
    "11/22/2026",
    "22.11.2026",
    "zo 22-11-2026",
    "zondag 22 november 2026",
    "22 nov 2026",
    "22 NOV. 2026",
    "22-nov-26",
    "46348",
    "46348.0",
    " 22-11-2026 ",
)


@pytest.mark.parametrize("text", AS_WRITTEN)
def test_a_date_is_read_as_programs_save_it_and_people_type_it(text: str) -> None:
    assert read_day(text) == THE_DAY


@pytest.mark.parametrize("text", ["05/06/2026", "5/6/26", "12/01/2027"])
def test_a_date_that_may_be_one_of_two_is_not_read(text: str) -> None:
    with pytest.raises(UnreadableError) as unread:
        read_day(text)
    assert "niet zeker" in unread.value.why["nl"]
    assert read_day("05/05/2026") == date(2026, 5, 5)


@pytest.mark.parametrize("text", ["02/01/2027", "01/02/27", "1/2/2027", "2/1/27"])
def test_a_date_that_a_program_turned_around_is_the_one_that_was_shown(text: str) -> None:
    assert is_worn("01-02-2027", text)
    assert not is_worn("01-03-2027", text)


@pytest.mark.parametrize("text", ["morgen", "31-02-2026", "2026", "22 elfmaand 2026", "1-13-2026", "#REF!"])
def test_what_is_no_date_is_told_with_an_example(text: str) -> None:
    with pytest.raises(UnreadableError) as unread:
        read_day(text)
    assert "22-11-2026" in unread.value.why["nl"]
    assert "22-11-2026" in unread.value.why["en"]


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_a_date_reads_back_as_it_is_written(day: date) -> None:
    assert read_day(written_day(day)) == day
    assert read_day(day.isoformat()) == day


@pytest.mark.parametrize("text", ["loopt", "LOOPT", " Loopt. ", "actief", "lopend"])
def test_a_word_is_read_whatever_its_capitals(text: str) -> None:
    assert one_of(STATES, text) is State.ACTIVE


def test_a_word_nobody_knows_is_told_with_those_to_choose_from() -> None:
    with pytest.raises(UnreadableError) as unread:
        one_of(STATES, "misschien")
    assert "voorstel, loopt, rust, gestopt" in unread.value.why["nl"]


@pytest.mark.parametrize(
    ("text", "said"), [("ja", True), ("WAAR", True), ("x", True), ("nee", False), ("", False)]
)
def test_yes_and_no_are_read_as_people_and_excel_say_them(text: str, *, said: bool) -> None:
    assert yes_or_no(text) is said


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("17:00", time(17)),
        ("9.30", time(9, 30)),
        ("17u15", time(17, 15)),
        ("8 uur", time(8)),
        ("25:00", None),
    ],
)
def test_a_time_of_day_is_read_or_is_none(text: str, at: time | None) -> None:
    assert read_clock(text) == at


def test_a_part_of_the_day_is_read_in_the_forms_people_use() -> None:
    assert {read_part(one) for one in ("ochtend", "'s ochtends", "Ochtend")} == {read_part("ochtend")}
    assert read_part("straks") is None
