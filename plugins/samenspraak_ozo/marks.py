"""The identifiers we put on threads and messages, by which we know them again.

The profiles leave them open (identifier-systems.md is about people); inferred for threads and messages.
"""

from __future__ import annotations

from samenspraak.connectors import Marker
from samenspraak.protocols import fhir

OURS = "urn:samenspraak:"
MARKER = f"{OURS}marker"
READERS = f"{OURS}readers"
MARK = f"{OURS}mark"
RETIRED_MARK = f"{OURS}retired-mark"
NOTE = f"{OURS}note"
RETIRED_NOTE = f"{OURS}retired-note"
UNITS = f"{OURS}units"
ANSWERED = f"{OURS}answered"
RETIRED_ANSWERED = f"{OURS}retired-answered"
NAMES = f"{OURS}names"
CLOSING = f"{OURS}closing"
OVERVIEW = f"{OURS}overview"
TERMS = f"{OURS}terms"
HOLDS = f"{OURS}holds"
TASK = f"{OURS}task"


def marker_of(thread: fhir.Resource) -> Marker | None:
    found = fhir.identifiers(thread, MARKER)
    return Marker.parse(found[0]) if found else None


def is_ours(message: fhir.Resource) -> bool:
    return any(fhir.text(one, "system").startswith(OURS) for one in fhir.elements(message, "identifier"))


def named(thread: fhir.Resource, key: str) -> str:
    """The value of an identifier that names one message on the whole platform."""
    return f"{fhir.identifiers(thread, MARKER)[0]}:{key}"


def mark_in(thread: fhir.Resource, value: str) -> str:
    """The reverse of :func:`named`."""
    markers = fhir.identifiers(thread, MARKER)
    return value.removeprefix(f"{markers[0]}:") if markers else value


def identifier(system: str, value: str) -> dict[str, str]:
    return {"system": system, "value": value}
