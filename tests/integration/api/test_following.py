"""``GET /me/events``: somebody in an app hears what changed for them, and no more than that."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.policy.access import Role, Scope

from .conftest import API, Headers

Json = dict[str, Any]
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="daughter")


def after(web: FlaskClient, headers: Headers, number: int = 0, **which: int) -> Json:
    answer = web.get(f"{API}/me/events", headers=headers, query_string={"after": number, **which})
    assert answer.status_code == 200, answer.json
    found: Json = answer.json
    return found


def told(found: Json) -> list[tuple[str, int | None]]:
    return [(one["type"].removeprefix("agreement."), one["version"]) for one in found["items"]]


def edit(web: FlaskClient, headers: Headers, agreement_id: str, units: Json) -> int:
    path = f"{API}/agreements/{agreement_id}"
    tag = web.get(path, headers=headers).headers["ETag"]
    answer = web.patch(path, json={"units": units}, headers={**headers, "If-Match": tag})
    assert answer.status_code == 200, answer.json
    return int(answer.json["version"])


def another(web: FlaskClient, staff: Headers, what: str = "Samen koken") -> str:
    duty = {"performer": "relative:son", "schedule": {"text": "elke dag"}}
    units = {
        "what": {"text": what, "modality": "does"},
        "status": {"state": "active"},
        "assignment[a1]": duty,
    }
    made = web.post(f"{API}/agreements", json={"client": "client:wit", "units": units}, headers=staff)
    assert made.status_code == 201, made.json
    return str(made.json["id"])


def test_what_there_is_comes_first_and_then_only_what_changed(
    web: FlaskClient, son: Headers, staff: Headers, stockings: Json
) -> None:
    first = after(web, son)
    assert first == {
        "of": "relative:son",
        "items": [
            {
                "type": "agreement.available",
                "number": 1,
                "agreement": stockings["id"],
                "version": stockings["version"],
            }
        ],
        "last": 1,
    }
    assert after(web, son, 1) == {"of": "relative:son", "items": [], "last": 1}

    version = edit(web, staff, stockings["id"], {"place": "Slaapkamer"})
    cooking = another(web, staff)

    news = after(web, son, 1)
    assert {(one["type"], one["agreement"], one["version"]) for one in news["items"]} == {
        ("agreement.updated", stockings["id"], version),
        ("agreement.available", cooking, 1),
    }
    assert [one["number"] for one in news["items"]] == [2, 3]
    assert after(web, son, 3) == {"of": "relative:son", "items": [], "last": 3}


def test_what_changed_often_is_told_once_to_who_was_away(
    web: FlaskClient, son: Headers, staff: Headers, stockings: Json
) -> None:
    last = after(web, son)["last"]
    for place in ("Slaapkamer", "Keuken", "Badkamer"):
        version = edit(web, staff, stockings["id"], {"place": place})
        after(web, son)

    assert told(after(web, son, last)) == [("updated", version)]


def test_what_others_say_is_news_too(
    web: FlaskClient, son: Headers, daughter: Headers, stockings: Json
) -> None:
    last = after(web, son)["last"]
    comments = f"{API}/agreements/{stockings['id']}/comments"
    assert web.post(comments, json={"text": "Dank"}, headers=daughter).status_code == 201

    assert [kind for kind, _ in told(after(web, son, last))] == ["updated"]


def test_what_is_over_is_told_as_ended(
    web: FlaskClient, son: Headers, staff: Headers, stockings: Json
) -> None:
    last = after(web, son)["last"]
    edit(web, staff, stockings["id"], {"status": {"state": "ended"}})

    assert [kind for kind, _ in told(after(web, son, last))] == ["ended"]


def test_what_somebody_lost_is_told_by_its_id_alone_and_comes_back_as_new(
    family: Any, web: FlaskClient, daughter: Headers, stockings: Json
) -> None:
    last = after(web, daughter)["last"]
    no = family.consent("wit", DAUGHTER, allows=False)

    gone = {"type": "agreement.retracted", "agreement": stockings["id"], "version": None}
    assert after(web, daughter, last)["items"] == [{**gone, "number": last + 1}]
    assert told(after(web, daughter)) == [("retracted", None)]
    assert after(web, daughter, last + 1)["items"] == []

    family.withdraw("wit", no)
    assert told(after(web, daughter, last + 1)) == [("available", stockings["version"])]


def test_an_agreement_that_somebody_never_saw_is_not_told_as_gone(
    family: Any, web: FlaskClient, staff: Headers, daughter: Headers, stockings: Json
) -> None:
    no = family.consent("wit", DAUGHTER, allows=False)
    assert after(web, daughter) == {"of": "relative:daughter", "items": [], "last": 0}
    edit(web, staff, stockings["id"], {"place": "Slaapkamer"})

    assert after(web, daughter)["items"] == []
    family.withdraw("wit", no)
    assert len(after(web, daughter)["items"]) == 1


def test_nobody_hears_of_what_changed_for_somebody_else_in_the_same_app(
    family: Any, web: FlaskClient, staff: Headers, son: Headers, daughter: Headers, stockings: Json
) -> None:
    family.consent("wit", DAUGHTER, allows=False)
    after(web, daughter)

    cooking = another(web, staff)
    his = after(web, son)

    assert {one["agreement"] for one in his["items"]} == {stockings["id"], cooking}
    assert after(web, daughter) == {"of": "relative:daughter", "items": [], "last": 0}


def test_a_change_that_somebody_may_not_see_is_no_news(
    family: Any, web: FlaskClient, son: Headers, daughter: Headers, stockings: Json
) -> None:
    family.shows_own_name("wit", DAUGHTER, PartyKind.VOLUNTEER)
    last = after(web, son)["last"]
    family.shows_own_name("wit", DAUGHTER, PartyKind.VOLUNTEER, allows=False)

    assert after(web, son, last)["items"] == []


def test_pages_go_on_where_the_one_before_ended(
    web: FlaskClient, son: Headers, staff: Headers, stockings: Json
) -> None:
    made = {stockings["id"], *(another(web, staff, f"Koken {count}") for count in range(4))}
    seen, number = list[str](), 0
    while page := after(web, son, number, limit=2)["items"]:
        assert len(page) <= 2
        seen += [one["agreement"] for one in page]
        number = page[-1]["number"]

    assert (sorted(seen), number) == (sorted(made), 5)


@pytest.mark.parametrize("seed", range(4))
def test_who_follows_holds_what_the_list_shows_whatever_happened_meanwhile(
    family: Any, web: FlaskClient, staff: Headers, daughter: Headers, stockings: Json, seed: int
) -> None:
    chance, held, number = random.Random(seed), dict[str, Json](), 0
    there, objections = [stockings["id"]], list[str]()

    def happens() -> None:
        match chance.choice(["new", "edit", "edit", "say", "end", "object", "allow"]):
            case "new":
                there.append(another(web, staff, f"Koken {len(there)}"))
            case "edit":
                edit(web, staff, chance.choice(there), {"place": f"Kamer {chance.random()}"})
            case "say":
                path = f"{API}/agreements/{chance.choice(there)}/comments"
                web.post(path, json={"text": "Dank"}, headers=daughter)
            case "end":
                edit(web, staff, chance.choice(there), {"status": {"state": "withdrawn"}})
            case "object":
                about = chance.choice([None, chance.choice(there)])
                objections.append(family.consent("wit", DAUGHTER, allows=False, agreement_id=about))
            case "allow" if objections:
                family.withdraw("wit", objections.pop())

    for _ in range(8):
        for _ in range(chance.randint(1, 3)):
            happens()
        while page := after(web, daughter, number, limit=chance.randint(1, 3))["items"]:
            for one in page:
                if one["version"] is None:
                    held.pop(one["agreement"], None)
                else:
                    path = f"{API}/agreements/{one['agreement']}"
                    held[one["agreement"]] = web.get(path, headers=daughter).json
            number = page[-1]["number"]

        shown = web.get(f"{API}/agreements?limit=200", headers=daughter).json["items"]
        assert held == {one["id"]: one for one in shown}


def test_two_devices_that_ask_at_once_hear_the_same_numbers(
    family: Any, web: FlaskClient, staff: Headers, son: Headers, stockings: Json
) -> None:
    for count in range(6):
        another(web, staff, f"Koken {count}")
    clients = [web.application.test_client() for _ in range(4)]
    with ThreadPoolExecutor(len(clients)) as pool:
        heard = list(pool.map(lambda one: after(one, son), clients))

    assert [one["number"] for one in heard[0]["items"]] == list(range(1, 8))
    assert all(one == heard[0] for one in heard)


def test_following_is_no_look_and_fetching_is(
    family: Any, web: FlaskClient, son: Headers, stockings: Json
) -> None:
    def looks() -> int:
        with family.app.store.read("de-linde") as uow:
            return len(uow.log.audit_lines())

    before = looks()
    found = after(web, son)
    assert looks() == before
    assert "Steunkousen" not in str(found)

    web.get(f"{API}/agreements/{found['items'][0]['agreement']}", headers=son)
    assert looks() == before + 1


def test_who_looks_with_nobodys_eyes_follows_nothing(
    web: FlaskClient, key: Callable[..., Headers], staff: Headers
) -> None:
    for headers in (staff, key(Role.APP, app="app-a")):
        refused = web.get(f"{API}/me/events", headers=headers)
        assert (refused.status_code, refused.json["rule"]) == (409, "whose-events")


@pytest.mark.parametrize("which", ["after=-1", "after=x", "after=99999999999", "limit=0", "limit=501"])
def test_a_number_that_cannot_be_is_refused(web: FlaskClient, son: Headers, which: str) -> None:
    assert web.get(f"{API}/me/events?{which}", headers=son).status_code == 422


def test_it_takes_the_scope_of_reading_agreements(web: FlaskClient, key: Callable[..., Headers]) -> None:
    narrow = key(Role.APP, Scope.STATEMENTS_WRITE, app="app-a", reader="son")

    assert web.get(f"{API}/me/events", headers=narrow).status_code == 403
