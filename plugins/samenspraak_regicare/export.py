"""Rows of files that staff export from RegiCare, as its interface would show them: one mapping reads both.

How RegiCare exports a list is not public; of its import sheets it is known that every field has a column
of its own (REGI-HELP 80000950511). So the columns below are ours, and the setting ``columns`` says how they
are called in an export.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = Mapping[str, str]

_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T].*)?")
_CLOCK = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.]\d\d)?")


def text(cell: str) -> Any:
    return cell


def day(cell: str) -> Any:
    """A Dutch date as an ISO date; anything else as it is, to be read or refused with the record."""
    match = _DAY.fullmatch(cell.strip())
    return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}" if match else cell.strip()


def clock(cell: str) -> Any:
    """A time with two digits of hours; anything else as it is."""
    match = _CLOCK.fullmatch(cell.strip())
    return f"{int(match[1]):02}:{match[2]}" if match else cell.strip()


def label(cell: str) -> Any:
    """A lookup value; an export has the label and no id."""
    return {"1": cell.strip()} if cell.strip() else {}


def labels(cell: str) -> Any:
    """A lookup value with several labels, separated by commas."""
    parts = [one.strip() for one in cell.split(",") if one.strip()]
    return {str(number): one for number, one in enumerate(parts, start=1)}


Form = Callable[[str], Any]

TASK: Mapping[str, Form] = {
    "activiteitID": text,
    "omschrijving": text,
    "omschrijvingUitgebreid": text,
    "activiteittype": labels,
    "startDatum": day,
    "eindDatum": day,
    "startTijd": clock,
    "eindTijd": clock,
    "dag": labels,
    "interval": label,
    "locatie": label,
    "status": label,
}
PLACEMENT: Mapping[str, tuple[str, Form]] = {
    "plaatsingStatus": ("status", label),
    "plaatsingEinde": ("eindDatum", day),
    "redenEinde": ("redenEinde", label),
}
PEOPLE = ("vrijwilliger", "hulpvrager")
MEETING: Mapping[str, Form] = {
    "bijeenkomstID": text,
    "activiteitID": text,
    "datum": day,
    "startTijd": clock,
    "eindTijd": clock,
    "status": label,
    "toelichting": text,
}
TASK_COLUMNS = frozenset(
    {*TASK, *PLACEMENT, *PEOPLE, *(f"{one}ID" for one in PEOPLE), *(f"{one}Roepnaam" for one in PEOPLE)}
    | {"hulpvragerGeboortedatum", *(f"{one}Nummer" for one in PEOPLE)}
)
COLUMNS = TASK_COLUMNS | MEETING.keys() | {"voorstel", "inzet", "opmerking", "stand", "antwoord", "reden"}
"""All that a column of any of the files can be."""
NEEDED: Mapping[str, Sequence[str]] = {
    "inzet": ("activiteitID", "omschrijving", "vrijwilligerID", "vrijwilliger", "hulpvragerID", "hulpvrager"),
    "bijeenkomsten": ("bijeenkomstID", "activiteitID", "datum", "status"),
    "voorstellen": ("voorstel", "inzet", "opmerking", "stand"),
    "antwoorden": ("voorstel", "antwoord"),
}
"""The columns without which a file says nothing, by the name of the file."""


def activity(row: Row) -> dict[str, Any]:
    """The task as ``activiteitOverzicht`` lists it."""
    return {name: form(row.get(name, "")) for name, form in TASK.items()}


def placement(row: Row) -> dict[str, Any]:
    """Who does it for whom, as ``vacaturebankVacatureGeplaatst`` lists it."""
    people = {one: {row[f"{one}ID"].strip(): row[one]} if row[f"{one}ID"].strip() else {} for one in PEOPLE}
    held = {name: form(row.get(column, "")) for column, (name, form) in PLACEMENT.items()}
    return {"activiteitID": row["activiteitID"], **people, **held}


def meeting(row: Row) -> dict[str, Any]:
    """One moment, as ``activiteitBijeenkomstOverzicht`` lists it."""
    return {name: form(row.get(name, "")) for name, form in MEETING.items()}


def profile(rows: Sequence[Row], person: str, number: str) -> dict[str, Any]:
    """What the export tells of somebody, as ``profielPersoonGegevens`` does.

    ``number``: the member that holds the organisation's number of them.
    """
    for row in rows:
        for one in PEOPLE:
            if row[f"{one}ID"].strip() == person:
                return {
                    "roepnaam": row.get(f"{one}Roepnaam", ""),
                    "geboortedatum": day(row.get(f"{one}Geboortedatum", "")),
                    **({number: row.get(f"{one}Nummer", "")} if number else {}),
                }
    return {}
