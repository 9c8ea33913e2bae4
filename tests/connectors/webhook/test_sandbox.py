"""The app as Standard Webhooks 1.0.0 has it, without the connector: by a client that signs by itself.

Source: github.com/standard-webhooks/standard-webhooks, ``spec/standard-webhooks.md``, read 2026-11-22.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
import standardwebhooks

from samenspraak_webhook.sandbox import HOOK, SECRET, Receiver

OTHER = "whsec_bmlldXctZ2VoZWltLXZhbi1kZS1hcHAtZW4tb25z"


def notice(kind: str = "updated", sequence: int = 1, **data: Any) -> dict[str, Any]:
    about = {"agreement": "a1", "reader": "7", "sequence": sequence}
    versions = {} if kind == "retracted" else {"version": sequence}
    return {
        "type": f"agreement.{kind}",
        "timestamp": "2026-11-23T09:00:00Z",
        "data": {**about, **versions, **data},
    }


class Sender:
    """Signs with a library that nobody here wrote, and posts."""

    def __init__(self, app: Receiver, url: str) -> None:
        self.app = app
        self.url = url + HOOK

    def post(self, content: Any, message_id: str = "m1", secret: str = SECRET, ago: float = 0.0) -> int:
        body = content if isinstance(content, str) else json.dumps(content)
        at = datetime.fromtimestamp(time.time() - ago, UTC)
        signature = standardwebhooks.Webhook(secret).sign(message_id, at, body)
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
        }
        return requests.post(self.url, data=body, headers=headers, timeout=5).status_code


@pytest.fixture
def sender() -> Iterator[Sender]:
    app = Receiver("strict")
    with app.running() as url:
        yield Sender(app, url)


@pytest.fixture
def wayward() -> Iterator[Sender]:
    app = Receiver("quirky")
    with app.running() as url:
        yield Sender(app, url)


def test_a_signed_notice_is_taken_and_what_it_names_can_be_fetched(sender: Sender) -> None:
    assert sender.post(notice("available")) == 200
    assert sender.app.readable("7") == ["a1"]
    assert sender.app.readable("8") == []


def test_what_is_signed_with_another_secret_or_not_at_all_is_refused(sender: Sender) -> None:
    """'Verifying webhooks': a request whose signature does not fit must be refused."""
    assert sender.post(notice(), secret=OTHER) == 401
    assert requests.post(sender.url, json=notice(), timeout=5).status_code == 401
    assert sender.app.readable("7") == []


@pytest.mark.parametrize("ago", [400, -400])
def test_an_old_or_early_one_is_refused(sender: Sender, ago: float) -> None:
    """'Verifying webhooks', timestamp: some tolerance; all reference libraries take five minutes."""
    assert sender.post(notice(), ago=ago) == 401
    assert sender.post(notice()) == 200


def test_the_same_id_counts_once_and_another_body_under_it_is_a_complaint(sender: Sender) -> None:
    """'Webhook headers', webhook-id: unique, and the same when it is sent again."""
    assert [sender.post(notice()), sender.post(notice())] == [200, 200]
    assert len(sender.app.taken) == 1
    assert sender.post(notice(sequence=2)) == 400
    assert sender.app.complaints == ["the same id came with another body"]


def test_two_secrets_are_taken_while_the_app_changes_over(sender: Sender) -> None:
    """'Secret rotation': for a while both count."""
    sender.app.renew(OTHER)
    assert [sender.post(notice(), "m1", OTHER), sender.post(notice(), "m2", SECRET)] == [200, 200]
    sender.app.renew(OTHER, alone=True)
    assert sender.post(notice(), "m3", SECRET) == 401


def test_what_says_more_than_it_may_or_is_no_notice_is_refused(sender: Sender) -> None:
    assert sender.post(notice(name="Jan de Wit"), "m1") == 400
    assert sender.post({**notice(), "title": "Steunkousen"}, "m2") == 400
    assert sender.post("geen json", "m3") == 400
    assert sender.post(notice("retracted", version=2), "m4") == 400
    assert sender.app.readable("7") == []


def test_the_later_number_counts_in_whatever_order_they_come(sender: Sender) -> None:
    sender.post(notice("available", 1), "m1")
    sender.post(notice("retracted", 3), "m3")
    sender.post(notice("updated", 2), "m2")

    assert sender.app.readable("7") == []
    assert sender.app.missing() == []


def test_a_number_that_never_came_is_missing(sender: Sender) -> None:
    sender.post(notice("available", 1), "m1")
    sender.post(notice("updated", 4), "m4")

    assert sender.app.missing() == [2, 3]


def test_who_left_answers_that_it_is_gone_until_it_comes_back(sender: Sender) -> None:
    """'Deliverability', 410: the receiver wants no more."""
    sender.app.leave()
    assert sender.post(notice()) == 410
    sender.app.come_back()
    assert sender.post(notice()) == 200


def test_a_test_notice_is_taken_and_changes_nothing(sender: Sender) -> None:
    assert sender.post({"type": "test", "timestamp": "2026-11-23T09:00:00Z", "data": {}}) == 200
    assert (sender.app.writes(), sender.app.live(), sender.app.missing()) == ([], {}, [])


def test_a_wayward_app_answers_in_other_ways_and_takes_everything_in_the_end(wayward: Sender) -> None:
    answers = [wayward.post(notice(sequence=number), f"m{number}") for number in range(1, 7)]
    again = [wayward.post(notice(sequence=number), f"m{number}") for number in (3, 6)]

    assert 500 in answers
    assert {202, 204} <= {*answers, *again}
    assert wayward.app.missing() == []
