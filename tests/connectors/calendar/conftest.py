"""Agreements as a calendar shows them, and what a reader that nobody here wrote makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from dateutil.rrule import rruleset, rrulestr

from samenspraak.connectors import Changes, Directory, Marker, Subject
from samenspraak.connectors.published import Occasion, Visible
from samenspraak.domain.agreements import Agreement, Assignment, Duty, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import units_of
from samenspraak_calendar.plugin import CalendarConnector

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="daughter")
PUBLISHED = datetime(2026, 3, 15, 9, 0, tzinfo=UTC)
SINCE = date(2026, 3, 1)
SETTINGS: Mapping[str, Any] = {
    "name": "Afspraken",
    "neutral_title": "Afspraak",
    "details": True,
    "language": "nl",
}
ACTIVE = Status(state=State.ACTIVE)

Moments = Counter[datetime | date]


def connector(**settings: Any) -> CalendarConnector:
    return CalendarConnector("agenda", {**SETTINGS, **settings})


def agreement(
    schedule: Schedule, *, status: Status = ACTIVE, what: str = "Samen koken", exceptions: Any = None
) -> Agreement:
    duty = Duty(performer=SON, schedule=schedule)
    return Agreement(
        id="ag1",
        client_id="wit",
        what=What(text=what),
        assignments=(Assignment(id="a1", duty=duty),),
        status=status,
        exceptions=exceptions or {},
    )


def published(
    one: Agreement, now: datetime = PUBLISHED, before: Any = None, **settings: Any
) -> dict[str, Any]:
    """The copy for the son, as it lies on the shelf."""
    made, marker = connector(**settings), Marker(agreement_id=one.id)
    empty = made.new(Subject(client="client:wit", marker=marker, readers=(str(SON),)))
    units = {key: value for key, value in units_of(one).items() if made.manifest.capabilities.carries(key)}
    said = made.put(empty, Changes(set=units), Directory(connector_id="agenda"))
    kept = {name: before[name] for name in ("since", "stamps")} if before else {}
    return made.revised(before, {**kept, **said}, now)


def calendar(*copies: dict[str, Any], now: datetime = PUBLISHED, **settings: Any) -> bytes:
    occasion = Occasion(now=now, form="ics", seal=lambda content: content)
    return connector(**settings).render([Visible(raw=one) for one in copies], occasion).body


def events(body: bytes) -> list[Any]:
    return list(icalendar.Calendar.from_ical(body).walk("VEVENT"))


def expanded(body: bytes, first: date, last: date) -> Moments:
    """The moments between two days, both included: instants in UTC, or days for what has no time."""
    found: list[datetime | date] = []
    masters = [one for one in events(body) if one.get("STATUS") != "CANCELLED"]
    moved = [one for one in masters if "RECURRENCE-ID" in one]
    for one in masters:
        if "RECURRENCE-ID" in one:
            found.append(one.decoded("DTSTART"))
        else:
            without = {each.decoded("RECURRENCE-ID") for each in moved if each["UID"] == one["UID"]}
            found += [each for each in _series(one, last) if each not in without]
    placed = (_instant(one) for one in found if first <= _day(one) <= last)
    return Counter(placed)


def _series(event: Any, last: date) -> list[datetime | date]:
    start = event.decoded("DTSTART")
    if "RRULE" not in event:
        return [start] if start not in _excluded(event) else []
    rules = rruleset()
    rules.rrule(rrulestr(_naive_rule(event["RRULE"].to_ical().decode()), dtstart=_naive(start)))
    for one in _excluded(event):
        rules.exdate(_naive(one))
    end = datetime.combine(last + timedelta(days=1), time())
    days = rules.between(_naive(start), end, inc=True)
    return [one.replace(tzinfo=AMSTERDAM) if isinstance(start, datetime) else one.date() for one in days]


def _excluded(event: Any) -> list[Any]:
    given = event.get("EXDATE", [])
    return [each.dt for one in (given if isinstance(given, list) else [given]) for each in one.dts]


def _naive_rule(rule: str) -> str:
    """The rule with its end as a wall time: all in it is counted on the wall."""
    parts = dict(part.split("=") for part in rule.split(";"))
    if parts.get("UNTIL", "").endswith("Z"):
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        parts["UNTIL"] = f"{until.astimezone(AMSTERDAM):%Y%m%dT%H%M%S}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _naive(one: datetime | date) -> datetime:
    return one.replace(tzinfo=None) if isinstance(one, datetime) else datetime.combine(one, time())


def _instant(one: datetime | date) -> datetime | date:
    return one.astimezone(UTC) if isinstance(one, datetime) else one


def _day(one: datetime | date) -> date:
    return one.date() if isinstance(one, datetime) else one
