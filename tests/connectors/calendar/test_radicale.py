"""A calendar server that nobody here wrote takes our events and gives them back with the same meaning."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

import icalendar
import pytest
import radicale
from radicale import config
from werkzeug.test import Client

from samenspraak.domain.agreements import ExceptionKind, OccurrenceException, OccurrenceKey, State, Status
from samenspraak.domain.schedules import DayPart, Frequency, PartOfDay, Recurrence, Schedule, Weekday

from .conftest import agreement, calendar, events, expanded, published

THURSDAY = date(2026, 4, 2)
EVERY_THURSDAY = Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.THURSDAY,), times=(time(2, 30),))
DIFFERENT = {
    OccurrenceKey(assignment_id="a1", day=THURSDAY): OccurrenceException(kind=ExceptionKind.CANCELLED),
    OccurrenceKey(assignment_id="a1", day=date(2026, 4, 9)): OccurrenceException(
        kind=ExceptionKind.MOVED, moved_to=date(2026, 4, 10), moved_time=time(16)
    ),
}
AGREEMENTS = {
    "with a cancelled and a moved moment": agreement(Schedule(timing=EVERY_THURSDAY), exceptions=DIFFERENT),
    "twice a day, until a day": agreement(
        Schedule(
            timing=Recurrence(frequency=Frequency.DAILY, times=(time(2, 30), time(23, 45)), minutes=30),
            until=date(2026, 10, 31),
        )
    ),
    "a part of the day": agreement(Schedule(timing=PartOfDay(parts=(DayPart.EVENING,)))),
    "with an odd text": agreement(Schedule(text="dagelijks"), what="Koffie; thee, \\ en\nkoek " + "é" * 90),
    "withdrawn": agreement(Schedule(text="dagelijks"), status=Status(state=State.WITHDRAWN)),
}
SAID = ("UID", "SUMMARY", "STATUS", "CLASS", "SEQUENCE", "LAST-MODIFIED", "DURATION", "DESCRIPTION")


@pytest.fixture
def server(tmp_path: Path) -> Client:
    settings = config.load()
    storage = {"filesystem_folder": str(tmp_path / "collections"), "_filesystem_fsync": "False"}
    settings.update({"storage": storage, "auth": {"type": "none"}}, "test", privileged=True)
    return Client(radicale.Application(settings))


@pytest.mark.parametrize("name", AGREEMENTS)
def test_what_a_server_gives_back_means_the_same(server: Client, name: str) -> None:
    ours, signed_in = calendar(published(AGREEMENTS[name])), ("son", "x")
    taken = server.put("/son/agenda/", data=ours, content_type="text/calendar", auth=signed_in)

    given = server.get("/son/agenda/", auth=signed_in)

    assert (taken.status_code, given.status_code) == (201, 200)
    theirs = given.get_data()
    first, last = date(2026, 3, 1), date(2026, 11, 30)
    assert expanded(theirs, first, last) == expanded(ours, first, last)
    assert sorted(map(said, events(theirs))) == sorted(map(said, events(ours)))


def said(event: icalendar.Event) -> list[tuple[str, Any]]:
    return [(name, str(event.decoded(name))) for name in SAID if name in event]
