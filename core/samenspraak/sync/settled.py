"""How one object came to rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from samenspraak.domain.units import UnitKey
from samenspraak.policy.state import LinkPhase, Reason


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Why it is as it is, and when to look again by itself.

    ``equal``: every unit compared agrees and none is held · ``row``: the line that decided ·
    ``missing``: units that system has no place for · ``asks``: what stands in its way, by the cause of the
    question (for a unit: its subject); None: nobody looked, so that what stood in its way may still do.
    """

    reason: Reason
    equal: bool
    phase: LinkPhase
    row: str = ""
    missing: frozenset[UnitKey] = frozenset()
    next_at: datetime | None = None
    asks: frozenset[str] | None = None
