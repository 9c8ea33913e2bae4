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

    def start(self, key: Key, rates: Rates) -> bool:
        """Take a place for one more piece of work; False when it would be too many or too soon."""
        now = self._monotonic()
        with self._lock:
            spent = self._spent.setdefault(key, _Spent())
            if spent.running >= rates.concurrency or now < spent.next_start:
                return False
            spent.running += 1
            spent.next_start = max(now, spent.next_start) + _CALLS_PER_START / rates.per_second
        return True

    def finish(self, key: Key) -> None:
        with self._lock:
            self._spent[key].running -= 1
