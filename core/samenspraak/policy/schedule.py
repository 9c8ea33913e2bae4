"""When a notice that nobody took is tried again, and when that is enough.

Source: Standard Webhooks 1.0.0, "deliverability and reliability", the example schedule, read 2026-11-22; each
delay counts from the attempt before. Jitter only makes it later.
"""

from __future__ import annotations

from datetime import timedelta

DELAYS = (
    timedelta(seconds=0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long each attempt waits, the first one first."""
JITTER = 0.1
"""The part of a delay by which it may be longer."""


def wait_after(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after so many attempts that failed; None: that was the last one.

    ``chance``: from 0 up to 1, at random.
    """
    return DELAYS[attempts] * (1 + JITTER * chance) if attempts < len(DELAYS) else None
