"""What Standard Webhooks 1.0.0 asks of a sender and of a receiver; the vector is of its reference tests.

That receivers which nobody here wrote accept what we sign is in ``tests/integration/http``.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from samenspraak.errors import AuthenticationError, ConfigurationError
from samenspraak.protocols.standard_webhooks import TOLERANCE, Secret, signed, verify

SECRET = Secret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
NEXT = Secret.make(lambda size: bytes(range(size)))
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
VECTOR = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_published_vector_is_what_we_sign() -> None:
    headers = signed(ID, AT, BODY, [SECRET])

    assert headers == {"webhook-id": ID, "webhook-timestamp": "1614265330", "webhook-signature": VECTOR}
    assert verify(headers, BODY, [SECRET], AT).id == ID


def test_while_a_secret_is_replaced_each_of_the_two_is_enough() -> None:
    headers = signed(ID, AT, BODY, [NEXT, SECRET])

    assert verify(headers, BODY, [SECRET], AT) == verify(headers, BODY, [NEXT], AT)
    assert verify(signed(ID, AT, BODY, [SECRET]), BODY, [NEXT, SECRET], AT).sent_at == AT


def test_signatures_of_kinds_we_do_not_know_are_passed_over() -> None:
    headers = signed(ID, AT, BODY, [SECRET])
    beside = {name.title(): value for name, value in headers.items()}
    beside["Webhook-Signature"] = f"v1a,AAAA v2,x {VECTOR}"

    assert verify(beside, BODY, [SECRET], AT) == verify(headers, BODY, [SECRET], AT)


@pytest.mark.parametrize(
    ("changed", "body"),
    [
        ({}, b'{"test": 2432232315}'),
        ({}, b'{"test":2432232314}'),
        ({"webhook-id": "msg_another"}, BODY),
        ({"webhook-timestamp": "1614265331"}, BODY),
        ({"webhook-timestamp": ""}, BODY),
        ({"webhook-timestamp": "999999999999"}, BODY),
        ({"webhook-timestamp": "1614265330.5"}, BODY),
        ({"webhook-timestamp": "١٦١٤٢٦٥٣٣٠"}, BODY),
        ({"webhook-id": "a.1"}, BODY),
        ({"webhook-id": ""}, BODY),
        ({"webhook-signature": ""}, BODY),
        ({"webhook-signature": VECTOR.removeprefix("v1,")}, BODY),
        ({"webhook-signature": VECTOR.replace("v1,", "v1a,")}, BODY),
        ({"webhook-signature": "v1,é"}, BODY),
    ],
)
def test_what_was_changed_or_is_not_signed_is_refused(changed: Mapping[str, str], body: bytes) -> None:
    headers = {**signed(ID, AT, BODY, [SECRET]), **changed}

    with pytest.raises(AuthenticationError):
        verify(headers, body, [SECRET], AT)
    assert verify(signed(ID, AT, body, [SECRET]), body, [SECRET], AT).id == ID


@pytest.mark.parametrize("way", [1, -1])
def test_an_old_notice_is_refused_and_one_from_a_clock_that_is_a_little_off_is_not(way: int) -> None:
    headers = signed(ID, AT, BODY, [SECRET])

    with pytest.raises(AuthenticationError, match="clocks"):
        verify(headers, BODY, [SECRET], AT + way * (TOLERANCE + timedelta(seconds=1)))
    assert verify(headers, BODY, [SECRET], AT + way * TOLERANCE).sent_at == AT


@pytest.mark.parametrize("size", [24, 64])
def test_a_secret_is_read_with_and_without_its_prefix(size: int) -> None:
    text = base64.b64encode(bytes(size)).decode()

    assert Secret.parse(f"whsec_{text}") == Secret.parse(text) == Secret(bytes(size))
    assert Secret.parse(text).text() == f"whsec_{text}"


@pytest.mark.parametrize("size", [0, 23, 65])
def test_a_secret_that_is_too_short_or_too_long_is_refused(size: int) -> None:
    with pytest.raises(ConfigurationError, match="24 to 64"):
        Secret.parse("whsec_" + base64.b64encode(bytes(size)).decode())


def test_a_secret_that_is_no_base64_is_refused_and_never_shown() -> None:
    with pytest.raises(ConfigurationError) as refused:
        Secret.parse("whsec_geheim!")

    assert "geheim" not in str(refused.value)
    assert base64.b64encode(SECRET.key).decode() not in repr(SECRET)


def test_nothing_is_signed_without_a_secret_or_under_an_id_that_could_be_read_otherwise() -> None:
    with pytest.raises(ConfigurationError, match="without a secret"):
        signed(ID, AT, BODY, [])
    with pytest.raises(ConfigurationError, match="full stop"):
        signed("a.1614265330", AT, BODY, [SECRET])
