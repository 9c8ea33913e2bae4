"""Carrying out what a person answers: values become one version, and what was in the way is tried again."""

from __future__ import annotations

from dataclasses import replace

from samenspraak.domain.agreements import Agreement, State, Status
from samenspraak.domain.statements import StatementKind
from samenspraak.domain.units import STATUS, UnitKey, UnitValue, apply, units_of
from samenspraak.errors import RuleError, StaleError
from samenspraak.policy.comparing import FIRST_AGREE
from samenspraak.policy.obstacles import LOST_CREATE, OF_OURS
from samenspraak.policy.state import Intent, QuestionKind
from samenspraak.store.records import Cause, QuestionRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import adopt, alike, reports, said
from samenspraak.sync.asking import AGREES, HUB, OF_A_UNIT, about_of, unit_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.joining import join
from samenspraak.sync.matching import wake_waiting
from samenspraak.sync.outcome import abandoned
from samenspraak.sync.questions import remotes_of
from samenspraak.sync.separating import end_copy
from samenspraak.sync.versions import record_version

MADE, NOT_MADE = "made", "not_made"
"""What became of a create whose answer was lost."""
END_ONE, KEEP_BOTH = "end_one", "keep_both"
"""What becomes of a second copy in one system."""


def answer(
    uow: WritingUnitOfWork,
    hub: Hub,
    question: QuestionRecord,
    *,
    choice: str,
    value: UnitValue | None = None,
    by: str,
) -> None:
    """Carry out an answer. One of several who agree first leaves the question open for the others.

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
    if _waits_for_others(uow, question, choice, value, by):
        return
    answered = uow.questions.answer(question.id, question.revision, choice, by, hub.now())
    if question.kind in OF_A_UNIT:
        _answer_unit(uow, hub, answered, choice, value, by)
    elif question.kind is QuestionKind.ENDED:
        _answer_ended(uow, hub, answered, choice, by)
    elif question.kind is QuestionKind.REPORT:
        reports.answer_report(uow, hub, answered, StatementKind(choice), by)
    elif question.cause == alike.SAME_AGREEMENT:
        _answer_same(uow, hub, answered, choice, by)
    elif question.cause == alike.TWO_COPIES and choice == END_ONE:
        end_copy(uow, hub, answered.subject.split(":")[1], by=by, question_id=question.id)
    else:
        _answer_copy(uow, answered, choice)
    uow.questions.close(question.id, hub.now())


# About a unit.


def _answer_unit(
    uow: WritingUnitOfWork,
    hub: Hub,
    question: QuestionRecord,
    choice: str,
    value: UnitValue | None,
    by: str,
) -> None:
    key, chosen = unit_of(question), _chosen(question, choice, value)
    record = uow.agreements.get(question.agreement_id or "")
    after = apply(record.agreement, {key: chosen})
    cause = Cause(actor=by, why="answered", question_id=question.id)
    if question.cause == FIRST_AGREE and choice != HUB:
        for party in {by, *_agreed(question, key, chosen)}:
            said.agrees(uow, hub, after, party)
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


def _chosen(question: QuestionRecord, choice: str, value: UnitValue | None) -> UnitValue | None:
    if choice == "other":
        return value
    if choice not in question.values:
        raise RuleError("answer", f"Answers: {', '.join([*question.values, 'other'])}.")
    return question.values[choice].get(unit_of(question))


def _waits_for_others(
    uow: WritingUnitOfWork, question: QuestionRecord, choice: str, value: UnitValue | None, by: str
) -> bool:
    """Whether this is the word of one party who agrees, while others still have to.

    Somebody who was not asked to agree, and answers, has spoken with those who were.
    """
    owners = question.owner.split()
    if question.cause != FIRST_AGREE or choice == HUB or len(owners) == 1:
        return False
    speaker = next((one for one in owners if by in (one, *_members(uow, one))), None)
    key, chosen = unit_of(question), _chosen(question, choice, value)
    left = [one for one in owners if one not in (speaker, *_agreed(question, key, chosen))]
    if speaker is None or not left:
        return False
    standing = uow.questions.get(question.id)
    if not standing.is_open or standing.revision != question.revision:
        raise StaleError(f"Question {question.id} has changed since; look again.")
    shows = {**question.shows, f"{AGREES}{by}": {key: chosen}}
    uow.questions.ask(replace(question, owner=" ".join(left), shows=shows))
    return True


def _agreed(question: QuestionRecord, key: UnitKey, chosen: UnitValue | None) -> list[str]:
    """Who agreed to this value before, and whoever typed it."""
    names = (name for name, units in question.shows.items() if units == {key: chosen})
    return [name.removeprefix(AGREES) for name in names if name.startswith(AGREES)]


def _members(uow: UnitOfWork, party: str) -> list[str]:
    """Who may speak for a party, if it is a group."""
    return [str(one) for group in uow.parties.groups() if str(group.ref) == party for one in group.members]


# About which agreement it is.


def _answer_same(uow: WritingUnitOfWork, hub: Hub, question: QuestionRecord, choice: str, by: str) -> None:
    """``join``: the one that was there before stays. ``apart``: they are two; perhaps it is another one's."""
    newer, older = question.agreement_id or "", about_of(question)
    if choice == alike.JOIN:
        join(uow, hub, older, newer, by=by)
        return
    alike.keep_apart(uow, hub, newer, older)
    through = uow.agreements.history(newer)[0].cause.connector_id
    alike.wonder(uow, hub, uow.agreements.get(newer).agreement, through)


