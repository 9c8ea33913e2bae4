"""Where each unit stands in a note. Add a unit by adding a row; the source of each place stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import Code, Modality, State, Status, What
from samenspraak.domain.units import UnitKind, UnitValue
from samenspraak.errors import InvalidRecordError


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One unit: the member it stands in, and how it is read from and written to what stands there."""

    member: str
    read: Callable[[Any], UnitValue]
    write: Callable[[Any], Any]


def _read_what(there: Any) -> What:
    code = there.get("code")
    return What(
        text=there["text"],
        modality=Modality(there.get("modality", Modality.DOES)),
        code=Code(system=code["system"], value=code["code"], display=code["display"]) if code else None,
    )


def _write_what(what: What) -> Any:
    code = what.code and {"system": what.code.system, "code": what.code.value, "display": what.code.display}
    return {"text": what.text, "modality": str(what.modality), "code": code}


def _read_status(there: Any) -> Status:
    days = {name: there.get(name) for name in ("ended_on", "paused_from", "paused_until")}
    return Status(
        state=State(there["state"]),
        reason=there.get("reason") or "",
        **{name: date.fromisoformat(day) if day else None for name, day in days.items()},
    )


def _write_status(status: Status) -> Any:
    days = {name: getattr(status, name) for name in ("ended_on", "paused_from", "paused_until")}
    told = {name: day.isoformat() if day else None for name, day in days.items()}
    return {"state": str(status.state), "reason": status.reason, **told}


def _read_text(there: Any) -> str:
    if not isinstance(there, str):
        raise TypeError("no text")
    return there


TABLE: Mapping[UnitKind, Kept] = {
    UnitKind.WHAT: Kept(member="notice", read=_read_what, write=_write_what),  # API page "Notices"
    UnitKind.STATUS: Kept(member="status", read=_read_status, write=_write_status),  # the same
    UnitKind.PLACE: Kept(member="place", read=_read_text, write=str),  # API page "Where it hangs"
}


def read(raw: Raw, kind: UnitKind) -> UnitValue | None:
    """What the note says of this unit; None when it says nothing.

    Raises:
        InvalidRecordError: it cannot be read; names the member, never what stands there.
    """
    kept = TABLE[kind]
    there = raw.get(kept.member)
    if there is None or there == "":
        return None
    try:
        return kept.read(there)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InvalidRecordError("this note cannot be read", field=kept.member) from None
