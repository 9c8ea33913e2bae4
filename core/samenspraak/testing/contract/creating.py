"""Making a record, once, whatever becomes of the answer."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from samenspraak.connectors import Create, Write
from samenspraak.domain.agreements import What
from samenspraak.errors import OutcomeUnknownError, SamenspraakError
from samenspraak.sandbox import WRITES, Fault
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.proxy import Proxy, Trouble
from samenspraak.testing.world import World, given


class Creating(Basis):
    """Making a record, once, whatever becomes of the answer."""

    def test_a_created_record_says_what_was_put(self, world: World) -> None:
        made = world.make("ag1")

        self.says(world, made.raw, world.units())

    def test_a_record_is_found_by_its_marker(self, world: World) -> None:
        made, marker = world.make("ag1").external_id, world.subject("ag1").marker
        world.make("ag2")

        found = world.in_time(lambda: world.connector.find(world.call, marker), bool)

        assert [one.external_id for one in found] == [made]
        assert world.connector.find(world.call, replace(marker, agreement_id="ag3")) == []

    def test_a_create_whose_answer_was_lost_makes_no_double(self, world: World) -> None:
        subject, raw = world.draft("ag1")
        world.sandbox.inject(Fault(kind="lose", writes=True, times=1))
        with pytest.raises(OutcomeUnknownError):
            world.connector.create(world.call, subject, raw)

        can = world.manifest.capabilities
        if can.create is Create.REPEATABLE or can.mode is Write.PROPOSE:
            known = world.taken_over(world.connector.create(world.call, subject, raw))
        else:
            found = world.in_time(lambda: world.connector.find(world.call, subject.marker), bool)
            assert found, "nobody knows what became of it"
            known = found[0].external_id

        assert world.sandbox.live() == {str(subject.marker): 1}
        assert world.found(known).external_id == known

    def test_a_second_create_answers_the_first_record(self, world: World) -> None:
        first = world.create("ag1")

        second = world.create("ag1")

        is_the_same_proposal = second.waiting is not None and second.waiting == first.waiting
        assert second.external_id == first.external_id
        assert second.existed or is_the_same_proposal
        assert set(world.sandbox.live().values()) == {1}

    def test_a_create_that_arrived_twice_is_made_once_or_found_each_time(self, world: World) -> None:
        subject, raw = world.draft("ag1")
        proxy = Proxy(world.url)
        with proxy.running() as url:
            connector = self.connected(url)
            with contextlib.closing(connector.http()) as http:
                proxy.strike(Trouble.TWICE, on=lambda one: one.method in WRITES, times=None)
                with contextlib.suppress(SamenspraakError):
                    world.taken_over(connector.create(replace(world.call, http=http), subject, raw))

        there = world.sandbox.live().get(str(subject.marker), 0)
        found = world.in_time(
            lambda: world.connector.find(world.call, subject.marker), lambda found: len(found) == there
        )
        assert there >= 1
        assert len({one.external_id for one in found}) == there

    def test_what_was_agreed_before_is_announced_once_and_not_one_by_one(self, world: World) -> None:
        """Who is let in on a hundred agreements that were there before is not notified a hundred times."""
        made = {}
        for name in ("ag1", "ag2", "ag3"):
            subject, raw = world.draft(name, what=What(text=f"Samen koken in {name}"))
            quietly = replace(subject, quiet=True)
            made[name] = world.landed(world.connector.create(world.call, quietly, raw))

        assert given(world.scene.notified, "notified")() == 1
        assert [name for name in made if f"Samen koken in {name}" not in world.readable()] == []

        world.update(made["ag1"], set=world.units(what=What(text="Samen bakken")))
        assert given(world.scene.notified, "notified")() == 2  # news after that is told as ever
