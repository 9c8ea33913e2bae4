"""Who changed an agreement, when, through what, and by which rule or answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from samenspraak.domain.parties import PartyRef, party_of
from samenspraak.domain.units import UnitKey
from samenspraak.policy.state import QuestionKind
from samenspraak.store.records import VersionRecord
from samenspraak.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The question that a version answers: what it was about, and who answered what when."""

    question_id: str
    kind: QuestionKind
    cause: str
    answer: str
    by: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """A version that changed something. ``through``: a connector, or '' for the hub itself.

    ``rule``: for one unit that was taken over, the line of the unit table that decided · ``decision``: the
    question that did.
    """

    version: int
    at: datetime
    actor: str
    through: str
    why: str
    units: tuple[UnitKey, ...]
    rule: str = ""
    decision: Decision | None = None


def change_of(uow: UnitOfWork, version: VersionRecord, key: UnitKey | None = None) -> Change:
    """What a version changed, and why; with ``key`` by which rule it took over that unit."""
    cause = version.cause
    return Change(
        version=version.version,
        at=version.at,
        actor=cause.actor,
        through=cause.connector_id,
        why=cause.why,
        units=tuple(sorted(version.units)),
        rule=cause.rules.get(key, "") if key else "",
        decision=_decision(uow, cause.question_id) if cause.question_id else None,
    )


def _decision(uow: UnitOfWork, question_id: str) -> Decision:
    asked = uow.questions.get(question_id)
    return Decision(
        question_id=question_id,
        kind=asked.kind,
        cause=asked.cause,
        answer=asked.answer or "",
        by=asked.answered_by or "",
        at=asked.answered_at,
    )


def actors(changes: Iterable[Change]) -> Iterator[PartyRef]:
    """Everybody who made one of these changes, as far as it was a party."""
    return filter(None, (party_of(one.actor) for one in changes))
