"""One exchange, and how an organisation stands after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from samenspraak.connectors import Call, Page
from samenspraak.errors import NotFoundError
from samenspraak.policy.state import Reason
from samenspraak.sandbox import Fault
from samenspraak.services import taking_part
from samenspraak.services.exchange import exchange
from samenspraak.services.status import status
from samenspraak_memory.plugin import FamilyAppConnector
from samenspraak_memory.sandbox import FamilyApp

ORGANISATION = "de-linde"


def test_an_exchange_brings_a_change_to_every_system_and_a_second_one_does_nothing(family: Any) -> None:
    hub = family.app.hub
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")

    first = exchange(hub, ORGANISATION)
    before = family.writes()
    second = exchange(hub, ORGANISATION)

    assert (first.heard[0].pulled.changed, first.status.converged) == (1, True)
    assert "Eerst de tenen." in family.systems["app-b"].readable("daughter")
    assert (second.worked.links, family.writes()) == (0, before)


def test_one_system_that_is_away_holds_up_no_other(family: Any) -> None:
    hub = family.app.hub
    family.systems["app-a"].inject(Fault(kind="down"))
    family.systems["app-b"].instruct("daughter", family.agreements()[0].id, "Eerst de tenen.")

    done = exchange(hub, ORGANISATION)
    assert [(one.connector_id, one.error) for one in done.heard] == [("app-a", "transient"), ("app-b", "")]
    assert family.agreements()[0].conditions.instruction == "Eerst de tenen."
    assert not done.status.converged

    family.systems["app-a"].clear_faults()
    family.clock.pass_(minutes=20)
    assert exchange(hub, ORGANISATION).status.converged


def test_a_full_exchange_sees_everything_again_and_writes_nothing(family: Any) -> None:
    before = family.writes()

    done = exchange(family.app.hub, ORGANISATION, full=True)

    assert [one.pulled.seen for one in done.heard] == [1, 1]
    assert [one.pulled.changed for one in done.heard] == [0, 0]
    assert family.writes() == before


def test_a_timer_hears_only_systems_whose_time_has_come(family: Any) -> None:
    hub = family.app.hub
    family.cycle()
    assert exchange(hub, ORGANISATION, due_only=True).heard == ()

    family.clock.pass_(seconds=61)
    assert len(exchange(hub, ORGANISATION, due_only=True).heard) == 2


def test_a_paused_system_is_skipped_and_an_unknown_one_not_found(family: Any) -> None:
    hub = family.app.hub
    taking_part.pause(hub, ORGANISATION, "app-a")

    done = exchange(hub, ORGANISATION)

    assert ([one.connector_id for one in done.heard], done.skipped) == (["app-b"], (("app-a", "paused"),))
    with pytest.raises(NotFoundError):
        exchange(hub, ORGANISATION, connector_id="app-z")


def test_what_a_worker_that_died_had_leased_is_done_by_the_next_exchange(family: Any) -> None:
    hub = family.app.hub
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.settle()
    family.systems["app-b"].instruct("daughter", family.agreements()[0].id, "Alleen warm.")
    with hub.store.write(ORGANISATION) as uow:
        for link in uow.links.of_connector("app-b"):
            uow.links.look(link.id)
            assert uow.links.claim(link.id, hub.now(), hub.now() + hub.pace.lease)
        uow.commit()

    exchange(hub, ORGANISATION)

    assert family.agreements()[0].conditions.instruction == "Alleen warm."


# Status.


def test_a_new_organisation_is_in_step_and_needs_nobody(town: Any) -> None:
    found = status(town.app.hub, ORGANISATION)

    assert (found.systems, found.converged, found.needs_a_person) == ((), True, False)


def test_a_dead_letter_needs_a_person_and_is_no_work_in_progress(family: Any) -> None:
    app = family.systems["app-b"]
    app.inject(Fault(kind="status", status=422, method="PATCH", body='{"error": "no"}'))
    family.systems["app-a"].instruct("son", "r1", "Eerst de tenen.")
    family.settle()
    found = status(family.app.hub, ORGANISATION)
    assert found.systems[1].links == {Reason.FAILED: 1}
    assert (found.converged, found.needs_a_person) == (True, True)

    app.clear_faults()
    family.systems["app-a"].instruct("son", "r1", "Eerst de hak.")
    family.settle()

    assert not status(family.app.hub, ORGANISATION).needs_a_person


def test_a_system_that_stands_still_needs_a_person(family: Any) -> None:
    app: FamilyApp = family.systems["app-b"]
    ours, app.access_key = app.access_key, "een-nieuwe-sleutel"
    found = exchange(family.app.hub, ORGANISATION, full=True).status
    assert found.needs_a_person
    assert (found.systems[1].state, found.systems[1].state_why) == ("unauthorised", "authentication")

    app.access_key = ours
    taking_part.resume(family.app.hub, ORGANISATION, "app-b")
    assert not exchange(family.app.hub, ORGANISATION).status.needs_a_person


def test_who_waits_to_be_matched_is_counted_and_holds_nothing_up(family: Any) -> None:
    family.systems["app-a"].add_user("u9", "Roos Bakker", "relative", ["wit"])
    family.systems["app-a"].add_client("c9", "Meneer Bos")
    tasks = [{"id": "a1", "who": {"user": "c9", "role": "client"}}]
    family.systems["app-a"].add_record("son", "c9", "Wandelen", tasks=tasks)
    family.settle()
    found = status(family.app.hub, ORGANISATION)

    assert (found.waiting_people, found.waiting_records) == (2, 1)
    assert (found.converged, found.needs_a_person) == (True, False)


def test_a_plugin_that_crashes_ends_no_exchange_with_the_others(
    family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = FamilyAppConnector.changes

    def crash(self: FamilyAppConnector, call: Call, cursor: str | None) -> Iterator[Page]:
        if self.connector_id == "app-a":
            raise KeyError("a mistake in the plugin")
        return changes(self, call, cursor)

    monkeypatch.setattr(FamilyAppConnector, "changes", crash)
    family.systems["app-b"].instruct("daughter", family.agreements()[0].id, "Begin bij de tenen.")
    done = exchange(family.app.hub, ORGANISATION)
    assert [(one.connector_id, one.error) for one in done.heard] == [("app-a", "transient"), ("app-b", "")]
    assert family.agreements()[0].conditions.instruction == "Begin bij de tenen."

    monkeypatch.undo()
    family.clock.pass_(minutes=20)
    assert exchange(family.app.hub, ORGANISATION).status.converged
