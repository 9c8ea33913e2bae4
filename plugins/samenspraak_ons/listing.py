"""What changed in Ons: people by the delta streams, care plans by asking one client after the other.

There is no stream of care plans (ONS-AE ``lifecycle``, the list of paths of 2025). So each listing reads the
plans of a number of clients in care, and the next one goes on with those after them. A notification makes the
next listing come sooner, and one of an activated plan has that plan read first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from samenspraak.connectors import Call, ExternalParty, Found, Page, SetApart
from samenspraak.domain.local_time import local_day
from samenspraak.errors import SamenspraakError, StaleError
from samenspraak.http import HttpClient
from samenspraak_ons import people, records
from samenspraak_ons.hearing import Told
from samenspraak_ons.interface import OUT_OF_SIGHT, Ons, number
from samenspraak_ons.people import STREAMS, Words
from samenspraak_ons.place import Place
from samenspraak_ons.plans import plans_of

_IDS_A_TIME = 500
_ASSIGNMENTS = "team_assignments"
_DAY = timedelta(days=1)
_OUTAGE = timedelta(minutes=10)
"""Longer than this nobody listened, so notifications may have been missed."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Pages of changes.

    ``action``: what kind of action is an agreement · ``clients``: read in one listing · ``listens``:
    notifications come in here · ``told``: whose plans they say changed, which are read first.
    """

    ons: Ons
    told: Told
    words: Words
    action: int
    page: int
    clients: int
    overlap: timedelta
    listens: bool
    server: str

    def pages(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """People first, clients before all; then the plans.

        Raises:
            StaleError: the cursor is no place in Ons, or lies in the future.
        """
        here = Place.read(cursor)
        if any(moment > call.now + _DAY for moment in here.since.values()):
            raise StaleError("This cursor lies in the future; everything is read again.")
        moved = here.since_heard(self.overlap)
        here = self._asked_again(call, here)
        for kind in STREAMS:
            since = here.asked(kind, self.overlap)
            told = self.ons.stream(call.http, kind, "updates" if since else "data", since=since) or []
            here = here.after(kind, told)
            parties = people.parties(kind, told, self.words)
            if kind == "teams" and (told or moved is None or self._anybody_moved(call, moved)):
                parties = self._teams(call)
            yield Page(parties=parties, cursor=str(here), server=self.server)
        yield from self._plans(call, here)

    def _anybody_moved(self, call: Call, since: str) -> bool:
        """Whether somebody came into a team or left one since our last look; assignments say no moment."""
        return any(
            self.ons.stream(call.http, _ASSIGNMENTS, what, since=since, allow=OUT_OF_SIGHT)
            for what in ("updates", "deletes")
        )

    def _teams(self, call: Call) -> list[ExternalParty]:
        """All teams with who is in them today, and the care itself."""
        told = self.ons.stream(call.http, "teams", "data") or []
        assigned = self.ons.stream(call.http, _ASSIGNMENTS, "data", allow=OUT_OF_SIGHT)
        members = None if assigned is None else people.members(assigned, local_day(call.now))
        teams = people.parties("teams", told, self.words)
        known = [one if members is None else replace(one, members=members[one.external_id]) for one in teams]
        return [*known, people.CARE_ITSELF]

    def _asked_again(self, call: Call, here: Place) -> Place:
        """Have Ons repeat the notifications of the time nobody listened; it keeps them for a day."""
        answer = self.ons.get(call.http, "ping")
        now = answer.date or call.now
        away = None if here.heard is None else now - here.heard
        if away is not None and away > _DAY:
            raise StaleError("Nobody listened to Ons for more than a day; everything is read again.")
        if self.listens and away is not None and away > _OUTAGE:
            self.ons.write(call.http, "PUT", "redeliver", "")
        return replace(here, heard=now)

    def _plans(self, call: Call, here: Place) -> Iterator[Page]:
        """The records of the clients whose turn it is; whole only when every client was asked in one go."""
        ids, are_all = self.in_care(call.http, call.now)
        yield from self._told_of(call, ids)
        first = ids.index(here.client) if here.client in ids else 0
        turn = ids[first : first + self.clients]
        held: list[Found | SetApart] = []
        in_sight = True
        for position, client in enumerate(turn, start=first + 1):
            there = self._records(call.http, client)
            in_sight = in_sight and there is not None
            held += there or ()
            here = replace(here, client=ids[position] if position < len(ids) else None)
            while len(held) > self.page:  # more comes, so that the last page is still to be given
                yield Page(records=held[: self.page], server=self.server)
                del held[: self.page]
            if held and position < first + len(turn):
                yield Page(records=held, cursor=str(here), server=self.server)
                held = []
        whole = are_all and in_sight and first == 0 and len(turn) == len(ids)
        yield Page(records=held, cursor=str(here), complete=whole, server=self.server)

    def _told_of(self, call: Call, ids: Collection[int]) -> Iterator[Page]:
        """The records of the clients whose plan was just activated, whoever's turn it is."""
        waiting = self.told.take() & set(ids)
        while waiting:
            client = min(waiting)
            try:
                held = self._records(call.http, client) or []
            except SamenspraakError:
                self.told.note(waiting)
                raise
            waiting.remove(client)
            for start in range(0, len(held), self.page):
                yield Page(records=held[start : start + self.page], server=self.server)

    def _records(self, http: HttpClient, client: int) -> list[Found | SetApart] | None:
        """The agreements in the plan in force of a client; None: it is out of our sight."""
        plans = plans_of(http, self.ons, client)
        if plans is None:
            return None
        actions = plans.active.actions(self.action) if plans.active else ()
        return [records.found(client, one) for one in actions]

    def in_care(self, http: HttpClient, now: datetime) -> tuple[list[int], bool]:
        """The numbers of the clients in care today, and whether the list came to its end."""
        today = local_day(now)
        period = {"valid_from": today.isoformat(), "valid_to": (today + _DAY).isoformat()}
        found: dict[int, None] = {}
        while True:
            params = {**period, "limit": str(_IDS_A_TIME), "offset": str(len(found))}
            answer = self.ons.get(http, "administration", "/clients/ids_in_care_in_period", params=params)
            told = self.ons.list_of("clientObjectIds", answer)
            known = (number(one.get("value")) for one in told)
            fresh = [key for key in known if key is not None and key not in found]
            found.update(dict.fromkeys(fresh))
            if len(told) < _IDS_A_TIME:
                return sorted(found), True
            if not fresh:  # it goes round in circles
                return sorted(found), False
