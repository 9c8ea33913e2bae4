"""What the hub does by itself: work off, poll, hear notifications; and what its admin does with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from model.oracle import KEPT_IN
from model.there import KEPT_BY_PEOPLE
from model.town import ORGANISATION

from samenspraak.errors import RuleError, SamenspraakError
from samenspraak.policy.capabilities import Direction
from samenspraak.policy.state import ConnectorState
from samenspraak.services import failures, mapping, taking_part
from samenspraak.sync.adopt import reconcile_remote
from samenspraak.sync.delivering import deliver
from samenspraak.sync.pull import look, pull_failed
from samenspraak.sync.pull import pull as pull_pages
from samenspraak.sync.reconcile import reconcile, reconcile_all

if TYPE_CHECKING:
    from model.walk import Walk

_SAID_AGAIN = 0.6


_EVENTS = 0.6
"""How often it is the turn of a notice, where some wait."""


def works(walk: Walk) -> None:
    with walk.town.store.read(ORGANISATION) as uow:
        now = walk.town.clock.now()
        remotes, links = uow.remotes.due(now, 20), uow.links.waiting(now, 20)
        events = uow.events.due(now, 20)
    waiting = [*remotes, *(link_id for link_id, _ in links)]
    is_turn_of_events = bool(events) and walk.chance.random() < _EVENTS
    if not (waiting or events):
        return
    chosen = walk.chance.choice(events if is_turn_of_events or not waiting else waiting)
    with walk.as_worker():
        if chosen in remotes:
            reconcile_remote(walk.town.hub, ORGANISATION, chosen)
        elif chosen in events:
            deliver(walk.town.hub, ORGANISATION, chosen)
        elif len(links) % 3:
            reconcile(walk.town.hub, ORGANISATION, chosen)
        else:
            works_on_many(walk, chosen, dict(links))


def works_on_many(walk: Walk, chosen: str, links: Mapping[str, str]) -> None:
    """All that is due in the same system, side by side."""
    beside = [one for one, system in links.items() if system == links[chosen] and one != chosen]
    reconcile_all(walk.town.hub, ORGANISATION, [chosen, *beside])


def works_off(walk: Walk) -> None:
    for _ in range(walk.chance.randint(2, 8)):
        works(walk)


def pulls(walk: Walk) -> None:
    pull(walk, walk.system().name)


def pull(walk: Walk, name: str, *, full: bool = False) -> None:
    with walk.as_worker():
        try:
            pull_pages(walk.town.hub, ORGANISATION, name, full=full)
        except SamenspraakError as error:
            pull_failed(walk.town.hub, ORGANISATION, name, error)


def hears(walk: Walk) -> None:
    """A notification comes in, in its turn or not, once or twice, or never."""
    waiting = walk.network.notifications
    if not waiting:
        return
    how = walk.chance.choice(("in its turn", "lost", "doubled", "reordered", "delayed"))
    walk.note(f"notification: {how}")
    if how == "delayed":
        walk.network.pass_(walk.chance.choice((10, 200)))
    one = waiting[-1] if how == "reordered" else waiting[0]
    if how != "doubled":
        waiting.remove(one)
    if how != "lost":
        _heard(walk, *one)


def _heard(walk: Walk, name: str, record_id: str) -> None:
    with walk.town.store.write(ORGANISATION) as uow:
        known = uow.remotes.by_external(name, record_id)
        if known is not None:
            look(uow, known)
        uow.commit()


def waits(walk: Walk) -> None:
    walk.network.pass_(walk.chance.choice((1, 3, 10, 40, 200)))


def dies(walk: Walk) -> None:
    """The process is stopped between two things, and another one starts."""
    walk.restarts()


# The admin.


def tries_again(walk: Walk) -> None:
    """What failed for good is tried again."""
    failed = failures.listed(walk.town.hub, ORGANISATION)
    ids = [one.id for one in (*failed.copies, *failed.records, *failed.notices)]
    for _ in failures.try_again(walk.town.hub, ORGANISATION, ids) if ids else ():
        walk.note("replay of a dead letter")


def upgrades(walk: Walk) -> None:
    """A new version of one connector's mapping is installed."""
    old = [one for one in walk.town.connectors.values() if one.system.mapping == 1]
    own = [one for one in old if one.connector_id in KEPT_BY_PEOPLE]
    if own:
        one = walk.chance.choice(own)
        walk.note("mapping changed", one.connector_id)
        one.upgrades()


def directs(walk: Walk) -> None:
    """The admin says which way a unit goes between the hub and one system, or takes that back."""
    system, member = walk.system().name, walk.chance.choice(list(KEPT_IN))
    way = walk.chance.choice([one for one in Direction if one is not Direction.BOTH])
    said = list(walk.ledger.ways)
    if said and walk.chance.random() < _SAID_AGAIN:
        system, member = walk.chance.choice(said)
        way = walk.chance.choice([*(Direction.BOTH,) * 4, *Direction])
    try:
        mapping.set_direction(walk.town.hub, ORGANISATION, system, KEPT_IN[member].kind, way)
    except RuleError:
        walk.note("a direction that cannot be is refused", f"{system} {member} {way}")
        return
    walk.note(f"goes {way}: {member}", system)
    walk.ledger.goes(system, member, str(way))


def pauses_system(walk: Walk) -> None:
    """The admin lets a system rest, or lets it take part again."""
    system = walk.system()
    with walk.town.store.read(ORGANISATION) as uow:
        listens = uow.connectors.get(system.name).state.listens
    if listens:
        taking_part.pause(walk.town.hub, ORGANISATION, system.name)
        walk.note("a system is paused", system.name)
    else:
        resume(walk, system.name)


def resume(walk: Walk, name: str) -> None:
    """A system that the admin paused takes part again; what else holds it is a question."""
    with walk.town.store.read(ORGANISATION) as uow:
        paused = uow.connectors.get(name).state is ConnectorState.PAUSED
    if paused:
        taking_part.resume(walk.town.hub, ORGANISATION, name)
        walk.note("a system goes on", name)
