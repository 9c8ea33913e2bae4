"""What the other copies of an agreement say, before an edit in one of them is taken over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import structlog

from samenspraak.connectors.calls import Call
from samenspraak.connectors.looks import Found
from samenspraak.domain.units import UnitKey
from samenspraak.errors import SamenspraakError
from samenspraak.policy.contest import contests
from samenspraak.policy.state import LinkPhase, Plan, QuestionKind, SentUnits
from samenspraak.store.records import LinkRecord, RemoteRecord
from samenspraak.sync.hub import Hub
from samenspraak.sync.looking import Lease, View
from samenspraak.sync.sides import seen_units
from samenspraak.sync.snapshot import Snapshot, load
from samenspraak.sync.trouble import may_be_asked

log = structlog.get_logger(__name__)


def contested(hub: Hub, organisation: str, lease: Lease, view: View, decided: Plan) -> frozenset[UnitKey]:
    """The units that this plan would take over, while somebody else changed them too or is asked about them.

    Each other copy is read as it is now, and looked at again when it contests something. A system that
    cannot be read at this moment, for whatever reason, contests nothing: its edit is met when it is heard
    again.
    """
    agreement_id, own = view.snapshot.record.agreement.id, view.snapshot.link
    with hub.store.read(organisation) as uow:
        others = [one for one in uow.links.of_agreement(agreement_id) if one.id != own.id]
    found: set[UnitKey] = set()
    for other in others:
        keys: set[UnitKey] = set()
        with _met_by_its_own_work(organisation, other):
            _compare(hub, organisation, lease, view.snapshot, other, decided.adopt, keys)
        if keys:
            with hub.store.write(organisation) as uow:
                uow.look_at_link(other.id)
                uow.commit()
        found |= keys
    return frozenset(found) | _asked_about(hub, organisation, agreement_id, decided.adopt)


def _asked_about(hub: Hub, organisation: str, agreement_id: str, adopted: SentUnits) -> frozenset[UnitKey]:
    """What an open question is about. Asked last: a copy whose edit was just decided on contests no more."""
    with hub.store.read(organisation) as uow:
        asked = {
            one.subject
            for one in uow.questions.list(agreement_id=agreement_id)
            if one.kind is QuestionKind.CONFLICT
        }
    return frozenset(key for key in adopted if f"agreement:{agreement_id}:{key}" in asked)


def _compare(
    hub: Hub,
    organisation: str,
    lease: Lease,
    snapshot: Snapshot,
    link: LinkRecord,
    adopted: SentUnits,
    found: set[UnitKey],
) -> None:
    """Add to ``found`` what this other copy contests, as far as it can be asked now."""
    with hub.store.read(organisation) as uow:
        if not may_be_asked(hub, uow.connectors.get(link.connector_id)):
            return
        other = load(uow, hub, link.id)
    readable = {
        key: None if value is None else other.connector.normal(key, value)
        for key, value in adopted.items()
        if other.capabilities.reads(key) and key in other.shape.units
    }
    if not readable:
        return
    call = hub.connected.call(
        organisation, other.system.id, permit=lambda: lease.permit(snapshot, retraction=False)
    )
    call = replace(call, http=call.http.within(hub.pace.glance_seconds))
    for remote in other.remotes:
        own = {key: value for key, value in readable.items() if other.belongs(key, remote.part)}
        if own and _is_open(remote):
            with _met_by_its_own_work(organisation, link):
                found |= _contests(other, remote, call, own)


def _contests(other: Snapshot, remote: RemoteRecord, call: Call, adopted: SentUnits) -> frozenset[UnitKey]:
    look = other.connector.fetch(call, remote.external_id or "")
    if not isinstance(look, Found):
        return frozenset()
    return contests(adopted, seen_units(other, remote), other.connector.get(look.raw, other.directory).units)


def _is_open(remote: RemoteRecord) -> bool:
    return remote.phase is LinkPhase.OPEN and remote.external_id is not None and remote.intent is None


@contextmanager
def _met_by_its_own_work(organisation: str, link: LinkRecord) -> Iterator[None]:
    """What is wrong with another copy is told and mended where that is worked on, and stops nothing here."""
    try:
        yield
    except SamenspraakError as error:
        log.debug("another copy not read", organisation=organisation, link=link.id, code=error.code)
    except Exception as error:  # a plugin may raise anything
        log.exception(
            "reading another copy crashed",
            organisation=organisation,
            link=link.id,
            connector=link.connector_id,
            error=type(error).__name__,
        )
