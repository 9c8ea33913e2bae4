"""``GET /today``: one day over the API, for staff and for somebody in an app."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.domain.parties import Group, GroupKind, PartyKind, PartyRef
from samenspraak.policy.access import Role
from samenspraak.sandbox import Fault
from samenspraak.services.exchange import exchange
from samenspraak.store.records import PartyLink

API = "/api/v1"
Headers = dict[str, str]
Json = dict[str, Any]


def ask(web: FlaskClient, headers: Headers, code: int = 200, **which: str) -> Json:
    answer = web.get(f"{API}/today", headers=headers, query_string=which)
    assert answer.status_code == code, answer.json
    found: Json = answer.json
    return found


def test_somebody_in_an_app_gets_their_own_day_without_saying_whose(
    family: Any, web: FlaskClient, son: Headers, stockings: Json
) -> None:
    found = ask(web, son)

    [moment] = found["moments"]
    assert (found["of"], found["day"], found["members"]) == ("relative:son", "2026-11-23", None)
    assert (moment["at"], moment["performer"], moment["result"]) == ("08:00:00", "relative:son", "none")
    assert moment["involved"] == ["performs"]
    assert [one["what"] for one in found["agreements"]] == ["Steunkousen aantrekken"]
    assert "Mevrouw De Wit" not in str(found)

    said = {"moment": moment["key"], "done": True}
    reports = f"{API}/agreements/{stockings['id']}/reports"
    assert web.post(reports, json=said, headers={**son, "Idempotency-Key": "k1"}).status_code == 201
    assert ask(web, son)["moments"][0]["result"] == "done"


def test_what_a_system_out_of_reach_may_know_is_unknown_until_it_is_heard(
    family: Any, web: FlaskClient, staff: Headers, son: Headers
) -> None:
    family.systems["app-b"].inject(Fault(kind="down"))
    family.clock.pass_(hours=1)
    exchange(family.app.hub, "de-linde")

    [moment] = ask(web, staff, person="relative:son")["moments"]
    [silence] = moment["unheard"]
    assert (moment["result"], silence["system"]) == ("unknown", "app-b")
    assert moment["known_until"] == silence["since"]
    [hidden] = ask(web, son)["moments"][0]["unheard"]
    assert (hidden["system"], hidden["title"], hidden["since"]) == ("", "", silence["since"])

    family.systems["app-b"].clear_faults()
    family.clock.pass_(hours=1)
    family.settle()
    assert ask(web, son)["moments"][0]["result"] == "none"


@pytest.mark.parametrize(
    "which", [{"person": "relative:daughter"}, {"person": "client:wit"}, {"group": "group:team"}]
)
def test_the_day_of_anybody_else_is_not_there(web: FlaskClient, son: Headers, which: Json) -> None:
    assert ask(web, son, 404, **which)["code"] == "not_found"


def test_a_day_is_of_one_group_or_one_person(web: FlaskClient, staff: Headers) -> None:
    for which in ({}, {"person": "relative:son", "group": "group:team"}):
        assert ask(web, staff, 409, **which)["code"] == "rule"
    ask(web, staff, 422, person="relative:son", day="maandag")
    for day in ("2026-11-30", "0001-01-01", "9999-12-31"):
        assert ask(web, staff, person="relative:son", day=day)["day"] == day


def test_whoever_joins_the_team_has_its_day_and_its_agreements_while_they_are_in_it(
    family: Any, web: FlaskClient, key: Callable[..., Headers], staff: Headers
) -> None:
    flex = family.person("flex", PartyKind.PROFESSIONAL, "Flip Flex")
    with family.app.store.write("de-linde") as uow:
        uow.parties.link(PartyLink(connector_id="app-a", external_id="flex", ref=flex))
        uow.parties.add_group(Group(id="team", name="Team Oost", kind=GroupKind.TEAM))
        uow.commit()
    units = {"what": {"text": "Samen lunchen"}, "assignment[a1]": {"performer": "group:team"}}
    made = web.post(
        f"{API}/agreements",
        json={"client": "client:wit", "units": {**units, "status": {"state": "active"}}},
        headers={**staff, "Idempotency-Key": "k1"},
    )
    assert made.status_code == 201, made.json
    reader = key(Role.APP, app="app-a", reader="flex")
    ask(web, reader, 404, group="group:team")
    assert web.get(f"{API}/agreements", headers=reader).json["items"] == []

    joins(family, flex)

    found = ask(web, reader, group="group:team")
    assert [one["what"] for one in found["agreements"]] == ["Samen lunchen"]
    assert [one["why"] for one in found["standing"]] == ["in_words"]
    assert found["members"]["people"] == ["professional:flex"]
    [listed] = web.get(f"{API}/agreements", headers=reader).json["items"]
    assert listed["id"] == made.json["id"]

    joins(family)
    ask(web, reader, 404, group="group:team")
    assert web.get(f"{API}/agreements/{made.json['id']}", headers=reader).status_code == 404


def joins(family: Any, *members: PartyRef) -> None:
    """These are in the team now, and nobody else."""
    with family.app.store.write("de-linde") as uow:
        team = Group(id="team", name="Team Oost", kind=GroupKind.TEAM, members=frozenset(members))
        uow.parties.add_group(team)
        uow.commit()


def test_a_day_is_answered_again_only_when_it_says_something_else(
    family: Any, web: FlaskClient, son: Headers, stockings: Json
) -> None:
    first = web.get(f"{API}/today", headers=son)
    same = {**son, "If-None-Match": first.headers["ETag"]}
    family.clock.pass_(minutes=1)

    again = web.get(f"{API}/today", headers=same)
    assert (again.status_code, again.get_data()) == (304, b"")

    said = {"moment": first.json["moments"][0]["key"], "done": True}
    web.post(f"{API}/agreements/{stockings['id']}/reports", json=said, headers=son)
    assert web.get(f"{API}/today", headers=same).status_code == 200
