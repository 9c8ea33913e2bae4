"""What other systems call a party, and the parties there that nobody has matched yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache

import sqlalchemy as sa

from samenspraak.domain.parties import PartyRef
from samenspraak.protocols import documents
from samenspraak.store.kept import Row
from samenspraak.store.records import PartyCandidate, PartyLink
from samenspraak.store.scope import Repository
from samenspraak.store.tables import party_candidate, person_link

_CIRCLES = frozenset[str]
_party = lru_cache(maxsize=2**16)(PartyRef.parse)
"""Whom a text names never changes, and every transaction that reads a record asks for all a system knows."""


class Identities(Repository):
    """Identities at connectors; what a person decided is never overruled by a match."""

    def link(self, new: PartyLink) -> PartyLink:
        """Who this is from now on, or who a person said it is; gives what holds.

        The circles come beside those already known.
        """
        there = {"connector_id": new.connector_id, "external_id": new.external_id}
        known = self.link_of(new.connector_id, new.external_id)
        held = known if known and known.manual and not new.manual else new
        held = replace(held, circles=new.circles | (known.circles if known else frozenset()))
        if held != known:
            circles = documents.dump(held.circles, _CIRCLES)
            self._scope.put(person_link, there, party=str(held.ref), circles=circles, manual=held.manual)
        return held

    def unlink(self, connector_id: str, external_id: str) -> bool:
        """Nobody says who this is any more; False when nobody did."""
        gone = self._scope.delete(person_link).where(*_at(person_link, connector_id, external_id))
        return self._scope.run(gone).rowcount == 1

    def links(self, connector_id: str, among: Collection[PartyRef] | None = None) -> list[PartyLink]:
        """What this connector calls everybody it knows, or these parties, by what it calls them."""
        if among is None:
            return self._links(connector_id=connector_id)
        parties = tuple(sorted(map(str, among)))
        everywhere = self._scope.made_of(person_link, ("links", *parties), lambda: self._links(party=parties))
        return [one for one in everywhere if one.connector_id == connector_id]

    def refs(self, connector_id: str) -> Mapping[str, PartyRef]:
        """Everybody this connector knows, by what it calls them: for reading, in one cheap statement."""

        def made() -> dict[str, PartyRef]:
            columns = (person_link.c.external_id, person_link.c.party)
            rows = self._scope.only(*columns, connector_id=connector_id)
            return {external_id: _party(text) for external_id, text in rows}

        return self._scope.made_of(person_link, ("refs", connector_id), made)

    def links_of(self, ref: PartyRef) -> list[PartyLink]:
        """What every connector calls this party: where it can be reached."""
        return self._links(party=str(ref))

    def link_of(self, connector_id: str, external_id: str) -> PartyLink | None:
        row = self._scope.find(person_link, connector_id=connector_id, external_id=external_id)
        return _link(row) if row else None

    # Not matched yet.

    def where_somebody_waits(self) -> list[str]:
        """The connectors with candidates."""
        column = party_candidate.c.connector_id
        found = self._scope.rows(self._scope.select(party_candidate, column).distinct().order_by(column))
        return [row.connector_id for row in found]

    def add_candidate(self, new: PartyCandidate) -> None:
        """Keep the candidate as given, new or known."""
        document = self._scope.seal(party_candidate.c.document_sealed, _place(new), new, PartyCandidate)
        there = {"connector_id": new.connector_id, "external_id": new.external_id}
        self._scope.put(party_candidate, there, document_sealed=document)

    def candidate(self, connector_id: str, external_id: str) -> PartyCandidate | None:
        row = self._scope.find(party_candidate, connector_id=connector_id, external_id=external_id)
        return self._candidate(row) if row else None

    def candidates(self, connector_id: str | None = None) -> list[PartyCandidate]:
        """All candidates, or those of one connector."""
        table = party_candidate
        statement = self._scope.select(table).order_by(table.c.connector_id, table.c.external_id)
        if connector_id is not None:
            statement = statement.where(table.c.connector_id == connector_id)
        return [self._candidate(row) for row in self._scope.rows(statement)]

    def candidate_ids(self, connector_id: str | None = None) -> list[tuple[str, str]]:
        """The same, unopened and in no order: the connector, and what it calls them."""
        own = {} if connector_id is None else {"connector_id": connector_id}
        columns = (party_candidate.c.connector_id, party_candidate.c.external_id)
        return [(row.connector_id, row.external_id) for row in self._scope.only(*columns, **own)]

    def count_candidates(self) -> int:
        """How many parties nobody has matched yet, in all systems."""
        return self._scope.count(party_candidate)

    def remove_candidate(self, connector_id: str, external_id: str) -> bool:
        """It is matched or gone; False when there was none."""
        gone = self._scope.delete(party_candidate).where(*_at(party_candidate, connector_id, external_id))
        return self._scope.run(gone).rowcount == 1

    def _links(self, **key: object) -> list[PartyLink]:
        order = (person_link.c.connector_id, person_link.c.external_id)
        return [_link(row) for row in self._scope.all(person_link, *order, **key)]

    def _candidate(self, row: Row) -> PartyCandidate:
        column = party_candidate.c.document_sealed
        return self._scope.open(column, _place(row), row.document_sealed, PartyCandidate)


def _at(table: sa.Table, connector_id: str, external_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.connector_id == connector_id, table.c.external_id == external_id


def _place(one: PartyCandidate | Row) -> str:
    return f"{one.connector_id}/{one.external_id}"


def _link(row: Row) -> PartyLink:
    return PartyLink(
        connector_id=row.connector_id,
        external_id=row.external_id,
        ref=PartyRef.parse(row.party),
        manual=row.manual,
        circles=documents.load(row.circles, _CIRCLES),
    )
