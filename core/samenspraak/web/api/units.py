"""The units of an agreement as JSON Schema, made from their types: the same form that history and files have.

So whoever writes an app sees in the OpenAPI document what each unit holds, and no second list of it exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UNITS, Keyed
from samenspraak.protocols.documents import TIMINGS

Json = dict[str, Any]

LONGEST = 4000
"""So many characters has a text at most that somebody types."""
MOST = 2**31 - 1
PRINTED = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
"""No control characters but tabs and line ends."""

PARTY: Json = {"type": "string", "pattern": "^(client|relative|volunteer|professional|device|group):.+$"}

_PLAIN: Mapping[type, Json] = {
    str: {"type": "string", "maxLength": LONGEST, "pattern": PRINTED},
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0, "maximum": MOST},
    float: {"type": "number"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    time: {"type": "string", "pattern": r"^\d\d:\d\d(:\d\d)?$"},
    PartyRef: PARTY,
    OccurrenceKey: {"type": "string"},
    NoneType: {"type": "null"},
}
_KEYS = {
    Keyed.NOT: "",
    Keyed.ASSIGNMENT: r"\[[^\[\]:]+\]",
    Keyed.OCCURRENCE: r"\[[^\[\]:]+:\d{4}-\d\d-\d\d:\d+\]",
}


@cache
def schema_of_units() -> Json:
    """An object of units by their names, such as ``what`` or ``assignment[a1]``; null empties one."""
    return {
        "type": "object",
        "patternProperties": {
            f"^{kind}{_KEYS[row.keyed]}$": {"anyOf": [_schema(row.type), {"type": "null"}]}
            for kind, row in UNITS.items()
        },
        "additionalProperties": False,
    }


def _schema(form: Any) -> Json:
    """The schema of a type of the domain, as ``protocols.documents`` writes it."""
    if form in _PLAIN:
        return _PLAIN[form]
    if is_dataclass(form):
        return _members(form)
    if isinstance(form, type) and issubclass(form, Enum):
        return {"enum": [one.value for one in form]}
    if get_origin(form) is tuple:
        return {"type": "array", "items": _schema(get_args(form)[0])}
    return {"anyOf": [_named(one) for one in get_args(form)]}


def _named(form: Any) -> Json:
    """One of several forms; those of a schedule say which one they are."""
    names = [name for name, timing in TIMINGS.items() if timing is form]
    return _members(form, {"form": {"const": names[0]}}) if names else _schema(form)


def _members(form: Any, more: Mapping[str, Json] | None = None) -> Json:
    more, hints = more or {}, get_type_hints(form)
    given = {one.name: _schema(hints[one.name]) for one in fields(form)}
    required = [one.name for one in fields(form) if one.default is MISSING and one.default_factory is MISSING]
    return {
        "type": "object",
        "title": form.__name__,
        "properties": {**more, **given},
        "required": [*more, *required],
        "additionalProperties": False,
    }
