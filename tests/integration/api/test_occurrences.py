"""The moments of one agreement over the API: for staff, for somebody in an app, and for nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.domain.parties import CircleMember, PartyKind, PartyRef
from samenspraak.sandbox import Fault
from samenspraak.services.exchange import exchange

API = "/api/v1"
MONDAY, SUNDAY = "2026-11-23", "2026-11-29"
Headers = dict[str, str]
Json = dict[str, Any]


def ask(web: FlaskClient, headers: Headers, agreement: Json, code: int = 200, **which: Any) -> Json:
    path = f"{API}/agreements/{agreement['id']}/occurrences"
    answer = web.get(path, headers=headers, query_string={"from": MONDAY, "until": SUNDAY, **which})
    assert answer.status_code == code, answer.json
    found: Json = answer.json
    return found


def change(web: FlaskClient, headers: Headers, agreement: Json, **units: Any) -> None:
    path = f"{API}/agreements/{agreement['id']}"
    version = web.get(path, headers=headers).headers["ETag"]
    answer = web.patch(path, json={"units": units}, headers={**headers, "If-Match": version})
    assert answer.status_code == 200, answer.json


def different(web: FlaskClient, headers: Headers, agreement: Json, day: str, **what: Any) -> None:
    change(web, headers, agreement, **{f"exception[a1:{day}:1]": what})


def test_each_moment_says_who_does_it_what_is_different_and_what_became_of_it(
    web: FlaskClient, staff: Headers, son: Headers, stockings: Json
) -> None:
    change(web, staff, stockings, **{"backup[a1]": "relative:daughter"})
    different(web, staff, stockings, "2026-11-24", kind="cancelled", reason="Ziek")
    different(web, staff, stockings, "2026-11-25", kind="taken_over", by="relative:daughter")
    different(web, staff, stockings, "2026-11-26", kind="moved", moved_to="2026-12-04")
    said = {"moment": f"a1:{MONDAY}:1", "done": True, "text": "Ging goed"}
    reports = f"{API}/agreements/{stockings['id']}/reports"
    assert web.post(reports, json=said, headers=son).status_code == 201

    found = ask(web, staff, stockings)["items"]

    assert [(one["key"], one["day"], one["state"], one["performer"], one["result"]) for one in found[:4]] == [
        ("a1:2026-11-23:1", "2026-11-23", "planned", "relative:son", "done"),
        ("a1:2026-11-24:1", "2026-11-24", "cancelled", "relative:son", "none"),
        ("a1:2026-11-25:1", "2026-11-25", "taken_over", "relative:daughter", "none"),
        ("a1:2026-11-26:1", "2026-12-04", "moved", "relative:son", "none"),
    ]
    assert len(found) == 7
    assert [(one["by"], one["text"]) for one in found[0]["reports"]] == [("relative:son", "Ging goed")]
    assert (found[1]["reason"], found[1]["backup"]) == ("Ziek", "relative:daughter")
    assert found[2]["meant"] == "relative:son"


def test_somebody_in_an_app_gets_the_same_as_far_as_they_may_see_it(
    web: FlaskClient, son: Headers, stockings: Json
) -> None:
    found = ask(web, son, stockings)

    assert {one["performer"] for one in found["items"]} == {"relative:son"}
    assert [one["at"] for one in found["items"]] == ["08:00:00"] * 7
    assert "Mevrouw De Wit" not in str(found)


def test_moments_of_somebody_who_may_not_be_named_are_not_there(
    family: Any, web: FlaskClient, staff: Headers, daughter: Headers, stockings: Json
) -> None:
    neighbour = family.person("neighbour", PartyKind.RELATIVE, "Buur Bos")
    with family.app.store.write("de-linde") as uow:
        uow.parties.add_member(CircleMember(client_id="wit", party=neighbour))
        uow.commit()
    theirs = {**stockings["units"]["assignment[a1]"], "performer": str(neighbour)}
    change(web, staff, stockings, **{"assignment[a2]": theirs, "backup[a1]": str(neighbour)})
    different(web, staff, stockings, "2026-11-24", kind="taken_over", by=str(neighbour))

    assert len(ask(web, staff, stockings)["items"]) == 14
    found = ask(web, daughter, stockings)
    assert {one["key"].split(":")[0] for one in found["items"]} == {"a1"}
    assert "neighbour" not in str(found)
    assert "Buur Bos" not in str(found)


def test_they_are_not_there_for_who_may_not_see_the_agreement(
    family: Any, web: FlaskClient, daughter: Headers, stockings: Json
) -> None:
    family.consent("wit", PartyRef(kind=PartyKind.RELATIVE, id="daughter"), allows=False)
    hidden, absent = (ask(web, daughter, {"id": one}, 404) for one in (stockings["id"], "no-such"))

    assert hidden["detail"].replace(stockings["id"], "no-such") == absent["detail"]


def test_what_a_system_out_of_reach_may_know_is_unknown_and_that_system_is_not_named(
    family: Any, web: FlaskClient, staff: Headers, son: Headers, stockings: Json
) -> None:
    family.systems["app-b"].inject(Fault(kind="down"))
    family.clock.pass_(hours=1)
    exchange(family.app.hub, "de-linde")

    today, tomorrow = ask(web, staff, stockings)["items"][:2]
    [silence] = today["unheard"]
    assert (today["result"], silence["system"], today["known_until"]) == (
        "unknown",
        "app-b",
        silence["since"],
    )
    assert (tomorrow["result"], tomorrow["unheard"]) == ("none", [])
    [hidden] = ask(web, son, stockings)["items"][0]["unheard"]
    assert (hidden["system"], hidden["title"]) == ("", "")


def test_pages_hold_every_moment_once_while_somebody_moves_one(
    web: FlaskClient, staff: Headers, stockings: Json
) -> None:
    met, cursor = [], ""
    for number in range(24, 28):
        page = ask(web, staff, stockings, limit=2, cursor=cursor, fields="key")
        met += [one["key"] for one in page["items"]]
        cursor = page["next"]
        different(web, staff, stockings, f"2026-11-{number}", kind="moved", moved_to=SUNDAY)

    assert met == [f"a1:2026-11-{number}:1" for number in range(23, 30)]
    assert cursor is None


@pytest.mark.parametrize(
    ("which", "code"),
    [
        ({"until": "2026-11-22"}, 409),
        ({"until": "2027-11-24"}, 409),
        ({"from": "0001-01-01", "until": "9999-12-31"}, 409),
        ({"until": "zondag"}, 422),
        ({"until": "2027-11-23"}, 200),
        ({"from": "0001-01-01", "until": "0001-01-02"}, 200),
        ({"from": "9999-12-31", "until": "9999-12-31"}, 200),
    ],
)
def test_a_year_at_once_is_the_most(
    web: FlaskClient, staff: Headers, stockings: Json, which: Json, code: int
) -> None:
    ask(web, staff, stockings, code, **which)


def test_that_somebody_looked_is_in_the_audit_trail(
    family: Any, web: FlaskClient, son: Headers, stockings: Json
) -> None:
    ask(web, son, stockings)
    with family.app.store.read("de-linde") as uow:
        last = uow.log.audit_lines()[-1]

    assert (last.actor, last.action, last.object) == (
        "relative:son",
        "moment.listed",
        f"agreement:{stockings['id']}",
    )
