"""Proposals that people there answer."""

from __future__ import annotations

import pytest

from samenspraak.connectors import Found, ProposalState
from samenspraak.domain.agreements import What
from samenspraak.errors import OutcomeUnknownError
from samenspraak.sandbox import Fault
from samenspraak.testing.contract.basis import Basis
from samenspraak.testing.world import World, given


class Proposing(Basis):
    """Proposals that people there answer."""

    def test_a_proposal_waits_until_a_person_accepts_it(self, world: World) -> None:
        waiting = given(world.create("ag1").waiting, "a proposal")
        before = world.connector.proposal(world.call, waiting)

        given(world.scene.decide, "decide")(waiting, True)
        after = world.connector.proposal(world.call, waiting)

        assert (before.state, after.state) == (ProposalState.WAITING, ProposalState.ACCEPTED)
        assert isinstance(world.look(given(after.external_id, "an external id")), Found)

    def test_a_refused_proposal_changes_nothing(self, world: World) -> None:
        made = world.make("ag1")
        written = world.update(made, set=world.units(what=What(text="Samen bakken")))
        waiting = given(written.waiting, "a proposal")

        given(world.scene.decide, "decide")(waiting, False)

        assert world.connector.proposal(world.call, waiting).state is ProposalState.REFUSED
        self.says(world, world.found(made.external_id).raw, world.units())

    def test_a_proposal_can_be_taken_back(self, world: World) -> None:
        waiting = given(world.create("ag1").waiting, "a proposal")

        world.connector.withdraw(world.call, waiting)

        # Where nobody keeps who took it away, it looks as if people there had refused it.
        state = world.connector.proposal(world.call, waiting).state
        assert state in (ProposalState.GONE, ProposalState.REFUSED)

    def test_a_proposal_whose_answer_was_lost_waits_once(self, world: World) -> None:
        made = world.make("ag1")
        changed = world.units(what=What(text="Samen bakken"))
        world.sandbox.inject(Fault(kind="lose", writes=True, times=1))
        with pytest.raises(OutcomeUnknownError):
            world.update(made, set=changed)

        written = world.update(made, set=changed)

        assert set(world.sandbox.live().values()) == {1}
        self.says(world, world.landed(written).raw, changed)
