"""The public keys of whoever signs people in, found by OpenID Connect Discovery and kept for an hour.

Who asks us something makes us look there, so that is bounded: only issuers that an admin named are asked at
all, a name of a key that nobody knows makes us look again once a minute, and what failed is tried again
after ten seconds. While it cannot be reached, the keys that we know go on working for a day.

Sources (read November 2026): OpenID Connect Discovery 1.0 §4, RFC 8414 §3.3.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from samenspraak.errors import SamenspraakError, TransientError
from samenspraak.http.client import HttpClient
from samenspraak.http.guard import RefusedAddressError, read_url
from samenspraak.http.signed import usable_keys

Key = Mapping[str, Any]

_KEPT_SECONDS = 3600.0
_AT_MOST_SECONDS = 86_400.0
_UNKNOWN_SECONDS = 60.0
_FAILED_SECONDS = 10.0
_LOOK_SECONDS = 5.0


@dataclass
class _Known:
    """What is known of one issuer; moments in seconds of a clock that never jumps."""

    keys: Sequence[Key] = ()
    read_at: float = -_AT_MOST_SECONDS
    tried_at: float = -_AT_MOST_SECONDS
    lock: threading.Lock = field(default_factory=threading.Lock)


class Issuers:
    """Finds with which keys an issuer signs. Any thread may use it.

    Args:
        opened: a client for an address, as one organisation may reach it.
        clock: seconds that never jump.
    """

    def __init__(
        self, opened: Callable[[str, str], HttpClient], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._opened = opened
        self._clock = clock
        self._known: defaultdict[tuple[str, str], _Known] = defaultdict(_Known)

    def keys(self, organisation: str, issuer: str, key_id: str | None) -> Sequence[Key]:
        """The keys of this issuer; looked up again when ``key_id`` is none that we know.

        Raises:
            TransientError: they are not known, and cannot be read now.
        """
        known = self._known[organisation, issuer]
        if known.lock.acquire(
            blocking=not known.keys
        ):  # who finds somebody looking goes on with what is known
            try:
                self._look(known, organisation, issuer, key_id)
            finally:
                known.lock.release()
        if self._clock() - known.read_at >= _AT_MOST_SECONDS:
            raise TransientError("Where people sign in cannot be reached.", retry_after=_FAILED_SECONDS)
        return known.keys

    def _look(self, known: _Known, organisation: str, issuer: str, key_id: str | None) -> None:
        if self._is_due(known, key_id):
            known.tried_at = self._clock()
            with suppress(SamenspraakError):  # whatever is the matter there, it is not with who asks us
                known.keys, known.read_at = self._read(organisation, issuer), known.tried_at

    def _is_due(self, known: _Known, key_id: str | None) -> bool:
        now = self._clock()
        if now - known.tried_at < _FAILED_SECONDS:
            return False
        is_new = key_id is not None and all(one["kid"] != key_id for one in known.keys)
        return now - known.read_at >= (_UNKNOWN_SECONDS if is_new else _KEPT_SECONDS)

    def _read(self, organisation: str, issuer: str) -> Sequence[Key]:
        """The keys, from where the issuer itself says that they are.

        Raises:
            SamenspraakError: it says nothing that can be used.
        """
        there = self._opened(organisation, issuer).within(_LOOK_SECONDS)
        says = there.send("GET", ".well-known/openid-configuration").json()
        where = says.get("jwks_uri") if isinstance(says, dict) and says.get("issuer") == issuer else None
        if not isinstance(where, str):
            raise TransientError("This address does not say that it signs people in.")
        keys = usable_keys(self._at_its_origin(organisation, issuer).follow(where).json())
        if not keys:
            raise TransientError("It publishes no keys that can be used.")
        return keys

    def _at_its_origin(self, organisation: str, issuer: str) -> HttpClient:
        """A client that goes nowhere else than to the host of the issuer."""
        try:
            origin = str(read_url(issuer).origin)
        except RefusedAddressError:
            raise TransientError("This address cannot be used.") from None
        return self._opened(organisation, origin).within(_LOOK_SECONDS)
