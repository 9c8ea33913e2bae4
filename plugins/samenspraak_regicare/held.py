"""What the parts of the lens share: what a lens looks through, and how labels are read and chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from samenspraak.connectors import Directory, Raw
from samenspraak.connectors.sections import Sections
from samenspraak.domain.units import UnitValue
from samenspraak.errors import InvalidRecordError

from .records import Lookup
from .words import Labels, Words

# Labels in `omschrijvingUitgebreid` of a task, in the order people read them.
INSTRUCTION, SHOWN_FIRST, WHEN, RHYTHM, STANDING, CODE = (
    "Uitleg",
    "Eerst voordoen",
    "Wanneer",
    "Ritme",
    "Stand",
    "Code",
)
DESCRIPTION = Sections((INSTRUCTION, SHOWN_FIRST, WHEN, RHYTHM, STANDING, CODE))


@dataclass(frozen=True, kw_only=True)
class View:
    """What a record is read and written with. ``part``: the id of its one assignment."""

    words: Words
    directory: Directory
    part: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """How one kind of unit is kept.

    ``read`` gives every value with its unit id ('' for a unit that is not in a set) · ``write`` changes the
    record it is given (a copy), None takes the unit out of all its places · ``normal`` is how it is kept.
    """

    read: Callable[[Raw, View], Iterable[tuple[str, UnitValue]]]
    write: Callable[[Raw, str, Any, View], None]
    normal: Callable[[Any], UnitValue]


def label_of(value: Lookup) -> str:
    """The label of a lookup value that holds one, or ''."""
    return next(iter(value.values()), "")


def chosen(current: Lookup, label: str) -> Lookup:
    """The lookup value with this label; as it is when it says so already."""
    if not label:
        return {}
    return current if list(current.values()) == [label] else {"": label}


def meaning(current: Lookup, labels: Labels) -> Lookup:
    """The lookup value with one of these labels; as it is when it has one."""
    return current if label_of(current) in labels else {"": labels.ours}


def unknown(field: str) -> InvalidRecordError:
    return InvalidRecordError(f"the label in {field} is in none of the settings", field=field)
