"""Shelves for checks: one in memory, of which nothing is told, and one that a sandbox shows to people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from samenspraak.connectors import Found, Raw, Shelf
from samenspraak.errors import ConflictError
from samenspraak.sandbox.shelf import ShelfSandbox

_FIRST = "1"


@dataclass(frozen=True)
class HeldShelf:
    """The port ``Shelf`` without a store. ``copies``: by id, each with its marker."""

    copies: dict[str, tuple[str, Found]] = field(default_factory=dict)
    permits: tuple[Callable[[], None], ...] = ()

    def permitted_by(self, permit: Callable[[], None]) -> Shelf:
        return replace(self, permits=(*self.permits, permit))

    def add(self, marker: str, reader: str, raw: Raw) -> tuple[Found, bool]:
        standing = self.marked(marker)
        if standing:
            return standing[0], False
        found = Found(external_id=f"copy-{len(self.copies) + 1}", raw=raw, token=_FIRST)
        self.copies[found.external_id] = (marker, found)
        return found, True

    def get(self, external_id: str) -> Found | None:
        self._ask()
        _, found = self.copies.get(external_id, ("", None))
        return found

    def marked(self, marker: str) -> Sequence[Found]:
        self._ask()
        return [found for carried, found in self.copies.values() if carried == marker]

    def after(self, external_id: str, size: int) -> Sequence[Found]:
        self._ask()
        ids = sorted(one for one in self.copies if one > external_id)
        return [self.copies[one][1] for one in ids[:size]]

    def change(self, found: Found, raw: Raw) -> Found:
        marker, standing = self._standing(found)
        changed = replace(standing, raw=raw, token=str(int(standing.token or 0) + 1))
        self.copies[found.external_id] = (marker, changed)
        return changed

    def remove(self, found: Found) -> None:
        self._standing(found)
        del self.copies[found.external_id]

    def _standing(self, found: Found) -> tuple[str, Found]:
        self._ask()
        marker, standing = self.copies.get(found.external_id, ("", None))
        if standing is None or standing.token != found.token:
            raise ConflictError("this copy was changed in between")
        return marker, standing

    def _ask(self) -> None:
        for permit in self.permits:
            permit()


@dataclass(frozen=True)
class SandboxShelf:
    """The port ``Shelf`` over the shelf of a sandbox."""

    sandbox: ShelfSandbox
    permits: tuple[Callable[[], None], ...] = ()

    def permitted_by(self, permit: Callable[[], None]) -> Shelf:
        return replace(self, permits=(*self.permits, permit))

    def add(self, marker: str, reader: str, raw: Raw) -> tuple[Found, bool]:
        copy_id, is_new = self._asked().add(marker, reader, raw)
        return self._found(copy_id), is_new

    def get(self, external_id: str) -> Found | None:
        return self._found(external_id) if external_id in self._asked().copies else None

    def marked(self, marker: str) -> Sequence[Found]:
        return [self._found(name) for name, one in self._asked().copies.items() if one.marker == marker]

    def after(self, external_id: str, size: int) -> Sequence[Found]:
        ids = sorted(one for one in self._asked().copies if one > external_id)
        return [self._found(one) for one in ids[:size]]

    def change(self, found: Found, raw: Raw) -> Found:
        self._asked().change(found.external_id, found.token, raw)
        return self._found(found.external_id)

    def remove(self, found: Found) -> None:
        self._asked().take_away(found.external_id, found.token)

    def _asked(self) -> ShelfSandbox:
        for permit in self.permits:
            permit()
        return self.sandbox

    def _found(self, copy_id: str) -> Found:
        kept = self.sandbox.copies[copy_id]
        return Found(external_id=copy_id, raw=kept.raw, token=str(kept.token))
