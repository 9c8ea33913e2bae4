"""Questions that only a person can settle; at most one open per kind and subject."""

from __future__ import annotations

import builtins
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from samenspraak.errors import StaleError
from samenspraak.policy.state import QuestionKind, SentUnits
from samenspraak.store.kept import Row
from samenspraak.store.records import QuestionRecord
from samenspraak.store.scope import Repository
from samenspraak.store.tables import link, question, remote

_SHOWN = dict[str, SentUnits]


class Questions(Repository):
    """The questions of one organisation."""

    def ask(self, asked: QuestionRecord) -> QuestionRecord:
        """The question as it stands now.

        New when none is open about this. An open one with the same values stays as it is, also when it was
        answered meanwhile; with other values, or about another agreement, it becomes its next revision,
        without an answer.
        """
        table = question
        open_row = self._scope.find(table, kind=asked.kind, subject=asked.subject, closed_at=None)
        if open_row is None:
            self._scope.add(
                table,
                id=asked.id,
                kind=asked.kind,
                subject=asked.subject,
                opened_at=asked.opened_at,
                revision=asked.revision,
                **self._asked(asked),
            )
            return self.get(asked.id)
        standing = self._record(open_row)
        if _shown(standing) == _shown(asked):
            return standing
        self._scope.run(
            self._scope.update(table)
            .where(table.c.id == standing.id)
            .values(
                revision=standing.revision + 1,
                answer_sealed=None,
                answered_by=None,
                answered_at=None,
                **self._asked(replace(asked, id=standing.id)),
            )
        )
        return self.get(standing.id)

    def get(self, question_id: str) -> QuestionRecord:
        """The question.

        Raises:
            NotFoundError: this organisation has no such question.
        """
        return self._record(self._scope.get(question, id=question_id))

    def list(
        self, open_only: bool = True, agreement_id: str | None = None, connector_id: str | None = None
    ) -> builtins.list[QuestionRecord]:
        """Questions, the oldest first; of one agreement, or those in which a connector has a say."""
        key: dict[str, object] = {"closed_at": None} if open_only else {}
        if agreement_id is not None:
            key["agreement_id"] = agreement_id
        rows = self._scope.all(question, question.c.opened_at, question.c.id, **key)
        found = [self._record(row) for row in rows]
        return [one for one in found if connector_id is None or _concerns(one, connector_id)]

    def counts(self) -> dict[QuestionKind, int]:
        """How many are open of each kind, the kind that waits longest first."""
        columns = question.c
        statement = self._scope.select(question, columns.kind, sa.func.count().label("questions"))
        of_kind = statement.where(columns.closed_at.is_(None)).group_by(columns.kind)
        rows = self._scope.rows(of_kind.order_by(sa.func.min(columns.opened_at), columns.kind))
        return {QuestionKind(row.kind): row.questions for row in rows}

    def count_overdue(self, now: datetime) -> int:
        """How many are open although their time is over."""
        columns = question.c
        statement = self._scope.select(question, sa.func.count().label("questions"))
        [row] = self._scope.rows(statement.where(columns.closed_at.is_(None), columns.deadline < now))
        return int(row.questions)

    def foresee(self, agreement_ids: Collection[str]) -> None:
        """The open ones about each of these agreements will be asked for one by one."""
        self._scope.foresee(
            question,
            question.c.opened_at,
            question.c.id,
            closed_at=None,
            by="agreement_id",
            among=agreement_ids,
        )

    def foresee_none(self, agreement_id: str) -> None:
        """Nothing was asked about this agreement yet."""
        order = (question.c.opened_at, question.c.id)
        self._scope.foresee_none(question, *order, closed_at=None, agreement_id=agreement_id)

    def of_link(self, link_id: str) -> builtins.list[QuestionRecord]:
        """The open questions about this link or a remote of it, or that show something for one."""
        agreement_id = self._scope.get(link, id=link_id).agreement_id
        remotes = {row.id for row in self._scope.only(remote.c.id, link_id=link_id)}
        subjects = {("link", link_id), *(("remote", one) for one in remotes)}
        return [
            one
            for one in self.list(agreement_id=agreement_id)
            if one.shows.keys() & remotes or _subject(one) in subjects
        ]

    def answer(self, question_id: str, revision: int, answer: str, by: str, at: datetime) -> QuestionRecord:
        """The answer to this revision; the question stays open until it is carried out and closed.

        Raises:
            StaleError: it has another revision, an answer, or is closed; what the person saw is not what is
                asked now.
            NotFoundError: this organisation has no such question.
        """
        statement = self._scope.update(question).where(
            question.c.id == question_id,
            question.c.revision == revision,
            question.c.answered_at.is_(None),
            question.c.closed_at.is_(None),
        )
        given = self._scope.seal(question.c.answer_sealed, question_id, answer, str)
        if (
            self._scope.run(statement.values(answer_sealed=given, answered_by=by, answered_at=at)).rowcount
            == 0
        ):
            self.get(question_id)
            raise StaleError(f"Question {question_id} is not at revision {revision} any more, or is settled.")
        return self.get(question_id)

    def close(self, question_id: str, at: datetime) -> None:
        """It needs no answer any more, or its answer is carried out; closing twice is harmless.

        Raises:
            NotFoundError: this organisation has no such question.
        """
        open_one = self._scope.update(question).where(
            question.c.id == question_id, question.c.closed_at.is_(None)
        )
        if self._scope.run(open_one.values(closed_at=at)).rowcount == 0:
            self.get(question_id)

    def move(self, moved: QuestionRecord) -> None:
        """It is about what this says from now on: another agreement, other ids; what was answered stays.

        An answer to what an open one showed before, or was about, is stale.

        Raises:
            StaleError: another one is open about that.
            NotFoundError: this organisation has no such question or agreement.
        """
        standing = self.get(moved.id)
        there = self._scope.find(question, kind=moved.kind, subject=moved.subject, closed_at=None)
        if standing.is_open and there is not None and there.id != moved.id:
            raise StaleError(f"Another question than {moved.id} is open about {moved.subject}.")
        changed = self._scope.update(question).where(question.c.id == moved.id)
        revision = standing.revision + (standing.is_open and _shown(standing) != _shown(moved))
        self._scope.run(changed.values(subject=moved.subject, revision=revision, **self._asked(moved)))

    def _asked(self, asked: QuestionRecord) -> dict[str, object]:
        return {
            "agreement_id": asked.agreement_id,
            "owner": asked.owner,
            "deadline": asked.deadline,
            "cause": asked.cause,
            "values_sealed": self._scope.seal(question.c.values_sealed, asked.id, asked.values, _SHOWN),
            "shows_sealed": self._scope.seal(question.c.shows_sealed, asked.id, asked.shows, _SHOWN),
        }

    def _record(self, row: Row) -> QuestionRecord:
        columns, scope = question.c, self._scope
        given = row.answer_sealed
        return QuestionRecord(
            id=row.id,
            kind=QuestionKind(row.kind),
            subject=row.subject,
            agreement_id=row.agreement_id,
            owner=row.owner,
            revision=row.revision,
            opened_at=row.opened_at,
            deadline=row.deadline,
            values=scope.open(columns.values_sealed, row.id, row.values_sealed, _SHOWN),
            shows=scope.open(columns.shows_sealed, row.id, row.shows_sealed, _SHOWN),
            cause=row.cause,
            answer=None if given is None else scope.open(columns.answer_sealed, row.id, given, str),
            answered_by=row.answered_by,
            answered_at=row.answered_at,
            closed_at=row.closed_at,
        )


def _shown(asked: QuestionRecord) -> tuple[object, ...]:
    """What a person who answers has seen of a question."""
    return asked.values, asked.shows, asked.agreement_id


def _subject(asked: QuestionRecord) -> tuple[str, str]:
    """What sort of thing a question is about, and which."""
    kind, one, *_ = [*asked.subject.split(":"), ""]
    return kind, one


def _concerns(asked: QuestionRecord, connector_id: str) -> bool:
    return connector_id in asked.values or _subject(asked) == ("connector", connector_id)
