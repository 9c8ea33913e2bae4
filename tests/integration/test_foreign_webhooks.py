"""Receivers that nobody here wrote take what we sign, and refuse what was changed, is old or unsigned."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import standardwebhooks
import svix.webhooks
from npm.programs import Programs

from samenspraak.protocols.standard_webhooks import Secret, signed

RECEIVERS = Path(__file__).parents[1] / "npm" / "webhooks.mjs"
SECRET, OTHER = Secret(bytes(range(32))), Secret(bytes(range(1, 65)))
BODY = '{"data":{"agreement":"a1","sequence":7},"timestamp":"2026-11-22T09:00Z","type":"agreement.updated"}'


@dataclass(frozen=True)
class Notice:
    headers: dict[str, str]
    body: str


def notice(*secrets: Secret, ago: timedelta = timedelta(0)) -> Notice:
    return Notice(signed("evt_1", datetime.now(UTC) - ago, BODY.encode(), secrets), BODY)


def without(header: str) -> Notice:
    whole = notice(SECRET)
    return Notice({name: value for name, value in whole.headers.items() if name != header}, BODY)


NOTICES: dict[str, tuple[Callable[[], Notice], bool]] = {
    "as it should be": (lambda: notice(SECRET), True),
    "a new secret before the old one": (lambda: notice(OTHER, SECRET), True),
    "an old secret before the new one": (lambda: notice(SECRET, OTHER), True),
    "four minutes late": (lambda: notice(SECRET, ago=timedelta(minutes=4)), True),
    "another body": (lambda: Notice(notice(SECRET).headers, BODY.replace("7", "8")), False),
    "the body written anew": (lambda: Notice(notice(SECRET).headers, json.dumps(json.loads(BODY))), False),
    "another id": (lambda: Notice({**notice(SECRET).headers, "webhook-id": "evt_2"}, BODY), False),
    "six minutes late": (lambda: notice(SECRET, ago=timedelta(minutes=6)), False),
    "six minutes early": (lambda: notice(SECRET, ago=-timedelta(minutes=6)), False),
    "of another subscriber": (lambda: notice(OTHER), False),
    "without a signature": (lambda: without("webhook-signature"), False),
    "without a moment": (lambda: without("webhook-timestamp"), False),
    "without an id": (lambda: without("webhook-id"), False),
}
EXPECTED = {name: taken for name, (_, taken) in NOTICES.items()}


def taken_by(said: Sequence[bool]) -> dict[str, bool]:
    return dict(zip(NOTICES, said, strict=True))


@pytest.mark.parametrize(
    ("receiver", "refusal"),
    [
        (standardwebhooks.Webhook, standardwebhooks.WebhookVerificationError),
        (svix.webhooks.Webhook, svix.webhooks.WebhookVerificationError),
    ],
    ids=["standardwebhooks", "svix"],
)
def test_a_receiver_in_python_takes_what_we_sign_and_nothing_else(
    receiver: Callable[[str], standardwebhooks.Webhook], refusal: type[Exception]
) -> None:
    def takes(one: Notice) -> bool:
        try:
            receiver(SECRET.text()).verify(one.body, one.headers)
        except refusal:
            return False
        return True

    assert taken_by([takes(made()) for made, _ in NOTICES.values()]) == EXPECTED


@pytest.mark.npm
def test_receivers_in_node_take_what_we_sign_and_nothing_else(npm: Programs) -> None:
    notices = [asdict(made()) for made, _ in NOTICES.values()]
    asked = json.dumps({"secret": SECRET.text(), "notices": notices})

    said = json.loads(npm.run(RECEIVERS, said=asked))

    assert {name: taken_by(one) for name, one in said.items()} == dict.fromkeys(
        ("standardwebhooks", "svix"), EXPECTED
    )
