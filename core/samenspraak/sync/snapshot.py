"""Everything one look at a link depends on, read in one transaction, and what a plan makes of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import simplejson

from samenspraak.connectors.connector import Connector, Directory, Found, Marker, Reading, Subject
from samenspraak.domain.agreements import Agreement
from samenspraak.domain.parties import Group, PartyKind, PartyRef
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import (
    UNITS,
    WHAT,
    Keyed,
    UnitKey,
    UnitKind,
    Units,
    UnitValue,
    units_of,
)
from samenspraak.errors import InvalidRecordError
from samenspraak.policy.capabilities import Capabilities, Objects
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import CopyState, LinkPhase, Ours, Presence, There
from samenspraak.store.records import (
    AgreementRecord,
    ConnectorRecord,
    LinkRecord,
    QuestionRecord,
    RemoteRecord,
)
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.naming import misnamed
from samenspraak.sync.people import called, client_name, directory_for

_OF_AN_ASSIGNMENT = frozenset(kind for kind, row in UNITS.items() if row.keyed is not Keyed.NOT)
_LATE = timedelta(hours=24)
"""How long a request whose effect nobody saw may still arrive."""
_DROPS = 2
"""Somebody may have removed a mark once; what is gone after that many writes, the system does not keep."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One link with its agreement, objects and readers, as the store had them at one moment.

    ``readers``: who reads it, as the system calls them ·
    ``told``: the statements its readers should be able to read there (what was said there, stands there) ·
    ``typed``: where nothing may be seen now, what people there made of each unit ·
    ``questions``: the open ones about the agreement · ``groups``: whose members are known · ``newcomers``:
    the parts somebody added there, by an object for an assignment that nobody here ever had.
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
    questions: tuple[QuestionRecord, ...]
    groups: tuple[Group, ...]
    newcomers: frozenset[str]
    units: Units = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", units_of(self.record.agreement))

    @property
    def capabilities(self) -> Capabilities:
        return self.connector.manifest.capabilities

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
        """The objects known for a part, the one we work with first; more than one are doubles."""
        own = [one for one in self.remotes if one.part == part and one.why != "double"]
        return sorted(own, key=lambda one: (one.phase is not LinkPhase.OPEN, not one.base, one.id))

    def belongs(self, key: UnitKey, part: str) -> bool:
        """Whether the object of this part holds the unit."""
        return not part or key.assignment_id in (None, part)

    def is_about(self, client: str) -> bool:
        """Whether the system calls our client so, by this or another of their ids there."""
        found = self.directory.party(client, PartyKind.CLIENT)
        return found == PartyRef(kind=PartyKind.CLIENT, id=self.record.agreement.client_id)

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
        )


def load(uow: UnitOfWork, hub: Hub, link_id: str) -> Snapshot:
    """Read it all; nothing is changed.

    Raises:
        ConfigurationError: the connector cannot be built from its settings.
    """
    link = uow.links.get(link_id)
    record = uow.agreements.get(link.agreement_id)
    agreement = record.agreement
    connector = hub.connected.connector(uow.organisation, link.connector_id)
    remotes = tuple(uow.remotes.of_link(link.id))
    sight = sight_of(uow, hub, agreement, link.connector_id, link.members)
    shape = sight.shape()
    directory = directory_for(uow, link.connector_id, agreement, shape)
    readers = called(uow, link.connector_id, agreement.client_id, link.members)
    numbers = {version for remote in remotes for version in remote.base.values()}
    versions = uow.agreements.versions(agreement.id, numbers)
    statements = uow.statements.of(agreement.id)
    past = _past_needed(units_of(agreement), remotes, shape)
    return Snapshot(
        organisation=uow.organisation,
        now=hub.now(),
        link=link,
        record=record,
        system=uow.connectors.get(link.connector_id),
        connector=connector,
        remotes=remotes,
        statements=tuple(statements),
        told=tuple(one for one in sight.told(statements) if one.through != link.connector_id),
        shape=shape,
        directory=directory,
        client=directory.id_of(PartyRef(kind=PartyKind.CLIENT, id=agreement.client_id)),
        client_name=client_name(uow, agreement.client_id, shape),
        readers=tuple(readers[one] for one in sorted(link.members) if one in readers),
        epoch=uow.consents.epoch(agreement.client_id),
        bases={number: units_of(one.agreement) for number, one in versions.items()},
        past=uow.agreements.values(agreement.id, past) if past else {},
        typed=_typed_there(uow, agreement.id, link.connector_id) if remotes and not shape else {},
        questions=tuple(uow.questions.list(agreement_id=agreement.id)),
        groups=tuple(sight.facts.groups),
        newcomers=_newcomers(uow, agreement, remotes),
    )


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


def _typed_there(
    uow: UnitOfWork, agreement_id: str, connector_id: str
) -> Mapping[UnitKey, tuple[UnitValue | None, ...]]:
    """What was taken over from this system, and what a person chose of what it said."""
    found: dict[UnitKey, tuple[UnitValue | None, ...]] = {}
    for version in uow.agreements.history(agreement_id):
        units = units_of(version.agreement)
        typed = version.units if version.cause.connector_id == connector_id else frozenset()
        if version.cause.question_id:
            said = uow.questions.get(version.cause.question_id).values.get(connector_id, {})
            typed = frozenset(key for key, value in said.items() if units.get(key) == value)
        for key in typed:
            found[key] = (*found.get(key, ()), units.get(key))
    return found


