"""Hints in over HTTP: verified, stored, then answered."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from samenspraak.web.app import create_app

SECRET = "een-lang-genoeg-geheim"


@pytest.fixture
def web(town: Any) -> FlaskClient:
    from dataclasses import replace

    town.family_app("app-a")
    with town.app.store.write("de-linde") as uow:
        record = uow.connectors.get("app-a")
        settings = {**record.settings, "notify_secret": "secret://env/NOTIFY"}
        uow.connectors.save(replace(record, settings=settings))
        uow.commit()
    return create_app(town.app, is_working=lambda: True).test_client()


def signed(body: bytes) -> dict[str, str]:
    return {"X-Signature": f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"}


def test_a_signed_notification_makes_the_hub_look_soon(town: Any, web: FlaskClient) -> None:
    body = json.dumps({"record": "r1"}).encode()
    assert web.post("/in/de-linde/app-a", data=body, headers=signed(body)).status_code == 200
    with town.app.store.read("de-linde") as uow:
        assert uow.connectors.get("app-a").poll_due_at == town.clock.now()


def test_an_unsigned_notification_changes_nothing(town: Any, web: FlaskClient) -> None:
    assert web.post("/in/de-linde/app-a", data=b'{"record": "r1"}').status_code == 401
    with town.app.store.read("de-linde") as uow:
        assert uow.connectors.get("app-a").poll_due_at is None


@pytest.mark.parametrize("path", ["/in/de-linde/no-such", "/in/de-beuk/app-a"])
def test_nobody_learns_which_connectors_there_are(web: FlaskClient, path: str) -> None:
    assert web.post(path, data=b"{}").status_code == 404


def test_a_notification_that_is_too_large_is_not_read(web: FlaskClient) -> None:
    assert web.post("/in/de-linde/app-a", data=b"x" * (2**20 + 1)).status_code == 413


def test_health_is_bad_while_the_runner_does_not_look_for_work(town: Any) -> None:
    works = [False]
    web = create_app(town.app, is_working=lambda: works[0]).test_client()
    assert web.get("/healthz").status_code == 503
    works[0] = True
    assert web.get("/healthz").get_json() == {"ok": True, "database": True, "runner": True}
