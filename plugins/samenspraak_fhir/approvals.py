"""Whose assent is open and who gave it, in FHIR's own words: a Task each, and a Provenance for each assent.

Sources (read November 2026): https://hl7.org/fhir/R4/task.html and its code system ``task-code``
(``approve``); the states are those of Shared Care Planning (requested, accepted, rejected);
https://hl7.org/fhir/R4/provenance.html (``attester``: who verifies). They stand beside the progress notes,
which every dossier shows, and are written in one transaction with the plan: an approval that is asked for
terms which never arrived would be worse than none. A server without transactions gets the notes alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import extension, part_text, read_moment
from samenspraak_fhir.exceptions import notes
from samenspraak_fhir.parties import Parties
from samenspraak_fhir.plans import detail_of

_TASK_CODES = "http://hl7.org/fhir/CodeSystem/task-code"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_IDS = uuid.UUID("6b1c0a52-7d1f-4f0e-9d54-3c2f9b1f2f6d")
_ANSWERS: Mapping[str, StatementKind] = {
    "accepted": StatementKind.ASSENT,
    "completed": StatementKind.ASSENT,
    "rejected": StatementKind.DECLINE,
}
_CLOSED: Mapping[str, str] = {"assent": "accepted", "decline": "rejected"}
_OPEN = frozenset({"draft", "requested", "received", "ready", "in-progress", "on-hold"})


# While we hold the plan its approvals go along with it; the dossier gets them as resources of their own.


def with_tasks(plan: Raw, tasks: Sequence[fhir.Resource]) -> Raw:
    """The plan, with the approvals that we asked for about it."""
    ours = [one for one in tasks if fhir.identifiers(one, names.APPROVAL)]
    return {**plan, names.APPROVALS: ours} if ours else plan


def ask(plan: Raw, parties: Sequence[PartyRef], directory: Parties) -> None:
    """Note whose assent is open, for when the plan is written."""
    plan[names.ASKED] = [directory.write(one) for one in parties]


def sent(plan: Raw) -> Raw:
    """The plan without what only goes along."""
    return {name: value for name, value in plan.items() if name not in (names.APPROVALS, names.ASKED)}


# What was answered there.


def said(plan: Raw, parties: Parties, connector_id: str) -> Iterator[Statement]:
    """What people answered to the approvals asked for in this dossier; what we closed ourselves is no answer.

    Raises:
        InvalidRecordError: one is answered, and nobody says by whom.
    """
    for task in fhir.elements(plan, names.APPROVALS):
        kind = _ANSWERS.get(fhir.text(task, "status"))
        if kind is None or extension(task, names.STATEMENT) is not None:
            continue
        moment = task.get("lastModified") or fhir.element(task, "meta").get("lastUpdated")
        yield Statement(
            id=f"{connector_id}:{fhir.key_of(task)}:{kind}",
            kind=kind,
            by=parties.read(fhir.element(task, "owner"), "Task.owner"),
            at=read_moment(moment, "Task.lastModified"),
            through=connector_id,
            terms=_mark(task),
        )


def _mark(task: Mapping[str, Any]) -> str:
    return fhir.text(extension(task, names.TERMS) or {}, "valueString")


# What is written with the plan.


def companions(plan: Raw, place: str, there: Sequence[fhir.Resource]) -> list[fhir.Entry]:
    """What goes into one transaction with the plan, as far as it is not there yet.

    Args:
        plan: as it is to be, with its approvals.
        place: how the others refer to it: its key, or the address it has in the bundle.
        there: the Provenances of the plan.
    """
    recorded = {fhir.text(extension(one, names.STATEMENT) or {}, "valueString") for one in there}
    assents = [note for note in notes(plan) if _kind(note) == "assent" and _id_told(note) not in recorded]
    return [*_tasks(plan, place), *(_provenance(note, place) for note in assents)]


def _tasks(plan: Raw, place: str) -> Iterator[fhir.Entry]:
    """New approvals for who performs this plan and is asked, and an end to those nobody is asked for now."""
    if names.ASKED not in plan:
        return
    mark = fhir.text(extension(plan, names.TERMS) or {}, "valueString")
    performers = {fhir.text(one, "reference") for one in fhir.elements(detail_of(plan), "performer")}
    asked = [one for one in plan[names.ASKED] if mark and fhir.text(one, "reference") in performers - {""}]
    wanted = {_number(plan, who, mark): who for who in asked}
    for number, who in wanted.items():
        condition = f"identifier={fhir.token(names.APPROVAL, number)}"
        yield fhir.Entry(resource=_task(plan, number, who, mark, place), method="POST", condition=condition)
    last = {
        fhir.text(fhir.element(one, "authorReference"), "reference"): one
        for one in notes(plan)
        if _id_told(one)
    }
    for task in fhir.elements(plan, names.APPROVALS):
        is_wanted = bool({*fhir.identifiers(task, names.APPROVAL)} & wanted.keys())
        if fhir.text(task, "status") in _OPEN and not is_wanted:
            note = last.get(fhir.text(fhir.element(task, "owner"), "reference"))
            yield fhir.Entry(resource=_closed(task, note), method="PUT", condition=fhir.version_of(task))


def _task(plan: Raw, number: str, who: Mapping[str, Any], mark: str, place: str) -> fhir.Resource:
    return {
        "resourceType": "Task",
        "extension": [{"url": names.TERMS, "valueString": mark}],
        "identifier": [{"system": names.APPROVAL, "value": number}],
        "status": "requested",
        "intent": "proposal",
        "code": {"coding": [{"system": _TASK_CODES, "code": "approve"}], "text": "Instemming gevraagd"},
        "focus": {"reference": place},
        "for": {name: one for name, one in plan["subject"].items() if name != names.CLIENT_HERE},
        "owner": dict(who),
    }


def _closed(task: Mapping[str, Any], note: Mapping[str, Any] | None) -> fhir.Resource:
    """The task, answered as its owner answered elsewhere, or called off because the terms changed."""
    status = _CLOSED.get(_kind(note)) if note else None
    others = [one for one in fhir.elements(task, "extension") if one.get("url") != names.STATEMENT]
    ours = {"url": names.STATEMENT, "valueString": _id_told(note) if note and status else "none"}
    return {**task, "status": status or "cancelled", "extension": [*others, ours]}


def _provenance(note: Mapping[str, Any], place: str) -> fhir.Entry:
    """Who gave an assent, when, to this plan."""
    who = fhir.element(note, "authorReference") or {"display": fhir.text(note, "authorString")}
    attester = {"coding": [{"system": _PARTICIPATION, "code": "attester"}]}
    resource = {
        "resourceType": "Provenance",
        "extension": [{"url": names.STATEMENT, "valueString": _id_told(note)}],
        "target": [{"reference": place}],
        "recorded": fhir.text(note, "time"),
        "agent": [{"type": attester, "who": dict(who)}],
    }
    return fhir.Entry(resource=resource, method="POST")


def _number(plan: Raw, who: Mapping[str, Any], mark: str) -> str:
    """The same for the same question: to one person, about one plan, under one set of terms."""
    marker = next(iter(fhir.identifiers(plan, names.MARKER)), "") or fhir.key_of(plan)
    return str(uuid.uuid5(_IDS, f"{marker} {who['reference']} {mark}"))


def _id_told(note: Mapping[str, Any] | None) -> str:
    found = extension(note or {}, names.STATEMENT)
    return part_text(found, "id", "valueString") if found else ""


def _kind(note: Mapping[str, Any] | None) -> str:
    found = extension(note or {}, names.STATEMENT)
    return part_text(found, "kind", "valueCode") if found else ""
