"""What must never leave: secrets, words of a record, and what was stopped."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from samenspraak.connectors import Call, End, Write
from samenspraak.connectors.looks import Page
from samenspraak.domain.agreements import What
from samenspraak.errors import SamenspraakError
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis, listed, unless_too_busy
from samenspraak.testing.strategies import CANARY
from samenspraak.testing.world import World


class StopError(SamenspraakError):
    """The hub's last-step permission was refused."""


class Guarding(Basis):
    """What must never leave: secrets, words of a record, and what was stopped."""

    def test_a_failure_tells_no_secret_and_nothing_of_the_record(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        made = world.make("ag1").external_id
        secrets = self.secrets(world.url)
        told = " ".join(("Mevrouw Canarie", CANARY, *secrets))
        for status in (400, 500):
            world.sandbox.inject(Fault(kind="status", status=status, body=told))
            with pytest.raises(SamenspraakError) as failed:
                list(world.connector.changes(world.call, None))
            world.sandbox.clear_faults()

            said = f"{failed.value} {failed.value.__cause__} {caplog.text}"
            assert [one for one in ("Canarie", CANARY, *secrets) if one in said] == []

        assert world.found(made).external_id == made

    def test_a_stopped_read_never_leaves(self, world: World) -> None:
        made = world.make("ag1").external_id
        before = len(world.sandbox.seen())

        stopped = self._stopped(world)
        attempts: list[Callable[[], object]] = [
            lambda: world.connector.fetch(stopped, made),
            lambda: list(world.connector.changes(stopped, None)),
        ]

        for attempt in attempts:
            with pytest.raises(StopError):
                attempt()

        assert len(world.sandbox.seen()) == before

    def test_a_stopped_write_never_leaves(self, world: World) -> None:
        made = world.make("ag1")
        draft = world.draft("ag2")
        raw = world.put(made.raw, set=world.units(what=What(text="Samen bakken")))
        before = len(world.sandbox.writes())
        connector, stopped = world.connector, self._stopped(world)
        attempts: list[Callable[[], object]] = [
            lambda: connector.create(stopped, *draft),
            lambda: connector.update(stopped, made, raw),
            lambda: connector.end(stopped, made, raw, End.RETRACTED),
        ]

        for attempt in attempts:
            with pytest.raises(StopError):
                attempt()

        assert len(world.sandbox.writes()) == before

    def test_a_connector_that_is_printed_shows_no_secret(self, world: World) -> None:
        parts = [
            world.connector,
            world.call,
            *vars(world.connector).values(),
            *vars(world.call.http).values(),
        ]

        shown = " ".join(map(repr, parts))

        assert [one for one in self.secrets(world.url) if one in shown] == []

    def test_whatever_is_logged_holds_no_secret_and_no_words_of_a_record(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        made, *_ = [world.make(f"ag{number}", what=What(text=CANARY)) for number in range(1, 4)]
        list(world.connector.check(world.call))
        people = {one.name for page in world.pages() for one in page.parties}
        if world.manifest.capabilities.mode is not Write.NO:
            written = world.update(made, set=world.units(what=What(text=f"{CANARY}!")))
            world.connector.end(world.call, world.landed(written), made.raw, End.RETRACTED)

        private = {CANARY, *people, *self.secrets(world.url)} - {""}
        assert [one for one in private if one in caplog.text] == []

    @pytest.mark.parametrize("status", [None, 308])
    def test_another_system_that_an_answer_leads_to_is_never_asked(
        self, world: World, status: int | None
    ) -> None:
        """By a link, or by a redirect: our sign-in, or a body, would go along."""
        made = {world.make(f"ag{number}").external_id for number in range(1, 6)}
        world.in_time(world.pages, lambda pages: made <= listed(pages))
        stranger, pages = self.sandbox(), list[Page]()
        with stranger.running() as there:
            host = there.removeprefix("http://")
            leads = Fault(kind="elsewhere", host=host)
            moved = Fault(kind="status", status=status or 0, headers={"Location": f"{there}/"})
            connector = self.connected(world.url, open_origins={there})
            with contextlib.closing(connector.http()) as http:
                call = replace(world.call, http=http)
                world.sandbox.inject(moved if status else leads)
                with contextlib.suppress(SamenspraakError):
                    pages.extend(connector.changes(call, None))
                if world.manifest.capabilities.mode is not Write.NO:
                    with contextlib.suppress(SamenspraakError):
                        connector.create(call, *world.draft("ag6"))
                world.sandbox.clear_faults()

        assert stranger.seen() == []
        assert made <= listed(pages) or not any(page.complete for page in pages)
        again = world.in_time(lambda: unless_too_busy(world.pages), lambda again: made <= listed(again))
        assert made <= listed(again)

    def _stopped(self, world: World) -> Call:
        def refuse() -> None:
            raise StopError

        return world.call.permitted_by(refuse)
