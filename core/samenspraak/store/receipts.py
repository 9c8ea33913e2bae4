"""What reached each reader of a copy: per version when it was offered, delivered, read and taken back.

A row is written when something leaves and completed by what is heard of it; what nobody tells stays empty.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from samenspraak.domain.parties import PartyRef
from samenspraak.store.kept import Row
from samenspraak.store.scope import Repository
from samenspraak.store.tables import receipt

Reader = PartyRef | None
"""Who reads a copy; None: whoever of the staff looks there."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One version in one copy, for one reader.

    ``offered_at``: our write left (None: they held it themselves) · ``delivered_at``: it was seen to stand
    there · ``read_at``: that system, or the reader's answer to it, says it was read · ``retraction_…``: the
    copy was to be taken back, and is certainly gone.
    """

    link_id: str
    reader: Reader
    version: int
    offered_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    retraction_asked_at: datetime | None = None
    retraction_confirmed_at: datetime | None = None


_MOMENTS = (
    *("offered_at", "delivered_at", "read_at"),
    *("retraction_asked_at", "retraction_confirmed_at"),
)


class Receipts(Repository):
    """The receipts of one organisation."""

    def offered(self, link_id: str, readers: Iterable[Reader], version: int, at: datetime) -> None:
        """This version is about to leave; what was taken back before is on its way again."""
        for reader in readers:
            key = {"link_id": link_id, "party": _text(reader), "version": version}
            anew = dict.fromkeys(("delivered_at", "retraction_asked_at", "retraction_confirmed_at"))
            self._scope.put(receipt, key, offered_at=at, **anew)

    def delivered(self, link_id: str, readers: Iterable[Reader], version: int, at: datetime) -> None:
        """This version stands there, whether we wrote it or they held it; the first time counts."""
        for reader in readers:
            key = {"link_id": link_id, "party": _text(reader), "version": version}
            self._scope.fill(receipt, key, delivered_at=at)

    def landed(self, link_id: str, version: int, at: datetime) -> None:
        """What was offered of this version, if anything was, stands there."""
        waiting = (receipt.c.version == version, receipt.c.delivered_at.is_(None))
        offered = self._scope.update(receipt).where(receipt.c.link_id == link_id, *waiting)
        self._scope.run(offered.values(delivered_at=at))

    def read(self, link_id: str, reader: PartyRef, version: int, at: datetime) -> None:
        """The reader has read this version; the first time counts."""
        key = {"link_id": link_id, "party": str(reader), "version": version}
        self._scope.fill(receipt, key, read_at=at)

    def take_back(self, link_id: str, at: datetime) -> None:
        """Everything that was offered in this copy is to be gone."""
        standing = self._scope.update(receipt).where(
            receipt.c.link_id == link_id, receipt.c.retraction_asked_at.is_(None)
        )
        self._scope.run(standing.values(retraction_asked_at=at))

    def taken_back(self, link_id: str, at: datetime) -> None:
        """What was to be gone is gone."""
        asked = self._scope.update(receipt).where(
            receipt.c.link_id == link_id,
            receipt.c.retraction_asked_at.is_not(None),
            receipt.c.retraction_confirmed_at.is_(None),
        )
        self._scope.run(asked.values(retraction_confirmed_at=at))

    def move(self, from_id: str, to_id: str) -> None:
        """What reached the readers of one copy reached those of another, if it did not reach them before."""
        for one in self.of_link(from_id):
            key = {"link_id": to_id, "party": _text(one.reader), "version": one.version}
            moments = {name: getattr(one, name) for name in _MOMENTS}
            self._scope.fill(receipt, key, **moments)
        gone = self._scope.delete(receipt).where(receipt.c.link_id == from_id)
        self._scope.run(gone)

    def of_link(self, link_id: str) -> list[Receipt]:
        """The receipts of all who read, or once read, this copy: the oldest version first."""
        statement = self._scope.select(receipt).where(receipt.c.link_id == link_id)
        return [
            _receipt(row) for row in self._scope.rows(statement.order_by(receipt.c.version, receipt.c.party))
        ]


def _text(reader: Reader) -> str:
    return "" if reader is None else str(reader)


def _receipt(row: Row) -> Receipt:
    return Receipt(
        link_id=row.link_id,
        reader=PartyRef.parse(row.party) if row.party else None,
        version=row.version,
        offered_at=row.offered_at,
        delivered_at=row.delivered_at,
        read_at=row.read_at,
        retraction_asked_at=row.retraction_asked_at,
        retraction_confirmed_at=row.retraction_confirmed_at,
    )
