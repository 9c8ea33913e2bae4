"""Somebody in no circle is matched later: what names them is theirs at once, and no longer than that."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.agreements import Duty
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.policy.state import Reason
from samenspraak.services import matching

from .conftest import APP, ORGANISATION, Told

ASSIGNMENT = UnitKey(UnitKind.ASSIGNMENT, "a1")
BACKUP = UnitKey(UnitKind.BACKUP, "a1")
RESPONSIBLE = UnitKey(UnitKind.RESPONSIBLE, "a1")


@pytest.fixture
def neighbour(family: Any) -> PartyRef:
    """In nobody's circle; mevrouw De Wit lets her see what she takes part in."""
    who: PartyRef = family.person("neighbour", PartyKind.RELATIVE, "Riet van Dam")
    family.consent("wit", who)
    return who


@pytest.mark.parametrize("part", [ASSIGNMENT, BACKUP, RESPONSIBLE], ids=["performs", "stands-in", "answers"])
def test_who_takes_part_and_is_matched_later_is_told_in_the_same_cycle(
    told: Told, neighbour: PartyRef, part: UnitKey
) -> None:
    told.change(units={part: Duty(performer=neighbour) if part == ASSIGNMENT else neighbour})
    told.work()
    assert told.app.readable("9") == []

    told.uses(neighbour, "9")
    told.work()

    assert told.app.readable("9") != []


def test_who_takes_part_no_more_by_that_id_reads_it_no_more_after_the_same_cycle(
    told: Told, neighbour: PartyRef
) -> None:
    told.change(units={BACKUP: neighbour})
    told.uses(neighbour, "9")
    told.work()

    matching.separate(told.hub, ORGANISATION, APP, "9")
    told.work()
    assert told.app.readable("9") == []
    told.pass_(minutes=3)
    assert told.app.readable("7") != []
    reasons = {one.reason for one in told.family.links() if one.connector_id == APP}
    assert reasons == {Reason.EQUAL, Reason.RETRACTED}

    told.uses(neighbour, "9")
    told.work()
    assert told.app.readable("9") != []


def test_what_does_not_name_them_is_not_told(told: Told, neighbour: PartyRef) -> None:
    told.uses(neighbour, "9")
    told.work()

    assert told.app.readable("9") == []
