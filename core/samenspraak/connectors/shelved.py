"""A connector whose system is the hub itself: its copies lie on a shelf, to be viewed or told.

Nobody writes there but the hub (ADR 0030, 0034). A subclass adds the lens: how a copy says what was told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from samenspraak.connectors.calls import Call, Checked, Shelf, Step
from samenspraak.connectors.checking import Outcome, in_steps
from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Absent, ExternalParty, Found, Look, Marker, Page, Raw
from samenspraak.connectors.writes import End, Subject, Written
from samenspraak.domain.parties import PartyKind
from samenspraak.errors import ConfigurationError, InvalidRecordError

_CURE = {
    "nl": "Kijk met 'samenspraak status' of de database werkt.",
    "en": "See with 'samenspraak status' whether the database works.",
}


class Shelved(Connector):
    """Reading and writing on a :class:`Shelf`; a copy has at least ``client``, ``reader`` and ``marker``."""

    def revised(self, before: Raw | None, raw: Raw, now: datetime) -> Raw:
        """The copy with what is to be known of this write later: when each of its parts last changed."""
        return raw

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        def connect() -> Outcome:
            return "", call.shelf is not None

        def read() -> Outcome:
            self._shelf(call).after("", 1)
            return "", True

        return in_steps({Step.CONNECT: connect, Step.READ: read}, {Step.CONNECT: _CURE, Step.READ: _CURE})

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """All there is, each time: what the hub wrote itself is no news; this shows that it still stands."""
        shelf, size, last = self._shelf(call), self.manifest.rates.page, ""
        while True:
            found = shelf.after(last, size)
            whole = len(found) < size
            yield Page(records=found, parties=_clients(found), complete=whole)
            if whole:
                return
            last = found[-1].external_id

    def fetch(self, call: Call, external_id: str) -> Look:
        return self._shelf(call).get(external_id) or Absent(external_id=external_id)

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        return self._shelf(call).marked(str(marker))

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        revised = self.revised(None, raw, call.now)
        found, is_new = self._shelf(call).add(str(subject.marker), str(raw.get("reader", "")), revised)
        return Written(external_id=found.external_id, found=found, existed=not is_new)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        changed = self._shelf(call).change(found, self.revised(found.raw, raw, call.now))
        return Written(external_id=found.external_id, found=changed)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        if how is not End.RETRACTED:
            return self.update(call, found, raw)
        self._shelf(call).remove(found)
        return Written(external_id=found.external_id)

    def _shelf(self, call: Call) -> Shelf:
        if call.shelf is None:
            raise ConfigurationError(f"{self.connector_id}: the hub gives this connector nowhere to write.")
        return call.shelf


def _clients(found: Sequence[Found]) -> list[ExternalParty]:
    """The clients whom copies are about; the hub knows them by these very ids."""
    ids = {str(one.raw.get("client", "")) for one in found} - {""}
    return [ExternalParty(external_id=one, kind=PartyKind.CLIENT, name=one) for one in sorted(ids)]


def said(raw: Raw, name: str) -> str:
    """What this member of a copy says.

    Raises:
        InvalidRecordError: it says nothing.
    """
    value = raw.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRecordError(f"A copy does not say its {name}.", field=name)
    return value
