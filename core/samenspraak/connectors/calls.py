"""What a connector may use during one call, and how a test of a connection is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from samenspraak.connectors.looks import Found, Raw
from samenspraak.http import HttpClient
from samenspraak.protocols.standard_webhooks import SigningKey as NoticeKey


class Shelf(Protocol):
    """Where the hub keeps what one connector shows or tells others; asks for permission before each act.

    For systems that are no system of somebody else: a calendar feed, a page. ``reader``: for whom a copy
    is, as the connector calls them. A token changes with every write, whoever wrote.

    Where the connector tells (``write: push``) a write whose member :data:`NOTICE` or :data:`MARK` is news
    also puts a :class:`Notice` of that kind in the outbox, in the same transaction; what is found says under
    :data:`ARRIVAL` what became of the last one.
    """

    def add(self, marker: str, reader: str, raw: Raw) -> tuple[Found, bool]:
        """A new copy and True, or the one that carries this marker already and False."""

    def get(self, external_id: str) -> Found | None:
        """The copy with this id, if there is one."""

    def marked(self, marker: str) -> Sequence[Found]:
        """The copies that carry this marker."""

    def after(self, external_id: str, size: int) -> Sequence[Found]:
        """The next copies by id, this many at most; ``''`` comes before all."""

    def change(self, found: Found, raw: Raw) -> Found:
        """The copy, saying this from now on.

        Raises:
            ConflictError: it was changed or taken away since it was found.
        """

    def remove(self, found: Found) -> None:
        """Take it away; nothing of it is left.

        Raises:
            ConflictError: it was changed since it was found.
        """

    def permitted_by(self, permit: Callable[[], None]) -> Shelf:
        """The same shelf, that asks this too."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a connector may use during one call; each asks for permission before it acts.

    ``shelf``: only where what it writes stays here, to be viewed (``write: view``) or told (``push``) ·
    ``signing_key``: of the hub for this connector alone, to sign what is told.
    """

    http: HttpClient
    now: datetime
    shelf: Shelf | None = None
    signing_key: NoticeKey | None = None

    def permitted_by(self, permit: Callable[[], None]) -> Call:
        """The same call, that asks this too before it acts."""
        shelf = self.shelf.permitted_by(permit) if self.shelf else None
        return replace(self, http=self.http.permitted_by(permit), shelf=shelf)


class Step(StrEnum):
    """The steps of a connection test, in order."""

    NAME = "name"
    CONNECT = "connect"
    SIGN_IN = "sign_in"
    VERSION = "version"
    READ = "read"
    WRITE = "write"
    CLOCK = "clock"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The outcome of one step.

    ``cure``: in nl and en what to do when it failed · ``shows``: in nl and en, line by line, what the system
    can and cannot, and what follows from it.
    """

    step: Step
    ok: bool
    detail: str = ""
    cure: Mapping[str, str] = field(default_factory=dict)
    shows: Sequence[Mapping[str, str]] = ()
