"""How a command answers: one JSON document, or lines with aligned columns for people."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import click
import simplejson

from samenspraak.cli import Asked
from samenspraak.cli._texts import Texts
from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey

NEEDS_A_PERSON = 3
"""The exit code for: done, and something waits for a person."""

_AS_TEXT = (str, PartyRef, UnitKey, OccurrenceKey)


def answer(asked: Asked, document: Mapping[str, Any], lines: Iterable[str]) -> None:
    """Print the document when JSON was asked for, else the lines."""
    if asked.json:
        click.echo(simplejson.dumps(plain(document), ensure_ascii=False, indent=2))
        return
    for line in lines:
        click.echo(line)


def plain(value: Any) -> Any:
    """The value as JSON has it: parties and units by their text, times in ISO 8601.

    Raises:
        TypeError: there is no plain form for it.
    """
    if value is None or isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, _AS_TEXT):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(plain(one) for one in value)
    if isinstance(value, Sequence):
        return [plain(one) for one in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    raise TypeError(f"No plain form for {type(value).__name__}.")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Rows under headings, columns as wide as they must be; nothing at all without rows."""
    body = [[_one_line(cell) for cell in row] for row in rows]
    if not body:
        return []
    lines = [list(headings), *body]
    widths = [max(len(line[number]) for line in lines) for number in range(len(headings))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]


def called(party: PartyRef, names: Mapping[PartyRef, str]) -> str:
    """A party by name, where it has one, and by id."""
    return f"{names[party]} ({party})" if party in names else str(party)


def confirm(asked: Asked, texts: Texts, what: str, *, yes: bool) -> None:
    """Go on only when somebody said so.

    Raises:
        UsageError: nobody can be asked here and ``--yes`` was not given.
        Abort: the answer was no.
    """
    if yes:
        return
    if asked.json or not sys.stdin.isatty():
        raise click.UsageError(f"{what} {texts('yes')}")
    click.confirm(what, abort=True, err=True)


def _one_line(cell: str) -> str:
    return " ".join(cell.split())
