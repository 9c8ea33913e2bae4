"""How long a subscriber may take nothing before it is left alone. Pure.

Source: the rule of Svix for disabling an endpoint (docs.svix.com, "retry schedule", read 2026-11-22): five
days in which everything failed. The clock only starts after several failures within 24 hours of which the
first and the last lie at least 12 hours apart, so that one bad evening disables nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

WITHIN = timedelta(hours=24)
APART = timedelta(hours=12)
PATIENCE = timedelta(days=5)


@dataclass(frozen=True, kw_only=True)
class Failing:
    """Failures with nothing between them that was taken.

    ``since``: the first one · ``last``: the last one · ``window``: the first of those that may start the
    clock together with the next one · ``clock``: from when :data:`PATIENCE` counts.
    """

    since: datetime
    last: datetime
    window: datetime
    clock: datetime | None = None

    @property
    def until(self) -> datetime | None:
        """When it is disabled, if all goes on failing; None while the clock has not started."""
        return self.clock + PATIENCE if self.clock else None

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and now >= self.until


def failed(before: Failing | None, now: datetime) -> Failing:
    """One more failure, at this moment.

    Two marks are enough to see every pair of failures that starts the clock: whatever lies between the first
    one of the window and that one's twelve hours is followed by the last one, or is the last one itself.
    """
    if before is None:
        return Failing(since=now, last=now, window=now)
    window = next((one for one in (before.window, before.last) if now - one <= WITHIN), now)
    started = now if now - window >= APART else None
    return replace(before, last=now, window=window, clock=before.clock or started)
