"""What the parts of the lens share: how a unit is kept, and the lines of a comment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from samenspraak.connectors import Directory, Raw
from samenspraak.domain.units import UnitValue
from samenspraak.errors import InvalidRecordError
from samenspraak_ons import records
from samenspraak_ons.records import COMMENT

DAY = r"(\d{4}-\d\d-\d\d)"
YES = "ja"


@dataclass(frozen=True, kw_only=True)
class View:
    """What a record is read and written with. ``part``: the id of its one assignment."""

    directory: Directory
    part: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """How one kind of unit is kept: None where the record says nothing of it."""

    read: Callable[[Raw, View], UnitValue | None]
    write: Callable[[Raw, Any, View], Raw]
    normal: Callable[[Any], UnitValue] = lambda value: value


def line(raw: Raw, label: str) -> str:
    """What stands under a label of the comment, or ''."""
    return COMMENT.get(raw["comment"], label)


def saying(raw: Raw, told: Mapping[str, str]) -> Raw:
    """The record with these pieces saying something else; '' takes one away."""
    for label, text in told.items():
        raw = records.with_part(raw, label, text)
    return raw


def unreadable(label: str) -> InvalidRecordError:
    """A line of a closed form that says something else; it is named, and what it says is not."""
    return InvalidRecordError(f"the line '{label}' cannot be read", field=f"comment.{label}")


def read_day(text: str, label: str) -> date | None:
    """The day, or None for none.

    Raises:
        InvalidRecordError: it is no day.
    """
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise unreadable(label) from None


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""
