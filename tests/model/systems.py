"""The servers of the simulated systems: records in memory with all their states, every quirk in plain sight.

Every request goes through a :class:`Wire`, which may lose it, delay it or let the world move on meanwhile.
How the hub talks to each is in ``connectors``, ``desk`` and ``telling``; what people read in ``faces``.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeVar

from model.faces import is_live

from samenspraak.connectors import Raw
from samenspraak.sync.ports import Clock

if TYPE_CHECKING:
    from model.connectors import RecordConnector

T = TypeVar("T")


class Wire(Protocol):
    """What lies between the hub and a system."""

    def read(self, system: System, permit: Callable[[], None], effect: Callable[[], T]) -> T:
        """The answer to a question."""

    def write(
        self, system: System, permit: Callable[[], None], raw: Raw, before: Raw, effect: Callable[[], T]
    ) -> T:
        """The answer to a write; ``raw`` is what the record should say, ``before`` what the hub saw."""

    def overwritten(self, system: System, record_id: str, member: str, lost: object) -> None:
        """A write took the place of something its writer had not seen; nobody there could stop it."""

    def between_pages(self) -> None:
        """Time passes between asking for a page and using it."""

    def cuts_short(self) -> bool:
        """Whether a list stops before its end, without saying so."""

    def changed(self, system: System, record_id: str) -> None:
        """A record there changed: where a system tells so, a notification leaves."""

    def notes(self, what: str) -> None:
        """Something odd happened, worth counting."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One state of a record; ``raw`` is None once it is removed."""

    at: datetime
    number: int
    raw: Raw | None


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Something that waits for people there. ``record_id``: '' for a new record; ``raw``: what it would say.

    ``before``: what it said when it was proposed; None for ``raw``: that it goes.
    """

    record_id: str
    raw: Raw
    before: Raw
    state: str = "waiting"


class System:
    """A server: records with all their states, in the order they came about."""

    def __init__(self, kind: type[RecordConnector], clock: Clock, chance: random.Random, wire: Wire) -> None:
        self.kind = kind
        self.name = kind.manifest.name
        self.capabilities = kind.manifest.capabilities
        self.wire = wire
        self.records: dict[str, list[Kept]] = {}
        self.proposals: dict[str, Proposal] = {}
        self.forbidden: set[str] = set()
        self.mapping = 1
        self.writes = 0
        self.lost: dict[str, list[Kept]] = {}
        """Per record the states that a restored backup did not have."""
        self.noticed: dict[str, int] = {}
        """Per record the number that the hub knew when the backup was put back."""
        self._clock = clock
        self._chance = chance
        self._number = 0

    def add(self, raw: Raw) -> str:
        record_id = f"{self.name}-{len(self.records) + 1}"
        self.records[record_id] = []
        self.keep(record_id, {**raw, "id": record_id})
        return record_id

    def keep(self, record_id: str, raw: Raw | None) -> None:
        self._number += 1
        self.records[record_id].append(Kept(at=self._clock.now(), number=self._number, raw=raw))
        self.wire.changed(self, record_id)

    def now(self, record_id: str) -> Raw | None:
        states = self.records[record_id]
        return states[-1].raw if states else None

    def live(self) -> list[str]:
        """The records that people still see as agreements."""
        return [one for one in self.records if is_live(self.now(one))]

    def looked_at(self) -> datetime:
        """The moment a read shows: on a replica some time ago."""
        behind = self._chance.uniform(0, self.capabilities.lag_s / 2) if self.kind.reads_lag else 0.0
        return self._clock.now() - timedelta(seconds=behind)

    def shown(self, record_id: str, at: datetime) -> Kept | None:
        """The record as it was at that moment; None while it was not there yet."""
        states = self.records.get(record_id, ())
        found = next((one for one in reversed(states) if one.at <= at), None)
        if states and found is not states[-1]:
            self.wire.notes("lag: a replica is behind")
        return found

    def restore(self, changes: int, noticed: Mapping[str, int] = MappingProxyType({})) -> list[Kept]:
        """Put everything back as it was so many changes ago; gives the states that never were.

        ``noticed``: per record the number that the hub knows.
        """
        self.noticed |= noticed
        numbers = sorted(one.number for states in self.records.values() for one in states)
        first = numbers[-changes] if len(numbers) >= changes else 0
        for record_id, states in self.records.items():
            self.lost.setdefault(record_id, []).extend(one for one in states if one.number >= first)
            states[:] = [one for one in states if one.number < first]
        self._number = max((states[-1].number for states in self.records.values() if states), default=0)
        return [one for states in self.lost.values() for one in states]

    def has_passed(self, record_id: str) -> bool:
        """Whether nothing tells of the restore: edited past the number the hub knew, or gone again."""
        lost, states = self.lost.get(record_id), self.records[record_id]
        if not (lost and states):
            return False
        is_gone_again = states[-1].raw is None and lost[-1].raw is None
        return is_gone_again or states[-1].number >= self.noticed.get(record_id, 0)
