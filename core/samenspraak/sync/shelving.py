"""The shelf of a connector whose system is the hub itself: what it shows lies in the store (ADR 0030)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import uuid4

from samenspraak.connectors.connector import Found, Raw, Shelf
from samenspraak.errors import ConflictError, NotFoundError, StaleError
from samenspraak.store.records import ShownRecord
from samenspraak.store.unit_of_work import Store, UnitOfWork

Permit = Callable[[], None]
T = TypeVar("T")


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
        record = self._read(lambda uow: uow.shown.get(self.connector_id, external_id))
        return _found(record) if record else None

    def marked(self, marker: str) -> Sequence[Found]:
        record = self._read(lambda uow: uow.shown.marked(self.connector_id, marker))
        return [_found(record)] if record else []

    def after(self, external_id: str, size: int) -> Sequence[Found]:
        return [
            _found(one)
            for one in self._read(lambda uow: uow.shown.after(self.connector_id, external_id, size))
        ]

    def add(self, marker: str, reader: str, raw: Raw) -> tuple[Found, bool]:
        new = ShownRecord(
            connector_id=self.connector_id, id=self.new_id(), marker=marker, reader=reader, raw=raw
        )
        self._ask()
        with self.store.write(self.organisation) as uow:
            added = uow.shown.add(new)
            standing = added or uow.shown.marked(self.connector_id, marker)
            uow.commit()
        if standing is None:
            raise ConflictError(f"{self.connector_id}: a copy went while it was made; look again")
        return _found(standing), added is not None

    def change(self, found: Found, raw: Raw) -> Found:
        record = replace(self._record(found), raw=raw)
        self._ask()
        with self.store.write(self.organisation) as uow:
            try:
                changed = uow.shown.change(record)
            except (StaleError, NotFoundError):
                raise self._moved(found) from None
            uow.commit()
        return _found(changed)

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

    def _ask(self) -> None:
        for permit in self.permits:
            permit()

    def _read(self, look: Callable[[UnitOfWork], T]) -> T:
        self._ask()
        with self.store.read(self.organisation) as uow:
            return look(uow)

    def _record(self, found: Found) -> ShownRecord:
        return ShownRecord(
            connector_id=self.connector_id,
            id=found.external_id,
            marker="",
            reader="",
            raw=found.raw,
            row=int(found.token or 0),
        )

    def _moved(self, found: Found) -> ConflictError:
        return ConflictError(f"{self.connector_id}: {found.external_id} was changed in between; look again")


def _found(record: ShownRecord) -> Found:
    return Found(external_id=record.id, raw=dict(record.raw), token=str(record.row))
