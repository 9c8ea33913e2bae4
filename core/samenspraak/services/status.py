"""How an organisation stands: per system what is equal and why the rest is not, and what needs a person."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from samenspraak.errors import ConfigurationError
from samenspraak.policy.state import ConnectorState, QuestionKind, Reason
from samenspraak.store.records import ConnectorRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync import adopt
from samenspraak.sync.hub import Hub
from samenspraak.sync.subscribers import Fares, fares
from samenspraak.sync.trouble import is_broken_off

_NOT_THERE = frozenset({Reason.WITHHELD, Reason.RETRACTED, Reason.RETRACTING, Reason.CLOSED})
_STANDS_STILL = frozenset({ConnectorState.UNAUTHORISED, ConnectorState.STOPPED})


@dataclass(frozen=True, kw_only=True)
class System:
    """One connected system.

    ``converged``: no copy there has work to do or to retry · ``is_away``: it was called in vain too often ·
    ``told``: how it fares, where it is sent notices.
    """

    id: str
    title: str
    state: ConnectorState
    state_why: str
    links: Mapping[Reason, int]
    heard_at: datetime | None
    is_away: bool = False
    told: Fares | None = None

    @property
    def converged(self) -> bool:
        return not self.links.get(Reason.DUE)

    @property
    def copies(self) -> int:
        """The copies that should be there now, whether they are or not."""
        return sum(count for reason, count in self.links.items() if reason not in _NOT_THERE)

    @property
    def convergence(self) -> float:
        """The part of those copies that is equal, from 0 to 1."""
        return self.links.get(Reason.EQUAL, 0) / self.copies if self.copies else 1.0

    @property
    def needs_a_person(self) -> bool:
        """Dead letters, or a system that stands still until somebody has looked."""
        return bool(self.links.get(Reason.FAILED)) or self.state in _STANDS_STILL


@dataclass(frozen=True, kw_only=True)
class Status:
    """How it stands.

    ``overdue``: questions past their time · ``waiting_people`` and ``waiting_records`` wait to be matched.
    """

    organisation: str
    systems: tuple[System, ...]
    questions: Mapping[QuestionKind, int]
    overdue: int
    waiting_people: int
    waiting_records: int

    @property
    def converged(self) -> bool:
        return all(one.converged for one in self.systems)

    @property
    def convergence(self) -> float:
        """The part of all copies that should be there that is equal, from 0 to 1."""
        copies = sum(one.copies for one in self.systems)
        return sum(one.convergence * one.copies for one in self.systems) / copies if copies else 1.0

    @property
    def needs_a_person(self) -> bool:
        """An open question, a dead letter, or a system that stands still."""
        return bool(self.questions) or any(one.needs_a_person for one in self.systems)


def status(hub: Hub, organisation: str) -> Status:
    """How this organisation stands now."""
    with hub.store.read(organisation) as uow:
        counts = uow.links.counts()
        return Status(
            organisation=organisation,
            systems=tuple(
                System(
                    id=one.id,
                    title=one.title,
                    state=one.state,
                    state_why=one.state_why,
                    links=counts.get(one.id, {}),
                    heard_at=one.heard_at,
                    is_away=is_broken_off(hub, one),
                    told=_told(uow, hub, one),
                )
                for one in uow.connectors.list()
            ),
            questions=uow.questions.counts(),
            overdue=uow.questions.count_overdue(hub.now()),
            waiting_people=uow.parties.count_candidates(),
            waiting_records=uow.remotes.count_unlinked(adopt.PERSON),
        )


def _told(uow: UnitOfWork, hub: Hub, system: ConnectorRecord) -> Fares | None:
    with suppress(ConfigurationError):  # its plugin is gone, which its state tells
        if hub.capabilities(uow.organisation, system.id).fetches_here:
            return fares(uow, system)
    return None


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What a monitor may know of the whole hub: numbers only, of nobody in particular."""

    standing_still: int
    away: int
    failed: int
    overdue: int

    @property
    def ready(self) -> bool:
        """Whether every system takes part and nothing waits too long for a person."""
        return not (self.standing_still or self.away or self.failed or self.overdue)


def readiness(hub: Hub) -> Readiness:
    """How all organisations of this hub stand together."""
    stands = [status(hub, one) for one in hub.store.organisations()]
    systems = [system for one in stands for system in one.systems]
    return Readiness(
        standing_still=sum(one.state in _STANDS_STILL for one in systems),
        away=sum(one.is_away for one in systems),
        failed=sum(one.links.get(Reason.FAILED, 0) for one in systems),
        overdue=sum(one.overdue for one in stands),
    )
