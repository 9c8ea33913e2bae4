"""Somebody an agreement tells of no longer wants to be named to the family: nothing names her then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.domain.agreements import Decides, ExceptionKind, OccurrenceException, OccurrenceKey
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.policy.state import Reason
from samenspraak.store.records import Cause
from samenspraak.sync.versions import record_version

ORGANISATION = "de-linde"
NEIGHBOUR = PartyRef(kind=PartyKind.RELATIVE, id="neighbour")
NAME = "Ineke Smit"


class Street:
    """The stockings of mevrouw De Wit in two apps; her neighbour decides, took a day over and said so."""

    def __init__(self, town: Any) -> None:
        self.town = town
        town.person("neighbour", PartyKind.RELATIVE, NAME, "wit")
        town.consent("wit", NEIGHBOUR)
        town.shows_own_name("wit", NEIGHBOUR, PartyKind.RELATIVE)
        town.joins(town.systems["app-a"], "wit", NEIGHBOUR)
        town.settle(3)
        with town.app.store.write(ORGANISATION) as uow:
            [record] = uow.agreements.list()
            [one] = record.agreement.assignments
            self.day = OccurrenceKey(assignment_id=one.id, day=town.clock.now().date())
            taken = OccurrenceException(kind=ExceptionKind.TAKEN_OVER, by=NEIGHBOUR)
            told_of = replace(record.agreement, decides=Decides(who=NEIGHBOUR), exceptions={self.day: taken})
            record_version(uow, town.app.hub, record, told_of, cause=Cause(actor="test", why="test"))
            uow.statements.add(record.agreement.id, self._done(), town.clock.now())
            uow.commit()
        town.settle(4)

    def _done(self) -> Statement:
        return Statement(
            id="hub:s1",
            kind=StatementKind.DONE,
            by=NEIGHBOUR,
            at=self.town.clock.now(),
            through="hub",
            occurrence=self.day,
        )

    def object(self) -> None:
        """The neighbour no longer lets relatives see her name."""
        self.town.shows_own_name("wit", NEIGHBOUR, PartyKind.RELATIVE, allows=False)

    def record(self, app: str) -> dict[str, Any]:
        """The one record of the app, as it stands there."""
        [record] = self.town.systems[app].shelf.bodies("record")
        return dict(record)


@pytest.fixture
def street(family: Any) -> Street:
    return Street(family)


def test_a_name_goes_everywhere_it_stood_and_what_was_told_stays(street: Street) -> None:
    before = str([street.record(app) for app in ("app-a", "app-b")])
    street.object()
    street.town.settle(4)

    for app in ("app-a", "app-b"):
        record = street.record(app)
        told_of = [record["decides"]["who"], record["changes"][0]["by"], record["news"][0]["who"]]
        assert [one["name"] for one in told_of] == ["een naaste"] * 3
        assert NAME not in str(record)
        assert "'user': 'neighbour'" not in str(record)
    assert NAME in before
    assert "'user': 'neighbour'" in before
    assert set(street.town.reasons().values()) == {Reason.EQUAL}


def test_once_it_is_gone_nothing_is_written_any_more(street: Street) -> None:
    street.object()
    street.town.settle(4)
    before = street.town.writes()
    street.town.settle(3)

    assert street.town.writes() == before
    assert street.town.questions() == []
