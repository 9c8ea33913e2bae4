"""A shelf keeps what it is given and refuses what was meant for something else; so does the imitated one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from samenspraak.connectors import Shelf
from samenspraak.errors import ConflictError, StaleError
from samenspraak.services import connectors
from samenspraak.sync.shelving import StoredShelf
from samenspraak_calendar.kit import SandboxShelf
from samenspraak_calendar.sandbox import Calendars

ORGANISATION = "de-linde"
RAW = {"reader": "relative:son", "units": {"place": '"Keuken"'}}
OTHER = {"reader": "relative:son", "units": {"place": '"Tuin"'}}


@pytest.fixture(params=["of the hub", "imitated"])
def shelf(request: pytest.FixtureRequest, town: Any) -> Shelf:
    if request.param == "imitated":
        return SandboxShelf(Calendars())
    agenda = connectors.draft(town.app.registry, "agenda", "calendar", {})
    connectors.add(town.app.hub, town.app.connected, ORGANISATION, agenda)
    return StoredShelf(store=town.app.store, organisation=ORGANISATION, connector_id="agenda")


def test_what_is_added_is_there_once(shelf: Shelf) -> None:
    found, is_new = shelf.add("ag1.k", "relative:son", RAW)
    again = shelf.add("ag1.k", "relative:son", OTHER)

    assert (is_new, again) == (True, (found, False))
    assert shelf.get(found.external_id) == found
    assert list(shelf.marked("ag1.k")) == [found]
    assert (found.raw, shelf.get("nothing"), list(shelf.marked("ag2"))) == (RAW, None, [])


def test_a_change_has_another_token_and_what_is_changed_twice_at_once_is_a_conflict(shelf: Shelf) -> None:
    before, _ = shelf.add("ag1", "relative:son", RAW)

    after = shelf.change(before, OTHER)

    assert (after.raw, after.token != before.token) == (OTHER, True)
    with pytest.raises(ConflictError):
        shelf.change(before, RAW)
    assert shelf.get(before.external_id) == after


def test_what_is_removed_is_gone_and_removing_it_again_is_no_harm(shelf: Shelf) -> None:
    found, _ = shelf.add("ag1", "relative:son", RAW)
    changed = shelf.change(found, OTHER)
    with pytest.raises(ConflictError):
        shelf.remove(found)

    shelf.remove(changed)
    shelf.remove(changed)

    assert shelf.get(found.external_id) is None
    with pytest.raises(ConflictError):
        shelf.change(changed, RAW)
    assert shelf.add("ag1", "relative:son", RAW)[1]


def test_copies_come_in_pages(shelf: Shelf) -> None:
    made = sorted(shelf.add(f"ag{number}", "relative:son", RAW)[0].external_id for number in range(5))

    first = [one.external_id for one in shelf.after("", 3)]
    rest = [one.external_id for one in shelf.after(first[-1], 3)]

    assert (first, rest) == (made[:3], made[3:])


def test_nothing_is_done_without_permission(shelf: Shelf) -> None:
    found, _ = shelf.add("ag1", "relative:son", RAW)

    def refuse() -> None:
        raise StaleError("consent was withdrawn")

    stopped = shelf.permitted_by(refuse)
    for act in (
        lambda: stopped.add("ag2", "relative:son", RAW),
        lambda: stopped.change(found, OTHER),
        lambda: stopped.remove(found),
        lambda: stopped.get(found.external_id),
        lambda: stopped.after("", 9),
    ):
        with pytest.raises(StaleError):
            act()

    assert [replace(one, token=None) for one in shelf.after("", 9)] == [replace(found, token=None)]
