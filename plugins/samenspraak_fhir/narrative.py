"""The narrative: the whole agreement as people read it, for systems that show no extensions.

https://hl7.org/fhir/R4/narrative.html: a narrative of status ``generated`` or ``extensions`` is made from
the data alone, so it may be made anew. We write one only in plans that we made. In the dossier's own plans
a generated narrative is taken away when the data it was made from has changed: it would contradict them.
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
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey, UnitKind, Units
from samenspraak.protocols import fhir
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


def _rows(key: UnitKey, value: Any, parties: Parties) -> Iterator[tuple[str, str]]:
    match value:
        case What():
            yield "Wat", value.text + _MODALITIES.get(value.modality, "")
        case Duty():
            yield "Wie", parties.name(value.performer)
            yield "Wanneer", value.schedule.text
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
            yield "Stand", _STATES[value.state] + (f": {value.reason}" if value.reason else "")
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
