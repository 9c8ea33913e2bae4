"""The imitated family app does what its documentation says (the docstring of its sandbox)."""

from __future__ import annotations

import base64
import queue
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from standardwebhooks import Webhook
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from samenspraak_memory.sandbox import ACCESS_KEY, FamilyApp

TASK = {"id": "t1", "who": {"user": "u1", "role": "relative"}, "when": {"text": "elke ochtend"}}


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def family(mode: Any = "strict", **options: Any) -> FamilyApp:
    app = FamilyApp(mode, **options)
    app.add_client("c1", "Mevrouw R. van den Heuvel", first_name="Roos")
    app.add_user("u1", "Bram van den Heuvel", "relative", ["c1"])
    app.add_user("u9", "Iemand anders", "relative", ["c9"])
    return app


def signed_in(app: FamilyApp) -> FlaskClient:
    client = app.app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {ACCESS_KEY}"
    return client


@pytest.fixture
def app() -> FamilyApp:
    return family()


@pytest.fixture
def we(app: FamilyApp) -> FlaskClient:
    """Our hub, signed in."""
    return signed_in(app)


def post(we: FlaskClient, **members: Any) -> TestResponse:
    record = {"circle": "c1", "title": "Haren wassen", "reference": "ag1", "tasks": [TASK], **members}
    return we.post("/api/records?once=reference", json=record)


def changes(we: FlaskClient, **params: Any) -> Any:
    return we.get("/api/changes", query_string=params).get_json()


def test_about_is_open_and_the_rest_asks_for_the_key(app: FamilyApp) -> None:
    stranger = app.app.test_client()

    assert stranger.get("/api/about").get_json()["interface"] == 1
    assert stranger.get("/api/me").status_code == 401
    assert stranger.get("/api/me", headers={"Authorization": f"Bearer {ACCESS_KEY}"}).status_code == 200


def test_a_created_record_has_an_id_a_version_and_a_state(we: FlaskClient) -> None:
    created = post(we)

    record = created.get_json()
    assert created.status_code == 201
    assert created.headers["ETag"] == '"1"'
    assert (record["version"], record["state"], record["reactions"]) == (1, {"value": "active"}, [])
    assert we.get(f"/api/records/{record['id']}").get_json() == record


def test_the_same_reference_is_created_once(we: FlaskClient, app: FamilyApp) -> None:
    first, second = post(we), post(we, title="Iets anders")

    assert (second.status_code, second.get_json()) == (200, first.get_json())
    assert app.live() == {"ag1": 1}


def test_without_asking_for_once_a_double_is_made(we: FlaskClient, app: FamilyApp) -> None:
    post(we)

    we.post("/api/records", json={"circle": "c1", "title": "Haren wassen", "reference": "ag1"})

    assert app.live() == {"ag1": 2}


def test_records_are_found_by_reference(we: FlaskClient) -> None:
    wanted = post(we).get_json()
    post(we, reference="ag2")

    assert we.get("/api/records?reference=ag1").get_json() == {"records": [wanted]}
    assert we.get("/api/records?reference=ag3").get_json() == {"records": []}


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"circle": "c7"}, "circle"),
        ({"title": " "}, "title"),
        ({"title": "x" * 61}, "title"),
        ({"kind": "wish"}, "kind"),
        ({"category": ["care"]}, "category"),
        ({"state": {"value": "done"}}, "state"),
        ({"tasks": [{"id": "t1", "backup": {"user": "u7"}}]}, "user"),
    ],
)
def test_what_is_not_acceptable_is_refused_by_name(
    we: FlaskClient, app: FamilyApp, members: dict[str, Any], named: str
) -> None:
    refused = post(we, **members)

    assert (refused.status_code, refused.get_json()["member"]) == (422, named)
    assert app.live() == {}


def test_a_patch_merges_and_null_takes_away(we: FlaskClient) -> None:
    record = post(we, place="badkamer", rules={"text": "Alleen samen", "how": "Lauw water"}).get_json()

    patched = we.patch(
        f"/api/records/{record['id']}",
        json={"place": None, "rules": {"how": "Warm water"}},
        headers={"If-Match": '"1"'},
    ).get_json()

    assert "place" not in patched
    assert patched["rules"] == {"text": "Alleen samen", "how": "Warm water"}
    assert (patched["title"], patched["version"]) == ("Haren wassen", 2)


