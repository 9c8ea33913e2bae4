"""An object in another system that has no link yet: is it one of ours, a new agreement, or for a person?

Source: design §4, the rows without a link; simulation H18 (read again, claim in the same transaction).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Absent, Directory, Found, Raw, Reading, Unseen
from samenspraak.connectors.writes import Changes
from samenspraak.domain.agreements import Agreement, State, Status
from samenspraak.domain.identifiers import normals
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, Units, agreement_from
from samenspraak.errors import (
    InvalidRecordError,
    RuleError,
    SamenspraakError,
    StaleError,
    TransientError,
)
from samenspraak.policy.capabilities import Create
from samenspraak.policy.plan import plan
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import CopyState, Do, LinkPhase, Ours, Presence, Reason, There, Today
from samenspraak.store.records import (
    DOUBLE,
    REPLACED,
    AgreementRecord,
    Cause,
    ConnectorRecord,
    LinkRecord,
    RemoteRecord,
)
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import alike
from samenspraak.sync.copies import Copies
from samenspraak.sync.hub import Hub
from samenspraak.sync.joining import join
from samenspraak.sync.latecomers import audience_since, with_alias
from samenspraak.sync.people import plain_directory
from samenspraak.sync.reconcile import outcome_of, rest_of
from samenspraak.sync.sides import page_mark
from samenspraak.sync.snapshot import Snapshot, snapshot_of
from samenspraak.sync.telling import note_rest
from samenspraak.sync.trouble import admitted, is_about_the_system, trouble
from samenspraak.sync.versions import record_new

log = structlog.get_logger(__name__)

LINKED, NEW, PERSON, OUTSIDE, APART = "linked", "new", "person", "outside", "apart"
CANDIDATE, GONE, UNSEEN = "candidate", "gone", "unseen"

_PATIENCE = 6
"""As after so many attempts: an object that could not be read is not asked for again at once."""


@dataclass(frozen=True, kw_only=True)
class _Case:
    """An unlinked object as it was just read.

    ``is_kept``: we knew of it before · ``not_taken``: what it says of units that are not taken over.
    """

    remote: RemoteRecord
    connector: Connector
    directory: Directory
    found: Found
    reading: Reading
    is_kept: bool = True
    not_taken: frozenset[UnitKey] = frozenset()

    def coming(self, system: ConnectorRecord) -> _Case:
        """The same, without the units that are not taken over from this system."""
        units = {key: value for key, value in self.reading.units.items() if system.takes_over(key.kind)}
        not_taken = self.reading.units.keys() - units.keys()
        return replace(self, reading=replace(self.reading, units=units), not_taken=frozenset(not_taken))

    def seen(self) -> Raw:
        """The object as far as it is decided on: what is not taken over may still be, some day."""
        own = self.connector.own(self.found.raw)
        if not self.not_taken:
            return own
        return self.connector.own(self.connector.put(own, Changes(clear=self.not_taken), self.directory))

    def keep(self, uow: WritingUnitOfWork, remote: RemoteRecord) -> RemoteRecord:
        """What is known of it from now on."""
        return uow.remotes.save(remote) if self.is_kept else uow.remotes.add(remote)


def reconcile_remote(hub: Hub, organisation: str, remote_id: str) -> str | None:
    """Look at one unlinked object.

    Returns:
        What became of it: ``linked``, ``person`` (waits for one), ``outside``, ``apart``, ``gone``,
        ``unseen``, ``new`` (to be looked at again); None when it was not due, somebody else has it, or its
        system is not to be called now.
    """
    remote = _claim(hub, organisation, remote_id)
    if remote is None:
        return None
    try:
        return _look(hub, organisation, remote)
    except StaleError:
        return _end(hub, organisation, remote, NEW)
    except SamenspraakError as error:
        return _failed(hub, organisation, remote, error)
    except Exception as error:  # a plugin may raise anything; one object's crash stops no other
        log.exception(
            "reading an object crashed",
            organisation=organisation,
            remote=remote.id,
            connector=remote.connector_id,
            error=type(error).__name__,
        )
        return _failed(hub, organisation, remote, TransientError(f"Object {remote.id}: an unexpected error."))


def take_in(
    uow: WritingUnitOfWork, hub: Hub, connector: Connector, directory: Directory, found: Found
) -> None:
    """Keep an object that a page shows for the first time, and take over what it says (ADR 0028).

    We never wrote to it and never read it, so that the page is no older than what we know; and of what
    changes there afterwards another page tells. Whatever does not go smoothly is looked at as any other.
    """
    remote = RemoteRecord(
        id=hub.new_id(),
        connector_id=connector.connector_id,
        external_id=found.external_id,
        phase=LinkPhase.NONE,
        why=NEW,
        look=1,
    )
    if uow.connectors.get(connector.connector_id).state.listens:
        with suppress(Exception), uow.apart():  # a plugin may raise anything; it is told at that look
            case = _Case(
                remote=replace(remote, looked=remote.look),
                is_kept=False,
                connector=connector,
                directory=directory,
                found=found,
                reading=connector.get(found.raw, directory),
            )
            if _judge(uow, hub, case) == NEW:
                raise StaleError(f"Object {remote.id}: nobody can say yet what it is.")
            return
    uow.remotes.add(remote)
    uow.wake(remotes=[remote.id])


def _claim(hub: Hub, organisation: str, remote_id: str) -> RemoteRecord | None:
    """The object, leased; one of a system that stands still stays ``new`` until that goes on."""
    now = hub.now()
    with hub.store.write(organisation) as uow:
        remote = uow.remotes.claim(remote_id, now, now + hub.pace.lease)
        if remote is not None and not uow.connectors.get(remote.connector_id).state.listens:
            _finish(uow, remote)
            remote = None
        elif remote is not None and (waits_until := admitted(uow, hub, remote.connector_id)):
            _finish(uow, remote, again_at=waits_until)
            remote = None
        uow.commit()
    return remote


def _end(hub: Hub, organisation: str, remote: RemoteRecord, outcome: str) -> str:
    with hub.store.write(organisation) as uow:
        _settled(uow, hub, remote, outcome)
        uow.commit()
    return outcome


def _settled(uow: WritingUnitOfWork, hub: Hub, remote: RemoteRecord, outcome: str) -> None:
    """In the transaction of what came of it; one that is still new is looked at again."""
    _finish(uow, remote, again_at=hub.now() + hub.backoff(1) if outcome == NEW else None)


def _finish(uow: WritingUnitOfWork, remote: RemoteRecord, *, again_at: datetime | None = None) -> None:
    looked = remote.look if again_at is None else None
    uow.remotes.finish(remote.id, remote.fence, looked=looked, next_at=again_at)


def _failed(hub: Hub, organisation: str, remote: RemoteRecord, error: SamenspraakError) -> str:
    """Later again; what is about the whole system is told as such."""
    log.debug("object not read", organisation=organisation, remote=remote.id, code=error.code)
    with hub.store.write(organisation) as uow:
        if is_about_the_system(error):
            trouble(uow, hub, remote.connector_id, error)
        wait = hub.backoff(_PATIENCE, getattr(error, "retry_after", None))
        _finish(uow, remote, again_at=hub.now() + wait)
        uow.commit()
    return NEW


def _look(hub: Hub, organisation: str, remote: RemoteRecord) -> str:
    if remote.external_id is None:  # a link has taken the object over
        return _end(hub, organisation, remote, GONE)
    connector = hub.connected.connector(organisation, remote.connector_id)
    with hub.store.read(organisation) as uow:
        directory = plain_directory(uow, remote.connector_id)
    call = hub.connected.call(organisation, remote.connector_id)
    try:
        found = connector.fetch(call, remote.external_id)
    except InvalidRecordError as error:
        return _note(hub, organisation, _as(hub, remote, APART, why_field=error.field))
    if isinstance(found, Absent):
        return _note(hub, organisation, _as(hub, remote, GONE, phase=LinkPhase.CLOSED))
    if isinstance(found, Unseen):  # it is looked at again when a list shows it
        return _note(hub, organisation, _as(hub, remote, UNSEEN, page_mark=None))
    try:
        reading = connector.get(found.raw, directory)
    except InvalidRecordError as error:
        mark = page_mark(connector, found)
        return _note(hub, organisation, _as(hub, remote, APART, why_field=error.field, page_mark=mark))
    case = _Case(remote=remote, connector=connector, directory=directory, found=found, reading=reading)
    with hub.store.write(organisation) as uow:
        outcome = _judge(uow, hub, case)
        _settled(uow, hub, remote, outcome)
        uow.commit()
    return outcome


def _note(hub: Hub, organisation: str, remote: RemoteRecord) -> str:
    with hub.store.write(organisation) as uow:
        uow.remotes.save(remote)
        _settled(uow, hub, remote, remote.why)
        uow.commit()
    return remote.why


def _as(hub: Hub, remote: RemoteRecord, why: str, **more: Any) -> RemoteRecord:
    """The object without a link for this reason: from now on, or as it was for a while."""
    since = remote.why_since if remote.why == why else None
    return replace(remote, why=why, why_since=since or hub.now(), **more)


def _judge(uow: WritingUnitOfWork, hub: Hub, case: _Case) -> str:
    remote = replace(
        case.remote,
        token=case.found.token,
        page_mark=page_mark(case.connector, case.found),
        group_key=case.reading.group or "",
        why_field="",
        client_there=None,
    )
    outcome = _attach(uow, hub, case, remote) or _adopt(uow, hub, case, remote)
    if outcome == LINKED:
        uow.remotes.know_as(remote.id, normals(case.reading.numbers))
    if outcome in (CANDIDATE, PERSON, OUTSIDE, NEW):
        client = case.reading.client if outcome == PERSON else None
        case.keep(uow, _as(hub, remote, outcome, client_there=client))
    return outcome


# One of ours, come back.


def _attach(uow: WritingUnitOfWork, hub: Hub, case: _Case, remote: RemoteRecord) -> str | None:
    """It carries our marker, succeeds an object we know, or is tied to one: it goes to that link."""
    predecessor = (
        uow.remotes.by_external(remote.connector_id, case.reading.replaces) if case.reading.replaces else None
    )
    if predecessor is not None and (link := _link_of(uow, case, predecessor)):
        uow.remotes.save(replace(predecessor, phase=LinkPhase.CLOSED, link_id=None, why=REPLACED))
        carried = replace(
            predecessor,
            id=remote.id,
            external_id=remote.external_id,
            token=None,
            row=remote.row,
            intent=None,
        )
        case.keep(uow, carried)
        return _linked(uow, link)
    record, audience = _agreement_of(uow, case)
    if record is None:
        return None
    link_found = uow.links.find(record.agreement.id, remote.connector_id, audience)
    link = link_found or uow.links.ensure(
        record.agreement.id, remote.connector_id, audience, frozenset(), record.version
    )
    if case.reading.marker is None:
        link = with_alias(uow, link, record, case.reading.part, case.reading.units)
    part = (case.reading.marker.part if case.reading.marker else "") or case.reading.part
    part = link.aliases.id_here(part) if part else ""
    awaited = [one for one in uow.remotes.of_link(link.id) if one.part == part and one.external_id is None]
    if any(one.intent is not None for one in awaited):
        # Our own create is on its way and will find it; it must not become a second object.
        return NEW
    if awaited:
        # A create that was given up arrived after all; what it sent is known to be ours.
        case.keep(uow, replace(remote, external_id=None, phase=LinkPhase.CLOSED, why=DOUBLE))
        remote = replace(remote, id=awaited[0].id, row=awaited[0].row, attempts=awaited[0].attempts)
    attached = replace(remote, link_id=link.id, part=part, phase=LinkPhase.NONE, why="")
    if awaited:
        uow.remotes.save(attached)
    else:
        case.keep(uow, attached)
    return _linked(uow, link)


def _agreement_of(uow: WritingUnitOfWork, case: _Case) -> tuple[AgreementRecord | None, str]:
    """The agreement this object is of, and its audience: by our marker, else by the group it is tied to.

    A copied record may carry the marker or the group of another client's: that makes it no part of theirs.
    """
    marker = case.reading.marker
    if marker is not None:
        record = uow.agreements.find(marker.agreement_id)
        if record is not None and record.same_as is not None:
            record = uow.agreements.current(record.same_as)
            marker = replace(marker, copy=audience_since(uow, record, case.remote.connector_id, marker.copy))
        return (record, marker.copy) if record and _is_of_its_client(case, record) else (None, "")
    if case.reading.group:
        for sibling in uow.remotes.of_group(case.remote.connector_id, case.reading.group):
            if link := _link_of(uow, case, sibling):
                return uow.agreements.get(link.agreement_id), link.audience
    return None, ""


def _link_of(uow: WritingUnitOfWork, case: _Case, remote: RemoteRecord) -> LinkRecord | None:
    """The link of an object, if that is of the client this record is of."""
    link = uow.links.get(remote.link_id) if remote.link_id is not None else None
    return link if link and _is_of_its_client(case, uow.agreements.get(link.agreement_id)) else None


def _is_of_its_client(case: _Case, record: AgreementRecord) -> bool:
    client = case.reading.client
    known = case.directory.party(client, PartyKind.CLIENT) if client else None
    return known is None or known.id == record.agreement.client_id


def _linked(uow: WritingUnitOfWork, link: LinkRecord) -> str:
    uow.look_at_link(link.id)
    return LINKED


# A new agreement.


def _adopt(uow: WritingUnitOfWork, hub: Hub, case: _Case, remote: RemoteRecord) -> str:
    system = uow.connectors.get(remote.connector_id)
    case = case.coming(system)
    client = case.directory.party(case.reading.client, PartyKind.CLIENT) if case.reading.client else None
    is_known = client is not None and client.is_resolved
    there = There(units=case.reading.units, selected=case.reading.selected)
    today = Today(
        connector_id=system.id,
        capabilities=case.connector.manifest.capabilities,
        connector=system.state,
        shape=Shape(units=frozenset(case.reading.units)),
        client_known=is_known,
        candidate=client is not None and _may_be_made_by_us(uow, case, client.id),
    )
    decided = plan(CopyState(), Ours(presence=Presence.NONE), there, today)
    if decided.do is Do.WAIT:
        waits = CANDIDATE if is_known else PERSON
        return NEW if decided.reason is Reason.CONNECTOR else waits
    if decided.do is not Do.ADOPT or client is None:
        return OUTSIDE
    try:
        agreement = agreement_said(hub.new_id(), client.id, case.reading.units)
    except RuleError as error:
        case.keep(uow, _as(hub, remote, APART, why_field=error.rule))
        return APART
    cause = Cause(actor="system", why="adopted", connector_id=system.id)
    known = alike.certain(uow, agreement, system.id, case.reading.numbers)
    if known is not None:  # a version of its own says what stands there; no other system hears of it
        record = uow.agreements.add(agreement, cause, hub.now())
        link = uow.links.ensure(agreement.id, system.id, "", frozenset(), record.version)
        case.keep(uow, _opened(case, remote, snapshot_of(uow, hub, link, record)))
        join(uow, hub, known.agreement.id, agreement.id, by="system")
        return LINKED
    record = record_new(uow, hub, agreement, cause=cause)
    _open(uow, hub, case, remote, record)
    alike.wonder(uow, hub, agreement, system.id, case.reading.numbers)
    return LINKED


def _opened(case: _Case, remote: RemoteRecord, snapshot: Snapshot) -> RemoteRecord:
    """The object as known when all that it says was taken over."""
    units = frozenset(case.reading.units)
    return replace(
        remote,
        link_id=snapshot.link.id,
        part=case.reading.part,
        phase=LinkPhase.OPEN,
        written_at=snapshot.now,
        seen=case.seen(),
        base=dict.fromkeys(units & snapshot.shape.units, snapshot.record.version),
        shape=replace(snapshot.shape, units=units & snapshot.shape.units),
        why="",
    )


def _open(
    uow: WritingUnitOfWork, hub: Hub, case: _Case, remote: RemoteRecord, record: AgreementRecord
) -> None:
    """The object is the first copy of this agreement, which says what it says: mostly it is at rest."""
    link = _link_for(uow, record, case)
    snapshot = snapshot_of(uow, hub, link, record)
    opened = _opened(case, remote, snapshot)
    settled = Copies(hub, uow.organisation, link).adopted(snapshot, opened, case.found, case.keep)
    is_all = snapshot.after(opened).parts == [opened.part]
    if settled is None or settled.keep is None or settled.reason is not Reason.EQUAL or not is_all:
        case.keep(uow, opened)
        _linked(uow, link)
        return
    settled.keep(uow)
    rest = rest_of(snapshot, [settled], has_answered=False)
    uow.links.set(link.id, **outcome_of(link, rest))  # nobody else knows of it yet
    note_rest(uow, link.id, rest.reason, rest.version, rest.readers, hub.now())


def _may_be_made_by_us(uow: UnitOfWork, case: _Case, client_id: str) -> bool:
    """A create for this client lost its answer, and this may be what it made: a person says whether."""
    if case.connector.manifest.capabilities.create is not Create.NONE:
        return False
    links = (
        uow.links.get(one.link_id) for one in uow.remotes.awaited(case.remote.connector_id) if one.link_id
    )
    return any(uow.agreements.get(one.agreement_id).agreement.client_id == client_id for one in links)


def agreement_said(new_id: str, client_id: str, units: Units) -> Agreement:
    """The agreement that a record says; a record without a state is taken to be in force.

    Raises:
        RuleError: these units are no agreement.
    """
    return agreement_from(new_id, client_id, {STATUS: Status(state=State.ACTIVE), **units})


def _link_for(uow: WritingUnitOfWork, record: AgreementRecord, case: _Case) -> LinkRecord:
    """The link whose readers the object has: those of its performers, else the only one."""
    links = uow.links.in_system(record.agreement.id, case.remote.connector_id)
    performers = {
        getattr(value, "performer", None)
        for key, value in case.reading.units.items()
        if key.kind is UnitKind.ASSIGNMENT
    }
    return next((one for one in links if one.members and one.members <= performers), links[0])
