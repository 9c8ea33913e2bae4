"""A random walk through the life of a whole hub: people, workers, faults, and then rest.

Everything is drawn from one seed. Workers run in this one thread and hand over explicitly: whenever a
request leaves, the walk may let other workers and people go on before it arrives, or let the process die.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import structlog
from model import oracle
from model.oracle import End, Ledger
from model.systems import PLACE, System, flat, unflat
from model.town import CLIENT, NURSE, ORGANISATION, PERFORMERS, READER, CrashError, Town, template

from samenspraak.connectors import Absence, Raw
from samenspraak.domain.agreements import Agreement, Assignment, Conditions, Duty, State, Status, What
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import (
    CONDITIONS,
    STATUS,
    WHAT,
    MatrixRow,
    UnitKey,
    UnitKind,
    UnitValue,
    apply,
    units_of,
)
from samenspraak.errors import (
    ConflictError,
    OutcomeUnknownError,
    RuleError,
    SamenspraakError,
    StaleError,
    TransientError,
)
from samenspraak.policy.state import QuestionKind
from samenspraak.services import questions, rehearsals
from samenspraak.services.questions import Question
from samenspraak.services.rehearsals import Asked
from samenspraak.services.unit_values import as_json
from samenspraak.store.records import AgreementRecord, Cause
from samenspraak.sync.adopt import reconcile_remote
from samenspraak.sync.pull import look, pull, pull_failed
from samenspraak.sync.reconcile import reconcile
from samenspraak.sync.versions import record_new, record_version
from samenspraak.work.inline import work_off

T = TypeVar("T")

MEMORY = Path("/dev/shm")  # noqa: S108  # where there is one, nothing waits for a disk
STEPS = 60
CYCLES = 20
ROUNDS = 8
_REHEARSED = 0.25
_CYCLE_SECONDS = 200.0
_DEEPEST = 2


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a walk came to. ``wrong``: one sentence per promise that was broken."""

    seed: int
    wrong: list[str]
    steps: int
    cycles: int
    counts: Counter[str]
    story: list[str]


@dataclass
class Late:
    """A request that is still in the network."""

    at: datetime
    effect: Callable[[], object]


