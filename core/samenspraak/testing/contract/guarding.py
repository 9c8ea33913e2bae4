"""What must never leave: secrets, words of a record, and what was stopped."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samenspraak.connectors import Call, End
from samenspraak.domain.agreements import What
from samenspraak.errors import SamenspraakError
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis
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
        given = self.settings(world.url)
        secrets = {str(given[name]) for name in world.manifest.secrets() & given.keys()}
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

    def _stopped(self, world: World) -> Call:
        def refuse() -> None:
            raise StopError

        return Call(http=world.call.http.permitted_by(refuse), now=world.call.now)
