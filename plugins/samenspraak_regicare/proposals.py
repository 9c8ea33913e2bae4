"""What we ask staff to take over, in words: only the difference from the record, and our mark.

An outside system changes nothing in RegiCare: it registers, and staff decide (REGI-HELP 80000950530).
So a change is a registration on the activity and a new task an application to a vacancy, both with a remark
that says per field what to type. The mark on the last line tells our own proposals apart and finds them
again after a lost answer.

A remark stays on record when staff answered it, so nothing goes into it that need not: only what is to be
typed, of the description only the parts that change, and never what somebody typed before. What a consent
no longer covers would otherwise be written down once more by the proposal to take it away.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from samenspraak.connectors import Raw, Subject
from samenspraak.connectors.lines import labelled_party
from samenspraak.connectors.sections import FREE
from samenspraak.domain.bsn import holds_bsn
from samenspraak.domain.parties import PartyKind
from samenspraak.errors import InvalidRecordError

from .held import DESCRIPTION, label_of
from .records import Lookup

OWN = "urn:samenspraak:"
_MARK = re.compile(rf"^Kenmerk: ({re.escape(OWN)}\S+)$", re.MULTILINE)
_OUR_REFERENCE = re.compile(r"\s*\[urn:samenspraak:[^\]]*\]")

NEW = "Voorstel uit het zorgdossier voor nieuwe inzet. Wilt u deze vastleggen?"
SEEKING = "Voorstel uit het zorgdossier: wie wil dit doen? Wilt u er een vacature voor openzetten?"
SOUGHT = "gezocht"
CHANGE = "Voorstel uit het zorgdossier. Wilt u dit in deze inzet overnemen?"
RETRACTED = "Deze inzet is niet meer beschikbaar. Wilt u hem verwijderen?"


def _labels(value: Lookup) -> str:
    return ", ".join(value.values())


def _hours(activity: Mapping[str, Any]) -> str:
    return " - ".join(part for part in (activity["startTijd"], activity["eindTijd"]) if part)


def _volunteer(raw: Raw) -> str:
    """The volunteer's name, and the number by which RegiCare knows them; or that one is sought."""
    label = _labels(raw["plaatsing"]["vrijwilliger"])
    if (ref := labelled_party(label)) is not None and ref.kind is PartyKind.GROUP:
        return SOUGHT
    names = _OUR_REFERENCE.sub("", label)
    number = next(iter(raw["plaatsing"]["vrijwilliger"]), "")
    return f"{names} (persoon {number})" if number else names


def _description(raw: Raw) -> str:
    return str(raw["activiteit"]["omschrijvingUitgebreid"])


# What staff see as fields, in the order of their screen; the description comes after them.
FIELDS: tuple[tuple[str, Callable[[Raw], str]], ...] = (
    ("Titel", lambda raw: str(raw["activiteit"]["omschrijving"])),
    ("Vrijwilliger", _volunteer),
    ("Herhaling", lambda raw: _labels(raw["activiteit"]["interval"])),
    ("Dag", lambda raw: _labels(raw["activiteit"]["dag"])),
    ("Tijd", lambda raw: _hours(raw["activiteit"])),
    ("Van", lambda raw: str(raw["activiteit"]["startDatum"])),
    ("Tot en met", lambda raw: str(raw["activiteit"]["eindDatum"])),
    ("Locatie", lambda raw: _labels(raw["activiteit"]["locatie"])),
    ("Status", lambda raw: _labels(raw["activiteit"]["status"])),
    ("Plaatsing", lambda raw: _labels(raw["plaatsing"]["status"])),
    ("Plaatsing tot", lambda raw: str(raw["plaatsing"]["eindDatum"])),
    ("Reden van einde", lambda raw: _labels(raw["plaatsing"]["redenEinde"])),
)
# Days, hours and words from closed tables: what these said before helps staff, and tells nothing of anybody.
_QUOTED = frozenset({"Herhaling", "Dag", "Tijd", "Van", "Tot en met", "Status", "Plaatsing", "Plaatsing tot"})


def change(before: Raw, after: Raw, *, external_id: str) -> str | None:
    """The remark that proposes the difference, or None when there is none.

    Raises:
        InvalidRecordError: a value looks like a BSN, which never goes to RegiCare.
    """
    lines = [
        *_field_lines(before, after),
        *_description_lines(before, after),
        *_meeting_lines(before, after),
    ]
    return _marked([CHANGE, *lines], about=external_id) if lines else None


def new(subject: Subject, raw: Raw) -> str:
    """The remark that proposes a new task, under the marker of the agreement.

    Raises:
        InvalidRecordError: a value looks like a BSN, which never goes to RegiCare.
    """
    client = f"- Cliënt: {_shown(subject.client_name or 'de cliënt')} (persoon {subject.client})"
    asks = SEEKING if _volunteer(raw) == SOUGHT else NEW
    fields = [(title, read(raw)) for title, read in (*FIELDS, ("Omschrijving", _description))]
    lines = [f"- {title}: {_shown(value)}" for title, value in fields if value]
    return "\n".join([asks, client, *lines, f"Kenmerk: {OWN}{subject.marker}"])


def retracted(*, external_id: str) -> str:
    """The remark that asks to take the record away. It holds ids and nothing else."""
    return _marked([RETRACTED], about=external_id)


def mark_of(remark: str) -> str | None:
    """Our mark on a registration, without its prefix, or None when it is not ours."""
    found = _MARK.findall(remark)
    return str(found[-1]).removeprefix(OWN) if found else None


def _field_lines(before: Raw, after: Raw) -> Iterator[str]:
    for title, read in FIELDS:
        was, wanted = read(before), read(after)
        if was != wanted:
            now = f" (nu: {was or 'leeg'})" if wanted and title in _QUOTED else ""
            yield f"- {title}: {_shown(wanted) or '(leeg)'}{now}"


def _description_lines(before: Raw, after: Raw) -> Iterator[str]:
    was, wanted = (DESCRIPTION.parts(_description(raw)) for raw in (before, after))
    for label in (FREE, *DESCRIPTION.labels):
        text = wanted.get(label, "")
        if text != was.get(label, ""):
            place = f"onder {label}" if label else "bovenaan"
            yield f"- Omschrijving, {place}: {_shown(text) or '(leeg)'}"


def _meeting_lines(before: Raw, after: Raw) -> Iterator[str]:
    was = {one["bijeenkomstID"]: one for one in before["bijeenkomsten"]}
    for meeting in after["bijeenkomsten"]:
        old = was.get(meeting["bijeenkomstID"]) if meeting["bijeenkomstID"] else None
        if old != meeting:
            day, hour = ((old or meeting)[name] for name in ("datum", "startTijd"))
            elsewhen = (meeting["datum"], meeting["startTijd"]) != (day, hour)
            moved = f" op {meeting['datum']} om {meeting['startTijd']}" if elsewhen else ""
            remark = f"; toelichting: {_shown(meeting['toelichting'])}" if meeting["toelichting"] else ""
            yield f"- Bijeenkomst van {day}: {label_of(meeting['status'])}{moved}{remark}"
    kept = {one["bijeenkomstID"] for one in after["bijeenkomsten"]}
    yield from (f"- Bijeenkomst van {one['datum']}: vervalt" for key, one in was.items() if key not in kept)


def _marked(lines: list[str], *, about: str) -> str:
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    return "\n".join([*lines, f"Kenmerk: {OWN}voorstel:{about}:{digest}"])


def _shown(text: str) -> str:
    if holds_bsn(text):
        raise InvalidRecordError("a text that would go to RegiCare seems to hold a BSN", field="opmerking")
    return text
