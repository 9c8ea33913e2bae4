"""What people read: the whole agreement in a narrative, for systems that show no extensions.

https://hl7.org/fhir/R4/narrative.html: a narrative of status ``generated`` or ``extensions`` is made from
the data alone, so it may be made anew. We write one only in plans that we made. In the dossier's own plans
a generated narrative is taken away when the data it was made from has changed: it would contradict them.
There, what stands in extensions only is said in one progress note of ours instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import (
    Conditions,
    Decides,
    Duty,
    Instructed,
    LifeDomain,
    Modality,
    OccurrenceException,
    Review,
    Status,
    What,
)
from samenspraak.domain.dutch_schedule import readable
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey, UnitKind, Units
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import Element, extension
from samenspraak_fhir.exceptions import notes, put_notes
from samenspraak_fhir.parties import Parties
from samenspraak_fhir.terms import DOMAINS

ID = "samenspraak"
_MODALITIES = {Modality.MAY: " (mag, hoeft niet)", Modality.NEVER: " (mag niet)"}
_STATES = {
    "proposed": "voorstel",
    "active": "actief",
    "paused": "gepauzeerd",
    "ended": "beëindigd",
    "withdrawn": "ingetrokken",
    "mistake": "was een vergissing",
}
_OUTCOMES = {"kept": "blijft zo", "changed": "is gewijzigd", "ended": "is beëindigd"}
_LABELS = {
    UnitKind.PLACE: "Waar",
    UnitKind.REVIEW_NOTES: "Uit de evaluatie",
    UnitKind.BACKUP: "Als het niet lukt",
    UnitKind.RESPONSIBLE: "Verantwoordelijk",
}


_ASIDE = frozenset(
    {UnitKind.INSTRUCTED, UnitKind.BACKUP, UnitKind.REVIEW, UnitKind.REVIEW_NOTES, UnitKind.DECIDES}
)


def write(plan: Raw, units: Units, parties: Parties) -> None:
    """Tell everything the plan says."""
    rows = [row for key in sorted(units) for row in _rows(key, units[key], parties)]
    lines = "".join(f"<p><b>{escape(label)}</b>: {escape(said)}</p>" for label, said in rows if said)
    notes = [
        fhir.text(note, "text")
        for one in fhir.elements(plan, "activity")
        for note in fhir.elements(one, "progress")
    ]
    lines += "".join(f"<p>{escape(note)}</p>" for note in notes if note)
    status = "extensions" if lines else "empty"
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{lines or "<p>Geen inhoud.</p>"}</div>'
    plan["text"] = {**fhir.element(plan, "text"), "id": ID, "status": status, "div": div}


def drop_stale(plan: Raw) -> None:
    """Take away a narrative that was generated from data that changed; a written one stays."""
    if fhir.text(fhir.element(plan, "text"), "status") in ("generated", "extensions"):
        del plan["text"]


def write_note(plan: Raw, units: Units, parties: Parties) -> None:
    """Say in one progress note what no element of FHIR holds; no note when there is nothing to say."""
    rows = [row for key in sorted(units) for row in _aside(plan, key, units[key], parties)]
    text = "\n".join(f"{label}: {said}" for label, said in rows if said)
    ours = [note for note in notes(plan) if extension(note, names.NOTE) is not None]
    if not text:
        put_notes(plan, [note for note in notes(plan) if note not in ours])
    elif ours:
        put_notes(plan, [{**note, "text": text} if note in ours else note for note in notes(plan)])
    else:
        made: Element = {"extension": [{"url": names.NOTE, "valueBoolean": True}], "text": text}
        put_notes(plan, [*notes(plan), made])


def _aside(plan: Raw, key: UnitKey, value: Any, parties: Parties) -> Iterator[tuple[str, str]]:
    """What of a unit stands in an extension only."""
    if isinstance(value, What):
        yield "Let op", "mag, hoeft niet" if value.modality is Modality.MAY else ""
    elif isinstance(value, Status):
        yield "Stand", _STATES[value.state] + _days(value) if _days(value) else ""
    elif key.kind in _ASIDE or (
        key.kind is UnitKind.RESPONSIBLE and extension(plan, names.RESPONSIBLE) is not None
    ):
        yield from _rows(key, value, parties)


def _rows(key: UnitKey, value: Any, parties: Parties) -> Iterator[tuple[str, str]]:
    match value:
        case What():
            yield "Wat", value.text + _MODALITIES.get(value.modality, "")
        case Duty():
            yield "Wie", parties.name(value.performer)
            yield "Wanneer", readable(value.schedule)
            yield "Vanaf", f"{value.schedule.start:%d-%m-%Y}" if value.schedule.start else ""
            yield "Tot en met", f"{value.schedule.until:%d-%m-%Y}" if value.schedule.until else ""
        case Conditions():
            yield "Voorwaarden", value.text
            yield "Instructie", value.instruction
            yield "Instructie", "eerst laten zien hoe het moet" if value.instruction_required else ""
        case Instructed():
            day = f" op {value.on:%d-%m-%Y}" if value.on else ""
            yield "Voorgedaan", "ja" + day + (f" door {parties.name(value.by)}" if value.by else "")
        case Status():
            said = _STATES[value.state] + _days(value)
            yield "Stand", said + (f": {value.reason}" if value.reason else "")
        case Review():
            yield "Evaluatie", f"{value.due:%d-%m-%Y}" if value.due else ""
            yield "Uitkomst", _OUTCOMES[value.outcome] if value.outcome else ""
            yield "Volgende evaluatie", f"{value.next:%d-%m-%Y}" if value.next else ""
        case Decides():
            yield "Wie beslist", parties.name(value.who) + (f" ({value.told_how})" if value.told_how else "")
        case PartyRef():
            yield _LABELS[key.kind], parties.name(value)
        case OccurrenceException():
            return  # stands among the notes
        case LifeDomain():
            yield "Leefgebied", DOMAINS[value]
        case str() if key.kind in _LABELS:
            yield _LABELS[key.kind], str(value)


def _days(status: Status) -> str:
    said = (("vanaf", status.paused_from), ("tot en met", status.paused_until), ("per", status.ended_on))
    return "".join(f" {word} {day:%d-%m-%Y}" for word, day in said if day is not None)
