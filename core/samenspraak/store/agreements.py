"""Agreements as they are and every version as it was."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.aliases import SAME, Aliases
from samenspraak.domain.local_time import local_day
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey, UnitValue, named, units_of
from samenspraak.errors import NotFoundError
from samenspraak.protocols import documents
from samenspraak.store.kept import Row, among, kept, length_of, spread
from samenspraak.store.records import AgreementRecord, Cause, Likeness, VersionRecord
from samenspraak.store.scope import Repository, Scope
from samenspraak.store.tables import agreement, agreement_party, agreement_version, likeness

_RULES = dict[UnitKey, str]
_SOME = 100
"""So many are read at a time where there may be many."""


class Agreements(Repository):
    """The agreements of one organisation. A version is written once and never changed."""

    def get(self, agreement_id: str) -> AgreementRecord:
        """The agreement as it is now.

        Raises:
            NotFoundError: this organisation has no such agreement.
        """
        return self._scope.made_of(
            agreement, agreement_id, lambda: self._record(self._scope.get(agreement, id=agreement_id))
        )

    def foresee(self, agreement_ids: Collection[str]) -> None:
        """These will be asked for one by one, with what each is like."""
        self._scope.foresee(agreement, by="id", among=agreement_ids)
        self._scope.foresee(likeness, likeness.c.other_id, by="agreement_id", among=agreement_ids)

    def foresee_none(self, agreement_id: str) -> None:
        """Nobody said yet that it is like another one."""
        self._scope.foresee_none(likeness, likeness.c.other_id, agreement_id=agreement_id)

    def version_of(self, agreement_id: str) -> int:
        """The version that the agreement has now, without opening it.

        Raises:
            NotFoundError: this organisation has no such agreement.
        """
        return int(self._scope.get(agreement, id=agreement_id).version)

    def find(self, agreement_id: str) -> AgreementRecord | None:
        row = self._scope.find(agreement, id=agreement_id)
        return self._record(row) if row else None

    def current(self, agreement_id: str) -> AgreementRecord:
        """The agreement that this id stands for today: the one it was joined into, if it was.

        Raises:
            NotFoundError: this organisation has no such agreement.
        """
        found = self.get(agreement_id)
        return found if found.same_as is None else self.current(found.same_as)

    def list(self, client_id: str | None = None) -> builtins.list[AgreementRecord]:
        """All agreements, or those of one client, by id; not those that were joined into another one."""
        key: dict[str, object] = {"same_as": None} if client_id is None else {"client_id": client_id}
        rows = self._scope.all(agreement, agreement.c.id, **key)
        return [self._record(row) for row in rows if row.same_as is None]

    def ids(self, client_ids: Collection[str]) -> set[str]:
        """The agreements of these clients, unopened; not those that were joined into another one."""
        rows = self._scope.only(agreement.c.id, agreement.c.same_as, client_id=tuple(sorted(set(client_ids))))
        return {row.id for row in rows if row.same_as is None}

    def naming(self, parties: Collection[PartyRef]) -> dict[str, str]:
        """The agreements that name one of these parties, each with its client, unopened.

        Named is who performs, stands in, is responsible, instructed, decides or took something over, as
        ``units.named`` says of the agreement as it is now; not in what was joined into another one.
        """
        if not parties:
            return {}
        texts = sorted({str(one) for one in parties})
        found = self._scope.rows(_naming(length_of(texts)), **spread("of_party", texts))
        return {row.id: row.client_id for row in found}

    def list_naming(self, parties: Collection[PartyRef]) -> builtins.list[AgreementRecord]:
        """The same, opened, by id."""
        found = sorted(self.naming(parties))
        self._scope.foresee(agreement, by="id", among=found)
        return [self.get(one) for one in found]

    def after(
        self, agreement_id: str, client_ids: Collection[str] | None = None
    ) -> Iterator[AgreementRecord]:
        """Those with a later id, of these clients (None: of all), by id; read some at a time.

        Not those that were joined into another one.
        """
        wanted = self._scope.select(agreement).where(agreement.c.same_as.is_(None))
        if client_ids is not None:
            wanted = wanted.where(agreement.c.client_id.in_(sorted(client_ids)))
        wanted = wanted.order_by(agreement.c.id).limit(_SOME)
        while rows := self._scope.rows(wanted.where(agreement.c.id > agreement_id)):
            yield from map(self._record, rows)
            agreement_id = rows[-1].id

    def add(
        self, new: Agreement, cause: Cause, at: datetime, units: Iterable[UnitKey] | None = None
    ) -> AgreementRecord:
        """The agreement as version 1, with its history.

        ``units``: what the cause says of it, where that is not all of it.

        Raises:
            StaleError: there is an agreement with this id already.
            NotFoundError: its client is not known.
        """
        text = documents.dump(new, Agreement)
        document = self._scope.seal_text(agreement.c.document_sealed, new.id, text)
        self._scope.add(agreement, id=new.id, client_id=new.client_id, version=1, document_sealed=document)
        self._scope.foresee_none(agreement_party, agreement_id=new.id)
        self._index(new.id, named(units_of(new)))
        self._remember(new.id, text, 1, cause, at, units_of(new) if units is None else units)
        return AgreementRecord(agreement=new, version=1)

    def replace(
        self,
        new: Agreement,
        expected: int,
        cause: Cause,
        at: datetime,
        units: Iterable[UnitKey],
        *,
        of_client: str | None = None,
    ) -> int:
        """The agreement says this from now on, if it is still at version ``expected``; gives the next one.

        ``of_client``: whose it was until now, if that is another id.

        Raises:
            StaleError: it has another version by now; nothing was written.
        """
        text = documents.dump(new, Agreement)
        document = self._scope.seal_text(agreement.c.document_sealed, new.id, text)
        version = self._scope.change(
            agreement,
            {"id": new.id, "client_id": of_client or new.client_id},
            expected=expected,
            document_sealed=document,
            **({"client_id": new.client_id} if of_client else {}),
        )
        self._index(new.id, named(units_of(new)))
        self._remember(new.id, text, version, cause, at, units)
        return version

    def met_elsewhere(self, client_id: str, connector_id: str) -> builtins.list[AgreementRecord]:
        """Those of this client that were not met in this system first, by id; no other is opened."""
        found = self._scope.rows(_met_elsewhere(), of_client=client_id, of_connector=connector_id)
        return [self.get(one) for one in sorted(row.id for row in found if row.same_as is None)]

    # One and the same.

    def join(self, agreement_id: str, same_as: str | None, aliases: Aliases = SAME) -> None:
        """This one turned out to be the same agreement as another one, its alias from now on (None: not).

        ``aliases``: what its assignments are called here.
        """
        statement = self._scope.update(agreement).where(agreement.c.id == agreement_id)
        kept = documents.dump(aliases, Aliases) if aliases else None
        if self._scope.run(statement.values(same_as=same_as, aliases=kept)).rowcount == 0:
            raise NotFoundError(f"There is no agreement {agreement_id} in {self._scope.organisation}.")
        parties = named(units_of(self.get(agreement_id).agreement)) if same_as is None else ()
        self._index(agreement_id, parties)

    def likenesses(self, agreement_id: str) -> dict[str, Likeness]:
        """The agreements that may be, or are not, the same as this one, and how it stands to each."""
        rows = self._scope.all(likeness, likeness.c.other_id, agreement_id=agreement_id)
        return {row.other_id: Likeness(row.stands) for row in rows}

    def note_likeness(self, agreement_id: str, other_id: str, stands: Likeness | None) -> None:
        """How these two stand to each other from now on (None: nothing is known of them any more)."""
        backwards = Likeness.ASKED if stands is Likeness.HELD else stands
        for one, other, how in ((agreement_id, other_id, stands), (other_id, agreement_id, backwards)):
            if how is None:
                gone = self._scope.delete(likeness).where(
                    likeness.c.agreement_id == one, likeness.c.other_id == other
                )
                self._scope.run(gone)
            else:
                self._scope.put(likeness, {"agreement_id": one, "other_id": other}, stands=how)

    # History.

    def joined_into(self, agreement_id: str) -> builtins.list[tuple[str, Aliases]]:
        """The agreements that this one stands for as well, each with its ids for our assignments."""
        found: builtins.list[tuple[str, Aliases]] = []
        for row in self._scope.only(agreement.c.id, agreement.c.aliases, same_as=agreement_id):
            own = _aliases(row.aliases)
            found.append((row.id, own))
            found.extend((one, own.after(inner)) for one, inner in self.joined_into(row.id))
        return found

    def version(self, agreement_id: str, number: int) -> VersionRecord:
        """One version as it was.

        Raises:
            NotFoundError: there is no such version.
        """
        found = self.versions(agreement_id, [number])
        if number not in found:
            raise NotFoundError(f"There is no version {number} of agreement {agreement_id}.")
        return found[number]

    def versions(self, agreement_id: str, numbers: Collection[int]) -> dict[int, VersionRecord]:
        """Those of these versions that there are, by number."""
        found = self._history(agreement_id, version=tuple(sorted(set(numbers)))) if numbers else ()
        return {row.version: self._version(row) for row in found}

    def history(self, agreement_id: str) -> builtins.list[VersionRecord]:
        """Every version, the first one first."""
        return [self._version(row) for row in self._history(agreement_id)]

    def known_since(self, agreement_id: str | None = None) -> dict[str, date]:
        """The day, for the people we serve, on which we came to know each agreement, or this one."""
        table, one = agreement_version, {} if agreement_id is None else {"agreement_id": agreement_id}
        first = self._scope.only(table.c.agreement_id, table.c.at, version=1, **one)
        return {row.agreement_id: local_day(row.at) for row in first}

    def changed_since(self, at: datetime) -> set[str]:
        """The agreements of which a version was made at this moment or after it, unopened."""
        table = agreement_version
        made = self._scope.select(table, table.c.agreement_id).where(table.c.at >= at).distinct()
        return {row.agreement_id for row in self._scope.rows(made)}

    def values(self, agreement_id: str, keys: Collection[UnitKey]) -> dict[UnitKey, tuple[UnitValue, ...]]:
        """Per unit every different value it ever had here, the oldest first; what was joined comes last."""
        found: dict[UnitKey, dict[UnitValue, None]] = {key: {} for key in keys}
        for one, aliases in ((agreement_id, SAME), *self.joined_into(agreement_id)):
            wanted = {aliases.key_there(key): key for key in found}
            for row in self._history(one):
                changed = wanted.keys() & _keys(row.units)
                units = units_of(self._version(row).agreement) if changed else {}
                for key in changed & units.keys():
                    found[wanted[key]][units[key]] = None
        return {key: tuple(values) for key, values in found.items()}

    def _history(self, agreement_id: str, **key: object) -> Sequence[Row]:
        table = agreement_version
        return self._scope.all(table, table.c.version, agreement_id=agreement_id, **key)

    def _remember(
        self, agreement_id: str, text: str, version: int, cause: Cause, at: datetime, units: Iterable[UnitKey]
    ) -> None:
        place = _place(agreement_id, version)
        document = self._scope.seal_text(agreement_version.c.document_sealed, place, text)
        self._scope.add(
            agreement_version,
            agreement_id=agreement_id,
            version=version,
            at=at,
            actor=cause.actor,
            connector_id=cause.connector_id,
            why=cause.why,
            question_id=cause.question_id,
            units=documents.dump(frozenset(units), frozenset[UnitKey]),
            rules=documents.dump(cause.rules, _RULES) if cause.rules else None,
            document_sealed=document,
        )

    def _index(self, agreement_id: str, parties: Collection[PartyRef]) -> None:
        """It is found by these parties from now on."""
        table, now = agreement_party, {str(one) for one in parties}
        was = {row.party for row in self._scope.all(table, agreement_id=agreement_id)}
        for gone in sorted(was - now):
            left = self._scope.delete(table).where(table.c.agreement_id == agreement_id)
            self._scope.run(left.where(table.c.party == gone))
        for new in sorted(now - was):
            self._scope.add(table, agreement_id=agreement_id, party=new)

    def _record(self, row: Row) -> AgreementRecord:
        return AgreementRecord(
            agreement=self._scope.open(agreement.c.document_sealed, row.id, row.document_sealed, Agreement),
            version=row.version,
            same_as=row.same_as,
            aliases=_aliases(row.aliases),
            erased=row.erased,
        )

    def _version(self, row: Row) -> VersionRecord:
        place = _place(row.agreement_id, row.version)
        return VersionRecord(
            agreement=self._scope.open(
                agreement_version.c.document_sealed, place, row.document_sealed, Agreement
            ),
            version=row.version,
            at=row.at,
            cause=Cause(
                actor=row.actor,
                why=row.why,
                connector_id=row.connector_id,
                question_id=row.question_id,
                rules=documents.load(row.rules, _RULES) if row.rules else {},
            ),
            units=_keys(row.units),
        )


@kept
def _met_elsewhere() -> sa.Select[Any]:
    first = agreement_version
    of_client = agreement.c.client_id == sa.bindparam("of_client")
    its_first = (Scope.is_ours(first), first.c.agreement_id == agreement.c.id, first.c.version == 1)
    elsewhere = first.c.connector_id != sa.bindparam("of_connector")
    columns = (agreement.c.id, agreement.c.same_as)
    return Scope.select(agreement, *columns).where(of_client, *its_first, elsewhere)


@kept
def _naming(length: int) -> sa.Select[Any]:
    named_there = agreement_party
    one_of = among(named_there.c.party, "of_party", length)
    columns = (agreement.c.id, agreement.c.client_id)
    there = (Scope.is_ours(named_there), named_there.c.agreement_id == agreement.c.id)
    return Scope.select(agreement, *columns).where(*there, one_of)


def _place(agreement_id: str, version: int) -> str:
    return f"{agreement_id}/{version}"


def _keys(text: str) -> frozenset[UnitKey]:
    return documents.load(text, frozenset[UnitKey])


def _aliases(text: str | None) -> Aliases:
    return documents.load(text, Aliases) if text else SAME
