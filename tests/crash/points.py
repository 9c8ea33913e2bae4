"""The moments at which a process may die, numbered as they come by.

A moment lies before and after each commit, before each statement that changes something, and around each
request: before it arrives, and after it was applied there while nobody here knows yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
from model.systems import System
from model.town import CrashError, Town

from samenspraak.connectors import Raw

T = TypeVar("T")
_CHANGES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Points:
    """The moments that came by. At number ``fatal`` the process dies, and nothing more happens in it."""

    fatal: int | None = None
    passed: list[str] = field(default_factory=list)

    def comes_by(self, name: str) -> None:
        if not self.is_dead:
            self.passed.append(name)
        if self.is_dead:
            raise CrashError(name)

    @property
    def is_dead(self) -> bool:
        return self.fatal is not None and len(self.passed) >= self.fatal

    def watch(self, town: Town) -> None:
        """Let the moments of this hub's database come by here."""
        town.store.crash = self.comes_by
        sa.event.listen(town.engine, "before_cursor_execute", self._statement)

    def _statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        verb, *words = statement.split(maxsplit=3)
        if verb in _CHANGES:
            self.comes_by(f"before {verb} {words[1 if verb != 'UPDATE' else 0]}")

    # The wire between the hub and its systems, where nobody else does anything meanwhile.

    def read(self, system: System, permit: Callable[[], None], effect: Callable[[], T]) -> T:
        permit()
        self.comes_by(f"before a look at the {system.name}")
        return effect()

    def write(
        self, system: System, permit: Callable[[], None], raw: Raw, before: Raw, effect: Callable[[], T]
    ) -> T:
        permit()
        self.comes_by(f"before a write to the {system.name}")
        answer = effect()
        system.writes += 1
        self.comes_by(f"after a write to the {system.name}, before its answer")
        return answer

    def overwritten(self, system: System, record_id: str, member: str, lost: object) -> None:
        raise AssertionError(f"{record_id}: {lost} was written over, and nobody typed meanwhile")

    def between_pages(self) -> None:
        self.comes_by("between two pages")

    def cuts_short(self) -> bool:
        return False

    def changed(self, system: System, record_id: str) -> None:
        """Nothing here tells of a change."""

    def notes(self, what: str) -> None:
        """Nobody counts."""
