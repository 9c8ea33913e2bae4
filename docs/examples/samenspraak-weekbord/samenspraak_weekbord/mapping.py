"""Where each unit stands on a card, as a table: a row is a unit.

Source: the board's documentation, pages "Cards" and "States".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import Code, Conditions, LifeDomain, Modality, State, Status, What
from samenspraak.domain.units import UnitKind, UnitValue
from samenspraak.errors import InvalidRecordError

TITLE_LENGTH = 60
"""What the board keeps of a title: "longer titles are cut"."""

_DAYS = {"ended_on": "ended", "paused_from": "rests_from", "paused_until": "rests_until"}


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One unit: the member it stands in, and how it is read from and written to what stands there."""

    member: str
    read: Callable[[Any], UnitValue]
    write: Callable[[Any], Any]


def _read_what(there: Any) -> What:
    code = there.get("code")
    return What(
        text=_text(there["text"]),
        modality=Modality(there["kind"]),
        code=Code(system=code["system"], value=code["value"], display=code["display"]) if code else None,
    )


def _write_what(what: What) -> Any:
    code = what.code and {name: getattr(what.code, name) for name in ("system", "value", "display")}
    return {"text": what.text, "kind": str(what.modality), "code": code}


def _read_conditions(there: Any) -> Conditions:
    return Conditions(
        text=_text(there.get("text", "")),
        instruction=_text(there.get("instruction", "")),
        instruction_required=bool(there.get("shown")),
    )


def _write_conditions(how: Conditions) -> Any:
    return {"text": how.text, "instruction": how.instruction, "shown": how.instruction_required}


def _read_status(there: Any) -> Status:
    days = {ours: there.get(theirs) for ours, theirs in _DAYS.items()}
    return Status(
        state=State(there["is"]),
        reason=_text(there.get("reason") or ""),
        **{name: date.fromisoformat(day) if day else None for name, day in days.items()},
    )


def _write_status(status: Status) -> Any:
    days = {theirs: getattr(status, ours) for ours, theirs in _DAYS.items()}
    told = {name: day.isoformat() if day else None for name, day in days.items()}
    return {"is": str(status.state), "reason": status.reason, **told}


def _text(there: Any) -> str:
    if not isinstance(there, str):
        raise TypeError("no text")
    return there


TABLE: Mapping[UnitKind, Kept] = {
    UnitKind.WHAT: Kept(member="task", read=_read_what, write=_write_what),
    UnitKind.LIFE_DOMAIN: Kept(member="theme", read=LifeDomain, write=str),
    UnitKind.PLACE: Kept(member="where", read=_text, write=str),
    UnitKind.CONDITIONS: Kept(member="how", read=_read_conditions, write=_write_conditions),
    UnitKind.STATUS: Kept(member="state", read=_read_status, write=_write_status),
}
MEMBERS = frozenset({"id", "rev", "resident", *(kept.member for kept in TABLE.values())})
"""All of a card that the hub may keep."""


def read(card: Raw, kind: UnitKind) -> UnitValue | None:
    """What the card says of this unit; None when it says nothing.

    Raises:
        InvalidRecordError: it cannot be read; names the member, never what stands there.
    """
    kept = TABLE[kind]
    there = card.get(kept.member)
    if there in (None, "", {}):
        return None
    try:
        return kept.read(there)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InvalidRecordError("this card cannot be read", field=kept.member) from None


def written(card: Raw, kind: UnitKind, value: UnitValue) -> Any:
    """The member that says this, beside whatever nobody here knows of what stands there."""
    kept = TABLE[kind]
    there, wanted = card.get(kept.member), kept.write(value)
    return {**there, **wanted} if isinstance(there, dict) and isinstance(wanted, dict) else wanted


def normal(value: UnitValue) -> UnitValue:
    """How the board keeps it: cut, so that a cut title does not come back as somebody's edit."""
    return replace(value, text=value.text[:TITLE_LENGTH]) if isinstance(value, What) else value
