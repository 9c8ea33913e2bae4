"""Asking people, once per matter, and carrying out what they answer.

A question about a unit has the subject ``agreement:<id>:<unit>``, so that two systems that disagree about
the same unit end in one question. What it shows for an object is kept with that object (``held``).
"""

from __future__ import annotations

from collections.abc import Mapping

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.canonical import digest
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, Units, UnitValue, units_of
from samenspraak.policy.comparing import FIRST_AGREE
from samenspraak.policy.obstacles import OF_OURS, POSSIBLY_OVERWRITTEN
from samenspraak.policy.state import Asked, Intent, Plan, QuestionKind, SentUnits
from samenspraak.store.records import QuestionRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.asking import (
    ADMIN,
    AGREES,
    DIFFERENTLY,
    HUB,
    OF_A_UNIT,
    PROPOSED,
    ask_matter,
    open_about,
    owner_of,
    question,
    unit_subject,
)
from samenspraak.sync.hub import Hub
from samenspraak.sync.snapshot import Snapshot

_KEPT = frozenset(
    {
        "edited-without-consent",
        "ours-or-yours",
        POSSIBLY_OVERWRITTEN,
        "typed-before-retraction",
        "typed-in-hidden-unit",
    }
)


def raise_all(
    uow: WritingUnitOfWork, hub: Hub, snapshot: Snapshot, remote: RemoteRecord | None, decided: Plan
) -> None:
    """Ask what this plan asks, and let go what it released."""
    for asked in decided.questions:
        if asked.kind in OF_A_UNIT:
            for key, value in asked.values.items():
                _ask_unit(uow, hub, snapshot, remote, asked, key, value)
        else:
            _ask_copy(uow, hub, snapshot, remote, asked)
    for key in decided.released:
        close_unit(uow, hub, snapshot.record.agreement.id, key, except_remote=remote)


def _ask_unit(
    uow: WritingUnitOfWork,
    hub: Hub,
    snapshot: Snapshot,
    remote: RemoteRecord | None,
    asked: Asked,
    key: UnitKey,
    value: UnitValue | None,
) -> None:
    agreement = snapshot.record.agreement
    standing = open_about(uow, agreement.id, unit_subject(agreement.id, key))
    shows = _still_shown(standing, remote, key, value)
    if asked.author is not None and key in asked.parties:
        shows[f"{AGREES}{asked.author}"] = {key: value}
    # As it is at this moment, not as it was planned on: an answer "keep ours" is about what it shows.
    ours = units_of(uow.agreements.get(agreement.id).agreement)
    values = {
        HUB: {key: ours.get(key)},
        **_of_others(standing, snapshot.system.id),
        **_said_in(uow, snapshot, key, shows),
    }
    uow.questions.ask(
        question(
            hub,
            kind=standing.kind if standing else asked.kind,
            subject=unit_subject(agreement.id, key),
            agreement_id=agreement.id,
            owner=_owner(agreement, standing, asked, key),
            values=values,
            shows=shows,
            cause=_cause(standing, asked),
        )
    )


def _cause(standing: QuestionRecord | None, asked: Asked) -> str:
    """Why it is asked; that it was proposed, or that two became one, stays so whatever comes beside it."""
    stays = (DIFFERENTLY, FIRST_AGREE)
    if standing and (standing.kind is QuestionKind.PROPOSAL or standing.cause in stays):
        return standing.cause
    return asked.cause


def _still_shown(
    standing: QuestionRecord | None, remote: RemoteRecord | None, key: UnitKey, value: UnitValue | None
) -> dict[str, SentUnits]:
    """What the question shows for each object, and who agreed to a value that is still said somewhere."""
    shows = dict(standing.shows) if standing else {}
    if remote is not None:
        shows[remote.id] = {key: value}
    said = [units for name, units in shows.items() if not name.startswith(AGREES)]
    return {name: units for name, units in shows.items() if units in said}


def _owner(agreement: Agreement, standing: QuestionRecord | None, asked: Asked, key: UnitKey) -> str:
    """The parties who agree first, one after the other; else whoever is responsible."""
    if parties := asked.parties.get(key):
        return " ".join(sorted(map(str, parties)))
    first = standing is not None and standing.cause == FIRST_AGREE
    return standing.owner if standing and first else owner_of(agreement, key)


def _of_others(standing: QuestionRecord | None, connector_id: str) -> dict[str, SentUnits]:
    """What the question already shows of other systems."""
    known = standing.values if standing else {}
    return {
        name: units for name, units in known.items() if name != HUB and name.partition("/")[0] != connector_id
    }


