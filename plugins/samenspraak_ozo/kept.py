"""The units that can be read back from a message of ours: its status and its exceptions, as one short text.

They stand beside the words, in an identifier, so that what people read is never parsed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, time
from typing import Any

from samenspraak.domain.agreements import ExceptionKind, OccurrenceException, State, Status
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey, UnitKind, UnitValue
from samenspraak.errors import InvalidRecordError, RuleError
from samenspraak.protocols import fhir
from samenspraak_ozo.marks import UNITS

_TYPES: Mapping[UnitKind, type[Status] | type[OccurrenceException]] = {
    UnitKind.STATUS: Status,
    UnitKind.EXCEPTION: OccurrenceException,
}
_MEMBERS: Mapping[str, Callable[[str], Any]] = {
    "state": State,
    "kind": ExceptionKind,
    "reason": str,
    "by": PartyRef.parse,
    "moved_time": time.fromisoformat,
    **dict.fromkeys(("ended_on", "paused_from", "paused_until", "moved_to"), date.fromisoformat),
}
KINDS = frozenset(_TYPES)


def write(units: Mapping[UnitKey, UnitValue]) -> str:
    """The text for the units among these that can be read back."""
    kept = {
        str(key): {
            one.name: _text(getattr(value, one.name)) for one in fields(value) if getattr(value, one.name)
        }
        for key, value in units.items()
        if isinstance(value, Status | OccurrenceException)
    }
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read(text: str) -> dict[UnitKey, UnitValue]:
    """The reverse of :func:`write`; nothing for an empty text.

    Raises:
        InvalidRecordError: somebody changed it into something that says nothing.
    """
    try:
        found = {UnitKey.parse(name): members for name, members in json.loads(text or "{}").items()}
        return {
            key: _TYPES[key.kind](**{name: _MEMBERS[name](value) for name, value in members.items()})
            for key, members in found.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RuleError):  # its words hold what was said
        raise InvalidRecordError("what we wrote beside a message was changed", field="identifier") from None


def beside(resource: Mapping[str, Any]) -> dict[UnitKey, UnitValue]:
    """The units kept beside the words of a thread or message."""
    return read("".join(fhir.identifiers(resource, UNITS)))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)
