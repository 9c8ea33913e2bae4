"""What stands on the sheet of one day, as one principal may see it.

What they may not see is not there, and nothing is filled in: a moment of which nobody reported is "not known"
as long as a system that may know of it was not heard.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from samenspraak.domain import days
from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    LifeDomain,
    Modality,
    OccurrenceKey,
    What,
)
from samenspraak.domain.days import AllDay, Involvement, Turn, Undated, Whose, involvement
from samenspraak.domain.dutch_schedule import readable
from samenspraak.domain.local_time import instant
from samenspraak.domain.occurrences import MomentState
from samenspraak.domain.outcomes import Result
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import DayPart
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import CONDITIONS, LIFE_DOMAIN, STATUS, WHAT, UnitKey, UnitKind
from samenspraak.errors import RuleError
from samenspraak.policy.access import Principal, Scope
from samenspraak.policy.state import QuestionKind
from samenspraak.services.eyes import Eyes, Told
from samenspraak.services.heard import Hearing, Silence, System
from samenspraak.services.naming import names
from samenspraak.store.records import AgreementRecord, QuestionRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.asking import OF_A_UNIT, about_of, unit_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.reports import outcome_of

_EARLIEST = timedelta(days=60)
"""So long before its day no copy shows a moment, and nobody reports about it: what was heard before is of
other days, and is not opened for this one."""
_PLACE = UnitKey(UnitKind.PLACE)
_NAMED_WITH_CONSENT = frozenset({PartyKind.CLIENT, PartyKind.RELATIVE, PartyKind.VOLUNTEER})


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One moment of the day.

    ``at``: what the clock says then; without it, ``part`` of the day or some time that day · ``day``: where
    it is now, another day when it was moved away · ``performer``: who does it now, ``meant``: whose it was
    before somebody took it over, each None where they may not be named · ``result``: ``unknown`` while
    ``unheard`` systems may know of a report · ``known_until``: until when silence there meant something,
    None: not known.
    """

    agreement_id: str
    key: OccurrenceKey
    day: date
    at: time | None
    part: DayPart | None
    performer: PartyRef | None
    meant: PartyRef | None
    backup: PartyRef | None
    state: MomentState
    reason: str
    result: Result
    reports: tuple[Told, ...]
    unheard: tuple[Silence, ...]
    known_until: datetime | None
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
        self._hearing = Hearing(uow, hub)
        self._since = instant(max(day, date.min + 2 * _EARLIEST), time()) - _EARLIEST

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
        systems = {one for part in parts for one in self._hearing.systems(part.matter.id)}
        called = dict(names(self._uow, {of, *(members.people if members else ())}))
        for part in parts:
            called |= part.names
        return Today(
            of=of,
            day=self._day,
            as_of=self._hub.now(),
            members=members,
            moments=tuple(one for _, one in moments),
            standing=tuple(one for part in parts for one in part.standing),
            agreements=tuple(part.matter for part in parts),
            systems=tuple(self._system(one) for one in sorted(systems, key=lambda one: one.id)),
            names=called,
        )

    def members(self, people: Collection[PartyRef], told_by: Collection[str]) -> Members:
        """Who acts for a group. A relative or volunteer is named for a client, and so never to colleagues."""
        systems = (self._hearing.system(one) for one in sorted(told_by))
        return Members(
            people=tuple(sorted(one for one in people if self._may_meet(one))),
            told_by=tuple(self._system(one) for one in systems if one is not None),
        )

    def _may_meet(self, ref: PartyRef) -> bool:
        return self._who.sees_everything or ref.kind not in _NAMED_WITH_CONSENT or ref == self._who.party

    # One agreement.

    def _part(self, record: AgreementRecord, *, everything: bool) -> _Part | None:
        """What it asks of this day; None: nothing that is to be seen here."""
        seen = self._seen(record)
        if seen is None:
            return None
        said = self._uow.statements.reports(record.agreement.id, self._since)
        turns = days.turns(seen, self._day, self._reported(record, said))
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

    def _seen(self, record: AgreementRecord) -> Agreement | None:
        """The agreement with only the assignments, backups and exceptions that may be seen."""
        shape, agreement = self._eyes.shape(record), record.agreement
        if shape is None:
            return agreement
        assignments = tuple(
            one
            if UnitKey(UnitKind.BACKUP, one.id) in shape.units
            else Assignment(id=one.id, duty=one.duty, responsible=one.responsible)
            for one in agreement.assignments
            if UnitKey(UnitKind.ASSIGNMENT, one.id) in shape.units
        )
        if not assignments or STATUS not in shape.units:  # without its status nobody can say what goes on
            return None
        exceptions = {
            key: one
            for key, one in agreement.exceptions.items()
            if UnitKey(UnitKind.EXCEPTION, str(key)) in shape.units
        }
        return replace(agreement, assignments=assignments, exceptions=exceptions)

    def _reported(self, record: AgreementRecord, said: Iterable[Statement]) -> set[OccurrenceKey]:
        return {one.occurrence for one in self._eyes.may_know(record, said) if one.occurrence}

    def _moment(self, record: AgreementRecord, turn: Turn, said: Collection[Statement]) -> Moment:
        agreement, moment = record.agreement, turn.moment
        waits = moment.takes_place and moment.day <= self._hub.today()
        heard = self._hearing.until(agreement.id) if waits else {}
        came = outcome_of(self._uow, agreement, moment.key, heard=heard, since=self._hub.now(), said=said)
        known = list(self._eyes.may_know(record, came.reports))
        unheard = self._silences(agreement.id) if came.unheard else ()
        return Moment(
            agreement_id=agreement.id,
            key=moment.key,
            day=moment.day,
            at=moment.local_time,
            part=moment.part,
            performer=self._named(record, moment.performer),
            meant=self._named(record, turn.meant) if turn.meant != moment.performer else None,
            backup=turn.backup,
            state=moment.state,
            reason=moment.exception.reason if moment.exception else "",
            result=came.result if len(known) == len(came.reports) else Result.UNKNOWN,
            reports=tuple(self._eyes.told(record, one) for one in known),
            unheard=unheard,
            known_until=_known_until(unheard),
            involved=_sorted(involvement(self._whose, agreement.client, turn.performers, turn.steps_in)),
        )

    def _standing(self, record: AgreementRecord, one: AllDay) -> Standing:
        agreement, assignment = record.agreement, one.assignment
        performer = assignment.duty.performer
        waits = one.state is MomentState.PLANNED and self._day <= self._hub.today()
        is_done = one.why is not Undated.NEVER
        unheard = self._silences(agreement.id) if waits and is_done else ()
        return Standing(
            agreement_id=agreement.id,
            assignment_id=assignment.id,
            why=one.why,
            when=readable(assignment.duty.schedule),
            performer=self._named(record, performer),
            backup=assignment.backup,
            state=one.state,
            unheard=unheard,
            known_until=_known_until(unheard),
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

    def _named(self, record: AgreementRecord, ref: PartyRef) -> PartyRef | None:
        is_known = ref == record.agreement.client or self._eyes.may_name(record, ref)
        return ref if is_known else None

    def _silences(self, agreement_id: str) -> tuple[Silence, ...]:
        found = self._hearing.silences(agreement_id)
        return tuple(one if self._knows(one.system) else replace(one, system="", title="") for one in found)

    def _system(self, one: System) -> System:
        return one if self._knows(one.id) else replace(one, id="", title="")

    def _knows(self, connector_id: str) -> bool:
        """Whether they may know which system it is: in somebody's home a page names none either."""
        return self._who.sees_everything or connector_id == self._who.connector_id


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
        found = (one.performer, one.meant, one.backup, *(report.by for report in one.reports))
        yield from (ref for ref in found if ref)
    for held in standing:
        yield from (ref for ref in (held.performer, held.backup) if ref)


def _known_until(unheard: Collection[Silence]) -> datetime | None:
    """Until when silence meant something everywhere; None: nobody can say, or it still does."""
    times = [one.since for one in unheard if one.since is not None]
    return min(times) if times and len(times) == len(unheard) else None


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
