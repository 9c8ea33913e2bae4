"""What the hub itself shows of an agreement to somebody outside: a calendar, a page (ADR 0030)."""

from __future__ import annotations

import builtins
from collections.abc import Collection
from typing import Any

from samenspraak.store.kept import Row
from samenspraak.store.records import ShownRecord
from samenspraak.store.scope import Repository
from samenspraak.store.tables import shown

_RAW = dict[str, Any]


class Shown(Repository):
    """The copies of each connector whose system is the hub; one changes against the row it was read with."""

    def add(self, new: ShownRecord) -> ShownRecord | None:
        """A new copy; None when this connector has one with this marker already."""
        place = {"connector_id": new.connector_id, "id": new.id}
        added = self._scope.add_if_new(
            shown, **place, marker=new.marker, reader=new.reader, row=1, document_sealed=self._sealed(new)
        )
        return self._record(added) if added else None

    def get(self, connector_id: str, copy_id: str) -> ShownRecord | None:
        row = self._scope.find(shown, connector_id=connector_id, id=copy_id)
        return self._record(row) if row else None

    def marked(self, connector_id: str, marker: str) -> ShownRecord | None:
        """The copy that carries this marker."""
        row = self._scope.find(shown, connector_id=connector_id, marker=marker)
        return self._record(row) if row else None

    def after(self, connector_id: str, copy_id: str, size: int) -> builtins.list[ShownRecord]:
        """The next copies of this connector by id, this many at most."""
        here = self._scope.select(shown).where(shown.c.connector_id == connector_id, shown.c.id > copy_id)
        return [self._record(row) for row in self._scope.rows(here.order_by(shown.c.id).limit(size))]

    def of_readers(self, connector_id: str, readers: Collection[str]) -> builtins.list[ShownRecord]:
        """Every copy for one of these readers, by marker."""
        among = tuple(sorted(readers))
        rows = self._scope.all(shown, shown.c.marker, connector_id=connector_id, reader=among)
        return [self._record(row) for row in rows]

    def change(self, record: ShownRecord) -> ShownRecord:
        """The copy says this from now on, to this reader.

        Raises:
            StaleError: it was changed since it was read.
            NotFoundError: it is not there any more.
        """
        place = {"connector_id": record.connector_id, "id": record.id}
        sealed = self._sealed(record)
        self._scope.change(shown, place, expected=record.row, reader=record.reader, document_sealed=sealed)
        return self._record(self._scope.get(shown, **place))

    def remove(self, record: ShownRecord) -> bool:
        """Take it away, as it was read; False when it was changed or is gone."""
        same = (
            shown.c.connector_id == record.connector_id,
            shown.c.id == record.id,
            shown.c.row == record.row,
        )
        return self._scope.run(self._scope.delete(shown).where(*same)).rowcount == 1

    def stamp(self, connector_id: str, content: bytes) -> bytes:
        """A signature of what this connector shows, to know it by when it comes back."""
        message = f"{connector_id}\x00".encode() + content
        return self._scope.cipher.stamp(message, organisation=self._scope.organisation)

    def _sealed(self, record: ShownRecord) -> bytes:
        place = _place(record.connector_id, record.id)
        return self._scope.seal(shown.c.document_sealed, place, dict(record.raw), _RAW)

    def _record(self, row: Row) -> ShownRecord:
        place = _place(row.connector_id, row.id)
        return ShownRecord(
            connector_id=row.connector_id,
            id=row.id,
            marker=row.marker,
            reader=row.reader,
            raw=self._scope.open(shown.c.document_sealed, place, row.document_sealed, _RAW),
            row=row.row,
        )


def _place(connector_id: str, copy_id: str) -> str:
    return f"{connector_id}/{copy_id}"
