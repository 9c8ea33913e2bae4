"""What others sign: their sets of public keys, and the tokens (JWT) that we check with them.

A token says itself how it was signed, and nothing that it says of that is believed: which algorithm goes with
a key follows from the key, and no key is ever taken from a token or from where it points.

Sources (read November 2026): RFC 7515 and RFC 7519; RFC 8725 for what goes wrong with them.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from binascii import Error as UnreadableBase64
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from samenspraak.errors import AuthenticationError, ConfigurationError
from samenspraak.http.strict_json import UnusableJsonError, parse_json
from samenspraak.policy.keys import REFUSED

ALGORITHMS: Mapping[str, frozenset[str]] = {
    "P-256": frozenset({"ES256"}),
    "P-384": frozenset({"ES384"}),
    "RSA": frozenset({"RS256", "RS384", "PS256", "PS384"}),
}
"""Which may go with what kind of key."""

CLOCKS_DIFFER = timedelta(seconds=60)

_UNUSABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError)
_PUBLIC = frozenset({"kty", "crv", "x", "y", "n", "e"})
_RSA_BITS = 2048
_MOST_KEYS = 20
_LONGEST = 16_384


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What stands in a token whose signature is good; what it claims is still to be judged."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    def moment(self, name: str) -> datetime | None:
        """A moment that it names, in seconds since the epoch; None: it names none that can be used."""
        seconds = self.claims.get(name)
        if isinstance(seconds, bool) or not isinstance(seconds, int | Decimal):
            return None
        try:
            return datetime.fromtimestamp(float(seconds), UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def counts(self, now: datetime) -> bool:
        """Whether it says that it counts now, as far as clocks may differ; it must say until when."""
        until = self.moment("exp")
        begins = [self.moment(one) for one in ("nbf", "iat") if one in self.claims]
        has_begun = all(at is not None and at <= now + CLOCKS_DIFFER for at in begins)
        return has_begun and until is not None and now < until + CLOCKS_DIFFER

    def is_for(self, audiences: Collection[str]) -> bool:
        """Whether it says that it is meant for one of these."""
        return any(one in audiences for one in self.audiences)

    @property
    def audiences(self) -> Sequence[str]:
        """For whom it says that it is."""
        said = self.claims.get("aud")
        named = said if isinstance(said, list) else [said]
        return [one for one in named if isinstance(one, str)]


# Sets of keys.


def public_key_set(content: bytes) -> str:
    """A JSON Web Key Set that others gave us, as we keep it: only what we check with.

    Raises:
        ConfigurationError: it is none, holds a private key, or a key that is too weak or of another kind.
    """
    try:
        given = parse_json(content)["keys"]
        if any("d" in one for one in given):
            raise ConfigurationError("This set holds a private key. Throw it away, and make a new pair.")
        kept = [_key(one) for one in given]
    except (*_UNUSABLE, UnusableJsonError):
        kept = []
    if not 1 <= len(kept) <= _MOST_KEYS:
        raise ConfigurationError(
            "A set of public keys is JSON with 1 to "
            f"{_MOST_KEYS} keys, each elliptic on P-256 or P-384, or RSA of at least {_RSA_BITS} bits."
        )
    return json.dumps({"keys": kept}, sort_keys=True)


def usable_keys(given: object) -> Sequence[Mapping[str, Any]]:
    """Those of a JSON Web Key Set that we can check with; of what others publish, the rest is not for us."""
    found = given.get("keys") if isinstance(given, dict) else None
    kept = []
    for one in found if isinstance(found, list) else ():
        with suppress(*_UNUSABLE):
            if one.get("use", "sig") == "sig" and "d" not in one:
                kept.append(_key(one))
    return kept[:_MOST_KEYS]


def _key(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members of a key that we use, and no others."""
    if given["kty"] == "RSA" and len(urlsafe_b64decode(given["n"] + "==")) * 8 < _RSA_BITS:
        raise ValueError("too short")
    key = _usable(given)
    if _kind(given) not in ALGORITHMS:
        raise ValueError("another curve")
    public = {name: value for name, value in key.as_dict(private=False).items() if name in _PUBLIC}
    return {**public, "kid": str(given.get("kid") or key.thumbprint())}


def _kind(key: Mapping[str, Any]) -> str:
    """What :data:`ALGORITHMS` calls a key of this kind."""
    return str(key["kty"] if key["kty"] == "RSA" else key["crv"])


def _usable(key: Mapping[str, Any]) -> ECKey | RSAKey:
    return (RSAKey if key["kty"] == "RSA" else ECKey).import_key(dict(key))


# Tokens.


def unchecked(token: str) -> Signed:
    """What a token says, by whomever: only to find out with whose keys to check it.

    Raises:
        AuthenticationError: it cannot be read.
    """
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST or not token.isascii():
        raise AuthenticationError(REFUSED)
    try:
        header, claims = (parse_json(urlsafe_b64decode(one + "==")) for one in parts[:2])
    except (UnusableJsonError, UnreadableBase64):
        raise AuthenticationError(REFUSED) from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise AuthenticationError(REFUSED)
    return Signed(header=header, claims=claims)


def checked(token: str, keys: Sequence[Mapping[str, Any]], algorithms: Iterable[str]) -> Signed:
    """What stands in a token that one of these keys signed, with one of these algorithms.

    Args:
        token: as it came.
        keys: of a set that :func:`public_key_set` made.
        algorithms: those that are accepted here; the one of the token must also go with its key.

    Raises:
        AuthenticationError: none of them signed it.
    """
    said = unchecked(token)
    if "crit" in said.header:  # what must be understood there, we do not
        keys = ()
    algorithm, named = said.header.get("alg"), said.header.get("kid")
    for key in keys:
        fits = algorithm in ALGORITHMS[_kind(key)] and algorithm in algorithms
        if fits and named in (None, key["kid"]) and _signed(token, key, str(algorithm)):
            return said
    raise AuthenticationError(REFUSED)


def _signed(token: str, key: Mapping[str, Any], algorithm: str) -> bool:
    try:
        jws.deserialize_compact(token, _usable(key), algorithms=[algorithm])
    except (JoseError, ValueError):
        return False
    return True
