"""To whom what was told, noted while it happens: what leaves, what stands there, what is read or gone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from samenspraak.policy.capabilities import Readers
from samenspraak.policy.state import Intent, Reason, WriteKind
from samenspraak.store.receipts import Reader
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.snapshot import Snapshot


def readers_of(snapshot: Snapshot) -> Collection[Reader]:
    """Who reads this copy, each of them; in a system for staff whoever looks there."""
    if snapshot.capabilities.readers is Readers.STAFF:
        return (None,)
    return snapshot.link.members


def note_leaving(uow: WritingUnitOfWork, snapshot: Snapshot, intent: Intent) -> None:
    """What is about to leave offers its readers a version, or takes back all that they were offered."""
    if intent.kind is WriteKind.RETRACT:
        uow.receipts.take_back(snapshot.link.id, intent.at)
    else:
        uow.receipts.offered(snapshot.link.id, readers_of(snapshot), intent.version, intent.at)


def note_rest(
    uow: WritingUnitOfWork,
    link_id: str,
    reason: Reason,
    version: int,
    readers: Collection[Reader],
    now: datetime,
) -> None:
    """How a copy came to rest says what its readers can read there."""
    if reason is Reason.EQUAL:
        uow.receipts.delivered(link_id, readers, version, now)
    elif reason is Reason.CLOSED:
        uow.receipts.landed(link_id, version, now)
    elif reason is Reason.RETRACTED:
        uow.receipts.taken_back(link_id, now)
