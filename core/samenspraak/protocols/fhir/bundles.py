"""Bundles: what a search found, what a history tells, and whether the server understood the question.

Sources: https://hl7.org/fhir/R4/bundle.html and https://hl7.org/fhir/R4/search.html (read November 2026).
What some servers do otherwise, and is survived: an OperationOutcome among the entries, an unknown search
parameter that is ignored or answered with nothing, a history in no particular order, deletions without a
moment (HAPI).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
    version_of,
)

_NUMBER = re.compile(r"[0-9]{1,18}")

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


def ignored(bundle: Mapping[str, Any], params: Params) -> set[str]:
    """The names the server did not search by: an ignored parameter is missing from the ``self`` link.

    A server that gives no ``self`` link is believed.
    """
    own = link(bundle, "self")
    if own is None:
        return set()
    return {name for name, _ in params} - {name for name, _ in parse_qsl(urlsplit(own).query)}


@dataclass(frozen=True, kw_only=True)
class Change:
    """The newest state of one resource in a history; ``resource`` is None when it was deleted.

    ``at``: its moment; None when the server does not say.
    """

    key: str
    resource: Resource | None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """``number``: its version, None when the server does not say it in that form."""

    change: Change
    number: int | None

    @property
    def at(self) -> datetime | None:
        return self.change.at

    def is_newer(self, other: _Entry) -> bool:
        """Whether it is newer than what stands after it in the history."""
        if self.at is not None and other.at is not None and self.at != other.at:
            return self.at > other.at
        if self.number is not None and other.number is not None and self.number != other.number:
            return self.number > other.number
        if self.at is not None and other.at is not None:
            return True
        return other.change.resource is not None or self.change.resource is None


def folded(entries: Sequence[Mapping[str, Any]]) -> list[Change]:
    """The newest state per resource of history entries in any order: by moment, else by version.

    A deletion has no resource, and in many servers no moment either; without a version that tells more, it
    is the newest: whoever is told so can look, and whoever is not told never will. Entries that name nothing
    are left out, and so is what was written but is not shown.
    """
    newest: dict[str, _Entry] = {}
    for entry in filter(None, map(_read, reversed(entries))):  # of one moment, the first in the history
        if (before := newest.get(entry.change.key)) is None or entry.is_newer(before):
            newest[entry.change.key] = entry
    return [one.change for one in newest.values()]


def _read(entry: Mapping[str, Any]) -> _Entry | None:
    request, response = element(entry, "request"), element(entry, "response")
    is_deletion, resource = text(request, "method") == "DELETE", element(entry, "resource")
    found = REFERENCE.fullmatch(text(request, "url") if is_deletion else key_of(resource))
    if found is None:
        return None
    said = text(response, "lastModified") or text(element(resource, "meta"), "lastUpdated")
    version = version_of(resource, {"ETag": text(response, "etag")}) or found["version"] or ""
    return _Entry(
        change=Change(key=found["key"], resource=None if is_deletion else dict(resource), at=_moment(said)),
        number=int(version) if _NUMBER.fullmatch(version) else None,
    )


def _moment(said: str) -> datetime | None:
    try:
        return read_instant(said)
    except ValueError:
        return None
