"""The kit finds what is wrong with a connector that tells: each mistake fails the check that is about it."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest

from samenspraak.connectors import Call, Delivery, Notice
from samenspraak.errors import SamenspraakError, TransientError
from samenspraak_webhook import mapping
from samenspraak_webhook.kit import Contract
from samenspraak_webhook.plugin import WebhookConnector


class TellsTheMoment(WebhookConnector):
    """Another body at each attempt."""

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        told = json.loads(mapping.body(notice))
        self._post(call, notice.id, json.dumps({**told, "timestamp": str(call.now)}).encode())
        return Delivery.TAKEN


class BelievesEveryAnswer(WebhookConnector):
    """What fails counts as taken."""

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        with contextlib.suppress(TransientError):
            return super().deliver(call, notice)
        return Delivery.TAKEN


class GoesOnWhenUnwanted(WebhookConnector):
    """410 is a refusal like any other."""

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        if super().deliver(call, notice) is Delivery.UNWANTED:
            raise TransientError("the app answered 410")
        return Delivery.TAKEN


class ForgetsThePause(WebhookConnector):
    """Nobody hears how long to wait."""

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        try:
            return super().deliver(call, notice)
        except SamenspraakError as error:
            raise TransientError(str(error)) from None


class TellsOneKind(WebhookConnector):
    """A retraction looks like an update."""

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        body = mapping.body(notice).replace(b"retracted", b"updated")
        self._post(call, notice.id, body)
        return Delivery.TAKEN


class RepeatsWhatTheySay(WebhookConnector):
    """The words of the receiver are in the error."""

    def _post(self, call: Call, message_id: str, body: bytes) -> Any:
        answer = call.http.send("POST", "", content=body, allow=range(300, 600), expect=())
        if answer.status >= 300:
            raise TransientError(answer.content.decode())
        return answer


class SaysNothing(WebhookConnector):
    """Nothing leaves, and it counts as taken."""

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        return Delivery.TAKEN


WRONG: tuple[tuple[type[WebhookConnector], str, dict[str, Any]], ...] = (
    (TellsTheMoment, "test_a_notice_is_the_same_at_every_attempt_and_counts_once", {}),
    (BelievesEveryAnswer, "test_a_notice_that_is_not_taken_can_be_tried_again", {"name": "a fault"}),
    (BelievesEveryAnswer, "test_a_redirect_is_no_delivery_and_is_never_followed", {"status": 302}),
    (
        GoesOnWhenUnwanted,
        "test_whoever_wants_no_more_is_told_apart_from_whoever_is_out_of_order",
        {},
    ),
    (ForgetsThePause, "test_a_notice_that_came_too_soon_waits_as_long_as_it_is_told", {}),
    (TellsOneKind, "test_every_kind_of_notice_is_told_apart", {}),
    (RepeatsWhatTheySay, "test_a_notice_that_failed_tells_no_secret", {}),
    (SaysNothing, "test_a_notice_that_is_taken_says_what_can_be_fetched", {}),
    (SaysNothing, "test_a_notice_that_was_stopped_never_leaves", {}),
)


@pytest.mark.parametrize(
    ("kind", "check", "given"), WRONG, ids=lambda one: getattr(one, "__name__", str(one))
)
def test_a_wrong_connector_fails_the_check_that_is_about_it(
    kind: type[WebhookConnector], check: str, given: dict[str, Any]
) -> None:
    wrong = type("Wrong", (Contract,), {"kind": kind})()

    with (
        wrong.opened() as world,
        pytest.raises((AssertionError, pytest.fail.Exception, SamenspraakError)),
    ):
        getattr(wrong, check)(world, **given)
