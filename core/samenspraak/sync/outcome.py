"""What a write of ours came to, unit by unit: landed, not landed, or something else stands there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from samenspraak.connectors.looks import Reading
from samenspraak.domain.units import UnitKey, Units, UnitValue
from samenspraak.policy.state import Attempt, Intent, SentUnits, WriteKind, mark_name, told_name
from samenspraak.store.records import RemoteRecord


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The units of an intent by what stands there now.

    ``other``: neither what was sent nor before · ``misnamed``: of those that are missing, sent for nothing
    but a name, and another one still stands there.
    """

    landed: frozenset[UnitKey]
    missing: frozenset[UnitKey]
    other: frozenset[UnitKey]
    misnamed: frozenset[UnitKey] = frozenset()

    @property
    def all_landed(self) -> bool:
        return not (self.missing or self.other)


def judge(
    intent: Intent,
    units: Units,
    unreadable: Collection[UnitKey] = frozenset(),
    misnamed: Collection[UnitKey] = frozenset(),
) -> Judged:
    """Compare what stands there with what was sent and with what stood there before.

    Source: design §5.1 and §5.3; simulation H3 (a whole record at once is the wrong measure). A unit that
    cannot be read back counts as landed: there is nothing to see. ``misnamed``: units that show somebody by
    another name than they should.
    """

    def state(key: UnitKey) -> str:
        now: UnitValue | None = units.get(key)
        if key in misnamed and now == intent.before.get(key):
            return "missing"
        if key in unreadable or now == intent.sent[key]:
            return "landed"
        return "missing" if now == intent.before.get(key) else "other"

    by = {key: state(key) for key in intent.sent}
    return Judged(
        landed=frozenset(key for key, one in by.items() if one == "landed"),
        missing=frozenset(key for key, one in by.items() if one == "missing"),
        other=frozenset(key for key, one in by.items() if one == "other"),
        misnamed=frozenset(key for key in misnamed if by.get(key) == "missing"),
    )


def beside(intent: Intent, reading: Reading) -> Mapping[str, bool]:
    """What a write put beside the units (its mark, what was told), by short names: can it be read back?"""
    mark = {} if intent.mark is None else {mark_name(intent.mark): reading.mark == intent.mark}
    told = {told_name(intent.told): reading.told == frozenset(intent.told)} if intent.told else {}
    return {**mark, **told}


def takes_back(intent: Intent, units: Collection[UnitKey] | None = None) -> bool:
    """Whether a write was to take something (of these units) out of sight."""
    asked = intent.sent if units is None else units
    if intent.kind is WriteKind.RETRACT:
        return units is None or bool(units)
    return any(key not in intent.shape.units for key in asked)


def changes_between(before: str | None, after: str | None) -> int:
    """How many changes there were between two tokens that count them; 0 where one is not known."""
    return int(after) - int(before) if before is not None and after is not None else 0


def abandoned(remote: RemoteRecord, intent: Intent, units: frozenset[UnitKey]) -> RemoteRecord:
    """The remote without its intent; what may still land of it is kept as an attempt, for its units.

    Source: design §5.6: a write with a precondition cannot land late, a unit seen landed cannot again.
    """
    if intent.conditional or not units:
        return replace(remote, intent=None)
    removes = intent.kind in (WriteKind.END, WriteKind.RETRACT)
    late = Attempt(sent={key: intent.sent[key] for key in units}, at=intent.at, removes=removes)
    return replace(remote, intent=None, attempts=(*remote.attempts, late))


def spent(remote: RemoteRecord, seen: SentUnits) -> RemoteRecord:
    """The remote with the attempts accounted for whose value was seen to stand there, per unit.

    Another value that was sent for the same unit may still arrive.
    """
    if not remote.attempts:
        return remote
    left = (
        replace(
            attempt,
            sent={key: value for key, value in attempt.sent.items() if key not in seen or seen[key] != value},
        )
        for attempt in remote.attempts
    )
    return replace(remote, attempts=tuple(one for one in left if one.sent or one.removes))
