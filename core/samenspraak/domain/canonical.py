"""One text for one value, so that a digest of it means the same everywhere and for years.

A value becomes JSON with sorted names: a dataclass an object with its class name under ``is``, a set a
sorted list, a date ISO text, an enumeration its value. A member that has its default is left out, so that
a member added later, with a default, changes no digest that exists.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any


def canonical(value: object) -> str:
    """The one JSON text of a value (ASCII, no spaces).

    Raises:
        TypeError: it holds something that has no lasting text, for instance a float.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(prefix: str, value: object) -> str:
    """``prefix-`` and the SHA-256 of the canonical text in hex; the prefix names sort and version."""
    return f"{prefix}-{hashlib.sha256(canonical(value).encode('ascii')).hexdigest()}"


def _plain(value: object) -> Any:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case datetime():
            return _instant(value)
        case date() | time():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case Set():
            return sorted((_plain(item) for item in value), key=_text)
        case Sequence():
            return [_plain(item) for item in value]
    if is_dataclass(value):
        members = {one.name: getattr(value, one.name) for one in fields(value)}
        kept = {one.name: _plain(members[one.name]) for one in fields(value) if not _is_default(one, members)}
        return {"is": type(value).__name__, **kept}
    raise TypeError(f"A {type(value).__name__} has no canonical text.")


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("A time without a zone has no canonical text.")
    return value.astimezone(UTC).isoformat()


def _is_default(one: Field[Any], members: Mapping[str, object]) -> bool:
    if one.default is not MISSING:
        return bool(members[one.name] == one.default)
    return one.default_factory is not MISSING and bool(members[one.name] == one.default_factory())


def _text(plain: Any) -> str:
    return json.dumps(plain, sort_keys=True)
