"""A random walk through the life of a whole hub: people, workers, faults, and then rest.

Everything is drawn from one seed. Workers run in this one thread and hand over explicitly: whenever a
request leaves, the walk may let other workers and people go on before it arrives, or let the process die.
:data:`STEPS` is all that can happen; the machine in ``test_machine`` takes the same steps in its own order.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from model import asked, atwork, closing, counting, here, outbox, pages, there
from model.ledger import Ledger, numbers
from model.network import Network
from model.systems import System
from model.town import FAMILY, KINDS, CrashError, Town, template

from samenspraak.services.questions import Question

MEMORY = Path("/dev/shm")  # noqa: S108  # where there is one, nothing waits for a disk
STEPS_EACH = 50
_DEEPEST = 2
_CROWDED = 1 / 12
"""So many of the walks begin with a system that has much, so that a mass event can be one."""
_CROWD = 14

Step = Callable[["Walk"], None]

STEPS: Mapping[str, tuple[Step, float]] = {
    "works": (atwork.works, 14),
    "works off": (atwork.works_off, 5),
    "pulls": (atwork.pulls, 8),
    "hears": (atwork.hears, 5),
    "waits": (atwork.waits, 8),
    "dies": (atwork.dies, 0.5),
    "tries again": (atwork.tries_again, 3),
    "upgrades": (atwork.upgrades, 0.5),
    "pauses a system": (atwork.pauses_system, 0.4),
    "directs": (atwork.directs, 2.5),
    "types": (there.types, 14),
    "writes down": (there.writes_down, 1.5),
    "adds a member": (there.adds_member, 1),
    "calls off there": (there.calls_off, 1),
    "ends there": (there.ends, 1),
    "ends everything": (there.ends_everything, 3),
    "flips a scope": (there.flips_scope, 1),
    "restores a backup": (there.restores_backup, 1),
    "decides": (there.decides, 3),
    "assents": (there.assents, 1.5),
    "fetches": (there.fetches, 2),
    "edits": (here.edits, 6),
    "agrees": (here.agrees, 1),
    "divides": (here.divides, 1.5),
    "calls off": (here.calls_off, 1),
    "ends": (here.ends, 0.7),
    "restores": (here.restores, 0.7),
    "joins": (here.joins, 0.7),
    "separates": (here.separates, 0.7),
    "goes away": (here.goes_away, 0.8),
    "changes consent": (here.changes_consent, 2.5),
    "answers": (asked.answers, 3),
    "sees questions": (asked.sees, 1),
    "answers late": (asked.answers_late, 1),
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a walk came to. ``wrong``: one sentence per promise that was broken."""

    seed: int
    wrong: list[str]
    steps: int
    cycles: int
    counts: Counter[str]
    story: list[str]


