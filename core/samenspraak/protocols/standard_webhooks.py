"""Standard Webhooks 1.0.0: a notice that shows who sent it, that nobody changed it, and that it is of now.

Source: github.com/standard-webhooks/standard-webhooks, ``spec/standard-webhooks.md``, read 2026-11-22. A
notice has three headers: ``webhook-id`` (the same at every attempt), ``webhook-timestamp`` (of this attempt,
whole seconds) and ``webhook-signature`` (separated by spaces; a receiver takes it when one of them fits).
Signed is ``id.timestamp.body``, the bytes as they leave: by a secret that both sides share (``v1``, HMAC) and
by a key of the sender's own, of which the receiver knows the public half only (``v1a``, ed25519).
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from samenspraak.errors import AuthenticationError, ConfigurationError

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
"""How far the clocks of sender and receiver may be apart, either way: as all reference libraries have it."""
PREFIX, PUBLIC_PREFIX = "whsec_", "whpk_"
SHORTEST, LONGEST = 24, 64
"""Bytes in a key."""
_SYMMETRIC, _ASYMMETRIC = "v1", "v1a"
_AN_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,200}")
"""Printable and without a full stop, which would move the border between id and timestamp."""
_A_MOMENT = re.compile(r"[0-9]{1,11}")
"""Longer ones are of a year that no calendar has."""


class Signer(Protocol):
    """Whatever signs."""

    def signature(self, message_id: str, timestamp: str, body: bytes) -> str:
        """The signature as it stands in the header."""


@dataclass(frozen=True)
class Secret:
    """The key that one sender and one receiver share; printed, it is left out."""

    key: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Secret:
        """The secret as people hand it over: ``whsec_`` and base64; the prefix may be missing.

        Raises:
            ConfigurationError: it is no base64, or not of 24 to 64 bytes.
        """
        try:
            key = base64.b64decode(text.strip().removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not SHORTEST <= len(key) <= LONGEST:
            raise ConfigurationError(
                f"A webhook secret is {PREFIX} and base64 of {SHORTEST} to {LONGEST} random bytes."
            )
        return cls(key)

    @classmethod
    def make(cls, random: Callable[[int], bytes]) -> Secret:
        """A new one of 32 bytes. ``random``: gives that many unpredictable bytes."""
        return cls(random(32))

    def text(self) -> str:
        """The reverse of :meth:`parse`."""
        return PREFIX + base64.b64encode(self.key).decode()

    def signature(self, message_id: str, timestamp: str, body: bytes) -> str:
        """The signature as it stands in the header."""
        made = hmac.digest(self.key, _signed(message_id, timestamp, body), "sha256")
        return f"{_SYMMETRIC},{base64.b64encode(made).decode()}"


@dataclass(frozen=True)
class SigningKey:
    """The private key of a sender for one receiver; printed, it is left out. ``seed``: 32 secret bytes."""

    seed: bytes = field(repr=False)

    def public_text(self) -> str:
        """The half that the receiver verifies with: ``whpk_`` and base64."""
        return PUBLIC_PREFIX + base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def signature(self, message_id: str, timestamp: str, body: bytes) -> str:
        """The signature as it stands in the header."""
        made = self._key.sign(_signed(message_id, timestamp, body))
        return f"{_ASYMMETRIC},{base64.b64encode(made).decode()}"

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def _signed(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode() + body


def signed(message_id: str, at: datetime, body: bytes, signers: Sequence[Signer]) -> dict[str, str]:
    """The three headers of an attempt at this moment, signed by each of these.

    Raises:
        ConfigurationError: there is none, or the id cannot be signed.
    """
    if not signers:
        raise ConfigurationError("A webhook cannot be signed without a secret.")
    if not _AN_ID.fullmatch(message_id):
        raise ConfigurationError("The id of a webhook is printable and has no full stop.")
    timestamp = str(int(at.timestamp()))
    signatures = (one.signature(message_id, timestamp, body) for one in signers)
    return {ID: message_id, TIMESTAMP: timestamp, SIGNATURE: " ".join(signatures)}


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A notice that is what it says. ``id``: to take it only once · ``sent_at``: this attempt at it."""

    id: str
    sent_at: datetime


def verify(headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: datetime) -> Verified:
    """The notice, when one of these secrets signed exactly these bytes within :data:`TOLERANCE` of now.

    ``headers``: their names in any case. Signatures of a version we do not know are passed over.

    Raises:
        AuthenticationError: it is not signed, not by one of these secrets, or not of now.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = given.get(ID, ""), given.get(TIMESTAMP, "")
    if not (_AN_ID.fullmatch(message_id) and _A_MOMENT.fullmatch(timestamp) and given.get(SIGNATURE)):
        raise AuthenticationError("A notice came without the headers of a signed webhook.")
    sent_at = datetime.fromtimestamp(int(timestamp), UTC)
    if abs(now - sent_at) > TOLERANCE:
        raise AuthenticationError("A notice was signed too long before or after now; compare the clocks.")
    tokens = [one.encode() for one in given[SIGNATURE].split() if one.startswith(f"{_SYMMETRIC},")]
    expected = [one.signature(message_id, timestamp, body).encode() for one in secrets]
    fits = [hmac.compare_digest(token, one) for token in tokens for one in expected]
    if not any(fits):
        raise AuthenticationError("A notice is not signed with a secret of ours, or was changed on its way.")
    return Verified(id=message_id, sent_at=sent_at)
