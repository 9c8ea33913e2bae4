"""Writers take turns, and those that follow each other closely reach the disk together (ADR 0025).

A durable transaction costs a trip to the disk, which takes longer than all that most of them do. So a writer
that finds others waiting leaves its changes in the open transaction, to which the next one adds its own, and
the last one keeps them all. Nobody is told that something is kept before it is: a unit of work that is
committed comes back when the disk has it. What fails at the disk fails for everybody who was in it, and
nobody saw it before but those who failed with it.

Taking turns here also spares the waiting: SQLite itself lets a writer ask again after ever longer pauses.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from sqlite3 import Connection as Raw
from sqlite3 import Error as SQLiteError
from typing import cast

from sqlalchemy.engine import Connection, Engine

from samenspraak.errors import TransientError

_TOGETHER = 16
_SECONDS = 0.02
"""How many units of work share a transaction at most, and how old it may be when another one joins."""

_PATIENCE_SECONDS = 30.0


@dataclass(kw_only=True)
class _Shared:
    """A transaction that is open. ``kept``: how many units of work are committed in it.

    ``raw``: the connection of the driver; SQLAlchemy takes it away when something interrupts a statement.
    """

    connection: Connection
    raw: Raw
    since: float
    kept: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None

    def mark(self, *steps: str) -> None:
        """Steps around one turn.

        Raises:
            TransientError: the database has given the transaction up, with all that was in it.
        """
        if not self.raw.in_transaction:
            raise TransientError("The database gave up what was being written; nothing was changed.")
        for step in steps:
            self.raw.execute(step).close()


class Turn:
    """The right to write, until it is committed or left."""

    def __init__(self, turns: Turns, shared: _Shared) -> None:
        self.connection = shared.connection
        self._turns = turns
        self._shared = shared
        self._is_over = False
        shared.mark("SAVEPOINT turn")

    def commit(self) -> None:
        """Keep what was written; comes back when it is on the disk.

        Raises:
            TransientError: it could not be kept, and nothing of it was.
        """
        self._shared.mark("RELEASE turn")
        self._is_over = True
        self._shared.kept += 1
        self._turns.pass_on()
        self._shared.done.wait()
        if self._shared.failure is not None:
            raise TransientError("The database could not keep this; nothing was changed.") from (
                self._shared.failure
            )

    def leave(self) -> None:
        """Undo what was written, unless it was committed."""
        if self._is_over:
            return
        self._is_over = True
        try:
            self._shared.mark("ROLLBACK TO turn", "RELEASE turn")
        except Exception as error:  # then what others committed in it is lost, too, and they hear it
            self._shared.failure = error
        finally:
            self._turns.pass_on()


class Turns:
    """The turns of all threads of this process; other processes wait as the database lets them.

    Args:
        engine: whose transactions take the write lock before they read.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._shared: _Shared | None = None

    @contextmanager
    def take(self) -> Iterator[Turn]:
        """A turn, as soon as it is ours.

        Raises:
            TransientError: others kept it for too long.
        """
        self._wait()
        try:
            turn = Turn(self, self._shared or self._open())
        except BaseException as error:
            if self._shared is not None:
                self._shared.failure = error
            self.pass_on()
            raise
        try:
            yield turn
        finally:
            turn.leave()

    def _wait(self) -> None:
        self._count(1)
        has_turn = False
        try:
            has_turn = self._turn.acquire(timeout=_PATIENCE_SECONDS)
        finally:
            self._count(-1)
            # Somebody may have counted on us to keep what they wrote.
            if not has_turn and self._turn.acquire(blocking=False):
                self.pass_on()
        if not has_turn:
            raise TransientError("Others keep writing to the database for too long; nothing was changed.")

    def _count(self, by: int) -> None:
        with self._counting:
            self._waiting += by

    def _open(self) -> _Shared:
        connection = self._engine.connect()
        try:
            connection.begin()
        except BaseException:
            connection.close()
            raise
        raw = cast(Raw, connection.connection.dbapi_connection)
        self._shared = _Shared(connection=connection, raw=raw, since=time.monotonic())
        return self._shared

    def pass_on(self) -> None:
        """The turn is over: the next one may join the transaction, or it is kept now."""
        shared = self._shared
        try:
            if shared is not None and not self._is_joined(shared):
                self._shared = None
                _settle(shared)
        finally:
            self._turn.release()

    def _is_joined(self, shared: _Shared) -> bool:
        """Whether somebody waits who will see to it that the transaction is kept."""
        young = time.monotonic() - shared.since < _SECONDS
        return bool(self._waiting) and young and shared.kept < _TOGETHER and shared.failure is None


def _settle(shared: _Shared) -> None:
    """Keep what was committed in it, and tell those who wait for that."""
    try:
        if shared.failure is None and shared.kept:
            shared.mark()
            shared.connection.commit()
    except BaseException as error:
        shared.failure = error
    finally:
        try:
            with suppress(SQLiteError):  # when it is closed already, nothing is left of it
                shared.raw.rollback()
            shared.connection.close()
        finally:
            shared.done.set()