@pytest.mark.parametrize(("headers", "status"), [({}, 428), ({"If-Match": '"7"'}, 412)])
def test_a_write_needs_the_version_it_is_based_on(
    we: FlaskClient, headers: dict[str, str], status: int
) -> None:
    path = f"/api/records/{post(we).get_json()['id']}"

    assert we.patch(path, json={"title": "Anders"}, headers=headers).status_code == status
    assert we.delete(path, headers=headers).status_code == status
    assert we.get(path).get_json()["title"] == "Haren wassen"


def test_a_removed_record_leaves_a_tombstone_without_content(we: FlaskClient) -> None:
    record_id = post(we).get_json()["id"]

    assert we.delete(f"/api/records/{record_id}", headers={"If-Match": '"1"'}).status_code == 204

    gone = we.get(f"/api/records/{record_id}")
    assert (gone.status_code, gone.get_json()) == (410, {"id": record_id, "removed": True})
    assert changes(we)["changes"][-1] == {"number": 5, "type": "record", "id": record_id, "removed": True}
    assert we.get("/api/records/r999").status_code == 404


def test_what_is_the_apps_own_cannot_be_written(we: FlaskClient) -> None:
    record = post(we, id="r77", version=12, reactions=[{"kind": "agree", "user": "u1"}]).get_json()

    assert (record["id"], record["version"], record["reactions"]) == ("r1", 1, [])


def test_changes_come_in_order_and_in_pages(we: FlaskClient) -> None:
    for number in range(3):
        post(we, reference=f"ag{number}")

    first = changes(we, limit=4)
    second = changes(we, limit=4, since=first["next"])

    assert [one["type"] for one in first["changes"]] == ["client", "user", "user", "record"]
    assert [one["id"] for one in second["changes"]] == ["r2", "r3"]
    assert (first["more"], second["more"], second["next"]) == (True, False, 6)
    assert changes(we, since=6)["changes"] == []


def test_only_the_newest_state_of_a_thing_is_a_change(we: FlaskClient, app: FamilyApp) -> None:
    record = post(we).get_json()["id"]
    app.edit("u1", record, place="keuken")

    [change] = changes(we, type="record")["changes"]

    assert (change["number"], change["body"]["place"]) == (5, "keuken")


def test_a_place_in_the_changes_that_never_was_is_gone(we: FlaskClient) -> None:
    assert we.get("/api/changes?since=99").status_code == 410


def test_a_circle_that_is_no_longer_shared_is_forbidden_and_unlisted(we: FlaskClient, app: FamilyApp) -> None:
    path = f"/api/records/{post(we).get_json()['id']}"

    app.share("c1", shared=False)

    assert we.get(path).status_code == 403
    assert we.delete(path, headers={"If-Match": '"1"'}).status_code == 403
    assert [one["id"] for one in changes(we)["changes"]] == ["u1", "u9"]
    assert we.get("/api/records?reference=ag1").get_json() == {"records": []}
    app.share("c1")
    assert we.get(path).status_code == 200


def test_an_edit_in_the_app_raises_the_version_and_voids_the_reference_of_the_terms(
    we: FlaskClient, app: FamilyApp
) -> None:
    post(we, terms="5f2a#1")

    app.edit("u1", "ag1", place="keuken")
    assert app.record_of("ag1")["terms"] == "5f2a#1"
    app.move("u1", "ag1", "t1", ["20:00"], text="elke avond")

    record = app.record_of("ag1")
    assert record["tasks"][0]["when"] == {
        "text": "elke avond",
        "rhythm": {"type": "days", "every": "day", "times": ["20:00"]},
    }
    assert (record["version"], record["changed_by"], "terms" in record) == (3, "u1", False)


