"""Everything one look at a link depends on, read in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Directory, Marker
from samenspraak.connectors.writes import Subject
from samenspraak.domain.agreements import Agreement
from samenspraak.domain.aliases import SAME
from samenspraak.domain.parties import Group, PartyKind, PartyRef
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import (
    UnitKey,
    UnitKind,
    Units,
    UnitValue,
    units_of,
)
from samenspraak.errors import InvalidRecordError
from samenspraak.policy.capabilities import Capabilities, Objects
from samenspraak.policy.settling import is_no_news
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import LinkPhase
from samenspraak.policy.terms import Standing, asked
from samenspraak.store.records import (
    AgreementRecord,
    ConnectorRecord,
    LinkRecord,
    QuestionRecord,
    RemoteRecord,
)
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.aliased import aliased
from samenspraak.sync.alike import may_be_there
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.people import called, client_name, directory_for

_MANY = 3
_RANK = {LinkPhase.OPEN: 0, LinkPhase.NONE: 1, LinkPhase.CLOSED: 2}


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One link with its agreement, objects and readers, as the store had them at one moment.

    ``readers``: who reads it, as the system calls them ·
    ``told``: the statements its readers should be able to read, or fetch; not what stands there ·
    ``typed``: where nothing may be seen now, what people there made of each unit · ``left``: the same of
    the units that are not kept there, where no consent hides them ·
    ``questions``: the open ones about the agreement · ``groups``: whose members are known · ``newcomers``:
    the parts somebody added there, by an object for an assignment that nobody here ever had · ``may_double``:
    a new copy might be a second one, of what stands there as another agreement · ``untold_since``: where
    messages wait a moment, when the first version was made that nobody was told of there · ``quiet``: what a
    new copy says is no news · ``beside``: by their ids, what the readers of objects that are not worked with
    may see in those now.
    """

    organisation: str
    now: datetime
    link: LinkRecord
    record: AgreementRecord
    system: ConnectorRecord
    connector: Connector
    remotes: tuple[RemoteRecord, ...]
    statements: tuple[Statement, ...]
    told: tuple[Statement, ...]
    shape: Shape
    directory: Directory
    client: str | None
    client_name: str | None
    readers: tuple[str, ...]
    epoch: int
    bases: Mapping[int, Units]
    past: Mapping[UnitKey, tuple[UnitValue, ...]]
    typed: Mapping[UnitKey, tuple[UnitValue | None, ...]]
    left: Mapping[UnitKey, tuple[UnitValue | None, ...]]
    questions: tuple[QuestionRecord, ...]
    groups: tuple[Group, ...]
    newcomers: frozenset[str]
    may_double: bool
    untold_since: datetime | None = None
    quiet: bool = False
    beside: Mapping[str, Shape] = field(default_factory=dict)
    units: Units = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", units_of(self.record.agreement))

    def after(self, remote: RemoteRecord) -> Snapshot:
        """The same moment, but with this object as it came to be known by a write of this version."""
        others = (one for one in self.remotes if one.id != remote.id)
        bases = {**self.bases, self.record.version: self.units}
        return replace(self, remotes=(*others, remote), bases=bases)

    @property
    def capabilities(self) -> Capabilities:
        return self.connector.manifest.capabilities

    def has_place(self, key: UnitKey) -> bool:
        """Whether the unit is kept there at all: the system can, and its admin wants it."""
        return self.capabilities.carries(key) and key.kind not in self.system.left_out

    @property
    def is_hidden(self) -> bool:
        """Whether no copy may be there now: consent, or the agreement was erased."""
        return not self.shape or self.record.erased

    @property
    def parts(self) -> list[str]:
        """The objects this link should have or has: one, or one per assignment."""
        if self.capabilities.objects is Objects.AGREEMENT:
            return [""]
        every = {one.id for one in self.record.agreement.assignments}
        # Nobody makes an object there for an assignment that its readers may not see.
        wanted = {one for one in every if UnitKey(UnitKind.ASSIGNMENT, one) in self.shape.units}
        return sorted(wanted | {remote.part for remote in self.remotes}) or sorted(every)

    def of_part(self, part: str) -> list[RemoteRecord]:
        """The objects known for a part, the one we work with first; more than one are doubles.

        One that is gone comes last: another one that our create made may be there all the same.
        """
        own = [one for one in self.remotes if one.part == part and not one.is_aside]
        return sorted(own, key=lambda one: (_RANK[one.phase], not one.base, one.id))

    @property
    def asked(self) -> tuple[PartyRef, ...]:
        """Whose assent to the terms as they are now is open."""
        standings = asked(self.record.agreement, self.statements, groups=self.groups)
        return tuple(party for party, standing in standings.items() if standing is Standing.ASKED)

    def belongs(self, key: UnitKey, part: str) -> bool:
        """Whether the object of this part holds the unit."""
        return not part or key.assignment_id in (None, part)

    def is_about(self, client: str) -> bool:
        """Whether the system calls our client so, by this or another of their ids there."""
        found = self.directory.party(client, PartyKind.CLIENT)
        return found == self.record.agreement.client

    def subject(self, part: str) -> Subject:
        """What a new object is about.

        Raises:
            InvalidRecordError: that system does not know the client (yet).
        """
        if self.client is None:
            raise InvalidRecordError(
                f"Connector {self.system.id} does not know client {self.record.agreement.client_id}. "
                "Match the client first.",
                field="client",
            )
        return Subject(
            client=self.client,
            marker=Marker(agreement_id=self.record.agreement.id, copy=self.link.audience, part=part),
            readers=self.readers,
            client_name=self.client_name,
            quiet=self.quiet,
        )


