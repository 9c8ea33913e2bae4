"""The outbox of a connector that tells: its copies lie on a shelf, and each news about one is a notice.

Source: ADR 0034. Copy and notice are kept in one transaction: there is neither without the other, and the
numbers of a subscriber have no gaps. The copy says that a notice was written: who repeats a write finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from samenspraak.connectors.calls import Shelf
from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Found, Marker, Raw
from samenspraak.connectors.notices import ARRIVAL, MARK, NOTICE, NoticeKind
from samenspraak.policy.capabilities import Arrival
from samenspraak.policy.priority import EDIT, END, RETRACTION
from samenspraak.protocols.standard_webhooks import SigningKey
from samenspraak.store.records import EventRecord, LinkRecord, ShownRecord
from samenspraak.store.unit_of_work import Store, UnitOfWork, WritingUnitOfWork
from samenspraak.sync.ports import Clock
from samenspraak.sync.shelving import StoredShelf

_URGENCY = {NoticeKind.RETRACTED: RETRACTION, NoticeKind.ENDED: END}
"""How soon a notice leaves; retractions go before all others."""

_GOING = frozenset({NoticeKind.RETRACTED, NoticeKind.ENDED})


@dataclass(frozen=True, kw_only=True)
class StoredOutbox(StoredShelf):
    """The port ``Shelf`` over the store, for ``write: push``."""

    clock: Clock

    def noted(self, uow: WritingUnitOfWork, before: Raw | None, now: ShownRecord) -> None:
        """Put the notice in the outbox, if this copy says one that it did not say before."""
        told = now.raw.get(NOTICE)
        if told is None or (before is not None and _told(before) == _told(now.raw)):
            return
        kind = NoticeKind(told)
        agreement_id, version = self._about(uow, now, kind)
        added = uow.events.add(
            EventRecord(
                id=self.new_id(),
                connector_id=self.connector_id,
                number=0,
                kind=kind,
                copy_id=now.id,
                agreement_id=agreement_id,
                reader=now.reader,
                version=version,
                at=self.clock.now(),
                priority=_URGENCY.get(kind, EDIT),
            )
        )
        uow.wake(events=[added.id])

    def found(self, uow: UnitOfWork, records: Sequence[ShownRecord]) -> list[Found]:
        """What lies there, each with what became of its last notice."""
        last = uow.events.last_of(self.connector_id, [one.id for one in records])
        plain = super().found(uow, records)
        return [
            replace(one, raw={**one.raw, ARRIVAL: arrival_of(last.get(one.external_id))}) for one in plain
        ]

    def kept(self, raw: Raw) -> Raw:
        return {name: value for name, value in raw.items() if name != ARRIVAL}

    def _about(self, uow: UnitOfWork, now: ShownRecord, kind: NoticeKind) -> tuple[str, int]:
        """Which agreement the notice is about, and the version that the write was planned with.

        The intent was committed before the write.
        """
        marker = Marker.parse(now.marker)
        known = uow.remotes.by_external(self.connector_id, now.id)
        link = (
            uow.links.get(known.link_id)
            if known and known.link_id
            else uow.links.find(marker.agreement_id, self.connector_id, marker.copy)
        )
        agreement_id = self._called(uow, now.id, marker.agreement_id, link, kind)
        remotes = [known] if known else uow.remotes.of_link(link.id) if link else []
        intended: Iterable[int] = (one.intent.version for one in remotes if one.intent)
        return agreement_id, max(intended, default=uow.agreements.version_of(agreement_id))

    def _called(
        self, uow: UnitOfWork, copy_id: str, first: str, link: LinkRecord | None, kind: NoticeKind
    ) -> str:
        """The id by which its reader is told of a copy that was made for the agreement ``first``.

        An agreement that was joined is still found by that id. One that the copy became when it was separated
        is not: that has an id of its own. What goes, goes by the id that was told last.
        """
        if kind in _GOING:
            last = uow.events.last_of(self.connector_id, [copy_id]).get(copy_id)
            return last.agreement_id if last else first
        if link is None or link.agreement_id == first:
            return first
        is_joined = uow.agreements.current(first).agreement.id == link.agreement_id
        return first if is_joined else link.agreement_id


def shelf_of(store: Store, clock: Clock, organisation: str, connector: Connector) -> Shelf | None:
    """Where the copies of this connector are, if they stay here at all."""
    can = connector.manifest.capabilities
    if not can.stays_here:
        return None
    if not can.tells:
        return StoredShelf(store=store, organisation=organisation, connector_id=connector.connector_id)
    return StoredOutbox(
        store=store, organisation=organisation, connector_id=connector.connector_id, clock=clock
    )


def signing_key(store: Store, organisation: str, connector: Connector) -> SigningKey | None:
    """What is told from this connector's outbox is signed with it; the same for as long as the hub's key."""
    if not connector.manifest.capabilities.fetches_here:
        return None
    return SigningKey(store.signing_seed(organisation, connector.connector_id))


def arrival_of(event: EventRecord | None) -> Arrival:
    """What became of the last notice about a copy."""
    if event is None or event.taken_at is not None:
        return Arrival.THERE
    return Arrival.ON_ITS_WAY if event.given_up_at is None else Arrival.GIVEN_UP


def _told(raw: Mapping[str, object]) -> tuple[object, object]:
    return raw.get(NOTICE), raw.get(MARK)
