"""Situations of one copy in the words of the tables: the four arguments of a plan, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from samenspraak.domain.agreements import Conditions, Duty, LifeDomain, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import LIFE_DOMAIN, STATUS, WHAT, UnitKey, UnitKind, Units
from samenspraak.policy.capabilities import Capabilities, Carries, MayEnd, SystemKind, Write
from samenspraak.policy.plan import plan
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import (
    CopyState,
    Intent,
    LinkPhase,
    Ours,
    Plan,
    Presence,
    SentUnits,
    Theirs,
    There,
    Today,
    WriteKind,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SON = PartyRef(kind=PartyKind.RELATIVE, id="zoon")
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="dochter")

A1, A2, PLACE = (
    UnitKey(UnitKind.ASSIGNMENT, "a1"),
    UnitKey(UnitKind.ASSIGNMENT, "a2"),
    UnitKey(UnitKind.PLACE),
)
STOCKINGS, SOCKS, SHOES = What(text="Steunkousen"), What(text="Sokken"), What(text="Schoenen")
MORNING, EVENING, NOON = (
    Duty(performer=SON, schedule=Schedule(text=text)) for text in ("ochtend", "avond", "middag")
)
HEEL, TOES = Conditions(instruction="Eerst de hiel."), Conditions(instruction="Eerst de tenen.")
PROPOSED, ACTIVE, PAUSED = (Status(state=one) for one in (State.PROPOSED, State.ACTIVE, State.PAUSED))
ENDED = Status(state=State.ENDED, ended_on=date(2026, 11, 20))
WITHDRAWN, MISTAKE = Status(state=State.WITHDRAWN), Status(state=State.MISTAKE)

UNITS: Units = {WHAT: STOCKINGS, A1: MORNING, STATUS: ACTIVE}
MEDICATION: Units = {**UNITS, LIFE_DOMAIN: LifeDomain.MEDICATION}
NOTHING = Shape(units=frozenset())


def shape(units: Iterable[UnitKey] = UNITS, kinds: Iterable[UnitKind] = UnitKind) -> Shape:
    """What may be seen: these units, and of new ones every kind."""
    return Shape(units=frozenset(units), kinds=frozenset(kinds))


def hiding(*hidden: UnitKey, units: Iterable[UnitKey] = UNITS) -> Shape:
    kinds = frozenset(UnitKind) - {key.kind for key in hidden}
    return shape(frozenset(units) - set(hidden), kinds)


def capabilities(
    *, write: Write = Write.YES, only: Iterable[UnitKind] = UnitKind, **more: Any
) -> Capabilities:
    """A system that carries everything and may end everything."""
    units = {kind: Carries(write=write) for kind in only}
    return Capabilities(**{"kind": SystemKind.APP, "units": units, "may_end": MayEnd.AGREEMENT, **more})


def link(units: Units = UNITS, **changed: Any) -> CopyState:
    """An open copy that agreed in these units."""
    agreed = {
        "phase": LinkPhase.OPEN,
        "was": units,
        "then": units,
        "based": frozenset(units),
        "shape": shape(units),
    }
    return CopyState(**{**agreed, **changed})


def closed(**changed: Any) -> CopyState:
    """A tombstone: both ended, and the record there says so."""
    return link({**UNITS, STATUS: ENDED}, **{"phase": LinkPhase.CLOSED, **changed})


def ours(units: Units = UNITS, presence: Presence = Presence.LIVE, **changed: Any) -> Ours:
    return Ours(presence=presence, units=units, version=2, **changed)


def over(status: Status = ENDED, **changed: Any) -> Ours:
    return ours({**UNITS, STATUS: status}, Presence.OVER, **changed)


def there(units: Units = UNITS, **changed: Any) -> There:
    return There(units=units, **changed)


def today(units: Iterable[UnitKey] = UNITS, **changed: Any) -> Today:
    usual = {"connector_id": "app-a", "capabilities": capabilities(), "shape": shape(units)}
    return Today(**{**usual, **changed})


def intent(kind: WriteKind = WriteKind.UPDATE, sent: SentUnits = UNITS, **changed: Any) -> Intent:
    return Intent(kind=kind, version=2, sent=sent, before={}, at=NOW, shape=shape(), **changed)


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One line of a table as it happens.

    ``comes``: members of the plan; its questions as (kind, cause), and as ``asks`` who is asked to agree to
    ``what`` and whose proposal it is.
    """

    name: str
    comes: Mapping[str, Any]
    link: CopyState = field(default_factory=link)
    ours: Ours = field(default_factory=ours)
    theirs: Theirs = field(default_factory=there)
    today: Today = field(default_factory=today)

    def __str__(self) -> str:
        return self.name

    def plan(self) -> Plan:
        return plan(self.link, self.ours, self.theirs, self.today)

    def came(self) -> Mapping[str, Any]:
        decided = self.plan()
        asked = {
            "questions": [(one.kind, one.cause) for one in decided.questions],
            "asks": [(one.parties.get(WHAT), one.author) for one in decided.questions],
        }
        found = {**{name: getattr(decided, name) for name in self.comes.keys() - asked.keys()}, **asked}
        return {name: found[name] for name in self.comes}


EDITED: Units = {**UNITS, WHAT: SOCKS}
