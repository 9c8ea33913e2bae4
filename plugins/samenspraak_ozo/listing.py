"""What is there and what changed: the people of the sender's networks, then our threads with their messages.

Threads of others are never read. Where the platform can search by time, each type of resource has a cursor
of its own, moved on only by what its own search showed: people are listed long before the last thread is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import timedelta

from samenspraak.connectors import Found
from samenspraak.errors import ConfigurationError, InvalidRecordError, PermanentError
from samenspraak.http import HttpClient
from samenspraak.protocols import fhir
from samenspraak_ozo.marks import MARKER
from samenspraak_ozo.network import SHARED, TEAM, Network, network
from samenspraak_ozo.opened import ACCESS, is_ticked_off, of_thread
from samenspraak_ozo.records import found_in
from samenspraak_ozo.threads import Resource

_THREADS_A_SEARCH = 20
_PEOPLE_A_SEARCH = 50
_OVERLAP = timedelta(minutes=1)
_THREAD = "CommunicationRequest"
_MESSAGE = "Communication"
_MARK = "Task"
_RECEIPT = "AuditEvent"
_OURS = fhir.token(MARKER, "")
OUR_THREADS = ("identifier", _OURS)
OUR_MESSAGES = (f"part-of:{_THREAD}.identifier", _OURS)
_OUR_MARKS = (f"based-on:{_THREAD}.identifier", _OURS)


def pages(http: HttpClient, kind: str, params: fhir.Params, page: int = 100) -> Iterator[list[Resource]]:
    """The pages of a search; only the first one shows what it was asked with.

    Raises:
        ConfigurationError: the platform searched for something else than was asked.
    """
    for number, bundle in enumerate(fhir.search(http, kind, [*params, ("_count", str(page))])):
        if number == 0 and fhir.ignored(bundle, params):
            raise ConfigurationError(f"{http.connector_id}: the platform passed over a search parameter")
        yield fhir.resources(bundle)


def records(http: HttpClient, threads: Sequence[Resource]) -> list[Found]:
    """Threads with all their messages, and with who read them."""
    by_thread: dict[str, list[Resource]] = {fhir.key_of(thread): [] for thread in threads}
    reading: list[Resource] = []
    for some in _split(list(by_thread), _THREADS_A_SEARCH):
        for message in _all_of(http, _MESSAGE, [("part-of", some)]):
            for key in _threads_of(message):
                by_thread.get(key, []).append(message)
        reading += _all_of(http, _MARK, [("based-on", some), ("status", "completed")])
    were_read = [fhir.key_of(one) for one in threads if any(is_ticked_off(mark, one) for mark in reading)]
    for some in _split(were_read, _THREADS_A_SEARCH):
        # Whether receipts of others may be searched is not shown anywhere; the markers do without.
        with contextlib.suppress(ConfigurationError, InvalidRecordError, PermanentError):
            reading += _all_of(http, _RECEIPT, [("entity", some), ("type", fhir.token(*ACCESS))])
    return [
        found_in({"thread": thread, "messages": by_thread[key], "reading": of_thread(reading, key)})
        for thread in threads
        for key in (fhir.key_of(thread),)
    ]


def _all_of(http: HttpClient, kind: str, params: fhir.Params) -> list[Resource]:
    return [one for found in pages(http, kind, params) for one in found]


class Listing:
    """One reading of what changed since a cursor; without one, or without ``by_time``: of all there is."""

    def __init__(self, http: HttpClient, *, by_time: bool, cursor: str | None, page: int) -> None:
        self._http = http
        self._by_time = by_time
        self._before = fhir.Cursor.parse(cursor)
        self._now = self._before
        self._page = page

    @property
    def cursor(self) -> str | None:
        """Where the next reading goes on, once this one is whole."""
        return str(self._now) if self._by_time else None

    def people(self, sender: str) -> Iterator[list[Resource]]:
        """The people of the sender's networks, clients first."""
        here = network(self._all, sender)
        everybody, joined = here.people, self._joined(here)
        for kind, shared in SHARED.items():
            for found in self._changed(kind, [(shared, ",".join(here.through))]):
                yield [one for one in found if fhir.key_of(one) in everybody]
            new = [key.partition("/")[2] for key in sorted(joined) if key.startswith(f"{kind}/")]
            for some in _split(new, _PEOPLE_A_SEARCH):
                yield from self._all(kind, [("_id", some)])

    def threads(self) -> Iterator[list[Resource]]:
        """Our threads; those with a new message, or that somebody read, count as changed."""
        spoken: dict[str, None] = {}
        if self._by_time:  # first, so that a thread is read after what was heard about it
            for kind, params in ((_MESSAGE, OUR_MESSAGES), (_MARK, _OUR_MARKS)):
                for found in self._changed(kind, [params]):
                    spoken |= dict.fromkeys(key for one in found for key in _threads_of(one))
        for found in self._changed(_THREAD, [OUR_THREADS]):
            for thread in found:
                spoken.pop(fhir.key_of(thread), None)
            yield found
        for some in _split([key.partition("/")[2] for key in spoken], _THREADS_A_SEARCH):
            yield from self._all(_THREAD, [("_id", some)])

    def _joined(self, here: Network) -> frozenset[str]:
        """Who is in a team that changed; such a person may be new to us and unchanged for years."""
        since = self._before.moments.get(TEAM)
        for team in here.teams if self._by_time else ():
            self._now = self._now.at(TEAM, fhir.last_updated(team))
        return here.changed(since - _OVERLAP) if self._by_time and since else frozenset()

    def _all(self, kind: str, params: fhir.Params) -> Iterator[list[Resource]]:
        return pages(self._http, kind, params, self._page)

    def _changed(self, kind: str, params: fhir.Params) -> Iterator[list[Resource]]:
        if not self._by_time:
            yield from self._all(kind, params)
            return
        since = self._before.moments.get(kind)
        for batch in fhir.sweep(self._http, kind, params, since=since, page=self._page, overlap=_OVERLAP):
            yield list(batch.resources)
            self._now = self._now.at(kind, batch.upto)


def _split(keys: Sequence[str], size: int) -> Iterator[str]:
    return (",".join(keys[start : start + size]) for start in range(0, len(keys), size))


def _threads_of(resource: Resource) -> list[str]:
    """The threads that a message is part of, or a read marker is about."""
    named = (*fhir.elements(resource, "partOf"), *fhir.elements(resource, "basedOn"))
    found = map(fhir.reference_key, named)
    return [key for key in found if key is not None]
