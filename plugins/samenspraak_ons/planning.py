"""Agenda and task list: when a professional or team does what was accepted, and when it is talked over.

Both have a UUID that follows from our mark and from what they say (RFC 9562, version 5), so that making them
again makes nothing twice. Nobody is planned before a nurse activated the plan. Relatives and volunteers
cannot be invited in Ons, and nothing is made for them.

Sources: ONS-AE ``openapi/nedap-agenda-agendaseries-*``, ``-agendaoccurrence-*``,
``nedap-tasque-caretaskseries-*``, ``-caretaskoccurrence-*`` (``api-evangelist/nedap`` @ ``141d76e``, read
2026-11-22): a uuid is "for own bookkeeping" and must be unique, also when a series changes; the end of a
period is exclusive.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote

from samenspraak.connectors import Call, Raw
from samenspraak.connectors.lines import read_standing
from samenspraak.domain.local_time import local_day
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday, days, names_days
from samenspraak_ons import duty, mapping, records
from samenspraak_ons.interface import Json, Ons
from samenspraak_ons.parties import external_party

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:samenspraak:ons")
TASK = "samenspraak_evaluatie"
_AHEAD = timedelta(days=400)
_LISTED = timedelta(days=62)
_BEFORE = timedelta(days=14)
_INVITED: Mapping[str, str] = {"employee": "employeeId", "team": "teamId"}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, kw_only=True)
class Planner:
    """Plans what was accepted.

    ``minutes``: how long it takes where nobody says · ``team``: who talks it over where nobody is named ·
    ``agenda``, ``tasks``: whether the settings want them.
    """

    ons: Ons
    minutes: int
    team: int | None
    agenda: bool
    tasks: bool

    def plan(self, call: Call, raw: Raw) -> None:
        """Make agenda and tasks say what this action says; what is right already stays."""
        key, client = _key(raw), _client(raw)
        status = read_standing(records.COMMENT.get(raw["comment"], records.STANDING))
        is_over = status is not None and status.is_over
        today = local_day(call.now)
        series = list(self._series(raw, key, today)) if self.agenda and not is_over else []
        task = self._task(raw, key, today) if self.tasks and not is_over else None
        self._make_so(call, client, key, series, [task] if task else [])

    def forget(self, call: Call, client: int, external_id: str) -> None:
        """Take what we planned for this action out of agenda and task list."""
        self._make_so(call, client, external_id, [], [])

    def _make_so(self, call: Call, client: int, key: str, series: list[Json], tasks: list[Json]) -> None:
        kinds = (
            ("agenda", "/agenda_series", "/agenda_occurrences", series, self._planned(call, client, key)),
            ("taken", "/care_task_series", "/care_task_occurrences", tasks, self._tasks(call, client, key)),
        )
        for application, made_at, ended_at, wanted, listed in kinds:
            uuids = {one["uuid"] for one in wanted}
            for one in _first_of_each(listed):
                if one.get("uuid") not in uuids:
                    path = f"{ended_at}/{quote(str(one['id']), safe='')}/destroy_following"
                    self.ons.write(call.http, "DELETE", application, path, one)
            there = {one.get("uuid") for one in listed}
            for one in wanted:
                if one["uuid"] not in there:
                    self.ons.add_once(call.http, application, made_at, one)

    # What is there of ours.

    def _planned(self, call: Call, client: int, key: str) -> list[Json]:
        if not self.agenda:
            return []
        today = local_day(call.now)
        params = {"from": today.isoformat(), "to": (today + _LISTED).isoformat()}
        params["require_client_present"] = "false"
        answer = self.ons.get(call.http, "agenda", f"/clients/{client}/agenda_occurrences", params=params)
        found = self.ons.list_of("agendaOccurrences", answer)
        return [one for one in found if _is_ours(one, key)]

    def _tasks(self, call: Call, client: int, key: str) -> list[Json]:
        if not self.tasks:
            return []
        params = {"sub_type_query": TASK, "sub_type_id": key}
        path = f"/clients/{client}/care_task_occurrences/by_sub_type"
        found = self.ons.list_of("careTaskOccurrences", self.ons.get(call.http, "taken", path, params=params))
        return [one for one in found if one.get("subTypeId") == key and not one.get("finishDate")]

    # What should be there.

    def _series(self, raw: Raw, key: str, today: date) -> Iterator[Json]:
        """One for each time of day; none for who cannot be invited, or where no days and times are named."""
        invited = _invited(records.COMMENT.get(raw["comment"], records.WHO))
        schedule = duty.schedule(raw)
        rule = _rule(schedule)
        first = next(days(schedule, today, today + _AHEAD), None) if rule else None
        if invited is None or rule is None or first is None or not isinstance(schedule.timing, Recurrence):
            return
        until = schedule.until + timedelta(days=1) if schedule.until else None
        for at in schedule.timing.times:
            said = {
                "name": raw["title"],
                "comment": _comment(raw, key),
                "startTime": _clock(at),
                "endTime": _clock(_later(at, schedule.timing.minutes or self.minutes)),
                **rule,
                "customLocation": records.COMMENT.get(raw["comment"], records.PLACE) or None,
                "clientPresent": True,
                "agendaInvitations": [{"clientId": _client(raw), "accepted": True}, invited],
                "validTo": until.isoformat() if until else None,
            }
            dates = {"validFrom": first.isoformat(), "cycleBase": first.isoformat()}
            yield {**_named(said, f"{key}|{schedule.start}"), **dates}

    def _task(self, raw: Raw, key: str, today: date) -> Json | None:
        """Talk it over before it is due; none when nobody of the care is named for it."""
        review = mapping.review(raw)
        responsible = _invited(records.COMMENT.get(raw["comment"], records.RESPONSIBLE))
        performer = _invited(records.COMMENT.get(raw["comment"], records.WHO))
        team = {"teamId": self.team} if self.team is not None else None
        executor = responsible or performer or team
        if review is None or review.due is None or review.outcome is not None or executor is None:
            return None
        executor = {name: value for name, value in executor.items() if name != "accepted"}
        said = {
            "name": f"Evaluatie: {raw['title']}",
            "comment": _comment(raw, key),
            "type": "BeforeTask",
            "subType": TASK,
            "subTypeId": key,
            "manual": True,
            "validTo": review.due.isoformat(),
            "recurrenceType": "single",
            "subject": {"clientId": _client(raw)},
            "executors": [executor],
        }
        begins = max(review.due - _BEFORE, min(today, review.due))
        return {**_named(said, key), "validFrom": begins.isoformat()}


def _client(raw: Raw) -> int:
    return int(raw["client"].removeprefix("client/"))


def _key(raw: Raw) -> str:
    """What ties agenda and tasks to the action: the same for every version of the plan."""
    return f"{_client(raw)}/{raw['carePlanPersistentActionId']}"


def _named(said: Json, key: str) -> Json:
    """With a UUID that follows from what it says, so that saying the same again is the same."""
    spelled = json.dumps([key, {name: said[name] for name in sorted(said)}], ensure_ascii=False)
    return {"uuid": str(uuid.uuid5(NAMESPACE, spelled)), **said}


def _comment(raw: Raw, key: str) -> str:
    return f"Uit het zorgplan. {records.MARK}: {records.OWN}zorgplan:{key}"


def _is_ours(occurrence: Json, key: str) -> bool:
    return str(occurrence.get("comment") or "").endswith(f"{records.OWN}zorgplan:{key}")


def _first_of_each(listed: list[Json]) -> list[Json]:
    """The first occurrence of each series."""
    first: dict[Any, Json] = {}
    for one in sorted(listed, key=lambda one: str(one.get("occurrenceDate"))):
        first.setdefault(one.get("uuid"), one)
    return list(first.values())


def _invited(line: str) -> Json | None:
    kind, _, key = external_party(line).partition("/")
    return {_INVITED[kind]: int(key), "accepted": True} if kind in _INVITED and key.isdigit() else None


def _rule(schedule: Schedule) -> Json | None:
    """How the series comes back, or None for what the agenda cannot hold exactly as it is meant."""
    timing = schedule.timing
    if not isinstance(timing, Recurrence) or not timing.times or not names_days(schedule):
        return None
    weekdays, every = timing.weekdays, timing.interval
    match timing.frequency:
        case Frequency.DAILY if not weekdays:
            return {"recurrenceType": "daily", "cycleInterval": every, **_on(())}
        case Frequency.DAILY if every == 1:
            return {"recurrenceType": "weekly", "cycleInterval": 1, **_on(weekdays)}
        case Frequency.WEEKLY if every == 1 or len(weekdays) <= 1:
            own = (Weekday(schedule.start.weekday()),) if schedule.start else ()
            return {"recurrenceType": "weekly", "cycleInterval": every, **_on(weekdays or own)}
        case Frequency.MONTHLY if not weekdays and schedule.start and schedule.start.day <= 28:
            return {"recurrenceType": "monthly_on_day", "cycleInterval": every, **_on(())}
        case Frequency.YEARLY if not weekdays:
            return {"recurrenceType": "yearly", "cycleInterval": every, **_on(())}
    return None


def _on(weekdays: tuple[Weekday, ...]) -> Json:
    return {name: Weekday(number) in weekdays for number, name in enumerate(_WEEKDAYS)}


def _clock(at: time) -> str:
    return at.strftime("%H:%M:%S.000")


def _later(at: time, minutes: int) -> time:
    """The end; what would pass midnight ends just before it."""
    moment = datetime.combine(date(2000, 1, 1), at) + timedelta(minutes=minutes)
    return moment.time() if moment.date() == date(2000, 1, 1) else time(23, 59)
