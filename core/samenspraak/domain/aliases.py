"""One assignment under two ids: what the hub calls it, and what it is called in another place.

Two agreements that turn out to be one each gave their assignments ids. One set of ids stays; wherever the
other set is in use (a system's records, an older history) an :class:`Aliases` translates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import UNITS, Keyed, UnitKey

V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class Aliases:
    """A permutation of assignment ids; ids it does not hold are the same on both sides.

    ``there``: our id → the id used there. As a permutation it never gives two assignments one id, whatever
    ids people there choose for what they add.
    """

    there: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if set(self.there) != set(self.there.values()):
            raise ValueError("Aliases are a permutation of ids.")

    def __bool__(self) -> bool:
        return any(ours != theirs for ours, theirs in self.there.items())

    @classmethod
    def of(cls, pairs: Mapping[str, str]) -> Aliases:
        """The smallest permutation that holds these pairs, our id → theirs, each id once on its side."""
        found = dict(pairs)
        backwards = {theirs: ours for ours, theirs in pairs.items()}
        for end in pairs.values():
            if end not in found:  # the end of a chain is called what its beginning is not called any more
                start = end
                while start in backwards:
                    start = backwards[start]
                found[end] = start
        return cls(there={ours: theirs for ours, theirs in found.items() if ours != theirs})

    def after(self, inner: Aliases) -> Aliases:
        """First these, then ``inner``: our id → theirs by these → what ``inner`` makes of that."""
        ids = self.there.keys() | inner.there.keys()
        pairs = {one: inner.id_there(self.id_there(one)) for one in ids}
        return Aliases(there={ours: theirs for ours, theirs in pairs.items() if ours != theirs})

    def id_there(self, ours: str) -> str:
        """What the assignment is called there."""
        return self.there.get(ours, ours)

    def id_here(self, theirs: str) -> str:
        """What we call the assignment."""
        return next((ours for ours, there in self.there.items() if there == theirs), theirs)

    # Keys, and what is kept by key.

    def key_there(self, key: UnitKey) -> UnitKey:
        return _renamed(key, self.id_there(key.assignment_id)) if key.assignment_id else key

    def key_here(self, key: UnitKey) -> UnitKey:
        return _renamed(key, self.id_here(key.assignment_id)) if key.assignment_id else key

    def units_there(self, units: Mapping[UnitKey, V]) -> dict[UnitKey, V]:
        return {self.key_there(key): value for key, value in units.items()}

    def units_here(self, units: Mapping[UnitKey, V]) -> dict[UnitKey, V]:
        return {self.key_here(key): value for key, value in units.items()}

    def keys_here(self, keys: Iterable[UnitKey]) -> Iterator[UnitKey]:
        return map(self.key_here, keys)

    # What is said about a moment.

    def said_there(self, said: Statement) -> Statement:
        return _about(said, self.id_there)

    def said_here(self, said: Statement) -> Statement:
        return _about(said, self.id_here)


SAME = Aliases()
"""Every assignment has one id."""


def _renamed(key: UnitKey, assignment_id: str) -> UnitKey:
    if UNITS[key.kind].keyed is Keyed.OCCURRENCE:
        return UnitKey(key.kind, str(replace(OccurrenceKey.parse(key.id), assignment_id=assignment_id)))
    return UnitKey(key.kind, assignment_id)


def _about(said: Statement, called: Callable[[str], str]) -> Statement:
    if said.occurrence is None:
        return said
    key = replace(said.occurrence, assignment_id=called(said.occurrence.assignment_id))
    return replace(said, occurrence=key)
