"""Reading a list to its end, whichever way its pages go on, and knowing that it was the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from samenspraak.connectors import Call, Raw
from samenspraak.connectors.json_codecs import at, member
from samenspraak.errors import InvalidRecordError, StaleError, TransientError
from samenspraak.http import Answer
from samenspraak_rest.description import Paging, PagingSection


@dataclass(frozen=True, kw_only=True)
class ListPage:
    """One page. ``body``: all of the answer · ``is_last``: the list ends here."""

    items: list[Raw]
    body: Any
    answer: Answer
    is_last: bool


@dataclass(frozen=True, kw_only=True)
class Lister:
    """Reads lists of one system. ``base_url``: what a link without a host is below · ``page``: its size."""

    paging: PagingSection
    base_url: str
    page: int

    def pages(
        self, call: Call, path: str, place: str, params: Mapping[str, str], *, since: bool = False
    ) -> Iterator[ListPage]:
        """Every page of a list.

        Args:
            call: what to read with.
            path: of the list.
            place: of the elements in a page; '' is the page itself.
            params: the query beside what paging adds.
            since: whether the query asks for what changed since some place.

        Raises:
            StaleError: the system does not know that place any more.
            TransientError: the list goes round in circles.
            InvalidRecordError: a page is not as described.
        """
        size = {self.paging.size: str(self.page)} if self.paging.size else {}
        query: dict[str, str] | None = {**params, **size, **self._start()}
        link, seen, number = "", set[str](), 0
        while True:
            allow = {410} if since else frozenset[int]()
            answer = (
                call.http.follow(link, allow=allow)
                if link
                else call.http.send("GET", path, params=query, allow=allow)
            )
            if answer.status == 410:
                raise StaleError(f"{answer.connector_id}: the system does not know this place in its changes")
            body = answer.json()
            items = _items(body, place)
            number += 1
            further = self._next(body, items, number)
            yield ListPage(items=items, body=body, answer=answer, is_last=further is None)
            if further is None:
                return
            if further in seen:
                raise endless(answer.connector_id)
            seen.add(further)
            if self.paging.method is Paging.LINK:
                link = urljoin(f"{self.base_url.rstrip('/')}/{path}", further)
            else:
                query = {**params, **size, str(self.paging.parameter): further}

    def _start(self) -> dict[str, str]:
        """What the first page is asked with."""
        first = {Paging.PAGE: self.paging.first, Paging.OFFSET: 0}.get(self.paging.method)
        return {} if first is None else {str(self.paging.parameter): str(first)}

    def _next(self, body: Any, items: list[Raw], number: int) -> str | None:
        """What the next page is asked with; None after the last one. ``number``: pages read."""
        if self.paging.method is Paging.NONE:
            return None
        if self.paging.more is not None and not at_place(body, self.paging.more):
            return None
        if self.paging.method in (Paging.LINK, Paging.CURSOR):
            found = at_place(body, str(self.paging.next))
            if found is not None and not isinstance(found, str | int):
                raise InvalidRecordError("the next page is no text", field=str(self.paging.next))
            return None if found in (None, "") else str(found)
        if not items:  # a page may be shorter than was asked for, and only an empty one is surely the last
            return None
        return str(self.paging.first + number if self.paging.method is Paging.PAGE else number * self.page)


def endless(connector_id: str) -> TransientError:
    """What is wrong with a list of which the pages go on without bringing anything."""
    return TransientError(f"{connector_id}: paging does not end; nothing was concluded from it")


def _items(body: Any, place: str) -> list[Raw]:
    found = at_place(body, place)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InvalidRecordError("the list is not where the description says", field=place or "body")
    return found


def at_place(body: Any, place: str) -> Any:
    with at(place or "body"):
        return member(body, place)


def with_last(pages: Iterable[ListPage]) -> Iterator[tuple[ListPage, bool]]:
    """Each page, and whether it is the last."""
    before: ListPage | None = None
    for page in pages:
        if before is not None:
            yield before, False
        before = page
    if before is not None:
        yield before, True
