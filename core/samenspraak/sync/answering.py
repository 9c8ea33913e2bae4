"""Carrying out what a person answers: values become one version, and what was in the way is tried again."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.domain.agreements import State, Status
from samenspraak.domain.units import STATUS, UnitValue, apply
from samenspraak.errors import RuleError
from samenspraak.policy.obstacles import STANDING
from samenspraak.policy.state import QuestionKind
from samenspraak.store.records import Cause, QuestionRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.asking import OF_A_UNIT, unit_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.questions import remotes_of
from samenspraak.sync.versions import record_version


def answer(
    uow: WritingUnitOfWork,
    hub: Hub,
    question: QuestionRecord,
    *,
    choice: str,
    value: UnitValue | None = None,
    by: str,
) -> None:
    """Carry out an answer.

    Args:
        uow: the transaction it is part of.
        hub: the hub.
        question: as the person saw it.
        choice: for a unit: ``hub``, a connector instance, or ``other`` with ``value``; else one of the
            words of its kind (``end``, ``restore``, ``keep``, ``done``, ``not_needed``, ``fix`` …).
        value: the other value.
        by: who answers.

    Raises:
        StaleError: the question has changed since the person saw it, or is answered.
        RuleError: there is no such answer, or it would make an unlawful agreement.
    """
    answered = uow.questions.answer(question.id, question.revision, choice, by, hub.now())
    if question.kind in OF_A_UNIT:
        _answer_unit(uow, hub, answered, choice, value, by)
    elif question.kind is QuestionKind.ENDED:
        _answer_ended(uow, hub, answered, choice, by)
    else:
        _answer_copy(uow, answered, choice)
    uow.questions.close(question.id, hub.now())


def _answer_unit(
    uow: WritingUnitOfWork,
    hub: Hub,
    question: QuestionRecord,
    choice: str,
    value: UnitValue | None,
    by: str,
) -> None:
    key = unit_of(question)
    if choice != "other" and choice not in question.values:
        raise RuleError("answer", f"Answers: {', '.join([*question.values, 'other'])}.")
    chosen = value if choice == "other" else question.values[choice].get(key)
    record = uow.agreements.get(question.agreement_id or "")
    after = apply(record.agreement, {key: chosen})
    cause = Cause(actor=by, why="answered", question_id=question.id)
    # A version even if nothing changes: the answer goes to every holding copy.
    record_version(uow, hub, record, after, cause=cause)
    for remote in remotes_of(uow, record.agreement.id):
        if key in remote.held:
            shown = remote.held[key]
            uow.remotes.save(
                replace(
                    remote,
                    held={one: held for one, held in remote.held.items() if one != key},
                    answered={**remote.answered, key: shown},
                )
            )


def _answer_ended(uow: WritingUnitOfWork, hub: Hub, question: QuestionRecord, choice: str, by: str) -> None:
    """``end``: over on both sides, whatever was typed. ``restore``: live on both, the end there is undone."""
    record = uow.agreements.get(question.agreement_id or "")
    if choice == "end":
        _settle_shown(uow, question, released=False)
        over = record.agreement.status.is_over
        ended = Status(state=State.ENDED, ended_on=hub.today())
        after = record.agreement if over else apply(record.agreement, {STATUS: ended})
    elif choice == "restore":
        _settle_shown(uow, question, released=True)
        live = record.agreement.status.is_live
        after = record.agreement if live else apply(record.agreement, {STATUS: Status(state=State.ACTIVE)})
    else:
        raise RuleError("answer", "Answers: end, restore.")
    record_version(uow, hub, record, after, cause=Cause(actor=by, why="answered", question_id=question.id))


def _settle_shown(uow: WritingUnitOfWork, question: QuestionRecord, *, released: bool) -> None:
    """What the question showed for an object is answered.

    To restore is no answer about the units that were edited there: those are compared, and may be asked.
    """
    for remote in remotes_of(uow, question.agreement_id or ""):
        shown = question.shows.get(remote.id)
        if shown is not None:
            answered = {key: value for key, value in shown.items() if key == STATUS or not released}
            answered = {**remote.answered, **answered}
            uow.remotes.save(replace(remote, released=released, answered=answered))


def _answer_copy(uow: WritingUnitOfWork, question: QuestionRecord, choice: str) -> None:
    """What stood in the way of one copy may be gone: look again. ``not_needed``: it is left as it is."""
    remote = _subject(uow, question)
    if remote is None or remote.link_id is None:
        return
    if choice == "not_needed" and question.cause in STANDING:
        left = question.shows.get(remote.id, {})
        uow.remotes.save(replace(remote, refused={**remote.refused, **left}))
    uow.links.look(remote.link_id)
    uow.wake(links=[remote.link_id])


def _subject(uow: UnitOfWork, question: QuestionRecord) -> RemoteRecord | None:
    """The object that a question is about, if it is about one."""
    kind, subject = [*question.subject.split(":"), ""][:2]
    return uow.remotes.get(subject) if kind == "remote" else None
