"""The second way: CSV files in a folder, for organisations without the interface.

Staff export two lists from RegiCare into a folder with a web address; we keep a list of proposals there, and
staff answer in a list of their own. Each file has one writer, so that nobody overwrites anybody.

=====================  ==========  ====================================================================
file                   written by  what it holds
=====================  ==========  ====================================================================
``inzet.csv``          staff       the tasks with their placements, one row each
``bijeenkomsten.csv``  staff       the dated moments of those tasks
``voorstellen.csv``    us          what we propose: number, task, remark, and how the task stood
``antwoorden.csv``     staff       by number: the word of the status, a reason, the task it became
=====================  ==========  ====================================================================

:class:`Folder` answers the calls of the interface out of these files, so that everything beyond it (reading,
proposing, the lens) is the same. What a file cannot tell is not claimed: a task that an export leaves out is
not seen rather than gone, and a proposal that staff took over waits until an export shows another record.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    OutcomeUnknownError,
    TransientError,
)
from samenspraak.http import HttpClient
from samenspraak.protocols.tables import read_csv, write_csv

from . import export
from .codes import UnknownIdError
from .words import Words, fold

T = TypeVar("T")
Rows = list[dict[str, str]]

INTAKE = "Voorstellen voor nieuwe inzet"
"""Stands for the vacancy where the interface takes proposals for new tasks."""
AS_FILES: Mapping[str, Any] = {"intake_vacancy": INTAKE, "kind_of_work": "", "names": {}}
"""What settings of the interface are here: files have columns of their own instead of names."""
_MEDIA_TYPES = frozenset(
    {"text/csv", "application/csv", "text/plain", "application/octet-stream", "application/vnd.ms-excel"}
)
_STORED = frozenset({201, 204})
"""What a server says when it kept a file (RFC 9110, 9.3.4); some say so on a page."""
_PROPOSAL = ("voorstel", "inzet", "opmerking", "stand")
_NEW = ""
"""The task of a proposal for one that is not there yet."""


class Folder:
    """Answers as the interface does, out of the files of one folder. Any thread may use it.

    Args:
        settings: loaded with ``RegiCareSettings``.
        words: what the labels mean.
    """

    proves_absence = False

    def __init__(self, settings: Mapping[str, Any], words: Words) -> None:
        self._settings = settings
        self._words = words
        self._files: Mapping[str, str] = settings["files"]
        self._looking = threading.local()
        self._writing = threading.Lock()

    # As a session.

    def call(self, http: HttpClient, method: str, *, safe: bool = True, **params: Any) -> Any:
        """What the interface would answer.

        Raises:
            TransientError: a file is not there, not complete or no table; it is looked at again.
            ConfigurationError: a file lacks a column; those it has are named.
            UnknownIdError: no file knows this id.
        """
        return _ANSWERS[method](self, http, params)

    def steadily(self, http: HttpClient, read: Callable[[], T]) -> T:
        """What ``read`` gives when each file is fetched once."""
        self._looking.files = {}
        try:
            return read()
        finally:
            del self._looking.files

    def knock(self, http: HttpClient) -> None:
        with contextlib.suppress(AuthenticationError):
            self._rows(http, "voorstellen")

    def sign_in(self, http: HttpClient) -> None:
        self._rows(http, "antwoorden")

    # Files; of a row no more is kept than the columns we know.

    def _rows(self, http: HttpClient, name: str) -> Rows:
        kept: dict[str, Rows] | None = getattr(self._looking, "files", None)
        if kept is None:
            return self._fetched(http, name)
        if name not in kept:
            kept[name] = self._fetched(http, name)
        return kept[name]

    def _fetched(self, http: HttpClient, name: str) -> Rows:
        file = self._files[name]
        if not file:
            return []
        answer = http.send("GET", f"/{file}", expect=_MEDIA_TYPES, allow=(404,))
        if answer.status == 404:
            if name in ("inzet", "bijeenkomsten"):
                raise TransientError(f"{file} is not in the folder", whole_connector=True)
            return []
        try:
            table = read_csv(answer.content)
            if not (table.ended and answer.whole):
                raise TransientError(f"{file} breaks off; is it still being copied?", whole_connector=True)
            header = self._named(name, table.header)
            rows = (row.by(header) for row in table.rows)
            return [
                {column: cell for column, cell in row.items() if column in export.COLUMNS} for row in rows
            ]
        except InvalidRecordError as error:  # a row that is shifted says that nothing in the file is sure
            raise TransientError(f"{file}: {error}", whole_connector=True) from None

    def _named(self, name: str, header: Sequence[str]) -> list[str]:
        """The header in our names."""
        ours = {fold(theirs): column for column, theirs in self._settings["columns"].items()}
        known = {fold(column): column for column in export.COLUMNS}
        named = [ours.get(fold(one)) or known.get(fold(one), one) for one in header]
        if missing := [one for one in export.NEEDED[name] if one not in named]:
            there = f"it has: {', '.join(header)}"
            problems = tuple(f"{self._files[name]} has no column '{one}'; {there}" for one in missing)
            raise ConfigurationError("mend the export, or the setting columns", problems=problems)
        return named

    # Tasks and their moments.

    def _tasks(self, http: HttpClient) -> Rows:
        return [one for one in self._rows(http, "inzet") if one["activiteitID"].strip()]

    def _listed(self, http: HttpClient, params: Mapping[str, Any]) -> list[Any]:
        found = map(export.activity, self._tasks(http))
        return [one for one in found if any(kind in self._words.activity_types for kind in _kinds(one))]

    def _task(self, http: HttpClient, params: Mapping[str, Any]) -> Any:
        wanted = str(params["activiteitID"])
        found = next((one for one in self._tasks(http) if one["activiteitID"].strip() == wanted), None)
        if found is None:
            raise UnknownIdError(f"{self._files['inzet']} does not list task {wanted}")
        return export.activity(found)

    def _meetings(self, http: HttpClient, params: Mapping[str, Any]) -> list[Any]:
        wanted = params["filter"]
        about = str(wanted.get("activiteitID", ""))
        first, last = wanted["startDatumVanaf"], wanted["startDatumTot"]
        found = map(export.meeting, self._rows(http, "bijeenkomsten"))
        return [
            one
            for one in found
            if about in ("", one["activiteitID"].strip())
            and (not one["datum"] or first <= one["datum"][:10] <= last)
        ]

    def _tables(self, http: HttpClient, params: Mapping[str, Any]) -> Any:
        known = self._words.activity_types.known
        return {
            "activiteittype": {one: number for number, one in enumerate(known, start=1)},
        }

    def _profile(self, http: HttpClient, params: Mapping[str, Any]) -> Any:
        member = self._settings["person_number"]
        return export.profile(self._rows(http, "inzet"), str(params["persoonID"]), member)

    # Proposals, and what staff answered.

    def _registered(self, http: HttpClient, target: str) -> list[Any]:
        answers = self._answers(http)
        new = target == "vacature"
        rows = [one for one in self._rows(http, "voorstellen") if (one["inzet"] == _NEW) is new]
        return [self._registration(http, one, answers.get(one["voorstel"], {}), target) for one in rows]

    def _registration(
        self, http: HttpClient, row: Mapping[str, str], answer: Mapping[str, str], target: str
    ) -> dict[str, Any]:
        label, became = answer.get("antwoord", "").strip(), answer.get("inzet", "").strip()
        told = self._is_told(http, row, became) if label in self._words.accepted else True
        return {
            "inschrijvingID": row["voorstel"],
            f"{target}ID": row["inzet"],
            "opmerking": row["opmerking"],
            "status": {"1": label if label and told else self._words.waiting.ours},
            "reden": answer.get("reden", ""),
            "geplaatstActiviteitID": became if told else "",
        }

    def _is_told(self, http: HttpClient, row: Mapping[str, str], became: str) -> bool:
        """Whether an export already shows what staff took over: until then it waits."""
        about = row["inzet"] or became
        return bool(about) and self._state_of(http, about) not in ("", row["stand"])

    def _state_of(self, http: HttpClient, about: str) -> str:
        """A short mark of what the files say of one task; '' when they do not list it.

        Of its moments only those that differ: others come and go with the days that an export is about.
        """
        tasks, moments = (
            [row for row in self._rows(http, name) if row["activiteitID"].strip() == about]
            for name in ("inzet", "bijeenkomsten")
        )
        differing = [one for one in moments if self._differs(one)]
        said = sorted(json.dumps(one, sort_keys=True) for one in (*tasks, *differing))
        return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16] if tasks else ""

    def _differs(self, moment: Mapping[str, str]) -> bool:
        return moment["status"] not in self._words.planned or bool(moment.get("toelichting", "").strip())

    def _answers(self, http: HttpClient) -> dict[str, dict[str, str]]:
        return {one["voorstel"].strip(): one for one in self._rows(http, "antwoorden")}

    def _place(self, http: HttpClient, params: Mapping[str, Any]) -> Any:
        about = str(params.get("activiteitID", _NEW))
        stand = self._state_of(http, about) if about else ""
        if about and not stand:
            raise UnknownIdError(f"{self._files['inzet']} does not list task {about}")
        with self._writing:
            rows, answers = self._fetched(http, "voorstellen"), self._answers(http)
            known = (*(one["voorstel"] for one in rows), *answers)
            number = str(1 + max((int(one) for one in known if one.isdecimal()), default=0))
            remark = params["gegevens"]["opmerking"]
            row = {"voorstel": number, "inzet": about, "opmerking": remark, "stand": stand}
            self._write(http, [*rows, row], answers)
        return {"inschrijvingID": number}

    def _take_back(self, http: HttpClient, params: Mapping[str, Any]) -> Any:
        number = str(params["inschrijvingID"])
        with self._writing:
            rows, answers = self._fetched(http, "voorstellen"), self._answers(http)
            if number not in {one["voorstel"] for one in rows}:
                raise UnknownIdError(f"{self._files['voorstellen']} has no proposal {number}")
            if answers.get(number, {}).get("antwoord", "").strip():
                raise ConflictError(f"staff have answered proposal {number} meanwhile")
            self._write(http, [one for one in rows if one["voorstel"] != number], answers)
        return True

    def _write(self, http: HttpClient, rows: Iterable[Mapping[str, str]], answers: Mapping[str, Any]) -> None:
        """Keep the list; of what is answered no more than its mark is written down."""
        kept = [
            {**row, "opmerking": row["opmerking"].splitlines()[-1]} if row["voorstel"] in answers else row
            for row in rows
        ]
        content = write_csv(_PROPOSAL, ([row[name] for name in _PROPOSAL] for row in kept))
        headers = {"Content-Type": "text/csv; charset=utf-8"}
        file = self._files["voorstellen"]
        answer = http.send("PUT", f"/{file}", content=content, headers=headers, expect=())
        if answer.status not in _STORED and answer.content:
            raise OutcomeUnknownError(f"{file}: something else came than that the file was stored")


_Answer = Callable[[Folder, HttpClient, Mapping[str, Any]], Any]


def _counted(listing: _Answer) -> _Answer:
    return lambda folder, http, params: len(listing(folder, http, params))


def _known(row: Mapping[str, str]) -> dict[str, str]:
    return {column: cell for column, cell in row.items() if column in export.COLUMNS}


def _kinds(activity: Mapping[str, Any]) -> Iterable[str]:
    found: Mapping[str, str] = activity["activiteittype"]
    return found.values()


_ANSWERS: Mapping[str, _Answer] = {
    "activiteitFilter": Folder._tables,
    "activiteitOverzicht": Folder._listed,
    "activiteitOverzichtAantal": _counted(Folder._listed),
    "activiteitInformatie": Folder._task,
    "activiteitBijeenkomstOverzicht": Folder._meetings,
    "activiteitBijeenkomstOverzichtAantal": _counted(Folder._meetings),
    "vacaturebankVacatureGeplaatst": lambda folder, http, _: [*map(export.placement, folder._tasks(http))],
    "activiteitIngeschreven": lambda folder, http, _: folder._registered(http, "activiteit"),
    "vacaturebankVacatureIngeschreven": lambda folder, http, _: folder._registered(http, "vacature"),
    "vacaturebankVacatureOverzicht": lambda folder, http, _: [{"vacatureID": 1, "omschrijving": INTAKE}],
    "activiteitInschrijvingPlaatsen": Folder._place,
    "vacaturebankVacatureInschrijvingPlaatsen": Folder._place,
    "activiteitInschrijvingAnnuleren": Folder._take_back,
    "vacaturebankVacatureInschrijvingAnnuleren": Folder._take_back,
    "profielGegevens": lambda folder, http, _: {"persoonID": 0},
    "profielPersoonGegevens": Folder._profile,
}
