"""Up to which day the work of the calendar was done."""

from __future__ import annotations

from datetime import date

from samenspraak.store.scope import Repository
from samenspraak.store.tables import organisation


class Days(Repository):
    """The days of one organisation, as the people it serves count them."""

    def done(self) -> date | None:
        """The last day of which the work was done; None when it never was."""
        day: date | None = self._scope.get(organisation).day_done
        return day

    def note(self, day: date) -> None:
        """The work of this day, and of all before it, is done."""
        self._scope.run(self._scope.update(organisation).values(day_done=day))
