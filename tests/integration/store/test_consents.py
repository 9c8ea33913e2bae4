"""Every change of what a client allows moves the client's epoch, in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import NotFoundError, StaleError
from samenspraak.store import Store

CONSENT = Consent(
    id="c1",
    client_id="mother",
    recipient=Recipient(kind=RecipientKind.PERSON, id="son"),
    rows=frozenset({MatrixRow.WHAT_WHEN_WHO}),
    given_by="mother",
    capacity="client",
    start=date(2026, 11, 1),
)


def test_a_consent_is_kept_and_moves_the_epoch(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        before = uow.consents.epoch("mother")
        uow.consents.add(CONSENT, "mother", now)

        assert uow.consents.get("c1") == CONSENT
        assert uow.consents.of_client("mother") == [CONSENT]
        assert (before, uow.consents.epoch("mother"), uow.consents.epoch("son")) == (0, 1, 0)


def test_a_withdrawal_is_kept_and_moves_the_epoch(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        uow.consents.add(CONSENT, "mother", now)
        withdrawn = uow.consents.withdraw("c1", "mother", now)

        assert withdrawn == replace(CONSENT, withdrawn_at=now) == uow.consents.get("c1")
        assert uow.consents.epoch("mother") == 2


def test_a_withdrawal_counts_once(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        uow.consents.add(CONSENT, "mother", now)
        uow.consents.withdraw("c1", "mother", now)
        with pytest.raises(StaleError):
            uow.consents.withdraw("c1", "mother", now)

        assert uow.consents.epoch("mother") == 2


def test_a_change_that_is_undone_leaves_the_epoch_where_it_was(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        uow.consents.add(CONSENT, "mother", now)

    with store.read("noord") as uow:
        assert (uow.consents.of_client("mother"), uow.consents.epoch("mother")) == ([], 0)


def test_a_consent_that_is_not_there_is_not_found(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        with pytest.raises(NotFoundError):
            uow.consents.withdraw("c9", "mother", now)
        with pytest.raises(NotFoundError):
            uow.consents.add(replace(CONSENT, client_id="nobody"), "nobody", now)
