"""What the next exchange would do: seen before it happens, and then done exactly so or not at all.

A rehearsal is the hub itself, at work on a copy of its store: it reads the real systems, and what it would
write to them is imagined. So a plan needs no second set of rules that could disagree with the first.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import count
from typing import TypeVar
from uuid import uuid4

import structlog

from samenspraak.domain.canonical import digest
from samenspraak.domain.units import UnitKey
from samenspraak.errors import StaleError, TransientError
from samenspraak.policy import priority
from samenspraak.policy.state import QuestionKind, WriteKind
from samenspraak.services import ADMIN, taking_part
from samenspraak.services.exchange import Exchanged, exchange
from samenspraak.services.naming import actor
from samenspraak.store.records import AuditLine, Likeness, LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync import adopt
from samenspraak.sync.alike import SAME_AGREEMENT
from samenspraak.sync.asking import about_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.lately import Lately
from samenspraak.sync.watched import Act, Watching

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be planned.

    ``connector_id``: hear this system only · ``full``: everything there is · ``compare``: look at every copy,
    whether it is due or not · ``release``: systems that begin to take part · ``seed``: of the ids that are
    given out, so that what follows has the ids of the plan.
    """

    connector_id: str | None = None
    full: bool = False
    compare: bool = False
    release: tuple[str, ...] = ()
    seed: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True, kw_only=True, order=True)
class Change:
    """A version that would be made here. ``new``: of an agreement that is not here yet."""

    agreement_id: str
    version: int
    connector_id: str
    why: str
    units: tuple[UnitKey, ...]
    new: bool


@dataclass(frozen=True, kw_only=True, order=True)
class Question:
    """A question that would be asked."""

    kind: QuestionKind
    cause: str
    agreement_id: str


@dataclass(frozen=True, kw_only=True, order=True)
class Doubt:
    """An agreement that may be the same as one that was here before (``like``): a person is asked."""

    agreement_id: str
    connector_id: str
    like: str


class Meeting(StrEnum):
    """What an agreement of a system is to us: one that others hold too, a new one, or nobody knows which."""

    LINKED = "linked"
    NEW = "new"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, kw_only=True, order=True)
class Met:
    """What a system that is about to take part holds, as far as we can tell.

    ``waiting``: records whose client nobody has matched.
    """

    connector_id: str
    linked: int = 0
    new: int = 0
    doubtful: int = 0
    waiting: int = 0


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What the next exchange would do, as the world is now; ids and names of units, never content.

    ``met``: per system that begins to take part, what it holds · ``unheard``: systems that could not be read,
    with the code of the error; what they would tell is unknown.
    """

    asked: Asked
    at: datetime
    acts: tuple[Act, ...]
    changes: tuple[Change, ...]
    questions: tuple[Question, ...]
    doubtful: tuple[Doubt, ...]
    met: tuple[Met, ...]
    unheard: tuple[tuple[str, str], ...]

    @property
    def differing(self) -> Mapping[str, frozenset[str]]:
        """Per system the agreements whose copy there differs from what it should be; new ones as well."""
        touched = {(one.connector_id, one.agreement_id) for one in self.acts}
        touched |= {(one.connector_id, one.agreement_id) for one in self.changes}
        found: dict[str, set[str]] = {}
        for connector_id, agreement_id in touched:
            if connector_id and agreement_id:
                found.setdefault(connector_id, set()).add(agreement_id)
        return {name: frozenset(agreements) for name, agreements in sorted(found.items())}

    @property
    def fingerprint(self) -> str:
        """Of everything that would happen, whenever it was planned."""
        return digest("p1", [self.asked, self.acts, self.changes, self.questions, self.unheard])


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What was done of a plan.

    ``refused``: what the world asked for that was not in the plan; it was not written and waits ·
    ``missing``: what was planned and not done in this run, because a system takes time to show the write
    before it, or because it was not needed any more.
    """

    made: tuple[Act, ...]
    refused: tuple[Act, ...]
    missing: tuple[Act, ...]
    exchanged: Exchanged


