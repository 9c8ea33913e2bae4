"""What stands on the sheet of one day, as one principal may see it.

What they may not see is not there, and nothing is filled in: a moment of which nobody reported is "not known"
as long as a system that may know of it was not heard.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from samenspraak.domain import days
from samenspraak.domain.agreements import (
    Conditions,
    LifeDomain,
    Modality,
    OccurrenceKey,
    What,
)
from samenspraak.domain.days import AllDay, Involvement, Turn, Undated, Whose, involvement
from samenspraak.domain.dutch_schedule import readable
from samenspraak.domain.occurrences import MomentState
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import CONDITIONS, LIFE_DOMAIN, WHAT, UnitKey, UnitKind
from samenspraak.errors import RuleError
from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.state import QuestionKind
from samenspraak.services.eyes import Eyes
from samenspraak.services.heard import Silence, System
from samenspraak.services.naming import names
from samenspraak.services.occurrences import Occurrence, Telling, known_until
from samenspraak.store.records import AgreementRecord, QuestionRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.asking import OF_A_UNIT, about_of, unit_of
from samenspraak.sync.hub import Hub

_PLACE = UnitKey(UnitKind.PLACE)
_NAMED_WITH_CONSENT = frozenset({PartyKind.CLIENT, PartyKind.RELATIVE, PartyKind.VOLUNTEER})


@dataclass(frozen=True, kw_only=True)
class Moment(Occurrence):
    """One moment of the day. ``involved``: what whoever's day it is has to do with it."""

    involved: tuple[Involvement, ...]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What holds this day without a moment of its own. ``when``: in words, as it was agreed."""

    agreement_id: str
    assignment_id: str
    why: Undated
    when: str
    performer: PartyRef | None
    backup: PartyRef | None
    state: MomentState
    unheard: tuple[Silence, ...]
    known_until: datetime | None
    involved: tuple[Involvement, ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An open question that matters today. ``about``: the unit, party or moment it is about."""

    id: str
    kind: QuestionKind
    cause: str
    about: str
    owner: str


@dataclass(frozen=True, kw_only=True)
class Matter:
    """An agreement that is on today, as far as it may be seen. ``what``: None where only *when* may be."""

    id: str
    version: int
    client: PartyRef
    what: str | None
    modality: Modality | None
    life_domain: LifeDomain | None
    place: str | None
    conditions: Conditions | None
    questions: tuple[Asked, ...]


@dataclass(frozen=True, kw_only=True)
class Members:
    """Who acts for a group this day.

    ``people``: everybody who is in it; none of the connected systems tells who of them works when ·
    ``told_by``: the systems that say who is in it, with when they were last heard.
    """

    people: tuple[PartyRef, ...]
    told_by: tuple[System, ...]


@dataclass(frozen=True, kw_only=True)
class Today:
    """One day.

    ``of``: whose · ``as_of``: the moment it was put together · ``members``: of a group only · ``moments``: in
    the order of the day · ``standing``: what holds without a moment · ``systems``: those that hold these
    agreements · ``names``: of everybody in it who may be named.
    """

    of: PartyRef
    day: date
    as_of: datetime
    members: Members | None
    moments: tuple[Moment, ...]
    standing: tuple[Standing, ...]
    agreements: tuple[Matter, ...]
    systems: tuple[System, ...]
    names: Mapping[PartyRef, str]


