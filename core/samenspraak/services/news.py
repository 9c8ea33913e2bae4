"""What changed for one person in their app, by number: ids, never content (ADR 0049).

Nothing that happens is written down for them. When they ask, the hub looks with their eyes at all they may
see and compares that with what they were told last. So it needs no connector that tells, and misses nothing
that changes what somebody sees: an edit, a report, a consent, a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from samenspraak.connectors import NoticeKind
from samenspraak.domain.agreements import OVER
from samenspraak.domain.parties import PartyRef
from samenspraak.errors import RuleError
from samenspraak.policy.access import Principal
from samenspraak.protocols import documents
from samenspraak.services.eyes import Eyes, View
from samenspraak.store.news import NewsRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.hub import Hub

MOST = 500
"""Lines in one answer."""


@dataclass(frozen=True, kw_only=True)
class News:
    """What they were told, in the order of the numbers; of each agreement only the last. ``of``: whose."""

    of: PartyRef
    items: tuple[NewsRecord, ...]
    last: int


def after(hub: Hub, organisation: str, who: Principal, number: int = 0, *, limit: int = 100) -> News:
    """What changed for them after this number, as they may see it now.

    Args:
        hub: the hub.
        organisation: whose.
        who: somebody who looks with a party's eyes, in their app.
        number: up to which they have all; 0: from the beginning.
        limit: so many at most.

    Raises:
        RuleError: they look with nobody's eyes.
    """
    if who.party is None:
        raise RuleError("whose-events", "Say for whom you ask: what changed is told to one person.")
    with hub.store.read(organisation) as uow:
        told = uow.news.of(who.connector_id, who.party)
        is_new = any(_changes(uow, hub, who, told))
    if is_new:
        told = _tell(hub, organisation, who, who.party)
    missing = [one for one in told if one.number > number]
    return News(of=who.party, items=tuple(missing[:limit]), last=_last(told))


def _tell(hub: Hub, organisation: str, who: Principal, party: PartyRef) -> list[NewsRecord]:
    """Number what changed; gives all they were told, this included."""
    with hub.store.write(organisation) as uow:
        for new in list(_changes(uow, hub, who, uow.news.of(who.connector_id, party))):
            uow.news.tell(who.connector_id, party, new)
        told = uow.news.of(who.connector_id, party)
        uow.commit()
    return told


def _changes(uow: UnitOfWork, hub: Hub, who: Principal, told: list[NewsRecord]) -> Iterator[NewsRecord]:
    """What they see otherwise than they were told, each with the next number; last what they lost."""
    known, number = {one.agreement_id: one for one in told}, _last(told)
    for view in _views(uow, hub, who):
        before = known.pop(view.id, None)
        digest = uow.news.digest(view.id, documents.dump(view, View))
        if before is None or before.digest != digest:
            number += 1
            kind = _kind(view, before)
            yield NewsRecord(
                agreement_id=view.id, number=number, kind=kind, version=view.version, digest=digest
            )
    for agreement_id, before in sorted(known.items()):
        if before.kind != NoticeKind.RETRACTED:
            number += 1
            gone = NoticeKind.RETRACTED
            yield NewsRecord(agreement_id=agreement_id, number=number, kind=gone, version=None, digest=b"")


def _views(uow: UnitOfWork, hub: Hub, who: Principal) -> Iterator[View]:
    """All they may see now."""
    eyes = Eyes(uow, hub, who)
    seen = [one for one in eyes.records() if eyes.sees(one)]
    uow.statements.foresee([one.agreement.id for one in seen])
    yield from map(eyes.view_of, seen)


def _kind(view: View, before: NewsRecord | None) -> NoticeKind:
    if view.state in OVER:
        return NoticeKind.ENDED
    is_new = before is None or before.kind == NoticeKind.RETRACTED
    return NoticeKind.AVAILABLE if is_new else NoticeKind.UPDATED


def _last(told: list[NewsRecord]) -> int:
    return max((one.number for one in told), default=0)
