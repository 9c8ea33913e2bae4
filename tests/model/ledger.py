"""What people did, as far as it decides what must be true in the end.

Every value a person types is a text with a number of its own (``t0042``), so that it can be found again
wherever it ends up.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

_NUMBER = re.compile(r"t\d{4}")
Place = tuple[str, str]
"""A system and one of its records, or ``hub`` and an agreement."""


def numbers(said: object) -> set[str]:
    """The numbers of the values in something somebody could see."""
    return set(_NUMBER.findall(repr(said)))


@dataclass
class Ledger:
    """What people did.

    ``typed``: per number where and when · ``outlived``: values that a person who saw them replaced, ended or
    answered · ``ended``: records or agreements that somebody ended · ``vanished``: records that were removed
    where absence proves nothing · ``restored``: agreements that somebody took up again, or whose end somebody
    decided about · ``undone``: records whose end a restored backup or a clerk took away · ``lost``: records
    that such a backup did not have · ``kept``: agreements of which a clerk refused a change · ``called_off``:
    per number of a moment called off its assignment · ``said``: assents given, by the id they have there ·
    ``twice``: agreements of which a person let two copies stand in one system · ``ways``: which way a
    member of a system goes, where its admin said so · ``apart``: what was typed where it is not kept.
    """

    typed: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    outlived: set[str] = field(default_factory=set)
    ended: set[Place] = field(default_factory=set)
    vanished: set[Place] = field(default_factory=set)
    restored: set[str] = field(default_factory=set)
    undone: set[Place] = field(default_factory=set)
    lost: set[Place] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    called_off: dict[str, str] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    ways: dict[tuple[str, str], str] = field(default_factory=dict)
    apart: dict[str, tuple[str, str]] = field(default_factory=dict)
    allowed: dict[str, bool] = field(default_factory=dict)
    conditions_too: dict[str, bool] = field(default_factory=dict)

    def types(self, where: str, at: datetime, *, seeing: object) -> str:
        """A new text, typed by somebody who sees what stands there."""
        number = f"t{len(self.typed) + 1:04d}"
        self.typed[number] = where, at
        self.outlived |= numbers(seeing)
        return number

    def forgets(self, value: object) -> None:
        """What was meant to be said never was."""
        for number in numbers(value):
            del self.typed[number]
            self.outlived.discard(number)

    def sees_it_go(self, seen: object) -> None:
        """Somebody who sees this ends it, removes it, or types a text of before over it."""
        self.outlived |= numbers(seen)

    def settles(self, seen: object, chosen: object) -> None:
        """Somebody who sees these values chooses one of them."""
        self.outlived |= numbers(seen) - numbers(chosen)

    def is_also(self, agreement_id: str, other_id: str) -> None:
        """They were joined or separated: what people decided about the one, they decided about both."""
        for about in (self.restored, self.kept, self.twice):
            if agreement_id in about:
                about.add(other_id)

    # Which way things go.

    def goes(self, system: str, member: str, way: str) -> None:
        """Its admin says so; what was typed apart there is compared again."""
        self.ways.pop((system, member), None)
        if way != "both":
            self.ways[system, member] = way
        if way != "none":
            self.apart = {one: place for one, place in self.apart.items() if place != (system, member)}

    def way(self, system: str, member: str) -> str:
        """``both``, unless somebody said otherwise."""
        return self.ways.get((system, member), "both")

    # Consent: one word per reader about everything, one about conditions.

    def came_from_elsewhere(self, system: str, said: object) -> set[str]:
        """The values in something people read in a system that nobody typed there."""
        return {one for one in numbers(said) if not self.typed[one][0].startswith(system)}

    def may_read(self, readers: Collection[str], member: str) -> bool:
        """Whether every one of these may read it; where nobody is named, staff read."""
        return all(
            self.allowed[one] and (member != "conditions" or self.conditions_too[one]) for one in readers
        )
