"""The end of a walk: faults stop, the hub comes to rest, people answer what is asked, the oracle looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model import asked, atwork, desk, oracle, outbox, pages, there
from model.oracle import End
from model.town import ORGANISATION

from samenspraak.services import rehearsals
from samenspraak.services.rehearsals import Asked
from samenspraak.work.inline import work_off

if TYPE_CHECKING:
    from model.walk import Walk

CYCLES = 20
ROUNDS = 10
_REHEARSED = 0.25
_CYCLE_SECONDS = 200.0


def close(walk: Walk) -> None:
    walk.has_faults = False
    for system in walk.town.systems.values():
        if system.forbidden:
            walk.note("scope: access is back", system.name)
        system.forbidden.clear()
    walk.note("faults stop")
    walk.network.pass_(walk.town.hub.pace.unseen.total_seconds())
    walk.restarts()
    outbox.is_in_order(walk)
    if walk.chance.random() < _REHEARSED:
        _rehearses(walk)
    rests(walk)
    _judges(walk, explained=True)
    for number in range(ROUNDS):
        if walk.wrong or not asked.open_ones(walk):
            break
        for one in asked.open_ones(walk):
            asked.answer(walk, one, in_accord=number >= ROUNDS // 2)
        rests(walk)
        _judges(walk, explained=True)
    if not walk.wrong:
        left = asked.open_ones(walk)
        walk.wrong += [f"I14: asked for ever: {one.kind} {one.cause} {one.unit or ''}" for one in left]
        _judges(walk, explained=False)
        _stays_quiet(walk)
        walk.wrong += oracle.whole_and_apart(walk.town, walk.file)


def rests(walk: Walk) -> None:
    """Cycles until nothing is due and nothing was written in the last one; at most twenty.

    The first one compares everything: what changed while we had no access is in no list of changes. By
    then what was typed last is on every replica. The admin lets go on what stands still.
    """
    walk.network.pass_(_CYCLE_SECONDS)
    for cycle in range(1, CYCLES + 1):
        before = _standing(walk)
        _cycle(walk, full=cycle == 1)
        if _standing(walk) == before and not (_on_a_desk(walk) or list(oracle.at_rest(walk.town))):
            break
    walk.cycles = max(walk.cycles, cycle)


def _cycle(walk: Walk, *, full: bool = False) -> None:
    """The hub does all it can do, and so do the people who have something on their desk."""
    for _ in _on_a_desk(walk):
        there.decides(walk, accepts=True)
    atwork.tries_again(walk)
    for name in walk.town.systems:
        atwork.resume(walk, name)
        atwork.pull(walk, name, full=full)
    work_off(walk.town.hub, ORGANISATION, rounds=50)
    there.fetches(walk)
    walk.network.pass_(_CYCLE_SECONDS)


def _on_a_desk(walk: Walk) -> list[str]:
    system = walk.town.systems.get("desk")
    return desk.waiting(system) if system else []


def _standing(walk: Walk) -> tuple[int, int, int]:
    """What was written there, how far the agreements are, and the pages, of which some may go."""
    systems = walk.town.systems.values()
    with walk.town.store.read(ORGANISATION) as uow:
        versions = sum(one.version for one in uow.agreements.list())
        shown = sum(one.row for one in uow.shown.after(pages.PAGE, "", 1000))
    return sum(system.writes for system in systems), versions, shown + outbox.told(walk.town)


def _rehearses(walk: Walk) -> None:
    """What would happen is seen without a write, and then nothing else is written.

    A system that takes time to show a write can make what follows differ; that is not written then.
    """
    before = _standing(walk)
    with walk.as_worker():
        planned = rehearsals.plan(walk.town.hub, ORGANISATION, Asked(full=True))
        if _standing(walk) != before:
            walk.wrong.append("I4: a rehearsal wrote")
        done = rehearsals.apply(walk.town.hub, ORGANISATION, planned.asked, planned.fingerprint)
    if _standing(walk)[0] - before[0] > len(done.made) or not set(done.made) <= set(planned.acts):
        walk.wrong.append(f"I4: written without a plan: {set(done.made) - set(planned.acts)}")
    walk.note("rehearses", len(planned.acts))


def _judges(walk: Walk, *, explained: bool) -> None:
    end = End.of(walk.town, walk.ledger)
    walk.wrong += [
        *oracle.at_rest(walk.town),
        *oracle.equal(end, explained=explained),
        *oracle.nothing_lost(end),
        *oracle.goes_as_said(end),
        *oracle.all_known(end),
        *oracle.nobody_ended_it(end),
        *oracle.no_end_undone(end),
        *oracle.nothing_readable(end),
        *oracle.nothing_half_done(end),
        *oracle.found_by_whom_it_names(end, walk.file),
        *pages.right(end, explained=explained),
        *outbox.right(end, walk.app, explained=explained),
        *([] if explained else oracle.all_well(walk.town)),
    ]


def _stays_quiet(walk: Walk) -> None:
    """Two more cycles write nothing, there or here."""
    before = _standing(walk)
    _cycle(walk)
    _cycle(walk)
    if _standing(walk) != before:
        walk.wrong.append(f"I4: not quiet: {before} became {_standing(walk)}")
