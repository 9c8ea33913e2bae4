"""The walk's steps as the rules of a state machine: Hypothesis chooses them, and shrinks what it finds.

The same steps, the same network, the same oracle as the random walk; that one does the volume, this one finds
the few steps that matter. ``MACHINE=200`` sets how many lives are tried (``make model`` does).
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from model import closing
from model.town import KINDS
from model.walk import STEPS, Step, Walk, fresh_file

LIVES = int(os.environ.get("MACHINE", "4"))
STEPS_EACH = 30
CHANCE = st.randoms(use_true_random=False)
KINDS_OF_SYSTEMS = st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=4, unique=True)


class Machine(RuleBasedStateMachine):
    """One life; each rule is one step of the walk with chances of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.open = contextlib.ExitStack()
        self.walk: Walk | None = None

    @initialize(kinds=KINDS_OF_SYSTEMS)
    def begins(self, kinds: list[str]) -> None:
        file = self.open.enter_context(fresh_file())
        self.walk = Walk(file, random.Random(0), kinds=kinds)
        self.walk.begins()

    def takes(self, step: Step, chance: random.Random) -> None:
        assert self.walk is not None
        self.walk.chance = chance
        self.walk.takes(step)
        assert self.walk.wrong == []

    def teardown(self) -> None:
        """Faults stop, the hub comes to rest, and the oracle looks."""
        try:
            if self.walk is not None and not self.walk.wrong:
                self.walk.chance = random.Random(0)
                closing.close(self.walk)
                assert self.walk.wrong == [], "\n".join(self.walk.story)
        finally:
            if self.walk is not None:
                self.walk.leaves()
            self.open.close()


def _rule(name: str, step: Step) -> Callable[..., None]:
    def takes(self: Machine, chance: random.Random) -> None:
        self.takes(step, chance)

    takes.__name__ = name.replace(" ", "_")
    decorated: Callable[..., None] = rule(chance=CHANCE)(takes)
    return decorated


for _name, (_step, _) in STEPS.items():
    setattr(Machine, _name.replace(" ", "_"), _rule(_name, _step))

TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=LIVES,
    stateful_step_count=STEPS_EACH,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
