"""Why an agreement is as it is: per system which version, per unit who changed it and where it went."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from samenspraak.domain.agreements import Agreement, State
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey, Units, named, units_of
from samenspraak.errors import ConfigurationError, NotFoundError, SamenspraakError
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import LinkPhase, Reason
from samenspraak.services.agreements import Said, said_of
from samenspraak.services.changes import Change, actors, change_of
from samenspraak.services.naming import names
from samenspraak.services.questions import Question, described
from samenspraak.services.reached import Reached, Told, reached, told
from samenspraak.services.unit_values import Json, as_json
from samenspraak.store.receipts import Receipt
from samenspraak.store.records import LinkRecord, RemoteRecord, VersionRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.audiences import anybody_there, sight_of
from samenspraak.sync.hub import Hub


class Standing(StrEnum):
    """How a unit stands in one copy; of several objects of a copy the first of these counts."""

    QUESTION = "question"
    ABSENT = "absent"
    EARLIER = "earlier"
    HIDDEN = "hidden"
    NO_PLACE = "no_place"
    HOLDS = "holds"


_SEVERITY = list(Standing)


@dataclass(frozen=True, kw_only=True)
class Copy:
    """The agreement in one system, for one audience.

    ``have``: the newest version in which all that is compared agrees · ``detail``: the line of the tables
    that decided, or the code of an error · ``units``: how each unit stands there · ``applies``: False where
    none of those concerned is in that system, so that there is nobody to tell and nothing to mend ·
    ``waits_for``: what a proposal of ours waits for there, in nl and en, where its connector says.
    """

    link_id: str
    connector_id: str
    readers: tuple[PartyRef, ...]
    reason: Reason
    detail: str
    want: int
    have: int
    phase: LinkPhase
    missing: tuple[UnitKey, ...]
    external_ids: tuple[str, ...]
    next_at: datetime | None
    heard_at: datetime | None
    units: Mapping[UnitKey, Standing]
    reached: tuple[Reached, ...]
    applies: bool = True
    waits_for: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Story:
    """One unit: its value now (JSON), the version it dates from, and every version that changed it.

    ``told``: everybody it reached as it is now.
    """

    unit: UnitKey
    value: Json
    since: int
    changes: tuple[Change, ...]
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Everything there is to say about one agreement."""

    id: str
    client: PartyRef
    state: State
    version: int
    copies: tuple[Copy, ...]
    units: tuple[Story, ...]
    history: tuple[Change, ...]
    said: tuple[Said, ...]
    questions: tuple[Question, ...]
    names: Mapping[PartyRef, str]


def explain(hub: Hub, organisation: str, agreement_id: str, *, unit: UnitKey | None = None) -> Explained:
    """Where an agreement stands and how it came to that; with ``unit``: only that unit.

    Raises:
        NotFoundError: there is no such agreement, or it never had that unit.
    """
    with hub.store.read(organisation) as uow:
        record = uow.agreements.current(agreement_id)
        agreement_id = record.agreement.id
        history = uow.agreements.history(agreement_id)
        units = units_of(record.agreement)
        stories = [_story(uow, key, units, history) for key in _keys(units, history, unit)]
        if unit is not None and not stories:
            raise NotFoundError(f"Agreement {agreement_id} never had a unit {unit}.")
        links = sorted(uow.links.of_agreement(agreement_id), key=lambda one: (one.connector_id, one.audience))
        receipts = {link.id: uow.receipts.of_link(link.id) for link in links}
        copies = tuple(_copy(uow, hub, link, record.agreement, stories, receipts[link.id]) for link in links)
        changes = tuple(change_of(uow, one) for one in history)
        said = said_of(uow, record)
        client = record.agreement.client
        mentioned = {
            client,
            *named(units),
            *(ref for copy in copies for ref in copy.readers),
            *(one.reader for copy in copies for one in copy.reached if one.reader),
            *(one.by for one in said),
            *actors(changes),
        }
        return Explained(
            id=agreement_id,
            client=client,
            state=record.agreement.status.state,
            version=record.version,
            copies=copies,
            units=tuple(replace(one, told=_told(one, copies, receipts)) for one in stories),
            history=changes,
            said=said,
            questions=tuple(described(one) for one in uow.questions.list(agreement_id=agreement_id)),
            names=names(uow, mentioned),
        )


# Units through time.


