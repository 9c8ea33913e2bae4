"""What people do in the systems: write down, type, end and remove, decide as a clerk, answer in a thread."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from model import desk
from model.faces import is_live
from model.ledger import numbers
from model.members import RULES, flat, unflat
from model.oracle import readers_of
from model.systems import System
from model.telling import agrees, shows, told
from model.town import CLIENT, NURSE, ORGANISATION, PERFORMERS, READER

from samenspraak.connectors import Absence, Raw
from samenspraak.domain.units import units_of
from samenspraak.policy.terms import content_digest
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.people import directory_for

if TYPE_CHECKING:
    from model.walk import Walk

KEPT_BY_PEOPLE = ("app", "platform", "dossier", "desk", "register")
"""Where people write records; in the others they only read."""
_MOST = 12
"""So many live records are enough for one walk."""


def kept_by_people(walk: Walk) -> list[System]:
    return [system for name, system in walk.town.systems.items() if name in KEPT_BY_PEOPLE]


def _one(walk: Walk) -> tuple[System, str, Raw] | None:
    """A live record in a system, as somebody there sees it."""
    systems = kept_by_people(walk)
    live = [(system, record_id) for system in systems for record_id in system.live()]
    if not live:
        return None
    system, record_id = walk.chance.choice(live)
    return system, record_id, system.now(record_id) or {}


def types(walk: Walk) -> None:
    """Somebody changes a member of a record: a new text, an old one put back, or nothing any more."""
    if (found := _one(walk)) is None:
        return
    system, record_id, raw = found
    members = flat(raw)
    tasks = [name for name in members if name.startswith("tasks.")]
    places = [] if system.name == "platform" else ["place"]
    member = walk.chance.choice(["title", _conditions(system, raw), *places, *tasks])
    old = members.get(member)
    way = walk.chance.random()
    if way < 0.12:
        new = _before(walk, system, record_id, member)
        if new is None or new == old:
            return
        walk.ledger.sees_it_go(old)
    elif way < 0.2 and member in ("place", "conditions", RULES):
        new = None
        walk.ledger.sees_it_go(old)
    else:
        text = walk.text(f"{system.name} {record_id} {member}", seeing=_when(old))
        if walk.ledger.way(system.name, kept_as(member)) == "none":
            walk.ledger.apart |= dict.fromkeys(numbers(text), (system.name, kept_as(member)))
        text = text[: system.kind.title].strip() if member == "title" else text
        new = {**old, "when": text} if isinstance(old, dict) else text
    walk.note("edits in a system", f"{record_id} {member}: {_when(old)} → {_when(new)}")
    system.keep(record_id, unflat({**members, member: new}))
    _after_a_restore(walk, system, record_id)


def _conditions(system: System, raw: Raw) -> str:
    """Where people there keep the conditions: in the newer place once something stands in it."""
    if RULES in raw or (system.mapping > 1 and "conditions" not in raw):
        return RULES
    return "conditions"


def kept_as(member: str) -> str:
    """By which name the other systems know it."""
    return "conditions" if member == RULES else member


def _when(value: Any) -> Any:
    return value.get("when") if isinstance(value, dict) else value


def _before(walk: Walk, system: System, record_id: str, member: str) -> Any:
    states = [flat(one.raw).get(member) for one in system.records[record_id] if one.raw]
    known = [one for one in states if one and numbers(one)]
    return walk.chance.choice(known) if known else None


def writes_down(walk: Walk) -> None:
    """A new agreement."""
    systems = kept_by_people(walk)
    if systems and sum(len(one.live()) for one in walk.town.systems.values()) <= _MOST:
        write_down(walk, walk.chance.choice(systems))


def write_down(walk: Walk, system: System) -> None:
    who = READER.get(system.name) or walk.chance.choice(PERFORMERS)
    record_id = f"{system.name}-{len(system.records) + 1}"
    one_each = system.name == "dossier"
    number = walk.number()
    task = record_id if one_each else f"k{number}"
    raw: Raw = {
        "client": CLIENT.id,
        "title": walk.text(f"{record_id} title", seeing="")[: system.kind.title].strip(),
        "status": {"state": "active", "reason": ""},
        "tasks": {task: {"who": f"{who.kind}:{who.id}", "when": walk.text(record_id, seeing="")}},
        "note": "van ons alleen",
    }
    if walk.chance.random() < 0.5:
        raw["conditions"] = walk.text(f"{record_id} conditions", seeing="")
    if one_each:
        raw["group"] = f"g{number}"
    walk.note("writes down", system.add(raw))


def adds_member(walk: Walk) -> None:
    """Somebody adds a performer in the dossier, by a record in the same group."""
    system = walk.town.systems.get("dossier")
    live = system.live() if system else []
    if system is None or not live or len(live) > 6:
        return
    record_id = walk.chance.choice(live)
    raw = system.now(record_id) or {}
    new_id = f"dossier-{len(system.records) + 1}"
    task = {"who": f"{NURSE.kind}:{NURSE.id}", "when": walk.text(new_id, seeing="")}
    kept = {name: value for name, value in raw.items() if name not in ("id", "ref", "tasks", "off", "note")}
    walk.note("adds a member", f"{system.add({**kept, 'tasks': {new_id: task}})} beside {record_id}")


def calls_off(walk: Walk) -> None:
    """Somebody cancels a moment in a record, with a word why."""
    if (found := _one(walk)) is None or found[0].name == "desk":
        return
    system, record_id, raw = found
    tasks = list(raw.get("tasks", {}))
    if not tasks:
        return
    task = walk.chance.choice(tasks)
    day = walk.town.hub.today() + timedelta(days=walk.chance.choice((1, 2, 3)))
    member = f"off.{task}:{day.isoformat()}:1"
    members = flat(raw)
    reason = walk.text(f"{system.name} {record_id} {member}", seeing=members.get(member))
    for number in numbers(reason):
        walk.ledger.called_off[number] = task
    walk.note("cancels a moment", f"{record_id} {member} {numbers(reason)}")
    system.keep(record_id, unflat({**members, member: {"reason": reason}}))
    _after_a_restore(walk, system, record_id)


def ends(walk: Walk) -> None:
    if (found := _one(walk)) is None:
        return
    system, record_id, _ = found
    end(walk, system, record_id, removed=walk.chance.random() < 0.4)


def end(walk: Walk, system: System, record_id: str, *, removed: bool = False) -> None:
    raw = system.now(record_id) or {}
    proves = system.capabilities.absence is not Absence.NEVER
    walk.note("deletions in a system" if removed else "ends in a system", record_id)
    (walk.ledger.ended if proves or not removed else walk.ledger.vanished).add((system.name, record_id))
    walk.ledger.sees_it_go(raw)
    how = walk.chance.choice(("ended", "ended", "withdrawn", "mistake"))
    system.keep(record_id, None if removed else {**raw, "status": {"state": how, "reason": ""}})
    _after_a_restore(walk, system, record_id)


def ends_everything(walk: Walk) -> None:
    """A wrong import ends all that a system has; only where there is much."""
    crowded = [system for system in kept_by_people(walk) if len(system.live()) > _MOST]
    if not crowded:
        return
    system = crowded[0]
    walk.note("a system ends everything", system.name)
    for record_id in system.live():
        end(walk, system, record_id)


def flips_scope(walk: Walk) -> None:
    system = walk.system()
    if system.forbidden:
        walk.note("scope: access is back", system.name)
        system.forbidden.clear()
    elif system.records:
        system.forbidden.add(walk.chance.choice(list(system.records)))
        walk.note("scope: access lost", sorted(system.forbidden))


def restores_backup(walk: Walk) -> None:
    """The people who run a system put an older backup back: what came after never was."""
    ordered = [one for one in walk.town.systems.values() if one.capabilities.token_ordered and not one.lost]
    if not ordered or not walk.has_faults:
        return
    system = ordered[0]
    with walk.town.store.read(ORGANISATION) as uow:
        here = numbers([units_of(one.agreement) for one in uow.agreements.list()])
        known = (uow.remotes.by_external(system.name, one) for one in system.records)
        noticed = {one.external_id: int(one.token or 0) for one in known if one and one.external_id}
    changes = sum(len(states) for states in system.records.values())
    lost = system.restore(min(walk.chance.choice((3, 5, 8)), changes // 2 or 1), noticed)
    walk.note("a peer is restored", f"{system.name}, {len(lost)} changes lost")
    walk.ledger.outlived |= numbers([one.raw for one in lost]) - here
    places = {(system.name, record_id) for record_id in system.records}
    unknown = {place for place in places if not system.records[place[1]]}
    walk.ledger.lost |= unknown
    walk.ledger.undone |= walk.ledger.ended & (
        unknown | {one for one in places if is_live(system.now(one[1]))}
    )


def _after_a_restore(walk: Walk, system: System, record_id: str) -> None:
    """Edited so often since that its number is past what we saw: nothing tells of the restore any more."""
    if system.has_passed(record_id):
        walk.note("undetectable: edited past the number we saw before a restore", record_id)
        walk.ledger.outlived |= numbers([one.raw for one in system.lost.pop(record_id)])
        if system.now(record_id) is None:
            walk.ledger.undone.add((system.name, record_id))


# The clerk of an office system.


def decides(walk: Walk, *, accepts: bool | None = None) -> None:
    """The clerk takes a proposal over, or does not want it."""
    system = walk.town.systems.get("desk")
    waiting = desk.waiting(system) if system else []
    if system is None or not waiting:
        return
    key = walk.chance.choice(waiting)
    about = system.proposals[key].record_id
    if about and system.now(about) is None:
        accepts = False  # there is nothing to change any more
    if accepts if accepts is not None else walk.chance.random() < 0.7:
        walk.note("a proposal is taken over", f"{key} {about}")
        seen = system.now(about) if about else None
        for member, (was, now) in desk.accept(system, key).items():
            walk.ledger.settles(was, now)
            if member == "status":
                walk.ledger.undone.add((system.name, about))
        if about and is_live(seen) and not is_live(system.now(about)):
            walk.ledger.sees_it_go(seen)
        return
    refused = desk.refuse(system, key)
    walk.note("a proposal is refused", f"{key} {about}")
    walk.ledger.kept.add(str(refused.raw.get("ref") or "").split(".")[0])
    if about:
        walk.ledger.kept.add(_agreement_of(walk, system, about))


def _agreement_of(walk: Walk, system: System, record_id: str) -> str:
    with walk.town.store.read(ORGANISATION) as uow:
        known = uow.remotes.by_external(system.name, record_id)
        return uow.links.get(known.link_id).agreement_id if known and known.link_id else ""


# Readers of a thread, and of an app that fetches.


def assents(walk: Walk) -> None:
    """Somebody agrees in a thread or an app, to what they read there; that may be of some time ago."""
    told = [system for name, system in walk.town.systems.items() if name in ("thread", "notice")]
    live = [(system, record_id) for system in told for record_id in system.live()]
    if not live:
        return
    system, record_id = walk.chance.choice(live)
    raw = system.now(record_id) or {}
    marks = [one["mark"] for one in raw.get("messages", ()) if one["says"]] or [raw.get("fetched")]
    number = walk.number()
    answer = {
        "id": f"a{number}",
        "by": walk.chance.choice(readers_of(system, raw)),
        "mark": walk.chance.choice(marks),
        "at": walk.town.clock.now().isoformat(),
    }
    walk.note("assents", f"{record_id} {answer['by']} {answer['mark'][-8:]}")
    walk.ledger.said.add(f"{system.name}:a{number}")
    agrees(system, record_id, answer)


def fetches(walk: Walk) -> None:
    """An app that was notified, and only that, fetches what there is for its reader now."""
    system = walk.town.systems.get("notice")
    for record_id in system.records if system else ():
        fetch(walk, record_id)


def fetch(walk: Walk, record_id: str) -> None:
    """What the hub serves is what this reader may see today, whatever the notice was about."""
    system = walk.town.systems["notice"]
    raw = system.now(record_id)
    if raw is None or not raw["notices"] or raw["notices"][-1] == raw["heard"]:
        return
    with walk.town.store.read(ORGANISATION) as uow:
        known = uow.remotes.by_external(system.name, record_id)
        if known is None or known.link_id is None:
            return
        link = uow.links.get(known.link_id)
        agreement = uow.agreements.get(link.agreement_id).agreement
        shape = sight_of(uow, walk.town.hub, agreement, system.name, link.members).shape()
        directory = directory_for(uow, system.name, agreement, shape)
        units = shape.project(units_of(agreement))
        says, mark = told(units, directory), content_digest(units)
    for member, value in says.items():
        if walk.ledger.came_from_elsewhere(system.name, value) and not walk.ledger.may_read(
            [READER[system.name].id], member
        ):
            walk.wrong.append(f"I5: {record_id} was served {member} without consent")
    walk.note("an app fetches", record_id)
    shows(system, record_id, says, mark)