class Walk:
    """One seed's walk; also the wire between its hub and its systems."""

    def __init__(self, seed: int, file: Path, *, steps: int = STEPS) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.town = Town(file, random.Random(seed + 1), self)
        self.town.store.crash = self._maybe_dies
        self.ledger = Ledger()
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self.story: list[str] = []
        self.steps = steps
        self.done = 0
        self.cycles = 0
        self._faults = False
        self._depth = 0
        self._working = False
        self._late: list[Late] = []
        self._consents: dict[tuple[str, str], str] = {}
        self._said: dict[str, list[Question]] = {}
        self._number = 0

    def run(self) -> Outcome:
        structlog.configure(processors=[self._hears])
        try:
            self._opens()
            while self.done < self.steps and not self.wrong:
                self.done += 1
                self._acts()
            self._closes()
        except Exception:  # whatever it is, it is a finding, with the seed that leads there
            self.wrong.append(traceback.format_exc(limit=-6))
        finally:
            self.town.close()
            structlog.reset_defaults()
        return Outcome(
            seed=self.seed,
            wrong=self.wrong,
            steps=self.done,
            cycles=self.cycles,
            counts=self.counts,
            story=self.story,
        )

    def _hears(self, _: object, __: str, line: MutableMapping[str, Any]) -> str:
        """The hub never crashes on anything, whatever happens: its log would say so."""
        if line["event"].endswith("crashed") or line["event"] == "work failed":
            self.wrong.append(traceback.format_exc(limit=-6))
        raise structlog.DropEvent

    def note(self, what: str, about: object = "") -> None:
        self.counts[what] += 1
        self.story.append(f"{self.town.clock.now():%H:%M:%S} {'  ' * self._depth}{what} {about}".rstrip())

    # The wire.

    def read(self, system: System, permit: Callable[[], None], effect: Callable[[], T]) -> T:
        if self._draws(0.06):
            self._meanwhile("a reader waits")
        permit()
        if self._draws(0.05):
            self.note("fault: unreachable", system.name)
            down = self.chance.random() < 0.5
            raise TransientError(f"{system.name} cannot be reached", whole_connector=down)
        self._maybe_dies("at a read")
        return effect()

    def write(
        self, system: System, permit: Callable[[], None], raw: Raw, before: Raw, effect: Callable[[], T]
    ) -> T:
        if self._draws(0.08):
            self._meanwhile("a writer waits before its last check")
        permit()
        self._check_consent(system, raw, before)

        def arrives() -> T:
            system.writes += 1
            self.note("write", f"{system.name} {raw.get('id') or raw.get('ref') or 'removal'}")
            return effect()

        fault = self.chance.choices(list(_WRITE_FAULTS), list(_WRITE_FAULTS.values()))[0]
        if not self._faults or fault == "none":
            return arrives()
        self.note(f"fault: {fault}", system.name)
        return self._goes_wrong(system, fault, arrives)

    def _goes_wrong(self, system: System, fault: str, arrives: Callable[[], T]) -> T:
        if fault == "refused":
            raise TransientError(f"{system.name} is busy")
        if fault == "paused":
            seconds = self.chance.choice((5, 130, 300))
            self._meanwhile("a writer is paused after its last check", seconds=seconds)
            return arrives()
        if fault in ("in the network", "dies with a request in the network"):
            soon = self.chance.uniform(0, system.capabilities.lag_s / 2)
            self._late.append(Late(self.town.clock.now() + timedelta(seconds=soon), arrives))
        else:
            arrives()
        if fault.startswith("dies"):
            raise CrashError(fault)
        raise OutcomeUnknownError(f"{system.name} did not answer")

    def overwritten(self, system: System, record_id: str, member: str, lost: object) -> None:
        """No token stopped it: nobody can know, and the manifest says so."""
        self.note("undetectable: typed between our look and our write", f"{record_id} {member} {lost}")
        self.ledger.sees_it_go(lost)
        if member == "status":
            self.ledger.ended.discard((system.name, record_id))

    def between_pages(self) -> None:
        if self._draws(0.1):
            self._meanwhile("a page waits")

    def _draws(self, probability: float) -> bool:
        return self._faults and self.chance.random() < probability

    def _maybe_dies(self, where: str) -> None:
        if self._working and self._draws(0.004):
            self.note("fault: dies", where)
            raise CrashError(where)

    def _meanwhile(self, why: str, *, seconds: float = 0.0) -> None:
        """Others go on while this worker stands still."""
        if self._depth >= _DEEPEST:
            return
        self.note(why)
        self._depth += 1
        self._passes(seconds)
        for _ in range(self.chance.randint(1, 4)):
            self._act()
        self._depth -= 1

    def _passes(self, seconds: float) -> None:
        self.town.clock.pass_(seconds)
        arrived = [one for one in self._late if one.at <= self.town.clock.now()]
        self._late = [one for one in self._late if one not in arrived]
        for one in arrived:
            with contextlib.suppress(ConflictError):
                one.effect()

    def _check_consent(self, system: System, raw: Raw, before: Raw) -> None:
        """At the last check before the socket: nothing new leaves that may not be read there.

        What people there had typed themselves may come back to them.
        """
        known = flat(before)
        for member, value in flat(raw).items():
            new = self.ledger.came_from_elsewhere(system.name, value) - oracle.numbers(known.get(member))
            if new and not self.ledger.may_show(system.name, member):
                self.wrong.append(f"{sorted(new)} left for {system.name} without consent ({member})")

    # Acting.

    def _acts(self) -> None:
        """One step; when the process dies in it, the next one starts anew."""
        try:
            self._act()
        except CrashError:
            self._restarts()

    def _restarts(self) -> None:
        self._depth, self._working = 0, False
        self.note("restart")
        self.town.restart()

    def _act(self) -> None:
        """Somebody does something; what people do here is done, in a process that does not die."""
        standing, self._working = self._working, False
        self.chance.choices(list(_ACTIONS), list(_ACTIONS.values()))[0](self)
        self._working = standing

    @contextlib.contextmanager
    def _as_worker(self) -> Iterator[None]:
        standing, self._working = self._working, True
        yield
        self._working = standing

    def _system(self) -> System:
        return self.chance.choice(list(self.town.systems.values()))

    # The hub's own work.

    def _works(self) -> None:
        with self.town.store.read(ORGANISATION) as uow:
            now = self.town.clock.now()
            due = [(reconcile_remote, one) for one in uow.remotes.due(now, 20)]
            links = [(reconcile, one) for one in uow.links.due(now, 20)]
        waiting: Sequence[tuple[Callable[..., object], str]] = [*due, *links]
        if waiting:
            act, row_id = self.chance.choice(waiting)
            with self._as_worker():
                act(self.town.hub, ORGANISATION, row_id)

    def _works_off(self) -> None:
        for _ in range(self.chance.randint(2, 8)):
            self._works()

    def _pulls(self) -> None:
        self._pull(self._system().name)

    def _pull(self, name: str, *, full: bool = False) -> None:
        with self._as_worker():
            try:
                pull(self.town.hub, ORGANISATION, name, full=full)
            except SamenspraakError as error:
                pull_failed(self.town.hub, ORGANISATION, name, error)

    def _hints(self) -> None:
        """A notification, once, twice, or about nothing."""
        system = self._system()
        if system.records:
            record_id = self.chance.choice(list(system.records))
            with self.town.store.write(ORGANISATION) as uow:
                known = uow.remotes.by_external(system.name, record_id)
                if known is not None:
                    look(uow, known)
                uow.commit()

    def _waits(self) -> None:
        self._passes(self.chance.choice((1, 3, 10, 40, 200)))

    # People in the systems.

    def _text(self, where: str, *, seeing: object) -> str:
        words = self.chance.choice(("samen eten", "helpen met douchen", "wandelen in het park", "medicijnen"))
        return f"{self.ledger.types(where, seeing=seeing)} {words}"

    def _shown_live(self) -> tuple[System, str, Raw] | None:
        system = self._system()
        live = system.live()
        if not live:
            return None
        record_id = self.chance.choice(live)
        return system, record_id, system.now(record_id) or {}

    def _types(self) -> None:
        """Somebody changes a member of a record: a new text, an old one put back, or nothing any more."""
        if (shown := self._shown_live()) is None:
            return
        system, record_id, raw = shown
        members = flat(raw)
        tasks = [name for name in members if name.startswith("tasks.")]
        places = [] if system.name == "platform" else ["place"]
        member = self.chance.choice(["title", "conditions", *places, *tasks])
        old = members.get(member)
        way = self.chance.random()
        if way < 0.12:
            new = self._before(system, record_id, member)
            if new is None or new == old:
                return
            self.ledger.sees_it_go(old)
        elif way < 0.2 and member in ("place", "conditions"):
            new = None
            self.ledger.sees_it_go(old)
        else:
            text = self._text(f"{system.name} {record_id} {member}", seeing=self._when(old))
            text = text[: system.kind.title].strip() if member == "title" else text
            new = {**old, "when": text} if isinstance(old, dict) else text
        self.note("types", f"{record_id} {member}: {self._when(old)} → {self._when(new)}")
        system.keep(record_id, unflat({**members, member: new}))

    @staticmethod
    def _when(value: Any) -> Any:
        return value.get("when") if isinstance(value, dict) else value

    def _before(self, system: System, record_id: str, member: str) -> Any:
        states = [flat(one.raw).get(member) for one in system.records[record_id] if one.raw]
        known = [one for one in states if one and oracle.numbers(one)]
        return self.chance.choice(known) if known else None

    def _writes_down(self) -> None:
        """A new agreement, in a system."""
        system = self._system()
        if sum(len(one.live()) for one in self.town.systems.values()) > 12:
            return
        who = READER.get(system.name) or self.chance.choice(PERFORMERS)
        record_id = f"{system.name}-{len(system.records) + 1}"
        one_each = system.name == "dossier"
        self._number += 1
        task = record_id if one_each else f"k{self._number}"
        raw: Raw = {
            "client": CLIENT.id,
            "title": self._text(f"{record_id} title", seeing="")[: system.kind.title].strip(),
            "status": {"state": "active", "reason": ""},
            "tasks": {task: {"who": f"{who.kind}:{who.id}", "when": self._text(record_id, seeing="")}},
            "note": "van ons alleen",
        }
        if self.chance.random() < 0.5:
            raw["conditions"] = self._text(f"{record_id} conditions", seeing="")
        if one_each:
            raw["group"] = f"g{self._number}"
        self.note("writes down", system.add(raw))

    def _adds_member(self) -> None:
        """Somebody adds a performer in the dossier, by a record in the same group."""
        system = self.town.systems["dossier"]
        live = system.live()
        if not live or len(live) > 6:
            return
        record_id = self.chance.choice(live)
        raw = system.now(record_id) or {}
        new_id = f"dossier-{len(system.records) + 1}"
        task = {"who": f"{NURSE.kind}:{NURSE.id}", "when": self._text(new_id, seeing="")}
        kept = {name: value for name, value in raw.items() if name not in ("id", "ref", "tasks", "note")}
        self.note("adds a member", f"{system.add({**kept, 'tasks': {new_id: task}})} beside {record_id}")

    def _ends_there(self) -> None:
        if (shown := self._shown_live()) is None:
            return
        system, record_id, raw = shown
        removed = self.chance.random() < 0.4
        proves = system.capabilities.absence is not Absence.NEVER
        self.note("removes" if removed else "ends", record_id)
        (self.ledger.ended if proves or not removed else self.ledger.vanished).add((system.name, record_id))
        self.ledger.sees_it_go(raw)
        how = self.chance.choice(("ended", "ended", "withdrawn", "mistake"))
        system.keep(record_id, None if removed else {**raw, "status": {"state": how, "reason": ""}})

    def _flips_scope(self) -> None:
        system = self._system()
        if system.forbidden:
            self.note("access is back", system.name)
            system.forbidden.clear()
        elif system.records:
            system.forbidden.add(self.chance.choice(list(system.records)))
            self.note("access lost", sorted(system.forbidden))

    # People at the hub.

    def _agreements(self, *, live: bool = True) -> list[AgreementRecord]:
        with self.town.store.read(ORGANISATION) as uow:
            return [one for one in uow.agreements.list() if one.agreement.status.is_live is live]

    def _records(self, record: AgreementRecord, after: Agreement, why: str) -> None:
        with self.town.store.write(ORGANISATION) as uow:
            cause = Cause(actor=str(NURSE), why=why)
            record_version(uow, self.town.hub, record, after, cause=cause)
            uow.commit()

    def _edits(self) -> None:
        known = self._agreements()
        if not known:
            return
        record = self.chance.choice(known)
        units = units_of(record.agreement)
        duties = [key for key in units if key.kind is UnitKind.ASSIGNMENT]
        key = self.chance.choice([WHAT, PLACE, CONDITIONS, *duties])
        value = self._value(key, units.get(key), where=f"the hub, {record.agreement.id} {key}")
        self.note("edits at the hub", f"{record.agreement.id} {key}: {oracle.numbers(value)}")
        self._records(record, apply(record.agreement, {key: value}), "recorded")

    def _value(self, key: UnitKey, old: UnitValue | None, *, where: str) -> UnitValue:
        text = self._text(where, seeing=old)
        if isinstance(old, Duty):
            return replace(old, schedule=Schedule(text=text))
        if key == WHAT:
            return What(text=text)
        return Conditions(text=text) if key == CONDITIONS else text

    def _agrees(self) -> None:
        """A new agreement at the hub."""
        if len(self._agreements()) > 4:
            return
        self._number += 1
        duty = Duty(
            performer=self.chance.choice(PERFORMERS), schedule=Schedule(text=self._text("the hub", seeing=""))
        )
        agreement = Agreement(
            id=f"hub{self._number}",
            client_id=CLIENT.id,
            what=What(text=self._text("the hub", seeing="")),
            assignments=(Assignment(id=f"h{self._number}", duty=duty),),
            status=Status(state=State.ACTIVE),
        )
        self.note("agrees at the hub", agreement.id)
        with self.town.store.write(ORGANISATION) as uow:
            record_new(uow, self.town.hub, agreement, cause=Cause(actor=str(NURSE), why="recorded"))
            uow.commit()

    def _divides(self) -> None:
        """A performer more, or one less."""
        known = self._agreements()
        if not known:
            return
        record = self.chance.choice(known)
        assignments = record.agreement.assignments
        if len(assignments) > 1 and self.chance.random() < 0.5:
            leaves = self.chance.choice(assignments)
            self.ledger.sees_it_go(leaves)
            self.note("takes a performer out", f"{record.agreement.id} {leaves.id}")
            after = apply(record.agreement, {UnitKey(UnitKind.ASSIGNMENT, leaves.id): None})
        elif len(assignments) < 3:
            self._number += 1
            text = self._text(f"the hub, {record.agreement.id}", seeing="")
            duty = Duty(performer=self.chance.choice(PERFORMERS), schedule=Schedule(text=text))
            self.note("adds a performer", f"{record.agreement.id} h{self._number}")
            after = apply(record.agreement, {UnitKey(UnitKind.ASSIGNMENT, f"h{self._number}"): duty})
        else:
            return
        self._records(record, after, "recorded")

    def _ends(self) -> None:
        known = self._agreements()
        if not known:
            return
        record = self.chance.choice(known)
        self.note("ends at the hub", record.agreement.id)
        self.ledger.ended.add(("hub", record.agreement.id))
        self.ledger.sees_it_go(units_of(record.agreement))
        over = Status(state=State.ENDED, ended_on=self.town.hub.today())
        self._records(record, apply(record.agreement, {STATUS: over}), "recorded")

    def _restores(self) -> None:
        known = self._agreements(live=False)
        if not known:
            return
        record = self.chance.choice(known)
        self.note("restores at the hub", record.agreement.id)
        self.ledger.restored.add(record.agreement.id)
        self._records(record, apply(record.agreement, {STATUS: Status(state=State.ACTIVE)}), "recorded")

    # Consent.

    def _allows(self, name: str, what: str, *, allowed: bool) -> None:
        """The client's word about a reader: everything, or conditions, may be seen or not."""
        self.note(f"{'allows' if allowed else 'forbids'} {what}", name)
        given = self._consents.pop((name, what), None)
        if given is not None:
            self.town.withdraws(given)
        else:
            self._number += 1
            rows = frozenset({MatrixRow.CONDITIONS}) if what == "conditions" else frozenset[MatrixRow]()
            self._consents[name, what] = self.town.consents(
                READER[name], number=self._number, rows=rows, allows=allowed
            )
        now = self.ledger.conditions_too if what == "conditions" else self.ledger.allowed
        now[name] = allowed

    def _changes_consent(self) -> None:
        name = self.chance.choice(list(READER))
        what = self.chance.choice(("everything", "conditions"))
        now = self.ledger.conditions_too if what == "conditions" else self.ledger.allowed
        self._allows(name, what, allowed=not now[name])

    # Questions.

    def _asks(self) -> tuple[Question, ...]:
        return questions.listed(self.town.hub, ORGANISATION)

    def _answers(self) -> None:
        asked = self._asks()
        if asked:
            self._answer(self.chance.choice(asked))

    def _sees_questions(self) -> None:
        """Somebody opens a question now, and answers it some time later."""
        self._said["seen"] = list(self._asks())

    def _answers_late(self) -> None:
        seen = self._said.pop("seen", [])
        if seen:
            self._answer(self.chance.choice(seen))

    def _answer(self, asked: Question) -> None:
        # In a walk two agreements are never one: they look alike only where a record was copied.
        choice = "apart" if asked.cause == "same-agreement" else self.chance.choice(asked.answers)
        value, told = None, asked.values.get(self._meant(asked, choice), {})
        if choice == "other":
            if asked.unit is None or asked.unit == STATUS:
                return
            value = self._other(asked, asked.unit)
            told = {str(asked.unit): value}
        try:
            questions.answer(
                self.town.hub, ORGANISATION, asked.id, revision=asked.revision, choice=choice, value=value
            )
        except StaleError:
            self.note("a stale answer is refused", asked.kind)
            self._forgets(value)
            return
        except RuleError as error:
            self.note("an unlawful answer is refused", f"{asked.kind} {choice} {error.rule}")
            self._forgets(value)
            return
        self.note(f"answers {asked.kind} {asked.cause}", f"{asked.agreement_id} {asked.unit or ''}: {choice}")
        self._settles(asked, choice, told)

    def _forgets(self, value: object) -> None:
        """What was meant as an answer was never said."""
        for number in oracle.numbers(value):
            del self.ledger.typed[number]
            self.ledger.outlived.discard(number)

    @staticmethod
    def _meant(asked: Question, choice: str) -> str:
        others = sorted(asked.values.keys() - {"hub"})
        return {"take": others[0] if others else "", "refuse": "hub"}.get(choice, choice)

    def _other(self, asked: Question, unit: UnitKey) -> Any:
        with self.town.store.read(ORGANISATION) as uow:
            units = units_of(uow.agreements.get(asked.agreement_id or "").agreement)
        old = units.get(unit)
        if unit.kind is UnitKind.ASSIGNMENT and old is None:
            return None  # nobody does it any more
        return as_json({unit: self._value(unit, old, where=f"an answer about {unit}")})[str(unit)]

    def _settles(self, asked: Question, choice: str, told: object) -> None:
        """What the answer means for what people typed: the person saw what the question held."""
        if choice == "apart":
            return
        if asked.kind is QuestionKind.ENDED and choice == "restore":
            self.ledger.restored.add(asked.agreement_id or "")
            return
        of_a_unit = asked.kind in (QuestionKind.CONFLICT, QuestionKind.PROPOSAL)
        self.ledger.settles(asked.values, told if of_a_unit else None)
        if asked.unit == STATUS or choice == "end":
            self.ledger.ended.add(("hub", asked.agreement_id or ""))
        if any("status" in units for system, units in asked.values.items() if system != "hub"):
            self.ledger.restored.add(asked.agreement_id or "")
        if asked.kind is QuestionKind.IDENTITY:
            self._removes_double(asked)

    def _removes_double(self, asked: Question) -> None:
        with self.town.store.read(ORGANISATION) as uow:
            subject = uow.questions.get(asked.id).subject.split(":")
            remote = uow.remotes.get(subject[1])
        if remote.external_id is not None:
            system = self.town.systems[remote.connector_id]
            self.ledger.sees_it_go(system.now(remote.external_id))
            system.keep(remote.external_id, None)

    # The beginning and the end.

    def _opens(self) -> None:
        for name in READER:
            self.ledger.conditions_too[name] = True
            self._allows(name, "everything", allowed=True)
        for _ in range(2):
            self._writes_down()
        self._agrees()
        self._rests()
        self._faults = True

    def _rests(self) -> None:
        """Cycles until nothing is due and nothing was written in the last one; at most twenty.

        The first one compares everything: what changed while we had no access is in no list of changes. By
        then what was typed last is on every replica.
        """
        self._passes(_CYCLE_SECONDS)
        for cycle in range(1, CYCLES + 1):
            before = self._writes()
            self._cycle(full=cycle == 1)
            if self._writes() == before and not list(oracle.at_rest(self.town)):
                break
        self.cycles = max(self.cycles, cycle)

    def _cycle(self, *, full: bool = False) -> None:
        for name in self.town.systems:
            self._pull(name, full=full)
        work_off(self.town.hub, ORGANISATION, rounds=50)
        self._passes(_CYCLE_SECONDS)

    def _writes(self) -> int:
        return sum(system.writes for system in self.town.systems.values())

    def _closes(self) -> None:
        """Faults stop; the hub comes to rest; people answer what is asked; and the oracle looks."""
        self._faults = False
        for system in self.town.systems.values():
            system.forbidden.clear()
        self.note("faults stop")
        self._passes(self.town.hub.pace.unseen.total_seconds())
        self._restarts()
        if self.chance.random() < _REHEARSED:
            self._rehearses()
        self._rests()
        self._judges(explained=True)
        for _ in range(ROUNDS):
            if self.wrong or not self._asks():
                break
            for asked in self._asks():
                self._answer(asked)
            self._rests()
            self._judges(explained=True)
        if not self.wrong:
            self.wrong += [f"asked for ever: {one.kind} {one.cause} {one.unit or ''}" for one in self._asks()]
            self._judges(explained=False)
            self._stays_quiet()

    def _rehearses(self) -> None:
        """What would happen is seen without a write, and then nothing else is written.

        A system that takes time to show a write can make what follows differ; that is not written then.
        """
        before = self._writes(), self._versions()
        with self._as_worker():
            planned = rehearsals.plan(self.town.hub, ORGANISATION, Asked(full=True))
            if (self._writes(), self._versions()) != before:
                self.wrong.append("a rehearsal wrote")
            before = self._writes(), self._versions()
            done = rehearsals.apply(self.town.hub, ORGANISATION, planned.asked, planned.fingerprint)
        if self._writes() - before[0] > len(done.made) or not set(done.made) <= set(planned.acts):
            self.wrong.append(f"written without a plan: {set(done.made) - set(planned.acts)}")
        self.note("rehearses", len(planned.acts))

    def _judges(self, *, explained: bool) -> None:
        end = End.of(self.town, self.ledger)
        self.wrong += [
            *oracle.at_rest(self.town),
            *oracle.equal(end, explained=explained),
            *oracle.nothing_lost(end),
            *oracle.all_known(end),
            *oracle.nobody_ended_it(end),
            *oracle.no_end_undone(end),
            *oracle.nothing_readable(self.town, self.ledger),
        ]

    def _stays_quiet(self) -> None:
        """Two more cycles write nothing, there or here."""
        before = self._writes(), self._versions()
        self._cycle()
        self._cycle()
        if (self._writes(), self._versions()) != before:
            self.wrong.append(f"not quiet: {before} became {(self._writes(), self._versions())}")

    def _versions(self) -> int:
        with self.town.store.read(ORGANISATION) as uow:
            return sum(one.version for one in uow.agreements.list())


