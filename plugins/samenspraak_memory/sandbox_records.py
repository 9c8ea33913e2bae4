"""What the imitated family app keeps: clients, users, records, every change numbered; and its whims.

The interface is :mod:`samenspraak_memory.sandbox`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["client", "user", "record"]

# What only the app itself writes; in a request these are ignored.
OWN_MEMBERS = frozenset({"id", "version", "changed_at", "changed_by", "reactions"})
# What people agree to; when somebody changes it in the app, the reference of the old text no longer holds.
TERMS = frozenset({"title", "kind", "tasks", "rules"})


@dataclass(frozen=True, kw_only=True)
class Change:
    """One object after one change. ``body`` None: removed."""

    number: int
    at: float
    kind: Kind
    id: str
    body: Json | None


class Shelf:
    """Every object with its history, numbered through. ``clock``: seconds since the epoch.

    A reader may be behind by ``lag`` seconds, as with a read replica; the history is what makes that true
    for single reads, lists and changes alike.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.last = 0
        self._objects: dict[tuple[Kind, str], list[Change]] = {}

    def keep(self, kind: Kind, key: str, body: Json | None) -> Change:
        self.last += 1
        change = Change(number=self.last, at=self.clock(), kind=kind, id=key, body=copy.deepcopy(body))
        self._objects.setdefault((kind, key), []).append(change)
        return change

    def look(self, kind: Kind, key: str, *, lag: float = 0.0) -> Change | None:
        """The newest change that a reader this far behind can see; None: it has never been."""
        until = self.clock() - lag
        seen = [change for change in self._objects.get((kind, key), ()) if not lag or change.at <= until]
        return copy.deepcopy(seen[-1]) if seen else None

    def bodies(self, kind: Kind, *, lag: float = 0.0) -> Iterator[Json]:
        """All that is there, in the order in which it came."""
        for known, key in list(self._objects):
            if known == kind and (change := self.look(kind, key, lag=lag)) and change.body is not None:
                yield change.body

    def since(self, number: int, *, lag: float = 0.0) -> list[Change]:
        """The newest change of each object, where that is later than ``number``, in order."""
        newest = (self.look(kind, key, lag=lag) for kind, key in list(self._objects))
        return sorted(
            (change for change in newest if change and change.number > number), key=lambda one: one.number
        )


# The whims of the quirky mode. Applied twice they change nothing more.


def rewritten(record: Mapping[str, Any], *, title_length: int) -> Json:
    """The record as a wayward server keeps it: cut, reformatted, with defaults, in another order."""
    result = _reformatted(record)
    if "title" in result:
        result["title"] = result["title"][:title_length].rstrip()
    result.setdefault("language", "nl")
    result.setdefault("pinned", False)
    result.setdefault("place", None)
    for task in result.get("tasks", ()):
        task.setdefault("reminder", {"minutes_before": 15})
    if "tasks" in result:
        result["tasks"] = sorted(result["tasks"], key=lambda task: str(task.get("id")), reverse=True)
    return dict(reversed(sorted(result.items())))


def _reformatted(value: Any, name: str = "") -> Any:
    if isinstance(value, Mapping):
        return {inner: _reformatted(one, inner) for inner, one in value.items()}
    if isinstance(value, list):
        return [_reformatted(one, name) for one in value]
    if name in ("times", "time") and isinstance(value, str):
        return value if value.count(":") == 2 else f"{value}:00"
    return value.rstrip() if isinstance(value, str) else value
