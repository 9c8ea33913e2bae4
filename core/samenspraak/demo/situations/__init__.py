"""The situations that must come out right, as people live them. The numbers are those of the domain."""

from __future__ import annotations

from samenspraak.demo.situations import (
    alone,
    differing,
    dispenser,
    notebook,
    periods,
    privacy,
    showering,
    together,
)
from samenspraak.demo.stage import Situation

_TOLD = (
    *together.SITUATIONS,
    *showering.SITUATIONS,
    *differing.SITUATIONS,
    *periods.SITUATIONS,
    *privacy.SITUATIONS,
    *dispenser.SITUATIONS,
    *notebook.SITUATIONS,
    *alone.SITUATIONS,
)
_ORDER = (1, 2, 3, 6, 7, 4, 5, 8, 13, 9, 14, 16, 17, 12, 15)
"""Who comes later finds what earlier ones left; in the last one everything of a client stops."""

SITUATIONS: tuple[Situation, ...] = tuple(sorted(_TOLD, key=lambda one: _ORDER.index(one.id)))
