"""What people said in a thread: announced answers while they are unambiguous, comments otherwise.

Source: design.md §4, the OZO paragraph; simulation.md H16: an answer without a code counts only while the
thread, up to that answer, held one set of terms, so that nobody agrees to terms they never read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from samenspraak.connectors import Directory, Raw
from samenspraak.domain.agreements import OccurrenceException, OccurrenceKey
from samenspraak.domain.local_time import local_day
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir
from samenspraak_ozo import kept, texts
from samenspraak_ozo.answers import Answer, AnswerKind, parse
from samenspraak_ozo.people import KINDS, external_id
from samenspraak_ozo.tasks import Task
from samenspraak_ozo.terms import Terms, terms_in
from samenspraak_ozo.threads import Resource, posted_at, said_at, said_by_others, thread_of
from samenspraak_ozo.threads import texts as texts_of

_STATEMENTS: Mapping[AnswerKind, StatementKind] = {
    AnswerKind.AGREE: StatementKind.ASSENT,
    AnswerKind.DISAGREE: StatementKind.DECLINE,
    AnswerKind.DONE: StatementKind.DONE,
    AnswerKind.NOT_DONE: StatementKind.NOT_DONE,
}
_OF_TERMS = frozenset({AnswerKind.AGREE, AnswerKind.DISAGREE})
_PEOPLE = frozenset(KINDS.values())
_ATTACHMENT = "[bijlage]"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """One message of somebody. ``cannot``: the moment they cannot come · ``ask``: what we ask them back."""

    id: str
    by: PartyRef
    statement: Statement | None
    cannot: OccurrenceKey | None = None
    ask: str | None = None

    @property
    def waits(self) -> bool:
        """Whether we say something back: what was noted, or what was not clear. A comment needs nothing."""
        is_comment = self.statement is None or self.statement.kind is StatementKind.COMMENT
        return self.ask is not None or not is_comment


@dataclass(frozen=True, kw_only=True)
class _Meant:
    """What an answer is about; ``ask`` when that is not clear."""

    terms: Terms | None = None
    moment: OccurrenceKey | None = None
    ask: str | None = None


def heard(raw: Raw, directory: Directory) -> Iterator[Heard]:
    """What each message of somebody else means, oldest first.

    Raises:
        InvalidRecordError: a message that nobody sent, or at no time.
    """
    said = terms_in(raw)
    for message in said_by_others(raw):
        yield _hear(message, said, thread_of(raw), directory)


def _hear(message: Resource, said: list[Terms], thread: Resource, directory: Directory) -> Heard:
    sender = fhir.reference_key(fhir.element(message, "sender"))
    at = said_at(message)
    if sender is None:
        raise InvalidRecordError("a message without a sender", field="Communication.sender")
    if at is None:
        raise InvalidRecordError("a message without a time", field="Communication.sent")
    kind = KINDS.get(sender.partition("/")[0], PartyKind.GROUP)
    by = directory.party(external_id(sender), kind)
    text = "\n".join(texts_of(message)) or _ATTACHMENT
    answer = parse(text, local_day(at)) if by.kind in _PEOPLE else None  # a team agrees to nothing by itself
    before = _before(message, said, thread)
    meant = _meant(answer, by, at, before, said, directory) if answer else _Meant()
    statement_id = f"{directory.connector_id}:{message['id']}"

    def statement(kind: StatementKind) -> Statement:
        return Statement(
            id=statement_id,
            kind=kind,
            by=by,
            at=at,
            through=directory.connector_id,
            terms=meant.terms.mark if meant.terms and answer and answer.kind in _OF_TERMS else "",
            occurrence=meant.moment,
            text=text,
        )

    if answer is None or meant.terms is None:
        comment = statement(StatementKind.COMMENT)
        return Heard(id=statement_id, by=by, statement=comment, ask=meant.ask)
    if answer.kind is AnswerKind.CANNOT:
        return Heard(id=statement_id, by=by, statement=None, cannot=meant.moment)
    return Heard(id=statement_id, by=by, statement=statement(_STATEMENTS[answer.kind]))


def _before(message: Resource, said: list[Terms], thread: Resource) -> list[Terms]:
    """The terms that stood in the thread when this message was posted; what is doubtful counts."""
    at = posted_at(message)
    found = []
    for terms in said:
        shown_at = posted_at(terms.resource)
        if terms.resource is thread or at is None or shown_at is None or shown_at <= at:
            found.append(terms)
    return found


def _meant(
    answer: Answer, by: PartyRef, at: datetime, before: list[Terms], said: list[Terms], directory: Directory
) -> _Meant:
    terms = _terms_of(answer, before, said)
    if terms is None:
        return _Meant(ask=texts.ask_code(answer.kind, before[-1].code) if before else None)
    if answer.kind in _OF_TERMS:
        return _Meant(terms=terms)
    task = _task_of(answer, by, terms.tasks, directory)
    if task is None:
        return _Meant()
    day = answer.day or local_day(at)
    moved = _moved_to(day, task, terms)
    if len(moved) == 1 and answer.nth is None:
        return _Meant(terms=terms, moment=moved[0])
    if not task.is_on(day):
        known = task.first_from(day) if answer.kind is AnswerKind.CANNOT else task.last_until(day)
        return _Meant(ask=texts.ask_which_day(answer.kind, terms.code, day, known))
    nth = answer.nth or (1 if task.moments == 1 else 0)
    if not 1 <= nth <= task.moments:
        return _Meant(ask=texts.ask_which_time(answer.kind, terms.code))
    return _Meant(terms=terms, moment=OccurrenceKey(assignment_id=task.assignment_id, day=day, nth=nth))


def _moved_to(day: date, task: Task, terms: Terms) -> list[OccurrenceKey]:
    """The moments of other days that the message says are on this one."""
    exceptions = {
        OccurrenceKey.parse(key.id): value
        for key, value in kept.beside(terms.resource).items()
        if isinstance(value, OccurrenceException)
    }
    return [
        key
        for key, value in exceptions.items()
        if key.assignment_id == task.assignment_id and value.moved_to == day
    ]


def _terms_of(answer: Answer, before: list[Terms], said: list[Terms]) -> Terms | None:
    if answer.code:
        found = {terms.mark: terms for terms in said if terms.code == answer.code}
        return next(iter(found.values())) if len(found) == 1 else None
    return before[-1] if len({terms.digest for terms in before}) == 1 else None


def _task_of(answer: Answer, by: PartyRef, tasks: list[Task], directory: Directory) -> Task | None:
    """The one assignment it can be about: the sender's own, or for a report the only one there is.

    Somebody has an id in each network they are in, and any of them tells who they are.
    """
    own = [task for task in tasks if directory.party(task.performer, by.kind) == by]
    if answer.kind is not AnswerKind.CANNOT and not own:
        own = tasks
    return own[0] if len(own) == 1 else None