def foresee(uow: UnitOfWork, link_ids: Collection[str]) -> None:
    """Snapshots of all these links will be loaded: read at once what would be read for each."""
    if len(link_ids) < _MANY:
        return
    uow.links.foresee(link_ids)
    agreements = {uow.links.get(one).agreement_id for one in link_ids}
    uow.remotes.foresee(link_ids)
    uow.agreements.foresee(agreements)
    uow.statements.foresee(agreements)
    uow.questions.foresee(agreements)


def load(uow: UnitOfWork, hub: Hub, link_id: str) -> Snapshot:
    """Read it all; nothing is changed.

    Raises:
        ConfigurationError: the connector cannot be built from its settings.
    """
    link = uow.links.get(link_id)
    return snapshot_of(uow, hub, link, uow.agreements.get(link.agreement_id))


def snapshot_of(uow: UnitOfWork, hub: Hub, link: LinkRecord, record: AgreementRecord) -> Snapshot:
    """The same, where the link and its agreement are at hand."""
    agreement, system = record.agreement, uow.connectors.get(link.connector_id)
    built = hub.connected.connector(uow.organisation, link.connector_id, known=system)
    connector = aliased(built, link.aliases)
    remotes = tuple(uow.remotes.of_link(link.id))
    sight = sight_of(uow, hub, agreement, link.connector_id, link.members)
    shape = sight.shape()
    directory = directory_for(uow, link.connector_id, agreement, shape)
    readers = called(uow, link.connector_id, agreement.client_id, link.members)
    numbers = {version for remote in remotes for version in remote.base.values()} - {record.version}
    versions = uow.agreements.versions(agreement.id, numbers)
    now = {record.version: units_of(agreement)}
    statements = uow.statements.of(agreement.id)
    past = _past_needed(units_of(agreement), remotes, shape)
    return Snapshot(
        organisation=uow.organisation,
        now=hub.now(),
        link=link,
        record=record,
        system=system,
        connector=connector,
        remotes=remotes,
        statements=tuple(statements),
        told=tuple(one for one in sight.told(statements) if not _stands_there(one, link, connector)),
        shape=shape,
        directory=directory,
        client=directory.id_of(agreement.client),
        client_name=client_name(uow, agreement.client_id, shape),
        readers=tuple(readers[one] for one in sorted(link.members) if one in readers),
        epoch=uow.consents.epoch(agreement.client_id),
        bases={**now, **{number: units_of(one.agreement) for number, one in versions.items()}},
        past=uow.agreements.values(agreement.id, past) if past else {},
        typed=_typed_there(uow, agreement.id, link.connector_id) if remotes and not shape else {},
        left=_left_there(uow, hub, record, link, system, remotes),
        questions=tuple(uow.questions.list(agreement_id=agreement.id)),
        groups=tuple(sight.facts.groups),
        newcomers=_newcomers(uow, agreement, remotes),
        may_double=not any(one.phase is LinkPhase.OPEN for one in remotes) and may_be_there(uow, link),
        untold_since=_untold_since(uow, link, record) if connector.manifest.capabilities.settle_s else None,
        quiet=connector.manifest.capabilities.announces
        and not any(one.phase is LinkPhase.OPEN for one in remotes)
        and is_no_news(
            uow.agreements.version(agreement.id, record.version).at,
            system.released_at,
            hub.now(),
            link.priority,
        ),
        beside={
            one.id: sight_of(uow, hub, agreement, link.connector_id, one.shape.members).shape()
            for one in remotes
            if one.is_aside and one.shape is not None
        },
    )


