"""How an organisation stands: per system what is equal and why the rest is not, and what needs a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from samenspraak.policy.state import ConnectorState, QuestionKind, Reason
from samenspraak.services.people import WAITS_FOR_A_PERSON
from samenspraak.sync.hub import Hub

_NOT_THERE = frozenset({Reason.WITHHELD, Reason.RETRACTED, Reason.RETRACTING, Reason.CLOSED})
_STANDS_STILL = frozenset({ConnectorState.UNAUTHORISED, ConnectorState.STOPPED})


@dataclass(frozen=True, kw_only=True)
class System:
    """One connected system. ``converged``: no copy there has work to do or to retry."""

    id: str
    title: str
    state: ConnectorState
    state_why: str
    links: Mapping[Reason, int]
    heard_at: datetime | None

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
    """How it stands. ``waiting_people`` and ``waiting_records`` wait to be matched."""

    organisation: str
    systems: tuple[System, ...]
    questions: Mapping[QuestionKind, int]
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
                )
                for one in uow.connectors.list()
            ),
            questions=Counter(one.kind for one in uow.questions.list()),
            waiting_people=len(uow.parties.candidates()),
            waiting_records=sum(one.why == WAITS_FOR_A_PERSON for one in uow.remotes.unlinked()),
        )
