"""The identifiers of persons, encrypted and found by a blind index, each with who says that it is theirs.

An identifier is a person's *own* (they were registered with it), or *learned* from a record in another system
that was matched with them. What was learned is unlearned when the match is undone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

import sqlalchemy as sa

from samenspraak.domain.parties import Identifier
from samenspraak.store.kept import Row
from samenspraak.store.scope import Repository
from samenspraak.store.tables import identifier

Record = tuple[str, str]
"""A record of somebody: the connector and the id that it has there."""

OWN: Record = ("", "")


class Identifiers(Repository):
    """Who has which identifier, and since which record taught it."""

    def learn(self, person_id: str, record: Record, taught: Collection[Identifier]) -> None:
        """From now on this record teaches exactly these about this person."""
        self.unlearn(record)
        self._add(person_id, record, taught)

    def unlearn(self, record: Record) -> None:
        """This record teaches nothing about anybody any more."""
        self._scope.run(self._scope.delete(identifier).where(*_by(record)))

    def learned(self, record: Record) -> frozenset[Identifier]:
        """What this record teaches."""
        connector_id, external_id = record
        rows = self._scope.all(identifier, connector_id=connector_id, external_id=external_id)
        return frozenset(map(self._identifier, rows))

    def teachers(self, person_id: str) -> Mapping[Record, frozenset[Identifier]]:
        """What makes identifiers this person's: per record what it teaches; under :data:`OWN` the rest."""
        found: defaultdict[Record, set[Identifier]] = defaultdict(set)
        for row in self._scope.all(identifier, person_id=person_id):
            found[row.connector_id, row.external_id].add(self._identifier(row))
        return {record: frozenset(taught) for record, taught in found.items()}

    def _own(self, person_id: str, own: Iterable[Identifier]) -> None:
        """Exactly these are the person's own, apart from what was only learned: that stays learned."""
        elsewhere = self.teachers(person_id)
        before = elsewhere.get(OWN, frozenset())
        learned = frozenset[Identifier]().union(*(elsewhere[one] for one in elsewhere if one != OWN))
        condition = identifier.c.person_id == person_id
        self._scope.run(self._scope.delete(identifier).where(condition, *_by(OWN)))
        self._add(person_id, OWN, [one for one in own if one in before or one not in learned])

    def _holders(self, one: Identifier) -> set[str]:
        """The ids of everybody who has it."""
        rows = self._scope.all(identifier, system=one.system, blind=self._blind(one))
        return {row.person_id for row in rows}

    def _of_persons(self, **key: str) -> Mapping[str, set[Identifier]]:
        """Per person everything they are known by, read at once."""
        found: defaultdict[str, set[Identifier]] = defaultdict(set)
        for row in self._scope.all(identifier, **key):
            found[row.person_id].add(self._identifier(row))
        return found

    def _add(self, person_id: str, record: Record, identifiers: Iterable[Identifier]) -> None:
        connector_id, external_id = record
        for one in identifiers:
            place = f"{person_id}/{one.system}"
            self._scope.add(
                identifier,
                person_id=person_id,
                system=one.system,
                blind=self._blind(one),
                connector_id=connector_id,
                external_id=external_id,
                value_sealed=self._scope.seal(identifier.c.value_sealed, place, one.value, str),
            )

    def _identifier(self, row: Row) -> Identifier:
        place = f"{row.person_id}/{row.system}"
        value = self._scope.open(identifier.c.value_sealed, place, row.value_sealed, str)
        return Identifier(system=row.system, value=value)

    def _blind(self, one: Identifier) -> bytes:
        return self._scope.cipher.blind(one.value, system=one.system, organisation=self._scope.organisation)


def _by(record: Record) -> tuple[sa.ColumnElement[bool], ...]:
    connector_id, external_id = record
    return identifier.c.connector_id == connector_id, identifier.c.external_id == external_id