def test_an_answer_keeps_the_reference_of_the_terms_it_was_given_under(
    we: FlaskClient, app: FamilyApp
) -> None:
    post(we, terms="5f2a#1")

    app.agree("u1", "ag1")
    app.report("u1", "ag1", "t1", "2026-03-05", done=False, text="Was niet thuis")

    agreed, report = app.record_of("ag1")["reactions"]
    assert agreed.items() >= {"kind": "agree", "user": "u1", "role": "relative", "terms": "5f2a#1"}.items()
    assert report.items() >= {"kind": "not_done", "task": "t1", "day": "2026-03-05", "nth": 1}.items()


def test_calling_off_the_same_time_twice_is_one_change(we: FlaskClient, app: FamilyApp) -> None:
    post(we)

    app.cancel("u1", "ag1", "t1", "2026-03-05", reason="Ziek")
    app.cancel("u1", "ag1", "t1", "2026-03-05", reason="Op vakantie")

    [once] = app.record_of("ag1")["changes"]
    assert (once["change"], once["reason"]) == ("cancelled", "Op vakantie")


def test_everybody_in_the_circle_reads_its_records_and_nobody_else(we: FlaskClient, app: FamilyApp) -> None:
    post(we)

    assert "Haren wassen" in app.readable("u1")
    assert "Haren wassen" in app.readable("c1")
    assert app.readable("u9") == []
    app.remove("u1", "ag1")
    assert app.readable("u1") == []


def test_a_wayward_server_cuts_reformats_adds_and_reorders() -> None:
    app = family("quirky", lag_seconds=0)
    rhythm = {"type": "days", "every": "day", "times": ["08:00"]}
    tasks = [{**TASK, "when": {"rhythm": rhythm}}, {"id": "t2"}]

    record = post(signed_in(app), title="x" * 61, tasks=tasks, review_notes="Ging goed. ").get_json()

    assert record["title"] == "x" * 60
    assert [task["id"] for task in record["tasks"]] == ["t2", "t1"]
    assert record["tasks"][1]["when"]["rhythm"]["times"] == ["08:00:00"]
    assert record["review_notes"] == "Ging goed."
    assert (record["language"], record["place"]) == ("nl", None)
    assert list(record) == sorted(record, reverse=True)


def test_reading_lags_behind_writing_and_catches_up() -> None:
    clock = Clock()
    app = family("quirky", lag_seconds=2, clock=clock)
    clock.now += 5
    we = signed_in(app)
    record = post(we).get_json()["id"]

    assert we.get(f"/api/records/{record}").status_code == 404
    assert we.get("/api/records?reference=ag1").get_json() == {"records": []}
    assert changes(we, type="record")["changes"] == []
    assert post(we).status_code == 200
    clock.now += 2
    assert [one["id"] for one in changes(we, type="record")["changes"]] == [record]


def test_an_app_without_tokens_has_no_versions_and_checks_none() -> None:
    we = signed_in(family(tokens=False))
    created = post(we)

    patched = we.patch(f"/api/records/{created.get_json()['id']}", json={"title": "Anders"})

    assert patched.status_code == 200
    assert "ETag" not in created.headers
    assert "version" not in patched.get_json()


Inbox = tuple[str, queue.Queue[tuple[dict[str, str], bytes]]]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """An address that keeps what it is sent: headers and body."""
    received: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
    listener = Flask("inbox")

    @listener.post("/in")
    def take() -> str:
        received.put((dict(request.headers), request.get_data()))
        return ""

    server = make_server("127.0.0.1", 0, listener)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/in", received
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("mode", "times"), [("strict", 1), ("quirky", 2)])
def test_a_change_is_told_signed_and_without_content(mode: Any, times: int, inbox: Inbox) -> None:
    url, received = inbox
    app = family(mode)
    secret = base64.b64encode(b"gedeeld-geheim-van-1234-tekens").decode()
    app.tell(url, f"whsec_{secret}")

    record = app.add_record("u1", "c1", "Haren wassen")

    told = [received.get(timeout=20) for _ in range(times)]
    for headers, body in told:
        assert body.decode() == f'{{"record": "{record}"}}'
        assert Webhook(secret).verify(body, headers) == {"record": record}
    assert len({headers["Webhook-Id"] for headers, _ in told}) == 1
