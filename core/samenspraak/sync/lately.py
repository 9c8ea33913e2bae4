"""What each system brought about here lately, in this process: the one runner that takes things over."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

LATELY = timedelta(hours=1)


class Kind(StrEnum):
    """What a system brings about here."""

    END = "end"
    CHANGE = "change"


@dataclass(kw_only=True)
class Course:
    """One system. ``counted``: the looks at its copies that were counted already, before they were taken.

    ``lock``: of one thread, which may work on something else of this system while it waits for an answer.
    """

    lock: AbstractContextManager[bool] = field(default_factory=threading.RLock)
    counted: dict[str, int] = field(default_factory=dict)
    _ended: deque[tuple[datetime, str]] = field(default_factory=deque)

    def ends(self, at: datetime, link_id: str) -> None:
        """Note that something was ended by it."""
        self._ended.append((at, link_id))

    def ended(self, now: datetime, *, apart_from: str) -> int:
        """How many other copies it ended within the hour."""
        while self._ended and self._ended[0][0] < now - LATELY:
            self._ended.popleft()
        return len({link_id for _, link_id in self._ended} - {apart_from})


class Lately:
    """The course of every system."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._courses: dict[tuple[str, str], Course] = {}

    def of(self, organisation: str, connector_id: str) -> Course:
        with self._lock:
            return self._courses.setdefault((organisation, connector_id), Course())
