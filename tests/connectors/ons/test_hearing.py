"""Notifications of Ons: what is genuine, what it hints at, and what an outage leaves."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask, Response, request
from werkzeug.serving import make_server

from samenspraak.connectors import Hint, Inbound
from samenspraak.errors import AuthenticationError, InvalidRecordError, SamenspraakError

from .conftest import SECRET, House, Line, line_to

BASE = "https://ons.example"


TOLD = "2026-11-22T10:08:11+01:00"
NOW = datetime.fromisoformat(TOLD)


def event(
    model: str, kind: str = "UPDATE", customer: str = "TE1002", told: str | None = TOLD, **more: Any
) -> bytes:
    said = {"customerCode": customer, "eventType": kind, "modelType": model, "amountOfRetries": 0, **more}
    return json.dumps({**said, "timestamp": told} if told else said).encode()


def sent(body: bytes, secret: str = SECRET, at: datetime = NOW) -> Inbound:
    signature = hmac.new(secret.encode(), body, hashlib.sha512).hexdigest()
    return Inbound(headers={"x-signature-sha512": signature}, body=body, at=at)


def hints(request: Inbound, **settings: Any) -> list[Hint]:
    """What is hinted, apart from what the notification is called."""
    return [replace(one, notice="") for one in line_to(BASE, **settings).connector.hints(request)]


def name(request: Inbound) -> str:
    [hint] = line_to(BASE).connector.hints(request)
    return hint.notice


@pytest.mark.parametrize("model", ["client", "client_contact_relation", "care_plan", "team", "employee"])
def test_what_we_read_something_about_is_a_hint_that_names_nobody(model: str) -> None:
    assert hints(sent(event(model, id=4711))) == [Hint()]


def test_an_activated_plan_is_a_hint_too() -> None:
    assert hints(sent(event("care_plan_activated", "CUSTOM", payload={"clientId": 4711}))) == [Hint()]


def test_what_is_about_something_else_is_acknowledged_and_forgotten() -> None:
    assert hints(sent(event("insurance", id=4711))) == []
    assert hints(sent(event("connector", "NOP"))) == []


def test_of_the_two_at_set_up_the_wrongly_signed_one_is_refused() -> None:
    """ONS-DOC ``Webhooks``: one NOP event is signed rightly and one wrongly, and 200 to both fails."""
    nop = event("connector", "NOP")
    assert hints(sent(nop)) == []
    with pytest.raises(AuthenticationError):
        hints(sent(nop, secret="een-ander-geheim-dan-dit"))


def test_a_signature_holds_for_the_very_bytes_that_came() -> None:
    body = event("care_plan", id=4711)
    with pytest.raises(AuthenticationError):
        hints(replace(sent(body), body=body.replace(b'": ', b'":')))
    with pytest.raises(AuthenticationError):
        hints(Inbound(headers={}, body=body))


@pytest.mark.parametrize("spelled", [str.upper, str.lower])
def test_a_signature_in_either_case_or_in_base64_is_taken(spelled: Any) -> None:
    body = event("care_plan", id=4711)
    digest = hmac.new(SECRET.encode(), body, hashlib.sha512).digest()
    for told in (spelled(digest.hex()), base64.b64encode(digest).decode()):
        assert hints(Inbound(headers={"X-Signature-SHA512": told}, body=body, at=NOW)) == [Hint()]


def test_while_the_secret_changes_both_are_taken_and_afterwards_the_new_one_only() -> None:
    old = sent(event("care_plan", id=4711), secret="het-geheim-van-vorig-jaar")
    assert hints(old, earlier_hook_secret="het-geheim-van-vorig-jaar") == [Hint()]
    assert hints(sent(event("care_plan", id=4711)), earlier_hook_secret="het-geheim-van-vorig-jaar") == [
        Hint()
    ]
    with pytest.raises(AuthenticationError):
        hints(old)


def test_without_a_secret_nothing_is_taken() -> None:
    body = event("care_plan", id=4711)
    with pytest.raises(AuthenticationError):
        hints(sent(body), hook_secret=None)


def test_what_is_about_another_environment_is_passed_over() -> None:
    assert hints(sent(event("care_plan", id=1)), customer_code="TE1002") == [Hint()]
    assert hints(sent(event("care_plan", id=1, customer="XX9")), customer_code="TE1002") == []


def test_the_same_notification_is_called_the_same_and_another_one_otherwise() -> None:
    plan = event("care_plan", id=4711)
    others = (event("care_plan", id=4712), event("care_plan", id=4711, told="2026-11-22T10:08:11.001+01:00"))
    assert name(sent(plan)) == name(sent(plan, at=NOW + timedelta(hours=1)))
    assert len({name(sent(one)) for one in (plan, *others)}) == 3


@pytest.mark.parametrize("told", [None, "", "vandaag", "2026-11-22T10:08:11"])
def test_what_does_not_say_when_has_no_name_and_is_a_hint_each_time(told: str | None) -> None:
    assert name(sent(event("care_plan", id=4711, told=told))) == ""


@pytest.mark.parametrize("past", [timedelta(minutes=-4), timedelta(0), timedelta(hours=24)])
def test_what_was_missed_is_taken_for_as_long_as_ons_sends_it_again(past: timedelta) -> None:
    assert hints(sent(event("care_plan", id=4711), at=NOW + past)) == [Hint()]


@pytest.mark.parametrize("past", [timedelta(minutes=-6), timedelta(hours=24, minutes=6), timedelta(days=9)])
def test_what_is_of_another_day_is_refused(past: timedelta) -> None:
    with pytest.raises(AuthenticationError, match="another day"):
        hints(sent(event("care_plan", id=4711), at=NOW + past))


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff"])
def test_what_is_signed_and_no_event_is_refused_as_such(body: bytes) -> None:
    with pytest.raises(InvalidRecordError):
        hints(sent(body))


# Over a real socket: the sandbox tells, a receiver with our connector listens.


@dataclass
class Receiver:
    """A door with our connector behind it. ``shut``: answers 503 · ``slow_seconds``: thinks first."""

    line: Line
    heard: list[bytes] = field(default_factory=list)
    shut: bool = False
    slow_seconds: float = 0.0
    url: str = ""

    def take(self) -> Response:
        if self.shut:
            return Response(status=503)
        time.sleep(self.slow_seconds)
        body = request.get_data()
        try:
            self.line.connector.hints(Inbound(headers=dict(request.headers), body=body))
        except SamenspraakError:
            return Response(status=401)
        self.heard.append(body)
        return Response(status=200)


@pytest.fixture
def receiver(line: Line) -> Iterator[Receiver]:
    receiver, app = Receiver(line=line), Flask(__name__)
    app.add_url_rule("/in", view_func=receiver.take, methods=["POST"])
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/in"
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("mode", ["strict", "quirky"])
def test_what_was_missed_during_an_outage_is_told_again_when_we_listen_again(
    house: House, line: Line, receiver: Receiver
) -> None:
    assert house.ons.subscribe(receiver.url, SECRET) == [200, 401]
    house.in_force("Samen wandelen")
    house.ons.hooks.wait()
    cursor = line.pages()[-1].cursor
    receiver.heard.clear()
    receiver.shut = True
    house.ons.open_draft(house.client)
    house.ons.activate(house.client)
    house.ons.hooks.wait()
    assert (receiver.heard, bool(house.ons.hooks.missed)) == ([], True)

    receiver.shut = False
    back = line.call.now - timedelta(minutes=30)
    line.pages(str(cursor).replace(_heard(cursor), back.isoformat()))
    house.ons.hooks.wait()

    told = [json.loads(body) for body in receiver.heard]
    assert {one["modelType"] for one in told} == {"care_plan", "care_plan_activated"}
    assert {one["amountOfRetries"] for one in told} == {1}
    assert house.ons.hooks.missed == []


def test_while_we_listen_nothing_is_asked_again(house: House, line: Line) -> None:
    line.pages(line.pages()[-1].cursor)
    assert [one.path for one in house.ons.seen() if "redeliver" in one.path] == []


def test_after_more_than_a_day_everything_is_read_again(line: Line, house: House) -> None:
    """ONS-DOC ``Webhooks``: what was missed is kept for 24 hours."""
    cursor = line.pages()[-1].cursor
    long_ago = line.call.now - timedelta(hours=30)
    with pytest.raises(SamenspraakError, match="more than a day"):
        line.pages(str(cursor).replace(_heard(cursor), long_ago.isoformat()))


def _heard(cursor: str | None) -> str:
    return str(json.loads(str(cursor))["heard"])


def test_an_answer_after_three_seconds_is_a_missed_one(house: House, receiver: Receiver) -> None:
    """ONS-DOC ``Webhooks``: 200 within 3 seconds; nothing is repeated by itself."""
    house.ons.subscribe(receiver.url, SECRET)
    receiver.slow_seconds = 3.3
    house.ons.hooks.emit("UPDATE", "care_plan", 55)
    house.ons.hooks.wait()
    assert [one["id"] for one in house.ons.hooks.missed] == [55]
