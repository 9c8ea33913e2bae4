"""An imitated RegiCare: JSON-RPC over one address, for tests, the demo and a rehearsal without the vendor.

No official documentation of the interface is public. What stands here comes from two places, named where
it is used:

* **REGI-3P**, the source of a website plug-in that talks to RegiCare (GitHub
  ``South-Axis/Kansrijk-regicare-plugin`` @ ``83d32bb``, 2022; read 2026-11-21);
* **REGI-HELP**, the vendor's help centre (``adsysco.freshdesk.com/support/solutions/articles/…``).

Seen in REGI-3P: JSON-RPC 2.0 over HTTP POST to one address per customer, named parameters, ``apiKey`` in
every call, ``login`` → ``{naam, loginKey, rol}``, the method names, the members of an activity, lookup
values as ``{"<id>": "<label>"}`` (and the reverse in filters), day 2 = Monday, the filter members
``activiteittype: [id]`` and ``startDatumTot``, errors as ``result.error`` with HTTP 200 and the codes
``GEBRUIKERSACCOUNT_ONBEKEND``, ``PERSOON_ID_ONGELDIG``, ``FORMDATAMISSING``.

Documented in REGI-HELP: volunteers are matched with vacancies and tied to activities with a role and dates
(80000950782, 80000950541); statuses new, open, registered, removed of a registration, which staff approve
(80000950530); reasons for ending and all lookup tables belong to the customer (80000950771).

**Inferred**, and so a setting of the connector wherever it reads it:

* a standing volunteer task is an activity of a type the customer chose ("Individuele inzet"), with day,
  interval, times and place, and dated meetings under it;
* who does it for whom stands in the placement: ``vacaturebankVacatureGeplaatst`` lists vacancy, activity,
  ``vrijwilliger`` and ``hulpvrager`` as lookup values, with an end date and a reason once it ended;
* a meeting the volunteer cancelled stays in the list with another ``status``; a moved one keeps its id;
* ``gegevens`` of a registration may hold ``opmerking``, shown to staff and given back by the lists;
* a registration that was refused stays listed as removed, one taken back by its own account disappears;
* of an application to a vacancy that was placed, ``geplaatstActiviteitID`` names the activity;
* what the account may not see is left out of lists and counts, and refused by id as ``GEEN_TOEGANG``;
* a filter that is asked in full (``volledig``) names the kinds of work, too;
* the codes for a wrong ``apiKey``, an expired ``loginKey`` and unknown ids (by analogy with the seen one).

There is no change feed, no modification date, no version, no webhook. Anonymous visitors see published
activities only. In *quirky* mode lists come in another order each time, numbers as text, empty objects as
``[]``, tables of a filter as ``{"<id>": "<label>"}``, times with seconds, labels in blanks and without
capitals, unknown members everywhere, answers are slow, a list asked with an expired ``loginKey`` is silently
the one for anonymous visitors, a placement names no activity, and what somebody else registered has members
in another form.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from flask import Response, abort, jsonify, request

from samenspraak.sandbox import Act, Mode, Sandbox

from .sandbox_clerk import open_for, place, type_over
from .sandbox_folder import SharedFolder
from .sandbox_office import NEW, OPEN, Json, Meeting, Office, Registration, Target, Task, Vacancy

PATH = "/jsonrpc"
FOLDER = "/map"
API_KEY = "sandbox-api-key"
USERNAME = "samenspraak"
PASSWORD = "sandbox-wachtwoord"  # noqa: S105 - of an imitated system, known to everybody
LOGIN_SECONDS = 1200.0
QUIRKY_DELAY_SECONDS = 0.02

WRITING = frozenset(
    {
        "activiteitInschrijvingPlaatsen",
        "activiteitInschrijvingAnnuleren",
        "activiteitInschrijvingAnoniem",
        "vacaturebankVacatureInschrijvingPlaatsen",
        "vacaturebankVacatureInschrijvingAnnuleren",
    }
)
# What has nothing to do with any task of ours, and is in the lists of an untidy server.
PLACED_ELSEWHERE: Json = {
    "vacatureID": 9001,
    "vrijwilliger": {"9002": "Joop Smits"},
    "hulpvrager": {"9003": "Bep Mol"},
    "status": {"1": "Actief"},
}
APPLIED_ELSEWHERE: Json = {
    "inschrijvingID": "W-17",
    "vacatureID": 9001,
    "opmerking": "Ook in het weekend.",
    "status": "nieuw",
}
MARKER = re.compile(r"^Kenmerk: urn:samenspraak:(\S+)$", re.MULTILINE)


class RefusedError(Exception):
    """RegiCare answers with ``result.error``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class InvalidParamsError(Exception):
    """A parameter is missing: the JSON-RPC layer answers."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """The parameters of one call and the account that makes it (None: an anonymous visitor)."""

    params: Json
    account: int | None

    def need(self, name: str) -> Any:
        if name not in self.params:
            raise InvalidParamsError(name)
        return self.params[name]

    @property
    def filter(self) -> Json:
        # An empty PHP array arrives as a list.
        return dict(self.params.get("filter") or {})


Method = Callable[[Call], Any]


class RegiCareSandbox(Sandbox):
    """RegiCare with one service account (:data:`USERNAME`, :data:`PASSWORD`, :data:`API_KEY`).

    ``today`` is the day the office opens its records; ``now`` measures the age of a login. ``methods`` may
    be replaced one by one, for a server that answers otherwise.
    """

    name: ClassVar[str] = "regicare"

    def __init__(
        self,
        mode: Mode = "strict",
        *,
        today: Callable[[], date] = date.today,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(mode)
        self.office = Office(today=today)
        if mode == "quirky":
            self.office.write_labels_small()
        self._now = now
        self._logins: dict[str, float] = {}
        self._answers = 0
        service = self.office.add_person(role="medewerker", roepnaam="Koppeling", achternaam="Samenspraak")
        self.account: int = service["persoonID"]
        behind_login = self._login_methods()
        self.methods: dict[str, Method] = {**self._open_methods(), **behind_login}
        self._behind_login = frozenset(behind_login)
        self.app.post(PATH)(self._serve)
        self.folder = SharedFolder(self.office, mode, account=self.account, user=USERNAME, password=PASSWORD)
        self.app.route(f"{FOLDER}/<name>", methods=["GET", "PUT"])(self._share)

    # What the base asks.

    def target(self) -> str:
        """``/jsonrpc/<method>``: all calls share one address, so faults and the log know them by method."""
        if request.path != PATH:
            return request.path
        body = request.get_json(silent=True)
        return f"{PATH}/{body.get('method', '')}" if isinstance(body, dict) else PATH

    def is_write(self, method: str, path: str) -> bool:
        return method == "PUT" or path.rpartition("/")[2] in WRITING

    def acts(self) -> Mapping[str, Act]:
        office = self.office
        return {
            "add_person": office.add_person,
            "open_vacancy": office.open_vacancy,
            "record_task": office.record_task,
            "change_task": office.change_task,
            "end_task": office.end_task,
            "remove_task": office.remove_task,
            "approve": self.approve,
            "seek": self.seek,
            "respond": office.respond,
            "place": self.place,
            "withhold": office.withhold,
            "refuse": office.refuse,
            "consider": office.consider,
            "rename_label": office.rename_label,
            "cancel_meeting": office.cancel_meeting,
            "restore_meeting": office.restore_meeting,
            "move_meeting": office.move_meeting,
            "expire_logins": self.expire_logins,
            "hold_exports": self.folder.hold,
            "export": self.folder.export,
            "proposals": self.proposals,
        }

    def readable(self, person: str) -> list[str]:
        """Staff read everything; a volunteer their own tasks; a client has no account here."""
        office = self.office
        reader = office.persons.get(int(person))
        if reader is None or reader.role == "deelnemer":
            return []
        tasks = [task for task in office.tasks.values() if reader.persoon_id == task.volunteer]
        remarks: list[str] = []
        if reader.role == "medewerker":
            tasks = list(office.tasks.values())
            remarks = [found.remark for found in office.registrations.values()]
        notes = [
            m.note for m in office.meetings.values() if m.activiteit_id in {t.activiteit_id for t in tasks}
        ]
        own = [text for task in tasks for text in self._texts(task)]
        return [text for text in (*own, *notes, *remarks) if text]

    def _texts(self, task: Task) -> Iterable[str]:
        return (task.what, task.description, self.office.persons[task.client].name)

    def live(self) -> Mapping[str, int]:
        """Per marker of ours: proposals that wait, and tasks that staff made out of an application."""
        counted: dict[str, int] = {}
        for found in self.office.registrations.values():
            waiting = found.status in (NEW, OPEN)
            if waiting or found.becomes in self.office.tasks:
                for marker in set(MARKER.findall(found.remark)):
                    counted[marker] = counted.get(marker, 0) + 1
        return counted

    # Acts.

    def approve(self, *, inschrijvingID: int, changes: Json | None = None, task: Json | None = None) -> Json:  # noqa: N803
        """Staff take a proposal over: what they type is given, or else what the remark says."""
        if changes is None and task is None:
            return type_over(self.office, inschrijvingID)
        return self.office.approve(inschrijvingID=inschrijvingID, changes=changes, task=task)

    def seek(self, *, inschrijvingID: int) -> Json:  # noqa: N803
        """Staff open a published vacancy for a proposal that names no volunteer, and leave it open."""
        self.office.consider(inschrijvingID=inschrijvingID)
        return open_for(self.office, inschrijvingID)

    def place(self, *, inschrijvingID: int) -> Json:  # noqa: N803
        """Staff place the volunteer who registered at such a vacancy: the task is recorded."""
        return place(self.office, inschrijvingID)

    # Acts that concern the interface.

    def expire_logins(self) -> Json:
        self._logins = dict.fromkeys(self._logins, float("-inf"))
        return {}

    def proposals(self) -> list[Json]:
        """What waits on the coordinator's desk: ``inschrijvingID``, what it is about, the remark."""
        return [
            self.office.registration_json(found)
            for found in self.office.registrations.values()
            if found.status in (NEW, OPEN)
        ]

    def _share(self, name: str) -> Response:
        with self.lock:
            return self.folder.serve(name)

    # JSON-RPC.

    def _serve(self) -> Response:
        if request.mimetype != "application/json":
            abort(415)
        body = request.get_json(silent=True)
        if body is None:
            return _rpc_error(None, -32700, "Parse error")
        if not isinstance(body, dict) or body.get("jsonrpc") != "2.0" or "method" not in body:
            return _rpc_error(None, -32600, "Invalid Request")
        params = body.get("params") or {}
        if not isinstance(params, dict):
            return _rpc_error(body.get("id"), -32602, "Invalid params")
        if body["method"] not in (*self.methods, "login"):
            return _rpc_error(body.get("id"), -32601, "Method not found")
        try:
            with self.lock:
                result = self._answer(body["method"], params)
        except InvalidParamsError:
            return _rpc_error(body.get("id"), -32602, "Invalid params")
        except RefusedError as refusal:
            result = {"error": refusal.code}
        if self.mode == "quirky":
            time.sleep(QUIRKY_DELAY_SECONDS)
        return jsonify({"jsonrpc": "2.0", "id": body.get("id"), "result": result})

    def _answer(self, method: str, params: Json) -> Any:
        if params.get("apiKey") != API_KEY:
            raise RefusedError("APIKEY_ONGELDIG")
        if method == "login":
            return self._login(Call(params=params, account=None))
        call = Call(params=params, account=self._account(params.get("loginKey")))
        pretends = bool(params.get("loginKey")) and self.mode == "strict"
        if call.account is None and (method in self._behind_login or pretends):
            raise RefusedError("NIET_INGELOGD")
        return self._twisted(self.methods[method](call))

    def _account(self, login_key: Any) -> int | None:
        valid = self._now() - self._logins.get(str(login_key), float("-inf")) < LOGIN_SECONDS
        return self.account if valid else None

    def _login(self, call: Call) -> Json:
        if (call.need("gebruikersnaam"), call.need("wachtwoord")) != (USERNAME, PASSWORD):
            raise RefusedError("GEBRUIKERSACCOUNT_ONBEKEND")
        key = secrets.token_hex(16)
        self._logins[key] = self._now()
        return {"naam": self.office.persons[self.account].name, "loginKey": key, "rol": "medewerker"}

    def _logout(self, call: Call) -> bool:
        self._logins.pop(str(call.params["loginKey"]), None)
        return True

    # Methods, by name.

    def _open_methods(self) -> Mapping[str, Method]:
        return {
            "activiteitOverzicht": self._activities,
            "activiteitOverzichtAantal": _counted(self._activities),
            "activiteitFilter": self._activity_filter,
            "activiteitInformatie": self._activity,
            "activiteitBijeenkomstOverzicht": self._meetings,
            "activiteitBijeenkomstOverzichtAantal": _counted(self._meetings),
            "activiteitBijeenkomstInformatie": self._meeting,
            "activiteitLocatieOverzicht": self._places,
            "activiteitLocatieOverzichtAantal": _counted(self._places),
            "activiteitLocatieInformatie": self._place,
            "activiteitInschrijvingAnoniem": self._register_anonymously,
            "vacaturebankVacatureOverzicht": self._vacancies,
            "vacaturebankVacatureOverzichtAantal": _counted(self._vacancies),
            "vacaturebankVacatureFilter": self._vacancy_filter,
            "vacaturebankVacatureGegevens": self._vacancy,
            "vacaturebankConfiguratie": self._configuration,
        }

    def _login_methods(self) -> Mapping[str, Method]:
        return {
            "authenticate": lambda call: True,
            "logout": self._logout,
            "activiteitIngeschreven": lambda call: self._registered(call, "activiteit"),
            "activiteitInschrijvingPlaatsen": lambda call: self._register(call, "activiteit"),
            "activiteitInschrijvingAnnuleren": lambda call: self._take_back(call, "activiteit"),
            "vacaturebankVacatureGeplaatst": self._placements,
            "vacaturebankVacatureIngeschreven": lambda call: self._registered(call, "vacature"),
            "vacaturebankVacatureInschrijvingPlaatsen": lambda call: self._register(call, "vacature"),
            "vacaturebankVacatureInschrijvingAnnuleren": lambda call: self._take_back(call, "vacature"),
            "profielGegevens": lambda call: self._profile(self.account),
            "profielPersoonGegevens": lambda call: self._profile(_number(call.need("persoonID"), "PERSOON")),
        }

    def _activities(self, call: Call) -> list[Json]:
        wanted = call.filter
        kinds = {_number(kind, "ACTIVITEITTYPE") for kind in wanted.get("activiteittype", ())}
        until = wanted.get("startDatumTot", "9999-12-31")
        return [
            self.office.activity_json(task)
            for task in self.office.tasks.values()
            if self._visible(task, call)
            and (not kinds or task.kind in kinds)
            and (task.from_date is None or task.from_date.isoformat() <= until)
        ]

    def _visible(self, task: Task, call: Call) -> bool:
        return task.published or (call.account is not None and not task.withheld)

    def _activity(self, call: Call) -> Json:
        return self.office.activity_json(self._task(call))

    def _task(self, call: Call) -> Task:
        task = self.office.tasks.get(_number(call.need("activiteitID"), "ACTIVITEIT"))
        if task is not None and task.withheld and call.account is not None:
            raise RefusedError("GEEN_TOEGANG")
        if task is None or not self._visible(task, call):
            raise RefusedError("ACTIVITEIT_ID_ONGELDIG")
        return task

    def _activity_filter(self, call: Call) -> Json:
        names = ("activiteittype", "dag", "locatie", *(("werksoort",) if call.params.get("volledig") else ()))
        tables = {name: self.office.lookups[name] for name in names}
        if self.mode == "quirky":
            return tables
        return {name: {label: key for key, label in table.items()} for name, table in tables.items()}

    def _meetings(self, call: Call) -> list[Json]:
        wanted = call.filter
        first, last = wanted.get("startDatumVanaf", "0001-01-01"), wanted.get("startDatumTot", "9999-12-31")
        about = wanted.get("activiteitID")
        return [
            self.office.meeting_json(meeting)
            for meeting in self.office.meetings.values()
            if self._visible(self.office.tasks[meeting.activiteit_id], call)
            and first <= meeting.day.isoformat() <= last
            and about in (None, meeting.activiteit_id, str(meeting.activiteit_id))
        ]

    def _meeting(self, call: Call) -> Json:
        meeting: Meeting | None = self.office.meetings.get(_number(call.need("bijeenkomstID"), "BIJEENKOMST"))
        if meeting is None or not self._visible(self.office.tasks[meeting.activiteit_id], call):
            raise RefusedError("BIJEENKOMST_ID_ONGELDIG")
        return self.office.meeting_json(meeting)

    def _places(self, call: Call) -> list[Json]:
        return [
            {"locatieID": key, "omschrijving": label} for key, label in self.office.lookups["locatie"].items()
        ]

    def _place(self, call: Call) -> Json:
        key = _number(call.need("locatieID"), "LOCATIE")
        if key not in self.office.lookups["locatie"]:
            raise RefusedError("LOCATIE_ID_ONGELDIG")
        return {"locatieID": key, "omschrijving": self.office.lookups["locatie"][key]}

    def _placements(self, call: Call) -> list[Json]:
        self._kind_of_work(call)
        ours = [self.office.placement_json(task) for task in self.office.tasks.values() if not task.withheld]
        return [*ours, PLACED_ELSEWHERE] if self.mode == "quirky" else ours

    def _vacancies(self, call: Call) -> list[Json]:
        self._kind_of_work(call)
        return [
            self.office.vacancy_json(vacancy)
            for vacancy in self.office.vacancies.values()
            if vacancy.published or call.account is not None
        ]

    def _vacancy(self, call: Call) -> Json:
        self._kind_of_work(call)
        return self.office.vacancy_json(self._open_vacancy(call))

    def _open_vacancy(self, call: Call) -> Vacancy:
        vacancy = self.office.vacancies.get(_number(call.need("vacatureID"), "VACATURE"))
        if vacancy is None or not (vacancy.published or call.account is not None):
            raise RefusedError("VACATURE_ID_ONGELDIG")
        return vacancy

    def _vacancy_filter(self, call: Call) -> Json:
        self._kind_of_work(call)
        return {"werksoort": {label: key for key, label in self.office.lookups["werksoort"].items()}}

    def _configuration(self, call: Call) -> Json:
        self._kind_of_work(call)
        return {"inschrijven": 1, "anoniemInschrijven": 0}

    def _kind_of_work(self, call: Call) -> None:
        if _number(call.need("werksoortID"), "WERKSOORT") not in self.office.lookups["werksoort"]:
            raise RefusedError("WERKSOORT_ID_ONGELDIG")

    def _registered(self, call: Call, target: Target) -> list[Json]:
        if target == "vacature":
            self._kind_of_work(call)
        about = call.filter.get(f"{target}ID")
        listed = [
            self.office.registration_json(found)
            for found in self.office.registrations.values()
            if found.target == target and about in (None, found.target_id, str(found.target_id))
        ]
        return [*listed, APPLIED_ELSEWHERE] if self.mode == "quirky" and target == "vacature" else listed

    def _register(self, call: Call, target: Target) -> Json:
        details = call.need("gegevens")
        if target == "activiteit":
            about = self._task(call).activiteit_id
        else:
            self._kind_of_work(call)
            about = self._open_vacancy(call).vacature_id
        person = _number(details.get("persoonID"), "PERSOON")
        if person not in self.office.persons:
            raise RefusedError("PERSOON_ID_ONGELDIG")
        remark = str(details.get("opmerking") or "")
        return self.office.register(
            target=target, target_id=about, account=self.account, person=person, remark=remark
        )

    def _register_anonymously(self, call: Call) -> Json:
        task, details = self._task(call), call.need("gegevens")
        if not (details.get("roepnaam") and details.get("achternaam")):
            raise RefusedError("FORMDATAMISSING")
        visitor = self.office.add_person(
            role="deelnemer", **{key: str(value) for key, value in details.items()}
        )
        return self.office.register(
            target="activiteit",
            target_id=task.activiteit_id,
            account=0,
            person=visitor["persoonID"],
            remark=str(details.get("opmerking") or ""),
        )

    def _take_back(self, call: Call, target: Target) -> bool:
        key = _number(call.need("inschrijvingID"), "INSCHRIJVING")
        found: Registration | None = self.office.registrations.get(key)
        if found is None or found.target != target or found.account != self.account:
            raise RefusedError("INSCHRIJVING_ID_ONGELDIG")
        if found.status not in (NEW, OPEN):
            raise RefusedError("INSCHRIJVING_STATUS_ONGELDIG")
        self.office.take_back(key)
        return True

    def _profile(self, persoon_id: int) -> Json:
        person = self.office.persons.get(persoon_id)
        if person is None:
            raise RefusedError("PERSOON_ID_ONGELDIG")
        return {"persoonID": person.persoon_id, **person.details}

    # Quirks.

    def _twisted(self, result: Any) -> Any:
        if self.mode != "quirky":
            return result
        self._answers += 1
        return _quirky(result, turn=self._answers)


