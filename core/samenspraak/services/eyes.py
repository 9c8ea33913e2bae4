"""What a principal gets to see of agreements: all of it, or what one party may see in the app they use.

Whoever looks with a party's eyes sees what a copy for that reader would show, by the same function, asked
again at every look. What they may not see is not there: no unit, no name, no agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from samenspraak.domain.agreements import Agreement, Assignment, LifeDomain, State
from samenspraak.domain.local_time import instant
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import LIFE_DOMAIN, STATUS, UnitKey, UnitKind, Units, named, units_of
from samenspraak.errors import NotFoundError
from samenspraak.policy.access import Principal
from samenspraak.policy.shape import Shape
from samenspraak.policy.sight import Sight, groups_of
from samenspraak.policy.terms import Standing, asked, terms_digest
from samenspraak.services.naming import names, party
from samenspraak.services.unit_values import Json, as_json
from samenspraak.store.records import AgreementRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.asking import HUB
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.concerned import clients_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.people import client_name


@dataclass(frozen=True, kw_only=True)
class Told:
    """What somebody said.

    ``by``: None where that may not be known here · ``through``: the system it was said in, '' where that may
    not be known · ``stands``: of an assent or a refusal, whether it is about the terms as they are now.
    """

    id: str
    kind: StatementKind
    by: PartyRef | None
    at: datetime
    through: str
    moment: str
    text: str
    stands: bool | None


@dataclass(frozen=True, kw_only=True)
class View:
    """One agreement as somebody sees it now.

    ``units``: as JSON by their names · ``said``: what they may know of what was said · ``standings``: how the
    parties they may know of stand to the terms · ``names``: of the parties in it, as they may be called ·
    ``same_as``: the other id that it was asked for by, which leads to it since the two were joined.
    """

    id: str
    client: PartyRef
    version: int
    state: State
    units: Mapping[str, Json]
    said: tuple[Told, ...]
    standings: Mapping[PartyRef, Standing]
    names: Mapping[PartyRef, str]
    same_as: str | None = None


@dataclass(frozen=True, kw_only=True)
class Views:
    """Some of those that were asked for, by id. ``more``: whether there are others after the last one."""

    items: tuple[View, ...]
    more: bool


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which agreements. Where nothing is said: any.

    ``client``, ``person``: whom it is for, and who takes part in it as far as that may be known ·
    ``changed_since``: a day; something in it was changed on that day or after.
    """

    client: str | None = None
    states: frozenset[State] = frozenset()
    life_domains: frozenset[LifeDomain] = frozenset()
    person: str | None = None
    changed_since: date | None = None


ANY = Wanted()


def show(hub: Hub, organisation: str, who: Principal, agreement_id: str) -> View:
    """One agreement.

    Raises:
        NotFoundError: there is none, or they may not see it; nothing says which.
    """
    with hub.store.read(organisation) as uow:
        return Eyes(uow, hub, who).view(agreement_id)


def listed(
    hub: Hub,
    organisation: str,
    who: Principal,
    *,
    after: str = "",
    limit: int = 50,
    wanted: Wanted = ANY,
) -> Views:
    """The agreements they may see, by id, after this one.

    Raises:
        NotFoundError: there is no such client.
    """
    with hub.store.read(organisation) as uow:
        eyes = Eyes(uow, hub, who)
        found: list[View] = []
        is_wanted = _filter(uow, eyes, wanted)
        for record in eyes.records(after, wanted.client):
            if not (eyes.sees(record) and is_wanted(record)):
                continue
            if len(found) == limit:
                return Views(items=tuple(found), more=True)
            found.append(eyes.view_of(record))
        return Views(items=tuple(found), more=False)


def _filter(uow: UnitOfWork, eyes: Eyes, wanted: Wanted) -> Callable[[AgreementRecord], bool]:
    """Tells of an agreement that they may see whether it is wanted, by nothing that they may not see."""
    person, since = _person(uow, wanted.person), wanted.changed_since
    changed = uow.agreements.changed_since(instant(since, time())) if since else None

    def is_wanted(record: AgreementRecord) -> bool:
        if wanted.states and record.agreement.status.state not in wanted.states:
            return False
        if changed is not None and record.agreement.id not in changed:
            return False
        units = eyes.units(record) if wanted.life_domains or wanted.person else {}
        if wanted.life_domains and units.get(LIFE_DOMAIN) not in wanted.life_domains:
            return False
        return wanted.person is None or person in named(units)

    return is_wanted


def _person(uow: UnitOfWork, text: str | None) -> PartyRef | None:
    """Whom they mean; nobody, where nobody is known by that: nothing says that there is no such person."""
    with suppress(NotFoundError):
        return party(uow, text) if text else None
    return None