def copy_state(snapshot: Snapshot, remote: RemoteRecord | None) -> CopyState:
    """What we know of one object, as a plan takes it. ``then`` is read with today's lens."""
    if remote is None:
        return CopyState()
    attempts = tuple(one for one in remote.attempts if snapshot.now - one.at < _LATE)
    return CopyState(
        phase=remote.phase,
        was={
            key: snapshot.bases[version][key]
            for key, version in remote.base.items()
            if key in snapshot.bases[version]
        },
        then=seen_units(snapshot, remote),
        based=frozenset(remote.base),
        shape=remote.shape or _first_shape(snapshot, remote),
        held=remote.held,
        answered=remote.answered,
        past=snapshot.past,
        intent=remote.intent,
        attempts=attempts,
        refused=remote.refused,
        unkept={one for one in remote.unkept if remote.unkept.count(one) >= _DROPS},
        typed=snapshot.typed if _is_theirs(snapshot, remote) else {},
        ended_by_us=remote.ended_by_us or any(one.removes for one in attempts),
        released=remote.released,
    )


def _first_shape(snapshot: Snapshot, remote: RemoteRecord) -> Shape:
    """What could be seen in an object we just met: of all that may be there, what they added themselves."""
    added = _OF_AN_ASSIGNMENT if remote.part in snapshot.newcomers else frozenset[UnitKind]()
    return Shape(units=frozenset(), kinds=added & snapshot.shape.kinds)


def _is_theirs(snapshot: Snapshot, remote: RemoteRecord) -> bool:
    """Whether people there wrote it down: it does not carry our marker, and we have what they called it."""
    if WHAT not in snapshot.typed or remote.seen is None:
        return False
    try:
        return snapshot.connector.get(dict(remote.seen), snapshot.directory).marker is None
    except InvalidRecordError:
        return False


def seen_units(snapshot: Snapshot, remote: RemoteRecord) -> Units:
    """What the object said when each unit was last decided on."""
    if remote.seen is None:
        return {}
    try:
        reading = snapshot.connector.get(dict(remote.seen), snapshot.directory)
    except InvalidRecordError:
        # What an earlier lens could read and today's cannot is no base to compare with.
        return {}
    return {key: value for key, value in reading.units.items() if snapshot.belongs(key, remote.part)}


def ours_of(snapshot: Snapshot, part: str) -> Ours:
    """What the hub holds for one object."""
    agreement = snapshot.record.agreement
    units = {key: value for key, value in snapshot.units.items() if snapshot.belongs(key, part)}
    there = not part or agreement.assignment(part) is not None or part in snapshot.newcomers
    if snapshot.record.erased:
        presence = Presence.ERASED
    elif agreement.status.is_over or not there:
        presence = Presence.OVER
    else:
        presence = Presence.LIVE if agreement.status.is_live else Presence.DRAFT
    return Ours(
        presence=presence,
        units=units,
        version=snapshot.record.version,
        part=part,
        siblings=sum(one.id != part for one in agreement.assignments)
        if part
        else len(agreement.assignments) - 1,
    )


def there_of(snapshot: Snapshot, reading: Reading, found: Found, remote: RemoteRecord) -> There:
    """One object as it is now."""
    state = content_of(snapshot.connector, found)
    return There(
        units={key: value for key, value in reading.units.items() if snapshot.belongs(key, remote.part)},
        selected=reading.selected,
        client_is_ours=reading.client is None or snapshot.is_about(reading.client),
        doubles=len(snapshot.of_part(remote.part)) - 1,
        went_back=_went_back(snapshot, found, remote),
        repeats=state in remote.earlier and state != remote.earlier[-1],
        mark=reading.mark,
        told=reading.told,
        unanswered=reading.unanswered,
        misnamed=misnamed(
            snapshot.connector,
            snapshot.directory,
            {
                key: value
                for key, value in snapshot.shape.project(snapshot.units).items()
                if snapshot.belongs(key, remote.part)
            },
            reading,
            found,
        ),
    )


def page_mark(connector: Connector, found: Found) -> str:
    """What a page must show for us not to look again: the token, or the content where there is none."""
    return found.token or content_of(connector, found)


def content_of(connector: Connector, found: Found) -> str:
    """A short stable text for what a record says, as far as the lens touches it."""
    text = simplejson.dumps(connector.own(found.raw), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _went_back(snapshot: Snapshot, found: Found, remote: RemoteRecord) -> bool:
    """The peer was restored from an older state: an ordered token went back, or tells of other content.

    Another mapping may touch other members of the same content, so that only the same one compares.
    """
    if found.token is None or remote.token is None:
        return False
    if found.token != remote.token:
        return snapshot.capabilities.token_ordered and int(found.token) < int(remote.token)
    mapping = remote.shape.mapping_version if remote.shape else None
    comparable = mapping == snapshot.capabilities.mapping_version and bool(remote.earlier)
    return comparable and content_of(snapshot.connector, found) != remote.earlier[-1]
