"""Private keys that sign for us: statements that we are who we say, and the set with which others check them.

Sources (read November 2026): RFC 7523 §3 and OpenID Connect Core §9 for ``private_key_jwt``; RFC 7517 for key
sets, RFC 7638 for the name of a key; https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html
for the two algorithms, the types of its header and the five minutes a statement may live.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from samenspraak.errors import ConfigurationError

LIVES_SECONDS = 240
"""A statement may say at most five minutes; a minute is left for clocks that differ."""

_RSA_BITS = 2048


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A private key of ours. ``id``: what others know it by · ``algorithm``: ``ES384`` or ``RS384``."""

    id: str
    algorithm: str
    key: ECKey | RSAKey = field(repr=False)

    @classmethod
    def read(cls, pem: str) -> Self:
        """The key in a PEM text; elliptic on P-384, or RSA of 2048 bits or more.

        Raises:
            ConfigurationError: it holds no private key, or one of another kind.
        """
        try:
            found = serialization.load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            found = None
        if isinstance(found, EllipticCurvePrivateKey) and isinstance(found.curve, SECP384R1):
            return cls._of(ECKey.import_key(pem), "ES384")
        if isinstance(found, RSAPrivateKey) and found.key_size >= _RSA_BITS:
            return cls._of(RSAKey.import_key(pem), "RS384")
        raise ConfigurationError(
            "A signing key is a private key in PEM without a password: elliptic on P-384, or RSA of at least "
            f"{_RSA_BITS} bits. Make one with: openssl ecparam -name secp384r1 -genkey -noout"
        )

    @classmethod
    def _of(cls, key: ECKey | RSAKey, algorithm: str) -> Self:
        return cls(id=key.thumbprint(), algorithm=algorithm, key=key)

    def public(self) -> Mapping[str, Any]:
        """The half that others may see, as a JSON Web Key."""
        about = {"kid": self.id, "alg": self.algorithm, "use": "sig", "key_ops": ["verify"]}
        return {**self.key.as_dict(private=False), **about}

    def statement(
        self,
        *,
        client_id: str,
        audience: str,
        clock: Callable[[], float] = time.time,
        token: Callable[[], str] = secrets.token_urlsafe,
    ) -> str:
        """A signed statement that we are this client, good once and for this audience only.

        Args:
            client_id: what the other side calls us.
            audience: the address of the token endpoint.
            clock: seconds since the epoch.
            token: a new value each time, so that no two statements are the same.
        """
        now = int(clock())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "iat": now,
            "exp": now + LIVES_SECONDS,
            "jti": token(),
        }
        header = {"typ": "JWT", "alg": self.algorithm, "kid": self.id}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])


def key_set(keys: Iterable[SigningKey]) -> Mapping[str, Any]:
    """The public halves as a JSON Web Key Set: with it, whoever we sign in with checks our statements."""
    return {"keys": [one.public() for one in keys]}
