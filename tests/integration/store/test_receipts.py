"""What each reader was offered is noted field by field."""

from __future__ import annotations

from datetime import datetime

import pytest

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import NotFoundError
from samenspraak.store import Store
from samenspraak.store.receipts import Receipt
from samenspraak.store.records import LinkRecord

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="daughter")


def test_what_was_noted_before_stays(store: Store, link: LinkRecord, now: datetime) -> None:
    with store.write("noord") as uow:
        uow.receipts.note(link.id, SON, offered=3)
        uow.receipts.note(link.id, SON, delivered=3, read=2, retraction_asked_at=now)
        uow.receipts.note(link.id, SON, retraction_confirmed_at=now)
        uow.receipts.note(link.id, DAUGHTER, offered=1)

        assert uow.receipts.of_link(link.id) == [
            Receipt(link_id=link.id, party=DAUGHTER, offered=1),
            Receipt(
                link_id=link.id,
                party=SON,
                offered=3,
                delivered=3,
                read=2,
                retraction_asked_at=now,
                retraction_confirmed_at=now,
            ),
        ]


def test_a_receipt_is_of_a_link_that_is_there_and_has_known_fields(store: Store, link: LinkRecord) -> None:
    with store.write("noord") as uow:
        with pytest.raises(NotFoundError):
            uow.receipts.note("no-such-link", SON, offered=1)
        with pytest.raises(TypeError, match="no field colour"):
            uow.receipts.note(link.id, SON, colour=1)