def _counted(listing: Callable[[Call], list[Json]]) -> Method:
    return lambda call: len(listing(call))


def _number(value: Any, what: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise RefusedError(f"{what}_ID_ONGELDIG") from None


def _rpc_error(request_id: Any, code: int, message: str) -> Response:
    return jsonify({"jsonrpc": "2.0", "id": request_id, "error": {"code": code, "message": message}})


def _quirky(value: Any, *, turn: int) -> Any:
    """The same data as a less tidy server gives it; ``turn`` decides the order of lists."""
    if isinstance(value, list):
        start = turn % len(value) if value else 0
        return [_quirky(item, turn=turn) for item in value[start:] + value[:start]]
    if isinstance(value, dict):
        return _quirky_object(value, turn=turn)
    if isinstance(value, bool | None):
        return value
    if isinstance(value, int):
        return str(value)
    return f"{value}:00" if re.fullmatch(r"\d\d:\d\d", value) else value


def _quirky_object(value: Json, *, turn: int) -> Any:
    if not value:
        return []  # what PHP makes of an empty array
    if all(re.fullmatch(r"\d+", str(key)) for key in value):
        return {key: f" {label} " if isinstance(label, str) else label for key, label in value.items()}
    twisted = {key: _quirky(item, turn=turn) for key, item in value.items()}
    return {**twisted, "volgorde": "0", "vrijkenmerk06": [], "kleur": "#FFFFFF"}


def create(mode: Mode = "strict") -> RegiCareSandbox:
    """RegiCare without any task; tests and the demo let the coordinator record them."""
    return RegiCareSandbox(mode)
