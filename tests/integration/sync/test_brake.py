"""When one system ends or changes very much at once, a person looks before anything is taken over."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.domain.units import MatrixRow
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.services import rehearsals, taking_part
from samenspraak.services.rehearsals import Asked

ORGANISATION = "de-linde"
COPIES = 20


@pytest.fixture
def street(household: Any) -> Any:
    """Twenty agreements, all written down in app-a and read in app-b."""
    who = {"user": "son", "role": "relative"}
    for number in range(COPIES - 1):
        tasks = [{"id": f"t{number}", "who": who}]
        household.a.add_record("son", "wit", f"Boodschap {number}", tasks=tasks)
    household.settle(3)
    assert len(live(household.b)) == COPIES
    return household


def live(app: Any) -> list[str]:
    """The titles that are in force in an app."""
    return [one["title"] for one in app.shelf.bodies("record") if one["state"]["value"] == "active"]


def ends(street: Any, count: int) -> None:
    """The son ends so many in app-a."""
    for record in [one["id"] for one in street.a.shelf.bodies("record")][:count]:
        street.a.end("son", record)


def later(street: Any) -> None:
    street.settle(2)
    street.town.clock.pass_(minutes=5)
    street.settle(2)


def test_a_mass_end_stops_the_system_before_any_of_it_is_taken_over(street: Any) -> None:
    ends(street, 15)
    later(street)

    assert street.state("app-a") is ConnectorState.STOPPED
    assert street.questions == [("connector", "brake")]
    assert len(live(street.b)) == COPIES


def test_what_stands_still_is_shown_before_it_is_released(street: Any) -> None:
    ends(street, 15)
    later(street)
    planned = rehearsals.plan(street.hub, ORGANISATION, Asked(release=("app-a",)))

    assert [one.kind for one in planned.acts if one.connector_id == "app-b"].count("end") == 15
    assert len(live(street.b)) == COPIES


def test_once_a_person_released_it_everything_goes_on(street: Any) -> None:
    ends(street, 15)
    later(street)
    taking_part.resume(street.hub, ORGANISATION, "app-a")
    later(street)

    assert street.state("app-a") is ConnectorState.RUNNING
    assert len(live(street.b)) == COPIES - 15
    assert (street.questions, set(street.reasons.values()) <= {Reason.EQUAL, Reason.CLOSED}) == ([], True)


def test_a_few_ends_are_taken_over_as_always(street: Any) -> None:
    ends(street, 9)
    later(street)

    assert street.state("app-a") is ConnectorState.RUNNING
    assert len(live(street.b)) == COPIES - 9


def test_ends_that_come_one_by_one_within_the_hour_count_together(street: Any) -> None:
    for number in range(1, 15):
        ends(street, number)
        street.settle(2)

    assert street.state("app-a") is ConnectorState.STOPPED
    assert len(live(street.b)) == COPIES - 10


def test_a_mass_change_stops_the_system_too(street: Any) -> None:
    for record in [one["id"] for one in street.a.shelf.bodies("record")][:15]:
        street.a.edit("son", record, title="???")
    later(street)

    assert street.state("app-a") is ConnectorState.STOPPED
    assert "???" not in live(street.b)


def test_what_may_no_longer_be_seen_is_taken_back_also_while_a_system_stands_still(street: Any) -> None:
    for record in [one["id"] for one in street.b.shelf.bodies("record")][:15]:
        street.b.end("daughter", record)
    later(street)
    assert street.state("app-b") is ConnectorState.STOPPED
    street.hide(MatrixRow.WHAT_WHEN_WHO, "app-b")
    later(street)

    assert street.b.readable("daughter") == []
    assert len(live(street.a)) == COPIES
