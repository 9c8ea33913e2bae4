"""Several writes that stand or fall together: a transaction, for what one intent writes.

Source: https://hl7.org/fhir/R4/http.html#transaction (read November 2026). What some servers do otherwise,
and is survived: a transaction that failed and left its first entries stored (each entry is conditional, so
that the same can be sent again), and answers without ``etag`` (the version is in the resource, else it is
read).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from samenspraak.errors import OutcomeUnknownError
from samenspraak.http import Answer, HttpClient
from samenspraak.protocols.fhir.rest import WRITE, accepted, place_of
from samenspraak.protocols.fhir.words import Resource, element, elements, if_match, key_of, text


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One write.

    ``full_url``: how others in the bundle refer to what it makes · ``condition``: a search that finds it if
    it is there (``POST``), or the version it must have (``PUT``).
    """

    resource: Resource
    method: str
    full_url: str = ""
    condition: str | None = None

    def member(self) -> Mapping[str, Any]:
        kind = text(self.resource, "resourceType")
        request: dict[str, Any] = {
            "method": self.method,
            "url": kind if self.method == "POST" else key_of(self.resource),
        }
        if self.condition is not None:
            is_new = self.method == "POST"
            name, value = ("ifNoneExist", self.condition) if is_new else ("ifMatch", if_match(self.condition))
            request[name] = value
        named = {"fullUrl": self.full_url} if self.full_url else {}
        return {**named, "resource": self.resource, "request": request}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one entry. ``existed``: a conditional create met it · ``resource``: if it is shown."""

    existed: bool
    place: tuple[str, str | None] | None
    resource: Resource | None


def transact(http: HttpClient, entries: Sequence[Entry]) -> list[Outcome]:
    """What became of each entry, in their order.

    Raises:
        ConflictError: one of them has another version by now; nothing was written, by the book.
        InvalidRecordError: one of them is not accepted.
        OutcomeUnknownError: nobody says what was written.
    """
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [one.member() for one in entries]}
    answer = accepted(http.send("POST", "", json=bundle, headers=WRITE, allow=(400, 422)))
    found = answer.json()
    answered = elements(found, "entry") if isinstance(found, dict) else []
    if len(answered) != len(entries):
        raise OutcomeUnknownError(f"{http.connector_id}: a transaction was answered without its entries")
    return [_outcome(one, answer) for one in answered]


def _outcome(entry: Mapping[str, Any], answer: Answer) -> Outcome:
    response, resource = element(entry, "response"), element(entry, "resource")
    is_one = text(resource, "id") and text(resource, "resourceType") != "OperationOutcome"
    return Outcome(
        existed=text(response, "status").startswith("200"),
        place=place_of(text(response, "location")),
        resource=dict(resource) if is_one else None,
    )
