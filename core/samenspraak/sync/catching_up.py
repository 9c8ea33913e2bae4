"""What a subscriber is told when it asks: its events in the order of their numbers, without gaps (ADR 0045).

As with a notice that leaves, consent is asked when an event is given: one whose reader may not see the
agreement any more is given as a retraction, under the same number and another id, without a version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from samenspraak.connectors.notices import NoticeKind
from samenspraak.store.records import EventRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.delivering import is_young, link_of, may_be_told
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Told:
    """An event as it may be told now. ``version``: none of a retraction."""

    id: str
    number: int
    kind: NoticeKind
    agreement_id: str
    reader: str
    version: int | None
    at: datetime


def told_after(uow: UnitOfWork, hub: Hub, connector_id: str, number: int, size: int) -> list[Told]:
    """What comes after this number, this many at most.

    It ends before an event of which the copy is not known yet: whether it may be told is known in a moment.

    Raises:
        ConfigurationError: its plugin is gone, so that nobody can say what may be told.
    """
    found: list[Told] = []
    may: dict[tuple[str, str], bool] = {}
    for event in uow.events.after(connector_id, number, size):
        kind = NoticeKind(event.kind)
        if kind is not NoticeKind.RETRACTED:
            about = (event.copy_id, event.reader)
            if about not in may:
                link = link_of(uow, event)
                if link is None and is_young(event, hub.now()):
                    break
                may[about] = may_be_told(uow, hub, event, link)
            if not may[about]:
                found.append(_told(event, NoticeKind.RETRACTED, f"{event.id}-retracted"))
                continue
        found.append(_told(event, kind, event.id))
    return found


def _told(event: EventRecord, kind: NoticeKind, event_id: str) -> Told:
    return Told(
        id=event_id,
        number=event.number,
        kind=kind,
        agreement_id=event.agreement_id,
        reader=event.reader,
        version=None if kind is NoticeKind.RETRACTED else event.version,
        at=event.at,
    )
