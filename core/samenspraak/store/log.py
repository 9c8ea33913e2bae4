"""What happened: the audit trail, the attempts on a link, and the times that a system was heard.

An audit line is written in the transaction of what it tells about. Each line's hash covers the line before
it, and a sealed head says which one is the last, so that a changed, removed, added or reordered line shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from samenspraak.store.kept import Row, kept
from samenspraak.store.records import AuditLine
from samenspraak.store.scope import Repository, Scope
from samenspraak.store.tables import attempt, audit, audit_head, run

_LINE = tuple(AuditLine.__dataclass_fields__)
_RUN = ("connector_id", "kind", "started_at", "ended_at", "ms", "error", "times")
_START = b""
_END = "end"
_NOT_YET = 2**31 - 1
"""Higher than any number: of what is not kept yet."""
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
class Pulled:
    """What hearing a system met: objects seen, new ones among them, changed ones, set apart."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    apart: int = 0

    def __add__(self, other: Pulled) -> Pulled:
        return Pulled(
            seen=self.seen + other.seen,
            new=self.new + other.new,
            changed=self.changed + other.changed,
            apart=self.apart + other.apart,
        )


class RunKind(StrEnum):
    """What a system was asked for: what changed since the last time, or everything there is."""

    CHANGES = "changes"
    FULL = "full"


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """A time that a system was heard, or several in a row that came to the same (``times``; ADR 0050).

    ``number``: 0 until it is kept · ``started_at``: when the first one began · ``ended_at``: when the last
    one ended; None: it did not, or not yet · ``ms``: how long the last one took · ``error``: the code of what
    broke it off; '' for nothing · ``met``: by each of them.
    """

    connector_id: str
    kind: RunKind
    started_at: datetime
    ended_at: datetime | None = None
    ms: int = 0
    error: str = ""
    met: Pulled = Pulled()
    times: int = 1
    number: int = 0


class Log(Repository):
    """What happened in one organisation."""

    # Audit.

    def audit(self, *lines: AuditLine) -> int:
        """Add lines to the trail; gives the last number. They hold ids and names of units, never content."""
        number, hashed = self._scope.made_of(audit_head, _END, self._end)
        for line in lines:
            number, members = number + 1, {name: getattr(line, name) for name in _LINE}
            hashed = _hash(hashed, number, members)
            self._scope.add(audit, number=number, hash=hashed, **members)
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

    def keep_run(self, noted: RunRecord) -> RunRecord:
        """Note how far hearing a system has come; gives it with its number."""
        numbered = replace(noted, number=noted.number or self._scope.next_number(run))
        fields = {name: getattr(numbered, name) for name in _RUN}
        self._scope.put(run, {"number": numbered.number}, **fields, **asdict(numbered.met))
        return numbered

    def runs(self, connector_id: str) -> list[RunRecord]:
        """The times that a system was heard, the newest first."""
        own = self._scope.select(run).where(run.c.connector_id == connector_id)
        return [_run(row) for row in self._scope.rows(own.order_by(run.c.number.desc()))]

    def run_before(self, noted: RunRecord) -> RunRecord | None:
        """The last time that the same system was heard before this one."""
        number = noted.number or _NOT_YET
        row = self._scope.first(_newest_run(), of_id=noted.connector_id, before=number)
        return _run(row) if row else None

    def drop_run(self, number: int) -> None:
        """It is counted with the one before."""
        self._scope.run(self._scope.delete(run).where(run.c.number == number))

    def forget_runs(self, connector_id: str, *, before: datetime, most: int) -> int:
        """Let go of what began before then and of all but the newest; gives how many there were."""
        own = run.c.connector_id == connector_id
        numbers = self._scope.select(run, run.c.number).where(own).order_by(run.c.number.desc())
        oldest = numbers.offset(most).limit(1).scalar_subquery()
        is_old = sa.or_(run.c.started_at < before, run.c.number <= oldest)
        return self._scope.run(self._scope.delete(run).where(own, is_old)).rowcount


@kept
def _newest_run() -> sa.Select[Any]:
    """Of the connector ``of_id``, with a number under ``before``."""
    own = (run.c.connector_id == sa.bindparam("of_id"), run.c.number < sa.bindparam("before"))
    return Scope.select(run).where(*own).order_by(run.c.number.desc()).limit(1)


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
        **{name: getattr(row, name) for name in _RUN if name != "kind"},
        kind=RunKind(row.kind),
        met=Pulled(seen=row.seen, new=row.new, changed=row.changed, apart=row.apart),
        number=row.number,
    )
