"""Questions that only a person can settle: which there are, what they show, and answering them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from samenspraak.domain.lifecycle import end
from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import UnitKey
from samenspraak.errors import RuleError
from samenspraak.policy.obstacles import CANNOT_TAKE_BACK, LOST_CREATE
from samenspraak.policy.state import ConnectorState, QuestionKind
from samenspraak.services import ADMIN, taking_part
from samenspraak.services.naming import actor
from samenspraak.services.unit_values import Json, as_json, read
from samenspraak.store.records import AuditLine, Cause, QuestionRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync import alike, answering, subscribers
from samenspraak.sync.asking import HUB, OF_A_UNIT, about_of, unit_of
from samenspraak.sync.delivering import try_all_again
from samenspraak.sync.hub import Hub
from samenspraak.sync.trouble import UNAVAILABLE
from samenspraak.sync.versions import record_version

OTHER, TAKE, REFUSE, END = "other", "take", "refuse", "end"

# Source: design §4, the table of questions. A conflict is answered with whose value holds, a report with what
# happened; an identity is settled where it is, and the answer says that this was done.
ANSWERS: Mapping[QuestionKind, tuple[str, ...]] = {
    QuestionKind.PROPOSAL: (TAKE, REFUSE),
    QuestionKind.REFUSAL: ("keep", "change", END),
    QuestionKind.ENDED: (END, "restore"),
    QuestionKind.REPORT: (StatementKind.DONE, StatementKind.NOT_DONE),
    QuestionKind.IDENTITY: ("settled",),
    QuestionKind.TO_DO: ("done", "not_needed"),
    QuestionKind.CONNECTOR: ("fix", taking_part.RELEASE),
}
# What may not be seen there cannot be left there.
ANSWERS_BY_CAUSE: Mapping[str, tuple[str, ...]] = {
    CANNOT_TAKE_BACK: ("done",),
    LOST_CREATE: (answering.MADE, answering.NOT_MADE),
    UNAVAILABLE: ("settled",),
    alike.SAME_AGREEMENT: (alike.JOIN, alike.APART),
    alike.TWO_COPIES: (answering.END_ONE, answering.KEEP_BOTH),
}
_RELEASES = frozenset({"fix", taking_part.RELEASE})


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. ``values``: per connector (``hub``: the last agreed) what it says, units as JSON.

    ``answers``: what can be answered to it; a unit's question takes ``other`` with a value of its own ·
    ``about``: the party or the moment it is about, or both, where it is not about a unit.
    """

    id: str
    kind: QuestionKind
    revision: int
    agreement_id: str | None
    unit: UnitKey | None
    owner: str
    cause: str
    about: str
    opened_at: datetime
    deadline: datetime | None
    values: Mapping[str, Mapping[str, Json]]
    answers: tuple[str, ...]
    is_open: bool
    answer: str | None = None
    answered_by: str | None = None


def listed(
    hub: Hub,
    organisation: str,
    *,
    agreement_id: str | None = None,
    connector_id: str | None = None,
    open_only: bool = True,
) -> tuple[Question, ...]:
    """The questions, the oldest first; of one agreement, or those in which a connector has a say."""
    with hub.store.read(organisation) as uow:
        found = uow.questions.list(open_only=open_only, agreement_id=agreement_id, connector_id=connector_id)
    return tuple(described(one) for one in found)


def show(hub: Hub, organisation: str, question_id: str) -> Question:
    """One question.

    Raises:
        NotFoundError: there is no such question.
    """
    with hub.store.read(organisation) as uow:
        return described(uow.questions.get(question_id))


