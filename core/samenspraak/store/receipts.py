"""What each reader of a copy was offered, and whether what was retracted is gone there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from samenspraak.domain.parties import PartyRef
from samenspraak.store.scope import Repository
from samenspraak.store.tables import receipt

_FIELDS = ("offered", "delivered", "read", "retraction_asked_at", "retraction_confirmed_at")


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One reader of one link: the newest version offered, delivered and read; how a retraction stands."""

    link_id: str
    party: PartyRef
    offered: int | None = None
    delivered: int | None = None
    read: int | None = None
    retraction_asked_at: datetime | None = None
    retraction_confirmed_at: datetime | None = None


class Receipts(Repository):
    """The receipts of one organisation."""

    def note(self, link_id: str, party: PartyRef, **fields: datetime | int | None) -> None:
        """Note any field of a :class:`Receipt`; the others stay as they are."""
        if unknown := fields.keys() - set(_FIELDS):
            raise TypeError(f"A receipt has no field {', '.join(sorted(unknown))}.")
        self._scope.put(receipt, {"link_id": link_id, "party": str(party)}, **fields)

    def of_link(self, link_id: str) -> list[Receipt]:
        """The receipts of all who can, or could, read this copy."""
        statement = self._scope.select(receipt).where(receipt.c.link_id == link_id).order_by(receipt.c.party)
        return [_receipt(row._mapping) for row in self._scope.rows(statement)]


def _receipt(kept: Any) -> Receipt:
    fields = {name: kept[name] for name in _FIELDS}
    return Receipt(link_id=kept["link_id"], party=PartyRef.parse(kept["party"]), **fields)
