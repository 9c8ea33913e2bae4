"""Assents, reports and comments: kept once, in the order they were said, never changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from samenspraak.domain.statements import REPORTS, Statement
from samenspraak.store.kept import Row
from samenspraak.store.people import People
from samenspraak.store.scope import Repository, Scope
from samenspraak.store.tables import statement


class Statements(Repository):
    """What parties said, in one organisation."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self._people = People(scope)

    def add(self, agreement_id: str, said: Statement, at: datetime) -> bool:
        """Keep it, heard at ``at``; False when this statement is known already, however often it is read.

        Its id is one of this agreement: a system may number what is said record by record.

        Raises:
            NotFoundError: there is no such agreement.
        """
        added = self._scope.add_if_new(
            statement,
            agreement_id=agreement_id,
            id=said.id,
            kind=said.kind,
            party=str(said.by),
            said_at=said.at,
            heard_at=at,
            document_sealed=self._scope.seal(
                statement.c.document_sealed, _place(agreement_id, said.id), said, Statement
            ),
        )
        return added is not None

    def of(self, agreement_id: str) -> list[Statement]:
        """Everything said about an agreement, by when it was said, each by whoever that is known as today."""
        said = self._scope.made_of(statement, agreement_id, lambda: self._opened(self._rows(agreement_id)))
        return [replace(one, by=self._people.current(one.by)) for one in said]

    def reports(self, agreement_id: str, heard_since: datetime) -> list[Statement]:
        """The reports about an agreement that we have heard since then; nothing else is opened."""
        rows = (one for one in self._rows(agreement_id) if one.heard_at >= heard_since)
        said = self._opened(one for one in rows if one.kind in REPORTS)
        return [replace(one, by=self._people.current(one.by)) for one in said]

    def _rows(self, agreement_id: str) -> Sequence[Row]:
        return self._scope.all(statement, statement.c.said_at, statement.c.id, agreement_id=agreement_id)

    def _opened(self, rows: Iterable[Row]) -> list[Statement]:
        column = statement.c.document_sealed
        return [
            self._scope.open(column, _place(row.agreement_id, row.id), row.document_sealed, Statement)
            for row in rows
        ]

    def copy(self, from_id: str, to_id: str, of: Callable[[Statement], Statement | None]) -> list[Statement]:
        """What was said about one agreement is said about another as well, heard when it was heard.

        ``of``: what a statement is there; None: it is not said about that one. Gives those that are new.
        """
        heard = {row.id: row.heard_at for row in self._scope.all(statement, agreement_id=from_id)}
        found = [there for one in self.of(from_id) if (there := of(one)) is not None]
        return [one for one in found if self.add(to_id, one, heard[one.id])]

    def foresee(self, agreement_ids: Collection[str]) -> None:
        """What was said about each of these agreements will be asked for one by one."""
        self._scope.foresee(
            statement, statement.c.said_at, statement.c.id, by="agreement_id", among=agreement_ids
        )

    def foresee_none(self, agreement_id: str) -> None:
        """Nothing was said about this agreement yet."""
        self._scope.foresee_none(statement, statement.c.said_at, statement.c.id, agreement_id=agreement_id)

    def heard_until(self, agreement_id: str, at: datetime) -> set[str]:
        """The ids of what was said about an agreement and had been heard by then."""
        found = self._scope.select(statement, statement.c.id).where(
            statement.c.agreement_id == agreement_id, statement.c.heard_at <= at
        )
        return {row.id for row in self._scope.rows(found)}


def _place(agreement_id: str, statement_id: str) -> str:
    return f"{agreement_id}/{statement_id}"
