"""How much one connector may have in flight, and how fast: by its manifest, in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from samenspraak.connectors.manifest import Rates

Key = tuple[str, str]
"""Organisation and connector instance."""

_CALLS_PER_START = 2
"""What a reconcile usually costs: one look and one write."""

_BURST_SECONDS = 0.25
"""What a system may be asked in so much time, it may be asked at once."""


@dataclass(frozen=True, kw_only=True)
class Granted:
    """How many pieces of work may begin, and how many of them may be at it at the same time."""

    pieces: int
    places: int


@dataclass(kw_only=True)
class _Spent:
    running: int = 0
    next_start: float = 0.0


class Budgets:
    """Counts what runs per connector.

    Args:
        monotonic: seconds that never jump.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._spent: dict[Key, _Spent] = {}
        self._lock = threading.Lock()

    def start(self, key: Key, rates: Rates, wanted: int = 1) -> Granted | None:
        """Take places for so many more pieces of work, or for some; None when one is too many or too soon.

        Work that comes together gets half of the free places, so that what is urgent finds one beside it.
        """
        now = self._monotonic()
        with self._lock:
            spent = self._spent.setdefault(key, _Spent())
            free = rates.concurrency - spent.running
            if free <= 0 or now < spent.next_start:
                return None
            burst = int(rates.per_second * _BURST_SECONDS / _CALLS_PER_START)
            pieces = min(wanted, max(1, burst))
            places = min(pieces, (free + 1) // 2)
            spent.running += places
            took = pieces * _CALLS_PER_START / rates.per_second
            spent.next_start = max(now, spent.next_start) + took
        return Granted(pieces=pieces, places=places)

    def finish(self, key: Key, places: int = 1) -> None:
        with self._lock:
            self._spent[key].running -= places
