"""Agenda series and care tasks: made with a uuid of the maker, read as occurrences, ended from one of them.

Source: ONS-AE ``openapi/nedap-agenda-agendaseries-*``, ``-agendaoccurrence-*``,
``nedap-tasque-caretaskseries-*``, ``-caretaskoccurrence-*``: a uuid must be unique; ends of periods are
exclusive; an occurrence is named by its series and its day (``2@2012-08-02`` in the agenda); occurrences are
destroyed alone or with all that follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from samenspraak_ons.sandbox.plans import RefusedError

Json = dict[str, Any]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(kw_only=True)
class Calendar:
    """Series of one kind. ``client_of``: whose a series is · ``needed``: members it must have."""

    number: Callable[[], int]
    taken: int
    needed: tuple[str, ...]
    client_of: Callable[[Json], int | None]
    series: dict[int, Json] = field(default_factory=dict)

    def add(self, given: Json) -> Json:
        missing = next((name for name in self.needed if not given.get(name)), None)
        if missing:
            raise RefusedError(400, missing, "may not be empty")
        if any(one["uuid"] == given.get("uuid") for one in self.series.values()):
            raise RefusedError(self.taken, "uuid", "is in use already")
        key = self.number()
        self.series[key] = {**given, "id": key, "timelineId": key, "without": []}
        return self.series[key]

    def occurrences(self, client: int, first: date, last: date) -> list[Json]:
        """Those of a client from ``first`` up to but not including ``last``."""
        return [
            shown(one, day)
            for one in self.series.values()
            if self.client_of(one) == client
            for day in _days(one, first, last)
        ]

    def destroy(self, occurrence: str, *, following: bool) -> Json:
        """Take one occurrence out, or it and all after it."""
        key, _, day = occurrence.partition("@")
        one = self.series.get(int(key)) if key.isdigit() else None
        if one is None or date.fromisoformat(day) not in _days(one, date.fromisoformat(day)):
            raise RefusedError(404, "id", "No such occurrence")
        if following:
            one["validTo"] = day
        else:
            one["without"].append(day)
        return one


def shown(one: Json, day: date) -> Json:
    """One occurrence of a series, as it is listed."""
    told = {name: value for name, value in one.items() if name not in ("id", "without")}
    return {**told, "id": f"{one['id']}@{day.isoformat()}", "occurrenceDate": day.isoformat()}


def _days(one: Json, first: date, last: date | None = None) -> Iterator[date]:
    begins = date.fromisoformat(one["validFrom"])
    ends = date.fromisoformat(one["validTo"]) if one.get("validTo") else date.max
    day = max(begins, first)
    until = min(ends, last or first + timedelta(days=1), day + timedelta(days=400))
    while day < until:
        if _falls(one, begins, day) and day.isoformat() not in one["without"]:
            yield day
        day += timedelta(days=1)


def _falls(one: Json, begins: date, day: date) -> bool:
    every = one.get("cycleInterval") or 1
    match one.get("recurrenceType") or "single":
        case "single":
            return day == begins
        case "daily":
            return (day - begins).days % every == 0
        case "weekly":
            monday, weeks = begins - timedelta(days=begins.weekday()), day - timedelta(days=day.weekday())
            return bool(one.get(DAYS[day.weekday()])) and (weeks - monday).days // 7 % every == 0
        case "monthly_on_day":
            months = (day.year - begins.year) * 12 + day.month - begins.month
            return day.day == begins.day and months % every == 0
        case "yearly":
            same = (day.month, day.day) == (begins.month, begins.day)
            return same and (day.year - begins.year) % every == 0
    return False
