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
from collections.abc import Mapping

from samenspraak.connectors import Changes, Directory, End, Raw, Reading, Subject, misnaming
from samenspraak.domain.agreements import ExceptionKind, OccurrenceException, State, Status
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, UnitValue
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir
from samenspraak_ozo import kept
from samenspraak_ozo.closing import close
from samenspraak_ozo.hearing import Heard, heard
from samenspraak_ozo.marks import ANSWERED, CLOSING, MARKER, NOTE, READERS, identifier, marker_of
from samenspraak_ozo.opened import opened
from samenspraak_ozo.overview import address, is_unaddressed
from samenspraak_ozo.people import external_id
from samenspraak_ozo.saying import answer, note, reference, tell
from samenspraak_ozo.taking_back import hide, misnames, unname
from samenspraak_ozo.terms import last_shown, terms_in
from samenspraak_ozo.threads import LIVE, Resource, messages_of, ours_by, posted_at, thread_of

_STATES: Mapping[str, State] = {
    "completed": State.ENDED,
    "revoked": State.WITHDRAWN,
    "entered-in-error": State.MISTAKE,
}


def new(subject: Subject, sender: str) -> Raw:
    """A thread about this client for exactly these readers, with nothing in it yet.

    The client is no recipient: the profile of a thread takes professionals and relatives only.
    """
    about = {"reference": f"Patient/{subject.client}", "type": "Patient"}
    readers = [one for one in dict.fromkeys(subject.readers) if "/" in one]
    thread: Resource = {
        "resourceType": "CommunicationRequest",
        "identifier": [identifier(MARKER, str(subject.marker)), identifier(READERS, " ".join(readers))],
        "status": "active",
        "subject": {**about, "display": subject.client_name} if subject.client_name else about,
        "requester": reference(sender),
        "recipient": [reference(one) for one in readers],
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
    answered = _as_it_may_be_said(ours_by(raw, ANSWERED), directory)
    is_addressed = not is_unaddressed(thread)
    misnamed = any(one.shown and misnames(one.resource, directory) for one in terms_in(raw))
    return Reading(
        client=external_id(client),
        units=_units(raw, [one for one in said if one.id not in answered]),
        marker=marker,
        selected=marker is not None and not _was_joined(thread),
        told=frozenset(
            misnaming(key) if misnames(message, directory) else key
            for key, message in ours_by(raw, NOTE).items()
        ),
        said=[one.statement for one in said if one.statement],
        unanswered=_is_live(thread) and any(one.waits and one.id not in answered for one in said),
        mark=shown.mark if shown and not (misnamed and _is_live(thread)) and is_addressed else None,
        opened=opened(raw, directory),
        last_changed=max(moments, default=None),
    )


def put(raw: Raw, changes: Changes, directory: Directory) -> Raw:
    """A copy that says the changes: a message more, answers noted, or taken back what may not be seen."""
    changed = copy.deepcopy(raw)
    status = changes.set.get(STATUS)
    is_over = isinstance(status, Status) and status.is_over
    hide(changed, changes, renewed=bool(changes.mark) and not is_over)
    if changes.mark or changes.told is not None:
        unname(changed, directory)
    if changes.mark and "id" in thread_of(changed) and is_unaddressed(thread_of(changed)):
        address(thread_of(changed))
    if isinstance(status, Status) and status.is_over:
        return close(changed, End(status.state), status, changes.mark)
    if changes.mark and changes.mark not in {one.mark for one in terms_in(changed) if one.shown}:
        tell(changed, changes.mark, changes.set, directory)
    if changes.told is not None:
        note(changed, changes.told, directory)
    if changes.mark or changes.told is not None:
        answer(changed, list(heard(raw, directory)), changes.set, directory)
    return changed


# Reading.


def _is_live(thread: Resource) -> bool:
    return fhir.text(thread, "status") in LIVE


def _was_joined(thread: Resource) -> bool:
    """Whether somebody there lets more people read the thread than it was opened for.

    Professionals do not count: which of them read along is up to the platform.
    """
    kept_beside = fhir.identifiers(thread, READERS)
    recipients = map(fhir.reference_key, fhir.elements(thread, "recipient"))
    others = {one for one in recipients if one is not None and not one.startswith("Practitioner/")}
    return bool(kept_beside and others.difference(" ".join(kept_beside).split()))


def _as_it_may_be_said(ours: Mapping[str, Resource], directory: Directory) -> frozenset[str]:
    """What is said there by whom as these readers may see it; the rest is still to be said."""
    return frozenset(key for key, message in ours.items() if not misnames(message, directory))


def _units(raw: Raw, said: list[Heard]) -> dict[UnitKey, UnitValue]:
    """What our last message says, and since then people; nothing of a closed thread but that it is."""
    thread = thread_of(raw)
    told = terms_in(raw)
    state = _STATES.get(fhir.text(thread, "status"))
    if state is not None:
        closing = ours_by(raw, CLOSING).get(state)
        status = kept.beside(closing).get(STATUS) if closing else None
        over: dict[UnitKey, UnitValue] = {STATUS: status or Status(state=state)}
        return {**_cancelled(said), **over} if last_shown(raw) else over
    return {
        STATUS: Status(state=State.ACTIVE),
        **kept.beside(told[-1].resource if told else {}),
        **_cancelled(said),
    }


def _cancelled(said: list[Heard]) -> dict[UnitKey, UnitValue]:
    cancelled = OccurrenceException(kind=ExceptionKind.CANCELLED)
    return {UnitKey(UnitKind.EXCEPTION, str(one.cannot)): cancelled for one in said if one.cannot}
