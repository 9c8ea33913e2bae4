"""What happens in a hub with three systems, act by act: every way of writing, and every way back.

An act is done by somebody in a system, or by the nurse at the hub, who does it again after a crash unless it
is done. Between acts the hub comes to rest, so that each can be played from the moment before it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from crash.points import Points
from model import oracle
from model.members import PLACE
from model.systems import Kept, System
from model.town import CLIENT, DAUGHTER, NURSE, ORGANISATION, SON, CrashError, Town

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import Agreement, Assignment, Conditions, Duty, State, Status, What
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import CONDITIONS, STATUS, MatrixRow, UnitKey, UnitValue, apply, units_of
from samenspraak.errors import SamenspraakError
from samenspraak.services import questions
from samenspraak.store.records import AgreementRecord, Cause
from samenspraak.sync.pull import pull, pull_failed
from samenspraak.sync.versions import record_new, record_version
from samenspraak.testing.databases import contents
from samenspraak.work.inline import work_off

_CYCLES = 20
_CYCLE_SECONDS = 200.0
SHOWN = ("title", "place", "conditions", "status")


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Everything as it is: the database, the records in each system with all their states, the time."""

    database: bytes
    records: Mapping[str, Mapping[str, list[Kept]]]
    numbers: Mapping[str, int]
    seconds: float


class Life:
    """A hub and its systems from one moment on; after a crash another hub on the same database."""

    def __init__(self, file: Path, began: Moment, points: Points) -> None:
        self.points = points
        self.crashes = 0
        self._file = file
        self._ids = count(1)
        file.write_bytes(began.database)
        self._opens()
        self.town.clock.pass_(began.seconds)
        for name, system in self.town.systems.items():
            system.records = {one: list(states) for one, states in began.records.get(name, {}).items()}
            system._number = began.numbers.get(name, 0)

    def _opens(self) -> None:
        self.town = Town(self._file, random.Random(self.crashes), self.points)
        self.town.hub = replace(self.town.hub, new_id=lambda: f"i{self.crashes}-{next(self._ids)}")

    def close(self) -> None:
        self.town.close()

    def moment(self) -> Moment:
        """This moment, to begin another life with. The hub is closed for it."""
        self.town.close()
        return Moment(
            database=contents(self._file),
            records={
                name: {one: list(states) for one, states in system.records.items()}
                for name, system in self.town.systems.items()
            },
            numbers={name: system._number for name, system in self.town.systems.items()},
            seconds=(self.town.clock.now() - type(self.town.clock)().now()).total_seconds(),
        )

    # Dying and going on.

    def play(self, act: Act) -> None:
        """Somebody acts, and the hub comes to rest; when it dies on the way another one goes on."""
        self.points.watch(self.town)
        try:
            self._lives(act)
        except CrashError:
            self._dies()
            self._lives(act)

    def _lives(self, act: Act) -> None:
        """What people typed is on every replica before the hub looks, so that chance decides nothing."""
        act(self)
        self.town.clock.pass_(_CYCLE_SECONDS)
        self._rests()

    def _dies(self) -> None:
        """The process is gone with all it knew; what the database and the systems keep is all there is."""
        died = self.town
        died.engine.dispose()
        self.crashes += 1
        self.points = Points()
        self._opens()
        self.town.clock.at = died.clock.at
        for name, system in self.town.systems.items():
            before = died.systems[name]
            system.records, system._number = before.records, before._number
        self.town.restart()
        work_off(self.town.hub, ORGANISATION, rounds=50)  # what is due is done before anything is heard

    def _rests(self) -> None:
        for _ in range(_CYCLES):
            before = self._writes()
            self.cycle()
            if self._writes() == before and not list(oracle.at_rest(self.town)):
                return
        raise AssertionError(f"never at rest: {list(oracle.at_rest(self.town))}")

    def cycle(self) -> None:
        for name in self.town.systems:
            try:
                pull(self.town.hub, ORGANISATION, name)
            except SamenspraakError as error:
                pull_failed(self.town.hub, ORGANISATION, name, error)
        work_off(self.town.hub, ORGANISATION, rounds=50)
        self.town.clock.pass_(_CYCLE_SECONDS)

    def _writes(self) -> int:
        return sum(system.writes for system in self.town.systems.values())

    # What can be seen of it.

    def picture(self) -> Picture:
        with self.town.store.read(ORGANISATION) as uow:
            links = [one for name in self.town.systems for one in uow.links.of_connector(name)]
            agreements = uow.agreements.list()
            asked = uow.questions.list()
        return Picture(
            made={name: len(system.records) for name, system in self.town.systems.items()},
            systems={name: sorted(_said(system)) for name, system in self.town.systems.items()},
            agreements=sorted(str(sorted(map(str, units_of(one.agreement).items()))) for one in agreements),
            questions=Counter((str(one.kind), one.cause) for one in asked),
            reasons=Counter((one.connector_id, str(one.reason)) for one in links),
        )

    def doubles(self) -> list[str]:
        """What stands in a system more than once, by our marker."""
        live = Counter(
            (name, (system.now(one) or {}).get("ref"))
            for name, system in self.town.systems.items()
            for one in system.live()
        )
        return [f"{name} {ref}" for (name, ref), number in live.items() if ref and number > 1]

    def stays_quiet(self) -> bool:
        """Whether two more cycles write nothing."""
        before = self._writes()
        self.cycle()
        self.cycle()
        return self._writes() == before

    # People in the systems.

    def types(self, name: str, was: str, **members: Any) -> None:
        """Somebody changes members of the record that has this title, unless they did so before."""
        system = self.town.systems[name]
        for record_id in system.live():
            raw = system.now(record_id) or {}
            if raw["title"] == was[: system.kind.title] and {**raw, **members} != raw:
                system.keep(record_id, {**raw, **members})

    def writes_down(self, title: str) -> None:
        app = self.town.systems["app"]
        if all((app.now(one) or {})["title"] != title for one in app.live()):
            task = {"who": str(SON), "when": "elke dag"}
            status = {"state": "active", "reason": ""}
            app.add(
                {
                    "client": CLIENT.id,
                    "title": title,
                    "status": status,
                    "tasks": {"k1": task},
                    "conditions": "rustig",
                }
            )

    # The nurse at the hub.

    def agrees(self, agreement_id: str, text: str) -> None:
        duty = Duty(performer=NURSE, schedule=Schedule(text="elke avond"))
        agreement = Agreement(
            id=agreement_id,
            client_id=CLIENT.id,
            what=What(text=text),
            assignments=(Assignment(id="h1", duty=duty),),
            status=Status(state=State.ACTIVE),
        )
        with self.town.store.write(ORGANISATION) as uow:
            if uow.agreements.find(agreement_id) is None:
                record_new(uow, self.town.hub, agreement, cause=Cause(actor=str(NURSE), why="recorded"))
                uow.commit()

    def changes(self, was: str, changes: Mapping[UnitKey, UnitValue | None]) -> None:
        """The nurse changes the agreement that has this title."""
        with self.town.store.write(ORGANISATION) as uow:
            for record in _titled(uow.agreements.list(), was):
                after = apply(record.agreement, changes)
                if after != record.agreement:
                    cause = Cause(actor=str(NURSE), why="recorded")
                    record_version(uow, self.town.hub, record, after, cause=cause)
                    uow.commit()

    def answers(self) -> None:
        """The nurse takes, in each question that is open, what the app says."""
        for asked in questions.listed(self.town.hub, ORGANISATION):
            questions.answer(
                self.town.hub, ORGANISATION, asked.id, revision=asked.revision, choice="app", value=None
            )

    def allows(self, number: int, *, rows: frozenset[MatrixRow] = frozenset(), allows: bool = True) -> None:
        """The client's word about what the daughter may see."""
        with self.town.store.read(ORGANISATION) as uow:
            given = {one.id for one in uow.consents.of_client(CLIENT.id)}
        if f"c{number}" not in given:
            self.town.consents(DAUGHTER, number=number, rows=rows, allows=allows)

    def withdraws(self, number: int) -> None:
        with self.town.store.read(ORGANISATION) as uow:
            withdrawn = uow.consents.get(f"c{number}").withdrawn_at
        if withdrawn is None:
            self.town.withdraws(f"c{number}")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """How everything looks to people, whatever the ids are. ``made``: how many records there ever were."""

    made: Mapping[str, int]
    systems: Mapping[str, list[str]]
    agreements: list[str]
    questions: Counter[tuple[str, str]]
    reasons: Counter[tuple[str, str]]


