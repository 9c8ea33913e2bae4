"""Working off what is due in this thread, until nothing is: for tests and for one run from the CLI."""

from __future__ import annotations

from dataclasses import dataclass

from samenspraak.sync.adopt import reconcile_remote
from samenspraak.sync.hub import Hub
from samenspraak.sync.reconcile import reconcile

BATCH = 100


@dataclass(frozen=True, kw_only=True)
class Worked:
    """How many links and unlinked objects were looked at."""

    links: int = 0
    remotes: int = 0


def work_off(hub: Hub, organisation: str, *, rounds: int = 1000) -> Worked:
    """Reconcile everything that is due now, in the order of its priority; what waits for later stays."""
    links = remotes = 0
    for _ in range(rounds):
        with hub.store.read(organisation) as uow:
            due_remotes = uow.remotes.due(hub.now(), BATCH)
            due_links = uow.links.due(hub.now(), BATCH)
        if not (due_remotes or due_links):
            break
        for remote_id in due_remotes:
            reconcile_remote(hub, organisation, remote_id)
        for link_id in due_links:
            reconcile(hub, organisation, link_id)
        links, remotes = links + len(due_links), remotes + len(due_remotes)
    return Worked(links=links, remotes=remotes)
