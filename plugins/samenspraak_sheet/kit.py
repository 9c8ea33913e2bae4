"""What the conformance kit needs to try the sheets: a shelf, and people in a home who read what lies there.

What is tried is the sheet in the home, since that is the one whose readers need consent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from samenspraak.connectors import Found, Raw, Shelf
from samenspraak.connectors.published import Occasion, Visible
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak_sheet.plugin import SheetConnector
from samenspraak_sheet.sandbox import Sheets

SETTINGS = {"place": "home"}
LOADED = {"place": "home", "name": "Afspraken", "contact": ""}
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
NAMES = {PartyRef(kind=PartyKind.RELATIVE, id="p1"): "Bram"}


class HomeSheetConnector(SheetConnector):
    """The sheet that lies in the client's home."""

    manifest = SheetConnector.described(SETTINGS)


def seal(content: bytes) -> bytes:
    """A signature of nobody in particular."""
    return hashlib.sha256(b"kit" + content).digest()


def published(connector: SheetConnector, copies: Mapping[str, Raw], form: str) -> bytes:
    """What is served of these copies, by id."""
    shown = [Visible(raw=raw, id=copy_id, version=1, names=NAMES) for copy_id, raw in copies.items()]
    return connector.render(shown, Occasion(now=NOW, form=form, seal=seal)).body


@dataclass(frozen=True)
class SandboxShelf:
    """The port ``Shelf`` over the sandbox."""

    sandbox: Sheets
    permits: tuple[Callable[[], None], ...] = ()

    def permitted_by(self, permit: Callable[[], None]) -> Shelf:
        return SandboxShelf(self.sandbox, (*self.permits, permit))

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

    def _asked(self) -> Sheets:
        for permit in self.permits:
            permit()
        return self.sandbox

    def _found(self, copy_id: str) -> Found:
        kept = self.sandbox.copies[copy_id]
        return Found(external_id=copy_id, raw=kept.raw, token=str(kept.token))


class Contract(ConnectorContract):
    """The shelf of the hub, with people who keep to the rules or who do not."""

    kind = HomeSheetConnector

    def sandbox(self) -> Sheets:
        connector = HomeSheetConnector("thuis", LOADED)
        return Sheets(self.mode, publish=lambda copies, form: published(connector, copies, form))

    def shelf(self, sandbox: Any) -> Shelf:
        return SandboxShelf(sandbox)

    def settings(self, url: str) -> Mapping[str, Any]:
        return SETTINGS

    def scene(self, sandbox: Any) -> Scene:
        return Scene(
            client="client:c1",
            performer="relative:p1",
            reader="relative:p1",
            edit=lambda copy_id: cast(Sheets, sandbox).touch(copy_id, "place", '"Keuken"'),
            remove=lambda copy_id: cast(Sheets, sandbox).remove(copy_id),
        )


class Laws(LensLaws):
    """Copies as the hub keeps them."""

    def connector(self) -> HomeSheetConnector:
        return HomeSheetConnector("thuis", LOADED)
