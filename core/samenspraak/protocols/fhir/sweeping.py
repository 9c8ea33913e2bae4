"""Reading what changed: no change missed, whatever the server's pages do.

What was deleted, or no longer matches the search, is no change and in none of its pages; only a sweep of
everything (``Batch.is_whole``) shows it, by leaving it out.

Pages by offset shift when somebody writes in between, so a page is not asked for by its number: each next
search starts from the last moment seen (``_lastUpdated=ge…``, sorted). The server's ``next`` is followed, as
it was given, where that makes no progress: many records in one moment, or a server that does not sort.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from samenspraak.http import Answer, HttpClient
from samenspraak.protocols.fhir.bundles import Params, ignored, link, resources
from samenspraak.protocols.fhir.rest import asked, first_page, pages, unsearchable
from samenspraak.protocols.fhir.words import (
    Resource,
    key_of,
    last_updated,
    read_instant,
    version_of,
    write_instant,
)


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Per resource type the newest moment that the server itself gave; as text it is the hub's cursor."""

    moments: Mapping[str, datetime] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> Cursor:
        """The reverse of ``str``; of a text that is none of ours nothing is known, so all is read again."""
        try:
            written = json.loads(text or "{}")
            return cls(moments={kind: read_instant(moment) for kind, moment in written.items()})
        except (AttributeError, TypeError, ValueError):
            return cls()

    def __str__(self) -> str:
        return json.dumps({kind: write_instant(self.moments[kind]) for kind in sorted(self.moments)})

    def at(self, kind: str, moment: datetime | None) -> Cursor:
        """The cursor moved on for one type; it never goes back."""
        before = self.moments.get(kind)
        if moment is None or (before is not None and moment <= before):
            return self
        return Cursor(moments={**self.moments, kind: moment})


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One page of resources not seen before in this sweep; ``upto``: everything before it was listed.

    ``is_whole``: with this page everything there is was listed, provably: no page can have shifted ·
    ``by_time``: the server searches by the moment of change; one that does not is read as a whole ·
    ``present``: what its clock said when it answered; None when it does not say.
    """

    resources: Sequence[Resource]
    upto: datetime | None
    present: datetime | None
    is_whole: bool = False
    by_time: bool = True


def sweep(
    http: HttpClient, kind: str, params: Params, *, since: datetime | None, page: int, overlap: timedelta
) -> Iterator[Batch]:
    """Everything of a type that changed since a moment (None: everything there is), oldest first.

    A moment that the server has not reached is no place in its past: its clock was wrong for a while, or it
    went back to a backup. Then everything is read, and no place is given that lies ahead of its clock. So it
    is with a server that refuses or ignores ``_lastUpdated``: what it would answer looks like no changes.

    Raises:
        ConfigurationError: the server does not search by ``params``, and would answer something else.
    """
    way = _Way(http=http, kind=kind, params=params, page=page)
    anchor = None if since is None else _whole(since - overlap)
    newest = since
    known: dict[tuple[str, str | None], datetime] = {}
    is_sorted = True
    while True:
        answer = way.ask(anchor)
        present = answer.date
        is_ahead = since is not None and present is not None and since - overlap > present + TICK
        if is_ahead or (anchor is not None and not way.by_time):
            since = anchor = newest = None
            if is_ahead:
                continue
        for number, bundle in enumerate(pages(http, answer, "searchset")):
            if number == 0 and not way.believes(bundle, anchor):
                since = anchor = newest = None
                break
            found = resources(bundle)
            moments = [last_updated(one) for one in found]
            is_sorted = is_sorted and _ascends(moments, anchor)
            fresh = [one for one in found if _version(one) not in known]
            known |= {_version(one): moment or _EVER for one, moment in zip(found, moments, strict=True)}
            newest = max([one for one in (newest, *moments) if one is not None], default=None)
            is_last = link(bundle, "next") is None
            yield Batch(
                resources=fresh,
                upto=not_ahead(newest, present) if is_sorted or is_last else None,
                present=present,
                is_whole=since is None and is_sorted and is_last and (way.by_time or number == 0),
                by_time=way.by_time,
            )
            if is_last:
                return
            latest = _whole(moments[-1]) if is_sorted and moments and moments[-1] else None
            if way.by_time and latest is not None and (anchor is None or latest > anchor):
                anchor = latest
                break
        known = {version: moment for version, moment in known.items() if anchor and moment >= anchor}


@dataclass(kw_only=True)
class _Way:
    """How this server can list: by moment of change, in that order, or only as it likes."""

    http: HttpClient
    kind: str
    params: Params
    page: int
    by_time: bool = True
    is_sorting: bool = True

    def ask(self, anchor: datetime | None) -> Answer:
        """The first page of what there is since a moment; of everything when it cannot tell."""
        answer = asked(self.http, self.kind, self._query(anchor))
        if answer is None and anchor is not None and self.by_time:
            self.by_time = False
            answer = asked(self.http, self.kind, self._query(None))
        if answer is None:
            self.is_sorting = False
            answer = first_page(self.http, self.kind, self._query(anchor))
        return answer

    def believes(self, bundle: Mapping[str, Any], anchor: datetime | None) -> bool:
        """Whether the server searched by the moment, if it was asked to; from now on it is not, if not.

        What was seen last lies after the anchor, so that nothing at all, from a server that does not repeat
        what it was asked, is no answer.

        Raises:
            ConfigurationError: it ignored something else.
        """
        if anchor is None or not self.by_time:
            anchor = None
        own = link(bundle, "self")
        asked_by = [*self.params, *([(_MOMENT, "")] if anchor else [])]
        missing = ignored(bundle, asked_by) if own and f"/{self.kind}?" in own else set()
        if missing - {_MOMENT}:
            raise unsearchable(self.http, self.kind, asked_by)
        if missing or (anchor and own is None and not resources(bundle)):
            self.by_time = False
        return self.by_time or anchor is None

    def _query(self, anchor: datetime | None) -> Params:
        since = [(_MOMENT, f"ge{write_instant(anchor)}")] if anchor and self.by_time else []
        order = [("_sort", _MOMENT)] if self.is_sorting else []
        return [*self.params, *since, *order, ("_count", str(self.page))]


_MOMENT = "_lastUpdated"
TICK = timedelta(seconds=1)
"""``Date`` is in whole seconds."""


def not_ahead(moment: datetime | None, present: datetime | None) -> datetime | None:
    """The moment, if the server's clock has reached it, else what that clock says."""
    return moment if moment is None or present is None else min(moment, present)


_EVER = datetime.max.replace(tzinfo=UTC)


def _whole(moment: datetime) -> datetime:
    """The moment as a search can say it: in milliseconds."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _ascends(moments: Sequence[datetime | None], anchor: datetime | None) -> bool:
    there = [one for one in moments if one is not None]
    floor = [] if anchor is None else [anchor]
    return len(there) == len(moments) and [*floor, *there] == sorted([*floor, *there])


def _version(resource: Mapping[str, Any]) -> tuple[str, str | None]:
    return key_of(resource), version_of(resource)
