"""The shelf of a connector whose system is the hub itself: what it shows lies in the store (ADR 0030)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import uuid4

from samenspraak.connectors.calls import Shelf
from samenspraak.connectors.looks import Found, Raw
from samenspraak.errors import ConflictError, NotFoundError, StaleError
from samenspraak.store.records import ShownRecord
from samenspraak.store.unit_of_work import Store, UnitOfWork, WritingUnitOfWork

Permit = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class StoredShelf:
    """The port ``Shelf`` over the store. Each act is a transaction of its own, as if it were elsewhere."""

    store: Store
    organisation: str
    connector_id: str
    permits: tuple[Permit, ...] = ()
    new_id: Callable[[], str] = field(default=lambda: uuid4().hex)

    def permitted_by(self, permit: Permit) -> Shelf:
        return replace(self, permits=(*self.permits, permit))

    def get(self, external_id: str) -> Found | None:
        found = self._read(lambda uow: uow.shown.get(self.connector_id, external_id))
        return next(iter(found), None)

    def marked(self, marker: str) -> Sequence[Found]:
        return self._read(lambda uow: uow.shown.marked(self.connector_id, marker))

    def after(self, external_id: str, size: int) -> Sequence[Found]:
        return self._read(lambda uow: uow.shown.after(self.connector_id, external_id, size))

    def add(self, marker: str, reader: str, raw: Raw) -> tuple[Found, bool]:
        new = ShownRecord(
            connector_id=self.connector_id, id=self.new_id(), marker=marker, reader=reader, raw=self.kept(raw)
        )
        self._ask()
        with self.store.write(self.organisation) as uow:
            added = uow.shown.add(new)
            if added is not None:
                self.noted(uow, None, added)
            standing = added or uow.shown.marked(self.connector_id, marker)
            found = self.found(uow, [standing] if standing else [])
            uow.commit()
        if not found:
            raise ConflictError(f"{self.connector_id}: a copy went while it was made; look again")
        return found[0], added is not None

    def change(self, found: Found, raw: Raw) -> Found:
        record = self._record(replace(found, raw=self.kept(raw)))
        self._ask()
        with self.store.write(self.organisation) as uow:
            try:
                changed = uow.shown.change(record)
            except (StaleError, NotFoundError):
                raise self._moved(found) from None
            self.noted(uow, found.raw, changed)
            [now] = self.found(uow, [changed])
            uow.commit()
        return now

    def remove(self, found: Found) -> None:
        self._ask()
        with self.store.write(self.organisation) as uow:
            gone = (
                uow.shown.remove(self._record(found))
                or uow.shown.get(self.connector_id, found.external_id) is None
            )
            uow.commit()
        if not gone:
            raise self._moved(found)

    # What whoever tells of its copies adds.

    def noted(self, uow: WritingUnitOfWork, before: Raw | None, now: ShownRecord) -> None:
        """A copy was made (``before``: None) or changed, in this transaction."""

    def found(self, uow: UnitOfWork, records: Sequence[ShownRecord]) -> list[Found]:
        """What lies there, as it is given to the connector."""
        return [Found(external_id=one.id, raw=dict(one.raw), token=str(one.row)) for one in records]

    def kept(self, raw: Raw) -> Raw:
        """The members of a copy that are kept."""
        return raw

    def _ask(self) -> None:
        for permit in self.permits:
            permit()

    def _read(self, look: Callable[[UnitOfWork], Sequence[ShownRecord] | ShownRecord | None]) -> list[Found]:
        self._ask()
        with self.store.read(self.organisation) as uow:
            looked = look(uow)
            records = [looked] if isinstance(looked, ShownRecord) else looked or []
            return self.found(uow, records)

    def _record(self, found: Found) -> ShownRecord:
        return ShownRecord(
            connector_id=self.connector_id,
            id=found.external_id,
            marker="",
            reader=str(found.raw.get("reader", "")),
            raw=found.raw,
            row=int(found.token or 0),
        )

    def _moved(self, found: Found) -> ConflictError:
        return ConflictError(f"{self.connector_id}: {found.external_id} was changed in between; look again")
