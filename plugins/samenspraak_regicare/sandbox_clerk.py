"""How an imitated coordinator types over what a proposal asks: line by line, as it stands there.

A remark that staff can act on names the fields of their own screen, and the parts of a description::

    - Tijd: 15:00 - 17:00 (nu: 16:00 - 18:00)
    - Omschrijving, onder Uitleg: De schort hangt achter de deur.
    - Bijeenkomst van 2026-12-03: Geannuleerd; toelichting: Ziek.

Nothing here knows who writes such remarks; a line with an unknown field is a proposal nobody can follow. One
without any such line that asks to remove the task is followed, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from .sandbox_office import CANCELLED, PLANNED, Json, Office, Registration

# Field on the screen → member of the act `record_task` or `change_task`.
SCREEN = {
    "Titel": "what",
    "Omschrijving": "description",
    "Herhaling": "interval",
    "Dag": "day",
    "Van": "from_date",
    "Tot en met": "until",
    "Locatie": "place",
    "Status": "status",
}
_LINE = re.compile(r"- ([^:]+): (.*?)(?: \(nu: .*\))?", re.DOTALL)
# Labels in a description, in the order they are typed (docs/connectors/regicare.md).
_LABELS = ("Uitleg", "Eerst voordoen", "Wanneer", "Ritme", "Stand", "Code")
_LABELLED = re.compile(rf"^\s*({'|'.join(_LABELS)})\s*:", re.IGNORECASE | re.MULTILINE)
_PART = re.compile(r"Omschrijving, (?:bovenaan|onder (.+))")
_PERSON = re.compile(r"\(persoon (\d+)\)")
_MEETING = re.compile(
    r"- Bijeenkomst van (\S+): ([^;]*?)(?: op (\S+) om (\d\d:\d\d))?(?:; toelichting: (.*))?", re.DOTALL
)


def type_over(office: Office, inschrijving_id: int) -> Json:
    """Approve a proposal by doing what its remark says.

    Raises:
        ValueError: a line names a field that is not on the screen.
    """
    found = office.registrations[inschrijving_id]
    fields = dict(_fields(found))
    if found.target == "vacature":
        blank = {"interval": "", "day": ""}
        return office.approve(inschrijvingID=inschrijving_id, task={**blank, **_members(fields)})
    if "verwijderen" in found.remark and not list(_lines(found.remark)):
        return office.remove_task(activiteitID=found.target_id)
    parts = {match[1] or "": fields.pop(name) for name in list(fields) if (match := _PART.fullmatch(name))}
    if parts:
        fields["Omschrijving"] = _retyped(office.tasks[found.target_id].description, parts)
    _end_or_place(office, found.target_id, fields)
    for line in _lines(found.remark):
        if match := _MEETING.fullmatch(line):
            _change_meeting(office, found.target_id, *match.groups(default=""))
    return office.approve(inschrijvingID=inschrijving_id, changes=_members(fields))


def open_for(office: Office, inschrijving_id: int) -> Json:
    """A published vacancy with what the remark of an application asks for; people there are not named."""
    fields = dict(_fields(office.registrations[inschrijving_id]))
    return office.open_vacancy(
        what=fields["Titel"],
        description=fields.get("Omschrijving", ""),
        published=True,
        asked_in=inschrijving_id,
    )


def place(office: Office, inschrijving_id: int) -> Json:
    """The volunteer who registered at a vacancy does what it was opened for; both registrations are done."""
    chosen = office.registrations[inschrijving_id]
    asked = office.registrations[office.vacancies[chosen.target_id].asked_in or 0]
    members = {"interval": "", "day": "", **_members(dict(_fields(asked)))}
    made = office.approve(
        inschrijvingID=asked.inschrijving_id, task={**members, "volunteer": chosen.persoon_id}
    )
    office.approve(inschrijvingID=inschrijving_id)
    return made


def _lines(remark: str) -> Iterator[str]:
    """Each field with the lines that belong to it."""
    body = remark.partition("\nKenmerk:")[0]
    yield from (f"- {part}".rstrip() for part in re.split(r"^- ", body, flags=re.MULTILINE)[1:])


def _fields(found: Registration) -> Iterator[tuple[str, str]]:
    for line in _lines(found.remark):
        if not line.startswith("- Bijeenkomst") and (match := _LINE.fullmatch(line)):
            value = match[2].removesuffix("(leeg)").strip()
            yield match[1], value


def _retyped(description: str, parts: Mapping[str, str]) -> str:
    """The description with these parts typed over, by their label; '' is what stands above all labels."""
    above, *rest = _LABELLED.split(description)
    there = {label.capitalize(): text.strip() for label, text in zip(rest[::2], rest[1::2], strict=True)}
    wanted = {"": above.strip(), **there, **parts}
    labelled = (f"{label}: {wanted[label]}" for label in _LABELS if wanted.get(label))
    return "\n".join(filter(None, (wanted[""], *labelled)))


def _members(fields: dict[str, str]) -> Json:
    members: Json = {}
    for name, value in fields.items():
        if name == "Tijd":
            members["start"], _, members["end"] = (part.strip() for part in value.partition(" - "))
        elif name in ("Cliënt", "Vrijwilliger"):
            if match := _PERSON.search(value):
                members["client" if name == "Cliënt" else "volunteer"] = int(match[1])
        elif name not in ("Plaatsing", "Plaatsing tot", "Reden van einde"):
            if name not in SCREEN:
                raise ValueError(f"there is no field {name} on the screen")
            members[SCREEN[name]] = value
    return members


def _end_or_place(office: Office, activiteit_id: int, fields: dict[str, str]) -> None:
    if fields.get("Plaatsing", "").lower() == "beëindigd":
        last_day = fields.get("Plaatsing tot") or office.today().isoformat()
        reason = fields.get("Reden van einde") or "Afgerond"
        office.end_task(activiteitID=activiteit_id, last_day=last_day, reason=reason)


def _change_meeting(
    office: Office, activiteit_id: int, day: str, label: str, to: str, at: str, note: str
) -> None:
    meeting = office.meeting_on(activiteit_id, day)
    meeting.status = CANCELLED if office.id_of("bijeenkomststatus", label) == CANCELLED else PLANNED
    meeting.note = note
    if to:
        meeting.day, meeting.start = date.fromisoformat(to), at
