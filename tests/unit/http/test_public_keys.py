"""The key sets that others give us: kept is what we check with, and what cannot be used is refused."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from samenspraak.errors import ConfigurationError
from samenspraak.http import public_key_set

P256, P384, RSA = ECKey.generate_key("P-256"), ECKey.generate_key("P-384"), RSAKey.generate_key(2048)


def given(*keys: Any) -> bytes:
    return json.dumps({"keys": list(keys)}).encode()


def public(key: Any, **more: Any) -> Any:
    return {**key.as_dict(private=False), **more}


@pytest.mark.parametrize("key", [P256, P384, RSA])
def test_a_public_key_is_kept_under_its_name_or_its_thumbprint(key: Any) -> None:
    plain = {name: value for name, value in public(key).items() if name != "kid"}

    for told, name in (({**plain, "kid": "2026-a"}, "2026-a"), (plain, key.thumbprint())):
        assert json.loads(public_key_set(given(told)))["keys"] == [{**plain, "kid": name}]


def test_members_that_we_do_not_use_are_not_kept() -> None:
    told = public(P384, x5u="https://elsewhere.example", alg="HS256", use="enc", kid="a")

    [kept] = json.loads(public_key_set(given(told)))["keys"]

    assert sorted(kept) == ["crv", "kid", "kty", "x", "y"]


def test_a_private_key_is_refused_by_what_to_do_about_it() -> None:
    with pytest.raises(ConfigurationError, match="holds a private key"):
        public_key_set(given(public(P256), P384.as_dict(private=True)))


@pytest.mark.parametrize(
    "unusable",
    [
        b"",
        b"{}",
        b"[]",
        b'{"keys": []}',
        b'{"keys": "x"}',
        b'{"keys": [1]}',
        b'{"keys": [{"kty": "RSA"}]}',
        b"-----BEGIN PUBLIC KEY-----",
        given(*[public(P256)] * 21),
        given(public(ECKey.generate_key("P-521"))),
        given(public(OKPKey.generate_key("Ed25519"))),
        given({"kty": "oct", "k": "c2VjcmV0"}),
        given(public(P256), {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}),
    ],
    ids=lambda _: "unusable",  # keys are new each time, and a test is called the same in every process
)
def test_what_is_no_set_of_public_keys_is_refused_by_what_one_is(unusable: bytes) -> None:
    with pytest.raises(ConfigurationError, match="A set of public keys is JSON with 1 to 20 keys"):
        public_key_set(unusable)


def test_a_short_key_is_refused() -> None:
    short = {"kty": "RSA", "e": "AQAB", "n": urlsafe_b64encode(bytes([255] * 128)).decode().rstrip("=")}

    with pytest.raises(ConfigurationError, match="at least 2048 bits"):
        public_key_set(given(short))
