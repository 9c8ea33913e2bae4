"""Bundles: what a search found, what a history tells, and whether the server understood the question.

Sources: https://hl7.org/fhir/R4/bundle.html and https://hl7.org/fhir/R4/search.html (read November 2026).
What some servers do otherwise, and is survived: an OperationOutcome among the entries, an unknown search
parameter that is ignored or answered with nothing, a history in no particular order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from samenspraak.protocols.fhir.words import (
    REFERENCE,
    Resource,
    element,
    elements,
    key_of,
    read_instant,
    text,
    write_instant,
)

Params = Sequence[tuple[str, str]]


def resources(bundle: Mapping[str, Any]) -> list[Resource]:
    """What a search matched, all with an id; an OperationOutcome among the entries is not a match."""
    matches = [
        one for one in elements(bundle, "entry") if text(element(one, "search"), "mode") in ("", "match")
    ]
    found = [one["resource"] for one in matches if isinstance(one.get("resource"), dict)]
    return [
        one for one in found if REFERENCE.fullmatch(key_of(one)) and one["resourceType"] != "OperationOutcome"
    ]


def link(bundle: Mapping[str, Any], relation: str) -> str | None:
    """The address of a bundle's link, such as ``next`` or ``self``."""
    found = [one for one in elements(bundle, "link") if one.get("relation") == relation]
    return next((text(one, "url") for one in found if text(one, "url")), None)


def understood(bundle: Mapping[str, Any], params: Params) -> bool:
    """Whether the server searched by all of these: an ignored parameter is missing from the ``self`` link.

    A server that gives no ``self`` link is believed.
    """
    own = link(bundle, "self")
    return own is None or {name for name, _ in params} <= {name for name, _ in parse_qsl(urlsplit(own).query)}


@dataclass(frozen=True, kw_only=True)
class Change:
    """The newest state of one resource in a history; ``resource`` is None when it was deleted."""

    key: str
    resource: Resource | None


def folded(entries: Sequence[Mapping[str, Any]]) -> list[Change]:
    """The newest state per resource of history entries in any order, by their ``lastModified``.

    Deleted ones are known by ``request.url`` only. Entries that name nothing are left out.
    """
    newest: dict[str, tuple[str, Change]] = {}
    for entry in reversed(entries):  # equal moments: the one that came first in the history wins
        request = element(entry, "request")
        there = entry.get("resource") if text(request, "method") != "DELETE" else None
        resource = there if isinstance(there, dict) else None
        found = REFERENCE.fullmatch(text(request, "url") if resource is None else key_of(resource))
        at = _modified(entry)
        if found is not None and at >= newest.get(found["key"], ("",))[0]:
            newest[found["key"]] = at, Change(key=found["key"], resource=resource)
    return [change for _, change in newest.values()]


def _modified(entry: Mapping[str, Any]) -> str:
    said = text(element(entry, "response"), "lastModified")
    moment = said or text(element(element(entry, "resource"), "meta"), "lastUpdated")
    try:
        return write_instant(read_instant(moment))
    except ValueError:
        return ""
