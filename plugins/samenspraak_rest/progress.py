"""Where the system is in what changed, by its own clock or count; kept by the hub as a cursor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from samenspraak.connectors.json_codecs import at, member
from samenspraak.errors import InvalidRecordError, StaleError
from samenspraak_rest.description import ChangesSection, Description
from samenspraak_rest.listing import ListPage, at_place


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Places in the changes of one system.

    ``fingerprint``: of the description: what an earlier one left out, this one may read.
    """

    connector_id: str
    description: Description
    fingerprint: str

    def cursor(self, place: str) -> str:
        return f"{self.fingerprint} {place}"

    def since(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        fingerprint, _, place = cursor.partition(" ")
        if fingerprint != self.fingerprint or not place:
            raise StaleError(
                f"{self.connector_id}: this place is none of this description's; all is read again"
            )
        return None if self.description.changes is None else place

    def query(self, name: str, since: str | None) -> dict[str, str]:
        changes = self.description.changes
        is_narrowed = changes is not None and since is not None and name in changes.lists
        return {changes.parameter: since} if is_narrowed and changes and since else {}

    def server(self, page: ListPage) -> str:
        changes = self.description.changes
        if changes is None or changes.server is None:
            return ""
        with at(changes.server):
            return str(member(page.body, changes.server) or "")

    def place(self, page: ListPage, since: str | None) -> str:
        """Where the server is, by its own clock or count, when it gave this page.

        Raises:
            StaleError: that is before the place we asked for: it was put back, or its clock was.
        """
        changes = self.description.changes
        if changes is None:
            return "all"
        now = _place_of(page, changes)
        if since is not None and _is_before(now, since):
            raise StaleError(f"{self.connector_id}: the system has not reached this place in its changes yet")
        return now


def _place_of(page: ListPage, changes: ChangesSection) -> str:
    """Where the server was when it gave this page, a little earlier where the description asks for overlap.

    Raises:
        InvalidRecordError: it does not say so.
    """
    if changes.at is None:
        if page.answer.date is None:
            raise InvalidRecordError("the answer has no Date", field="Date")
        return (page.answer.date - timedelta(seconds=changes.overlap_s)).isoformat()
    found = at_place(page.body, changes.at)
    if not isinstance(found, str | int) or isinstance(found, bool) or not str(found).strip():
        raise InvalidRecordError("the place in the changes is not there", field=changes.at)
    moment = _comparable(str(found))
    if changes.overlap_s and isinstance(moment, datetime):
        return (moment - timedelta(seconds=changes.overlap_s)).isoformat()
    return str(found)


def _is_before(one: str, other: str) -> bool:
    """Whether a place is certainly before another: both are a number, or both a moment."""
    here, there = _comparable(one), _comparable(other)
    if isinstance(here, int) and isinstance(there, int):
        return here < there
    return isinstance(here, datetime) and isinstance(there, datetime) and here < there


def _comparable(place: str) -> int | datetime | None:
    if place.isascii() and place.isdigit():
        return int(place)
    try:
        moment = datetime.fromisoformat(place)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
