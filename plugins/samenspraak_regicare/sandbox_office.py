"""What an imitated RegiCare has on record, and what its coordinator and volunteers do with it.

The interface that shows these records over JSON-RPC is :mod:`samenspraak_regicare.sandbox`; its docstring
says which of the shapes below are documented and which are inferred. Members that come out of here carry
RegiCare's own Dutch names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import Any, Literal

Json = dict[str, Any]
Role = Literal["deelnemer", "vrijwilliger", "medewerker"]
Target = Literal["activiteit", "vacature"]

# Lookup tables are the customer's own: ids and labels differ per organisation. The ids of the weekdays
# and of the activity type are the ones seen in REGI-3P `src/ActivityShow.php`, `src/Activiteiten.php`.
LOOKUPS: Mapping[str, Mapping[int, str]] = {
    "dag": {
        1: "Zondag",
        2: "Maandag",
        3: "Dinsdag",
        4: "Woensdag",
        5: "Donderdag",
        6: "Vrijdag",
        7: "Zaterdag",
    },
    "interval": {1: "Eenmalig", 2: "Wekelijks", 3: "Tweewekelijks", 4: "Dagelijks"},
    "activiteittype": {280: "Cursus", 281: "Individuele inzet"},
    "locatie": {1: "Wijkcentrum De Brink", 2: "Bij de cliënt thuis", 3: "Woonkeuken De Linde"},
    "werksoort": {1: "Vrijwilligerswerk"},
    "activiteitstatus": {1: "Voorlopig", 2: "Definitief"},
    "bijeenkomststatus": {1: "Gepland", 2: "Geannuleerd"},
    "inschrijvingstatus": {1: "Nieuw", 2: "Openstaand", 3: "Ingeschreven", 4: "Verwijderd"},
    "plaatsingstatus": {1: "Actief", 2: "Beëindigd"},
    "redenEinde": {1: "Afgerond", 2: "Vrijwilliger gestopt", 3: "Cliënt verhuisd", 4: "Overleden"},
}

DAYS_BETWEEN = {1: None, 2: 7, 3: 14, 4: 1}  # by the id of the interval; None is once
PLANNED, CANCELLED = 1, 2
NEW, OPEN, REGISTERED, REMOVED = 1, 2, 3, 4
ACTIVE, ENDED = 1, 2
# Which members of a task are lookup values, and in which table.
TABLE_OF = {
    "day": "dag",
    "interval": "interval",
    "place": "locatie",
    "kind": "activiteittype",
    "status": "activiteitstatus",
}


@dataclass(kw_only=True)
class Person:
    """Somebody on record; ``details`` are the members of a profile."""

    persoon_id: int
    role: Role
    details: Json

    @property
    def name(self) -> str:
        parts = (self.details["roepnaam"], self.details["tussenvoegsel"], self.details["achternaam"])
        return " ".join(part for part in parts if part)


@dataclass(kw_only=True)
class Task:
    """An activity of one volunteer for one client, and the placement that says who they are.

    ``day``, ``interval``, ``place``, ``kind`` and ``ended`` (why it ended) are ids of lookup tables.
    """

    activiteit_id: int
    vacature_id: int
    volunteer: int
    client: int
    what: str
    description: str
    day: int | None
    interval: int | None
    start: str
    end: str
    place: int | None
    from_date: date | None
    until: date | None
    kind: int
    status: int
    published: bool = False
    withheld: bool = False
    ended: int | None = None
    ended_on: date | None = None


@dataclass(kw_only=True)
class Meeting:
    """One dated moment of a task."""

    bijeenkomst_id: int
    activiteit_id: int
    day: date
    start: str
    end: str
    status: int = PLANNED
    note: str = ""


@dataclass(kw_only=True)
class Registration:
    """Somebody asked to take part, or an outside system proposed something: staff decide.

    ``becomes``: the activity that staff made out of an application to a vacancy.
    """

    inschrijving_id: int
    target: Target
    target_id: int
    account: int
    persoon_id: int
    remark: str
    placed: date
    status: int = NEW
    reason: str = ""
    becomes: int | None = None


@dataclass(kw_only=True)
class Vacancy:
    """A request for help that volunteers can apply to. ``asked_in``: the application it was opened for."""

    vacature_id: int
    what: str
    description: str
    published: bool
    client: int | None = None
    asked_in: int | None = None


@dataclass(kw_only=True)
class Office:
    """The records, by id. Ids are never used twice. ``today`` tells the day in the Netherlands."""

    today: Callable[[], date]
    lookups: dict[str, dict[int, str]] = field(
        default_factory=lambda: {name: dict(labels) for name, labels in LOOKUPS.items()}
    )
    persons: dict[int, Person] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    meetings: dict[int, Meeting] = field(default_factory=dict)
    registrations: dict[int, Registration] = field(default_factory=dict)
    vacancies: dict[int, Vacancy] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: count(101))

    # What the coordinator does.

    def add_person(self, *, role: Role, roepnaam: str, achternaam: str, **details: str) -> Json:
        """A new person; the other members are those of a RegiCare profile (``postcode``, ``straat`` …)."""
        known = {"roepnaam": roepnaam, "achternaam": achternaam, "tussenvoegsel": "", **details}
        person = Person(persoon_id=next(self._ids), role=role, details=known)
        self.persons[person.persoon_id] = person
        return {"persoonID": person.persoon_id}

    def open_vacancy(
        self,
        *,
        what: str,
        description: str = "",
        client: int | None = None,
        published: bool = False,
        asked_in: int | None = None,
    ) -> Json:
        vacancy = Vacancy(
            vacature_id=next(self._ids),
            what=what,
            description=description,
            published=published,
            client=client,
            asked_in=asked_in,
        )
        self.vacancies[vacancy.vacature_id] = vacancy
        return {"vacatureID": vacancy.vacature_id}

    def record_task(
        self,
        *,
        volunteer: int,
        client: int,
        what: str,
        start: str = "",
        end: str = "",
        from_date: str = "",
        until: str = "",
        day: str | None = None,
        description: str = "",
        interval: str = "Wekelijks",
        place: str = "",
        kind: str = "Individuele inzet",
        status: str = "Definitief",
        published: bool = False,
    ) -> Json:
        """A standing task of a volunteer at a client.

        Dates are ISO. Meetings are planned for a year ahead; ``day`` None is the weekday it starts.
        """
        begins = _date(from_date)
        vacancy = self.open_vacancy(what=what, client=client)
        task = Task(
            activiteit_id=next(self._ids),
            vacature_id=vacancy["vacatureID"],
            volunteer=volunteer,
            client=client,
            what=what,
            description=description,
            day=_weekday_id(begins) if day is None and begins else self.id_of("dag", day or ""),
            interval=self.id_of("interval", interval),
            start=start,
            end=end,
            place=self.id_of("locatie", place),
            from_date=begins,
            until=_date(until),
            kind=self.id_of("activiteittype", kind) or 0,
            status=self.id_of("activiteitstatus", status) or 0,
            published=published,
        )
        self.tasks[task.activiteit_id] = task
        self._plan_meetings(task, since=begins or self.today())
        return {"activiteitID": task.activiteit_id}

    def change_task(self, *, activiteitID: int, **changes: Any) -> Json:  # noqa: N803 - a RegiCare name
        """Other text, time, day or volunteer. Meetings from today on are planned anew if the time moved."""
        task = self.tasks[activiteitID]
        planned = _planning(task)
        for name, value in changes.items():
            if name in TABLE_OF:
                value = self.id_of(TABLE_OF[name], value)
            elif name in ("from_date", "until"):
                value = _date(value)
            elif not hasattr(task, name):
                raise ValueError(f"a task has no {name}")
            setattr(task, name, value)
        if _planning(task) != planned:
            self._replan(task)
        return {"activiteitID": activiteitID}

    def end_task(self, *, activiteitID: int, last_day: str, reason: str = "Afgerond") -> Json:  # noqa: N803
        """The placement ends; meetings after its last day are gone."""
        task = self.tasks[activiteitID]
        last = task.ended_on = date.fromisoformat(last_day)
        task.ended = self.id_of("redenEinde", reason)
        for meeting in self.meetings_of(activiteitID):
            if meeting.day > last:
                del self.meetings[meeting.bijeenkomst_id]
        return {}

    def remove_task(self, *, activiteitID: int) -> Json:  # noqa: N803
        """The record was a mistake: it is gone, with its meetings and registrations."""
        del self.tasks[activiteitID]
        for meeting in self.meetings_of(activiteitID):
            del self.meetings[meeting.bijeenkomst_id]
        for found in list(self.registrations.values()):
            if found.target == "activiteit" and found.target_id == activiteitID:
                del self.registrations[found.inschrijving_id]
        return {}

    def approve(self, *, inschrijvingID: int, changes: Json | None = None, task: Json | None = None) -> Json:  # noqa: N803
        """Staff agree with what was proposed and type it in themselves.

        ``changes`` are what they type into the activity it is about; ``task`` is the standing task they
        record out of an application to a vacancy (the members of the act ``record_task``).
        """
        found = self.registrations[inschrijvingID]
        if found.target == "activiteit":
            self.change_task(activiteitID=found.target_id, **(changes or {}))
        if task is not None:
            found.becomes = self.record_task(**task)["activiteitID"]
        found.status = REGISTERED
        return {"activiteitID": found.becomes or found.target_id}

    def withhold(self, *, activiteitID: int) -> Json:  # noqa: N803
        """The account of the connection may no longer see this task."""
        self.tasks[activiteitID].withheld = True
        return {}

    def refuse(self, *, inschrijvingID: int, reason: str = "") -> Json:  # noqa: N803
        found = self.registrations[inschrijvingID]
        found.status, found.reason = REMOVED, reason
        return {}

    def consider(self, *, inschrijvingID: int) -> Json:  # noqa: N803
        """Staff have seen it and leave it open."""
        self.registrations[inschrijvingID].status = OPEN
        return {}

    def rename_label(self, *, table: str, label: str, to: str) -> Json:
        """The administrator words an entry of a lookup table differently; its id stays."""
        key = self.id_of(table, label)
        if key is not None:
            self.lookups[table][key] = to
        return {}

    # What a volunteer does.

    def respond(self, *, vacatureID: int, volunteer: int, remark: str = "") -> Json:  # noqa: N803
        """A volunteer registers at a vacancy on the website."""
        return self.register(
            target="vacature", target_id=vacatureID, account=volunteer, person=volunteer, remark=remark
        )

    def cancel_meeting(self, *, activiteitID: int, day: str, reason: str = "") -> Json:  # noqa: N803
        """The volunteer cannot come that day; the meeting stays on record as cancelled."""
        meeting = self.meeting_on(activiteitID, day)
        meeting.status, meeting.note = CANCELLED, reason
        return {"bijeenkomstID": meeting.bijeenkomst_id}

    def restore_meeting(self, *, activiteitID: int, day: str) -> Json:  # noqa: N803
        """The volunteer can come after all."""
        meeting = self.meeting_on(activiteitID, day)
        meeting.status, meeting.note = PLANNED, ""
        return {"bijeenkomstID": meeting.bijeenkomst_id}

    def move_meeting(
        self,
        *,
        activiteitID: int,  # noqa: N803
        day: str,
        to_day: str,
        start: str | None = None,
        end: str | None = None,
    ) -> Json:
        """One meeting is on another day or at another time; its id stays, its old day is not kept."""
        meeting = self.meeting_on(activiteitID, day)
        meeting.day = date.fromisoformat(to_day)
        meeting.start, meeting.end = start or meeting.start, end or meeting.end
        return {"bijeenkomstID": meeting.bijeenkomst_id}

    def write_labels_small(self) -> None:
        """An administrator who never uses capitals in the closed tables."""
        for table in ("dag", "interval", *(name for name in self.lookups if name.endswith("status"))):
            self.lookups[table] = {key: label.lower() for key, label in self.lookups[table].items()}

    # What outside systems do.

    def register(self, *, target: Target, target_id: int, account: int, person: int, remark: str) -> Json:
        found = Registration(
            inschrijving_id=next(self._ids),
            target=target,
            target_id=target_id,
            account=account,
            persoon_id=person,
            remark=remark,
            placed=self.today(),
        )
        self.registrations[found.inschrijving_id] = found
        return {"inschrijvingID": found.inschrijving_id}

    def take_back(self, inschrijving_id: int) -> None:
        """Whoever registered takes it back: the registration and its remark are gone."""
        del self.registrations[inschrijving_id]

    # How the records look from outside.

    def activity_json(self, task: Task) -> Json:
        taking_part = [
            found
            for found in self.registrations.values()
            if found.target_id == task.activiteit_id and found.status == REGISTERED
        ]
        return {
            "activiteitID": task.activiteit_id,
            "omschrijving": task.what,
            "omschrijvingUitgebreid": task.description,
            "activiteittype": self.entry("activiteittype", task.kind),
            "startDatum": _text(task.from_date),
            "eindDatum": _text(task.until),
            "startTijd": task.start or None,
            "eindTijd": task.end or None,
            "dag": self.entry("dag", task.day),
            "interval": self.entry("interval", task.interval),
            "locatie": self.entry("locatie", task.place),
            "ruimte": {},
            "groepering": {},
            "trefwoorden": None,
            "prijs": None,
            "inschrijven": int(task.published),
            "inschrijvingen": len(taking_part),
            "inschrijvingenMaximum": 1,
            "status": self.entry("activiteitstatus", task.status),
            "url": None,
        }

    def placement_json(self, task: Task) -> Json:
        return {
            "vacatureID": task.vacature_id,
            "activiteitID": task.activiteit_id,
            "vrijwilliger": {str(task.volunteer): self.persons[task.volunteer].name},
            "hulpvrager": {str(task.client): self.persons[task.client].name},
            "startDatum": _text(task.from_date),
            "eindDatum": _text(task.ended_on),
            "status": self.entry("plaatsingstatus", ENDED if task.ended else ACTIVE),
            "redenEinde": self.entry("redenEinde", task.ended) if task.ended else {},
        }

    def meeting_json(self, meeting: Meeting) -> Json:
        return {
            "bijeenkomstID": meeting.bijeenkomst_id,
            "activiteitID": meeting.activiteit_id,
            "datum": meeting.day.isoformat(),
            "startTijd": meeting.start,
            "eindTijd": meeting.end,
            "status": self.entry("bijeenkomststatus", meeting.status),
            "toelichting": meeting.note or None,
        }

    def registration_json(self, found: Registration) -> Json:
        return {
            "inschrijvingID": found.inschrijving_id,
            f"{found.target}ID": found.target_id,
            "persoonID": found.persoon_id,
            "inschrijfDatum": found.placed.isoformat(),
            "opmerking": found.remark,
            "status": self.entry("inschrijvingstatus", found.status),
            "reden": found.reason or None,
            **({"geplaatstActiviteitID": found.becomes} if found.target == "vacature" else {}),
        }

    def vacancy_json(self, vacancy: Vacancy) -> Json:
        return {
            "vacatureID": vacancy.vacature_id,
            "omschrijving": vacancy.what,
            "omschrijvingUitgebreid": vacancy.description,
            "werksoort": self.entry("werksoort", 1),
        }

    def entry(self, table: str, key: int | None) -> dict[str, str]:
        """A lookup value as the interface shows it: ``{"<id>": "<label>"}``."""
        return {} if key is None else {str(key): self.lookups[table][key]}

    def id_of(self, table: str, label: str) -> int | None:
        """The id of a label; None for no label. Labels that are not there become an entry, as staff do."""
        if not label:
            return None
        known = self.lookups[table]
        if not any(one.lower() == label.lower() for one in known.values()):
            known[max(known) + 1] = label
        return next(key for key, known in self.lookups[table].items() if known.lower() == label.lower())

    # Meetings.

    def _plan_meetings(self, task: Task, *, since: date) -> None:
        taken = {meeting.day for meeting in self.meetings_of(task.activiteit_id)}
        for day in self._days(task):
            if day >= since and day not in taken:
                meeting = Meeting(
                    bijeenkomst_id=next(self._ids),
                    activiteit_id=task.activiteit_id,
                    day=day,
                    start=task.start,
                    end=task.end,
                )
                self.meetings[meeting.bijeenkomst_id] = meeting

    def _replan(self, task: Task) -> None:
        days = set(self._days(task))
        for meeting in self.meetings_of(task.activiteit_id):
            if meeting.day < self.today():
                continue
            if meeting.day not in days:
                del self.meetings[meeting.bijeenkomst_id]
            else:
                meeting.start, meeting.end = task.start, task.end
        self._plan_meetings(task, since=max(self.today(), task.from_date or self.today()))

    def _days(self, task: Task) -> Iterator[date]:
        if task.interval not in DAYS_BETWEEN:
            return
        step = DAYS_BETWEEN[task.interval]
        day = task.from_date or self.today()
        if step is None:
            yield day
            return
        while step != 1 and task.day is not None and _weekday_id(day) != task.day:
            day += timedelta(days=1)
        last = task.until or max(day, self.today()) + timedelta(days=365)
        while day <= last:
            yield day
            day += timedelta(days=step)

    def meetings_of(self, activiteit_id: int) -> list[Meeting]:
        return [meeting for meeting in self.meetings.values() if meeting.activiteit_id == activiteit_id]

    def meeting_on(self, activiteit_id: int, day: str) -> Meeting:
        return next(m for m in self.meetings_of(activiteit_id) if m.day.isoformat() == day)


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _weekday_id(day: date) -> int:
    return day.isoweekday() % 7 + 1  # Sunday is 1 (REGI-3P `src/ActivityShow.php` has Monday as 2)


def _planning(task: Task) -> tuple[Any, ...]:
    return task.day, task.interval, task.start, task.end, task.from_date, task.until
