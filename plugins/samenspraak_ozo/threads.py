"""A thread with its messages as one record: its messages in order, ours and those of others.

The record is ``{"thread": CommunicationRequest, "messages": [Communication, …]}``. The first message of a
thread is in the payload of the thread itself (CHANGELOG 0.6.1 of the guide), later ones are resources of
their own; a message that is not there yet has no ``id``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir
from samenspraak_ozo.marks import is_ours, mark_in

Resource = dict[str, Any]

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


def is_retracted(message: Resource) -> bool:
    return message.get("status") == RETRACTED


def said_by_others(raw: Raw) -> Iterator[Resource]:
    """The messages people wrote, oldest first."""
    return (one for one in messages_of(raw) if not is_ours(one) and not is_retracted(one) and "id" in one)


def ours_by(raw: Raw, system: str) -> dict[str, Resource]:
    """Our messages that can still be read, by their identifier in this system."""
    thread = thread_of(raw)
    return {
        mark_in(thread, value): message
        for message in messages_of(raw)
        if not is_retracted(message)
        for value in fhir.identifiers(message, system)
    }


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


def _only(resource: Resource, names: tuple[str, ...]) -> Resource:
    return {name: resource[name] for name in names if name in resource}


def _order(message: Resource) -> tuple[datetime, int, str]:
    at = posted_at(message) if "id" in message else _NEVER
    number = fhir.text(message, "id")
    return at or _NEVER, len(number), number