def _stands_there(said: Statement, link: LinkRecord, connector: Connector) -> bool:
    """Whether a statement was said in this system, and can be read there without us."""
    return said.through == link.connector_id and not connector.manifest.capabilities.fetches_here


def _untold_since(uow: UnitOfWork, link: LinkRecord, record: AgreementRecord) -> datetime | None:
    first = max(link.have, link.looked_version) + 1
    return uow.agreements.version(record.agreement.id, first).at if first <= record.version else None


def _newcomers(uow: UnitOfWork, agreement: Agreement, remotes: tuple[RemoteRecord, ...]) -> frozenset[str]:
    """One that left is none, nor one that somebody refused: those are ended there."""
    duties = {
        UnitKey(UnitKind.ASSIGNMENT, one.part): one
        for one in remotes
        if one.part and agreement.assignment(one.part) is None
    }
    had = uow.agreements.values(agreement.id, duties.keys()) if duties else {}
    return frozenset(one.part for key, one in duties.items() if not had[key] and key not in one.answered)


def _past_needed(units: Units, remotes: tuple[RemoteRecord, ...], shape: Shape) -> frozenset[UnitKey]:
    """The units whose every value matters: those that are hidden now, all of a copy to be restored."""
    if not remotes:
        return frozenset()
    known = frozenset(units) | {key for remote in remotes for key in remote.base}
    return known if any(one.released for one in remotes) else known - shape.units


def _left_there(
    uow: UnitOfWork,
    hub: Hub,
    record: AgreementRecord,
    link: LinkRecord,
    system: ConnectorRecord,
    remotes: Sequence[RemoteRecord],
) -> Mapping[UnitKey, tuple[UnitValue | None, ...]]:
    """What people there made of units that are not kept there; none of what consent hides."""
    agreed = {key for remote in remotes for key in remote.base if key.kind in system.left_out}
    if not agreed:
        return {}
    seen = sight_of(uow, hub, record.agreement, link.connector_id, link.members, left_out=()).shape()
    units = units_of(record.agreement)
    shown = {key for key in agreed if key in seen.units or (key not in units and key.kind in seen.kinds)}
    typed = _typed_there(uow, record.agreement.id, link.connector_id) if shown else {}
    return {key: typed[key] for key in shown & typed.keys()}


def _typed_there(
    uow: UnitOfWork, agreement_id: str, connector_id: str
) -> Mapping[UnitKey, tuple[UnitValue | None, ...]]:
    """What was taken over from this system, and what a person chose of what it said, the oldest first."""
    found: dict[UnitKey, tuple[UnitValue | None, ...]] = {}
    for one, aliases in (*uow.agreements.joined_into(agreement_id), (agreement_id, SAME)):
        for version in uow.agreements.history(one):
            units = units_of(version.agreement)
            typed = version.units if version.cause.connector_id == connector_id else frozenset()
            if version.cause.question_id:
                said = uow.questions.get(version.cause.question_id).values.get(connector_id, {})
                typed = frozenset(key for key, value in said.items() if units.get(key) == value)
            for key in typed:
                here = aliases.key_here(key)
                found[here] = (*found.get(here, ()), units.get(key))
    return found
