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
from collections.abc import Mapping, Sequence

from samenspraak.connectors import Changes, Directory, End, Raw, Reading, Subject
from samenspraak.domain.agreements import Duty, ExceptionKind, OccurrenceException, State, Status, What
from samenspraak.domain.schedules import slots
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import STATUS, WHAT, UnitKey, UnitKind, UnitValue
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir
from samenspraak_ozo import texts
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
# What readers may lose sight of while the rest stays; earlier messages with it are then taken back.
_HIDEABLE = frozenset({UnitKind.CONDITIONS, UnitKind.REVIEW})


def new(subject: Subject, sender: str) -> Raw:
    """A thread about this client for exactly these readers, with nothing in it yet."""
    about = {"reference": f"Patient/{subject.client}", "type": "Patient"}
    thread: Resource = {
        "resourceType": "CommunicationRequest",
        "identifier": [identifier(MARKER, str(subject.marker))],
        "status": "active",
        "subject": {**about, "display": subject.client_name} if subject.client_name else about,
        "requester": _reference(sender),
        "recipient": [_reference(one) for one in dict.fromkeys(subject.readers)],
    }
    return {"thread": thread, "messages": []}


def get(raw: Raw, directory: Directory) -> Reading:
    """What the thread says. Of the status only whether it still runs: the rest stands in the text.

    Raises:
        InvalidRecordError: the thread is not about a client, or a message has no sender or time.
    """
    thread = thread_of(raw)
    client = fhir.reference_key(fhir.element(thread, "subject"))
    if client is None:
        raise InvalidRecordError("a thread about nobody", field="CommunicationRequest.subject")
    marker, shown, said = marker_of(thread), last_shown(raw), list(heard(raw, directory))
    moments = [at for at in map(posted_at, (thread, *messages_of(raw))) if at is not None]
    return Reading(
        client=external_id(client),
        units=_units(thread, said) if shown or _is_live(thread) else _status(thread),
        marker=marker,
        selected=marker is not None,
        told=frozenset(ours_by(raw, NOTE)) | {one.id for one in said if _is_plain(one)},
        said=[one.statement for one in said if one.statement],
        mark=shown.mark if shown else None,
        last_changed=max(moments, default=None),
    )


def normal(key: UnitKey, value: UnitValue) -> UnitValue:
    """How a unit reads back: a thread is open or closed, and knows no pause, reason or date."""
    if key != STATUS or not isinstance(value, Status):
        return value
    return Status(state=value.state if value.is_over else State.ACTIVE)


def put(raw: Raw, changes: Changes, directory: Directory) -> Raw:
    """A copy that says the changes: a message more, answers noted, or taken back what may not be seen."""
    changed = copy.deepcopy(raw)
    _hide(changed, changes)
    status = changes.set.get(STATUS)
    if isinstance(status, Status) and status.is_over:
        return close(changed, End(status.state))
    if changes.mark and changes.mark not in {one.mark for one in terms_in(changed) if one.shown}:
        _tell(changed, changes.mark, changes.set, directory)
    if changes.mark or changes.told is not None:
        _answer(changed, changes.told, directory)
    return changed


def close(raw: Raw, how: End) -> Raw:
    """A copy with the thread closed in this way; retracted leaves no text of ours in it."""
    changed = copy.deepcopy(raw)
    thread = thread_of(changed)
    thread["status"] = _STATUS[how]
    if how is not End.RETRACTED:
        _once(changed, CLOSING, how, texts.CLOSING[how])
        return changed
    thread["payload"] = [{"contentString": texts.RETRACTED}]
    thread["subject"].pop("display", None)
    _strip(thread)
    for message in filter(is_ours, fhir.elements(changed, "messages")):
        _take_back(message)
        _strip(message)
    return changed


# Reading.


def _is_live(thread: Resource) -> bool:
    return thread.get("status") in LIVE


def _is_plain(one: Heard) -> bool:
    """A comment that asks for nothing: being there is being readable there."""
    return one.statement is not None and one.statement.kind is StatementKind.COMMENT and not one.ask


def _status(thread: Resource) -> dict[UnitKey, UnitValue]:
    return {STATUS: Status(state=_STATES.get(fhir.text(thread, "status"), State.ACTIVE))}


def _units(thread: Resource, said: list[Heard]) -> dict[UnitKey, UnitValue]:
    cancelled = OccurrenceException(kind=ExceptionKind.CANCELLED)
    exceptions: dict[UnitKey, UnitValue] = {
        UnitKey(UnitKind.EXCEPTION, str(one.cannot)): cancelled for one in said if one.cannot
    }
    return {**exceptions, **_status(thread)}


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
    names = [
        identifier(MARK, named(thread, mark)),
        identifier(HOLDS, held),
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


def _answer(raw: Raw, told: Sequence[Statement] | None, directory: Directory) -> None:
    """Say what was noted, ask back what was not clear, each once; take back what may not be told now."""
    said = {one.id: one for one in heard(raw, directory)}
    for one in said.values():
        if one.cannot:
            _once(raw, ANSWERED, one.id, texts.noted_cannot(one.by, one.cannot, directory))
    if told is None:
        return
    for statement in told:
        here = said.get(statement.id)
        if here is None or not _is_plain(here):
            ask = here.ask if here else None
            _once(raw, NOTE, statement.id, ask or texts.noted(statement, directory))
    wanted = {statement.id for statement in told}
    for key, message in ours_by(raw, NOTE).items():
        if key not in wanted:
            _rename(message, NOTE, RETIRED_NOTE)
            if key not in said:  # what somebody said in this very thread can be read anyway
                _take_back(message)


def _once(raw: Raw, system: str, key: str, text: str) -> None:
    if key not in ours_by(raw, system):
        _append(raw, [identifier(system, named(thread_of(raw), key))], text)


def _hide(raw: Raw, changes: Changes) -> None:
    """Take back our messages that hold what is cleared, or a kind that the new message may not show."""
    thread = thread_of(raw)
    kept = {key.kind for key in changes.set}
    for terms in terms_in(raw):
        gone = {one for one in terms.holds if changes.mark and one.kind in _HIDEABLE - kept}
        if terms.shown and (terms.holds & changes.clear or gone):
            _take_back(terms.resource)
            if terms.resource is thread:
                thread["payload"] = [*parts(thread)[:1], {"contentString": texts.UNAVAILABLE}]


def _rename(resource: Resource, system: str, to: str) -> None:
    for one in fhir.elements(resource, "identifier"):
        if one.get("system") == system:
            one["system"] = to


def _take_back(resource: Resource) -> None:
    _rename(resource, MARK, RETIRED_MARK)
    if resource["resourceType"] == "Communication":
        resource["status"] = RETRACTED
        resource["payload"] = [{"contentString": texts.UNAVAILABLE}]


def _strip(resource: Resource) -> None:
    """Only what finds it again stays."""
    _take_back(resource)
    resource["identifier"] = [
        one for one in fhir.elements(resource, "identifier") if one.get("system") not in (HOLDS, TASK)
    ]


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
