"""A record member by member, and the units that stand in its members.

``tasks`` and ``off`` hold one member each per task and per moment that is called off; people compare and
change a record member by member (``tasks.k1``), and so do its connectors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from samenspraak.connectors import Directory, Raw
from samenspraak.domain.agreements import (
    Conditions,
    Duty,
    ExceptionKind,
    OccurrenceException,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind, UnitValue
from samenspraak.errors import InvalidRecordError

PLACE = UnitKey(UnitKind.PLACE)
OVER = frozenset({"ended", "withdrawn", "mistake"})
SETS: Mapping[str, UnitKind] = {"tasks": UnitKind.ASSIGNMENT, "off": UnitKind.EXCEPTION}
RULES = "rules"
"""Where a later version of a mapping keeps the conditions."""


def flat(raw: Mapping[str, Any]) -> dict[str, Any]:
    inner = {f"{name}.{key}": one for name in SETS for key, one in raw.get(name, {}).items()}
    return {**{name: value for name, value in raw.items() if name not in SETS}, **inner}


def unflat(members: Mapping[str, Any]) -> Raw:
    raw: Raw = {"tasks": {}}
    for name, value in members.items():
        if value is not None:
            outer, _, key = name.partition(".")
            (raw.setdefault(outer, {}) if key else raw)[key or name] = value
    return raw


def member_of(key: UnitKey) -> str:
    """Where a unit stands in a record, or '' for one that has no place there."""
    sets = {kind: name for name, kind in SETS.items()}
    return f"{sets[key.kind]}.{key.id}" if key.kind in sets else _NAMES.get(key, "")


def units_in(members: Mapping[str, Any], directory: Directory) -> Iterator[tuple[UnitKey, UnitValue]]:
    """The units in these members, as one system calls the parties."""
    for name, value in members.items():
        outer, _, key = name.partition(".")
        if outer == "tasks":
            yield UnitKey(UnitKind.ASSIGNMENT, key), _duty(value, directory)
        elif outer == "off":
            off = OccurrenceException(kind=ExceptionKind.CANCELLED, reason=value["reason"])
            yield UnitKey(UnitKind.EXCEPTION, key), off
        elif name in _READS and value:
            unit, read = _READS[name]
            yield unit, read(value)


def text_of(value: UnitValue, directory: Directory) -> Any:
    """What a record says for this value."""
    match value:
        case What() | Conditions():
            return value.text
        case Status():
            return status_text(value)
        case Duty():
            known = directory.id_of(value.performer)
            who = f"{value.performer.kind}:{known}" if known else f"hub:{value.performer}"
            return {"who": who, "when": value.schedule.text}
        case OccurrenceException():
            return {"reason": value.reason}
        case _:
            return str(value)


def status_text(status: Status) -> dict[str, str]:
    days = {name: getattr(status, name) for name in _DAYS}
    return {
        "state": str(status.state),
        "reason": status.reason,
        **{name: day.isoformat() for name, day in days.items() if day},
    }


def _status(text: Mapping[str, str]) -> Status:
    if text.get("state") not in set(State):
        raise InvalidRecordError("a status nobody knows", field="status")
    days = {name: date.fromisoformat(text[name]) for name in _DAYS if text.get(name)}
    return Status(state=State(text["state"]), reason=text.get("reason", ""), **days)


def _duty(task: Mapping[str, str], directory: Directory) -> Duty:
    kind, _, who = task["who"].partition(":")
    performer = PartyRef.parse(who) if kind == "hub" else directory.party(who, PartyKind(kind))
    return Duty(performer=performer, schedule=Schedule(text=task["when"]))


def _conditions(text: str) -> Conditions:
    return Conditions(text=text)


def _what(text: str) -> What:
    return What(text=text)


_DAYS = ("ended_on", "paused_from", "paused_until")
_READS: Mapping[str, tuple[UnitKey, Callable[[Any], UnitValue]]] = {
    "title": (WHAT, _what),
    "place": (PLACE, str),
    "conditions": (CONDITIONS, _conditions),
    "status": (STATUS, _status),
}
_NAMES = {key: name for name, (key, _) in _READS.items()}
