"""What was refused: counted in this process, and told to the audit trail in few lines.

Anybody can be refused as often as they like: a stranger whose credential is not accepted, and whoever was
let in and asks for what they may not do. A line for each would let them fill a trail that is never cut, and
the time that a line takes would tell a stranger which organisations there are. So a refusal only counts, and
the runner tells the counts: of what is refused for the first time within seconds, and after that once a day.
So many of each kind are told apart in an organisation; the others are one count. What was counted and not
told yet is lost when the process ends.

Of a stranger a network, not an address: enough to see whether it was a program of one's own, and no more than
that. Source: R-LOG-1; ADR 0041.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from samenspraak.policy.access import Principal
from samenspraak.policy.networks import around

UNKNOWN = "unknown"
"""Who was refused, where what they showed says nothing about who they are, or where they are many."""
OTHERS = "others"
"""In place of a network or a call: all those that are not told apart."""
TOLD_APART = 50
_APART = timedelta(days=1)
_BITS = {"v4": 24, "v6": 48}


@dataclass(frozen=True, kw_only=True, order=True)
class Refused:
    """What was refused to whom, as the audit trail says it; ``object``: what kind of thing, and which."""

    action: str
    object: str
    actor: str = UNKNOWN
    connector_id: str = ""

    @property
    def others(self) -> Refused:
        """All of its kind that are not told apart."""
        return Refused(action=self.action, object=f"{self.object.partition(':')[0]}:{OTHERS}")


def credential(remote: str) -> Refused:
    """A credential from this address, which was not accepted."""
    return Refused(action="credential.refused", object=f"network:{around(remote, **_BITS) or OTHERS}")


def call(who: Principal, operation: str) -> Refused:
    """A call by somebody who may not make it. ``operation``: as the description of the API names it."""
    return Refused(
        action="call.refused", object=f"call:{operation}", actor=who.id, connector_id=who.connector_id
    )


@dataclass(kw_only=True)
class _Count:
    """How often something was refused. ``told_at``: when it was last told of; None: never."""

    untold: int = 0
    told_at: datetime | None = None

    def rests(self, now: datetime) -> bool:
        return self.told_at is not None and now - self.told_at < _APART


class Refusals:
    """How often what was refused in each organisation. Any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[str, dict[Refused, _Count]] = defaultdict(dict)

    def add(self, organisation: str, what: Refused) -> None:
        """This was refused once more. The organisation is one that there is."""
        with self._lock:
            counts = self._counts[organisation]
            is_full = sum(one.action == what.action for one in counts) >= TOLD_APART
            counts.setdefault(what.others if what not in counts and is_full else what, _Count()).untold += 1

    def due(self, organisation: str, now: datetime) -> Mapping[Refused, int]:
        """What is to be told now, and how often it was; what was not refused for a day is forgotten."""
        with self._lock:
            counts = self._counts[organisation]
            for what in [which for which, one in counts.items() if not one.untold and not one.rests(now)]:
                del counts[what]
            return {which: one.untold for which, one in counts.items() if one.untold and not one.rests(now)}

    def told(self, organisation: str, what: Mapping[Refused, int], now: datetime) -> None:
        """This is in the audit trail."""
        with self._lock:
            for which, times in what.items():
                one = self._counts[organisation][which]
                one.untold, one.told_at = one.untold - times, now