def described(asked: QuestionRecord) -> Question:
    """A question as people see it."""
    return Question(
        id=asked.id,
        kind=asked.kind,
        revision=asked.revision,
        agreement_id=asked.agreement_id,
        unit=unit_of(asked) if asked.kind in OF_A_UNIT else None,
        owner=asked.owner,
        cause=asked.cause,
        about=about_of(asked),
        opened_at=asked.opened_at,
        deadline=asked.deadline,
        values={system: as_json(units) for system, units in sorted(asked.values.items())},
        answers=_answers(asked),
        is_open=asked.is_open,
        answer=asked.answer,
        answered_by=asked.answered_by,
    )


def answer(
    hub: Hub,
    organisation: str,
    question_id: str,
    *,
    revision: int,
    choice: str,
    value: Json = None,
    by: str = ADMIN,
) -> Question:
    """Carry out an answer, to what the person saw.

    Args:
        hub: the hub.
        organisation: whose.
        question_id: which.
        revision: the revision the person saw.
        choice: one of the question's ``answers``.
        value: with ``other``, the value of the unit as JSON; None empties it.
        by: who answers.

    Raises:
        NotFoundError: there is no such question, or nobody is known as ``by``.
        StaleError: it has changed since the person saw it, or is answered.
        RuleError: there is no such answer, or it would make an unlawful agreement.
    """
    with hub.store.write(organisation) as uow:
        asked = uow.questions.get(question_id)
        who = actor(uow, by)
        if choice not in _answers(asked):
            raise RuleError("answer", f"Answers to question {question_id}: {', '.join(_answers(asked))}.")
        answering.answer(
            uow,
            hub,
            replace(asked, revision=revision),
            choice=_meaning(asked, choice),
            value=read(unit_of(asked), value) if choice == OTHER else None,
            by=who,
        )
        if (asked.kind, choice) == (QuestionKind.REFUSAL, END):
            _end(uow, hub, asked, who)
        _release(uow, hub, asked, choice, who)
        uow.log.audit(
            AuditLine(
                at=hub.now(),
                actor=who,
                action="question.answered",
                object=f"question:{question_id}",
                detail=choice,
            )
        )
        answered = described(uow.questions.get(question_id))
        uow.commit()
    return replace(answered, answer=choice, answered_by=who)


def _answers(asked: QuestionRecord) -> tuple[str, ...]:
    """Whose value holds, or another; for other kinds the words of the kind."""
    others = sorted(asked.values.keys() - {HUB})
    if asked.kind is QuestionKind.PROPOSAL and len(others) == 1:
        return (*ANSWERS[asked.kind], OTHER)
    if asked.kind in OF_A_UNIT:
        return (*others, HUB, OTHER)
    return ANSWERS_BY_CAUSE.get(asked.cause) or ANSWERS[asked.kind]


def _meaning(asked: QuestionRecord, choice: str) -> str:
    """Taking a proposal is the value of the one who proposed it; refusing it is the hub's."""
    if choice == TAKE:
        return next(iter(asked.values.keys() - {HUB}))
    return HUB if choice == REFUSE else choice


def _end(uow: WritingUnitOfWork, hub: Hub, asked: QuestionRecord, by: str) -> None:
    """Somebody does not want it like this, and the responsible person lets it end."""
    record = uow.agreements.get(asked.agreement_id or "")
    cause = Cause(actor=by, why="answered", question_id=asked.id)
    record_version(uow, hub, record, end(record.agreement, hub.today()), cause=cause)


def _release(uow: WritingUnitOfWork, hub: Hub, asked: QuestionRecord, choice: str, by: str) -> None:
    """A connector that stands still because of what was asked takes part again."""
    kind, connector_id, cause = [*asked.subject.split(":"), "", ""][:3]
    if asked.kind is not QuestionKind.CONNECTOR or kind != "connector" or choice not in _RELEASES:
        return
    system = uow.connectors.get(connector_id)
    if cause == subscribers.UNDELIVERED:
        try_all_again(uow, hub, connector_id)
    stands_still = system.state in (ConnectorState.UNAUTHORISED, ConnectorState.STOPPED)
    if stands_still and system.state_why == cause:
        taking_part.release(uow, hub, system, by=by)
