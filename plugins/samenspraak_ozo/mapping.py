"""The lens: an agreement told in a thread, message after message.

===========================  ===================================================================== ========
of an agreement              in the platform                                                       source
===========================  ===================================================================== ========
marker                       ``CommunicationRequest.identifier`` (base R4; the profile leaves it)  inferred
client, readers              ``subject``; ``recipient``, one entry per named person                [1]
sender                       ``requester``, ``Communication.sender``: a configured professional    [1]
``what`` and all other       one text, in ``CommunicationRequest.payload`` (the first message) and [1] [2]
units we may show            then ``Communication.payload``
mark of the terms            ``identifier`` of the message                                         inferred
``status``: over             ``CommunicationRequest.status`` and a closing message                 [3]
answers, comments            ``Communication`` of others, read by :mod:`samenspraak_ozo.hearing`   [1]
``exception``                "kan niet" among them                                                 hub
retraction                   thread ``revoked``, our texts replaced, messages ``entered-in-error`` [3]
===========================  ===================================================================== ========

[1] interaction-messaging.md and ozo-communication(request).fsh · [2] CHANGELOG 0.6.1, the thread carries the
initial message · [3] resource-lifecycle.md. All in ozoverbindzorg/integrale-netwerk-communicatie, read
November 2026. ``Task`` is the platform's own read marker and never touched.

Nothing we wrote is read back but marks, and whether the thread is closed: people cannot edit a message.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from samenspraak.connectors import Changes, Directory, End, Raw, Reading, Subject
from samenspraak.domain import units as domain_units
from samenspraak.domain.agreements import Duty, ExceptionKind, OccurrenceException, State, Status, What
from samenspraak.domain.canonical import digest
from samenspraak.domain.schedules import slots
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import STATUS, WHAT, Terms, UnitKey, UnitKind, UnitValue
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir
from samenspraak_ozo import kept, texts
from samenspraak_ozo.answers import code_of
from samenspraak_ozo.hearing import Heard, heard
from samenspraak_ozo.threads import (
    ANSWERED,
    CLOSING,
    HOLDS,
    LIVE,
    MARK,
    MARKER,
    NOTE,
    RETIRED_MARK,
    RETIRED_NOTE,
    RETRACTED,
    TASK,
    TERMS,
    UNITS,
    Resource,
    Task,
    external_id,
    identifier,
    is_ours,
    last_shown,
    marker_of,
    messages_of,
    named,
    ours_by,
    parts,
    posted_at,
    terms_in,
    thread_of,
)

_STATES: Mapping[str, State] = {
    "completed": State.ENDED,
    "revoked": State.WITHDRAWN,
    "entered-in-error": State.MISTAKE,
}
_STATUS: Mapping[End, str] = {
    End.ENDED: "completed",
    End.WITHDRAWN: "revoked",
    End.MISTAKE: "entered-in-error",
    End.RETRACTED: "revoked",
}
_DROPPED = frozenset({HOLDS, TASK, TERMS, UNITS})
# What readers may lose sight of while the rest stays; earlier messages with it are then taken back.
_HIDEABLE = frozenset({UnitKind.CONDITIONS, UnitKind.REVIEW})


def new(subject: Subject, sender: str) -> Raw:
    """A thread about this client for exactly these readers, with nothing in it yet.

    The client is no recipient: the profile of a thread takes professionals and relatives only.
    """
    about = {"reference": f"Patient/{subject.client}", "type": "Patient"}
    thread: Resource = {
        "resourceType": "CommunicationRequest",
        "identifier": [identifier(MARKER, str(subject.marker))],
        "status": "active",
        "subject": {**about, "display": subject.client_name} if subject.client_name else about,
        "requester": _reference(sender),
        "recipient": [_reference(one) for one in dict.fromkeys(subject.readers) if "/" in one],
    }
    return {"thread": thread, "messages": []}


def get(raw: Raw, directory: Directory) -> Reading:
    """What the thread says.

    Raises:
        InvalidRecordError: the thread is not about a client, or a message has no sender or time.
    """
    thread = thread_of(raw)
    client = fhir.reference_key(fhir.element(thread, "subject"))
    if client is None:
        raise InvalidRecordError("a thread about nobody", field="CommunicationRequest.subject")
    if not fhir.text(thread, "status"):
        raise InvalidRecordError("a thread without a status", field="CommunicationRequest.status")
    marker, shown, said = marker_of(thread), last_shown(raw), list(heard(raw, directory))
    moments = [at for at in map(posted_at, (thread, *messages_of(raw))) if at is not None]
    answered = ours_by(raw, ANSWERED)
    return Reading(
        client=external_id(client),
        units=_units(raw, [one for one in said if one.id not in answered]),
        marker=marker,
        selected=marker is not None,
        told=frozenset(ours_by(raw, NOTE)),
        said=[one.statement for one in said if one.statement],
        unanswered=_is_live(thread) and any(one.waits and one.id not in answered for one in said),
        mark=shown.mark if shown else None,
        last_changed=max(moments, default=None),
    )


def put(raw: Raw, changes: Changes, directory: Directory) -> Raw:
    """A copy that says the changes: a message more, answers noted, or taken back what may not be seen."""
    changed = copy.deepcopy(raw)
    status = changes.set.get(STATUS)
    is_over = isinstance(status, Status) and status.is_over
    _hide(changed, changes, renewed=bool(changes.mark) and not is_over)
    if isinstance(status, Status) and status.is_over:
        return close(changed, End(status.state), status, changes.mark)
    if changes.mark and changes.mark not in {one.mark for one in terms_in(changed) if one.shown}:
        _tell(changed, changes.mark, changes.set, directory)
    if changes.told is not None:
        _note(changed, changes.told, directory)
    if changes.mark or changes.told is not None:
        _answer(changed, list(heard(raw, directory)), changes.set, directory)
    return changed


def close(raw: Raw, how: End, status: Status | None = None, mark: str | None = None) -> Raw:
    """A copy with the thread closed in this way; retracted leaves no text of ours in it."""
    changed = copy.deepcopy(raw)
    thread = thread_of(changed)
    thread["status"] = _STATUS[how]
    if how is not End.RETRACTED:
        units = kept.write({STATUS: status or Status(state=State(how))})
        _once(changed, CLOSING, how, texts.CLOSING[how], identifier(UNITS, units))
        shown = last_shown(changed)
        if mark and (shown is None or shown.mark != mark):
            ours_by(changed, CLOSING)[how]["identifier"].append(identifier(MARK, named(thread, mark)))
        return changed
    changed["messages"] = [one for one in changed["messages"] if "id" in one]  # nothing new leaves
    thread["payload"] = [{"contentString": texts.RETRACTED}]
    thread["subject"].pop("display", None)
    for resource in (thread, *filter(is_ours, changed["messages"])):
        _take_back(resource)
        _keep(resource, lambda one: one["system"] not in _DROPPED)
    return changed


# Reading.


def _is_live(thread: Resource) -> bool:
    return fhir.text(thread, "status") in LIVE


def _units(raw: Raw, said: list[Heard]) -> dict[UnitKey, UnitValue]:
    """What our last message says, and since then people; nothing of a closed thread but that it is."""
    thread = thread_of(raw)
    told = terms_in(raw)
    state = _STATES.get(fhir.text(thread, "status"))
    if state is not None:
        closing = ours_by(raw, CLOSING).get(state)
        status = _kept(closing).get(STATUS) if closing else None
        over: dict[UnitKey, UnitValue] = {STATUS: status or Status(state=state)}
        return {**_cancelled(said), **over} if last_shown(raw) else over
    return {
        STATUS: Status(state=State.ACTIVE),
        **_kept(told[-1].resource if told else {}),
        **_cancelled(said),
    }


def _cancelled(said: list[Heard]) -> dict[UnitKey, UnitValue]:
    cancelled = OccurrenceException(kind=ExceptionKind.CANCELLED)
    return {UnitKey(UnitKind.EXCEPTION, str(one.cannot)): cancelled for one in said if one.cannot}


def _kept(resource: Mapping[str, Any]) -> dict[UnitKey, UnitValue]:
    return kept.read("".join(fhir.identifiers(resource, UNITS)))


# Writing.


def _tell(raw: Raw, mark: str, units: Mapping[UnitKey, UnitValue], directory: Directory) -> None:
    thread = thread_of(raw)
    first = not terms_in(raw)
    text = texts.message(
        units,
        directory,
        client=fhir.text(fhir.element(thread, "subject"), "display") or None,
        code=code_of(mark),
        first=first,
    )
    held = " ".join(str(key) for key in sorted(units) if key.kind in texts.TOLD)
    terms = {
        str(key): value for key, value in units.items() if domain_units.UNITS[key.kind].terms is not Terms.NO
    }
    names = [
        identifier(MARK, named(thread, mark)),
        identifier(TERMS, digest("t1", terms)),
        identifier(HOLDS, held),
        identifier(UNITS, kept.write(units)),
        *(identifier(TASK, str(task)) for task in _tasks(units, directory)),
    ]
    if "id" in thread or thread.get("payload"):
        _append(raw, names, text)
        return
    what = units.get(WHAT)
    subject = texts.subject(what if isinstance(what, What) else None)
    thread["payload"] = [{"contentString": subject}, {"contentString": text}]
    thread["identifier"] += names


def _tasks(units: Mapping[UnitKey, UnitValue], directory: Directory) -> list[Task]:
    return [
        Task(
            assignment_id=key.id,
            performer=directory.id_of(duty.performer) or "",
            moments=len(slots(duty.schedule)),
        )
        for key, duty in sorted(units.items())
        if isinstance(duty, Duty)
    ]


def _note(raw: Raw, told: Sequence[Statement], directory: Directory) -> None:
    """Tell what was said elsewhere, each once; take back what may not be told now."""
    for statement in told:
        _once(raw, NOTE, statement.id, texts.noted(statement, directory))
    wanted = {statement.id for statement in told}
    for key, message in ours_by(raw, NOTE).items():
        if key not in wanted:
            _rename(message, NOTE, RETIRED_NOTE)
            _take_back(message)


def _answer(raw: Raw, said: list[Heard], units: Mapping[UnitKey, UnitValue], directory: Directory) -> None:
    """Say what was noted here and ask back what was not clear, each once.

    That somebody cannot come is noted once the hub holds it: until then it is still to be read.
    """
    for one in said:
        if one.waits and one.statement:
            _once(raw, ANSWERED, one.id, one.ask or texts.noted(one.statement, directory))
        if one.cannot and UnitKey(UnitKind.EXCEPTION, str(one.cannot)) in units:
            _once(raw, ANSWERED, one.id, texts.noted_cannot(one.by, one.cannot, directory))


def _once(raw: Raw, system: str, key: str, text: str, *more: dict[str, str]) -> None:
    if key not in ours_by(raw, system):
        _append(raw, [identifier(system, named(thread_of(raw), key)), *more], text)


def _hide(raw: Raw, changes: Changes, *, renewed: bool) -> None:
    """Take back our messages that hold what is cleared, or a kind that the new message may not show.

    ``renewed``: there is a new message that says all; a closing one says nothing of what was agreed.
    """
    thread = thread_of(raw)
    left = {key.kind for key in changes.set}
    for terms in terms_in(raw):
        gone = {one for one in terms.holds if renewed and one.kind in _HIDEABLE - left}
        if terms.shown and (terms.holds & changes.clear or gone):
            _take_back(terms.resource)
            if terms.resource is thread:
                thread["payload"] = [*parts(thread)[:1], {"contentString": texts.UNAVAILABLE}]
        if _kept(terms.resource).keys() & changes.clear:
            units = {key: one for key, one in _kept(terms.resource).items() if key not in changes.clear}
            _keep(terms.resource, lambda one: one["system"] != UNITS)
            terms.resource["identifier"].append(identifier(UNITS, kept.write(units)))


def _rename(resource: Resource, system: str, to: str) -> None:
    for one in fhir.elements(resource, "identifier"):
        if one.get("system") == system:
            one["system"] = to


def _take_back(resource: Resource) -> None:
    _rename(resource, MARK, RETIRED_MARK)
    if resource["resourceType"] == "Communication":
        resource["status"] = RETRACTED
        resource["payload"] = [{"contentString": texts.UNAVAILABLE}]


def _keep(resource: Resource, wanted: Callable[[dict[str, Any]], bool]) -> None:
    resource["identifier"] = [one for one in fhir.elements(resource, "identifier") if wanted(one)]


def _append(raw: Raw, names: list[dict[str, str]], text: str) -> None:
    thread = thread_of(raw)
    message: Resource = {
        "resourceType": "Communication",
        "identifier": names,
        "status": "completed",
        "sender": dict(fhir.element(thread, "requester")),
        "payload": [{"contentString": text}],
    }
    if "id" in thread:
        message["partOf"] = [_reference(fhir.key_of(thread))]
    raw["messages"] = [*raw["messages"], message]


def _reference(key: str) -> dict[str, str]:
    return {"reference": key, "type": key.partition("/")[0]}