def _keys(units: Units, history: Sequence[VersionRecord], wanted: UnitKey | None) -> list[UnitKey]:
    every = set(units) | {key for version in history for key in version.units}
    return sorted(key for key in every if wanted in (None, key))


def _story(uow: UnitOfWork, key: UnitKey, units: Units, history: Sequence[VersionRecord]) -> Story:
    changes = tuple(change_of(uow, one, key) for one in history if key in one.units)
    return Story(
        unit=key,
        value=as_json({key: units.get(key)})[str(key)],
        since=max((one.version for one in changes), default=1),
        changes=changes,
    )


def _told(
    story: Story, copies: Iterable[Copy], receipts: Mapping[str, Sequence[Receipt]]
) -> tuple[Told, ...]:
    """Whom the unit reached as it is now; nobody where it is not, or not so."""
    there = (
        one
        for one in copies
        if one.phase is LinkPhase.OPEN and one.units[story.unit] is Standing.HOLDS and story.value is not None
    )
    return tuple(each for one in there for each in told(one.connector_id, story.since, receipts[one.link_id]))


# Copies.


@dataclass(frozen=True, kw_only=True)
class _Place:
    """What a system can show to the readers of one copy; without ``shape`` nobody can say today."""

    has: Callable[[UnitKey], bool]
    shape: Shape | None = None

    def hides(self, key: UnitKey) -> bool:
        return self.shape is not None and key not in self.shape.units


def _copy(
    uow: UnitOfWork,
    hub: Hub,
    link: LinkRecord,
    agreement: Agreement,
    stories: Sequence[Story],
    receipts: Sequence[Receipt],
) -> Copy:
    remotes = uow.remotes.of_link(link.id)
    place = _place(uow, hub, link, agreement)
    return Copy(
        link_id=link.id,
        connector_id=link.connector_id,
        readers=tuple(sorted(link.members)),
        reason=link.reason,
        detail=link.detail,
        want=link.want,
        have=link.have,
        phase=link.phase,
        missing=tuple(sorted(link.missing)),
        external_ids=tuple(one.external_id for one in remotes if one.external_id),
        next_at=link.next_at,
        heard_at=uow.connectors.get(link.connector_id).heard_at,
        units={one.unit: _standing(one, remotes, place) for one in stories},
        reached=tuple(reached(receipts)),
        applies=bool(remotes) or _applies(uow, hub, link, agreement),
        waits_for=_waits_for(uow, hub, link),
    )


def _waits_for(uow: UnitOfWork, hub: Hub, link: LinkRecord) -> Mapping[str, str]:
    if link.reason is not Reason.WAITING_THERE:
        return {}
    try:
        return hub.connected.manifest(uow.organisation, link.connector_id).waits_for
    except SamenspraakError:  # its plugin cannot be used now
        return {}


def _applies(uow: UnitOfWork, hub: Hub, link: LinkRecord, agreement: Agreement) -> bool:
    with suppress(ConfigurationError):
        return anybody_there(uow, hub, agreement, link.connector_id)
    return True


def _place(uow: UnitOfWork, hub: Hub, link: LinkRecord, agreement: Agreement) -> _Place:
    try:
        left_out = uow.connectors.get(link.connector_id).left_out
        capabilities = hub.capabilities(uow.organisation, link.connector_id).without(left_out)
        shape = sight_of(uow, hub, agreement, link.connector_id, link.members).shape()
    except ConfigurationError:
        return _Place(has=lambda key: key not in link.missing)
    return _Place(has=capabilities.carries, shape=shape)


def _standing(story: Story, remotes: Sequence[RemoteRecord], place: _Place) -> Standing:
    key = story.unit
    if not place.has(key):
        return Standing.NO_PLACE
    there = [one for one in remotes if one.phase is LinkPhase.OPEN and _belongs(key, one)]
    if any(key in one.held for one in there):
        return Standing.QUESTION
    if story.value is not None and place.hides(key):
        return Standing.HIDDEN
    return min((_in_one(story, one) for one in there), key=_SEVERITY.index, default=Standing.ABSENT)


def _in_one(story: Story, remote: RemoteRecord) -> Standing:
    agreed = remote.base.get(story.unit)
    if agreed is None:
        return Standing.ABSENT if story.value is not None else Standing.HOLDS
    return Standing.HOLDS if agreed >= story.since else Standing.EARLIER


def _belongs(key: UnitKey, remote: RemoteRecord) -> bool:
    return not remote.part or key.assignment_id in (None, remote.part)
