"""How often one credential, or one place without one, may ask: the API, ``/oauth`` and ``/feed``.

Kept in this process.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from samenspraak.policy.networks import around

_ONE_PLACE = {"v4": 32, "v6": 64}
"""Whoever has one address of the newer kind has all that begin like it."""


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is left of a limit. ``reset``: whole seconds until it is whole again."""

    limit: int
    remaining: int
    reset: int

    @property
    def is_over(self) -> bool:
        return self.remaining < 0

    @property
    def headers(self) -> dict[str, str]:
        left = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(max(self.remaining, 0)),
            "RateLimit-Reset": str(self.reset),
        }
        return {**left, "Retry-After": str(self.reset)} if self.is_over else left


def _in_memory() -> RateLimiter:
    return FixedWindowRateLimiter(MemoryStorage())


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Counts per minute.

    ``asks``: requests with one credential; an app that catches up after a week asks twenty times a second for
    a minute · ``refusals``: credentials from one address that are not accepted; one that is accepted never
    waits for those of others behind the same address.
    """

    asks: int = 1200
    refusals: int = 30
    limiter: RateLimiter = field(default_factory=_in_memory)

    def asked(self, credential: str) -> Left:
        """One more request with this credential."""
        return self._count(self.asks, "credential", credential)

    def refused(self, address: str) -> Left:
        """One more credential from this address was not accepted."""
        return self._count(self.refusals, "refused", around(address, **_ONE_PLACE))

    def _count(self, most: int, *key: str) -> Left:
        limit = RateLimitItemPerMinute(most)
        is_within = self.limiter.hit(limit, *key)
        stats = self.limiter.get_window_stats(limit, *key)
        return Left(
            limit=most,
            remaining=stats.remaining if is_within else -1,
            reset=max(math.ceil(stats.reset_time - time.time()), 1),
        )