def walk(seed: int, *, steps: int = STEPS) -> Outcome:
    """One seed, in a database of its own that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        file = Path(folder) / "hub.sqlite3"
        file.write_bytes(_template())
        return Walk(seed, file, steps=steps).run()


@cache
def _template() -> bytes:
    """The database every walk begins with, made once per process."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return template(Path(folder)).read_bytes()


_WRITE_FAULTS = {
    "none": 0.70,
    "refused": 0.05,
    "the answer is lost": 0.06,
    "in the network": 0.04,
    "paused": 0.08,
    "dies after it was written": 0.03,
    "dies with a request in the network": 0.02,
    "dies before it is sent": 0.02,
}

_ACTIONS: dict[Callable[[Walk], None], float] = {
    Walk._works: 14,
    Walk._works_off: 5,
    Walk._pulls: 10,
    Walk._hints: 3,
    Walk._waits: 8,
    Walk._types: 14,
    Walk._writes_down: 1.5,
    Walk._adds_member: 1,
    Walk._ends_there: 1,
    Walk._flips_scope: 1,
    Walk._edits: 6,
    Walk._agrees: 1,
    Walk._divides: 1.5,
    Walk._ends: 0.7,
    Walk._restores: 0.7,
    Walk._changes_consent: 2.5,
    Walk._answers: 3,
    Walk._sees_questions: 1,
    Walk._answers_late: 1,
}
