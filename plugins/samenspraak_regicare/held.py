"""What the parts of the lens share: what a lens looks through, and how parties and labels are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from samenspraak.connectors import Directory, Raw
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitValue
from samenspraak.errors import InvalidRecordError, RuleError

from .records import Lookup
from .sections import Sections
from .settings import Labels, Words

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

OWN_PARTY = "urn:samenspraak:party|"
_PARTY = re.compile(rf"\[{re.escape(OWN_PARTY)}([^\]]+)\]")


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


def one_line(text: str) -> str:
    return " ".join(text.split())


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


def party_label(ref: PartyRef, directory: Directory) -> str:
    """A party in words, with our own reference so that it reads back as the same."""
    return f"{one_line(directory.words_for(ref))} [{OWN_PARTY}{quote(str(ref), safe=':')}]"


def labelled_party(label: str) -> PartyRef | None:
    """The reference in such a label, or None."""
    if not (match := _PARTY.search(label)):
        return None
    try:
        return PartyRef.parse(unquote(match[1]))
    except RuleError:
        return None
