"""The two calls to the integrator's own Nuts node, and checking what they gave.

Source: technical-walkthrough-access-ozo.md and -rp.md: an access token of type DPoP (or Bearer, which
"might become deprecated"), valid 900 seconds, and a fresh proof per request for its method and address.
technical-walkthrough-validate-access-token.md: a token is bound to the thumbprint of a key (``cnf.jkt``), and
the proof is checked as RFC 9449 §4.3 says: a JWT of type ``dpop+jwt`` with ``htm``, ``htu``, ``ath``, ``iat``
and a ``jti`` that was not used before.
"""

from __future__ import annotations

import base64
import hashlib
import math
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from samenspraak.sandbox import Mode, Sandbox
from samenspraak_ozo.sandbox.proxy import RefusedError, Role

LIFETIME_SECONDS = 900
_PROOF, _ALGORITHM, _PROOF_SECONDS = "dpop+jwt", "ES256", 60


@dataclass(frozen=True, kw_only=True)
class Credential:
    """What a wallet holds: the system credential, or that of one person (the reference)."""

    role: Role
    person: str = ""


@dataclass(frozen=True, kw_only=True)
class _Token:
    credential: Credential
    kind: str
    key: ECKey
    until: float

    @property
    def key_id(self) -> str:
        return f"did:web:sandbox.example#{self.key.thumbprint()}"


class Nuts:
    """Wallets by subject, the tokens given out, and the proofs not yet used."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self.wallets: dict[str, Credential] = {"samenspraak": Credential(role=Role.SYSTEM)}
        self._tokens: dict[str, _Token] = {}
        self._used: set[str] = set()

    def token(self, subject: str, kind: str) -> dict[str, object]:
        """The answer to ``request-service-access-token``.

        Raises:
            RefusedError: 404, no such subject; 400, no such type of token.
        """
        if subject not in self.wallets:
            raise RefusedError(404, "subject not found")
        if kind not in ("DPoP", "Bearer"):
            raise RefusedError(400, "unsupported token_type")
        text = self.give(subject, kind, self._clock() + LIFETIME_SECONDS)
        answer: dict[str, object] = {
            "access_token": text,
            "expires_in": LIFETIME_SECONDS,
            "token_type": kind,
            "scope": "ozo",
        }
        return answer | ({"dpop_kid": self._tokens[text].key_id} if kind == "DPoP" else {})

    def give(self, subject: str, kind: str = "Bearer", until: float = math.inf) -> str:
        """A token for a subject; one that is given out by hand has no end."""
        text = secrets.token_urlsafe(24)
        key = ECKey.generate_key("P-256", private=True)
        self._tokens[text] = _Token(credential=self.wallets[subject], kind=kind, key=key, until=until)
        return text

    def proof(self, key: str, method: str, address: str, token: str) -> dict[str, str]:
        """The answer to ``dpop``: good for one request with this method to this address.

        Raises:
            RefusedError: 404, the key does not belong to the token.
        """
        if token not in self._tokens or self._tokens[token].key_id != key:
            raise RefusedError(404, "key not found")
        own = self._tokens[token].key
        claims = {
            "jti": secrets.token_urlsafe(12),
            "htm": method,
            "htu": _without_query(address),
            "iat": int(self._clock()),
            "ath": _hash(token),
        }
        header = {"typ": _PROOF, "alg": _ALGORITHM, "jwk": own.as_dict(private=False)}
        return {"dpop": jwt.encode(header, claims, own, algorithms=[_ALGORITHM])}

    def caller(self, authorization: str, proof: str, method: str, address: str) -> tuple[str, Credential]:
        """The token and the credential behind a request.

        Raises:
            RefusedError: 401.
        """
        kind, _, text = authorization.partition(" ")
        token = self._tokens.get(text)
        if token is None or token.kind != kind or token.until <= self._clock():
            raise RefusedError(401, "The access token is missing, expired, or invalid")
        if kind == "DPoP" and not self._is_proof(proof, token.key, method, address, text):
            raise RefusedError(401, "The DPoP proof does not belong to this request")
        return text, token.credential

    def _is_proof(self, proof: str, key: ECKey, method: str, address: str, token: str) -> bool:
        try:
            said = jwt.decode(proof, key, algorithms=[_ALGORITHM])
        except (JoseError, ValueError):
            return False
        wanted = {"htm": method, "htu": _without_query(address), "ath": _hash(token)}
        is_it = said.header.get("typ") == _PROOF and all(said.claims.get(k) == v for k, v in wanted.items())
        is_fresh = abs(self._clock() - float(said.claims.get("iat", 0))) <= _PROOF_SECONDS
        jti = str(said.claims.get("jti", ""))
        is_new = bool(jti) and jti not in self._used
        self._used.add(jti)
        return is_it and is_fresh and is_new

    def expire(self) -> None:
        """Let every token given out be past its time; the node goes on making proofs for them."""
        self._tokens = {text: replace(token, until=0.0) for text, token in self._tokens.items()}

    def serve(self, app: Flask) -> None:
        """Add the two calls to an application."""
        api = "/internal/auth/v2"
        app.register_error_handler(RefusedError, refused)
        app.add_url_rule(
            f"{api}/<subject>/request-service-access-token", "token", self._token, methods=["POST"]
        )
        app.add_url_rule(f"{api}/dpop/<path:key>", "proof", self._proof, methods=["POST"])

    def _token(self, subject: str) -> Response:
        with self._lock:
            return jsonify(self.token(subject, str(request.get_json().get("token_type", "Bearer"))))

    def _proof(self, key: str) -> Response:
        asked = request.get_json()
        with self._lock:
            return jsonify(self.proof(key, asked["htm"], asked["htu"], asked["token"]))


class NutsNode(Sandbox):
    """The node on an origin of its own, as it is in reality."""

    name: ClassVar[str] = "nuts"

    def __init__(self, nuts: Nuts, mode: Mode) -> None:
        super().__init__(mode)
        nuts.serve(self.app)

    def readable(self, person: str) -> list[str]:
        """Nothing: a node knows wallets, not people."""
        return []

    def live(self) -> Mapping[str, int]:
        """Nothing: no agreement ever comes here."""
        return {}


def refused(error: RefusedError) -> Response:
    """The answer to what is refused: plain JSON."""
    answer = jsonify({"error": error.message})
    answer.status_code = error.status
    if error.status == 429:
        answer.headers["Retry-After"] = "1"
    return answer


def _hash(token: str) -> str:
    """The ``ath`` of a token (RFC 9449 §4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _without_query(address: str) -> str:
    return address.split("?")[0].split("#")[0]