def plan(
    hub: Hub, organisation: str, asked: Asked, *, first: Callable[[Hub], object] = lambda _: None
) -> Planned:
    """What an exchange would do now. Reads every system; writes nothing, there or here.

    Args:
        hub: the hub.
        organisation: whose.
        asked: what is to be planned.
        first: what somebody is about to do here; it is done on the copy, and what follows from it is planned.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: a system that is to be released takes part already.
        ConfigurationError: this database cannot be copied.
    """
    acts: list[Act] = []
    with hub.store.copied() as copy:
        watching = Watching(inner=hub.connected, store=copy, watcher=acts.append, imagines=True)
        rehearsing = replace(hub, store=copy, connected=watching, new_id=_ids(asked.seed), lately=Lately())
        with copy.read(organisation) as uow:
            before = _standing(uow)
        with structlog.contextvars.bound_contextvars(rehearsal=True):  # what it logs did not happen
            first(rehearsing)
            outcome = _exchange(rehearsing, organisation, asked)
        with copy.read(organisation) as uow:
            changes, questions = tuple(_changes(uow, before)), tuple(sorted(_questions(uow, before)))
            doubtful = tuple(sorted(_doubts(uow, before, asked.release)))
            met = tuple(sorted(_met(uow, one, acts) for one in asked.release))
    return Planned(
        asked=asked,
        at=hub.now(),
        acts=tuple(sorted(acts)),
        changes=changes,
        questions=questions,
        doubtful=doubtful,
        met=met,
        unheard=outcome.unheard,
    )


def foreseen(hub: Hub, organisation: str, act: Callable[[Hub], T]) -> tuple[T, Planned]:
    """What would come of an act at this hub, and of everything that would follow from it; nothing is written.

    Raises:
        ConfigurationError: this database cannot be copied.
        Whatever the act raises.
    """
    outcomes: list[T] = []
    planned = plan(hub, organisation, Asked(), first=lambda copy: outcomes.append(act(copy)))
    return outcomes[0], planned


def apply(hub: Hub, organisation: str, asked: Asked, fingerprint: str, *, by: str = ADMIN) -> Applied:
    """Do what was planned: exactly that, or nothing when the world has moved since.

    Args:
        hub: the hub; nobody else may be at work for this organisation.
        organisation: whose.
        asked: what was planned.
        fingerprint: of the plan.
        by: who has it done.

    Raises:
        StaleError: something else would happen now; plan again. Nothing was done.
        As :func:`plan`.
    """
    planned = still(hub, organisation, asked, fingerprint)
    _audit(hub, organisation, planned, by)
    left, made, refused = Counter(planned.acts), [], []

    def only_planned(act: Act) -> None:
        if left[act] < 1:
            refused.append(act)
            raise TransientError(
                f"Agreement {act.agreement_id}: this write to {act.connector_id} was not planned."
            )
        left[act] -= 1
        made.append(act)

    watching = Watching(inner=hub.connected, store=hub.store, watcher=only_planned, imagines=False)
    doing = replace(hub, connected=watching, new_id=_ids(asked.seed))
    outcome = _exchange(doing, organisation, asked, by=by)
    return Applied(
        made=tuple(made), refused=tuple(refused), missing=tuple(sorted(left.elements())), exchanged=outcome
    )


def still(hub: Hub, organisation: str, asked: Asked, fingerprint: str) -> Planned:
    """What would happen now, if that is what was planned.

    Raises:
        StaleError: something else would happen now; plan again.
    """
    planned = plan(hub, organisation, asked)
    if planned.fingerprint != fingerprint:
        raise StaleError(
            f"The world has moved since this was planned; {len(planned.acts)} writes would be made now. "
            "Nothing was done: plan again."
        )
    return planned


