"""Agenda and task list: what an accepted action puts there, once, and what a later one changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from samenspraak.connectors import Call
from samenspraak.errors import InvalidRecordError, OutcomeUnknownError
from samenspraak.sandbox import Fault
from samenspraak_ons.interface import Ons
from samenspraak_ons.planning import NAMESPACE, Planner

from .conftest import BOTH_MODES, House, Line

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def planner(line: Line, **settings: Any) -> Planner:
    ons = Ons(connector_id="ons-1", at_once=3)
    return Planner(**{"ons": ons, "minutes": 30, "team": None, "agenda": True, "tasks": True, **settings})


def raw(house: House, *lines: str, who: str = "") -> dict[str, str]:
    told = [f"Wie: Anja [{who or f'employee/{house.nurse}'}]", *lines]
    return {
        "client": f"client/{house.client}",
        "carePlanPersistentActionId": "77",
        "title": "Douchen",
        "comment": "\n".join(told),
    }


def call(line: Line, at: datetime = MONDAY) -> Call:
    return Call(http=line.call.http, now=at)


def days(house: House, until: date = date(2027, 1, 1)) -> list[str]:
    found = house.ons.agenda.occurrences(house.client, MONDAY.date(), until)
    return [one["occurrenceDate"] for one in found]


WEEKLY = ("Ritme: elke week op dinsdag om 09:00 (45 minuten)", "Tot en met: 2026-12-08")


@BOTH_MODES
def test_a_series_ends_on_the_last_day_although_its_end_is_exclusive(house: House, line: Line) -> None:
    planner(line).plan(call(line), raw(house, *WEEKLY, "Plaats: badkamer"))
    (series,) = house.ons.agenda.series.values()
    assert days(house) == ["2026-11-24", "2026-12-01", "2026-12-08"]
    assert series["validTo"] == "2026-12-09"
    assert (series["startTime"], series["endTime"]) == ("09:00:00.000", "09:45:00.000")
    assert (series["name"], series["customLocation"]) == ("Douchen", "badkamer")
    assert series["agendaInvitations"] == [
        {"clientId": house.client, "accepted": True},
        {"employeeId": house.nurse, "accepted": True},
    ]


@BOTH_MODES
def test_planning_again_makes_nothing_twice_also_on_another_day(house: House, line: Line) -> None:
    record = raw(house, *WEEKLY, "Evaluatie: uiterlijk 2027-01-15")
    for at in (MONDAY, MONDAY, MONDAY + timedelta(days=4)):
        planner(line).plan(call(line, at), record)
    assert (len(house.ons.agenda.series), len(house.ons.tasks.series)) == (1, 1)
    assert len(house.ons.writes()) == 2


@BOTH_MODES
def test_an_answer_that_was_lost_makes_nothing_twice(house: House, line: Line) -> None:
    """Also where the series does not occur within what is listed, so that only its uuid tells."""
    far = raw(house, "Ritme: elke jaar om 10:00", "Vanaf: 2027-06-01")
    house.ons.inject(Fault(kind="lose", writes=True, times=1))
    with pytest.raises(OutcomeUnknownError):
        planner(line).plan(call(line), far)
    planner(line).plan(call(line), far)
    assert len(house.ons.agenda.series) == 1


def test_a_uuid_is_of_version_five_and_says_what_it_stands_for(house: House, line: Line) -> None:
    first, second = raw(house, *WEEKLY), raw(house, "Ritme: elke week op dinsdag om 10:00")
    for record in (first, second):
        planner(line).plan(call(line), record)
    uuids = [one["uuid"] for one in house.ons.agenda.series.values()]
    assert len(set(uuids)) == 2
    assert all(one[14] == "5" for one in uuids)
    assert NAMESPACE.version == 5


@BOTH_MODES
def test_another_time_ends_the_series_and_begins_one(house: House, line: Line) -> None:
    planner(line).plan(call(line), raw(house, *WEEKLY))
    next_week = MONDAY + timedelta(days=7)
    planner(line).plan(call(line, next_week), raw(house, "Ritme: elke week op vrijdag om 09:00", WEEKLY[1]))
    assert days(house) == ["2026-11-24", "2026-12-04"]


@pytest.mark.parametrize("ended", ["Stand: beëindigd", "Stand: ingetrokken per 2026-11-23"])
def test_what_is_over_is_planned_no_more(house: House, line: Line, ended: str) -> None:
    record = raw(house, *WEEKLY, "Evaluatie: uiterlijk 2027-01-15")
    planner(line).plan(call(line), record)
    planner(line).plan(call(line), {**record, "comment": f"{record['comment']}\n{ended}"})
    assert days(house) == []
    assert house.ons.tasks.occurrences(house.client, MONDAY.date(), date(2027, 3, 1)) == []


def test_each_time_of_the_day_is_a_series_of_its_own(house: House, line: Line) -> None:
    planner(line).plan(call(line), raw(house, "Ritme: elke dag om 08:00, 20:00", "Tot en met: 2026-11-24"))
    assert days(house) == ["2026-11-23", "2026-11-24"] * 2


@pytest.mark.parametrize(
    ("who", "lines"),
    [
        ("relation/10310", WEEKLY),
        ("client/1", WEEKLY),
        ("", ("Ritme: zo nodig",)),
        ("", ("Ritme: 2 keer per week",)),
        ("", ("Ritme: ochtend op maandag",)),
        ("", ("Ritme: elke 2 weken op maandag, dinsdag om 09:00", "Vanaf: 2026-11-23")),
        ("", ("Wanneer: na het ontbijt",)),
    ],
)
def test_who_cannot_be_invited_and_what_has_no_day_and_time_is_not_planned(
    house: House, line: Line, who: str, lines: tuple[str, ...]
) -> None:
    planner(line).plan(call(line), raw(house, *lines, who=who))
    assert house.ons.agenda.series == {}


def test_a_team_is_invited_and_gets_the_task(house: House, line: Line) -> None:
    record = raw(house, *WEEKLY, "Evaluatie: uiterlijk 2027-01-15", who=f"team/{house.team}")
    planner(line).plan(call(line), record)
    (series,), (task,) = house.ons.agenda.series.values(), house.ons.tasks.series.values()
    assert {"teamId": house.team, "accepted": True} in series["agendaInvitations"]
    assert task["executors"] == [{"teamId": house.team}]
    assert (task["validFrom"], task["validTo"]) == ("2027-01-01", "2027-01-15")


def test_a_review_of_what_a_relative_does_goes_to_who_is_responsible_or_to_the_team_of_the_settings(
    house: House, line: Line
) -> None:
    record = raw(house, "Evaluatie: uiterlijk 2027-01-15", who="relation/10310")
    planner(line).plan(call(line), record)
    assert house.ons.tasks.series == {}
    planner(line, team=house.team).plan(call(line), record)
    (task,) = house.ons.tasks.series.values()
    assert task["executors"] == [{"teamId": house.team}]


def test_a_review_that_took_place_needs_no_task(house: House, line: Line) -> None:
    due = "Evaluatie: uiterlijk 2027-01-15"
    planner(line).plan(call(line), raw(house, due))
    planner(line).plan(call(line), raw(house, f"{due}; uitkomst: blijft zo; volgende 2027-04-15"))
    assert house.ons.tasks.occurrences(house.client, MONDAY.date(), date(2027, 3, 1)) == []


def test_what_is_turned_off_is_not_even_asked_for(house: House, line: Line) -> None:
    record = raw(house, *WEEKLY, "Evaluatie: uiterlijk 2027-01-15")
    planner(line, agenda=False, tasks=False).plan(call(line), record)
    assert house.ons.seen() == []


def test_a_line_that_cannot_be_read_is_named(house: House, line: Line) -> None:
    with pytest.raises(InvalidRecordError) as refused:
        planner(line).plan(call(line), raw(house, "Tot en met: volgend jaar"))
    assert refused.value.field == "comment.Tot en met"


def test_another_agreement_of_the_client_is_left_alone(house: House, line: Line) -> None:
    planner(line).plan(call(line), raw(house, *WEEKLY))
    planner(line).forget(call(line), house.client, f"{house.client}/7")
    assert len(days(house)) == 3
    planner(line).forget(call(line), house.client, f"{house.client}/77")
    assert days(house) == []
