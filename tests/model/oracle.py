"""What must be true, in code that is small and obvious and shares nothing with the product's own rules.

Every value a person types is a text with a number of its own (``t0042``), so that it can be found again
wherever it ends up. The ledger notes who typed what while seeing what; the checks look at what stands where.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from model.systems import OVER, PLACE, System, flat, is_live
from model.town import ORGANISATION, READER, Town

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import Agreement, Conditions
from samenspraak.domain.units import CONDITIONS, UnitKey, UnitKind, units_of
from samenspraak.policy.state import Reason
from samenspraak.store.records import AgreementRecord, QuestionRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork

_NUMBER = re.compile(r"t\d{4}")


def numbers(said: object) -> set[str]:
    """The numbers of the values in something somebody could see."""
    return set(_NUMBER.findall(repr(said)))


@dataclass
class Ledger:
    """What people did.

    ``outlived``: values that a person who saw them replaced, ended or answered · ``ended``: records or
    agreements that somebody ended · ``vanished``: records that were removed where absence proves nothing ·
    ``restored``: agreements that somebody took up again, or whose end somebody decided about.
    """

    typed: dict[str, str] = field(default_factory=dict)
    outlived: set[str] = field(default_factory=set)
    ended: set[tuple[str, str]] = field(default_factory=set)
    vanished: set[tuple[str, str]] = field(default_factory=set)
    restored: set[str] = field(default_factory=set)
    allowed: dict[str, bool] = field(default_factory=dict)
    conditions_too: dict[str, bool] = field(default_factory=dict)

    def types(self, where: str, *, seeing: object) -> str:
        """A new text, typed by somebody who sees what stands there."""
        number = f"t{len(self.typed) + 1:04d}"
        self.typed[number] = where
        self.outlived |= numbers(seeing)
        return number

    def sees_it_go(self, seen: object) -> None:
        """Somebody who sees this ends it, removes it, or types a text of before over it."""
        self.outlived |= numbers(seen)

    def settles(self, seen: object, chosen: object) -> None:
        """Somebody who sees these values chooses one of them."""
        self.outlived |= numbers(seen) - numbers(chosen)

    # Consent: one word per reader about everything, one about conditions.

    def came_from_elsewhere(self, system: str, said: object) -> set[str]:
        """The values in something people read in a system that nobody typed there."""
        return {one for one in numbers(said) if not self.typed[one].startswith(system)}

    def may_show(self, system: str, member: str) -> bool:
        if system not in READER:
            return True
        return self.allowed[system] and (member != "conditions" or self.conditions_too[system])


# Checks. Each yields a sentence per violation.


@dataclass(frozen=True, kw_only=True)
class End:
    """Everything as it is after faults stopped and the hub came to rest."""

    town: Town
    ledger: Ledger
    records: list[AgreementRecord]
    remotes: dict[tuple[str, str], RemoteRecord]
    agreement_of: dict[tuple[str, str], str]
    questions: list[QuestionRecord]

    @classmethod
    def of(cls, town: Town, ledger: Ledger) -> End:
        with town.store.read(ORGANISATION) as uow:
            remotes = dict(_remotes(uow, town))
            links = {link.id: link for name in town.systems for link in uow.links.of_connector(name)}
            return cls(
                town=town,
                ledger=ledger,
                records=uow.agreements.list(),
                remotes=remotes,
                agreement_of={
                    place: links[one.link_id].agreement_id for place, one in remotes.items() if one.link_id
                },
                questions=uow.questions.list(),
            )

    def copies(self, agreement_id: str, system: System) -> dict[str, Raw]:
        """The records of this agreement there that people still see as live, by their ids."""
        found = {}
        for record_id in system.live():
            raw = system.now(record_id) or {}
            marked = str(raw.get("ref", "")).split(".")[0] == agreement_id
            if marked or self.agreement_of.get((system.name, record_id)) == agreement_id:
                found[record_id] = raw
        return found


def _remotes(uow: UnitOfWork, town: Town) -> Iterator[tuple[tuple[str, str], RemoteRecord]]:
    for name, system in town.systems.items():
        for record_id in system.records:
            known = uow.remotes.by_external(name, record_id)
            if known is not None:
                yield (name, record_id), known


def at_rest(town: Town) -> Iterator[str]:
    """Nothing is due, now or later; only what must be gone and cannot be seen is looked for again."""
    later = town.clock.now() + timedelta(days=30)
    with town.store.read(ORGANISATION) as uow:
        for link_id in uow.links.due(later, 100):
            link = uow.links.get(link_id)
            if link.reason is Reason.RETRACTING and link.next_at:
                continue
            yield f"link of {link.agreement_id} at {link.connector_id} never rests: {link.detail}"
        for remote_id in uow.remotes.due(later, 100):
            remote = uow.remotes.get(remote_id)
            yield f"object {remote.external_id} at {remote.connector_id} never rests: {remote.why}"


def equal(end: End, *, explained: bool) -> Iterator[str]:
    """Every system that may hold an agreement holds it; ``explained``: a question may say why not."""
    for record in end.records:
        asked = {
            system
            for question in end.questions
            if record.agreement.id in (question.agreement_id, *question.subject.split(":"))
            for system in (end.town.systems if question.cause == "same-agreement" else question.values)
        }
        for name, system in end.town.systems.items():
            gone = {end.agreement_of.get(place) for place in end.ledger.vanished if place[0] == name}
            if not (explained and name in asked) and record.agreement.id not in gone:
                for difference in _differences(end, record.agreement, system):
                    yield f"{record.agreement.id} differs at {name}: {difference}"


def _differences(end: End, agreement: Agreement, system: System) -> Iterator[str]:
    copies = end.copies(agreement.id, system)
    if not end.ledger.may_show(system.name, "title"):
        return  # what people there wrote down themselves may stay; see nothing_readable
    if not agreement.status.is_live:
        yield from (f"{record_id} is still there" for record_id in copies)
        return
    wanted = expected(end.ledger, agreement, system)
    one_each = [f"tasks.{one.id}" for one in agreement.assignments]
    parts = [[part] for part in one_each] if system.name == "dossier" else [one_each]
    shared = {name: value for name, value in wanted.items() if not name.startswith("tasks.")}
    shown = [_shown(raw) for raw in copies.values()]
    for part in parts:
        should = {**shared, **{name: wanted[name] for name in part}}
        if should not in shown:
            near = [one for one in shown if one.keys() & set(part)]
            yield f"should say {should}, says {near}"
    if len(shown) > len(parts):
        yield f"{len(shown)} live objects for {len(parts)}: {sorted(copies)}"


def expected(ledger: Ledger, agreement: Agreement, system: System) -> dict[str, object]:
    """What people should read there, member by member."""
    units = units_of(agreement)
    cut = system.kind.title
    text = agreement.what.text[:cut].strip() if cut else agreement.what.text
    found: dict[str, object] = {"title": text, "status": str(agreement.status.state)}
    conditions = units.get(CONDITIONS)
    if isinstance(conditions, Conditions) and ledger.may_show(system.name, "conditions"):
        found["conditions"] = conditions.text
    if PLACE in units and system.name != "platform":
        found["place"] = units[PLACE]
    for one in agreement.assignments:
        found[f"tasks.{one.id}"] = (one.duty.performer.id, one.duty.schedule.text)
    return found


def _shown(raw: Raw) -> dict[str, object]:
    """What people read in a record."""
    found: dict[str, object] = {}
    for name, value in flat(raw).items():
        if name == "status":
            found[name] = value["state"]
        elif name.startswith("tasks."):
            found[name] = (value["who"].rpartition(":")[2], value["when"])
        elif name in ("title", "place", "conditions"):
            found[name] = value
    return found


def nothing_lost(end: End) -> Iterator[str]:
    """Each value a person typed is in force, or was replaced by somebody who saw it, or is in a question."""
    kept = end.ledger.outlived | numbers([one.values for one in end.questions])
    kept |= numbers([units_of(record.agreement) for record in end.records])
    for number, where in end.ledger.typed.items():
        if number not in kept:
            yield f"{number}, typed at {where}, is lost"


def all_known(end: End) -> Iterator[str]:
    """What people keep as a live agreement in a system is an agreement here."""
    for name, system in end.town.systems.items():
        for record_id in system.live():
            if (name, record_id) not in end.agreement_of:
                known = end.remotes.get((name, record_id))
                yield f"{record_id} is no agreement: {known.why if known else 'never seen'}"


def nobody_ended_it(end: End) -> Iterator[str]:
    """What is over, somebody ended, somewhere."""
    ended = {end.agreement_of.get(place) for place in end.ledger.ended}
    ended |= {agreement_id for place, agreement_id in end.ledger.ended if place == "hub"}
    for record in end.records:
        if record.agreement.status.is_over and record.agreement.id not in ended:
            yield f"{record.agreement.id} is over and nobody ended it"


def no_end_undone(end: End) -> Iterator[str]:
    """What somebody ended in a system is over, unless somebody else saw it and said otherwise."""
    live = {one.agreement.id: one.agreement for one in end.records if one.agreement.status.is_live}
    for place in end.ledger.ended:
        agreement = live.get(end.agreement_of.get(place, ""))
        asked = agreement and any(one.agreement_id == agreement.id for one in end.questions)
        if agreement is None or asked or agreement.id in end.ledger.restored:
            continue
        remote = end.remotes[place]
        if not remote.part or agreement.assignment(remote.part) is not None:
            yield f"{place[1]} was ended by somebody, and {agreement.id} goes on"


def nothing_readable(town: Town, ledger: Ledger) -> Iterator[str]:
    """Where consent says no, nothing is readable but what people there wrote down themselves."""
    for name in READER:
        system = town.systems[name]
        for record_id in system.records:
            members = flat(system.now(record_id) or {})
            hidden = {
                member: value
                for member, value in members.items()
                if not ledger.may_show(name, member) and ledger.came_from_elsewhere(name, value)
            }
            if hidden:
                yield f"{record_id} shows {hidden}"


def unit_of(member: str) -> UnitKey:
    """The unit that stands in this member of a record."""
    name, _, task = member.partition(".")
    kind = {"title": UnitKind.WHAT, "tasks": UnitKind.ASSIGNMENT}.get(name) or UnitKind(name)
    return UnitKey(kind, task)


def over(raw: Raw | None) -> bool:
    return raw is not None and raw.get("status", {}).get("state") in OVER


def first(found: Iterable[str], limit: int = 8) -> list[str]:
    return [one for one, _ in zip(found, range(limit), strict=False)]


__all__ = ["End", "Ledger", "is_live", "numbers"]
