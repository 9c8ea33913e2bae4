"""What the conformance kit needs to try the calendars: a shelf, and a program that follows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from samenspraak.connectors import Found, Raw, Shelf
from samenspraak.connectors.published import Occasion, Visible
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak_calendar.plugin import CalendarConnector
from samenspraak_calendar.sandbox import Calendars

SETTINGS = {"details": True}
LOADED = {"name": "Afspraken", "neutral_title": "Afspraak", "details": True, "language": "nl"}
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class SandboxShelf:
    """The port ``Shelf`` over the sandbox."""

    sandbox: Calendars
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

    def _asked(self) -> Calendars:
        for permit in self.permits:
            permit()
        return self.sandbox

    def _found(self, copy_id: str) -> Found:
        kept = self.sandbox.copies[copy_id]
        return Found(external_id=copy_id, raw=kept.raw, token=str(kept.token))


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
