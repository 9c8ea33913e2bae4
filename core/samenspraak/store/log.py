"""What happened: the audit trail, the attempts on a link, and the runs of a connector.

An audit line is written in the transaction of what it tells about. Each line's hash covers the line before
it, and a sealed head says which one is the last, so that a changed, removed, added or reordered line shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from samenspraak.protocols import documents
from samenspraak.store.kept import Row
from samenspraak.store.records import AuditLine
from samenspraak.store.scope import Repository
from samenspraak.store.tables import attempt, audit, audit_head, run

_LINE = tuple(AuditLine.__dataclass_fields__)
_START = b""
_END = "end"
_DELIVERY: sa.ColumnElement[str] = sa.literal_column("'delivery'")
"""As the index of those says it: with a parameter instead, SQLite would not use it."""


@dataclass(frozen=True, kw_only=True)
class AttemptRecord:
    """Something that was tried with a copy, and how it ended, by ids and codes.

    ``ms``: 0 if not measured · ``status``: what the other system answered, where that says more.
    """

    connector_id: str
    act: str
    outcome: str
    at: datetime
    ms: int = 0
    link_id: str | None = None
    remote_id: str | None = None
    version: int | None = None
    detail: str = ""
    status: int | None = None


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """One pass over a connector: which kind, from when to when, how it ended, and what it counted."""

    connector_id: str
    kind: str
    started_at: datetime
    ended_at: datetime
    outcome: str
    counts: Mapping[str, int]


class Log(Repository):
    """What happened in one organisation."""

    # Audit.

    def audit(self, *lines: AuditLine) -> int:
        """Add lines to the trail; gives the last number. They hold ids and names of units, never content."""
        number, hashed = self._scope.made_of(audit_head, _END, self._end)
        for line in lines:
            number, kept = number + 1, {name: getattr(line, name) for name in _LINE}
            hashed = _hash(hashed, number, kept)
            self._scope.add(audit, number=number, hash=hashed, **kept)
        self._scope.put(audit_head, {}, number=number, hash=hashed, seal=self._seal(number, hashed))
        self._scope.remember(audit_head, _END, (number, hashed))
        return number

    def _end(self) -> tuple[int, bytes]:
        head = self._scope.find(audit_head)
        return (head.number, head.hash) if head else (0, _START)

    def audit_lines(self, client_id: str | None = None) -> list[AuditLine]:
        """The trail, or what is in it about one client, the oldest first."""
        statement = self._scope.select(audit).order_by(audit.c.number)
        if client_id is not None:
            statement = statement.where(audit.c.client_id == client_id)
        return [AuditLine(**_line(row)) for row in self._scope.rows(statement)]

    def verify(self) -> int | None:
        """The number of the first line that is not as it was written or not there; None when all are."""
        before, expected = _START, 1
        for row in self._scope.each(self._scope.select(audit).order_by(audit.c.number)):
            if row.number != expected or row.hash != _hash(before, expected, _line(row)):
                return expected
            before, expected = row.hash, expected + 1
        return self._check_end(expected - 1, before)

    def _check_end(self, last: int, hashed: bytes) -> int | None:
        """Whether the trail ends where its sealed head says."""
        head = self._scope.find(audit_head)
        if head is None:
            return last or None
        if last != head.number:
            return min(last, int(head.number)) + 1
        sealed = hashed == head.hash and head.seal == self._seal(head.number, head.hash)
        return None if sealed else last

    def _seal(self, number: int, chained: bytes) -> bytes:
        content = number.to_bytes(8, "big") + chained
        return self._scope.cipher.mark(content, organisation=self._scope.organisation)

    # Attempts.

    def attempt(self, made: AttemptRecord) -> None:
        """Note a call that was made."""
        self._scope.add(attempt, number=self._scope.next_number(attempt), **asdict(made))

    def attempts(self, link_id: str) -> list[AttemptRecord]:
        """The calls made for a link, the oldest first."""
        statement = self._scope.select(attempt).where(attempt.c.link_id == link_id).order_by(attempt.c.number)
        return [_attempt(row) for row in self._scope.rows(statement)]

    def deliveries(self, connector_id: str, number: int) -> list[AttemptRecord]:
        """The attempts at the notice with this number, the oldest first."""
        own = (attempt.c.connector_id == connector_id, attempt.c.detail == str(number))
        statement = self._scope.select(attempt).where(attempt.c.act == _DELIVERY, *own)
        return [_attempt(row) for row in self._scope.rows(statement.order_by(attempt.c.number))]

    # Runs.

    def run(self, made: RunRecord) -> None:
        """Note a pass over a connector that ended."""
        fields = {**asdict(made), "counts": documents.dump(made.counts, dict[str, int])}
        self._scope.add(run, number=self._scope.next_number(run), **fields)

    def runs(self, connector_id: str, limit: int = 20) -> list[RunRecord]:
        """The last passes over a connector, the newest first."""
        statement = self._scope.select(run).where(run.c.connector_id == connector_id)
        rows = self._scope.rows(statement.order_by(run.c.number.desc()).limit(limit))
        return [_run(row) for row in rows]


def _line(row: Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _LINE}


def _hash(before: bytes, number: int, line: Mapping[str, Any]) -> bytes:
    """SHA-256 of the hash before and this line, its members in a fixed order and its time in UTC."""
    members = {**line, "number": number, "at": line["at"].astimezone(UTC).isoformat()}
    text = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(before + text.encode()).digest()


def _attempt(row: Row) -> AttemptRecord:
    return AttemptRecord(**{name: getattr(row, name) for name in AttemptRecord.__dataclass_fields__})


def _run(row: Row) -> RunRecord:
    return RunRecord(
        connector_id=row.connector_id,
        kind=row.kind,
        started_at=row.started_at,
        ended_at=row.ended_at,
        outcome=row.outcome,
        counts=documents.load(row.counts, dict[str, int]),
    )
