"""Getting in: a proof for each request, the other ways, our name in the platform's log, and its pings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from connectors.ozo.hub import Hub, connected

from samenspraak.connectors import Inbound
from samenspraak.errors import ConfigurationError, PermanentError
from samenspraak.http import BearerAuth
from samenspraak.sandbox import Fault
from samenspraak_ozo.plugin import OzoConnector
from samenspraak_ozo.sandbox import OzoSandbox

# Ways to sign in.


def test_a_token_that_the_platform_gave_out_by_hand_is_a_way_too(client: Any, people: Any) -> None:
    token = client.act("give_token", subject="samenspraak")
    for hub in connected(client, people, sign_in="token", access_token=token, nuts_url=None):
        assert hub.open().token


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sign_in": "token"}, "access_token: this way to sign in asks for it"),
        ({"nuts_url": None, "nuts_subject": None}, "nuts_url: this way to sign in asks for it"),
        ({"sign_in": "geheim"}, "known: nuts, token"),
    ],
)
def test_what_a_way_asks_for_is_named_when_it_is_missing(
    client: Any, people: Any, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(words)):
        next(iter(connected(client, people, **settings)))


def test_a_platform_of_this_kind_can_have_a_way_of_its_own(client: Any, people: Any) -> None:
    token = client.act("give_token", subject="samenspraak")

    class Regional(OzoConnector):
        ways = {**OzoConnector.ways, "regio": lambda settings, client: BearerAuth(token)}  # noqa: RUF012

    for hub in connected(client, people, kind=Regional, sign_in="regio"):
        assert hub.open().token


# Our name in the platform's log.


def test_each_request_of_one_act_is_another_part_of_one_trace(client: Any, hub: Hub) -> None:
    before = len(client.act("traces"))
    hub.open()
    spans = client.act("traces")[before:]
    assert len({trace for trace, _ in spans}) == 1
    assert len({span for _, span in spans}) == len(spans) > 1


def test_an_error_says_by_which_trace_the_platform_knows_it(sandbox: OzoSandbox, hub: Hub) -> None:
    sandbox.inject(Fault(kind="status", status=400, times=1, path="/fhir/CommunicationRequest.*"))
    with pytest.raises(PermanentError, match=r"answered 400 \(trace [0-9a-f]{32}\)"):
        hub.connector.fetch(hub.call, "1")


# Pings.


@pytest.fixture
def pinged(client: Any, people: Any) -> Iterator[Hub]:
    client.act("allow_hooks", origin="http://127.0.0.1:9")
    yield from connected(client, people, hook_url="http://127.0.0.1:9/in/huis/ozo-1")


def subscribed(client: Any) -> list[tuple[str, str]]:
    return sorted((one["criteria"].split("?")[0], one["status"]) for one in client.search("Subscription"))


def test_the_hub_asks_for_pings_once_and_a_quiet_cycle_writes_nothing(
    sandbox: OzoSandbox, client: Any, pinged: Hub
) -> None:
    pinged.pages()
    assert subscribed(client) == [("Communication", "active"), ("Task", "active")]
    (task,) = (one for one in client.search("Subscription") if one["criteria"].startswith("Task"))
    assert task["criteria"] == f"Task?status=requested&owner={pinged.people.nurse}"
    assert "payload" not in task["channel"]

    before = len(sandbox.writes())
    pinged.pages()
    assert len(sandbox.writes()) == before


def test_an_answer_of_somebody_pings_the_hub_with_the_key_and_nothing_else(
    client: Any, people: Any, hook: Any
) -> None:
    origin = f"http://127.0.0.1:{hook.server_port}"
    client.act("allow_hooks", origin=origin)
    for hub in connected(client, people, hook_url=f"{origin}/in/huis/ozo-1"):
        hub.pages()
        hub.open()
        while not hook.heard.empty():
            hook.heard.get()
        client.act("reply", person="80021", text="Akkoord")

        key, body = hook.heard.get(timeout=20)
        ping = Inbound(headers={"X-Samenspraak-Key": key}, body=body)
        assert [one.external_id for one in hub.connector.hints(ping)] == [None]


def test_a_subscription_the_platform_gave_up_on_is_asked_for_again(client: Any, pinged: Hub) -> None:
    pinged.pages()
    (one, _) = client.search("Subscription")
    client.ask("PUT", f"Subscription/{one['id']}", json={**one, "status": "error"})
    pinged.pages()

    assert subscribed(client) == [("Communication", "active"), ("Task", "active")]


def test_a_new_key_is_told_to_the_platform(client: Any, pinged: Hub) -> None:
    pinged.pages()
    settings = {"hook_url": pinged.connector.settings["hook_url"], "hook_key": "een-heel-nieuwe-sleutel"}
    for hub in connected(client, pinged.people, **settings):
        hub.pages()

    headers = {one["channel"]["header"][0] for one in client.search("Subscription")}
    assert headers == {"X-Samenspraak-Key: een-heel-nieuwe-sleutel"}


def test_pings_are_called_off_before_the_connection_goes(client: Any, pinged: Hub) -> None:
    pinged.pages()
    url = pinged.connector.settings["hook_url"]
    for hub in connected(client, pinged.people, hook_url=url, hooks=False):
        hub.pages()

    assert subscribed(client) == [("Communication", "off"), ("Task", "off")]


def test_a_platform_that_takes_no_subscription_is_polled_all_the_same(client: Any, people: Any) -> None:
    for hub in connected(client, people, hook_url="https://10.0.0.7/in/huis/ozo-1"):
        assert "A. van Vliet" in {one.name for page in hub.pages() for one in page.parties}

    assert subscribed(client) == []


def test_the_check_says_how_it_stands_with_the_pings(client: Any, pinged: Hub) -> None:
    assert told(pinged) == "pings will be asked for"
    pinged.pages()
    assert told(pinged) == "pings: active, active"
    for hub in connected(client, pinged.people):
        assert told(hub) == "no pings are asked for"


def told(hub: Hub) -> str:
    [read] = [one.detail for one in hub.connector.check(hub.call) if one.step == "read"]
    return read.partition("; ")[2]
