"""Reading all there is, page by page."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from samenspraak.connectors import Found
from samenspraak.connectors.looks import Page
from samenspraak.domain.parties import PartyKind
from samenspraak.errors import SamenspraakError, TransientError
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis, at_most, listed, tells_absence_of, told, unless_too_busy
from samenspraak.testing.world import World, given

_MANY = 200
"""Requests, of which no listing of a handful of records needs as many."""


class Listing(Basis):
    """Reading all there is, page by page."""

    def test_the_first_listing_has_every_record_and_its_client(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}

        pages = world.in_time(
            world.pages, lambda pages: made | {world.scene.client} <= listed(pages) | told(pages)
        )

        assert made <= listed(pages)
        assert len(pages) > 1
        assert world.scene.client in {
            party.external_id for page in pages for party in page.parties if party.kind is PartyKind.CLIENT
        }

    def test_a_client_comes_before_the_records_about_it(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}

        pages = world.in_time(
            world.pages, lambda pages: made | {world.scene.client} <= listed(pages) | told(pages)
        )

        first_record = next(number for number, page in enumerate(pages) if made & listed([page]))
        assert world.scene.client in told(pages[: first_record + 1])
        assert len({page.server for page in pages}) == 1

    def test_only_the_last_page_says_that_the_list_is_complete(self, world: World) -> None:
        for number in range(1, 6):
            world.make(f"ag{number}")

        assert [page.complete for page in world.pages()[:-1] if page.complete] == []

    def test_a_whole_listing_says_that_it_is_complete(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}

        pages = world.in_time(world.pages, lambda pages: made <= listed(pages))

        assert pages[-1].complete

    def test_a_page_shows_a_record_as_it_is_when_it_is_fetched(self, world: World) -> None:
        """Whatever is new is taken over from the page itself; what it leaves out would be lost."""
        made = {world.make(f"ag{number}").external_id for number in range(1, 3)}

        pages = world.in_time(world.pages, lambda pages: made <= listed(pages))

        paged = {one.external_id: one for page in pages for one in page.records if isinstance(one, Found)}
        for external_id in made & paged.keys():
            fetched = world.found(external_id)
            assert world.connector.own(paged[external_id].raw) == world.connector.own(fetched.raw)
            assert paged[external_id].token == fetched.token

    def test_a_removal_shows_in_the_next_listing(self, world: World) -> None:
        """In one of everything, and in one of changes if the system says so there."""
        made, kept = world.make("ag1").external_id, world.make("ag2").external_id
        pages = world.in_time(world.pages, lambda pages: {made, kept} <= listed(pages))

        given(world.scene.remove, "remove")(made)

        whole = world.in_time(world.pages, tells_absence_of(made))
        assert tells_absence_of(made)(whole)
        assert not tells_absence_of(kept)(whole)
        answered = len(world.answers)
        later = world.pages(pages[-1].cursor)
        named = f'"{made.rpartition("/")[2]}"'
        is_told = any(named in one.body for one in world.answers[answered:])
        assert tells_absence_of(made)(later) or not is_told
        assert not tells_absence_of(kept)(later)

    def test_a_listing_that_goes_round_in_circles_comes_to_an_end(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}
        world.in_time(world.pages, lambda pages: made <= listed(pages))
        world.sandbox.inject(Fault(kind="repeat"))
        pages: list[Page] = []
        with contextlib.suppress(SamenspraakError):
            pages.extend(world.connector.changes(at_most(world.call, _MANY), None))
        world.sandbox.clear_faults()

        assert made <= listed(pages) or not any(page.complete for page in pages)
        assert made <= listed(world.in_time(lambda: unless_too_busy(world.pages), bool))

    @pytest.mark.parametrize("kind", ["down", "html"])
    def test_a_listing_that_breaks_off_says_so_and_is_taken_up_again(self, world: World, kind: Any) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 4)}
        requests = world.in_time(lambda: self._requests_of_a_listing(world, made), bool)
        world.sandbox.inject(Fault(kind=kind, skip=requests - 1))
        stored: list[Page] = []
        with pytest.raises(TransientError):
            stored.extend(world.connector.changes(world.call, None))
        world.sandbox.clear_faults()

        place = next((page.cursor for page in reversed(stored) if page.cursor), None)

        assert [page for page in stored if page.complete] == []
        assert made <= listed(stored) | listed(world.pages(place))

    def test_a_listing_under_which_records_move_misses_nothing(self, world: World) -> None:
        """Somebody edits or removes what was listed first, so that pages by number shift."""
        made = [world.make(f"ag{number}").external_id for number in range(1, 7)]
        world.in_time(world.pages, lambda pages: set(made) <= listed(pages))
        listing, pages = world.connector.changes(world.call, None), list[Page]()
        while not listed(pages) & set(made):
            pages.append(next(listing))
        moved = next(one for one in made if one in listed(pages))
        for move in (world.scene.edit, world.scene.remove):
            if move is not None:
                move(moved)
        with contextlib.suppress(TransientError):  # it had enough of us, and what is left comes later
            pages += listing
        place = next((page.cursor for page in reversed(pages) if page.cursor), None)

        def both() -> list[Page]:
            return pages + unless_too_busy(lambda: world.pages(place))

        stays = set(made) - {moved}
        assert stays <= listed(world.in_time(both, lambda both: stays <= listed(both)))

    def test_two_listings_in_a_row_say_the_same(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 4)}

        def twice() -> list[object]:
            """Two listings, once everything that was made is in the first."""
            first, second = (unless_too_busy(world.pages) for _ in range(2))
            return [_all_that_is_said(world, one) for one in (first, second) if made <= listed(first)]

        said = world.in_time(twice, lambda said: len(said) == 2 and said[0] == said[1])
        assert said[:1] == said[1:] != []

    def test_no_page_holds_more_than_was_asked_for(self, world: World) -> None:
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}

        pages = world.in_time(world.pages, lambda pages: made <= listed(pages))

        assert max(len(page.records) for page in pages) <= world.manifest.rates.page

    def _requests_of_a_listing(self, world: World, made: set[str]) -> int:
        """How many requests one whole listing takes; 0 when it does not list these yet."""
        before = len(world.sandbox.seen())
        whole = made <= listed(world.pages())
        return (len(world.sandbox.seen()) - before) * whole


def _all_that_is_said(world: World, pages: list[Page]) -> tuple[dict[str, object], set[object]]:
    """Every record as the hub would keep it, with its token, and everybody who is told of."""
    said: dict[str, object] = {}
    for one in (one for page in pages for one in page.records):
        said[one.external_id] = (
            (world.connector.own(one.raw), one.token) if isinstance(one, Found) else type(one)
        )
    return said, {party for page in pages for party in page.parties}
