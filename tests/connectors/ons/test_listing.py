"""What changed in Ons: people by streams, plans client after client, and how far we are."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from samenspraak.connectors import Found, Hint, Inbound
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak.errors import StaleError, TransientError
from samenspraak.sandbox import Fault
from samenspraak_ons.sandbox import OnsSandbox
from samenspraak_ons.sandbox.hooks import signature

from .conftest import BOTH_MODES, SECRET, House, Line, line_to


def told(line: Line, cursor: str | None = None) -> dict[str, str]:
    return {one.external_id: one.name for page in line.pages(cursor) for one in page.parties}


def asked(ons: OnsSandbox, part: str) -> list[str]:
    return [one.path for one in ons.seen() if part in one.path]


@BOTH_MODES
def test_everybody_is_told_once_and_then_who_changed(house: House, line: Line) -> None:
    assert told(line) == {
        f"client/{house.client}": "Roos Terpstra",
        f"relation/{house.son}": "Wim Terpstra",
        f"employee/{house.nurse}": "Anja Postma",
        f"team/{house.team}": "Team De Linde",
        "care": "De zorg",
    }
    cursor = line.pages()[-1].cursor
    later = house.ons.relate(house.client, "Els", "Terpstra")["id"]
    assert f"relation/{later}" in told(line, cursor)
    assert {path.rpartition("/")[2] for path in asked(house.ons, "xstream")} == {"data", "updates"}


def test_the_organisations_own_words_say_who_represents_and_who_volunteers(house: House, url: str) -> None:
    mentor = house.ons.relate(house.client, "Ans", "Bos", "Mentor")["id"]
    cook = house.ons.relate(house.client, "Karim", "Aydin", "Maatje")["id"]
    house.ons.people["clients"][house.client]["identificationNo"] = "4711"
    line = line_to(url, volunteer_types=["maatje"], number_system="https://de-linde.example/nummers")
    known = {one.external_id: one for page in line.pages() for one in page.parties}
    assert known[f"relation/{mentor}"].representative
    assert known[f"relation/{cook}"].kind is PartyKind.VOLUNTEER
    assert known[f"relation/{cook}"].client == f"client/{house.client}"
    number = Identifier(system="https://de-linde.example/nummers", value="4711")
    assert known[f"client/{house.client}"].identifiers == {number}


def test_plans_are_read_in_turns_and_every_client_has_one(ons: OnsSandbox, house: House, url: str) -> None:
    clients = [house.client, *(ons.admit("Client", str(number))["id"] for number in range(4))]
    line, cursor, seen = line_to(url, clients_per_round=2), None, []
    for _ in range(3):
        before = len(asked(ons, "by_client"))
        pages = line.pages(cursor)
        cursor = pages[-1].cursor
        seen.append([int(path.rpartition("/")[2]) for path in asked(ons, "by_client")[before:]])
        assert not pages[-1].complete
    assert seen == [clients[:2], clients[2:4], clients[4:]]
    assert json.loads(str(cursor))["client"] is None


@BOTH_MODES
def test_a_list_is_whole_only_when_every_plan_could_be_read(house: House, line: Line) -> None:
    house.in_force("Samen wandelen")
    assert line.pages()[-1].complete
    house.ons.close_file(house.client)
    assert not line.pages()[-1].complete


@BOTH_MODES
def test_what_stands_in_a_draft_is_not_yet_agreed(house: House, line: Line) -> None:
    house.in_force("Samen wandelen")
    house.ons.open_draft(house.client)
    house.ons.write_action(house.client, "Samen fietsen")
    found = [one for page in line.pages() for one in page.records if isinstance(one, Found)]
    assert [one.raw["title"] for one in found] == ["Samen wandelen"]


def test_a_client_who_left_care_is_asked_no_more_and_nothing_is_taken_for_removed(
    house: House, line: Line
) -> None:
    (key,) = house.in_force("Samen wandelen")
    house.ons.discharge(house.client)
    assert [one for page in line.pages() for one in page.records] == []
    assert line.found(f"{house.client}/{key}")  # the hub looks at what a whole list leaves out


@pytest.mark.parametrize("mode", ["strict", "quirky"])
def test_a_change_within_the_hour_is_not_missed_whatever_time_zone_is_meant(house: House, line: Line) -> None:
    cursor = line.pages()[-1].cursor
    house.ons.people["relations"][house.son]["name"] = "Willem Terpstra"
    assert told(line, cursor)[f"relation/{house.son}"] == "Willem Terpstra"


@pytest.mark.parametrize("cursor", ["iets", "{}", '{"since": [], "client": null, "heard": null}'])
def test_what_is_no_place_is_stale(line: Line, cursor: str) -> None:
    with pytest.raises(StaleError):
        line.pages(cursor)


def test_a_stream_that_breaks_off_is_told_and_read_again_afterwards(house: House, line: Line) -> None:
    house.ons.inject(Fault(kind="truncate", path="/v0/xstream/relations/data"))
    with pytest.raises(TransientError):
        line.pages()
    house.ons.clear_faults()
    assert f"relation/{house.son}" in told(line)


def teams(line: Line, cursor: str | None = None) -> dict[str, set[str] | None]:
    return {
        one.external_id: None if one.members is None else set(one.members)
        for page in line.pages(cursor)
        for one in page.parties
        if one.external_id.startswith("team/")
    }


@BOTH_MODES
def test_who_is_in_a_team_today_is_told_and_told_again_when_somebody_comes_or_goes(
    house: House, line: Line
) -> None:
    linde, nurse = f"team/{house.team}", f"employee/{house.nurse}"
    assert teams(line) == {linde: set()}
    cursor = line.pages()[-1].cursor
    assigned = house.ons.assign(house.nurse, house.team)
    assert teams(line, cursor) == {linde: {nurse}}
    house.ons.unassign(assigned["id"])
    assert teams(line, cursor) == {linde: set()}


def test_who_is_not_there_yet_or_any_more_is_not_in_the_team(house: House, line: Line) -> None:
    today = line.call.now.date()
    house.ons.assign(house.nurse, house.team, begins=(today + timedelta(days=2)).isoformat())
    house.ons.assign(house.nurse, house.team, ends=(today - timedelta(days=1)).isoformat())
    assert teams(line) == {f"team/{house.team}": set()}


def test_without_the_right_to_see_who_is_in_a_team_nobody_is_said_to_be_in_none(
    house: House, line: Line
) -> None:
    house.ons.assign(house.nurse, house.team)
    house.ons.inject(Fault(kind="status", status=404, path="/v0/xstream/team_assignments/.*"))
    assert teams(line) == {f"team/{house.team}": None}


def activated(line: Line, client: int) -> None:
    event = {"customerCode": "TE1002", "eventType": "CUSTOM", "modelType": "care_plan_activated"}
    body = json.dumps({**event, "payload": {"clientId": client}}).encode()
    signed = Inbound(headers={"X-Signature-SHA512": signature(body, SECRET)}, body=body)
    assert line.connector.hints(signed) == [Hint()]  # it does not say when, so it has no name


def test_a_plan_that_was_just_activated_is_read_before_its_turn(
    ons: OnsSandbox, house: House, url: str
) -> None:
    for number in range(3):
        ons.admit("Client", str(number))
    house.in_force("Samen wandelen")
    line = line_to(url, clients_per_round=1)
    cursor = line.pages()[-1].cursor
    assert [one for page in line.pages(cursor) for one in page.records] == []

    activated(line, house.client)

    (found,) = [one for page in line.pages(cursor) for one in page.records]
    assert found.external_id.startswith(f"{house.client}/")
    assert [one for page in line.pages(cursor) for one in page.records] == []


def test_what_was_told_and_could_not_be_read_is_read_next_time(
    ons: OnsSandbox, house: House, url: str
) -> None:
    ons.admit("Client", "0")
    house.in_force("Samen wandelen")
    line = line_to(url, clients_per_round=1)
    cursor = line.pages()[-1].cursor
    activated(line, house.client)
    ons.inject(Fault(kind="status", status=503, path=f".*by_client/{house.client}"))
    with pytest.raises(TransientError):
        line.pages(cursor)
    ons.clear_faults()
    assert [one for page in line.pages(cursor) for one in page.records]


def test_a_plan_of_nobody_in_care_is_not_asked_for(house: House, line: Line) -> None:
    activated(line, 99_999)
    line.pages()
    assert [path for path in asked(house.ons, "by_client") if path.endswith("99999")] == []
