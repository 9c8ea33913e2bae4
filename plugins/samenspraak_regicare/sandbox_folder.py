"""A folder on a file server, with what staff export from an imitated RegiCare and how they answer proposals.

No export of RegiCare is public, so the columns are those that the connector's page asks staff for. What is
documented is the folder: GET and PUT of a file (RFC 9110, RFC 4918), with name and password (RFC 7617). In
*strict* mode files are as Dutch Excel saves CSV (semicolons, UTF-8 with a mark); in *quirky* mode separated
by tabs, without a mark, with Dutch dates, rows in another order each time and columns of no concern, which
differ with each export.
"""

from __future__ import annotations

import base64
import csv
import hmac
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, abort, request

from samenspraak.sandbox import Mode

from .sandbox_office import NEW, OPEN, Json, Office, Registration

TASK = (
    *("activiteitID", "omschrijving", "omschrijvingUitgebreid", "activiteittype", "startDatum", "eindDatum"),
    *("startTijd", "eindTijd", "dag", "interval", "locatie", "status", "plaatsingStatus", "plaatsingEinde"),
    *("redenEinde", "vrijwilligerID", "vrijwilliger", "vrijwilligerRoepnaam", "vrijwilligerNummer"),
    *("hulpvragerID", "hulpvrager", "hulpvragerRoepnaam", "hulpvragerGeboortedatum", "hulpvragerNummer"),
)
MEETING = ("bijeenkomstID", "activiteitID", "datum", "startTijd", "eindTijd", "status", "toelichting")
ANSWER = ("voorstel", "antwoord", "reden", "inzet")
PROPOSALS = "voorstellen.csv"


class SharedFolder:
    """The files of one office. Exports are of the moment they are fetched, unless :meth:`hold` keeps them."""

    def __init__(self, office: Office, mode: Mode, *, account: int, user: str, password: str) -> None:
        self._office = office
        self._mode = mode
        self._account = account
        self._secret = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._held: dict[str, bytes] = {}
        self._proposals: bytes | None = None
        self._turn = 0

    # What staff do with it.

    def hold(self) -> Json:
        """Nobody exports for a while: the files stay as they are now."""
        self._held = {name: export() for name, export in self._exports.items()}
        return {}

    def export(self, name: str = "") -> Json:
        """Somebody exports again, this file or all of them, and goes on doing so."""
        self._held = {kept: content for kept, content in self._held.items() if name and kept != name}
        return {}

    def fetched(self, name: str) -> bytes:
        """A copy of the file as it is."""
        return self._content(name) or b""

    def put_back(self, name: str, content: bytes) -> None:
        """Somebody puts an old copy in the folder."""
        self._held = {**self._held, name: content}

    # HTTP.

    def serve(self, name: str) -> Response:
        given = request.headers.get("Authorization", "").removeprefix("Basic ")
        if not hmac.compare_digest(given.encode(), self._secret.encode()):
            return Response(status=401, headers={"WWW-Authenticate": 'Basic realm="map"'})
        if request.method == "PUT":
            return self._store(name, request.get_data())
        content = self._content(name)
        if content is None:
            abort(404)
        return Response(content, content_type="text/csv")

    def _content(self, name: str) -> bytes | None:
        if name == PROPOSALS:
            return self._proposals
        if name in self._held:
            return self._held[name]
        return self._exports[name]() if name in self._exports else None

    @property
    def _exports(self) -> Mapping[str, Any]:
        return {
            "inzet.csv": self._tasks,
            "bijeenkomsten.csv": self._meetings,
            "antwoorden.csv": self._answers,
        }

    def _store(self, name: str, content: bytes) -> Response:
        if name != PROPOSALS:
            abort(403)
        created = self._proposals is None
        self._proposals = content
        self._read_proposals(content.decode("utf-8-sig"))
        return Response(status=201 if created else 200)

    # Proposals, as they come on the coordinator's desk.

    def _read_proposals(self, text: str) -> None:
        rows = {int(row["voorstel"]): row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
        registrations = self._office.registrations
        for key, row in rows.items():
            if key in registrations:
                registrations[key].remark = row["opmerking"]
            else:
                registrations[key] = self._registration(key, row)
        for key, found in list(registrations.items()):
            if found.account == self._account and key not in rows and found.status in (NEW, OPEN):
                del registrations[key]

    def _registration(self, key: int, row: Mapping[str, str]) -> Registration:
        return Registration(
            inschrijving_id=key,
            target="activiteit" if row["inzet"] else "vacature",
            target_id=int(row["inzet"] or 0),
            account=self._account,
            persoon_id=self._account,
            remark=row["opmerking"],
            placed=self._office.today(),
        )

    # Exports.

    def _tasks(self) -> bytes:
        return self._file(TASK, (self._task(one) for one in self._office.tasks.values() if not one.withheld))

    def _task(self, task: Any) -> Json:
        placed = self._office.placement_json(task)
        people = {"vrijwilliger": placed["vrijwilliger"], "hulpvrager": placed["hulpvrager"]}
        cells = {
            **self._office.activity_json(task),
            "plaatsingStatus": placed["status"],
            "plaatsingEinde": placed["eindDatum"],
            "redenEinde": placed["redenEinde"],
        }
        for role, somebody in people.items():
            ((key, name),) = somebody.items()
            details = self._office.persons[int(key)].details
            told = {"Roepnaam": "roepnaam", "Geboortedatum": "geboortedatum", "Nummer": "nummer"}
            cells |= {f"{role}ID": key, role: name}
            cells |= {f"{role}{column}": details.get(member) for column, member in told.items()}
        return cells

    def _meetings(self) -> bytes:
        seen = [one for one in self._office.meetings.values() if not self._is_withheld(one.activiteit_id)]
        return self._file(MEETING, (self._office.meeting_json(one) for one in seen))

    def _is_withheld(self, activiteit_id: int) -> bool:
        return self._office.tasks[activiteit_id].withheld

    def _answers(self) -> bytes:
        ours = (one for one in self._office.registrations.values() if one.account == self._account)
        answered = (one for one in ours if one.status != NEW)
        return self._file(ANSWER, map(self._answer, answered))

    def _answer(self, found: Registration) -> Json:
        status = self._office.entry("inschrijvingstatus", found.status)
        became = found.becomes if found.target == "vacature" else found.target_id
        return {
            "voorstel": found.inschrijving_id,
            "antwoord": status,
            "reden": found.reason,
            "inzet": became,
        }

    def _file(self, columns: Sequence[str], rows: Iterable[Json]) -> bytes:
        quirky = self._mode == "quirky"
        self._turn += 1
        listed = [[_cell(row.get(name), dutch=quirky) for name in columns] for row in rows]
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter="\t" if quirky else ";", lineterminator="\r\n")
        if not quirky:
            writer.writerows([columns, *listed])
            return out.getvalue().encode("utf-8-sig")
        start = self._turn % len(listed) if listed else 0
        writer.writerow(["Volgnummer van export", "BSN", *(name.upper() for name in columns)])
        writer.writerows([self._turn, "999990019", *cells] for cells in (*listed[start:], *listed[:start]))
        return out.getvalue().encode()


def _cell(value: Any, *, dutch: bool) -> str:
    if isinstance(value, Mapping):
        return ", ".join(map(str, value.values()))
    text = "" if value is None else str(value)
    if dutch and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{date.fromisoformat(text):%d-%m-%Y}".lstrip("0")
    return text.lstrip("0") if dutch and re.fullmatch(r"0\d:\d\d", text) else text
