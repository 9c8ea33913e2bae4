"""What reached each reader is noted once, version by version."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import NotFoundError
from samenspraak.store import Store
from samenspraak.store.receipts import Receipt
from samenspraak.store.records import LinkRecord

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="daughter")
LATER = timedelta(minutes=5)


def test_each_version_keeps_its_own_times_and_the_first_one_counts(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    with store.write("noord") as uow:
        uow.receipts.offered(link.id, [SON], 1, now)
        uow.receipts.delivered(link.id, [SON], 1, now + LATER)
        uow.receipts.delivered(link.id, [SON], 1, now + 2 * LATER)
        uow.receipts.read(link.id, SON, 1, now + 2 * LATER)
        uow.receipts.read(link.id, SON, 1, now + 3 * LATER)
        uow.receipts.offered(link.id, [SON], 2, now + 4 * LATER)

        assert uow.receipts.of_link(link.id) == [
            Receipt(
                link_id=link.id,
                reader=SON,
                version=1,
                offered_at=now,
                delivered_at=now + LATER,
                read_at=now + 2 * LATER,
            ),
            Receipt(link_id=link.id, reader=SON, version=2, offered_at=now + 4 * LATER),
        ]


def test_what_they_held_themselves_was_never_offered(store: Store, link: LinkRecord, now: datetime) -> None:
    with store.write("noord") as uow:
        uow.receipts.delivered(link.id, [None, DAUGHTER], 3, now)

        found = [(one.reader, one.offered_at, one.delivered_at) for one in uow.receipts.of_link(link.id)]
        assert found == [(None, None, now), (DAUGHTER, None, now)]


def test_an_end_that_landed_is_delivered_to_whoever_it_was_offered_to(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    with store.write("noord") as uow:
        uow.receipts.landed(link.id, 4, now)
        assert uow.receipts.of_link(link.id) == []

        uow.receipts.offered(link.id, [SON], 4, now)
        uow.receipts.landed(link.id, 4, now + LATER)
        assert [one.delivered_at for one in uow.receipts.of_link(link.id)] == [now + LATER]


def test_a_retraction_is_asked_and_confirmed_once_until_it_is_offered_again(
    store: Store, link: LinkRecord, now: datetime
) -> None:
    with store.write("noord") as uow:
        uow.receipts.offered(link.id, [SON], 1, now)
        uow.receipts.take_back(link.id, now + LATER)
        uow.receipts.take_back(link.id, now + 2 * LATER)
        uow.receipts.taken_back(link.id, now + 3 * LATER)
        uow.receipts.taken_back(link.id, now + 4 * LATER)
        (one,) = uow.receipts.of_link(link.id)
        assert (one.retraction_asked_at, one.retraction_confirmed_at) == (now + LATER, now + 3 * LATER)

        uow.receipts.offered(link.id, [SON], 1, now + 5 * LATER)
        assert uow.receipts.of_link(link.id) == [
            Receipt(link_id=link.id, reader=SON, version=1, offered_at=now + 5 * LATER)
        ]


def test_a_receipt_is_of_a_link_that_is_there(store: Store, link: LinkRecord, now: datetime) -> None:
    with store.write("noord") as uow, pytest.raises(NotFoundError):
        uow.receipts.offered("no-such-link", [SON], 1, now)
