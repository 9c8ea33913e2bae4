"""What the history of a type tells: every change and every deletion since a moment, in one answer.

Source: https://hl7.org/fhir/R4/http.html#history (read November 2026). What some servers do otherwise, and is
survived: no history although they declare one, versions in no particular order, versions without a resource.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from samenspraak.http import HttpClient
from samenspraak.protocols.fhir.bundles import Change, folded
from samenspraak.protocols.fhir.rest import history_pages
from samenspraak.protocols.fhir.sweeping import TICK, not_ahead
from samenspraak.protocols.fhir.words import element, elements, text, write_instant


@dataclass(frozen=True, kw_only=True)
class Told:
    """The newest state of all that changed; ``upto`` and ``present`` as in :class:`Batch`."""

    changes: Sequence[Change]
    upto: datetime
    present: datetime | None


def told(http: HttpClient, kind: str, *, since: datetime, page: int, overlap: timedelta) -> Told | None:
    """What changed since a moment, and what was deleted; None when this history cannot tell.

    It cannot when the server has none, has not reached the moment (see :func:`sweep`), or lists versions
    without what they say.
    """
    params = [("_since", write_instant(since - overlap)), ("_count", str(page))]
    found = history_pages(http, kind, params)
    if found is None:
        return None
    present, bundles = found
    if present is not None and since - overlap > present + TICK:
        return None
    entries = [one for bundle in bundles for one in elements(bundle, "entry")]
    if any(
        text(element(one, "request"), "method") != "DELETE" and not element(one, "resource")
        for one in entries
    ):
        return None
    changes = folded(entries)
    newest = max([since, *(one.at for one in changes if one.at is not None)])
    return Told(changes=changes, upto=not_ahead(newest, present) or since, present=present)
