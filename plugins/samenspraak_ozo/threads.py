"""A thread with its messages as one record: which messages are ours, in which order, under which marks.

The record is ``{"thread": CommunicationRequest, "messages": [Communication, …]}``. The first message of a
thread is in the payload of the thread itself (CHANGELOG 0.6.1 of the guide), later ones are resources of
their own; a message that is not there yet has no ``id``. What we need to know again is in identifiers,
which the profiles leave open (identifier-systems.md for people; inferred for threads and messages).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from samenspraak.connectors import Marker, Raw
from samenspraak.domain.units import UnitKey
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir
from samenspraak_ozo.answers import code_of

Resource = dict[str, Any]

_OURS = "urn:samenspraak:"
MARKER = f"{_OURS}marker"
MARK = f"{_OURS}mark"
RETIRED_MARK = f"{_OURS}retired-mark"
NOTE = f"{_OURS}note"
RETIRED_NOTE = f"{_OURS}retired-note"
UNITS = f"{_OURS}units"
ANSWERED = f"{_OURS}answered"
CLOSING = f"{_OURS}closing"
TERMS = f"{_OURS}terms"
HOLDS = f"{_OURS}holds"
TASK = f"{_OURS}task"

_THREAD = (
    "resourceType",
    "id",
    "meta",
    "identifier",
    "status",
    "subject",
    "requester",
    "recipient",
    "payload",
)
_MESSAGE = ("resourceType", "id", "meta", "identifier", "status", "sender", "sent", "partOf", "payload")

LIVE = frozenset({"draft", "active", "on-hold"})
RETRACTED = "entered-in-error"
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Task:
    """Which assignment somebody performs, as a message says it. ``moments``: how many on one day."""

    assignment_id: str
    performer: str
    moments: int

    def __str__(self) -> str:
        return f"{self.assignment_id}={self.moments}={self.performer}"

    @classmethod
    def parse(cls, text: str) -> Task | None:
        assignment_id, moments, performer = [*text.split("=", 2), "", ""][:3]
        if not (assignment_id and moments.isdecimal()):
            return None
        return cls(assignment_id=assignment_id, performer=performer, moments=int(moments))


@dataclass(frozen=True, kw_only=True)
class Terms:
    """One message of ours that says what is agreed. ``shown``: its text can still be read there."""

    mark: str
    resource: Resource
    shown: bool

    @property
    def code(self) -> str:
        return code_of(self.mark)

    @property
    def digest(self) -> str:
        """Of the terms alone: a review or a cancelled day makes another mark, but no other terms."""
        return "".join(fhir.identifiers(self.resource, TERMS))

    @property
    def tasks(self) -> list[Task]:
        found = (Task.parse(text) for text in fhir.identifiers(self.resource, TASK))
        return [task for task in found if task is not None]

    @property
    def holds(self) -> frozenset[UnitKey]:
        """The units its text tells about."""
        found = " ".join(fhir.identifiers(self.resource, HOLDS)).split()
        return frozenset(UnitKey.parse(text) for text in found)


def external_id(key: str) -> str:
    """What the connector calls the party behind ``Type/id``: a client by the id alone."""
    return key.removeprefix("Patient/")


def thread_of(raw: Raw) -> Resource:
    """The thread of a record.

    Raises:
        InvalidRecordError: there is none in it.
    """
    thread = raw.get("thread")
    if not isinstance(thread, dict) or thread.get("resourceType") != "CommunicationRequest":
        raise InvalidRecordError("this is no thread", field="CommunicationRequest")
    return thread


def own(raw: Raw) -> Raw:
    """The record without the members we neither read nor write."""
    return {
        "thread": _only(thread_of(raw), _THREAD),
        "messages": [_only(message, _MESSAGE) for message in fhir.elements(raw, "messages")],
    }


def messages_of(raw: Raw) -> list[Resource]:
    """The messages, oldest first; those not there yet come last, in their own order."""
    return sorted(fhir.elements(raw, "messages"), key=_order)


def marker_of(thread: Resource) -> Marker | None:
    found = fhir.identifiers(thread, MARKER)
    return Marker.parse(found[0]) if found else None


def is_ours(message: Resource) -> bool:
    return any(fhir.text(one, "system").startswith(_OURS) for one in fhir.elements(message, "identifier"))


def terms_in(raw: Raw) -> list[Terms]:
    """Every message of ours that said what is agreed, oldest first, taken back ones included."""
    thread = thread_of(raw)
    found = []
    for resource in (thread, *messages_of(raw)):
        for system in (MARK, RETIRED_MARK):
            for value in fhir.identifiers(resource, system):
                shown = system == MARK and not (resource is not thread and _is_retracted(resource))
                found.append(Terms(mark=mark_in(thread, value), resource=resource, shown=shown))
    return found


def last_shown(raw: Raw) -> Terms | None:
    """Our newest message about the terms that can still be read."""
    shown = [terms for terms in terms_in(raw) if terms.shown]
    return shown[-1] if shown else None


def said_by_others(raw: Raw) -> Iterator[Resource]:
    """The messages people wrote, oldest first."""
    return (one for one in messages_of(raw) if not is_ours(one) and not _is_retracted(one) and "id" in one)


def ours_by(raw: Raw, system: str) -> dict[str, Resource]:
    """Our messages that can still be read, by their identifier in this system."""
    thread = thread_of(raw)
    return {
        mark_in(thread, value): message
        for message in messages_of(raw)
        if not _is_retracted(message)
        for value in fhir.identifiers(message, system)
    }


def named(thread: Resource, key: str) -> str:
    """The value of an identifier that names one message on the whole platform."""
    return f"{fhir.identifiers(thread, MARKER)[0]}:{key}"


def mark_in(thread: Resource, value: str) -> str:
    """The reverse of :func:`named`."""
    markers = fhir.identifiers(thread, MARKER)
    return value.removeprefix(f"{markers[0]}:") if markers else value


def said_at(message: Resource) -> datetime | None:
    """When it was said: what the sender gave, else what the server knows; None for neither."""
    try:
        return fhir.read_instant(fhir.text(message, "sent"))
    except ValueError:
        return fhir.last_updated(message)


def posted_at(message: Resource) -> datetime | None:
    """When it reached the server, by one clock for all: an untouched message still says so itself."""
    untouched = fhir.version_of(message) == "1"
    return (fhir.last_updated(message) if untouched else None) or said_at(message)


def texts(resource: Resource) -> Sequence[str]:
    """The readable texts of a thread or message."""
    return [one for one in (fhir.text(part, "contentString") for part in parts(resource)) if one]


def parts(resource: Resource) -> list[dict[str, Any]]:
    return fhir.elements(resource, "payload")


def identifier(system: str, value: str) -> dict[str, str]:
    return {"system": system, "value": value}


def _only(resource: Resource, names: tuple[str, ...]) -> Resource:
    return {name: resource[name] for name in names if name in resource}


def _is_retracted(message: Resource) -> bool:
    return message.get("status") == RETRACTED


def _order(message: Resource) -> tuple[datetime, int, str]:
    at = posted_at(message) if "id" in message else _NEVER
    number = fhir.text(message, "id")
    return at or _NEVER, len(number), number
