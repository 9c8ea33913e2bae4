"""What holds for every call: credentials, how often, traces, problems, and pages of others."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import structlog
from flask.testing import FlaskClient

from samenspraak.policy.access import Role
from samenspraak.services import looking
from samenspraak.settings import Web
from samenspraak.web.app import create_app
from samenspraak.web.limits import Limits
from samenspraak.work.lines import to_stderr

API = "/api/v1"
APP = "https://app.example"
Headers = dict[str, str]


@pytest.mark.parametrize(
    "credential",
    [
        *("", "Bearer", "Bearer x", "Basic eDp5", "Bearer sp_de-linde_x_y", "Bearer sp_de-beuk_x_y"),
        *(
            f"Bearer st_de-linde_{said}.{mark * 43}"
            for said in ("YQ", "Y" * 5, "eyJ9", "é" * 8)
            for mark in "aé"
        ),
        *("Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer eyJ.x.y", "Bearer é.é.é"),
    ],
)
def test_nobody_gets_in_without_a_credential_and_nobody_hears_why(web: FlaskClient, credential: str) -> None:
    refused = web.get(f"{API}/agreements", headers={"Authorization": credential})
    for_somebody = {"Authorization": credential, "Samenspraak-Reader": "son"}

    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert web.get(f"{API}/agreements", headers=for_somebody).status_code == 401
    assert refused.json["detail"] == web.get(f"{API}/agreements").json["detail"]


def test_whoever_shows_many_that_are_refused_waits_and_nobody_else_behind_the_same_address_does(
    family: Any, staff: Headers
) -> None:
    web = create_app(family.app, is_working=lambda: True, limits=Limits(refusals=3)).test_client()
    answers = [web.get(f"{API}/agreements") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert int(answers[-1].headers["Retry-After"]) >= 1
    assert web.get(f"{API}/agreements", headers=staff).status_code == 200


def test_one_that_asks_too_often_hears_how_long_to_wait_and_others_go_on(
    family: Any, key: Callable[..., Headers]
) -> None:
    web = create_app(family.app, is_working=lambda: True, limits=Limits(asks=3)).test_client()
    one, other = key(Role.VIEWER), key(Role.COORDINATOR)
    answers = [web.get(f"{API}/agreements", headers=one) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert web.get(f"{API}/agreements", headers=other).status_code == 200


def test_what_somebody_asks_in_one_app_another_app_cannot_tell_and_does_not_wait_for(
    family: Any, key: Callable[..., Headers]
) -> None:
    web = create_app(family.app, is_working=lambda: True, limits=Limits(asks=3)).test_client()
    here, there = (key(Role.APP, app=app, reader="son") for app in ("app-a", "app-b"))

    answers = [web.get(f"{API}/me", headers=here).status_code for _ in range(4)]
    other = web.get(f"{API}/me", headers=there)

    assert answers == [200, 200, 200, 429]
    assert (other.status_code, other.headers["RateLimit-Remaining"]) == (200, "2")


def test_an_app_that_asks_for_people_who_are_not_there_waits_as_well_and_its_users_do_not(
    family: Any, key: Callable[..., Headers]
) -> None:
    web = create_app(family.app, is_working=lambda: True, limits=Limits(asks=3)).test_client()
    tried = [
        web.get(f"{API}/me", headers=key(Role.APP, app="app-a", reader=f"nobody{number}")).status_code
        for number in range(5)
    ]

    assert tried == [404, 404, 404, 429, 429]
    assert web.get(f"{API}/me", headers=key(Role.APP, app="app-a", reader="son")).status_code == 200


def test_a_trace_that_is_named_is_kept_and_another_one_begins(web: FlaskClient, staff: Headers) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    named = web.get(f"{API}/agreements", headers={**staff, "traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    begun = [web.get(f"{API}/agreements", headers=staff).headers["traceparent"] for _ in range(2)]

    assert named.headers["traceparent"].split("-")[1] == trace
    assert begun[0].split("-")[1] != begun[1].split("-")[1]


@pytest.mark.parametrize("header", ["nonsense", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "a\tb"])
def test_what_names_no_trace_begins_one(web: FlaskClient, staff: Headers, header: str) -> None:
    answer = web.get(f"{API}/agreements", headers={**staff, "traceparent": header})

    assert answer.status_code == 200
    assert header not in answer.headers["traceparent"]


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/agreements?limit=0", None, "invalid"),
        ("GET", "/agreements/x/versions?cursor=x", None, "invalid"),
        ("GET", "/agreements?nonsense=1", None, "invalid"),
        ("GET", "/agreements?fields=nonsense", None, "invalid"),
        ("GET", "/agreements?state=nonsense", None, "invalid"),
        ("GET", "/agreements?client=client:nobody", None, "not_found"),
        ("GET", "/nothing", None, "not_found"),
        ("DELETE", "/agreements", None, "method"),
        ("POST", "/agreements", b"{", "bad_request"),
        ("POST", "/agreements", b"[]", "invalid"),
        ("POST", "/agreements", b'{"client": "client:wit"}', "invalid"),
        ("POST", "/agreements", b'{"client": "x", "units": {}}', "invalid"),
        ("POST", "/agreements", b'{"client": "client:wit", "units": {}, "more": 1}', "invalid"),
        ("POST", "/agreements", b'{"client": "client:wit", "units": {}}', "rule"),
        ("POST", "/agreements", b"\xff\xfe", "bad_request"),
        (
            "POST",
            "/agreements",
            b'{"client": "client:wit", "client": "client:wit", "units": {}}',
            "bad_request",
        ),
        ("POST", "/agreements", b'{"client": "client:wit", "units": {"place": "\\ud800"}}', "bad_request"),
        ("POST", "/agreements", b'{"client": "client:wit", "units": {"place": "\\u0007"}}', "invalid"),
        ("POST", "/agreements", b"[" * 100_000, "bad_request"),
        ("POST", "/agreements", b"x" * (2**20 + 1), "too_large"),
    ],
)
def test_whatever_goes_wrong_has_one_shape(
    web: FlaskClient,
    staff: Headers,
    stockings: dict[str, Any],
    method: str,
    path: str,
    body: bytes,
    code: str,
) -> None:
    answer = web.open(
        f"{API}{path}", method=method, data=body, headers=staff, content_type="application/json"
    )

    assert answer.content_type == "application/problem+json"
    assert (answer.json["code"], answer.json["status"]) == (code, answer.status_code)
    assert answer.json["detail"]


def test_pages_of_known_apps_may_call_it_and_no_others(family: Any) -> None:
    settings = replace(family.app.settings, web=Web(app_origins=(APP,)))
    web = create_app(replace(family.app, settings=settings), is_working=lambda: True).test_client()
    asks = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}
    known, other = (
        web.options(f"{API}/agreements", headers={**asks, "Origin": one})
        for one in (APP, "https://elsewhere.example")
    )

    assert known.headers["Access-Control-Allow-Origin"] == APP
    assert "If-Match" in known.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in other.headers
    assert "Access-Control-Allow-Origin" not in web.get("/healthz", headers={"Origin": APP}).headers


def test_no_answer_about_people_is_kept_by_anybody_else(web: FlaskClient, staff: Headers) -> None:
    headers = web.get(f"{API}/agreements", headers=staff).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_crash_is_told_by_its_trace_and_logged_without_what_it_was_about(
    web: FlaskClient, staff: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ValueError("Mevrouw De Wit")

    monkeypatch.setattr(looking, "view_agreements", crash)
    web.application.config["PROPAGATE_EXCEPTIONS"] = False
    to_stderr(stream := io.StringIO())
    answer = web.get(f"{API}/agreements", headers=staff)
    structlog.reset_defaults()

    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    [line] = stream.getvalue().splitlines()
    assert answer.json["trace"] in line
    assert "ValueError at crash" in line
    assert "De Wit" not in line + answer.text

    monkeypatch.undo()
    assert web.get(f"{API}/agreements", headers=staff).status_code == 200
