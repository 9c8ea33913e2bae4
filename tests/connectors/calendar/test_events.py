"""What an event says, how it is written down, and when it counts as changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from samenspraak.domain.agreements import State, Status
from samenspraak.domain.schedules import DayPart, Frequency, PartOfDay, Recurrence, Schedule
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols.icalendar import Component, Line, text
from samenspraak_calendar.sandbox import program

from .conftest import PUBLISHED, agreement, calendar, events, published

LATER = PUBLISHED + timedelta(days=2)


def daily(*times: time, **more: Any) -> Schedule:
    return Schedule(
        timing=Recurrence(frequency=Frequency.DAILY, times=times, minutes=more.pop("minutes", None)), **more
    )


COOKING = agreement(daily(time(17), text="elke dag, na het nieuws"))


def the_one(body: bytes) -> Any:
    (event,) = events(body)
    return event


# What it says.


def test_with_details_it_says_what_was_agreed_and_the_words_of_when() -> None:
    event = the_one(calendar(published(COOKING)))

    assert (event["SUMMARY"], event["DESCRIPTION"]) == ("Samen koken", "elke dag, na het nieuws")


def test_without_details_it_says_when_and_no_more() -> None:
    event = the_one(calendar(published(COOKING, details=False), details=False))

    assert event["SUMMARY"] == "Afspraak"
    assert not {"DESCRIPTION", "LOCATION", "CATEGORIES", "ATTENDEE", "ORGANIZER"} & set(event)


@pytest.mark.parametrize(("language", "word"), [("nl", "Afspraak (avond)"), ("en", "Afspraak (evening)")])
def test_a_part_of_the_day_is_a_word_and_never_a_clock_time(language: str, word: str) -> None:
    evening = agreement(Schedule(timing=PartOfDay(parts=(DayPart.EVENING,))))
    settings = {"details": False, "language": language}

    event = the_one(calendar(published(evening, **settings), **settings))

    assert event["SUMMARY"] == word
    assert event.decoded("DTSTART") == date(2026, 3, 1)


def test_how_long_it_takes_is_said_only_where_it_was_agreed() -> None:
    agreed = the_one(calendar(published(agreement(daily(time(9), minutes=45)))))
    open_ended = the_one(calendar(published(agreement(daily(time(9))))))

    assert agreed.decoded("DURATION") == timedelta(minutes=45)
    assert not {"DURATION", "DTEND"} & set(open_ended)


def test_reasons_are_nobodys_business() -> None:
    away = Status(
        state=State.PAUSED, reason="Ziekenhuis", paused_from=date(2026, 4, 1), paused_until=date(2026, 4, 3)
    )

    assert b"Ziekenhuis" not in calendar(published(agreement(daily(time(9)), status=away)))


# How it is written.

ODD = "Koffie; thee, \\ en\nkoek 🌷 " + "é" * 90


def test_a_text_comes_back_as_it_was_however_odd_or_long() -> None:
    body = calendar(published(agreement(daily(time(9)), what=ODD)))

    assert the_one(body)["SUMMARY"] == ODD
    assert dict(program(body, strict=True))["SUMMARY"] == ODD


@pytest.mark.parametrize("length", range(60, 90))
def test_a_line_is_folded_at_75_octets_and_never_inside_a_character(length: int) -> None:
    line = Component("X", (Line("SUMMARY", "a" * length + "🌷é" * 40),)).encode()

    assert all(len(one) <= 75 and one.decode() for one in line.split(b"\r\n")[:-1])
    assert line.replace(b"\r\n ", b"").decode().split("\r\n")[1] == f"SUMMARY:{'a' * length}{'🌷é' * 40}"


def test_control_characters_have_no_place_in_a_text() -> None:
    assert text("a\x00b\x07c\r\nd\u2028e;") == "a b c\\nd\\ne\\;"


@pytest.mark.parametrize(
    "broken",
    [
        b"BEGIN:VCALENDAR\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nSUMMARY:" + b"x" * 80 + b"\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\nX;TZID=Europe/Amsterdam:20260101T000000\r\nEND:VCALENDAR\r\n",
    ],
    ids=["a bare newline", "a long line", "an event without a name", "a zone nobody defines"],
)
def test_a_strict_program_refuses_what_breaks_the_standard(broken: bytes) -> None:
    with pytest.raises(InvalidRecordError):
        program(broken, strict=True)

    assert program(broken, strict=False)


# When it counts as changed.


def stamps(event: Any) -> tuple[Any, ...]:
    return tuple(event.decoded(name) for name in ("SEQUENCE", "LAST-MODIFIED", "DTSTAMP"))


def test_what_did_not_change_is_byte_for_byte_the_same() -> None:
    before = published(COOKING)
    again = published(COOKING, now=LATER, before=before)

    assert calendar(before) == calendar(again, now=LATER)


def test_a_change_raises_the_sequence_and_says_when() -> None:
    before = published(COOKING)
    after = published(agreement(daily(time(18))), now=LATER, before=before)

    was, now = stamps(the_one(calendar(before))), stamps(the_one(calendar(after)))

    assert now[0] > was[0]
    assert now[1:] == (LATER, LATER)
    assert was[1:] == (PUBLISHED, PUBLISHED)


def test_two_changes_in_one_second_are_two_changes() -> None:
    first = published(COOKING)
    second = published(agreement(daily(time(18))), before=first)
    third = published(agreement(daily(time(19))), before=second)

    found = [stamps(the_one(calendar(one)))[0] for one in (first, second, third)]

    assert found == sorted(set(found))


def test_what_changes_beside_an_event_leaves_it_alone() -> None:
    two = agreement(daily(time(9), time(17)))
    later = agreement(daily(time(9), time(18)))
    before = published(two)

    was, now = (
        {one["UID"]: stamps(one) for one in events(calendar(copy))}
        for copy in (before, published(later, now=LATER, before=before))
    )

    assert was["ag1.a1.1@samenspraak"] == now["ag1.a1.1@samenspraak"]
    assert was["ag1.a1.2@samenspraak"] < now["ag1.a1.2@samenspraak"]


def test_a_copy_that_cannot_be_read_keeps_no_other_from_being_seen() -> None:
    damaged = {**published(agreement(daily(time(9)))), "units": {"status": "{"}}

    assert len(events(calendar(damaged, published(COOKING)))) == 1


def test_what_ended_goes_out_of_the_calendar_after_two_months() -> None:
    ended = published(agreement(daily(time(9)), status=Status(state=State.ENDED, ended_on=date(2026, 3, 14))))
    much_later = datetime(2026, 5, 20, tzinfo=UTC)

    assert events(calendar(ended)) != []
    assert events(calendar(ended, now=much_later)) == []
