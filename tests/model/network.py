"""The network between the hub and its systems: what it loses, delays and lets arrive after all.

Whenever a request leaves, others may go on before it arrives, or the process dies. Which consent holds is
asked at the last moment, when a request is let through.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from model import oracle
from model.faces import pieces
from model.ledger import numbers
from model.systems import System
from model.town import CrashError

from samenspraak.connectors import Raw
from samenspraak.errors import ConflictError, OutcomeUnknownError, PermanentError, TransientError

if TYPE_CHECKING:
    from model.walk import Walk

T = TypeVar("T")

WRITE_FAULTS: Mapping[str, float] = {
    "none": 0.66,
    "refused before it was applied": 0.05,
    "refused for good": 0.03,
    "the answer is lost": 0.06,
    "in the network": 0.05,
    "paused": 0.08,
    "dies after it was written": 0.03,
    "dies with a request in the network": 0.02,
    "dies before it is sent": 0.02,
}


@dataclass
class Late:
    """A request that is still in the network."""

    at: datetime
    effect: Callable[[], object]


class Network:
    """The wire of one walk, and the notifications on their way."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.notifications: list[tuple[str, str]] = []
        self._late: list[Late] = []

    def read(self, system: System, permit: Callable[[], None], effect: Callable[[], T]) -> T:
        walk = self.walk
        if walk.draws(0.06):
            walk.meanwhile("a reader waits")
        permit()
        if walk.draws(0.05):
            walk.note("fault: unreachable", system.name)
            raise TransientError(
                f"{system.name} cannot be reached", whole_connector=walk.chance.random() < 0.5
            )
        walk.maybe_dies("at a read")
        return effect()

    def write(
        self, system: System, permit: Callable[[], None], raw: Raw, before: Raw, effect: Callable[[], T]
    ) -> T:
        walk = self.walk
        if walk.draws(0.08):
            walk.meanwhile("a writer waits before its last check")
        permit()
        self._check_consent(system, raw, before)

        def arrives() -> T:
            system.writes += 1
            walk.note("write", f"{system.name} {raw.get('id') or raw.get('ref') or 'removal'}")
            return effect()

        fault = self.next_fault()
        if fault == "none":
            return arrives()
        walk.note(f"fault: {fault}", system.name)
        return self._goes_wrong(system, fault, arrives)

    def next_fault(self) -> str:
        """What happens to the next write."""
        if not self.walk.has_faults:
            return "none"
        return self.walk.chance.choices(list(WRITE_FAULTS), list(WRITE_FAULTS.values()))[0]

    def _goes_wrong(self, system: System, fault: str, arrives: Callable[[], T]) -> T:
        if fault == "refused before it was applied":
            raise TransientError(f"{system.name} is busy")
        if fault == "refused for good":
            raise PermanentError(f"{system.name} does not take this")
        if fault == "paused":
            return self._arrives_late(arrives)
        if fault in ("in the network", "dies with a request in the network"):
            soon = self.walk.chance.uniform(0, system.capabilities.lag_s / 2)
            self._late.append(Late(self.walk.town.clock.now() + timedelta(seconds=soon), arrives))
        elif fault != "dies before it is sent":
            arrives()
        if fault.startswith("dies"):
            raise CrashError(fault)
        raise OutcomeUnknownError(f"{system.name} did not answer")

    def _arrives_late(self, arrives: Callable[[], T]) -> T:
        """The worker stands still after its last check, perhaps until others took over, and then goes on."""
        seconds = self.walk.chance.choice((5, 130, 300))
        self.walk.meanwhile("a writer is paused after its last check", seconds=seconds)
        if seconds > self.walk.town.hub.pace.lease.total_seconds():
            self.walk.note("late write of a paused worker")
        return arrives()

    def pass_(self, seconds: float) -> None:
        """Time goes by, and what was in the network arrives."""
        self.walk.town.clock.pass_(seconds)
        arrived = [one for one in self._late if one.at <= self.walk.town.clock.now()]
        self._late = [one for one in self._late if one not in arrived]
        for one in arrived:
            with contextlib.suppress(ConflictError):
                one.effect()

    def overwritten(self, system: System, record_id: str, member: str, lost: object) -> None:
        """No token stopped it: nobody can know, and the manifest says so."""
        self.walk.note("undetectable: typed between our look and our write", f"{record_id} {member} {lost}")
        self.walk.ledger.sees_it_go(lost)
        if member == "status":
            self.walk.ledger.ended.discard((system.name, record_id))

    def between_pages(self) -> None:
        if self.walk.draws(0.1):
            self.walk.meanwhile("a page waits")

    def cuts_short(self) -> bool:
        cut = self.walk.draws(0.05)
        if cut:
            self.walk.note("fault: a list stops short")
        return cut

    def changed(self, system: System, record_id: str) -> None:
        if system.capabilities.lag_s < _TELLS_AT_ONCE:
            self.notifications.append((system.name, record_id))

    def notes(self, what: str) -> None:
        self.walk.note(what)

    def _check_consent(self, system: System, raw: Raw, before: Raw) -> None:
        """At the last check before the socket: nothing new leaves that may not be read there.

        What people there had typed themselves may come back to them.
        """
        ledger = self.walk.ledger
        known = numbers(list(pieces(before)) if before else ())
        readers = oracle.readers_of(system, raw)
        for member, value in pieces(raw) if raw else ():
            new = ledger.came_from_elsewhere(system.name, value) - known
            if new and not ledger.may_read(readers, member):
                self.walk.wrong.append(f"I5: {sorted(new)} left for {system.name} without consent ({member})")


_TELLS_AT_ONCE = 10.0
"""A system whose reads lag longer has nothing that tells of changes: it is polled."""
