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
