"""One plan as we have it in hand: its version, its client, and whether one that is not there was deleted."""

from __future__ import annotations

from samenspraak.connectors import Call, Found, Raw
from samenspraak.http import Answer, HttpClient
from samenspraak.protocols import fhir
from samenspraak_fhir import logical


def found_in(call: Call, resource: Raw, answer: Answer | None = None) -> Found:
    """A plan as the server gave it, with its version, and with its client if it names them by number."""
    token = fhir.version_of(resource, answer.headers if answer else None)
    return Found(external_id=fhir.key_of(resource), raw=logical.resolved(call.http, resource), token=token)


def was_deleted(http: HttpClient, key: str) -> bool:
    """Whether the history of a resource that answers 404 ends with its deletion; unknown is not deleted."""
    changes = fhir.folded(fhir.history_of(http, key))
    return any(one.key == key and one.resource is None for one in changes)