def _said_in(
    uow: UnitOfWork, snapshot: Snapshot, key: UnitKey, shows: Mapping[str, SentUnits]
) -> dict[str, SentUnits]:
    """What one system says: its name, and where its objects say different things, numbered names."""
    connector_id = snapshot.system.id
    said: list[UnitValue | None] = []
    for one in remotes_of(uow, snapshot.record.agreement.id):
        if one.connector_id == connector_id and one.id in shows and shows[one.id].get(key) not in said:
            said.append(shows[one.id].get(key))
    names = [connector_id, *(f"{connector_id}/{number}" for number in range(2, len(said) + 1))]
    return {name: {key: value} for name, value in zip(names, said, strict=False)}


def _ask_copy(
    uow: WritingUnitOfWork, hub: Hub, snapshot: Snapshot, remote: RemoteRecord | None, asked: Asked
) -> None:
    agreement = snapshot.record.agreement
    about = f"remote:{remote.id}" if remote else f"link:{snapshot.link.id}"
    # Such a text may stand in no other place any more: the next one is a question of its own.
    text = f":{digest('q1', asked.values)}" if asked.cause in _KEPT else ""
    uow.questions.ask(
        question(
            hub,
            kind=asked.kind,
            subject=f"{about}:{asked.cause}{text}",
            agreement_id=agreement.id,
            owner=ADMIN
            if asked.kind is QuestionKind.CONNECTOR
            else owner_of(snapshot.record.agreement, STATUS),
            values=_of_copy(snapshot, remote, asked),
            shows={remote.id: asked.values} if remote else {},
            cause=asked.cause,
        )
    )


def _of_copy(snapshot: Snapshot, remote: RemoteRecord | None, asked: Asked) -> dict[str, SentUnits]:
    """What is shown: what the system says beside what we hold of it, or else what we would have there."""
    status: SentUnits = {STATUS: snapshot.record.agreement.status}
    if asked.cause in OF_OURS:
        return {HUB: {**status, **asked.values}, snapshot.system.id: {}}
    part = remote.part if remote else ""
    at_stake = {key for key in snapshot.units if part and key.assignment_id == part}
    if asked.kind is QuestionKind.ENDED and part:
        at_stake.add(UnitKey(UnitKind.ASSIGNMENT, part))
    if asked.cause == POSSIBLY_OVERWRITTEN:
        at_stake = set(asked.values)
    ours = {key: snapshot.units.get(key) for key in at_stake}
    return {HUB: {**status, **ours}, snapshot.system.id: asked.values}


def ask_which_object(
    uow: WritingUnitOfWork, hub: Hub, snapshot: Snapshot, double: RemoteRecord, says: Units
) -> None:
    """There are two objects of one create, and somebody typed in the one that is not used."""
    ask_matter(
        uow,
        hub,
        snapshot.record.agreement,
        kind=QuestionKind.IDENTITY,
        owner=ADMIN,
        subject=f"remote:{double.id}:two-objects",
        cause="two-objects",
        values={HUB: snapshot.units, snapshot.system.id: says},
    )


def ask_refusal(
    uow: WritingUnitOfWork, hub: Hub, snapshot: Snapshot, remote: RemoteRecord, intent: Intent
) -> None:
    """A system refused our proposal: the responsible person keeps, changes or ends."""
    ask_matter(
        uow,
        hub,
        snapshot.record.agreement,
        kind=QuestionKind.REFUSAL,
        owner=owner_of(snapshot.record.agreement, STATUS),
        subject=f"remote:{remote.id}:refused",
        cause="refused-there",
        values={HUB: intent.sent, snapshot.system.id: intent.before},
    )


def ask_declined(uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, said: Statement) -> None:
    """A party declined the terms. Nothing rolls back by itself: the responsible person decides."""
    ask_matter(
        uow,
        hub,
        agreement,
        kind=QuestionKind.REFUSAL,
        owner=owner_of(agreement, STATUS),
        subject=f"agreement:{agreement.id}:declined:{said.id}",
        cause="declined",
    )


def close_unit(
    uow: WritingUnitOfWork,
    hub: Hub,
    agreement_id: str,
    key: UnitKey,
    *,
    except_remote: RemoteRecord | None = None,
) -> None:
    """The cause is gone for one object; the question closes when no other object is held by it.

    Unless what it shows may stand in no object at all: of an agreement that was joined, or a proposal made
    at the hub itself.
    """
    others = [
        remote
        for remote in holding(uow, agreement_id, key)
        if except_remote is None or remote.id != except_remote.id
    ]
    standing = open_about(uow, agreement_id, unit_subject(agreement_id, key))
    if standing is None or others or standing.cause == DIFFERENTLY or PROPOSED in standing.values:
        return
    uow.questions.close(standing.id, hub.now())


def holding(uow: UnitOfWork, agreement_id: str, key: UnitKey) -> list[RemoteRecord]:
    """The objects of an agreement that wait for the answer about a unit."""
    return [remote for remote in remotes_of(uow, agreement_id) if key in remote.held]


def remotes_of(uow: UnitOfWork, agreement_id: str) -> list[RemoteRecord]:
    links = uow.links.of_agreement(agreement_id)
    return [remote for link in links for remote in uow.remotes.of_link(link.id)]
