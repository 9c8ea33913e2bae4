"""What the conformance kit needs to try the sheets: a shelf, and people in a home who read what lies there.

What is tried is the sheet in the home, since that is the one whose readers need consent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from samenspraak.connectors import Raw, Shelf
from samenspraak.connectors.published import Occasion, Visible
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.testing import ConnectorContract, LensLaws, SandboxShelf, Scene
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
