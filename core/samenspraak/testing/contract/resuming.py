"""Going on from a cursor: after a restart, towards another server, from a place that is none."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace

from samenspraak.connectors import Absent
from samenspraak.connectors.looks import Page
from samenspraak.errors import SamenspraakError, StaleError
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis, listed, unless_too_busy
from samenspraak.testing.world import World


class Resuming(Basis):
    """Going on from a cursor: nothing is missed, whatever became of it."""

    def test_a_cursor_goes_on_where_the_listing_stopped(self, world: World) -> None:
        world.make("ag1")
        cursor = world.in_time(world.pages, lambda pages: bool(listed(pages)))[-1].cursor
        later = world.make("ag2").external_id

        pages = world.in_time(lambda: world.pages(cursor), lambda pages: later in listed(pages))

        assert later in listed(pages)

    def test_starting_again_from_any_page_misses_nothing(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}
        pages = world.in_time(world.pages, lambda pages: made <= listed(pages))

        for number, page in enumerate(pages):
            if page.cursor is not None:
                assert made <= listed(pages[: number + 1]) | listed(world.pages(page.cursor))

    def test_a_cursor_that_nobody_knows_loses_nothing(self, world: World) -> None:
        made = world.make("ag1").external_id
        world.in_time(world.pages, lambda pages: made in listed(pages))

        try:
            pages = world.pages("zomaar-iets")
        except StaleError:
            pages = world.pages()

        assert made in listed(pages)

    def test_a_connector_built_anew_goes_on_where_the_other_stopped(self, world: World) -> None:
        """What must be known between calls the hub keeps; nothing is lost when it starts again."""
        first = world.make("ag1")
        cursor = world.in_time(world.pages, lambda pages: first.external_id in listed(pages))[-1].cursor
        later = world.make("ag2").external_id

        connector = self.connected(world.url)
        with contextlib.closing(connector.http()) as http:
            anew = replace(world, connector=connector, call=replace(world.call, http=http))
            pages = anew.in_time(lambda: anew.pages(cursor), lambda pages: later in listed(pages))
            assert later in listed(pages)
            assert anew.found(first.external_id).token == first.token

    def test_a_cursor_of_another_server_loses_nothing(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 3)}
        with self.opened() as other:
            theirs = {other.make(f"ag{number}").external_id for number in range(3, 8)}
            told = other.in_time(other.pages, lambda pages: theirs <= listed(pages))

        def here() -> list[Page]:
            return unless_too_busy(lambda: _from_place(world, told[-1].cursor, server=told[-1].server))

        assert made <= listed(world.in_time(here, lambda pages: made <= listed(pages)))

    def test_a_cursor_from_the_future_hides_nothing_that_comes(self, world: World) -> None:
        """The clock of a server was wrong for a while, or it went back to a backup."""
        first = world.make("ag1").external_id
        told = world.in_time(world.pages, lambda pages: first in listed(pages))
        ahead = _ahead(told[-1].cursor)

        pages = _from_place(world, ahead, server=told[-1].server)
        made = world.make("ag2").external_id
        place = next((page.cursor for page in reversed(pages) if page.cursor), ahead)

        def since() -> list[Page]:
            return pages + unless_too_busy(lambda: _from_place(world, place, server=told[-1].server))

        assert made in listed(world.in_time(since, lambda all: made in listed(all)))

    def test_a_cursor_the_server_let_go_of_loses_nothing(self, world: World) -> None:
        first = world.make("ag1").external_id
        cursor = world.in_time(world.pages, lambda pages: first in listed(pages))[-1].cursor
        later = world.make("ag2").external_id
        world.sandbox.inject(Fault(kind="status", status=410, times=1))
        pages: list[Page] = []
        with contextlib.suppress(SamenspraakError):
            pages.extend(world.connector.changes(world.call, cursor))
        world.sandbox.clear_faults()
        place = next((page.cursor for page in reversed(pages) if page.cursor), cursor)

        assert not any(_tells_of(page, Absent) for page in pages)

        def since() -> list[Page]:
            return pages + unless_too_busy(lambda: world.pages(place))

        assert later in listed(world.in_time(since, lambda all: later in listed(all)))


def _from_place(world: World, cursor: str | None, *, server: str) -> list[Page]:
    """What the hub reads from a place it knows: from the start where that is no place any more."""
    try:
        pages = world.pages(cursor)
    except StaleError:
        return world.pages()
    return world.pages() if any(page.server != server for page in pages) else pages


def _ahead(cursor: str | None) -> str | None:
    """The same place, much later: its years, or else its last number, are raised."""
    if cursor is None:
        return None
    later = re.sub(r"\b20(\d\d)\b", r"25\1", cursor)
    if later != cursor:
        return later
    return re.sub(r"\d+(?=\D*$)", lambda found: str(int(found[0]) + 1000), cursor)


def _tells_of(page: Page, kind: type) -> bool:
    return any(isinstance(one, kind) for one in page.records)
