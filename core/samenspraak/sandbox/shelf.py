"""The hub's own shelf, imitated, for connectors whose copies lie there for others to look at.

There is no system of somebody else: the hub keeps the copies, and people get what it makes of them. A copy
has an id, a marker, a reader and a token that every write raises. A sandbox adds how it is looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from samenspraak.errors import ConflictError
from samenspraak.sandbox import Act, Mode, Sandbox

Json = dict[str, Any]


@dataclass
class Kept:
    """One copy on the shelf."""

    marker: str
    reader: str
    raw: Json
    token: int = 1


class ShelfSandbox(Sandbox):
    """Copies by id. What happens to them beside us: one is gone, or somebody else writes a unit of it."""

    def __init__(self, mode: Mode = "strict") -> None:
        super().__init__(mode)
        self.copies: dict[str, Kept] = {}

    def acts(self) -> Mapping[str, Act]:
        return {"remove": self.remove, "touch": self.touch}

    def live(self) -> Mapping[str, int]:
        return Counter(one.marker for one in self.copies.values())

    # What the hub does.

    def add(self, marker: str, reader: str, raw: Json) -> tuple[str, bool]:
        """The id of the copy with this marker, and whether it is new."""
        with self.lock:
            standing = next((name for name, one in self.copies.items() if one.marker == marker), None)
            if standing is not None:
                return standing, False
            copy_id = uuid4().hex
            self.copies[copy_id] = Kept(marker=marker, reader=reader, raw=raw)
            return copy_id, True

    def change(self, copy_id: str, token: str | None, raw: Json) -> None:
        """The copy says this from now on, if nobody wrote since this token.

        Raises:
            ConflictError: somebody did.
        """
        with self.lock:
            kept = self._standing(copy_id, token)
            kept.raw, kept.token = raw, kept.token + 1

    def take_away(self, copy_id: str, token: str | None) -> None:
        """The copy is gone, if nobody wrote since this token.

        Raises:
            ConflictError: somebody did.
        """
        with self.lock:
            if copy_id in self.copies:
                self._standing(copy_id, token)
                del self.copies[copy_id]

    def _standing(self, copy_id: str, token: str | None) -> Kept:
        kept = self.copies.get(copy_id)
        if kept is None or str(kept.token) != token:
            raise ConflictError("this copy was changed in between")
        return kept

    # What may happen beside it.

    def remove(self, copy_id: str) -> Json:
        """It is gone, as after a restore of an older database."""
        with self.lock:
            del self.copies[copy_id]
        return {}

    def touch(self, copy_id: str, member: str, text: str) -> Json:
        """Somebody else writes one unit of it: another worker of the hub, or a file that was handed in."""
        with self.lock:
            kept = self.copies[copy_id]
            units = {**kept.raw.get("units", {}), member: text}
            kept.raw, kept.token = {**kept.raw, "units": units}, kept.token + 1
        return {}