def _audit(hub: Hub, organisation: str, planned: Planned, by: str) -> None:
    """Whoever has it done is known before anything is written."""
    with hub.store.write(organisation) as uow:
        line = AuditLine(
            at=hub.now(),
            actor=actor(uow, by),
            action="plan.applied",
            object=f"plan:{planned.fingerprint}",
            detail=f"{len(planned.acts)} writes",
        )
        uow.log.audit(line)
        uow.commit()


def _exchange(hub: Hub, organisation: str, asked: Asked, *, by: str = ADMIN) -> Exchanged:
    for connector_id in asked.release:
        taking_part.resume(hub, organisation, connector_id, by=by)
    if asked.compare:
        with hub.store.write(organisation) as uow:
            for system in uow.connectors.list():
                if asked.connector_id in (None, system.id) and system.state.listens:
                    uow.look_at_system(system.id, priority.BULK)
            uow.commit()
    return exchange(hub, organisation, connector_id=asked.connector_id, full=asked.full)


def _ids(seed: str) -> Callable[[], str]:
    """The same ids in the same order, for whoever does again what was done with this seed."""
    numbers = count()
    return lambda: hashlib.sha256(f"{seed}:{next(numbers)}".encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """How far an organisation is: the version of every agreement, and its open questions."""

    versions: Mapping[str, int]
    questions: frozenset[str]


def _standing(uow: UnitOfWork) -> _Standing:
    return _Standing(
        versions={one.agreement.id: one.version for one in uow.agreements.list()},
        questions=frozenset(one.id for one in uow.questions.list()),
    )


def _changes(uow: UnitOfWork, before: _Standing) -> Iterator[Change]:
    for record in uow.agreements.list():
        known = before.versions.get(record.agreement.id, 0)
        if record.version == known:
            continue
        for made in uow.agreements.history(record.agreement.id):
            if made.version > known:
                yield Change(
                    agreement_id=record.agreement.id,
                    version=made.version,
                    connector_id=made.cause.connector_id,
                    why=made.cause.why,
                    units=tuple(sorted(made.units)),
                    new=made.version == 1,
                )


def _questions(uow: UnitOfWork, before: _Standing) -> Iterator[Question]:
    for one in uow.questions.list():
        if one.id not in before.questions:
            yield Question(kind=one.kind, cause=one.cause, agreement_id=one.agreement_id or "")


def _doubts(uow: UnitOfWork, before: _Standing, release: Iterable[str]) -> Iterator[Doubt]:
    """The same thing written down in two systems: a person says so before anybody reads it twice."""
    for one in uow.questions.list():
        if one.cause == SAME_AGREEMENT and one.agreement_id is not None:
            through = uow.agreements.history(one.agreement_id)[0].cause.connector_id
            if one.id not in before.questions or through in release:
                yield Doubt(agreement_id=one.agreement_id, connector_id=through, like=about_of(one))


def _met(uow: UnitOfWork, connector_id: str, acts: Iterable[Act]) -> Met:
    made = {(one.connector_id, one.agreement_id) for one in acts if one.kind == WriteKind.CREATE}
    found = Counter(
        _meeting(uow, link)
        for link in uow.links.of_connector(connector_id)
        if (connector_id, link.agreement_id) not in made
        and any(one.external_id for one in uow.remotes.of_link(link.id))
    )
    waiting = len(uow.remotes.unlinked_as(adopt.PERSON, connector_id))
    return Met(connector_id=connector_id, waiting=waiting, **{kind: found[kind] for kind in Meeting})


def _meeting(uow: UnitOfWork, link: LinkRecord) -> Meeting:
    stands = uow.agreements.likenesses(link.agreement_id).values()
    if any(one is not Likeness.APART for one in stands):
        return Meeting.DOUBTFUL
    through = uow.agreements.history(link.agreement_id)[0].cause.connector_id
    alone = through == link.connector_id and not uow.agreements.joined_into(link.agreement_id)
    return Meeting.NEW if alone else Meeting.LINKED
