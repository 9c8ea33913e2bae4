"""Naming our requests, so that whoever keeps the other system finds them in its own log.

Source: W3C Trace Context (https://www.w3.org/TR/trace-context/, read November 2026): ``traceparent`` is a
version, the trace (16 bytes), the part of it that this request is (8 bytes) and flags, all in lower hex.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

Chance = Callable[[int], str]
"""From a number of bytes to as many random ones, in lower hex: ``secrets.token_hex``."""

_SAMPLED = "01"


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The requests of one act of ours, under one name. It says nothing about anybody."""

    id: str
    chance: Chance

    @classmethod
    def begun(cls, chance: Chance) -> Trace:
        return cls(id=chance(16), chance=chance)

    def anew(self) -> Trace:
        """Another act."""
        return replace(self, id=self.chance(16))

    def header(self) -> str:
        """The value of ``traceparent`` for one request of it."""
        return f"00-{self.id}-{self.chance(8)}-{_SAMPLED}"
