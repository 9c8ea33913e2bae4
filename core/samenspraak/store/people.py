"""Persons, who they are by what others call them, and who is around whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from samenspraak.domain.parties import PERSONS, CircleMember, Identifier, PartyKind, PartyRef, Person
from samenspraak.protocols import documents
from samenspraak.store.identifiers import Identifiers
from samenspraak.store.kept import Row
from samenspraak.store.tables import circle, person

_KINDS = frozenset[PartyKind]


class People(Identifiers):
    """Persons and circles."""

    def add_person(self, new: Person, *kinds: PartyKind) -> None:
        """Keep the person as given, new or known; ``kinds`` come beside the roles already known.

        The identifiers are the person's own; one that is only known from a matched record stays so.
        """
        known = self._scope.find(person, id=new.id)
        roles = frozenset(kinds) | (documents.load(known.kinds, _KINDS) if known else frozenset())
        without = replace(new, identifiers=frozenset())
        self._scope.put(
            person,
            {"id": new.id},
            kinds=documents.dump(roles, _KINDS),
            document_sealed=self._scope.seal(person.c.document_sealed, new.id, without, Person),
        )
        self._own(new.id, new.identifiers)

    def add_role(self, person_id: str, kind: PartyKind) -> None:
        """This person takes this role, too.

        Raises:
            NotFoundError: this organisation knows nobody by this id.
        """
        roles = self.kinds(person_id) | {kind}
        statement = self._scope.update(person).where(person.c.id == person_id)
        self._scope.run(statement.values(kinds=documents.dump(roles, _KINDS)))

    def person(self, person_id: str) -> Person:
        """The person.

        Raises:
            NotFoundError: this organisation knows nobody by this id.
        """
        row = self._scope.get(person, id=person_id)
        return self._people([row], person_id=person_id)[0]

    def named(self, person_id: str) -> Person:
        """The person as they are called, without the identifiers they are known by.

        Raises:
            NotFoundError: this organisation knows nobody by this id.
        """
        return self._scope.made_of(
            person, person_id, lambda: self._plain(self._scope.get(person, id=person_id))
        )

    def kinds(self, person_id: str) -> frozenset[PartyKind]:
        """The roles this person is known to take.

        Raises:
            NotFoundError: this organisation knows nobody by this id.
        """
        return documents.load(self._scope.get(person, id=person_id).kinds, _KINDS)

    def roles(self) -> dict[str, frozenset[PartyKind]]:
        """The roles of everybody, by the id that stays, unopened."""
        rows = self._scope.only(person.c.id, person.c.kinds, same_as=None)
        return {row.id: documents.load(row.kinds, _KINDS) for row in rows}

    def persons(self, kind: PartyKind | None = None) -> list[Person]:
        """Everybody, or everybody known to take this role, by id; each under the id that stays."""
        rows = self._scope.all(person, person.c.id, same_as=None)
        return self._people(
            [row for row in rows if kind is None or kind in documents.load(row.kinds, _KINDS)]
        )

    def by_identifier(self, identifiers: Iterable[Identifier]) -> list[Person]:
        """Everybody who has at least one of these, by id."""
        found = set[str]().union(*map(self._holders, identifiers))
        return [self.person(person_id) for person_id in sorted(found)]

    # One and the same.

    def current(self, ref: PartyRef) -> PartyRef:
        """The party that this one is known as today: somebody may have turned out to be somebody else."""
        row = self._scope.find(person, id=ref.id) if ref.kind in PERSONS else None
        return ref if row is None or row.same_as is None else self.current(replace(ref, id=row.same_as))

    def join_person(self, person_id: str, same_as: str) -> None:
        """This person is somebody else, and known by nothing but the name any more.

        Raises:
            NotFoundError: this organisation knows nobody by this id.
        """
        self.add_person(replace(self.person(person_id), identifiers=frozenset()))
        joined = self._scope.update(person).where(person.c.id == person_id)
        self._scope.run(joined.values(same_as=same_as))

    # Circles.

    def add_member(self, member: CircleMember) -> None:
        """This party is around this client, from now on with this standing."""
        self._scope.put(
            circle,
            {"client_id": member.client_id, "party": str(member.party)},
            representative=member.representative,
        )

    def remove_member(self, client_id: str, party: PartyRef) -> None:
        """This party is not around this client any more."""
        gone = self._scope.delete(circle).where(circle.c.client_id == client_id, circle.c.party == str(party))
        self._scope.run(gone)

    def circle(self, client_id: str) -> list[CircleMember]:
        """Everybody around a client, in a fixed order."""
        return [_member(row) for row in self._scope.all(circle, circle.c.party, client_id=client_id)]

    def circles_of(self, party: PartyRef) -> list[CircleMember]:
        """Every client this party is around."""
        return [_member(row) for row in self._scope.all(circle, circle.c.client_id, party=str(party))]

    # Rows and values.

    def _people(self, rows: Sequence[Row], **key: str) -> list[Person]:
        """These persons with their identifiers, read at once."""
        theirs = self._of_persons(**key)
        return [replace(self._plain(row), identifiers=frozenset(theirs.get(row.id, ()))) for row in rows]

    def _plain(self, row: Row) -> Person:
        return self._scope.open(person.c.document_sealed, row.id, row.document_sealed, Person)


def _member(row: Row) -> CircleMember:
    return CircleMember(
        client_id=row.client_id, party=PartyRef.parse(row.party), representative=row.representative
    )
