"""What must be true, in code that is small and obvious and shares nothing with the product's own rules.

It reads the simulated systems and what people did (``ledger``), and of the hub only what it holds and says.
The invariants are those of the test plan; each sentence that is broken begins with its number:

I1 every system that may hold an agreement holds it, or something visible says why not · I2 nothing a person
said is lost · I3 at most one live object per copy, or per assignment where a system keeps one for each · I4
two quiet cycles write nothing · I5 nothing leaves, and nothing stays readable, without consent · I6 nothing
is another organisation's · I7 the trail of who did what is whole · I8 no text in the log or, in clear, in
the database · I9 nothing is left half done · I10 nothing raises · I11 what is over stays over · I12 the hub
calls nobody unwell who is well · I14 it comes to rest in time · I15 an end comes from somebody who ended,
never from something not seen · I16 a unit goes no way its admin forbade, and what people wrote in what is
not kept there stays theirs · I17 an agreement is found by whom it names now, and by nobody else. I13, rates,
is about sockets (``tests/unit/work``).
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, fields, is_dataclass
from datetime import timedelta
from pathlib import Path

from model.faces import pieces, said, shown
from model.ledger import Ledger, Place, numbers
from model.systems import System
from model.town import FAMILY, NEIGHBOUR, ORGANISATION, READER, Town

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import Agreement, Conditions, OccurrenceException
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import CONDITIONS, UnitKey, UnitKind, units_of
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.store.records import AgreementRecord, QuestionRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork

PLACE = UnitKey(UnitKind.PLACE)
KEPT_IN = {"place": PLACE, "conditions": CONDITIONS}
"""The members of which an admin may say which way they go."""
_SAYS_SO = frozenset({Reason.CANNOT_CARRY, Reason.QUESTION, Reason.ACCESS_LOST})
_TEXT = re.compile(rb"t\d{4} (samen eten|helpen|wandelen|medicijnen)")


def readers_of(system: System, raw: Raw) -> list[str]:
    """Whose consent decides about this record; staff needs none."""
    return raw.get("readers") or [READER[name].id for name in (system.name,) if name in READER]


@dataclass(frozen=True, kw_only=True)
class End:
    """Everything as it is after faults stopped and the hub came to rest.

    ``marked``: per agreement's id on a record the one it is now · ``unheard``: the systems that stand still
    until their admin has answered; nothing is known of them.
    """

    town: Town
    ledger: Ledger
    records: list[AgreementRecord]
    marked: dict[str, str]
    remotes: dict[Place, RemoteRecord]
    agreement_of: dict[Place, str]
    reasons: dict[tuple[str, str], set[Reason]]
    questions: list[QuestionRecord]
    said: list[list[str]]
    unheard: set[str]

    @classmethod
    def of(cls, town: Town, ledger: Ledger) -> End:
        with town.store.read(ORGANISATION) as uow:
            remotes = dict(_remotes(uow, town))
            links = {link.id: link for name in town.systems for link in uow.links.of_connector(name)}
            reasons: dict[tuple[str, str], set[Reason]] = {}
            for link in links.values():
                reasons.setdefault((link.agreement_id, link.connector_id), set()).add(link.reason)
            records = uow.agreements.list()
            return cls(
                town=town,
                ledger=ledger,
                records=records,
                marked=dict(_marked(uow, town)),
                remotes=remotes,
                agreement_of={
                    place: links[one.link_id].agreement_id for place, one in remotes.items() if one.link_id
                },
                reasons=reasons,
                questions=uow.questions.list(),
                said=[[said.id for said in uow.statements.of(one.agreement.id)] for one in records],
                unheard={one.id for one in uow.connectors.list() if not one.state.listens},
            )

    def copies(self, agreement_id: str, system: System) -> dict[str, Raw]:
        """The records of this agreement there that people still see as live, by their ids."""
        found = {}
        for record_id in system.live():
            raw = system.now(record_id) or {}
            linked = self.agreement_of.get((system.name, record_id))
            if agreement_id == (linked or self.marked.get(_marker(raw))):
                found[record_id] = raw
        return found


def _remotes(uow: UnitOfWork, town: Town) -> Iterator[tuple[Place, RemoteRecord]]:
    for name, system in town.systems.items():
        for record_id in system.records:
            known = uow.remotes.by_external(name, record_id)
            if known is not None:
                yield (name, record_id), known


def _marked(uow: UnitOfWork, town: Town) -> Iterator[tuple[str, str]]:
    for system in town.systems.values():
        for marker in {_marker(system.now(record_id) or {}) for record_id in system.records}:
            if uow.agreements.find(marker):
                yield marker, uow.agreements.current(marker).agreement.id


def _marker(raw: Raw) -> str:
    return str(raw.get("ref") or "").split(".")[0]


# Each yields a sentence per violation.


def at_rest(town: Town) -> Iterator[str]:
    """Nothing is due, now or later; only what must be gone and cannot be seen is looked for again."""
    later = town.clock.now() + timedelta(days=30)
    with town.store.read(ORGANISATION) as uow:
        for link_id in uow.links.due(later, 100):
            link = uow.links.get(link_id)
            if link.reason is Reason.RETRACTING and link.next_at:
                continue
            yield f"I14: link of {link.agreement_id} at {link.connector_id} never rests: {link.detail}"
        for event_id in uow.events.due(later, 100):
            event = uow.events.get(event_id)
            yield f"I14: notice {event.number} of {event.agreement_id} never rests: {event.detail}"
        for remote_id in uow.remotes.due(later, 100):
            remote = uow.remotes.get(remote_id)
            yield f"I14: object {remote.external_id} at {remote.connector_id} never rests: {remote.why}"


def equal(end: End, *, explained: bool) -> Iterator[str]:
    """Every system that may hold an agreement holds it; ``explained``: a question may say why not."""
    for record in end.records:
        asked = {
            system
            for question in end.questions
            if record.agreement.id in (question.agreement_id, *question.subject.split(":"))
            for system in (end.town.systems if question.cause == "same-agreement" else question.values)
        } | end.unheard
        for name, system in end.town.systems.items():
            if not (explained and name in asked) and not _is_out_of_sight(end, record.agreement.id, name):
                for difference in _differences(end, record.agreement, system):
                    yield f"{record.agreement.id} at {name}: {difference}"[:1500]


def _is_out_of_sight(end: End, agreement_id: str, name: str) -> bool:
    """Removed where that proves nothing, or not in the backup: the daily look at everything tells."""
    unseen = end.ledger.vanished | end.ledger.lost
    return agreement_id in {end.agreement_of.get(place) for place in unseen if place[0] == name}


def _differences(end: End, agreement: Agreement, system: System) -> Iterator[str]:
    copies = end.copies(agreement.id, system)
    if system.name == "register":
        return  # only read: what differs is listed
    if agreement.id in end.ledger.kept and Reason.CANNOT_CARRY in end.reasons[agreement.id, system.name]:
        return  # a clerk was asked, and would not
    if not end.ledger.may_read(readers_of(system, {}), "title"):
        return  # what people there wrote down themselves may stay; see nothing_readable
    if not agreement.status.is_live:
        yield from (f"I11: {record_id} is still there" for record_id in copies)
    elif system.name == "thread":
        yield from _threads(end, agreement, list(copies.values()))
    else:
        yield from _records(end, agreement, system, list(copies.values()))


def _records(end: End, agreement: Agreement, system: System, copies: list[Raw]) -> Iterator[str]:
    """One record says it all, or where there is one for each assignment, all of them together."""
    every = {one.id for one in agreement.assignments}
    parts = [{one} for one in sorted(every)] if system.name == "dossier" else [every]
    faces = [shown(raw) for raw in copies]
    apart = _apart(end.ledger, agreement, system)
    for part in parts:
        should = expected(end.ledger, agreement, system, readers_of(system, {}), part)
        if _beside(should, apart) not in [_beside(face, apart) for face in faces]:
            yield f"I1: should say {should}, says {faces}"
    if len(copies) > len(parts) and agreement.id not in end.ledger.twice:
        yield f"I3: {len(copies)} live objects for {len(parts)}: {[one['id'] for one in copies]}"


def _threads(end: End, agreement: Agreement, copies: list[Raw]) -> Iterator[str]:
    """Each reader reads it in a thread, as all who read along may see it; there is one for each copy."""
    for reader in FAMILY:
        if end.ledger.may_read([reader.id], "title") and not any(
            reader.id in raw["readers"] for raw in copies
        ):
            yield f"I1: {reader.id} reads it nowhere"
    for ref, number in Counter(raw["ref"] for raw in copies).items():
        if number > 1:
            yield f"I3: {number} live threads for {ref}"
    for raw in copies:
        every = {one.id for one in agreement.assignments}
        should = expected(end.ledger, agreement, end.town.systems["thread"], raw["readers"], every)
        apart = _apart(end.ledger, agreement, end.town.systems["thread"])
        if _beside(shown(raw), apart) != _beside(should, apart):
            yield f"I1: should say {should}, says {shown(raw)}"


def expected(
    ledger: Ledger, agreement: Agreement, system: System, readers: Collection[str], part: Collection[str]
) -> dict[str, object]:
    """What people should read there of these assignments, as :func:`shown` gives it."""
    units = units_of(agreement)
    status, cut = agreement.status, system.kind.title
    text = agreement.what.text[:cut].strip() if cut else agreement.what.text
    days = [one.isoformat() if one else "" for one in (status.paused_from, status.paused_until)]
    found: dict[str, object] = {"title": text, "status": (str(status.state), *days)}
    conditions = units.get(CONDITIONS)
    if isinstance(conditions, Conditions) and ledger.may_read(readers, "conditions"):
        found["conditions"] = conditions.text
    if PLACE in units and system.capabilities.carries(PLACE):
        found["place"] = units[PLACE]
    tasks = [one.duty for one in agreement.assignments if one.id in part]
    found["tasks"] = sorted((one.performer.id, one.schedule.text) for one in tasks)
    found["off"] = sorted(
        (key.id.partition(":")[2], off.reason)
        for key, off in units.items()
        if isinstance(off, OccurrenceException)
        and key.assignment_id in part
        and system.capabilities.carries(key)
    )
    return found


def _apart(ledger: Ledger, agreement: Agreement, system: System) -> set[str]:
    """The members in which their value need not be ours; see :func:`goes_as_said`."""
    units = units_of(agreement)
    ways = {member: ledger.way(system.name, member) for member in KEPT_IN}
    return {
        member
        for member, way in ways.items()
        if way in ("none", "in") or (way == "out" and KEPT_IN[member] not in units)
    }


def _beside(face: dict[str, object], apart: Collection[str]) -> dict[str, object]:
    return {member: value for member, value in face.items() if member not in apart}


def goes_as_said(end: End) -> Iterator[str]:
    """Nothing of ours stands in what is not kept there, nothing comes from it; other differences are listed.

    What people there wrote down with the rest of their record is theirs, whoever said it first.
    """
    here = numbers([units_of(record.agreement) for record in end.records])
    for number in sorted(end.ledger.apart.keys() & here):
        yield f"I16: {number} was typed at {end.ledger.apart[number]}, is not kept there, and came here"
    for (name, member), way in end.ledger.ways.items():
        system = end.town.systems[name]
        if name in end.unheard or not end.ledger.may_read(readers_of(system, {}), "title"):
            continue
        for agreement in (one.agreement for one in end.records if one.agreement.status.is_live):
            for record_id, raw in end.copies(agreement.id, system).items():
                there = said(raw).get(member)
                came = end.ledger.came_from_elsewhere(name, there) - _written_down(system, record_id)
                if way == "none" and came and agreement.id not in end.ledger.kept:
                    yield f"I16: {record_id} still shows our {member} {came}"
                differs = numbers(there) != numbers(units_of(agreement).get(KEPT_IN[member]))
                if way == "in" and differs and not end.reasons[agreement.id, name] & _SAYS_SO:
                    yield f"I16: nothing says that {record_id} has another {member}"


def _written_down(system: System, record_id: str) -> set[str]:
    first = system.records[record_id][0].raw or {}
    return set() if "ref" in first else numbers(first)


def _left_there(end: End) -> set[str]:
    """What stands in a member that does not come here."""
    return numbers(
        [
            said(system.now(record_id) or {}).get(member)
            for name, system in end.town.systems.items()
            for record_id in system.records
            for member in KEPT_IN
            if end.ledger.way(name, member) in ("none", "out")
        ]
    )


def nothing_lost(end: End) -> Iterator[str]:
    """Each value a person typed is in force, or was replaced by somebody who saw it, or is in a question.

    A moment that is called off goes with its assignment.
    """
    kept = end.ledger.outlived | _left_there(end) | numbers([one.values for one in end.questions])
    kept |= numbers([units_of(record.agreement) for record in end.records])
    there = {one.id for record in end.records for one in record.agreement.assignments}
    kept |= {number for number, part in end.ledger.called_off.items() if part not in there}
    for number, (where, _) in end.ledger.typed.items():
        if number not in kept and re.split("[ -]", where)[0] not in end.unheard:
            yield f"I2: {number}, typed at {where}, is lost"
    for one in sorted(end.ledger.said):
        times = [of_one.count(one) for of_one in end.said if one in of_one]  # of what was separated, in both
        if set(times) != {1} and one.partition(":")[0] not in end.unheard:
            yield f"I2: {one} was said once and stands here {times} times"


def all_known(end: End) -> Iterator[str]:
    """What people keep as a live agreement in a system is an agreement here."""
    for name, system in end.town.systems.items():
        for record_id in system.live():
            if (name, record_id) not in end.agreement_of and name not in end.unheard:
                known = end.remotes.get((name, record_id))
                yield f"I1: {record_id} is no agreement: {known.why if known else 'never seen'}"


def nobody_ended_it(end: End) -> Iterator[str]:
    """What is over, somebody ended, somewhere: not something that could not be seen or was not listed."""
    ended = {end.agreement_of.get(place) for place in end.ledger.ended}
    ended |= {agreement_id for place, agreement_id in end.ledger.ended if place == "hub"}
    for record in end.records:
        if record.agreement.status.is_over and record.agreement.id not in ended:
            yield f"I15: {record.agreement.id} is over and nobody ended it"


def no_end_undone(end: End) -> Iterator[str]:
    """What somebody ended in a system is over, unless somebody else saw it and said otherwise."""
    live = {one.agreement.id: one.agreement for one in end.records if one.agreement.status.is_live}
    for place in end.ledger.ended - end.ledger.undone:
        if place[0] in end.unheard:
            continue
        agreement = live.get(end.agreement_of.get(place, ""))
        asked = agreement and any(one.agreement_id == agreement.id for one in end.questions)
        if agreement is None or asked or agreement.id in end.ledger.restored:
            continue
        remote = end.remotes[place]
        if not remote.part or agreement.assignment(remote.part) is not None:
            yield f"I11: {place[1]} was ended by somebody, and {agreement.id} goes on"


def nothing_readable(end: End) -> Iterator[str]:
    """Where consent says no, nothing is readable but what people there wrote down themselves.

    Unless that system refused to take it back, or a backup put it back there and everything stands still: a
    person has that on their list.
    """
    asked = {one.subject.split(":")[1] for one in end.questions if one.cause == "cannot-take-back"}
    for name, system in end.town.systems.items():
        for record_id in system.records:
            raw, known = system.now(record_id) or {}, end.remotes.get((name, record_id))
            hidden = {
                member: value
                for member, value in pieces(raw)
                if end.ledger.came_from_elsewhere(name, value)
                and not end.ledger.may_read(readers_of(system, raw), member)
            }
            if hidden and name not in end.unheard and not (known and known.id in asked):
                yield f"I5: {record_id} shows {hidden}"


def nothing_half_done(end: End) -> Iterator[str]:
    """No write is open but a proposal that waits for a person."""
    with end.town.store.read(ORGANISATION) as uow:
        for name in end.town.systems.keys() - end.unheard:
            for remote in uow.remotes.intended(name):
                if remote.intent is not None and not remote.intent.waiting:
                    yield f"I9: a write to {remote.external_id} at {name} is open: {remote.intent.kind}"


def found_by_whom_it_names(end: End, file: Path) -> Iterator[str]:
    """The index of parties is what the agreements say; one that was joined into another says nothing."""
    with closing(sqlite3.connect(file)) as there:
        kept = set(there.execute("SELECT organisation, agreement_id, party FROM agreement_party"))
    for record in end.records:
        named = {(ORGANISATION, record.agreement.id, str(one)) for one in _parties(record.agreement)}
        found = {one for one in kept if one[1] == record.agreement.id}
        kept -= found
        if named != found:
            gone = sorted(found - named)
            yield f"I17: {record.agreement.id} is not found by {sorted(named - found)}, but by {gone}"
    if kept:
        yield f"I17: found by somebody and no agreement: {sorted(kept)}"


def _parties(value: object) -> Iterator[PartyRef]:
    """Every party in a value, however deep."""
    if isinstance(value, PartyRef):
        yield value
    elif is_dataclass(value):
        for one in fields(value):
            yield from _parties(getattr(value, one.name))
    elif isinstance(value, tuple | Mapping):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _parties(each)


def all_well(town: Town) -> Iterator[str]:
    """Every system takes part, and nobody is told otherwise."""
    with town.store.read(ORGANISATION) as uow:
        for system in uow.connectors.list():
            if system.state is not ConnectorState.RUNNING or system.failures:
                yield f"I12: nothing is wrong, and {system.id} is {system.state}, {system.failures} failures"


def whole_and_apart(town: Town, file: Path) -> Iterator[str]:
    """The trail is whole, the neighbour has nothing of ours, and no text stands in clear in the file."""
    with town.store.read(ORGANISATION) as uow:
        broken = uow.log.verify()
        if broken is not None:
            yield f"I7: line {broken} of the trail is not as it was written"
    with town.store.read(NEIGHBOUR) as uow:
        theirs = [*uow.agreements.list(), *uow.questions.list(open_only=False), *uow.connectors.list()]
        if theirs:
            yield f"I6: the neighbour has {theirs}"
    for part in (file, file.with_name(f"{file.name}-wal")):
        if part.exists() and (found := _TEXT.search(part.read_bytes())):
            yield f"I8: {found.group().decode()} stands in clear in the database"
