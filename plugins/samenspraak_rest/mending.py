"""Everything that must be mended in a description, collected, so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from samenspraak_rest.lines import Lines, Where
from samenspraak_rest.members import Problem, WrongError, unknown

T = TypeVar("T")


class Mending:
    """The problems so far. ``lines``: where everything stands."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.problems: list[Problem] = []

    def wrong(self, where: Where, error: WrongError) -> None:
        where = (*where, error.member) if error.member else where
        member = ".".join(where) or "-"
        self.problems.append(Problem(line=self._lines.of(where), member=member, nl=error.nl, en=error.en))

    def read(self, where: Where, read: Callable[[Any], T], value: Any) -> T | None:
        """The value as the reader has it; None when it is wrong, which is then a problem."""
        try:
            return read(value)
        except WrongError as error:
            self.wrong(where, error)
            return None

    def table(self, where: Where, value: Any, allowed: Collection[str]) -> Mapping[str, Any] | None:
        """A table with no other members than these; None when it is no table."""
        if not isinstance(value, dict):
            self.wrong(where, WrongError(nl="hier hoort een tabel", en="a table belongs here"))
            return None
        for name in value:
            if name not in allowed:
                self.wrong((*where, name), unknown(allowed))
        return value

    def missing(self, where: Where, name: str) -> None:
        self.wrong((*where, name), WrongError(nl="dit moet er staan", en="this must be there"))
