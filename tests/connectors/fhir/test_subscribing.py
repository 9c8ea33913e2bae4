"""Being told: one subscription of ours, that the server keeps; nobody without its key is heard."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from connectors.fhir.world import Start, World
from flask import Flask, Response, request
from werkzeug.serving import make_server

from samenspraak.connectors import Hint, Inbound
from samenspraak.errors import AuthenticationError
from samenspraak.sandbox import Fault

KEY = "sleutel-van-de-melding"


class Door:
    """Where notices arrive; ``status``: what it answers."""

    def __init__(self) -> None:
        self.heard: list[Inbound] = []
        self.status = 204
        app = Flask("door")

        @app.post("/in/de-linde/ecd")
        def take() -> Response:
            self.heard.append(Inbound(headers=dict(request.headers), body=request.get_data()))
            return Response(status=self.status)

        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in/de-linde/ecd"

    def hears(self, number: int) -> list[Inbound]:
        until = time.monotonic() + 20
        while len(self.heard) < number and time.monotonic() < until:
            time.sleep(0.01)
        return self.heard


@pytest.fixture
def door() -> Iterator[Door]:
    found = Door()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.02,))
    thread.start()
    yield found
    found.server.shutdown()
    thread.join(5)
    found.server.server_close()


def subscriptions(world: World) -> list[Any]:
    return [one.resource for one in world.sandbox.records.current("Subscription", primary=True)]


def test_a_change_there_knocks_with_our_key_and_an_empty_body(start: Start, door: Door) -> None:
    world = start(hook_url=door.url, hook_key=KEY)
    world.listed()

    world.agree("a")

    [notice] = door.hears(1)
    assert notice.body == b""
    assert world.connector.hints(notice) == [Hint()]


def test_there_is_one_subscription_however_often_everything_is_read(start: Start, door: Door) -> None:
    world = start(hook_url=door.url, hook_key=KEY)
    for _ in range(3):
        world.listed()

    [one] = subscriptions(world)
    assert (one["status"], one["channel"]["type"], "payload" in one["channel"]) == (
        "active",
        "rest-hook",
        False,
    )
    assert one["criteria"].startswith("CarePlan?category=")


def test_a_subscription_that_the_server_gave_up_is_asked_for_again(start: Start, door: Door) -> None:
    world = start(hook_url=door.url, hook_key=KEY)
    world.listed()
    door.status = 500
    world.agree("a")
    until = time.monotonic() + 20
    while subscriptions(world)[0]["status"] != "error" and time.monotonic() < until:
        time.sleep(0.01)

    door.status = 204
    world.listed()

    assert [one["status"] for one in subscriptions(world)] == ["active"]


def test_another_selection_is_subscribed_to(start: Start, door: Door) -> None:
    world = start(hook_url=door.url, hook_key=KEY)
    world.listed()
    other = world.again(hook_url=door.url, hook_key=KEY, categories=["http://snomed.info/sct|736353004"])

    other.listed()

    [one] = subscriptions(world)
    assert "736353004" in one["criteria"]


def test_a_new_key_is_told_to_the_server_once_and_its_notices_are_heard(start: Start, door: Door) -> None:
    """Until then every notice came with the former key, and none was heard any more."""
    world = start(hook_url=door.url, hook_key=KEY)
    world.listed()
    other = world.again(hook_url=door.url, hook_key="een-heel-andere-sleutel")
    other.listed()
    version = subscriptions(world)[0]["meta"]["versionId"]
    other.listed()

    [one] = subscriptions(world)
    assert one["meta"]["versionId"] == version
    assert "sleutel" not in one["reason"]
    world.agree("a")
    [notice] = door.hears(1)
    assert notice.headers["X-Samenspraak-Key"] == "een-heel-andere-sleutel"
    assert other.connector.hints(notice) == [Hint()]
    with pytest.raises(AuthenticationError):
        world.connector.hints(notice)


@pytest.mark.parametrize("settings", [{}, {"hook_key": KEY}], ids=["nothing", "no address"])
def test_without_an_address_of_ours_nothing_is_asked_for(start: Start, settings: dict[str, str]) -> None:
    world = start(**settings)
    world.listed()
    assert subscriptions(world) == []


def test_a_server_that_lets_us_subscribe_to_nothing_is_read_all_the_same(start: Start, door: Door) -> None:
    world = start(hook_url=door.url, hook_key=KEY)
    world.agree("a")
    world.sandbox.inject(Fault(kind="status", path="/fhir/Subscription", method="POST", status=403))

    assert world.listed() == ["a"]


TOPIC = {
    "resourceType": "Bundle",
    "type": "history",
    "entry": [
        {
            "resource": {
                "resourceType": "Parameters",
                "parameter": [{"name": "type", "valueCode": "heartbeat"}],
            }
        }
    ],
}


@pytest.mark.parametrize(
    ("headers", "body", "is_heard"),
    [
        ({"X-Samenspraak-Key": KEY}, b"", True),
        ({"x-samenspraak-key": KEY}, json.dumps(TOPIC).encode(), True),
        ({"X-Samenspraak-Key": KEY}, b"{}", False),
        ({"X-Samenspraak-Key": KEY}, b"[[", False),
        ({"X-Samenspraak-Key": "een-heel-andere-sleutel"}, b"", False),
        ({}, b"", False),
    ],
    ids=["empty", "of a topic", "of nothing", "unreadable", "another key", "no key"],
)
def test_who_shows_the_key_is_heard_and_nobody_else(
    start: Start, headers: dict[str, str], body: bytes, is_heard: bool
) -> None:
    world, notice = start(hook_key=KEY), Inbound(headers=headers, body=body)
    if is_heard:
        assert world.connector.hints(notice) == [Hint()]
        return
    with pytest.raises(AuthenticationError):
        world.connector.hints(notice)


def test_without_a_key_in_the_settings_nobody_is_heard(start: Start) -> None:
    with pytest.raises(AuthenticationError):
        start().connector.hints(Inbound(headers={"X-Samenspraak-Key": ""}, body=b""))