class DaySheet:
    """Puts together what one principal sees of one day."""

    def __init__(self, uow: UnitOfWork, hub: Hub, who: Principal, day: date, whose: Whose) -> None:
        self._uow = uow
        self._hub = hub
        self._who = who
        self._day = day
        self._whose = whose
        self._eyes = Eyes(uow, hub, who)
        self._telling = Telling(uow, hub, who, self._eyes, day, day)

    def today(
        self, of: PartyRef, records: Iterable[AgreementRecord], *, members: Members | None, everything: bool
    ) -> Today:
        """The sheet, of these agreements. ``everything``: also what is no concern of ``of``."""
        visible = [one for one in records if self._eyes.sees(one)]
        ids = [one.agreement.id for one in visible]
        self._uow.statements.foresee(ids)
        self._uow.questions.foresee(ids)
        parts = [part for one in visible if (part := self._part(one, everything=everything))]
        moments = sorted((pair for part in parts for pair in part.moments), key=lambda pair: pair[0])
        systems = {one for part in parts for one in self._telling.hearing.systems(part.matter.id)}
        called = dict(names(self._uow, {of, *(members.people if members else ())}))
        for part in parts:
            called |= part.names
        return Today(
            of=of,
            day=self._day,
            as_of=self._telling.hearing.as_of,
            members=members,
            moments=tuple(one for _, one in moments),
            standing=tuple(one for part in parts for one in part.standing),
            agreements=tuple(part.matter for part in parts),
            systems=tuple(self._system(one) for one in sorted(systems, key=lambda one: one.id)),
            names=called,
        )

    def members(self, people: Collection[PartyRef], told_by: Collection[str]) -> Members:
        """Who acts for a group. A relative or volunteer is named for a client, and so never to colleagues."""
        systems = (self._telling.hearing.system(one) for one in sorted(told_by))
        return Members(
            people=tuple(sorted(one for one in people if self._may_meet(one))),
            told_by=tuple(self._system(one) for one in systems if one is not None),
        )

    def _may_meet(self, ref: PartyRef) -> bool:
        return self._who.sees_everything or ref.kind not in _NAMED_WITH_CONSENT or ref == self._who.party

    # One agreement.

    def _part(self, record: AgreementRecord, *, everything: bool) -> _Part | None:
        """What it asks of this day; None: nothing that is to be seen here."""
        seen = self._eyes.agreement(record)
        if seen is None:
            return None
        said = self._telling.reports(record)
        turns = self._telling.turns(record, seen, said)
        moments = [(_place(record, one), self._moment(record, one, said)) for one in turns]
        standing = [self._standing(record, one) for one in days.all_day(seen, self._day)]
        moments = [one for one in moments if everything or one[1].involved]
        standing = [one for one in standing if everything or one.involved]
        if not (moments or standing):
            return None
        found = [one for _, one in moments]
        return _Part(
            matter=self._matter(record, {self._day, *(one.key.day for one in found)}),
            moments=moments,
            standing=standing,
            names=self._eyes.names(record, set(_mentioned(found, standing))),
        )

    def _moment(self, record: AgreementRecord, turn: Turn, said: Collection[Statement]) -> Moment:
        concerns = involvement(self._whose, record.agreement.client, turn.performers, turn.steps_in)
        told = self._telling.occurrence(record, turn, said)
        return Moment(**vars(told), involved=_sorted(concerns))

    def _standing(self, record: AgreementRecord, one: AllDay) -> Standing:
        agreement, assignment = record.agreement, one.assignment
        performer = assignment.duty.performer
        waits = one.state is MomentState.PLANNED and self._day <= self._hub.today()
        is_done = one.why is not Undated.NEVER
        unheard = self._telling.silences(agreement.id) if waits and is_done else ()
        return Standing(
            agreement_id=agreement.id,
            assignment_id=assignment.id,
            why=one.why,
            when=readable(assignment.duty.schedule),
            performer=self._telling.named(record, performer),
            backup=assignment.backup,
            state=one.state,
            unheard=unheard,
            known_until=known_until(unheard),
            involved=_sorted(involvement(self._whose, agreement.client, {performer})),
        )

    def _matter(self, record: AgreementRecord, of_days: Collection[date]) -> Matter:
        agreement, seen = record.agreement, self._eyes.units(record)
        what, life_domain, place, conditions = (
            seen.get(key) for key in (WHAT, LIFE_DOMAIN, _PLACE, CONDITIONS)
        )
        return Matter(
            id=agreement.id,
            version=record.version,
            client=agreement.client,
            what=what.text if isinstance(what, What) else None,
            modality=what.modality if isinstance(what, What) else None,
            life_domain=life_domain if isinstance(life_domain, LifeDomain) else None,
            place=place if isinstance(place, str) else None,
            conditions=conditions if isinstance(conditions, Conditions) else None,
            questions=tuple(self._questions(agreement.id, of_days)),
        )

    def _questions(self, agreement_id: str, of_days: Collection[date]) -> Iterator[Asked]:
        if not self._who.may(Scope.QUESTIONS_READ):
            return
        for one in self._uow.questions.list(agreement_id=agreement_id):
            about = str(unit_of(one)) if one.kind in OF_A_UNIT else about_of(one)
            if _day_of(one) in {None, *of_days}:
                yield Asked(id=one.id, kind=one.kind, cause=one.cause, about=about, owner=one.owner)

    # Who and where, as far as it may be told.

    def _system(self, one: System) -> System:
        return one if self._eyes.knows(one.id) else replace(one, id="", title="")


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What one agreement brings; each moment with its place in the day."""

    matter: Matter
    moments: list[tuple[tuple[object, ...], Moment]]
    standing: list[Standing]
    names: Mapping[PartyRef, str]


def _place(record: AgreementRecord, turn: Turn) -> tuple[object, ...]:
    return (*turn.moment.order[:2], record.agreement.id, turn.moment.key)


def _mentioned(moments: Iterable[Moment], standing: Iterable[Standing]) -> Iterator[PartyRef]:
    for one in moments:
        yield from one.mentioned
    for held in standing:
        yield from (ref for ref in (held.performer, held.backup) if ref)


def _sorted(found: Iterable[Involvement]) -> tuple[Involvement, ...]:
    return tuple(sorted(found))


def _day_of(asked: QuestionRecord) -> date | None:
    """The day of the moment that a question is about; None: it is about no moment."""
    if asked.kind in OF_A_UNIT:
        unit = unit_of(asked)
        return OccurrenceKey.parse(unit.id).day if unit.kind is UnitKind.EXCEPTION else None
    with suppress(RuleError):
        return OccurrenceKey.parse(about_of(asked)).day
    return None
