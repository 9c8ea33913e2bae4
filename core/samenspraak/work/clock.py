"""The time the hub lives in."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The time as it is."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FastClock:
    """The time since the start, ``speed`` times as fast: waiting and due times pass sooner (demo only)."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = datetime.now(UTC)
        self._at = time.monotonic()

    def now(self) -> datetime:
        return self._began + timedelta(seconds=(time.monotonic() - self._at) * self._speed)
