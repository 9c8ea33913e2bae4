"""Connectors: configured by people, noted on by work, read forward only."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest

from samenspraak.domain.units import UnitKind
from samenspraak.errors import NotFoundError, StaleError
from samenspraak.policy.capabilities import Direction
from samenspraak.policy.state import ConnectorState
from samenspraak.store import Store
from samenspraak.store.records import ConnectorRecord, CursorRecord

HOUR = timedelta(hours=1)


def test_every_field_of_a_connector_is_kept(store: Store, now: datetime) -> None:
    moments = {
        name: now + number * HOUR
        for number, name in enumerate(
            ("paused_until", "breaker_until", "heard_at", "polled_at", "poll_due_at", "released_at")
        )
    }
    record = ConnectorRecord(
        id="regicare",
        plugin="regicare",
        title="RegiCare",
        settings={"base_url": "https://regicare.example", "password": "secret://env/REGICARE", "open": []},
        state=ConnectorState.STOPPED,
        state_why="restored-peer",
        rules={"place": "ecd"},
        directions={UnitKind.REVIEW: Direction.NONE},
        failures=3,
        **moments,
    )
    blank = ConnectorRecord(id="", plugin="", title="", settings={}, state=ConnectorState.RUNNING)
    assert [one.name for one in fields(record) if getattr(record, one.name) == getattr(blank, one.name)] == [
        "row"
    ]

    with store.write("noord") as uow:
        added = uow.connectors.add(record)
        assert added == replace(record, row=1)
        assert uow.connectors.save(replace(added, title="RegiCare Noord")).row == 2
        assert [one.id for one in uow.connectors.list()] == ["ecd", "platform", "regicare"]


def test_what_somebody_else_configured_since_is_not_overwritten(store: Store) -> None:
    with store.write("noord") as uow:
        seen = uow.connectors.get("ecd")
        uow.connectors.save(replace(seen, state=ConnectorState.PAUSED))
        with pytest.raises(StaleError):
            uow.connectors.save(replace(seen, title="Dossier"))

        again = uow.connectors.get("ecd")
        saved = uow.connectors.save(replace(again, title="Dossier"))
    assert (saved.state, saved.title) == (ConnectorState.PAUSED, "Dossier")


def test_noting_how_it_goes_does_not_spoil_what_somebody_configures(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        seen = uow.connectors.get("ecd")
        uow.connectors.note("ecd", heard_at=now, failures=2)
        noted = uow.connectors.get("ecd")

        assert (noted.heard_at, noted.failures, noted.row) == (now, 2, seen.row)
        assert uow.connectors.save(replace(noted, title="Dossier")).failures == 2


def test_only_what_is_not_configured_can_be_noted(store: Store) -> None:
    with store.write("noord") as uow:
        with pytest.raises(TypeError, match="no field state to note"):
            uow.connectors.note("ecd", state=None)
        with pytest.raises(NotFoundError):
            uow.connectors.note("unknown", failures=1)


# Cursors.


def test_a_cursor_moves_forward(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        assert uow.connectors.cursor("ecd") is None
        for step in range(2):
            cursor = CursorRecord(value=f"page-{step}", server="fhir-1", at=now + step * HOUR)
            uow.connectors.move_cursor("ecd", cursor)

            assert uow.connectors.cursor("ecd") == cursor


def test_a_cursor_does_not_move_back_or_to_another_server_unless_all_was_compared(
    store: Store, now: datetime
) -> None:
    here = CursorRecord(value="page-9", server="fhir-1", at=now)
    earlier, elsewhere = replace(here, at=now - HOUR), replace(here, server="fhir-2")
    with store.write("noord") as uow:
        uow.connectors.move_cursor("ecd", here)
        for refused in (earlier, elsewhere):
            with pytest.raises(StaleError):
                uow.connectors.move_cursor("ecd", refused)
            assert uow.connectors.cursor("ecd") == here

        uow.connectors.move_cursor("ecd", elsewhere, reset=True)
        assert uow.connectors.cursor("ecd") == elsewhere


def test_a_cursor_commits_with_the_marks_it_caused_or_not_at_all(store: Store, now: datetime) -> None:
    with store.write("noord") as uow:
        uow.connectors.move_cursor("ecd", CursorRecord(value="page-1", server="fhir-1", at=now))

    with store.read("noord") as uow:
        assert uow.connectors.cursor("ecd") is None


def test_a_connector_that_is_not_there_is_not_found(store: Store) -> None:
    with store.read("noord") as uow, pytest.raises(NotFoundError):
        uow.connectors.get("unknown")
