"""What a notice says, byte for byte, and what the connector makes of each answer."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import request

from samenspraak.connectors import Call, Changes, Delivery, Notice, NoticeKind, Step
from samenspraak.connectors.registry import load_settings
from samenspraak.domain.agreements import State, Status
from samenspraak.domain.units import STATUS
from samenspraak.errors import ConfigurationError, InvalidRecordError, TransientError
from samenspraak.protocols.standard_webhooks import Secret, verify
from samenspraak_webhook import mapping
from samenspraak_webhook.kit import OTHER_SECRET
from samenspraak_webhook.plugin import WebhookConnector
from samenspraak_webhook.sandbox import HOOK, SECRET, Receiver

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
NOTICE = Notice(
    id="n1",
    number=42,
    kind=NoticeKind.UPDATED,
    agreement_id="a1",
    reader="7",
    version=3,
    at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
)
BODY = (
    b'{"data":{"agreement":"a1","reader":"7","sequence":42,"version":3},'
    b'"timestamp":"2026-11-23T09:00:00.000Z","type":"agreement.updated"}'
)


def settings(open_origins: Collection[str] = (), **given: Any) -> dict[str, Any]:
    whole = {"base_url": "https://app.example/hook", "secret": SECRET, **given}
    return {**load_settings(WebhookConnector.manifest, whole, secret=str), "open_origins": open_origins}


def test_the_body_is_small_the_same_each_time_and_about_nothing_but_ids() -> None:
    assert mapping.body(NOTICE) == BODY
    assert mapping.body(replace(NOTICE)) == BODY
    assert len(BODY) < 20_000


def test_a_retraction_has_no_version() -> None:
    told = json.loads(mapping.body(replace(NOTICE, kind=NoticeKind.RETRACTED)))

    assert told["data"] == {"agreement": "a1", "reader": "7", "sequence": 42}


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_kind_has_a_type_of_the_form_that_the_standard_asks(kind: NoticeKind) -> None:
    assert json.loads(mapping.body(replace(NOTICE, kind=kind)))["type"] == f"agreement.{kind}"


def test_each_attempt_is_signed_for_its_own_moment_over_the_same_bytes() -> None:
    app = Receiver()
    app.clock = NOW.timestamp
    requests: list[Any] = []
    with app.running() as url:
        connector = WebhookConnector("app", settings(base_url=url + HOOK, open_origins=[url]))

        @app.app.before_request
        def note() -> None:
            requests.append((dict(request.headers), request.get_data()))

        call = Call(http=connector.http(), now=NOW)
        for later in (0, 40):
            connector.deliver(replace(call, now=NOW + timedelta(seconds=later)), NOTICE)

    verified = [verify(headers, body, [Secret.parse(SECRET)], NOW) for headers, body in requests]
    assert {body for _, body in requests} == {BODY}
    assert [one.id for one in verified] == ["n1", "n1"]
    assert [one.sent_at for one in verified] == [NOW, NOW + timedelta(seconds=40)]


def test_a_private_address_is_refused_before_anything_leaves() -> None:
    connector = WebhookConnector("app", settings(base_url="https://10.0.0.8/hook"))

    with pytest.raises(ConfigurationError):
        connector.deliver(Call(http=connector.http(), now=NOW), NOTICE)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"base_url": "https://app.example/hook?sleutel=1"}, "'?'"),
        ({"base_url": "http://app.example/hook"}, "https"),
    ],
)
def test_an_address_that_would_give_something_away_is_refused(given: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ConfigurationError, match=wrong.replace("?", r"\?")):
        WebhookConnector("app", settings(**given)).http()


@pytest.mark.parametrize("secret", ["geheim", "whsec_a29ydA==", ""])
def test_a_secret_that_is_none_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load_settings(WebhookConnector.manifest, settings(secret=secret), secret=lambda itself: itself)

    assert "secret" in str(refused.value)
    assert not secret or secret not in str(refused.value).replace("secret", "")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_a_delivery(status: int) -> None:
    assert delivered(status) is Delivery.TAKEN


@pytest.mark.parametrize("status", [300, 301, 400, 401, 403, 404, 409, 412, 422, 501, 502, 504, 505])
def test_any_refusal_but_410_is_tried_again(status: int) -> None:
    with pytest.raises(TransientError):
        delivered(status)
    assert delivered(410) is Delivery.UNWANTED


def delivered(status: int) -> Delivery:
    """What the connector makes of an answer with this status; ``app.example`` need not resolve."""
    app = Receiver()
    with app.running() as url:
        app.app.before_request(lambda: ("", status))
        connector = WebhookConnector("app", settings(base_url=url + HOOK, open_origins=[url]))
        return connector.deliver(Call(http=connector.http(), now=NOW), NOTICE)


def test_the_connection_test_sends_a_signed_notice_about_nothing() -> None:
    app = Receiver()
    with app.running() as url:
        good = WebhookConnector("app", settings(base_url=url + HOOK, open_origins=[url]))
        wrong = WebhookConnector(
            "app", settings(base_url=url + HOOK, secret=OTHER_SECRET, open_origins=[url])
        )
        took = list(good.check(Call(http=good.http(), now=datetime.now(UTC))))
        refused = list(wrong.check(Call(http=wrong.http(), now=datetime.now(UTC))))[-1]

    assert [one.step for one in took[:2]] == [Step.CONNECT, Step.SIGN_IN]
    assert [one.kind for one in app.taken] == ["test"]
    assert (refused.step, refused.ok, refused.detail) == (Step.SIGN_IN, False, "the app answered 401")
    assert app.writes() == []


# The copy.


def test_a_copy_tells_what_kind_of_notice_its_write_is() -> None:
    raw = {"client": "client:c1", "reader": "7", "marker": "a1", "mark": "d1#1"}
    available = mapping.noticed(None, raw)
    same = mapping.noticed(available, {**available})
    updated = mapping.noticed(available, {**available, "mark": "d2#2"})
    ended = mapping.put(updated, changes(Status(state=State.ENDED), "d3#3"))
    retracted = mapping.noticed(updated, mapping.emptied(updated))
    again = mapping.noticed(retracted, {**raw, "mark": "d2#1"})

    told = [available, same, updated, mapping.noticed(updated, ended), retracted, again]
    assert [one["notice"] for one in told] == [
        *("available", "available", "updated", "ended", "retracted", "available")
    ]


def test_of_what_was_taken_back_only_whose_it_was_is_left() -> None:
    raw = {"client": "client:c1", "reader": "7", "marker": "a1", "mark": "d1#1", "notice": "updated"}

    assert mapping.emptied(raw).keys() == {"client", "reader", "marker", "status"}
    assert mapping.read(mapping.emptied(raw)).mark is None


@pytest.mark.parametrize("wrong", [{"mark": 3}, {"arrival": "soon"}, {"status": "?"}, {"client": ""}])
def test_a_copy_that_is_damaged_is_refused_by_the_name_of_the_place(wrong: dict[str, Any]) -> None:
    raw = {"client": "client:c1", "reader": "7", "marker": "a1", **wrong}

    with pytest.raises(InvalidRecordError) as refused:
        mapping.read(raw)
    assert [refused.value.field] == list(wrong)


def changes(status: Status, mark: str) -> Any:
    return Changes(set={STATUS: status}, mark=mark)
