"""Notifications from the system."""

from __future__ import annotations

import pytest

from samenspraak.connectors import Inbound
from samenspraak.errors import AuthenticationError
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.world import World, given


class Hearing(Basis):
    """Notifications from the system."""

    def test_a_genuine_notification_hints_at_its_record(self, world: World) -> None:
        made = world.make("ag1").external_id
        notice = given(world.scene.notice, "notice")(made)

        hints = world.connector.hints(notice)

        assert [one.external_id for one in hints] in ([made], [None])

    def test_a_notification_that_was_tampered_with_is_refused(self, world: World) -> None:
        genuine = given(world.scene.notice, "notice")(world.make("ag1").external_id)
        unsigned = Inbound(headers={"Content-Type": "application/json"}, body=genuine.body)
        other = Inbound(headers=genuine.headers, body=genuine.body + b" ")

        for notice in (unsigned, other):
            with pytest.raises(AuthenticationError):
                world.connector.hints(notice)

        assert world.connector.hints(genuine)

    def test_notifications_are_called_the_same_only_if_they_are_the_same(self, world: World) -> None:
        notice = given(world.scene.notice, "notice")
        first, second = (world.make(agreement).external_id for agreement in ("ag1", "ag2"))
        told = notice(first)

        names = [_names(world, one) for one in (told, told, notice(second), notice(first))]

        assert names[0] == names[1], "what comes again is not known again"
        assert not any(names[0] & other for other in names[2:]), "another notification would be passed over"


def _names(world: World, notice: Inbound) -> set[str]:
    return {one.notice for one in world.connector.hints(notice) if one.notice}