class Walk:
    """One walk through one life; ``chance`` decides everything in it."""

    def __init__(
        self, file: Path, chance: random.Random, *, seed: int = 0, kinds: Sequence[str] = ()
    ) -> None:
        self.seed, self.file, self.chance = seed, file, chance
        self.ledger = Ledger()
        self.network = Network(self)
        self.town = Town(file, random.Random(seed + 1), self.network, kinds or _kinds(chance))
        self.town.store.crash = self.maybe_dies
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self.story: list[str] = []
        self.done = 0
        self.cycles = 0
        self.has_faults = False
        self.consents: dict[tuple[str, str], str] = {}
        self.opened: list[Question] = []
        self.app: outbox.App | None = None
        self._depth = 0
        self._working = False
        self._number = 0
        structlog.configure(processors=[self._listens])

    def run(self, steps: int) -> Outcome:
        """Begin, take so many steps, and come to rest."""
        try:
            self.begins()
            while self.done < steps and not self.wrong:
                self.takes(self._any_step())
            closing.close(self)
            counting.look_back(self)
        except Exception:  # whatever it is, it is a finding, with the seed that leads there
            self.wrong.append(f"I10: {traceback.format_exc(limit=-6)}")
        finally:
            self.leaves()
        return Outcome(
            seed=self.seed,
            wrong=self.wrong,
            steps=self.done,
            cycles=self.cycles,
            counts=self.counts,
            story=self.story,
        )

    def leaves(self) -> None:
        self.town.close()
        structlog.reset_defaults()

    def begins(self) -> None:
        """Consent, some agreements, everything at rest; from then on things go wrong."""
        for one in FAMILY:
            self.ledger.conditions_too[one.id] = True
            here.allows(self, one.id, "everything", allowed=True)
        for _ in range(2):
            there.writes_down(self)
        here.agrees(self)
        kept = there.kept_by_people(self)
        if kept and self.chance.random() < _CROWDED:
            crowded = self.chance.choice(kept)
            for _ in range(_CROWD):
                there.write_down(self, crowded)
        closing.rests(self)
        self.has_faults = True

    def _listens(self, _: object, __: str, line: MutableMapping[str, Any]) -> str:
        """The hub never crashes on anything, whatever happens, and its log holds no text of anybody."""
        self.counts[f"logged: {line['event']}"] += 1
        if line["event"].endswith("crashed") or line["event"] == "work failed":
            self.wrong.append(f"I10: {traceback.format_exc(limit=-6)}")
        if numbers(line):
            self.wrong.append(f"I8: the log says {sorted(numbers(line))}")
        raise structlog.DropEvent

    def note(self, what: str, about: object = "") -> None:
        self.counts[what] += 1
        self.story.append(f"{self.town.clock.now():%H:%M:%S} {'  ' * self._depth}{what} {about}".rstrip())

    # Taking a step.

    def takes(self, step: Step) -> None:
        """One step; when the process dies in it, the next one starts anew."""
        self.done += 1
        try:
            self._act(step)
        except CrashError:
            self.restarts()
        pages.looks(self)

    def restarts(self) -> None:
        self._depth, self._working = 0, False
        self.note("restart")
        self.town.restart()

    def _any_step(self) -> Step:
        steps = list(STEPS.values())
        return self.chance.choices(steps, [weight for _, weight in steps])[0][0]

    def _act(self, step: Step) -> None:
        """Somebody does something; what people do here is done, in a process that does not die."""
        standing, self._working = self._working, False
        step(self)
        self._working = standing

    @contextlib.contextmanager
    def as_worker(self) -> Iterator[None]:
        standing, self._working = self._working, True
        yield
        self._working = standing

    # What steps and the network ask for.

    def draws(self, probability: float) -> bool:
        """Whether something goes wrong now."""
        return self.has_faults and self.chance.random() < probability

    def maybe_dies(self, where: str) -> None:
        if self._working and self.draws(0.004):
            self.note("fault: dies", where)
            raise CrashError(where)

    def meanwhile(self, why: str, *, seconds: float = 0.0) -> None:
        """Others go on while this worker stands still."""
        if self._depth >= _DEEPEST:
            return
        self.note(why)
        self._depth += 1
        self.network.pass_(seconds)
        for _ in range(self.chance.randint(1, 4)):
            self._act(self._any_step())
        self._depth -= 1

    def system(self) -> System:
        return self.chance.choice(list(self.town.systems.values()))

    def number(self) -> int:
        """A new one, for a name."""
        self._number += 1
        return self._number

    def text(self, where: str, *, seeing: object) -> str:
        words = self.chance.choice(("samen eten", "helpen met douchen", "wandelen in het park", "medicijnen"))
        return f"{self.ledger.types(where, self.town.clock.now(), seeing=seeing)} {words}"


def _kinds(chance: random.Random) -> Sequence[str]:
    """Two to four kinds of systems, of which people keep records in at least one."""
    kinds = chance.sample(sorted(KINDS), chance.choice((2, 3, 3, 4)))
    if not set(kinds) & {"app", "platform", "dossier", "desk"}:
        kinds[0] = chance.choice(("app", "platform", "dossier"))
    return sorted(kinds)


def walk(seed: int, *, steps: int = STEPS_EACH) -> Outcome:
    """One seed, in a database of its own that is gone afterwards; half show pages, half of these tell."""
    with fresh_file() as file:
        one = Walk(file, random.Random(seed), seed=seed)
        if seed % 2:
            pages.connect(one.town)
        if seed % 4 == 3:
            outbox.connect(one)
        return one.run(steps)


@contextlib.contextmanager
def fresh_file() -> Iterator[Path]:
    """A database in which only the people are."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        file = Path(folder) / "hub.sqlite3"
        file.write_bytes(template())
        yield file
