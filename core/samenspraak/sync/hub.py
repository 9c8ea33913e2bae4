"""What every act of sync has at hand, given by the composition root."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import uuid4

from samenspraak.domain.local_time import local_day
from samenspraak.policy.capabilities import Capabilities
from samenspraak.store.unit_of_work import Store
from samenspraak.sync.lately import Lately
from samenspraak.sync.ports import Clock, Connected, Issuers, NoIssuers, Pace
from samenspraak.sync.refusals import Refusals


@dataclass(frozen=True, kw_only=True)
class Hub:
    """The store, the connectors, who signs people in, the time, the pace and chance."""

    store: Store
    connected: Connected
    clock: Clock
    issuers: Issuers = field(default_factory=NoIssuers)
    pace: Pace = field(default_factory=Pace)
    chance: random.Random = field(default_factory=random.SystemRandom)
    lately: Lately = field(default_factory=Lately)
    refusals: Refusals = field(default_factory=Refusals)
    new_id: Callable[[], str] = lambda: uuid4().hex

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        """The day it is for the people we serve."""
        return local_day(self.clock.now())

    def backoff(
        self, attempts: int, retry_after: float | None = None, *, spread: timedelta = timedelta()
    ) -> timedelta:
        """Full jitter, never sooner than the other system asked for; over ``spread``, if that is longer."""
        ceiling = min(self.pace.backoff_cap, self.pace.backoff_base * float(2 ** min(attempts, 16)))
        wait = max(ceiling, spread) * self.chance.uniform(0.05, 1.0)
        return max(wait, timedelta(seconds=retry_after or 0))

    def capabilities(self, organisation: str, connector_id: str) -> Capabilities:
        """What a connected system can do."""
        return self.connected.manifest(organisation, connector_id).capabilities
