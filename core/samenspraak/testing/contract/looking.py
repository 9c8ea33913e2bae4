"""Reading one record: there, gone, or out of our sight."""

from __future__ import annotations

from samenspraak.connectors import Absent, Look, Token, Unseen
from samenspraak.testing.contract.basis import Basis, is_a
from samenspraak.testing.world import World, given


class Looking(Basis):
    """Reading one record: there, gone, or out of our sight."""

    def test_a_record_that_is_there_is_found_and_can_be_read(self, world: World) -> None:
        made = world.make("ag1")

        reading = world.connector.get(world.found(made.external_id).raw, world.directory)

        assert reading.client == world.scene.client
        assert (made.token is None) == (world.manifest.capabilities.token is Token.NONE)

    def test_an_edit_there_gives_another_token(self, world: World) -> None:
        before = world.found(world.make("ag1").external_id)

        given(world.scene.edit, "edit")(before.external_id)

        assert world.changed(before).token not in (None, before.token)

    def test_a_record_nobody_ever_made_is_not_taken_for_a_removed_one(self, world: World) -> None:
        assert isinstance(world.look(_never_made(world.make("ag1").external_id)), Unseen)

    def test_a_removed_record_is_absent(self, world: World) -> None:
        made = world.make("ag1").external_id

        given(world.scene.remove, "remove")(made)

        assert isinstance(world.in_time(lambda: world.look(made), is_a(Absent)), Absent)

    def test_a_record_withheld_from_us_is_not_taken_for_a_removed_one(self, world: World) -> None:
        made = world.make("ag1").external_id

        given(world.scene.hide, "hide")(made)

        look = world.in_time(lambda: world.look(made), is_a(Unseen))
        assert isinstance(look, Unseen)
        if look.missing:  # only where they say the same of one that nobody ever made
            assert _said(look) == _said(world.look(_never_made(made)))

    def test_whoever_opens_a_record_there_is_told_to_have_seen_what_was_shown(self, world: World) -> None:
        """Whether somebody knows of what was agreed is concluded from this: never from what was only sent."""
        made = world.make("ag1")
        before = world.connector.get(made.raw, world.directory)

        given(world.scene.open, "open")(made.external_id)

        after = world.connector.get(world.changed(made).raw, world.directory)
        assert (list(before.opened), [one.mark for one in after.opened]) == ([], [before.mark])


def _never_made(made: str) -> str:
    return made[:-1] + ("8" if made[-1] != "8" else "9")


def _said(look: Look) -> str:
    return look.why.replace(look.external_id, "") if isinstance(look, Unseen) else str(look)
