"""Objects that have no link yet: never called for without need, never forgotten, never in another's way."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.connectors import Call, Look, Unseen
from samenspraak.sandbox import Fault
from samenspraak.services import taking_part
from samenspraak_memory.plugin import FamilyAppConnector

ORGANISATION = "de-linde"
COOKING = [{"id": "k1", "who": {"user": "son", "role": "relative"}}]


def stumble(*_: Any) -> Any:
    raise ZeroDivisionError


def writes_down_cooking(household: Any) -> str:
    """A new record is heard of, and could not be taken over from the page that showed it."""
    record: str = household.a.add_record("son", "wit", "Samen koken", tasks=COOKING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FamilyAppConnector, "get", stumble)
        household.hears("app-a")
    return record


def titles(household: Any) -> set[str]:
    return {one.what.text for one in household.town.agreements()}


def test_what_a_page_shows_for_the_first_time_is_taken_over_without_asking_for_it(household: Any) -> None:
    record = household.a.add_record("son", "wit", "Samen koken", tasks=COOKING)
    household.hears("app-a")

    assert "Samen koken" in titles(household)
    assert not [one for one in household.a.seen() if one.path == f"/api/records/{record}"]
    household.settle()
    assert "Samen koken" in household.b.readable("daughter")


def test_what_cannot_be_taken_over_from_a_page_is_asked_for(household: Any) -> None:
    record = writes_down_cooking(household)
    assert "Samen koken" not in titles(household)

    household.works()
    assert "Samen koken" in titles(household)
    assert [one for one in household.a.seen() if one.path == f"/api/records/{record}"]


def test_what_changes_after_the_page_that_showed_it_is_met_with_the_next_one(household: Any) -> None:
    record = household.a.add_record("son", "wit", "Samen koken", tasks=COOKING)
    household.hears("app-a")
    household.a.edit("son", record, title="Samen bakken")
    household.settle()

    assert "Samen bakken" in titles(household)
    assert "Samen bakken" in household.b.readable("daughter")


@pytest.fixture
def paused(household: Any) -> Any:
    """App a is paused after a new record in it was heard of and before it was looked at."""
    writes_down_cooking(household)
    taking_part.pause(household.hub, ORGANISATION, "app-a")
    return household


def test_a_record_of_a_paused_system_is_not_called_for(paused: Any) -> None:
    before = len(paused.a.seen())
    paused.works()

    assert len(paused.a.seen()) == before


def test_a_record_met_before_the_pause_becomes_an_agreement_after_it(paused: Any) -> None:
    paused.works()
    taking_part.resume(paused.hub, ORGANISATION, "app-a")
    paused.settle()

    assert "Samen koken" in titles(paused)


def test_a_record_we_may_not_see_is_asked_for_once_and_again_when_it_is_shown(household: Any) -> None:
    looks: list[str] = []

    class Veiled(FamilyAppConnector):
        def fetch(self, call: Call, external_id: str) -> Look:
            looks.append(external_id)
            return Unseen(external_id=external_id, why="status 403")

    record = writes_down_cooking(household)
    household.becomes("app-a", Veiled)
    for _ in range(60):
        household.works()
        household.town.clock.pass_(seconds=10)
    assert len(looks) == 1

    household.becomes("app-a", FamilyAppConnector)
    household.a.edit("son", record, place="Keuken")
    household.settle()
    assert "Samen koken" in titles(household)


def test_a_record_that_cannot_be_read_waits_for_its_whole_system(household: Any) -> None:
    writes_down_cooking(household)
    before = len(household.a.seen())
    household.a.inject(Fault(kind="status", status=503, method="GET"))
    for _ in range(60):
        household.works()
        household.town.clock.pass_(seconds=10)
    assert len(household.a.seen()) - before < 20

    household.a.clear_faults()
    household.town.clock.pass_(hours=1)
    household.settle()
    assert "Samen koken" in titles(household)


@pytest.mark.parametrize("where", ["fetch", "get"])
def test_a_plugin_that_crashes_on_a_new_record_holds_up_no_other(household: Any, where: str) -> None:
    writes_down_cooking(household)
    household.becomes("app-a", type("Clumsy", (FamilyAppConnector,), {where: stumble}))
    household.b.add_record("daughter", "wit", "Boodschappen", tasks=[{**COOKING[0], "id": "k2"}])
    household.settle()
    assert "Boodschappen" in titles(household)

    household.becomes("app-a", FamilyAppConnector)
    household.town.clock.pass_(hours=1)
    household.settle()
    assert "Samen koken" in titles(household)
