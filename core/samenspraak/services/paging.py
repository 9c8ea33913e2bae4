"""Some of a long list, after a cursor: what is written meanwhile leaves nothing out and doubles nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nsmallest
from typing import Concatenate, Generic, ParamSpec, TypeVar

from samenspraak.domain.parties import PartyRef
from samenspraak.sync.hub import Hub

P = ParamSpec("P")
Found = TypeVar("Found")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Window:
    """Which part: so many at most, after this cursor ('' is before the first)."""

    after: str = ""
    limit: int = 50

    def of(self, places: Iterable[str]) -> tuple[list[str], str | None]:
        """Those of these places that are in it, in their order, and the cursor for what follows, if any."""
        later = nsmallest(self.limit + 1, (one for one in places if one > self.after))
        taken = later[: self.limit]
        return taken, taken[-1] if len(later) > self.limit else None


@dataclass(frozen=True, kw_only=True)
class Part(Generic[T]):
    """Some of a list, in its order. ``next``: the cursor for what follows, None at the end.

    ``names``: how parties are called; also of some that are not in this part.
    """

    items: tuple[T, ...]
    next: str | None
    names: Mapping[PartyRef, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)


def in_time(at: datetime, its_id: str) -> str:
    """The place of something in a list by when it was, the oldest first."""
    return f"{at.timestamp():020.6f}-{its_id}"


def paged(
    find: Callable[Concatenate[Hub, str, P], Found],
    items: Callable[[Found], Iterable[T]],
    place: Callable[[T], str],
    names: Callable[[Found], Mapping[PartyRef, str]] = lambda _: {},
) -> Callable[Concatenate[Hub, str, Window, P], Part[T]]:
    """A service that reads a list as a whole, part by part; one that may be long takes a window itself.

    Args:
        find: the service.
        items: what of its outcome is the list.
        place: where one stands in it: texts that sort as the list does, of which no two are equal.
        names: how the parties in its outcome are called.
    """

    def some(hub: Hub, organisation: str, window: Window, /, *args: P.args, **kwargs: P.kwargs) -> Part[T]:
        found = find(hub, organisation, *args, **kwargs)
        places = {place(one): one for one in items(found)}
        taken, following = window.of(places)
        return Part(items=tuple(places[one] for one in taken), next=following, names=names(found))

    return some
