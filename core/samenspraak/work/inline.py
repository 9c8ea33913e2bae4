"""Working off what is due in this thread, until nothing is: for tests and for one run from the CLI."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from samenspraak.sync.adopt import reconcile_remote
from samenspraak.sync.delivering import deliver_all
from samenspraak.sync.hub import Hub
from samenspraak.sync.reconcile import reconcile_all

BATCH = 100


@dataclass(frozen=True, kw_only=True)
class Worked:
    """How many links and unlinked objects were looked at, and how many notices were to be handed over."""

    links: int = 0
    remotes: int = 0
    events: int = 0


def work_off(hub: Hub, organisation: str, *, rounds: int = 1000) -> Worked:
    """Reconcile everything that is due now, in the order of its priority; what waits for later stays."""
    links = remotes = events = 0
    for _ in range(rounds):
        with hub.store.read(organisation) as uow:
            due_remotes = uow.remotes.due(hub.now(), BATCH)
            due_links = uow.links.waiting(hub.now(), BATCH)
        for remote_id in due_remotes:
            reconcile_remote(hub, organisation, remote_id)
        for link_ids in by_system(due_links).values():
            reconcile_all(hub, organisation, link_ids)
        with hub.store.read(organisation) as uow:
            # Among them what was just written.
            due_events = uow.events.waiting(hub.now(), BATCH, uow.events.quiet(hub.now()))
        for event_ids in by_system(due_events).values():
            deliver_all(hub, organisation, event_ids)
        if not (due_remotes or due_links or due_events):
            break
        links, remotes = links + len(due_links), remotes + len(due_remotes)
        events += len(due_events)
    return Worked(links=links, remotes=remotes, events=events)


def by_system(waiting: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """What waits, per system: the system with the most urgent one first."""
    found: dict[str, list[str]] = {}
    for row_id, connector_id in waiting:
        found.setdefault(connector_id, []).append(row_id)
    return found
