"""The connection test: what an admin sees before anything is saved."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from samenspraak.connectors import Call, Connector
from samenspraak.connectors.calls import Checked, Step
from samenspraak.domain.agreements import What
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.strategies import CANARY
from samenspraak.testing.world import World


class Connecting(Basis):
    """The connection test: what an admin sees before anything is saved."""

    def test_a_good_connection_passes_every_step_and_writes_nothing(self, world: World) -> None:
        steps = list(world.connector.check(world.call))

        assert [one for one in steps if not one.ok] == []
        assert [one.step for one in steps] == [step for step in Step if step in {one.step for one in steps}]
        assert {Step.CONNECT, Step.READ} <= {one.step for one in steps}
        assert world.sandbox.writes() == []

    def test_a_refused_sign_in_stops_the_check_there_and_says_what_to_do(self, world: World) -> None:
        outsider = self.connected(world.url, self.refused(world.url))

        last = _last(outsider, world.call)

        assert (last.step, last.ok) == (Step.SIGN_IN, False)
        assert all(last.cure[language] for language in ("nl", "en"))

    def test_a_system_that_is_down_stops_the_check_until_it_is_back(self, world: World) -> None:
        world.sandbox.inject(Fault(kind="down"))
        while_down = _last(world.connector, world.call)
        world.sandbox.clear_faults()

        assert not while_down.ok
        assert while_down.step in (Step.NAME, Step.CONNECT)
        assert _last(world.connector, world.call).ok

    def test_every_step_that_can_fail_says_what_to_do_in_both_languages(self, world: World) -> None:
        _last(world.connector, world.call)
        failed = []
        for passed in range(len(world.sandbox.seen())):
            world.sandbox.inject(Fault(kind="status", status=403, skip=passed))
            failed.append(_last(world.connector, world.call))
            world.sandbox.clear_faults()

        assert not failed[0].ok
        assert [one.step for one in failed for nl in ("nl", "en") if not (one.ok or one.cure.get(nl))] == []

    def test_a_connection_test_tells_no_secret_and_nothing_of_a_person(self, world: World) -> None:
        world.make("ag1", what=What(text=CANARY))
        people = {one.name for page in world.in_time(world.pages, bool) for one in page.parties}
        private = {CANARY, *people, *self.secrets(world.url)} - {""}
        steps = list(world.connector.check(world.call))
        for status in (200, 400, 401, 500):
            world.sandbox.inject(Fault(kind="status", status=status, body=" ".join(private)))
            steps.append(_last(world.connector, world.call))
            world.sandbox.clear_faults()

        said = " ".join(f"{one!r}" for one in steps)
        assert [one for one in private if one in said] == []


def _last(connector: Connector, call: Call) -> Checked:
    with contextlib.closing(connector.http()) as http:
        return list(connector.check(replace(call, http=http)))[-1]
