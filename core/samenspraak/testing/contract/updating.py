"""Changing a record, and nobody else's words in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from samenspraak.connectors import Changes
from samenspraak.domain.agreements import What
from samenspraak.domain.units import WHAT
from samenspraak.errors import ConflictError, OutcomeUnknownError
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.strategies import CANARY
from samenspraak.testing.world import Answered, World, given


class Updating(Basis):
    """Changing a record, and nobody else's words in it."""

    def test_an_update_says_what_was_put(self, world: World) -> None:
        made = world.make("ag1")
        units = world.units(what=What(text="Samen bakken"))

        written = world.update(made, set=units)

        assert written.external_id == made.external_id
        self.says(world, world.landed(written).raw, units)

    def test_the_answer_to_a_write_carries_the_record(self, world: World) -> None:
        """Where there is one: some servers answer without it, whatever they are asked."""
        made = world.create("ag1", what=What(text=CANARY))
        assert made.found is not None or not _shows(world.answers, CANARY)
        before, found = len(world.answers), world.landed(made)

        changed = world.update(found, set=world.units(what=What(text="Samen bakken"))).found

        assert changed is not None or not _shows(world.answers[before:], "Samen bakken")
        assert changed is None or changed.raw != found.raw

    def test_what_their_server_made_of_our_write_needs_no_second_one(self, world: World) -> None:
        made = world.make("ag1")
        reading = world.connector.get(made.raw, world.directory)
        ours = {key: world.connector.normal(key, value) for key, value in world.units().items()}

        again = world.connector.put(
            made.raw,
            Changes(set={key: value for key, value in ours.items() if key in reading.units}),
            world.directory,
        )

        assert again == made.raw

    def test_a_text_that_was_put_can_be_read_there(self, world: World) -> None:
        made = world.make("ag1")
        assert CANARY not in world.readable()

        world.taken_over(world.update(made, set=world.units(what=What(text=CANARY))))

        assert CANARY in world.readable()

    def test_an_update_over_somebody_elses_edit_is_a_conflict(self, world: World) -> None:
        stale = world.make("ag1")
        given(world.scene.edit, "edit")(stale.external_id)
        changed = {"set": world.units(what=What(text="Samen bakken"))}
        with pytest.raises(ConflictError):
            world.update(stale, **changed)

        fresh = world.changed(stale)

        assert world.update(fresh, **changed)

    def test_what_somebody_there_changed_elsewhere_survives_an_update(self, world: World) -> None:
        made = world.make("ag1")
        given(world.scene.edit, "edit")(made.external_id)
        fresh = world.changed(made)
        before = world.connector.get(fresh.raw, world.directory).units

        changed = {WHAT: What(text="Samen bakken")}
        world.taken_over(world.update(fresh, set=changed))
        after = world.in_time(
            lambda: world.connector.get(world.found(made.external_id).raw, world.directory).units,
            lambda units: units.get(WHAT) == changed[WHAT],
        )

        assert after == {**before, **changed}

    @pytest.mark.parametrize("status", [409, 412])
    def test_a_write_that_was_refused_for_somebody_elses_asks_to_look_again(
        self, world: World, status: int
    ) -> None:
        made = world.make("ag1")
        changed = {"set": world.units(what=What(text="Samen bakken"))}
        world.sandbox.inject(Fault(kind="status", status=status, writes=True))
        with pytest.raises(ConflictError):
            world.update(made, **changed)
        world.sandbox.clear_faults()

        assert world.update(world.found(made.external_id), **changed).external_id == made.external_id

    def test_every_character_arrives_there(self, world: World) -> None:
        odd = What(text='Thee & <koek>: "à la carte" \\ ½ € 🙂 日 100%')
        made = world.make("ag1", what=odd)

        reading = world.connector.get(made.raw, world.directory)

        if world.manifest.capabilities.reads(WHAT):
            assert reading.units[WHAT] == world.connector.normal(WHAT, odd)
        else:
            assert odd.text in world.readable()

    def test_writing_what_is_gone_asks_to_look_again(self, world: World) -> None:
        made = world.make("ag1")
        given(world.scene.remove, "remove")(made.external_id)

        with pytest.raises(ConflictError):
            world.update(made, set={WHAT: What(text="Samen bakken")})

    @pytest.mark.parametrize("kind", ["html", "lose"])
    def test_a_write_without_a_usable_answer_has_an_unknown_outcome(self, world: World, kind: Any) -> None:
        made = world.make("ag1")
        world.sandbox.inject(Fault(kind=kind, writes=True))
        with pytest.raises(OutcomeUnknownError):
            world.update(made, set=world.units(what=What(text="Samen bakken")))
        world.sandbox.clear_faults()

        assert world.found(made.external_id).external_id == made.external_id

    def test_a_statement_that_is_told_can_be_read(self, world: World) -> None:
        made = world.make("ag1")

        world.update(made, told=(world.comment(CANARY),))

        assert CANARY in world.readable()


def _shows(answers: Sequence[Answered], text: str) -> bool:
    """Whether the answer to a write says this."""
    return any(one.write and text in one.body for one in answers)
