"""Receivers that nobody here wrote take what we sign, and refuse what was changed, is old or unsigned."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import standardwebhooks
import svix.webhooks
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import request
from npm.programs import Programs

from samenspraak.connectors import Call, NoticeKind
from samenspraak.connectors import Notice as ToldOf
from samenspraak.connectors.registry import load_settings
from samenspraak.errors import TransientError
from samenspraak.protocols.standard_webhooks import (
    ID,
    SIGNATURE,
    TIMESTAMP,
    Secret,
    Signer,
    SigningKey,
    signed,
)
from samenspraak_webhook.plugin import WebhookConnector
from samenspraak_webhook.sandbox import HOOK, Receiver

RECEIVERS = Path(__file__).parents[1] / "npm" / "webhooks.mjs"
SECRET, OTHER = Secret(bytes(range(32))), Secret(bytes(range(1, 65)))
KEY = SigningKey(bytes(range(2, 34)))
BODY = '{"data":{"agreement":"a1","sequence":7},"timestamp":"2026-11-22T09:00Z","type":"agreement.updated"}'


@dataclass(frozen=True)
class Notice:
    headers: dict[str, str]
    body: str


def notice(*signers: Signer, ago: timedelta = timedelta(0)) -> Notice:
    return Notice(signed("evt_1", datetime.now(UTC) - ago, BODY.encode(), signers), BODY)


def without(header: str) -> Notice:
    whole = notice(SECRET)
    return Notice({name: value for name, value in whole.headers.items() if name != header}, BODY)


def posted(*, key: SigningKey | None = None, **settings: str) -> Notice:
    """What an app really receives from the connector, over a socket."""
    app, came = Receiver(), list[Notice]()
    app.app.before_request(lambda: came.append(Notice(dict(request.headers), request.get_data(as_text=True))))
    told = ToldOf(
        id="5f0c9a4be2a84c8f",
        number=7,
        kind=NoticeKind.UPDATED,
        agreement_id="a1",
        reader="7",
        version=3,
        at=datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
    )
    with app.running() as url:
        given = {"base_url": url + HOOK, "secret": SECRET.text(), **settings}
        loaded = load_settings(WebhookConnector.manifest, given, secret=str)
        connector = WebhookConnector("app", {**loaded, "open_origins": [url]})
        with suppress(TransientError):  # the app may have another secret
            connector.deliver(Call(http=connector.http(), now=datetime.now(UTC), signing_key=key), told)
    lower = {name.lower(): value for name, value in came[0].headers.items()}
    return replace(came[0], headers={name: lower[name] for name in (ID, TIMESTAMP, SIGNATURE)})


NOTICES: dict[str, tuple[Callable[[], Notice], bool]] = {
    "as it should be": (lambda: notice(SECRET), True),
    "as the connector posts it": (posted, True),
    "as it is posted while a secret is replaced": (lambda: posted(earlier_secret=OTHER.text()), True),
    "as it is posted with a signature of our key beside it": (lambda: posted(key=KEY), True),
    "beside our key, while a secret is replaced": (
        lambda: posted(key=KEY, earlier_secret=OTHER.text()),
        True,
    ),
    "our key before the secret": (lambda: notice(KEY, SECRET), True),
    "beside our key, another body": (
        lambda: Notice(notice(SECRET, KEY).headers, BODY.replace("7", "8")),
        False,
    ),
    "beside our key, six minutes late": (lambda: notice(SECRET, KEY, ago=timedelta(minutes=6)), False),
    "by our key alone": (lambda: notice(KEY), False),
    "by our key and another secret": (lambda: notice(OTHER, KEY), False),
    "as it is posted with another secret": (lambda: posted(secret=OTHER.text()), False),
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


def fits(told: Notice, public: str) -> bool:
    """Whether a receiver that knows the public key alone takes it, by a library that nobody here wrote."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public.removeprefix("whpk_")))
    content = f"{told.headers[ID]}.{told.headers[TIMESTAMP]}.{told.body}".encode()
    for token in told.headers[SIGNATURE].split():
        version, _, text = token.partition(",")
        if version == "v1a":
            with suppress(InvalidSignature):
                key.verify(base64.b64decode(text), content)
                return True
    return False


def test_who_knows_our_public_key_alone_takes_what_we_sign_and_nothing_else() -> None:
    told, other = posted(key=KEY), SigningKey(bytes(32))

    assert fits(told, KEY.public_text())
    assert not fits(replace(told, body=told.body.replace("updated", "retract")), KEY.public_text())
    assert not fits(replace(told, headers={**told.headers, ID: "another"}), KEY.public_text())
    assert not fits(replace(told, headers={**told.headers, TIMESTAMP: "1795341600"}), KEY.public_text())
    assert not fits(told, other.public_text())
    assert not fits(posted(), KEY.public_text())


def test_the_public_key_is_as_the_standard_writes_it_and_the_secret_half_is_never_printed() -> None:
    public = KEY.public_text()

    assert public.startswith("whpk_")
    assert len(base64.b64decode(public.removeprefix("whpk_"))) == 32
    assert repr(KEY) == "SigningKey()"
