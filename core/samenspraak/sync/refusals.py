"""Credentials that were refused: counted in this process, and told to the audit trail in few lines.

Anybody can be refused as often as they like. A line for each would let a stranger fill a trail that is never
cut, and the time that a line takes would tell them which organisations there are. So a refusal only counts,
and the runner tells the counts: of a network that is refused for the first time within seconds, and after
that once a day. So many networks of an organisation are told apart; what the others did is one count. What
was counted and not told yet is lost when the process ends.

A network, not an address: enough to see whether it was a program of one's own, and of a stranger no more than
that. Source: R-LOG-1; ADR 0041.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from samenspraak.policy.networks import around

OTHERS = "others"
"""In place of a network: all those that are not told apart."""
TOLD_APART = 50
_APART = timedelta(days=1)
_BITS = {"v4": 24, "v6": 48}


@dataclass(kw_only=True)
class _Count:
    """Refusals from one network. ``told_at``: when it was last told of; None: never."""

    untold: int = 0
    told_at: datetime | None = None

    def rests(self, now: datetime) -> bool:
        return self.told_at is not None and now - self.told_at < _APART


class Refusals:
    """How often credentials were refused that name an organisation, by network. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[str, dict[str, _Count]] = defaultdict(dict)

    def add(self, organisation: str, remote: str) -> None:
        """One more, from this address. The organisation is one that there is."""
        network = around(remote, **_BITS) or OTHERS
        with self._lock:
            counts = self._counts[organisation]
            if network not in counts and len(counts) >= TOLD_APART:
                network = OTHERS
            counts.setdefault(network, _Count()).untold += 1

    def due(self, organisation: str, now: datetime) -> Mapping[str, int]:
        """What is to be told now, by network; those that have been quiet for a day are forgotten."""
        with self._lock:
            counts = self._counts[organisation]
            for network in [name for name, one in counts.items() if not one.untold and not one.rests(now)]:
                del counts[network]
            return {name: one.untold for name, one in counts.items() if one.untold and not one.rests(now)}

    def told(self, organisation: str, what: Mapping[str, int], now: datetime) -> None:
        """This is in the audit trail."""
        with self._lock:
            for network, times in what.items():
                one = self._counts[organisation][network]
                one.untold, one.told_at = one.untold - times, now
