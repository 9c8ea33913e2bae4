"""One overview for each audience, instead of a message for each agreement on the first day.

The platform notifies of every new thread (a ``Task`` for each recipient) and of every message. A thread that
tells nothing new is therefore opened for the sender alone and only then addressed to its readers: an update
makes no ``Task`` (technical-aaa-proxy.md, "Event publishing", which lists only a *new* CommunicationRequest).
The readers are told once, in a thread of its own, that there is something to read. It holds nothing of what
was agreed, so that no line of it has to be taken back alone; it goes when their last thread goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from samenspraak.http import HttpClient
from samenspraak.protocols import fhir
from samenspraak_ozo import texts
from samenspraak_ozo.listing import OUR_THREADS, pages
from samenspraak_ozo.marks import OVERVIEW, READERS, identifier
from samenspraak_ozo.records import condition
from samenspraak_ozo.threads import LIVE, RETRACTED, Resource

_ALIVE = ("status", ",".join(sorted(LIVE)))


def tell(http: HttpClient, thread: Resource, now: datetime) -> None:
    """See to it that the readers of this thread are told that there is something to read.

    While nobody has read the last message about that, it is told of this thread as well.
    """
    there = _overviews(http, thread)
    if not there:
        alive = f"{_ALIVE[0]}={_ALIVE[1]}"
        fhir.create(http, _overview(thread), unless=condition(OVERVIEW, _key(thread), alive))
        for one in _overviews(http, thread)[1:]:  # somebody else made one at the same moment
            _close(http, one)
        return
    if _was_read(http, there[0]):
        key = f"{_key(thread)}:{len(_messages(http, there[0])) + 1}"
        fhir.create(http, _message(there[0], key, now), unless=condition(OVERVIEW, key))


def take_back(http: HttpClient, thread: Resource) -> None:
    """Take the overview back, if this is the last thread that its readers have about this client."""
    about = fhir.reference_key(fhir.element(thread, "subject"))
    params = [OUR_THREADS, ("subject", about or ""), _ALIVE]
    ours = (one for page in pages(http, "CommunicationRequest", params) for one in page)
    if any(_readers(one) == _readers(thread) and one["id"] != thread["id"] for one in ours):
        return
    for one in _overviews(http, thread):
        _close(http, one)


def is_unaddressed(thread: Resource) -> bool:
    """Whether a thread was opened for the sender alone and its readers have not been let in yet."""
    recipients = [fhir.reference_key(one) for one in fhir.elements(thread, "recipient")]
    return bool(_others(thread)) and recipients == [fhir.reference_key(fhir.element(thread, "requester"))]


def address(thread: Resource) -> None:
    """Let the readers in that the thread was made for."""
    readers = sorted(_readers(thread))
    thread["recipient"] = [{"reference": one, "type": one.partition("/")[0]} for one in readers]


def unaddressed(thread: Resource) -> Resource:
    """The thread as the sender alone reads it."""
    return {**thread, "recipient": [dict(fhir.element(thread, "requester"))]}


def _readers(thread: Resource) -> frozenset[str]:
    return frozenset(" ".join(fhir.identifiers(thread, READERS)).split())


def _others(thread: Resource) -> frozenset[str]:
    """The readers beside the sender, who may be one of those concerned."""
    return _readers(thread) - {fhir.reference_key(fhir.element(thread, "requester")) or ""}


def _key(thread: Resource) -> str:
    """A name for this client and these readers that says neither."""
    about = fhir.text(fhir.element(thread, "subject"), "reference")
    return hashlib.sha256(" ".join([about, *sorted(_readers(thread))]).encode()).hexdigest()[:24]


def _overviews(http: HttpClient, thread: Resource) -> list[Resource]:
    """Those that are there for the readers of this thread, the oldest first."""
    params = [("identifier", fhir.token(OVERVIEW, _key(thread))), _ALIVE]
    found = [one for page in pages(http, "CommunicationRequest", params) for one in page]
    return sorted(found, key=lambda one: (len(one["id"]), one["id"]))


def _messages(http: HttpClient, overview: Resource) -> Sequence[Resource]:
    params = [("part-of", fhir.key_of(overview))]
    return [one for page in pages(http, "Communication", params) for one in page]


def _overview(thread: Resource) -> Resource:
    made: Resource = {
        "resourceType": "CommunicationRequest",
        "identifier": [identifier(OVERVIEW, _key(thread))],
        "status": "active",
        "subject": thread["subject"],
        "requester": thread["requester"],
        "payload": _payload(*texts.overview(fhir.text(thread["subject"], "display") or None)),
    }
    made["identifier"].append(identifier(READERS, " ".join(sorted(_readers(thread)))))
    address(made)
    return made


def _was_read(http: HttpClient, overview: Resource) -> bool:
    """Whether a reader read it already, and so does not know of what may be read since."""
    ticked = pages(http, "Task", [("based-on", fhir.key_of(overview)), ("status", "completed")])
    owners = {fhir.reference_key(fhir.element(one, "owner")) for page in ticked for one in page}
    return bool(owners & _others(overview))


def _message(overview: Resource, key: str, now: datetime) -> Resource:
    return {
        "resourceType": "Communication",
        "identifier": [identifier(OVERVIEW, key)],
        "status": "completed",
        "partOf": [{"reference": fhir.key_of(overview), "type": "CommunicationRequest"}],
        "sender": dict(fhir.element(overview, "requester")),
        "sent": fhir.write_instant(now),
        "payload": _payload(texts.MORE),
    }


def _close(http: HttpClient, overview: Resource) -> None:
    for one in _messages(http, overview):
        if fhir.identifiers(one, OVERVIEW):
            gone = {**one, "status": RETRACTED, "payload": _payload(texts.UNAVAILABLE)}
            fhir.update(http, gone, fhir.version_of(one))
    about = {name: value for name, value in overview["subject"].items() if name != "display"}
    closed = {**overview, "status": "revoked", "subject": about, "payload": _payload(texts.RETRACTED)}
    fhir.update(http, closed, fhir.version_of(overview))


def _payload(*said: str) -> list[dict[str, Any]]:
    return [{"contentString": one} for one in said]
