"""Ending a record, and taking back what may no longer be read."""

from __future__ import annotations

import pytest

from samenspraak.connectors import Absent, Changes, End, Found, Look, Unseen
from samenspraak.domain.agreements import Conditions, State, Status, What
from samenspraak.domain.units import CONDITIONS, STATUS
from samenspraak.errors import OutcomeUnknownError
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.strategies import CANARY
from samenspraak.testing.world import World


class Ending(Basis):
    """Ending a record, and taking back what may no longer be read."""

    def test_an_ended_record_is_over(self, world: World) -> None:
        made = world.make("ag1")
        over = world.units(status=Status(state=State.ENDED))
        raw = world.put(made.raw, set={STATUS: over[STATUS]} if STATUS in over else over)

        world.taken_over(world.connector.end(world.call, made, raw, End.ENDED))

        assert world.in_time(lambda: self._is_over(world, made.external_id), bool)

    def test_a_retracted_record_can_no_longer_be_read(self, world: World) -> None:
        made = world.make("ag1", what=What(text=CANARY))
        assert CANARY in world.readable()
        units = world.connector.get(made.raw, world.directory).units

        raw = world.connector.put(
            made.raw,
            Changes(clear=frozenset(key for key in units if world.manifest.capabilities.carries(key))),
            world.directory,
        )
        world.taken_over(world.connector.end(world.call, made, raw, End.RETRACTED))

        assert CANARY not in world.readable()
        # Where the answer is lost, a look has to show that it went.
        assert world.in_time(lambda: _can_be_gone(world.look(made.external_id)), bool)

    def test_a_text_that_was_cleared_can_no_longer_be_read_there(self, world: World) -> None:
        told = world.units(conditions=Conditions(text=CANARY))
        held = world.landed(world.update(world.make("ag1"), set=told))
        assert CANARY in world.readable()

        rest = {key: value for key, value in told.items() if key != CONDITIONS}
        world.taken_over(world.update(held, set=rest, clear=frozenset({CONDITIONS})))

        assert CANARY not in world.readable()

    def test_a_retraction_whose_answer_was_lost_can_be_made_again(self, world: World) -> None:
        made = world.make("ag1", what=What(text=CANARY))
        units = world.connector.get(made.raw, world.directory).units
        emptied = {"clear": frozenset(key for key in units if world.manifest.capabilities.carries(key))}
        world.sandbox.inject(Fault(kind="lose", writes=True, times=1))
        with pytest.raises(OutcomeUnknownError):
            world.connector.end(world.call, made, world.put(made.raw, **emptied), End.RETRACTED)

        left = world.look(made.external_id)
        if isinstance(left, Found):
            again = world.connector.end(world.call, left, world.put(left.raw, **emptied), End.RETRACTED)
            world.taken_over(again)

        assert CANARY not in world.readable()

    def _is_over(self, world: World, external_id: str) -> bool:
        look = world.look(external_id)
        if isinstance(look, Absent):
            return True
        if isinstance(look, Unseen):
            return False
        reading = world.connector.get(look.raw, world.directory)
        status = reading.units.get(STATUS)
        return not reading.selected or (isinstance(status, Status) and status.is_over)


def _can_be_gone(look: Look) -> bool:
    """Whether a look at what was taken back shows so: emptied, gone, or missing."""
    return not isinstance(look, Unseen) or look.missing
