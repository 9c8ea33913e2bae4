"""Two agreements that are one: what each unit becomes, and what is known of each copy from then on. Pure.

Nobody's words are lost and nothing is decided over anybody's head: what only one of them says is taken, what
both say differently is asked, and a copy goes on from exactly what stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.aliases import Aliases
from samenspraak.domain.units import UnitKey, UnitKind, Units, UnitValue, units_of
from samenspraak.policy.lawful import unlawful
from samenspraak.policy.likeness import same_assignments
from samenspraak.policy.state import SentUnits
from samenspraak.policy.terms import waits_for_others

Normal = Callable[[UnitKey, UnitValue], UnitValue]
"""How one system keeps a value."""


@dataclass(frozen=True, kw_only=True)
class Merged:
    """What becomes of the units of two agreements.

    ``take``: what the one that stays takes over · ``differ``: what the other one says of a unit of which
    both say something else, or of which others must agree first; a person decides.
    """

    take: Units = field(default_factory=dict)
    differ: Units = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What is known of a copy that from now on is one of the agreement that stays, per unit.

    ``agreed``: stands there as it should · ``held``: what stands there, while a person is asked ·
    ``over``: what stands there and may be written over, because it was decided on already.
    """

    agreed: frozenset[UnitKey] = frozenset()
    held: SentUnits = field(default_factory=dict)
    over: SentUnits = field(default_factory=dict)


def aliases_between(ours: Units, theirs: Units) -> Aliases:
    """What the assignments of the other agreement are called here: the same ones as ours.

    One that only they have keeps its id, unless one of ours has it already.
    """
    pairs = dict(same_assignments(ours, theirs))
    mine = {key.id for key in ours if key.kind is UnitKind.ASSIGNMENT}
    yours = {key.id for key in theirs if key.kind is UnitKind.ASSIGNMENT}
    taken = mine | yours
    for theirs_alone in sorted(yours - set(pairs.values())):
        name = theirs_alone if theirs_alone not in mine else _free(theirs_alone, taken)
        pairs[name] = theirs_alone
        taken |= {name}
    return Aliases.of(pairs)


def _free(name: str, taken: Set[str]) -> str:
    return next(one for number in range(2, len(taken) + 3) if (one := f"{name}-{number}") not in taken)


def merged(ours: Agreement, theirs: Units, kept: Mapping[str, tuple[Normal, ...]]) -> Merged:
    """What becomes of each unit.

    Args:
        ours: the agreement that stays.
        theirs: what the other one says, under our ids.
        kept: under ``ours`` and ``theirs``, how the systems of each keep a value: what is the same but for
            what a system cut off is the same, and the fuller one is taken.
    """
    mine = units_of(ours)
    take: dict[UnitKey, UnitValue] = {}
    differ: dict[UnitKey, UnitValue] = {}
    for key, value in sorted(theirs.items()):
        own = mine.get(key)
        if own is None or any(normal(key, value) == own for normal in kept["ours"]):
            if own != value:
                take[key] = value
        elif own != value and all(normal(key, own) != value for normal in kept["theirs"]):
            differ[key] = value
    waiting = waits_for_others(mine, take).keys() | unlawful(ours, take).keys()
    differ |= {key: take.pop(key) for key in waiting}
    return Merged(take=take, differ=differ)


def moved(
    *,
    joined: Units,
    differ: Set[UnitKey],
    then: Units,
    shown: Set[UnitKey],
    unread: Set[UnitKey],
    normal: Normal,
) -> Moved:
    """What is known of one copy.

    Args:
        joined: what the agreement that stays says.
        differ: the units that a person is asked about.
        then: what stood in the copy when each unit was last decided on.
        shown: the units its readers were shown.
        unread: units that cannot be read back there, and were written as they are.
        normal: how its system keeps a value.
    """
    keys = then.keys() | shown
    should = {key: None if (one := joined.get(key)) is None else normal(key, one) for key in keys}
    held = {key: then[key] for key in keys & differ if key in then}
    equal = {key for key in keys if key not in held and then.get(key) == should[key]}
    over: dict[UnitKey, UnitValue | None] = {
        key: then.get(key) for key in keys & shown if key not in held and key not in equal and key in then
    }
    return Moved(agreed=frozenset(equal | set(unread)), held=held, over=over)
