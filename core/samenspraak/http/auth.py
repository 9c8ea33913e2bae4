"""Signing in: small strategies that give headers and may renew what they hold, once, after a 401."""

from __future__ import annotations

import abc
import base64
import math
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from samenspraak.errors import AuthenticationError, ConfigurationError, TransientError


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """What a strategy may know of the request it signs. ``deadline``: monotonic seconds."""

    method: str
    url: str = field(repr=False)
    deadline: float


class Auth:
    """Nothing to sign in with, and the base of all that have something."""

    def headers(self, outgoing: Outgoing) -> Mapping[str, str]:
        """The headers that sign this request. May ask for a token first, within the deadline."""
        return {}

    def renew(self, outgoing: Outgoing, refused: Mapping[str, str]) -> bool:
        """The system answered 401 to these headers: whether asking :meth:`headers` again is worth a try."""
        return False

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"  # whatever a subclass holds is no business of a log


class NoAuth(Auth):
    """The system asks for no sign-in."""


NO_AUTH = NoAuth()


@dataclass(frozen=True, repr=False)
class HeaderAuth(Auth):
    """A secret in a header of its own, such as an API key."""

    name: str
    secret: str

    def __post_init__(self) -> None:
        if not (self.secret.isascii() and self.secret.isprintable() and self.secret.strip() == self.secret):
            raise ConfigurationError(
                "a secret holds a character that no header can carry; was a line end copied?"
            )

    def headers(self, outgoing: Outgoing) -> Mapping[str, str]:
        return {self.name: self.secret}


class BearerAuth(HeaderAuth):
    """A token that does not expire while we run."""

    def __init__(self, token: str) -> None:
        super().__init__("Authorization", f"Bearer {token}")


class BasicAuth(HeaderAuth):
    """User name and password (RFC 7617, UTF-8)."""

    def __init__(self, user: str, password: str) -> None:
        pair = base64.b64encode(f"{user}:{password}".encode()).decode()
        super().__init__("Authorization", f"Basic {pair}")


@dataclass(frozen=True, kw_only=True)
class Token:
    """What a token endpoint gave. ``lifetime_seconds``: None when it says nothing about it."""

    value: str = field(repr=False)
    lifetime_seconds: float | None = None


@dataclass(frozen=True, kw_only=True)
class _Held:
    token: Token
    renew_at: float
    ends_at: float


class TokenAuth(Auth):
    """A token from a token endpoint, shared by all threads: fetched by one, awaited by the others.

    It is renewed after about four fifths of its life, and once when the system refuses it. Who waited for a
    fetch that failed shares the failure, so that a wrong password is offered once and not by every thread.

    A subclass says how to get one in :meth:`fetch`, with an ``HttpClient`` of its own for the endpoint.
    """

    def __init__(
        self, *, monotonic: Callable[[], float] = time.monotonic, chance: Callable[[], float] = random.random
    ) -> None:
        self._monotonic = monotonic
        self._chance = chance
        self._one_at_a_time = threading.Lock()
        self._swapping = threading.Lock()
        self._held: _Held | None = None
        self._flights = 0
        self._failure: AuthenticationError | TransientError | None = None

    @abc.abstractmethod
    def fetch(self, deadline: float) -> Token:
        """Ask for a new token, done by ``deadline`` (``client.by(deadline)``).

        Raises:
            AuthenticationError: we are not accepted.
            TransientError: no answer; try later.
        """

    def sign(self, token: Token, outgoing: Outgoing) -> Mapping[str, str]:
        """The headers for this token; override for proofs per request, such as DPoP."""
        return {"Authorization": f"Bearer {token.value}"}

    def headers(self, outgoing: Outgoing) -> Mapping[str, str]:
        return self.sign(self._valid(outgoing.deadline), outgoing)

    def renew(self, outgoing: Outgoing, refused: Mapping[str, str]) -> bool:
        with self._swapping:  # another thread may have renewed it already; that one is not thrown away
            if self._held is not None and self._held.token.value in " ".join(refused.values()):
                self._held = None
        return True

    def _valid(self, deadline: float) -> Token:
        flight = self._flights
        if (token := self._fresh()) is not None:
            return token
        if not self._one_at_a_time.acquire(timeout=max(0.0, deadline - self._monotonic())):
            raise TransientError("another request is still signing in; nothing was sent")
        try:
            if (token := self._fresh()) is not None:
                return token
            if self._flights != flight and self._failure is not None:
                raise self._failure.with_traceback(None)
            return self._fetched(deadline)
        finally:
            self._one_at_a_time.release()

    def _fresh(self) -> Token | None:
        held = self._held
        return held.token if held is not None and self._monotonic() < held.renew_at else None

    def _fetched(self, deadline: float) -> Token:
        asked_at = self._monotonic()
        try:
            token = self.fetch(deadline)
        except (AuthenticationError, TransientError) as error:
            self._failure = error
            self._flights += 1
            held = self._held
            if isinstance(error, TransientError) and held is not None and self._monotonic() < held.ends_at:
                return held.token  # it was early: the old one still does
            raise
        life = math.inf if token.lifetime_seconds is None else token.lifetime_seconds
        with self._swapping:
            self._held = _Held(
                token=token,
                renew_at=asked_at + life * (0.85 - 0.1 * self._chance()),
                ends_at=asked_at + life,
            )
        return token
