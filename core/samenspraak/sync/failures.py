"""Copies that failed for good: what was tried, and trying again. The link itself is the dead letter.

A link says what a system should hold, not what was sent; so trying again is looking again, with the present
version and today's mapping, and later changes of the agreement are never overtaken by an older one.
"""

from __future__ import annotations

from collections.abc import Collection

from samenspraak.policy.priority import EDIT
from samenspraak.store.log import AttemptRecord
from samenspraak.store.records import LinkRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.hub import Hub

FAILED, TRIED_AGAIN = "failed", "tried_again"


def note_failure(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, detail: str) -> None:
    """Note that a copy failed for good; the same again, by itself, is no news."""
    before = uow.log.attempts(link.id)
    if before and (before[-1].act, before[-1].outcome, before[-1].version) == (FAILED, detail, link.want):
        return
    uow.log.attempt(_attempt(hub, link, FAILED, detail))


def try_again(uow: WritingUnitOfWork, hub: Hub, links: Collection[LinkRecord], by: str) -> list[str]:
    """Look again at these copies, as far as they still stand as failed; gives the ids of their links."""
    taken = set(uow.links.try_again([one.id for one in links], EDIT))
    for link in links:
        if link.id in taken:
            uow.log.attempt(_attempt(hub, link, TRIED_AGAIN, by))
    uow.wake(links=taken)
    return sorted(taken)


def _attempt(hub: Hub, link: LinkRecord, act: str, outcome: str) -> AttemptRecord:
    return AttemptRecord(
        connector_id=link.connector_id,
        link_id=link.id,
        act=act,
        version=link.want,
        outcome=outcome,
        at=hub.now(),
    )
