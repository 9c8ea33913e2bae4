"""How one object came to rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from samenspraak.domain.units import UnitKey
from samenspraak.errors import StaleError
from samenspraak.policy.state import LinkPhase, Reason
from samenspraak.store.records import RemoteRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork


class MovedOnError(StaleError):
    """What an object was settled on is not so any more: read everything again."""


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A write was seen to have landed. ``remote``: what is known of the object now, not yet kept."""

    remote: RemoteRecord


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Why it is as it is, and when to look again by itself.

    ``equal``: every unit compared agrees and none is held · ``row``: the line that decided ·
    ``missing``: units that system has no place for · ``asks``: what stands in its way, by the cause of the
    question (for a unit: its subject); None: nobody looked, so that what stood in its way may still do ·
    ``waits``: on purpose, so that it is no attempt that failed ·
    ``keep``: what is to be kept of it in the transaction in which the link comes to rest; raises
    :class:`MovedOnError`.
    """

    reason: Reason
    equal: bool
    phase: LinkPhase
    row: str = ""
    missing: frozenset[UnitKey] = frozenset()
    next_at: datetime | None = None
    asks: frozenset[str] | None = None
    waits: bool = False
    keep: Callable[[WritingUnitOfWork], None] | None = None
