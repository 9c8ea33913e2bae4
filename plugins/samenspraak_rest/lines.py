"""On which line of a TOML file a member stands; the reader of Python's library does not tell."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from samenspraak_rest.members import Problem

_HEADING = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$")
_MEMBER = re.compile(
    r"\s*((?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:\"[^\"]*\"|'[^']*'|[A-Za-z0-9_-]+))*)\s*="
)
_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")

_LONGEST = 500
"""Of a line; the name of a member stands before that."""

Where = tuple[str, ...]


class Lines:
    """The lines of the members in a text, as far as each begins a line of its own."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Where, int] = {}
        section: Where = ()
        for number, line in enumerate(text.splitlines(), start=1):
            line = line.strip()[:_LONGEST]
            if found := _HEADING.match(line):
                section = _parts(found[1])
                self._lines.setdefault(section, number)
            elif found := _MEMBER.match(line):
                self._lines.setdefault((*section, *_parts(found[1])), number)

    def of(self, where: Where) -> int:
        """The line of a member, or of what it stands in; 1 when that is the whole file."""
        for length in range(len(where), 0, -1):
            if where[:length] in self._lines:
                return self._lines[where[:length]]
        deeper = (line for known, line in self._lines.items() if known[: len(where)] == where)
        return min(deeper, default=1)


def parsed(text: str) -> tuple[Mapping[str, Any], Problem | None]:
    """What stands in the text, or why it is no TOML."""
    try:
        return tomllib.loads(text), None
    except RecursionError:
        return {}, Problem(
            line=1, member="-", nl="dit is te diep in elkaar gezet", en="this is nested too deep"
        )
    except tomllib.TOMLDecodeError as error:
        place = _AT_LINE.search(str(error))
        last = text.count("\n") + 1
        line = int(place[1]) if place and place[1] else last
        what = _AT_LINE.sub("", str(error))
        return {}, Problem(
            line=line, member="-", nl=f"dit is geen TOML ({what})", en=f"this is no TOML ({what})"
        )


def _parts(dotted: str) -> Where:
    return tuple(next(filter(None, found.groups()), "") for found in _PART.finditer(dotted))
