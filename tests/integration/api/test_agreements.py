"""Agreements over the API: what who sees, and what comes of what they make, change and say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.domain.parties import CircleMember, PartyKind, PartyRef
from samenspraak.policy.access import Role, Scope

API = "/api/v1"
Headers = dict[str, str]
Json = dict[str, Any]

COOKING = {
    "client": "client:wit",
    "units": {
        "what": {"text": "Samen koken"},
        "assignment[a1]": {"performer": "relative:son", "schedule": {"text": "op donderdag"}},
    },
}


def over(agreement: Json) -> Headers:
    return {"If-Match": f'"{agreement["version"]}"'}


# Reading.


def test_a_relative_sees_what_a_copy_for_them_would_show(
    web: FlaskClient, son: Headers, stockings: Json
) -> None:
    seen = web.get(f"{API}/agreements/{stockings['id']}", headers=son).json

    assert seen["units"]["what"]["text"] == "Steunkousen aantrekken"
    assert "Jan de Wit" in [one["name"] for one in seen["parties"]]
    assert "Mevrouw De Wit" not in str(seen)  # an app is told a first name, and there is none


def test_what_somebody_may_not_see_is_not_there_for_them_from_the_moment_consent_ends(
    family: Any, web: FlaskClient, daughter: Headers, stockings: Json
) -> None:
    assert web.get(f"{API}/agreements/{stockings['id']}", headers=daughter).status_code == 200
    no = family.consent("wit", PartyRef(kind=PartyKind.RELATIVE, id="daughter"), allows=False)

    assert web.get(f"{API}/agreements/{stockings['id']}", headers=daughter).status_code == 404
    assert web.get(f"{API}/agreements", headers=daughter).json == {"items": [], "next": None}

    family.withdraw("wit", no)
    assert web.get(f"{API}/agreements/{stockings['id']}", headers=daughter).status_code == 200


def test_a_list_is_answered_again_only_when_it_says_something_else_and_lies_in_no_cache(
    family: Any, web: FlaskClient, daughter: Headers, stockings: Json
) -> None:
    first = web.get(f"{API}/agreements", headers=daughter)
    same = {**daughter, "If-None-Match": first.headers["ETag"]}

    again = web.get(f"{API}/agreements", headers=same)
    assert (again.status_code, again.get_data()) == (304, b"")
    assert (first.headers["Cache-Control"], again.headers["Cache-Control"]) == ("no-store", "no-store")

    family.consent("wit", PartyRef(kind=PartyKind.RELATIVE, id="daughter"), allows=False)
    now = web.get(f"{API}/agreements", headers=same)
    assert (now.status_code, now.json["items"]) == (200, [])


def test_an_app_that_does_not_say_for_whom_it_asks_sees_nothing(
    web: FlaskClient, key: Callable[..., Headers], stockings: Json
) -> None:
    app = key(Role.APP, app="app-a")

    assert web.get(f"{API}/agreements", headers=app).json["items"] == []
    assert web.get(f"{API}/agreements/{stockings['id']}", headers=app).status_code == 404


def test_nobody_can_tell_an_agreement_that_is_hidden_from_one_that_there_is_not(
    family: Any, web: FlaskClient, daughter: Headers, stockings: Json
) -> None:
    family.consent("wit", PartyRef(kind=PartyKind.RELATIVE, id="daughter"), allows=False)
    answers = [
        web.get(f"{API}/agreements/{one}", headers=daughter).json for one in (stockings["id"], "no-such")
    ]

    assert [sorted(one) for one in answers[:1]] == [sorted(one) for one in answers[1:]]
    assert answers[0]["detail"].replace(stockings["id"], "no-such") == answers[1]["detail"]


def test_pages_hold_everything_once_whatever_is_made_meanwhile(
    web: FlaskClient, staff: Headers, son: Headers
) -> None:
    for _ in range(4):
        assert web.post(f"{API}/agreements", json=COOKING, headers=son).status_code == 201
    wanted = {one["id"] for one in web.get(f"{API}/agreements", headers=staff).json["items"]}

    met, cursor = [], ""
    while cursor is not None:
        page = web.get(f"{API}/agreements?limit=2&cursor={cursor}", headers=staff).json
        met += [one["id"] for one in page["items"]]
        cursor = page["next"]
        web.post(f"{API}/agreements", json=COOKING, headers=son)
        assert len(met) < 100

    assert wanted <= set(met)
    assert len(met) == len(set(met))


def test_a_page_can_be_of_one_client_in_one_state_and_of_few_members(
    web: FlaskClient, staff: Headers, son: Headers
) -> None:
    made = web.post(f"{API}/agreements", json=COOKING, headers=son).json
    asked = f"{API}/agreements?client=client:wit&state=proposed&fields=id,state"

    assert web.get(asked, headers=staff).json["items"] == [{"id": made["id"], "state": "proposed"}]


def test_what_did_not_change_is_not_sent_again(web: FlaskClient, son: Headers, stockings: Json) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    first = web.get(path, headers=son)
    again = web.get(path, headers={**son, "If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")

    web.patch(path, json={"units": {"place": "Badkamer"}}, headers={**son, **over(stockings)})
    assert web.get(path, headers={**son, "If-None-Match": first.headers["ETag"]}).status_code == 200


def test_every_look_is_in_the_audit_trail_with_who_and_through_what(
    family: Any, web: FlaskClient, son: Headers, stockings: Json
) -> None:
    web.get(f"{API}/agreements/{stockings['id']}", headers=son)
    with family.app.store.read("de-linde") as uow:
        last = uow.log.audit_lines()[-1]

    assert (last.actor, last.action, last.connector_id) == ("relative:son", "agreement.shown", "app-a")
    assert (last.object, last.client_id) == (f"agreement:{stockings['id']}", "wit")


# Changing.


def test_a_change_over_the_version_that_was_read_is_made(
    web: FlaskClient, son: Headers, stockings: Json
) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    changed = web.patch(path, json={"units": {"place": "Badkamer"}}, headers={**son, **over(stockings)})

    assert (changed.status_code, changed.json["units"]["place"]) == (200, "Badkamer")
    assert changed.json["version"] == stockings["version"] + 1
    emptied = web.patch(path, json={"units": {"place": None}}, headers={**son, **over(changed.json)})
    assert "place" not in emptied.json["units"]


def test_a_change_that_does_not_say_over_what_is_refused(
    web: FlaskClient, son: Headers, stockings: Json
) -> None:
    path, change = f"{API}/agreements/{stockings['id']}", {"units": {"place": "Badkamer"}}

    assert web.patch(path, json=change, headers=son).status_code == 428


@pytest.mark.parametrize("tag", ['"99"', "*", '"x"', "3"])
def test_a_change_over_another_version_is_refused_and_can_be_made_anew(
    web: FlaskClient, son: Headers, stockings: Json, tag: str
) -> None:
    path, change = f"{API}/agreements/{stockings['id']}", {"units": {"place": "Badkamer"}}
    refused = web.patch(path, json=change, headers={**son, "If-Match": tag})

    assert (refused.status_code, refused.json["code"]) == (412, "stale")
    assert "place" not in web.get(path, headers=son).json["units"]

    tag = web.get(path, headers=son).headers["ETag"]
    assert web.patch(path, json=change, headers={**son, "If-Match": tag}).status_code == 200


def test_a_change_reaches_the_other_apps(
    family: Any, web: FlaskClient, son: Headers, stockings: Json
) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    web.patch(path, json={"units": {"place": "Badkamer"}}, headers={**son, **over(stockings)})
    family.settle()

    [copy] = family.systems["app-b"].live()
    held = [family.systems["app-a"].record_of("r1"), family.systems["app-b"].record_of(copy)]
    assert [one["place"] for one in held] == ["Badkamer", "Badkamer"]


@pytest.mark.parametrize(
    ("unit", "value"),
    [
        ("status", {"state": "ended"}),
        ("decides", {"who": "relative:son"}),
        ("responsible[a1]", "relative:son"),
        ("life_domain", "social"),
        ("review_notes", "Alles goed."),
        ("assignment[a1]", None),
    ],
)
def test_what_is_staffs_to_say_is_refused_to_a_relative(
    web: FlaskClient, daughter: Headers, stockings: Json, unit: str, value: Any
) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    refused = web.patch(path, json={"units": {unit: value}}, headers={**daughter, **over(stockings)})

    assert (refused.status_code, refused.json["rule"]) == (409, "not-yours")


def test_nobody_can_name_somebody_they_do_not_know(
    family: Any, web: FlaskClient, son: Headers, stockings: Json
) -> None:
    family.person("buurman", PartyKind.RELATIVE, "Piet Bos")
    path, change = f"{API}/agreements/{stockings['id']}", {"units": {"backup[a1]": "relative:buurman"}}
    refused = web.patch(path, json=change, headers={**son, **over(stockings)})

    assert (refused.status_code, refused.json["rule"]) == (409, "party")

    with family.app.store.write("de-linde") as uow:
        buurman = PartyRef(kind=PartyKind.RELATIVE, id="buurman")
        uow.parties.add_member(CircleMember(client_id="wit", party=buurman))
        uow.commit()
    family.consent("wit", buurman)
    family.shows_own_name("wit", buurman, PartyKind.RELATIVE)
    assert web.patch(path, json=change, headers={**son, **over(stockings)}).status_code == 200


@pytest.mark.parametrize(
    ("units", "status"),
    [
        ({"nonsense": 1}, 422),
        ({"place": 3}, 422),
        ({"what": {"text": "Koken", "x": 1}}, 422),
        ({"assignment[a1]": {"performer": "Jan"}}, 422),
        ({"what": {"text": " "}}, 409),
        ({"exception[a1:2026-13-45:1]": {"kind": "cancelled"}}, 409),
    ],
)
def test_what_is_no_unit_changes_nothing(
    web: FlaskClient, son: Headers, stockings: Json, units: Json, status: int
) -> None:
    path = f"{API}/agreements/{stockings['id']}"

    assert web.patch(path, json={"units": units}, headers={**son, **over(stockings)}).status_code == status
    assert web.get(path, headers=son).json["version"] == stockings["version"]


def test_a_whole_number_is_one_however_it_is_written(web: FlaskClient, son: Headers, stockings: Json) -> None:
    path, duty = f"{API}/agreements/{stockings['id']}", stockings["units"]["assignment[a1]"]
    timing = {"form": "times_per_period", "times": 2.0, "period": "week"}
    change = {"assignment[a1]": {**duty, "schedule": {**duty["schedule"], "timing": timing}}}
    changed = web.patch(path, json={"units": change}, headers={**son, **over(stockings)})

    assert changed.status_code == 200
    assert changed.json["units"]["assignment[a1]"]["schedule"]["timing"]["times"] == 2
    change["assignment[a1]"]["schedule"]["timing"] = {**timing, "times": 2.5}
    assert web.patch(path, json={"units": change}, headers={**son, **over(changed.json)}).status_code == 422


# Making.


def test_what_a_relative_makes_is_a_proposal_that_the_others_are_asked_about(
    web: FlaskClient, staff: Headers, daughter: Headers
) -> None:
    made = web.post(f"{API}/agreements", json=COOKING, headers=daughter)

    assert (made.status_code, made.json["state"]) == (201, "proposed")
    assert web.get(made.headers["Location"], headers=staff).json["id"] == made.json["id"]
    assert {"party": "relative:son", "name": "Jan de Wit", "assent": "asked"} in made.json["parties"]


def test_nobody_finds_out_by_changing_it_that_there_is_a_part_they_may_not_see(
    family: Any, web: FlaskClient, staff: Headers, son: Headers, stockings: Json
) -> None:
    buurman = family.person("buurman", PartyKind.VOLUNTEER, "Piet Bos", "wit")
    path, duty = f"{API}/agreements/{stockings['id']}", stockings["units"]["assignment[a1]"]
    added = {"units": {"assignment[a2]": {**duty, "performer": str(buurman)}}}
    assert web.patch(path, json=added, headers={**staff, **over(stockings)}).status_code == 200
    seen = web.get(path, headers=son).json
    assert "assignment[a2]" not in seen["units"]

    said = []
    for part in ("a2", "a9"):
        for unit in (f"assignment[{part}]", f"backup[{part}]"):
            change = {"units": {unit: None if unit.startswith("assignment") else "relative:son"}}
            refused = web.patch(path, json=change, headers={**son, **over(seen)})
            said.append(
                (refused.status_code, refused.json["rule"], refused.json["detail"].replace(f"[{part}]", ""))
            )

    assert said[:2] == said[2:]
    assert {(status, rule) for status, rule, _ in said} == {(409, "not-yours")}
    with_part = {"units": {"assignment[a9]": {**duty}, "backup[a9]": "relative:son"}}
    assert web.patch(path, json=with_part, headers={**son, **over(seen)}).status_code == 200


def test_what_belongs_to_a_part_that_is_not_there_is_not_left_out_without_a_word(
    web: FlaskClient, staff: Headers, stockings: Json
) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    alone = web.patch(
        path, json={"units": {"backup[a9]": "relative:son"}}, headers={**staff, **over(stockings)}
    )

    assert (alone.status_code, alone.json["rule"]) == (409, "unit-alone")


@pytest.mark.parametrize("who", ["relative:buurman", "relative:nobody", "professional:nobody", "group:x"])
def test_a_proposal_names_nobody_whom_its_maker_does_not_know(
    family: Any, web: FlaskClient, son: Headers, who: str
) -> None:
    """Being named in it makes nobody somebody of this client."""
    family.person("buurman", PartyKind.RELATIVE, "Piet Bos")
    units = {**COOKING["units"], "assignment[a1]": {"performer": who, "schedule": {"text": "op donderdag"}}}
    with_backup = {**COOKING["units"], "backup[a1]": who}

    for named in (units, with_backup):
        refused = web.post(f"{API}/agreements", json={**COOKING, "units": named}, headers=son)
        assert (refused.status_code, refused.json["rule"]) == (409, "party")
        assert "Piet Bos" not in refused.text
    assert web.post(f"{API}/agreements", json=COOKING, headers=son).status_code == 201


@pytest.mark.parametrize("unit", ["responsible[a1]", "instructed[a1]", "decides", "review", "review_notes"])
def test_what_is_staffs_to_say_is_no_part_of_a_proposal(
    web: FlaskClient, staff: Headers, daughter: Headers, unit: str
) -> None:
    values = {"responsible[a1]": "relative:son", "instructed[a1]": {}, "decides": {"who": "relative:son"}}
    more = {unit: values.get(unit, {"due": "2027-01-01"} if unit == "review" else "Alles goed.")}
    body: Json = {**COOKING, "units": {**COOKING["units"], **more}}
    refused = web.post(f"{API}/agreements", json=body, headers=daughter)

    assert (refused.status_code, refused.json["rule"]) == (409, "not-yours")
    assert web.post(f"{API}/agreements", json=body, headers=staff).status_code == 201


def test_nobody_makes_an_agreement_about_a_client_they_have_nothing_to_do_with(
    family: Any, web: FlaskClient, daughter: Headers
) -> None:
    family.person("bos", PartyKind.CLIENT, "Mevrouw Bos")
    strange = {**COOKING, "client": "client:bos"}

    assert web.post(f"{API}/agreements", json=strange, headers=daughter).status_code == 404


def test_a_request_with_a_key_has_its_effect_once(web: FlaskClient, staff: Headers, son: Headers) -> None:
    once = {**son, "Idempotency-Key": "koken-1"}
    first, again = (web.post(f"{API}/agreements", json=COOKING, headers=once) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["id"] == again.json["id"]
    assert len(web.get(f"{API}/agreements?state=proposed", headers=staff).json["items"]) == 1

    other = {**COOKING, "units": {**COOKING["units"], "place": "Keuken"}}  # type: ignore[dict-item]
    refused = web.post(f"{API}/agreements", json=other, headers=once)
    assert (refused.status_code, refused.json["rule"]) == (409, "repeated")
    assert (
        web.post(f"{API}/agreements", json=other, headers={**son, "Idempotency-Key": "2"}).status_code == 201
    )


def test_two_programs_may_take_the_same_key(web: FlaskClient, son: Headers, daughter: Headers) -> None:
    made = [
        web.post(f"{API}/agreements", json=COOKING, headers={**who, "Idempotency-Key": "1"}).json["id"]
        for who in (son, daughter)
    ]

    assert made[0] != made[1]


# Saying.


def test_an_assent_is_to_the_terms_that_were_read(web: FlaskClient, son: Headers, stockings: Json) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    said = {"agrees": True, "version": stockings["version"]}
    assert web.post(f"{path}/assents", json=said, headers=son).json["stands"] is True
    [jan] = [one for one in web.get(path, headers=son).json["parties"] if one["party"] == "relative:son"]
    assert jan["assent"] == "agreed"

    now = web.get(path, headers=son).json
    what = {"what": {"text": "Steunkousen aan- en uittrekken"}}
    web.patch(path, json={"units": what}, headers={**son, **over(now)})
    assert web.post(f"{path}/assents", json=said, headers=son).json["stands"] is False


def test_whoever_is_not_asked_to_agree_hears_that_a_comment_is_welcome(
    web: FlaskClient, daughter: Headers, stockings: Json
) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    refused = web.post(
        f"{path}/assents", json={"agrees": True, "version": stockings["version"]}, headers=daughter
    )

    assert (refused.status_code, refused.json["rule"]) == (409, "not-asked")
    assert web.post(f"{path}/comments", json={"text": "Fijn zo."}, headers=daughter).status_code == 201


def test_a_refusal_is_a_question_to_whoever_is_responsible(
    family: Any, web: FlaskClient, son: Headers, stockings: Json
) -> None:
    no = {"agrees": False, "version": stockings["version"], "text": "Te vroeg voor mij."}
    web.post(f"{API}/agreements/{stockings['id']}/assents", json=no, headers=son)
    with family.app.store.read("de-linde") as uow:
        [asked] = uow.questions.list(agreement_id=stockings["id"])

    assert (asked.kind, asked.cause) == ("refusal", "declined")


def test_what_was_done_is_reported_of_a_moment_that_has_come(
    family: Any, web: FlaskClient, son: Headers, daughter: Headers, stockings: Json
) -> None:
    path, today = f"{API}/agreements/{stockings['id']}", family.app.hub.today()
    moment = f"a1:{today.isoformat()}:1"
    done = web.post(f"{path}/reports", json={"moment": moment, "done": True}, headers=son)
    assert (done.status_code, done.json["kind"], done.json["moment"]) == (201, "done", moment)

    told = web.get(path, headers=daughter).json["said"]
    assert [(one["kind"], one["by"]) for one in told] == [("done", "relative:son")]

    later = f"a1:{today.replace(year=today.year + 1).isoformat()}:1"
    refused = web.post(f"{path}/reports", json={"moment": later, "done": True}, headers=son)
    assert refused.json["rule"] == "to-come"


@pytest.mark.parametrize("moment", ["a9:2026-11-23:1", "a1:2026-11-23:2", "a1", "", "a1:gisteren:1"])
def test_there_is_nothing_to_report_of_a_moment_that_there_is_not(
    web: FlaskClient, son: Headers, stockings: Json, moment: str
) -> None:
    path, said = f"{API}/agreements/{stockings['id']}/reports", {"moment": moment, "done": True}

    assert web.post(path, json=said, headers=son).status_code == 404


def test_a_comment_is_read_by_staff_and_by_whoever_made_it_alone(
    web: FlaskClient, staff: Headers, son: Headers, daughter: Headers, stockings: Json
) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    web.post(f"{path}/comments", json={"text": "Moeder is verdrietig."}, headers=son)

    heard = [
        [one["text"] for one in web.get(path, headers=who).json["said"]] for who in (staff, son, daughter)
    ]
    assert heard == [["Moeder is verdrietig."], ["Moeder is verdrietig."], []]


# The past.


def test_versions_say_who_changed_what(web: FlaskClient, son: Headers, stockings: Json) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    web.patch(path, json={"units": {"place": "Badkamer"}}, headers={**son, **over(stockings)})
    first = web.get(f"{path}/versions?limit=1", headers=son).json
    rest = web.get(f"{path}/versions?cursor={first['next']}", headers=son).json["items"]

    assert [one["version"] for one in (*first["items"], *rest)] == [1, 2]
    assert rest[0]["by"] == "relative:son"
    assert rest[0]["changed"] == [{"unit": "place", "before": None, "after": "Badkamer"}]


def test_what_changed_where_somebody_may_not_look_is_not_told_to_them(
    web: FlaskClient, staff: Headers, son: Headers, stockings: Json
) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    secret = {"units": {"review_notes": "Kanarie."}}
    assert web.patch(path, json=secret, headers={**staff, **over(stockings)}).status_code == 200
    seen, all_ = (web.get(f"{path}/versions", headers=who).json["items"] for who in (son, staff))

    assert "Kanarie." in str(all_)
    assert "Kanarie." not in str(seen)
    assert (seen[1]["changed"], seen[1]["by"], seen[1]["why"]) == ([], "", "")


def test_versions_do_not_tell_who_said_what_is_not_for_everybody(
    web: FlaskClient, staff: Headers, son: Headers, daughter: Headers, stockings: Json
) -> None:
    path = f"{API}/agreements/{stockings['id']}"
    web.post(f"{path}/comments", json={"text": "Ik maak me zorgen om Jan."}, headers=daughter)

    told = [
        {name: web.get(f"{path}/versions", headers=who).json["items"][1][name] for name in ("by", "why")}
        for who in (son, daughter, staff)
    ]
    said = {"by": "relative:daughter", "why": "said"}
    assert told == [{"by": "", "why": ""}, said, said]


def test_which_app_somebody_uses_is_told_to_staff_and_to_who_uses_it_too(
    web: FlaskClient, key: Callable[..., Headers], staff: Headers, son: Headers, stockings: Json
) -> None:
    path, there = f"{API}/agreements/{stockings['id']}", key(Role.APP, app="app-b", reader="daughter")
    done = {"moment": "a1:2026-11-22:1", "done": True}
    assert web.post(f"{path}/reports", json=done, headers=there).status_code == 201
    place = {"units": {"place": "Badkamer"}}
    tag = web.get(path, headers=there).headers["ETag"]
    assert web.patch(path, json=place, headers={**there, "If-Match": tag}).status_code == 200

    for who, through in ((son, ""), (there, "app-b"), (staff, "app-b")):
        shown = web.get(path, headers=who).json["said"], web.get(f"{path}/reports", headers=who).json["items"]
        assert [one["through"] for found in shown for one in found] == [through, through]
        last = web.get(f"{path}/versions", headers=who).json["items"][-1]
        assert (last["by"], last["through"]) == ("relative:daughter", through)


# Credentials.


def test_a_door_opens_only_for_its_scope(web: FlaskClient, key: Callable[..., Headers]) -> None:
    reads = key(Role.COORDINATOR, Scope.AGREEMENTS_READ)
    refused = web.post(f"{API}/agreements", json=COOKING, headers=reads)

    assert (refused.status_code, refused.json["code"]) == (403, "scope")
    assert web.get(f"{API}/agreements", headers=reads).status_code == 200
