"""What somebody who manages connections does over the API: systems, failures, and plans."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.policy.access import Role
from samenspraak.policy.state import ConnectorState
from samenspraak.sandbox import Fault
from samenspraak.work.hearing import hear
from samenspraak_memory.sandbox import ACCESS_KEY, FamilyApp

API = "/api/v1"
Headers = dict[str, str]
Json = dict[str, Any]


@pytest.fixture
def manager(key: Callable[..., Headers]) -> Headers:
    return key(Role.CONNECTOR_MANAGER)


@pytest.fixture
def now(family: Any) -> None:
    """The time of the machine, which a test of a connection compares with that of the other system."""
    family.clock.at = datetime.now(UTC)


@pytest.fixture
def new(family: Any) -> Json:
    """A third app, which would be app C."""
    sandbox = FamilyApp()
    url = family.stack.enter_context(sandbox.running())
    family.joins(sandbox, "wit", *family.people)
    settings = {"base_url": url, "open_origins": [url], "title_length": sandbox.title_length}
    return {"id": "app-c", "plugin": "memory", "settings": settings}


def test_systems_are_listed_without_their_secrets(web: FlaskClient, manager: Headers) -> None:
    items = web.get(f"{API}/connectors", headers=manager).json["items"]
    one = web.get(f"{API}/connectors/app-a", headers=manager)

    assert [(each["id"], each["state"], each["links"]) for each in items] == [
        ("app-a", "running", {"equal": 1}),
        ("app-b", "running", {"equal": 1}),
    ]
    assert one.json == items[0]
    assert one.json["secrets"] == ["access_key"]
    assert "APP_KEY" not in one.text
    assert web.get(f"{API}/connectors/app-z", headers=manager).status_code == 404


def test_what_can_be_connected_says_what_each_kind_needs(web: FlaskClient, manager: Headers) -> None:
    first = web.get(f"{API}/connector-kinds?limit=1", headers=manager).json
    rest = web.get(f"{API}/connector-kinds?cursor={first['next']}", headers=manager).json["items"]

    [memory] = [one for one in [*first["items"], *rest] if one["name"] == "memory"]
    secret = {one["name"]: one["is_secret"] for one in memory["settings"]}
    assert secret["access_key"] is True
    assert len({one["name"] for one in rest}) == len(rest)


@pytest.mark.parametrize(
    "reference",
    [
        "secret://env/APP_KEY",
        "secret://file/etc/hostname",
        "secret://env/SAMENSPRAAK_SECRET_DE_EIK__KEY",
        "secret://env/SAMENSPRAAK_SECRET_DE_LINDE__EIK__KEY",
        "geheim",
    ],
)
def test_nobody_reaches_a_secret_that_is_not_of_their_organisation(
    web: FlaskClient, manager: Headers, new: Json, reference: str
) -> None:
    new["settings"]["access_key"] = reference

    for path in ("connectors", "connector-trials"):
        refused = web.post(f"{API}/{path}", json=new, headers=manager)
        assert (refused.status_code, refused.json["rule"]) == (409, "settings")
        assert reference not in refused.text
    change = {"settings": {"access_key": reference}}
    version = {"If-Match": web.get(f"{API}/connectors/app-a", headers=manager).headers["ETag"]}
    if reference != "secret://env/APP_KEY":  # which it has already
        refused = web.patch(f"{API}/connectors/app-a", json=change, headers={**manager, **version})
        assert (refused.status_code, refused.json["rule"]) == (409, "settings")


@pytest.fixture
def environment() -> dict[str, str]:
    return {"APP_KEY": ACCESS_KEY, "SAMENSPRAAK_SECRET_DE_LINDE__KEY": ACCESS_KEY}


@pytest.mark.usefixtures("now")
def test_a_system_is_tested_connected_and_resumed_as_it_was_planned(
    family: Any, web: FlaskClient, manager: Headers, new: Json
) -> None:
    new["settings"]["access_key"] = "secret://env/SAMENSPRAAK_SECRET_DE_LINDE__KEY"
    trial = web.post(f"{API}/connector-trials", json=new, headers=manager).json
    assert trial["works"], trial
    assert web.get(f"{API}/connectors/app-c", headers=manager).status_code == 404

    made = web.post(f"{API}/connectors", json=new, headers=manager)
    assert (made.status_code, made.json["state"]) == (201, ConnectorState.MATCHING)
    again = web.post(f"{API}/connectors", json=new, headers=manager)
    assert (again.status_code, again.json["rule"]) == (409, "connector-id")

    plan = web.post(f"{API}/plans", json={"release": ["app-c"]}, headers=manager).json
    assert [(one["connector_id"], one["kind"]) for one in plan["acts"]] == [("app-c", "create")]
    path = f"{API}/connectors/app-c/resume"
    other = {"seed": plan["seed"], "fingerprint": "p1:other"}
    assert web.post(path, json=other, headers=manager).status_code == 412
    assert web.get(f"{API}/connectors/app-c", headers=manager).json["state"] == "matching"

    asked = {"seed": plan["seed"], "fingerprint": plan["fingerprint"]}
    assert web.post(path, json=asked, headers=manager).status_code == 200
    assert web.post(path, json={}, headers=manager).json["rule"] == "connector-state"


def test_a_system_that_fails_its_test_is_not_saved(web: FlaskClient, manager: Headers, new: Json) -> None:
    new["settings"] |= {"base_url": "http://127.0.0.1:9/", "open_origins": ["http://127.0.0.1:9"]}
    new["settings"]["access_key"] = "secret://env/SAMENSPRAAK_SECRET_DE_LINDE__KEY"

    refused = web.post(f"{API}/connectors", json=new, headers=manager)

    assert (refused.status_code, refused.json["rule"]) == (409, "connection")
    assert web.get(f"{API}/connectors/app-c", headers=manager).status_code == 404
    missing = web.post(f"{API}/connectors", json={"id": "app-c", "plugin": "memory"}, headers=manager)
    assert (missing.status_code, missing.json["rule"]) == (409, "settings")


@pytest.mark.usefixtures("now")
def test_settings_change_over_the_version_that_was_read(web: FlaskClient, manager: Headers) -> None:
    path, change = f"{API}/connectors/app-a", {"title": "App van de familie"}
    read = {**manager, "If-Match": web.get(path, headers=manager).headers["ETag"]}

    changed = web.patch(path, json=change, headers=read)

    assert (changed.status_code, changed.json["title"]) == (200, "App van de familie")
    assert changed.json["secrets"] == ["access_key"]
    assert web.patch(path, json=change, headers=read).status_code == 412
    assert web.post(f"{path}/trial", headers=manager).json["works"]


def test_a_pause_holds_until_somebody_resumes_the_system(
    family: Any, web: FlaskClient, manager: Headers
) -> None:
    path = f"{API}/connectors/app-b"
    assert web.post(f"{path}/pause", json={"why": "onderhoud"}, headers=manager).json["state"] == "paused"
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    family.settle()
    assert web.get(path, headers=manager).json["links"] != {"equal": 1}

    assert web.post(f"{path}/resume", json={}, headers=manager).json == {"copies": 1}
    family.settle()
    assert web.get(path, headers=manager).json["links"] == {"equal": 1}


def test_a_direction_and_a_rule_are_set_where_that_harms_nobody(web: FlaskClient, manager: Headers) -> None:
    path = f"{API}/connectors/app-a"
    none = {"direction": "none"}

    assert web.put(f"{path}/directions/place", json=none, headers=manager).json == {
        "directions": {"place": "none"}
    }
    assert web.put(f"{path}/directions/what", json=none, headers=manager).json["rule"] == "unit-direction"
    assert web.put(f"{path}/directions/colour", json=none, headers=manager).json["rule"] == "unit-key"
    led = {"leader": "app-b"}
    assert web.put(f"{path}/rules/place", json=led, headers=manager).json == {"rules": {"place": "app-b"}}
    assert web.put(f"{path}/rules/place", json={"leader": None}, headers=manager).json == {"rules": {}}
    assert web.put(f"{path}/rules/place", json={"leader": "app-z"}, headers=manager).status_code == 404


# When they were heard.


def test_when_a_system_was_heard_is_told_newest_first_and_failures_by_code(
    family: Any, web: FlaskClient, manager: Headers
) -> None:
    family.systems["app-a"].inject(Fault(kind="status", status=503))
    for _ in range(2):
        hear(family.app.hub, "de-linde", "app-a")

    last, *earlier = web.get(f"{API}/connectors/app-a/runs", headers=manager).json["items"]
    assert (last["outcome"], last["error"], last["times"], last["seen"]) == ("failed", "transient", 2, 0)
    assert {one["outcome"] for one in earlier} == {"heard"}
    first = earlier[-1]
    assert (first["kind"], first["new"], first["ended_at"] is None) == ("full", 1, False)
    assert web.get(f"{API}/connectors/app-z/runs", headers=manager).status_code == 404


def test_a_page_of_them_follows_the_page_before_whatever_is_noted_meanwhile(
    family: Any, web: FlaskClient, manager: Headers
) -> None:
    path = f"{API}/connectors/app-a/runs?limit=1&fields=number"
    whole = [one["number"] for one in web.get(f"{API}/connectors/app-a/runs", headers=manager).json["items"]]
    page = web.get(path, headers=manager).json
    told = page["items"]
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    hear(family.app.hub, "de-linde", "app-a")
    while page["next"]:
        page = web.get(f"{path}&cursor={page['next']}", headers=manager).json
        told += page["items"]

    assert len(whole) > 1
    assert [one["number"] for one in told] == whole
    assert web.get(path, headers=manager).json["items"][0]["number"] > whole[0]


# What failed.


def test_what_failed_for_good_is_listed_shown_and_tried_again(
    family: Any, web: FlaskClient, manager: Headers, stockings: Json
) -> None:
    family.systems["app-b"].inject(Fault(kind="status", method="PATCH", status=422))
    family.systems["app-a"].move("son", "r1", "a1", ["07:30"])
    for _ in range(3):
        family.settle()
    [failed] = web.get(f"{API}/failures", headers=manager).json["items"]
    assert (failed["kind"], failed["connector_id"]) == ("copy", "app-b")
    assert failed["agreement_id"] == stockings["id"]
    tried = web.get(f"{API}/failures/{failed['id']}", headers=manager).json
    assert (tried["reason"], tried["tried"][-1]["act"]) == ("failed", "failed")

    family.systems["app-b"].clear_faults()
    ids = {"ids": [failed["id"]]}
    assert web.post(f"{API}/failure-retries", json=ids, headers=manager).json == ids
    family.settle()
    assert web.get(f"{API}/failures", headers=manager).json["items"] == []
    assert web.post(f"{API}/failure-retries", json=ids, headers=manager).json == {"ids": []}
    unknown = web.post(f"{API}/failure-retries", json={"ids": ["no-such"]}, headers=manager)
    assert unknown.status_code == 404