class Eyes:
    """What one principal sees in one unit of work."""

    def __init__(self, uow: UnitOfWork, hub: Hub, who: Principal) -> None:
        self._uow = uow
        self._hub = hub
        self._who = who
        self._sights: dict[tuple[str, int], Sight] = {}

    @property
    def party(self) -> PartyRef | None:
        """With whose eyes they look; None: with nobody's."""
        return self._who.party

    @property
    def sees_everything(self) -> bool:
        """Whether nobody's eyes limit what they see."""
        return self._who.sees_everything

    def knows(self, connector_id: str) -> bool:
        """Whether they may know which system this is: which apps others use is nobody else's to know."""
        return self._who.sees_everything or connector_id == self._who.connector_id

    def record(self, agreement_id: str) -> AgreementRecord:
        """The agreement that this id stands for today.

        Raises:
            NotFoundError: there is none, or they may not see it; nothing says which.
        """
        with suppress(NotFoundError):
            record = self._uow.agreements.current(agreement_id)
            if self.sees(record):
                return record
        raise NotFoundError(f"There is no agreement {agreement_id}.")

    def records(self, after: str = "", client: str | None = None) -> Iterator[AgreementRecord]:
        """Those that may be theirs to see, by id, after this one."""
        wanted = None if client is None else {self.client(client).id}
        if wanted is None and not self._who.sees_everything:
            wanted = self._around()
        yield from self._uow.agreements.after(after, wanted)

    def client(self, text: str) -> PartyRef:
        """The client that they mean.

        Raises:
            NotFoundError: there is none, or they have nothing to do with them; nothing says which.
        """
        with suppress(NotFoundError):
            client = party(self._uow, text, PartyKind.CLIENT)
            if self._who.sees_everything or client.id in self._around():
                return client
        raise NotFoundError(f"{text} is no client that you know.")

    def _around(self) -> set[str]:
        """The clients with whom they have to do, or a group they act for."""
        who = self._who.party
        return clients_of(self._uow, {who, *groups_of(who, self._uow.parties.groups())}) if who else set()

    def sees(self, record: AgreementRecord) -> bool:
        """Whether there is anything in it for them."""
        return not record.erased and (self._who.sees_everything or bool(self.shape(record)))

    def shape(self, record: AgreementRecord) -> Shape | None:
        """What they may see of it; None: everything."""
        sight = self._sight(record)
        return sight.shape() if sight else None

    def units(self, record: AgreementRecord) -> Units:
        """What they may see of it, unit by unit."""
        shape, units = self.shape(record), units_of(record.agreement)
        return units if shape is None else shape.project(units)

    def agreement(self, record: AgreementRecord) -> Agreement | None:
        """The agreement with only the assignments, backups and exceptions that they may see.

        None: of what goes on in it they may see nothing.
        """
        shape, agreement = self.shape(record), record.agreement
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

    def may_name(self, record: AgreementRecord, ref: PartyRef) -> bool:
        """Whether this party may be named to them here."""
        sight = self._sight(record)
        return sight is None or sight.may_name(ref)

    def view(self, agreement_id: str) -> View:
        """What they see of it.

        Raises:
            NotFoundError: there is none, or they may not see it; nothing says which.
        """
        record = self.record(agreement_id)
        view = self.view_of(record)
        return view if view.id == agreement_id else replace(view, same_as=agreement_id)

    def view_of(self, record: AgreementRecord) -> View:
        """What they see of an agreement in which there is something for them."""
        agreement, units = record.agreement, self.units(record)
        statements = self._uow.statements.of(agreement.id)
        said = tuple(self.told(record, one) for one in self.may_know(record, statements))
        standings = asked(agreement, statements, groups=self._uow.parties.groups())
        shown = {ref: how for ref, how in standings.items() if self.may_name(record, ref)}
        mentioned = {*named(units), *shown, *(one.by for one in said if one.by)}
        return View(
            id=agreement.id,
            client=agreement.client,
            version=record.version,
            state=agreement.status.state,
            units=as_json(units),
            said=said,
            standings=shown,
            names=self.names(record, mentioned),
        )

    def heard(self, agreement_id: str, statement_id: str) -> Told:
        """One thing that was said of an agreement.

        Raises:
            NotFoundError: nothing was said by that id, or they may not know of it.
        """
        record = self.record(agreement_id)
        known = self.may_know(record, self._uow.statements.of(record.agreement.id))
        found = next((one for one in known if one.id == statement_id), None)
        if found is None:
            raise NotFoundError(f"Agreement {agreement_id} has no statement {statement_id}.")
        return self.told(record, found)

    def may_know(self, record: AgreementRecord, statements: Iterable[Statement]) -> Iterable[Statement]:
        """Of what was said: what their copy would tell, and their own words."""
        sight = self._sight(record)
        if sight is None:
            return statements
        statements = list(statements)
        told = {one.id for one in sight.told(statements)}
        return [one for one in statements if one.id in told or one.by == self._who.party]

    def told(self, record: AgreementRecord, one: Statement) -> Told:
        """Something they may know of, as they are told it."""
        return Told(
            id=one.id,
            kind=one.kind,
            by=one.by if self.may_name(record, one.by) else None,
            at=one.at,
            through=one.through if one.through == HUB or self.knows(one.through) else "",
            moment=str(one.occurrence) if one.occurrence else "",
            text=one.text,
            stands=one.terms == terms_digest(record.agreement, one.by) if one.terms else None,
        )

    def names(self, record: AgreementRecord, refs: Iterable[PartyRef]) -> Mapping[PartyRef, str]:
        """How its client and these parties are called, as far as they may be named."""
        client, shape = record.agreement.client, self.shape(record)
        if shape is None:
            return names(self._uow, {client, *refs})
        found = dict(names(self._uow, {one for one in refs if one != client and one in shape.names}))
        called = client_name(self._uow, client.id, shape)
        return {**found, client: called} if called else found

    def _sight(self, record: AgreementRecord) -> Sight | None:
        """How their copy would be seen; None: they see everything."""
        if self._who.sees_everything:
            return None
        key = record.agreement.id, record.version
        if key not in self._sights:
            self._sights[key] = self._looks(record)
        return self._sights[key]

    def _looks(self, record: AgreementRecord) -> Sight:
        members = frozenset({self._who.party}) if self._who.party else frozenset[PartyRef]()
        agreement, there = record.agreement, self._who.connector_id
        return sight_of(self._uow, self._hub, agreement, there, members, members_act=True)
