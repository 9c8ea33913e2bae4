"""What the conformance kit needs to try the calendars: a shelf, and a program that follows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from samenspraak.connectors import Shelf
from samenspraak.connectors.published import Occasion, Visible
from samenspraak.testing import ConnectorContract, LensLaws, SandboxShelf, Scene
from samenspraak_calendar.plugin import CalendarConnector
from samenspraak_calendar.sandbox import Calendars

SETTINGS = {"details": True}
LOADED = {"name": "Afspraken", "neutral_title": "Afspraak", "details": True, "language": "nl"}
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Contract(ConnectorContract):
    """The shelf of the hub, with a strict calendar program or an easy one."""

    kind = CalendarConnector

    def sandbox(self) -> Calendars:
        connector = CalendarConnector("agenda", LOADED)
        at = Occasion(now=NOW, form="ics", seal=lambda content: content)
        return Calendars(
            self.mode,
            publish=lambda copies: connector.render([Visible(raw=one) for one in copies], at).body,
        )

    def shelf(self, sandbox: Any) -> Shelf:
        return SandboxShelf(sandbox)

    def settings(self, url: str) -> Mapping[str, Any]:
        return SETTINGS

    def scene(self, sandbox: Any) -> Scene:
        return Scene(
            client="client:c1",
            performer="relative:p1",
            reader="relative:p1",
            edit=lambda copy_id: cast(Calendars, sandbox).touch(copy_id, "place", '"Keuken"'),
            remove=lambda copy_id: cast(Calendars, sandbox).remove(copy_id),
        )


class Laws(LensLaws):
    """Copies as the hub keeps them."""

    def connector(self) -> CalendarConnector:
        return CalendarConnector("agenda", LOADED)
