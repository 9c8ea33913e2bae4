"""What became of a moment, by what was reported and what a person said who was asked about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from samenspraak.domain.agreements import Agreement, OccurrenceKey
from samenspraak.domain.outcomes import NEEDS_A_PERSON, Outcome, is_once_only, outcome
from samenspraak.domain.parties import party_of
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.errors import RuleError
from samenspraak.policy.state import QuestionKind
from samenspraak.store.records import Cause, QuestionRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.asking import HUB, ON_DUTY, ask_matter
from samenspraak.sync.hub import Hub
from samenspraak.sync.versions import record_version

_EVER = datetime.min.replace(tzinfo=UTC)


def outcome_of(
    uow: UnitOfWork,
    agreement: Agreement,
    key: OccurrenceKey,
    *,
    heard: Mapping[str, datetime | None] | None = None,
    since: datetime = _EVER,
    said: Iterable[Statement] | None = None,
) -> Outcome:
    """What became of this moment; ``heard`` and ``since`` as in ``domain.outcomes.outcome``.

    ``said``: what was said about the agreement, if that is read already.
    """
    return outcome(
        key,
        uow.statements.of(agreement.id) if said is None else said,
        once_only=is_once_only(agreement),
        heard=heard or {},
        since=since,
        set_aside=_set_aside(uow, agreement.id, key),
    )


def ask_report(uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, key: OccurrenceKey) -> None:
    """Reports that differ, or two of a once-only act, are for the professional on duty."""
    result = outcome_of(uow, agreement, key).result
    if result in NEEDS_A_PERSON:
        ask_matter(
            uow,
            hub,
            agreement,
            kind=QuestionKind.REPORT,
            owner=ON_DUTY,
            subject=_subject(agreement.id, key),
            cause=result,
        )


def answer_report(
    uow: WritingUnitOfWork, hub: Hub, question: QuestionRecord, kind: StatementKind, by: str
) -> None:
    """What happened, says somebody who found out: their report, in place of those they were asked about.

    Raises:
        RuleError: who says it is no party.
    """
    who = party_of(by)
    if who is None:
        raise RuleError("answer", "A report is somebody's: say who you are with --by.")
    record = uow.agreements.get(question.agreement_id or "")
    key = OccurrenceKey.parse(question.subject.removeprefix(_subject(record.agreement.id)))
    said = Statement(id=_answer(question), kind=kind, by=who, at=hub.now(), through=HUB, occurrence=key)
    uow.statements.add(record.agreement.id, said, hub.now())
    cause = Cause(actor=by, why="answered", question_id=question.id)
    record_version(uow, hub, record, record.agreement, cause=cause, days={key.day})


def _set_aside(uow: UnitOfWork, agreement_id: str, key: OccurrenceKey) -> frozenset[str]:
    """The reports that were known when somebody last said what happened, but for what they said."""
    answered = [
        one
        for one in uow.questions.list(open_only=False, agreement_id=agreement_id)
        if one.subject == _subject(agreement_id, key) and one.answered_at is not None
    ]
    if not answered:
        return frozenset()
    last = max(answered, key=lambda one: one.answered_at or _EVER)
    known = uow.statements.heard_until(agreement_id, last.answered_at or _EVER)
    return frozenset(known - {_answer(last)})


def _answer(question: QuestionRecord) -> str:
    return f"{HUB}:{question.id}"


def _subject(agreement_id: str, key: OccurrenceKey | str = "") -> str:
    return f"agreement:{agreement_id}:report:{key}"
