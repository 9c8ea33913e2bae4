"""What a coordinator does over the API: people, consents, questions, reviews, and why it is as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.domain.parties import CircleMember, PartyKind, PartyRef
from samenspraak.policy.access import Role
from samenspraak.services import matching

API = "/api/v1"
Headers = dict[str, str]
Json = dict[str, Any]


def lines(family: Any, since: int = 0) -> list[Any]:
    with family.app.store.read("de-linde") as uow:
        found: list[Any] = uow.log.audit_lines()[since:]
        return found


# People.


def test_people_come_page_by_page_in_each_of_their_roles(web: FlaskClient, staff: Headers) -> None:
    first = web.get(f"{API}/people?limit=2&fields=party,name", headers=staff).json
    second = web.get(f"{API}/people?cursor={first['next']}", headers=staff).json

    assert first["items"] == [
        {"party": "client:wit", "name": "Mevrouw De Wit"},
        {"party": "relative:daughter", "name": "Els de Wit"},
    ]
    assert [one["systems"] for one in second["items"]] == [{"app-a": ["son"], "app-b": ["son"]}]
    assert second["next"] is None
    relatives = web.get(f"{API}/people?kind=relative", headers=staff).json["items"]
    assert [one["party"] for one in relatives] == ["relative:daughter", "relative:son"]


def test_a_circle_says_who_decides_for_the_client(family: Any, web: FlaskClient, staff: Headers) -> None:
    son = PartyRef(kind=PartyKind.RELATIVE, id="son")
    with family.app.store.write("de-linde") as uow:
        uow.parties.add_member(CircleMember(client_id="wit", party=son, representative=True))
        uow.commit()

    found = web.get(f"{API}/clients/wit/circle", headers=staff).json

    assert found["name"] == "Mevrouw De Wit"
    assert [(one["name"], one["representative"]) for one in found["members"]] == [
        ("Els de Wit", False),
        ("Jan de Wit", True),
    ]
    assert web.get(f"{API}/clients/bos/circle", headers=staff).status_code == 404


@pytest.fixture
def roos(family: Any) -> Any:
    """Roos uses app A, and nobody has said who she is."""
    family.systems["app-a"].add_user("u9", "Roos Bakker", "relative", ["wit"])
    family.settle()
    return family


def test_who_waits_is_matched_once_and_separated_again(roos: Any, web: FlaskClient, staff: Headers) -> None:
    [waits] = web.get(f"{API}/matches", headers=staff).json["items"]
    assert (waits["external_id"], waits["name"], waits["client"]) == ("u9", "Roos Bakker", "wit")
    there = {"connector_id": waits["connector_id"], "external_id": waits["external_id"]}

    accepted = web.post(f"{API}/matches/accepted", json=there, headers=staff).json["party"]
    again = web.post(f"{API}/matches/accepted", json=there, headers=staff)

    assert (again.status_code, again.json["code"]) == (404, "not_found")
    assert web.get(f"{API}/matches", headers=staff).json["items"] == []
    parties = [one["party"] for one in web.get(f"{API}/people", headers=staff).json["items"]]
    assert parties.count(accepted) == 1

    undone = web.post(f"{API}/matches/separated", json=there, headers=staff).json
    assert undone["parties"] == [accepted]
    roos.settle()
    assert len(web.get(f"{API}/matches", headers=staff).json["items"]) == 1


def test_records_that_wait_for_their_client_are_listed_by_ids_alone(
    family: Any, web: FlaskClient, staff: Headers, key: Callable[..., Headers]
) -> None:
    app = family.systems["app-a"]
    app.add_client("c7", "Meneer Bos")
    for title in ("Wandelen", "Samen koken"):
        app.add_record("son", "c7", title, tasks=[])
    family.settle()
    before = len(lines(family))

    first = web.get(f"{API}/matches/records?limit=1", headers=staff).json
    rest = web.get(f"{API}/matches/records?cursor={first['next']}", headers=staff).json

    found = [*first["items"], *rest["items"]]
    waits = [(one["connector_id"], one["client"], one["why"]) for one in found]
    assert waits == [("app-a", "c7", "match")] * 2
    assert len({one["external_id"] for one in found}) == 2
    assert all(one["since"] for one in found)
    assert rest["next"] is None
    assert not [text for text in ("Bos", "Wandelen", "koken") if text in str(found)]
    assert [(one.action, one.object, one.client_id) for one in lines(family, before)] == [
        ("match.listed", "records", "")
    ] * 2
    foreign = key(Role.ADMIN, organisation="de-eik")
    assert web.get(f"{API}/matches/records", headers=foreign).json["items"] == []
    assert web.get(f"{API}/matches/records?connector_id=app-b", headers=staff).json["items"] == []


def test_who_was_refused_is_not_suggested(roos: Any, web: FlaskClient, staff: Headers) -> None:
    there = {"connector_id": "app-a", "external_id": "u9", "party": "relative:son"}

    assert web.post(f"{API}/matches/refused", json=there, headers=staff).json == {
        "parties": ["relative:son"],
        "undone": [],
    }
    unknown = web.post(f"{API}/matches/refused", json={**there, "external_id": "u1"}, headers=staff)
    assert unknown.status_code == 404


def test_two_people_become_one_as_the_preview_said(roos: Any, web: FlaskClient, staff: Headers) -> None:
    ref = matching.accept(roos.app.hub, "de-linde", "app-a", "u9", None)
    two = {"stays": "relative:daughter", "goes": str(ref)}

    would = web.post(f"{API}/people/joins/preview", json=two, headers=staff).json
    assert would["outcome"]["records"] == ["app-a/u9"]
    assert len(web.get(f"{API}/people", headers=staff).json["items"]) == 4

    joined = web.post(f"{API}/people/joins", json=two, headers=staff).json
    assert joined == would["outcome"]
    assert len(web.get(f"{API}/people", headers=staff).json["items"]) == 3
    again = web.post(f"{API}/people/joins", json=two, headers=staff)
    assert (again.status_code, again.json["code"]) == (409, "rule")


# Consents.


def test_a_consent_is_recorded_once_shown_and_withdrawn_as_the_preview_said(
    family: Any, web: FlaskClient, staff: Headers, stockings: Json
) -> None:
    path, headers = f"{API}/clients/wit/consents", {**staff, "Idempotency-Key": "k1"}
    new = {"recipient_kind": "person", "recipient": "son", "rows": ["conditions"], "evidence": "formulier 7"}

    made = web.post(path, json=new, headers=headers)
    again = web.post(path, json=new, headers=headers)

    assert (made.status_code, made.json["validity"], made.json["rows"]) == (201, "holds", ["conditions"])
    assert again.json == made.json
    assert [one["id"] for one in web.get(path, headers=staff).json["items"]].count(made.json["id"]) == 1

    with family.app.store.read("de-linde") as uow:
        of_all = [one.id for one in uow.consents.of_client("wit") if one.recipient.id == "daughter"]
    [whole] = [one for one in of_all if one.startswith("c-")]
    would = web.get(f"{API}/consents/{whole}/withdrawal", headers=staff).json["retractions"]
    assert [(one["connector_id"], one["is_confirmed"]) for one in would] == [
        ("app-a", False),
        ("app-b", False),
    ]

    withdrawn = web.post(f"{API}/consents/{whole}/withdrawal", headers=staff)
    assert withdrawn.json["validity"] == "withdrawn"
    assert web.post(f"{API}/consents/{whole}/withdrawal", headers=staff).status_code == 412
    for _ in range(3):
        family.settle()
    told = web.get(f"{API}/clients/wit/retractions", headers=staff).json["items"]
    assert {one["connector_id"]: one["is_confirmed"] for one in told}["app-a"]


def test_who_may_not_consent_for_the_client_is_refused(web: FlaskClient, staff: Headers) -> None:
    new = {
        "recipient_kind": "role",
        "recipient": "relative",
        "given_by": "relative:son",
        "capacity": "representative",
    }
    refused = web.post(f"{API}/clients/wit/consents", json=new, headers=staff)

    assert (refused.status_code, refused.json["rule"]) == (409, "consent-giver")


# Questions.


def test_a_question_is_answered_as_it_was_read_and_only_once(
    family: Any, web: FlaskClient, staff: Headers, stockings: Json
) -> None:
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.systems["app-b"].move("daughter", stockings["id"], "a1", ["09:00"])
    family.settle()
    [asked] = web.get(f"{API}/questions", headers=staff).json["items"]
    path = f"{API}/questions/{asked['id']}"
    assert web.get(f"{API}/questions?fields=revision", headers=staff).json["items"] == [
        {"revision": asked["revision"]}
    ]
    shown = web.get(path, headers=staff)
    read = {**staff, "If-Match": shown.headers["ETag"]}

    assert shown.json["answers"] == ["app-a", "app-b", "hub", "other"]
    assert web.post(f"{path}/answer", json={"choice": "app-a"}, headers=staff).status_code == 428
    earlier = {**staff, "If-Match": f'"{asked["revision"] + 1}"'}
    assert web.post(f"{path}/answer", json={"choice": "app-a"}, headers=earlier).status_code == 412
    assert web.post(f"{path}/answer", json={"choice": "other"}, headers=read).json["rule"] == "answer-value"
    unknown = web.post(f"{path}/answer", json={"choice": "app-c"}, headers=read)
    assert (unknown.status_code, unknown.json["rule"]) == (409, "answer")

    answered = web.post(f"{path}/answer", json={"choice": "app-a"}, headers=read).json
    assert (answered["answer"], answered["answered_by"]) == ("app-a", "program:p0")
    assert web.post(f"{path}/answer", json={"choice": "app-b"}, headers=read).status_code == 412
    assert web.get(f"{API}/questions", headers=staff).json["items"] == []
    assert len(web.get(f"{API}/questions?answered=true", headers=staff).json["items"]) == 1
    family.settle()
    assert "07:30" in str(web.get(f"{API}/agreements/{stockings['id']}", headers=staff).json["units"])


# Reviews.


def test_a_talk_is_due_and_held_over_the_version_that_was_talked_about(
    web: FlaskClient, staff: Headers, stockings: Json
) -> None:
    [due] = web.get(f"{API}/reviews?within_days=366", headers=staff).json["items"]
    assert (due["agreement_id"], due["days_late"]) == (stockings["id"], 0)
    assert due["parties"] == [{"party": "client:wit", "name": "Mevrouw De Wit"}]
    path, came = f"{API}/agreements/{stockings['id']}/reviews", {"outcome": "kept", "next_on": "2027-03-01"}
    read = {**staff, "If-Match": f'"{stockings["version"]}"'}

    held = web.post(path, json=came, headers=read)

    assert (held.status_code, held.json["next"]) == (201, "2027-03-01")
    assert held.json["version"] == stockings["version"] + 1
    assert web.post(path, json=came, headers=read).status_code == 412
    now = {**staff, "If-Match": f'"{held.json["version"]}"'}
    before = web.post(path, json={"outcome": "kept", "next_on": "2020-01-01"}, headers=now)
    assert (before.status_code, before.json["rule"]) == (409, "review-next")


# Why it is as it is.


def test_an_explanation_says_where_it_stands_and_receipts_whom_it_reached(
    web: FlaskClient, staff: Headers, stockings: Json
) -> None:
    told = web.get(f"{API}/agreements/{stockings['id']}/explanation", headers=staff).json
    unit = web.get(f"{API}/agreements/{stockings['id']}/explanation?unit=what", headers=staff).json
    receipts = web.get(f"{API}/agreements/{stockings['id']}/receipts", headers=staff).json

    assert {one["connector_id"]: one["reason"] for one in told["copies"]} == {
        "app-a": "equal",
        "app-b": "equal",
    }
    assert {one["what"] for one in (copy["units"] for copy in told["copies"])} == {"holds"}
    assert [one["unit"] for one in unit["units"]] == ["what"]
    assert {one["party"] for one in receipts["parties"]} == {"relative:daughter", "relative:son"}
    [to_her] = [
        one
        for one in receipts["receipts"]
        if (one["connector_id"], one["reader"]) == ("app-b", "relative:daughter")
    ]
    assert to_her["delivered"]["version"] == stockings["version"]
    never = web.get(f"{API}/agreements/{stockings['id']}/explanation?unit=place", headers=staff)
    assert never.status_code == 404


def test_every_look_of_the_desk_is_in_the_audit_trail(
    family: Any, web: FlaskClient, staff: Headers, stockings: Json
) -> None:
    looks = {
        "/people": "person.listed",
        "/clients/wit/circle": "person.listed",
        "/matches": "match.listed",
        "/matches/records": "match.listed",
        "/clients/wit/consents": "consent.listed",
        "/clients/wit/retractions": "consent.listed",
        "/questions": "question.listed",
        "/reviews": "review.listed",
        f"/agreements/{stockings['id']}/explanation": "agreement.explained",
        f"/agreements/{stockings['id']}/receipts": "agreement.explained",
    }
    for path, action in looks.items():
        before = len(lines(family))
        assert web.get(f"{API}{path}", headers=staff).status_code == 200
        assert [(one.action, one.actor) for one in lines(family, before)] == [(action, "program:p0")], path
