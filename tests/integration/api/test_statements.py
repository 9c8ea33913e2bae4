"""What was said of an agreement, listed by kind, and finding agreements: as far as each may see."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.domain.parties import PartyKind, PartyRef

API = "/api/v1"
Headers = dict[str, str]
Json = dict[str, Any]


def said(web: FlaskClient, headers: Headers, agreement: Json, kind: str, **which: Any) -> Json:
    path = f"{API}/agreements/{agreement['id']}/{kind}"
    answer = web.get(path, headers=headers, query_string=which)
    assert answer.status_code == 200, answer.json
    found: Json = answer.json
    return found


def say(web: FlaskClient, headers: Headers, agreement: Json, kind: str, **what: Any) -> None:
    answer = web.post(f"{API}/agreements/{agreement['id']}/{kind}", json=what, headers=headers)
    assert answer.status_code == 201, answer.json


def change(web: FlaskClient, headers: Headers, agreement: Json, **units: Any) -> int:
    path = f"{API}/agreements/{agreement['id']}"
    version = web.get(path, headers=headers).headers["ETag"]
    answer = web.patch(path, json={"units": units}, headers={**headers, "If-Match": version})
    assert answer.status_code == 200, answer.json
    return int(answer.json["version"])


def test_an_assent_says_which_version_it_is_about_also_when_the_terms_changed_since(
    family: Any, web: FlaskClient, staff: Headers, son: Headers, stockings: Json
) -> None:
    first = web.get(f"{API}/agreements/{stockings['id']}", headers=staff).json["version"]
    say(web, son, stockings, "assents", agrees=True, version=first)
    family.clock.pass_(minutes=1)
    second = change(web, staff, stockings, what={"text": "Steunkousen aan- en uittrekken"})
    say(web, son, stockings, "assents", agrees=False, version=second)

    found = said(web, staff, stockings, "assents")

    told = [(one["kind"], one["by"], one["version"], one["stands"]) for one in found["items"]]
    assert told[-2:] == [
        ("assent", "relative:son", first, False),
        ("decline", "relative:son", second, True),
    ]
    assert {"party": "relative:son", "name": "Jan de Wit"} in found["parties"]


def test_reports_are_listed_with_their_moment_and_page_by_page(
    family: Any, web: FlaskClient, daughter: Headers, son: Headers, stockings: Json
) -> None:
    days = [f"a1:2026-11-{day}:1" for day in (21, 22, 23)]
    for moment in days:
        family.clock.pass_(minutes=1)
        say(web, son, stockings, "reports", moment=moment, done=True)

    page = said(web, daughter, stockings, "reports", limit=2, fields="moment")
    rest = said(web, daughter, stockings, "reports", limit=2, fields="moment", cursor=page["next"])

    assert [one["moment"] for one in (*page["items"], *rest["items"])] == days
    assert rest["next"] is None


def test_a_comment_is_for_staff_and_for_who_wrote_it(
    web: FlaskClient, staff: Headers, son: Headers, daughter: Headers, stockings: Json
) -> None:
    say(web, son, stockings, "comments", text="Ze was verdrietig")

    assert [one["text"] for one in said(web, staff, stockings, "comments")["items"]] == ["Ze was verdrietig"]
    assert [one["by"] for one in said(web, son, stockings, "comments")["items"]] == ["relative:son"]
    assert said(web, daughter, stockings, "comments")["items"] == []


@pytest.mark.parametrize("kind", ["assents", "reports", "comments"])
def test_what_was_said_is_not_there_for_who_may_not_see_the_agreement(
    family: Any, web: FlaskClient, daughter: Headers, stockings: Json, kind: str
) -> None:
    family.consent("wit", PartyRef(kind=PartyKind.RELATIVE, id="daughter"), allows=False)

    answer = web.get(f"{API}/agreements/{stockings['id']}/{kind}", headers=daughter)
    assert answer.status_code == 404


def listed(web: FlaskClient, headers: Headers, **which: str) -> list[str]:
    answer = web.get(f"{API}/agreements", headers=headers, query_string=which)
    assert answer.status_code == 200, answer.json
    return [one["id"] for one in answer.json["items"]]


def test_agreements_are_found_by_life_domain_by_person_and_by_when_they_changed(
    family: Any, web: FlaskClient, staff: Headers, stockings: Json
) -> None:
    family.clock.pass_(days=2)
    change(web, staff, stockings, life_domain="care")

    assert listed(web, staff, life_domain="care") == [stockings["id"]]
    assert listed(web, staff, life_domain="meals") == []
    assert listed(web, staff, person="relative:son") == [stockings["id"]]
    assert listed(web, staff, person="relative:nobody") == []
    assert listed(web, staff, changed_since="2026-11-25") == [stockings["id"]]
    assert listed(web, staff, changed_since="2026-11-26") == []
    assert listed(web, staff, changed_since="0001-01-01") == [stockings["id"]]


def test_nobody_finds_an_agreement_by_what_they_may_not_see_of_it(
    family: Any, web: FlaskClient, staff: Headers, daughter: Headers, stockings: Json
) -> None:
    neighbour = family.person("neighbour", PartyKind.RELATIVE, "Buur Bos", "wit")
    change(web, staff, stockings, **{"backup[a1]": str(neighbour)})

    assert listed(web, staff, person=str(neighbour)) == [stockings["id"]]
    assert listed(web, daughter, person=str(neighbour)) == []
    assert listed(web, daughter, person="relative:son") == [stockings["id"]]
