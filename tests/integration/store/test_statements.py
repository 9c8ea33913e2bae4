"""What parties said is kept once, however often it is read."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.errors import NotFoundError
from samenspraak.store import Store

SON = PartyRef(kind=PartyKind.RELATIVE, id="son")


def report(statement_id: str, at: datetime) -> Statement:
    moment = OccurrenceKey(assignment_id="a1", day=date(2026, 11, 20))
    return Statement(
        id=statement_id, kind=StatementKind.DONE, by=SON, at=at, through="platform", occurrence=moment
    )


def test_a_statement_read_twice_is_kept_once(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        first = uow.statements.add("stockings", report("platform-7", now), now)
        again = uow.statements.add("stockings", report("platform-7", now), now + timedelta(hours=1))
        uow.commit()

    with store.read("noord") as uow:
        assert (first, again) == (True, False)
        assert uow.statements.of("stockings") == [report("platform-7", now)]


def test_statements_come_in_the_order_they_were_said(store: Store, now: datetime) -> None:
    later, earlier = report("a", now), report("b", now - timedelta(hours=8))

    with store.write("noord") as uow:
        for one in (later, earlier):
            uow.statements.add("stockings", one, now)
        assert uow.statements.of("stockings") == [earlier, later]


def test_nothing_is_said_about_an_agreement_that_is_not_there(store: Store, now: datetime) -> None:
    with store.write("noord") as uow, pytest.raises(NotFoundError):
        uow.statements.add("unknown", report("platform-7", now), now)

    with store.write("noord") as uow:
        assert uow.statements.add("stockings", report("platform-7", now), now)