# About a copy.


def _answer_ended(uow: WritingUnitOfWork, hub: Hub, question: QuestionRecord, choice: str, by: str) -> None:
    """``end``: over on both sides, whatever was typed. ``restore``: live on both, the end there is undone.

    What was asked about one assignment of several is answered for that one.
    """
    record = uow.agreements.get(question.agreement_id or "")
    if choice == "end":
        _settle_shown(uow, question, released=False)
        after = _ended(record.agreement, _subject(uow, question), hub)
    elif choice == "restore":
        _settle_shown(uow, question, released=True)
        live = record.agreement.status.is_live
        after = record.agreement if live else apply(record.agreement, {STATUS: Status(state=State.ACTIVE)})
    else:
        raise RuleError("answer", "Answers: end, restore.")
    record_version(uow, hub, record, after, cause=Cause(actor=by, why="answered", question_id=question.id))


def _ended(agreement: Agreement, about: RemoteRecord | None, hub: Hub) -> Agreement:
    part = about.part if about else ""
    if agreement.status.is_over:
        return agreement
    if part and any(one.id != part for one in agreement.assignments):
        own = [key for key in units_of(agreement) if key.assignment_id == part]
        return apply(agreement, dict.fromkeys(own))
    return apply(agreement, {STATUS: Status(state=State.ENDED, ended_on=hub.today())})


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
    if choice == "not_needed" and question.cause in OF_OURS:
        left = question.shows.get(remote.id, {})
        uow.remotes.save(replace(remote, refused={**remote.refused, **left}))
    if question.cause == LOST_CREATE and remote.intent is not None:
        uow.remotes.save(_as_said(remote, remote.intent, made=choice == MADE))
        wake_waiting(uow, remote.connector_id, adopt.CANDIDATE)
    uow.look_at_link(remote.link_id)


def _as_said(remote: RemoteRecord, intent: Intent, *, made: bool) -> RemoteRecord:
    """A create that was made is there to be found; one that was not may still arrive, and is sent again."""
    if made:
        return replace(remote, intent=replace(intent, answered=True))
    return abandoned(remote, intent, frozenset(intent.sent))


def _subject(uow: UnitOfWork, question: QuestionRecord) -> RemoteRecord | None:
    """The object that a question is about, if it is about one."""
    kind, subject = [*question.subject.split(":"), ""][:2]
    return uow.remotes.get(subject) if kind == "remote" else None
