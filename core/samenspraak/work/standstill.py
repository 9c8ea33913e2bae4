"""Standing still for the time of one act: nothing begins for an organisation while it is done.

Who works for an organisation says so at the beginning and at the end; an act waits until nobody does, and
keeps everybody from beginning. Other organisations notice nothing of it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from samenspraak.errors import TransientError


class Standstill:
    """Who is at work for which organisation, and for which of them everybody stands still."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._working: Counter[str] = Counter()
        self._still: set[str] = set()
        self._closed = False

    def begin(self, organisation: str) -> bool:
        """Begin a piece of work, which :meth:`end` ends; False: not now, and there is nothing to end."""
        with self._changed:
            if organisation in self._still:
                return False
            self._working[organisation] += 1
            return True

    def end(self, organisation: str) -> None:
        """A piece of work is over, whatever came of it."""
        with self._changed:
            self._working[organisation] -= 1
            self._changed.notify_all()

    def holds(self, organisation: str) -> bool:
        """Whether everybody stands still for it now."""
        with self._changed:
            return organisation in self._still

    @contextmanager
    def of(self, organisation: str, *, within: float) -> Iterator[None]:
        """Nobody works for it meanwhile. Of two acts at once the second is refused, so that none piles up.

        Args:
            organisation: whose.
            within: so many seconds those who are at work have to come to their end.

        Raises:
            TransientError: another act is being done, they did not come to an end, or it is closed.
        """
        self._take(organisation, within)
        try:
            yield
        finally:
            self._give_back(organisation)

    def close(self, *, within: float) -> None:
        """No act from now on; the one that is being done has so many seconds to come to its end."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: not self._still, within)

    def _take(self, organisation: str, within: float) -> None:
        with self._changed:
            if self._closed or organisation in self._still:
                why = "the hub is stopping" if self._closed else "something else needs it to stand still"
                raise TransientError(f"Not now for {organisation}: {why}. Nothing was done; try again later.")
            self._still.add(organisation)
            if self._changed.wait_for(lambda: not self._working[organisation], within):
                return
        self._give_back(organisation)
        raise TransientError(
            f"What the hub was doing for {organisation} did not end within {within:g} seconds. "
            "Nothing was done; try again later."
        )

    def _give_back(self, organisation: str) -> None:
        with self._changed:
            self._still.discard(organisation)
            self._changed.notify_all()