def _said(system: System) -> Iterator[str]:
    for record_id in system.live():
        raw: Raw = system.now(record_id) or {}
        tasks = sorted(str(sorted(task.items())) for task in raw.get("tasks", {}).values())
        yield str([*(raw.get(name) for name in SHOWN), *tasks])


def _titled(records: list[AgreementRecord], text: str) -> list[AgreementRecord]:
    return [one for one in records if one.agreement.what.text == text]


Act = Callable[[Life], None]
OVER = Status(state=State.ENDED)
HELPING, WALKING = "helpen met douchen", "wandelen in het park"


def _opens(life: Life) -> None:
    life.allows(1)
    with life.town.store.read(ORGANISATION) as uow:
        given = {one.id for one in uow.consents.of_client(CLIENT.id)}
    if "c2" not in given:
        life.town.consents(SON, number=2, rows=frozenset(), allows=True)


def _edits_everywhere(life: Life) -> None:
    life.changes(HELPING, {PLACE: "badkamer"})
    life.types("app", HELPING, conditions="eerst de voeten")
    life.types("platform", HELPING, title="douchen")


def _disagree(life: Life) -> None:
    life.types("app", "douchen", title="wassen")
    life.types("platform", "douchen", title="baden")


ACTS: Mapping[str, Act] = {
    "consent is given": _opens,
    "a new record is adopted": lambda life: life.writes_down(HELPING),
    "a new agreement is created": lambda life: life.agrees("hub1", WALKING),
    "units are updated": lambda life: life.changes(
        WALKING, {PLACE: "park", CONDITIONS: Conditions(text="met de rollator")}
    ),
    "edits come in from everywhere": _edits_everywhere,
    "two change the same": _disagree,
    "the question is answered": Life.answers,
    "a category is hidden": lambda life: life.allows(3, rows=frozenset({MatrixRow.CONDITIONS}), allows=False),
    "the category is revealed": lambda life: life.withdraws(3),
    "consent is withdrawn": lambda life: life.withdraws(1),
    "consent is given again": lambda life: life.allows(4),
    "it ends there": lambda life: life.types("app", "wassen", status={"state": "ended", "reason": ""}),
    "it ends here": lambda life: life.changes(WALKING, {STATUS: OVER}),
}
"""In this order, each from the rest after the one before."""
