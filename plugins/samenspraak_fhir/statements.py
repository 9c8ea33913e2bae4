"""What people say about an agreement, in the plan's progress notes: ours to be read, theirs to be heard.

Why progress notes: the nurse reads them with the plan, they are base R4 and outside every Dutch profile's
rules, and they are in the same resource under the same version, so that a note cannot be lost between two
writes. A note of ours says in an extension which statement it shows. A dossier that takes part says in an
extension (``said``) what a note of its own means; any other note is the dossier's business and not read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from samenspraak.connectors import Raw, misnaming
from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.statements import ASSENTS, REPORTS, Statement, StatementKind
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import Element, clean, extension, part_text, parts, read_moment, unusable
from samenspraak_fhir.exceptions import FIELD, moment, notes, put_notes, told_day
from samenspraak_fhir.parties import Parties

KINDS: Mapping[str, StatementKind] = {
    "assent": StatementKind.ASSENT,
    "decline": StatementKind.DECLINE,
    "done": StatementKind.DONE,
    "not-done": StatementKind.NOT_DONE,
    "comment": StatementKind.COMMENT,
}
WORDS: Mapping[StatementKind, str] = {
    StatementKind.ASSENT: "{who} is akkoord met deze afspraak.",
    StatementKind.DECLINE: "{who} is niet akkoord met deze afspraak.",
    StatementKind.DONE: "{day}: gedaan door {who}.",
    StatementKind.NOT_DONE: "{day}: niet gedaan, meldt {who}.",
    StatementKind.COMMENT: "Opmerking van {who}:",
}


def told(plan: Raw, parties: Parties, connector_id: str) -> frozenset[str]:
    """The ids of the statements that can be read here: those we wrote, and those that were said here.

    A note of ours that names somebody who may not be named now is to be told anew, or to go.
    """
    ours = [(_id_told(note), note) for note in notes(plan)]
    shown = (misnaming(one) if _misnames(note, parties) else one for one, note in ours if one)
    return frozenset(shown) | {one for one, _ in _said(plan, connector_id)}


def tell(plan: Raw, wanted: Sequence[Statement], parties: Parties, connector_id: str) -> None:
    """Make exactly these readable. A note that stands there stays as it is, and so do others' notes."""
    ids = {statement.id for statement in wanted}
    kept = [
        note
        for note in notes(plan)
        if (shown := _id_told(note)) is None or (shown in ids and not _misnames(note, parties))
    ]
    known = {_id_told(note) for note in kept} | {one for one, _ in _said(plan, connector_id)}
    missing = [_note(one, parties) for one in wanted if one.id not in known]
    put_notes(plan, [*kept, *missing])


def said(plan: Raw, parties: Parties, connector_id: str, part_id: str) -> Iterator[Statement]:
    """What people said in this dossier.

    An assent counts only with the mark of the terms it was given under; without it, it is a comment.

    Raises:
        InvalidRecordError: a note says that it means something, and not what or by whom.
    """
    for statement_id, note in _said(plan, connector_id):
        found = extension(note, names.SAID) or {}
        kind = KINDS.get(part_text(found, "kind", "valueCode"))
        if kind is None:
            raise unusable(f"{FIELD}.kind", "this is nothing that somebody can say")
        terms = part_text(found, "terms", "valueString")
        if kind in ASSENTS and not terms:
            kind = StatementKind.COMMENT
        yield Statement(
            id=statement_id,
            kind=kind,
            by=parties.read(fhir.element(note, "authorReference"), f"{FIELD}.authorReference"),
            at=read_moment(note.get("time"), f"{FIELD}.time"),
            through=connector_id,
            terms=terms if kind in ASSENTS else "",
            occurrence=_occurrence(found, part_id) if kind in REPORTS else None,
            text=_text(note, kind),
        )


def _said(plan: Raw, connector_id: str) -> Iterator[tuple[str, Element]]:
    for note in notes(plan):
        if extension(note, names.SAID) is not None:
            own = fhir.text(note, "id") or _digest(note)
            yield f"{connector_id}:{fhir.text(plan, 'id')}:{own}", note


def _digest(note: Element) -> str:
    """A note without an id is known by when, by whom and with which words it was written."""
    author = fhir.text(fhir.element(note, "authorReference"), "reference")
    content = "\n".join((fhir.text(note, "time"), author, fhir.text(note, "text")))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _occurrence(found: Element, part_id: str) -> OccurrenceKey:
    day, nth = moment(found)
    return OccurrenceKey(assignment_id=part_id, day=day, nth=nth)


def _text(note: Element, kind: StatementKind) -> str:
    text = fhir.text(note, "text")
    if kind is StatementKind.COMMENT and not text.strip():
        raise unusable(f"{FIELD}.text", "a comment without a text")
    return text


def _id_told(note: Mapping[str, Any]) -> str | None:
    found = extension(note, names.STATEMENT)
    return None if found is None else part_text(found, "id", "valueString")


def _misnames(note: Mapping[str, Any], parties: Parties) -> bool:
    author = fhir.element(note, "authorReference")
    return bool(author) and _id_told(note) is not None and parties.misnames(author)


def _note(statement: Statement, parties: Parties) -> Element:
    about = statement.occurrence
    content = parts(
        id=("valueString", statement.id),
        kind=("valueCode", next(code for code, kind in KINDS.items() if kind is statement.kind)),
        day=("valueDate", about.day.isoformat()) if about else None,
        nth=("valuePositiveInt", about.nth) if about else None,
    )
    day = told_day(about.day, about.nth).capitalize() if about else ""
    words = WORDS[statement.kind].format(who=parties.name(statement.by), day=day)
    return {
        "extension": [{"url": names.STATEMENT, **content}],
        **parties.author(statement.by),
        "time": fhir.write_instant(statement.at),
        "text": clean(f"{words[0].upper()}{words[1:]} {statement.text}"),
    }
