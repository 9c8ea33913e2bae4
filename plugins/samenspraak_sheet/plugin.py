"""The connector for spreadsheets and pages: agreements that people work in, print, and hand back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from samenspraak.connectors import (
    Absence,
    Capabilities,
    Carries,
    Confirm,
    Connector,
    Create,
    Directory,
    Manifest,
    MayEnd,
    Rates,
    Raw,
    Readers,
    Subject,
    SystemKind,
    Token,
    Write,
    hookimpl,
)
from samenspraak.connectors.manifest import Text
from samenspraak.connectors.published import Occasion, Seal, Visible
from samenspraak.connectors.published import Shown as Body
from samenspraak.connectors.returned import Hand, Handed, Line, NewLine, Proposed, Returned, Typed
from samenspraak.domain.agreements import State, Status
from samenspraak.domain.local_time import local_day
from samenspraak.domain.parties import PERSONS, PartyKind, PartyRef
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, Units, UnitValue, is_empty
from samenspraak.errors import InvalidRecordError, RuleError
from samenspraak.protocols.tables import read_csv, write_csv
from samenspraak_sheet import workbook
from samenspraak_sheet.columns import COLUMNS, KINDS, Column, Row
from samenspraak_sheet.page import page
from samenspraak_sheet.reports import WORDS, said_in
from samenspraak_sheet.rows import (
    CLIENT,
    DAY,
    HEADER,
    NEWS,
    OWN,
    REPORT,
    REPORTS,
    SEAL,
    Found,
    Shown,
    assignments,
    cells,
    is_cut,
    read,
)
from samenspraak_sheet.settings import HOME, STAFF, SheetSettings
from samenspraak_sheet.words import UnreadableError, is_worn, tidy, written_day

SHEET = "Afspraken"
_TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_NEWS = 3
"""So many of the last reports of an assignment stand in its row."""
_SAYS: Mapping[StatementKind, str] = {
    StatementKind.DONE: "gedaan",
    StatementKind.NOT_DONE: "niet gedaan",
    StatementKind.ASSENT: "akkoord",
    StatementKind.DECLINE: "niet akkoord",
    StatementKind.COMMENT: "opmerking",
}
_EXPLAINED = (
    "Zo werkt dit blad",
    "Elke rij is één afspraak met wie het doet.",
    "Verander wat er staat in de witte vakken, en geef het bestand terug.",
    "Een lege of gewiste rij zegt niets: de afspraak blijft. Stoppen? Zet bij Stand: gestopt.",
    "Melden: kies bij Melding gedaan, niet gedaan of gaat niet door, met de dag. Toelichting mag altijd.",
    "Nieuwe afspraak: vul onderaan een rij in met ten minste Wat en Wie. Die komt erbij als voorstel.",
    "De grijze vakken zijn om te lezen, of voor ons. Laat ze staan: daaraan herkennen we de rij.",
    "Dit blad kan gegevens over iemands zorg bevatten. Bewaar het waar alleen de lezers erbij kunnen.",
)

_CAN = Capabilities(
    kind=SystemKind.DOSSIER,
    units={kind: Carries(write=Write.VIEW) for kind in UnitKind if kind in KINDS},
    readers=Readers.EACH,
    addresses=frozenset({PartyKind.GROUP, PartyKind.PROFESSIONAL}),
    absence=Absence.COMPLETE_LIST,
    may_end=MayEnd.AGREEMENT,
    create=Create.FINDABLE,
    confirm=Confirm.RESPONSE,
    token=Token.ENFORCED,
    token_ordered=True,
    token_counts=True,
    tells_statements=True,
)
_AT_HOME = replace(_CAN, kind=SystemKind.APP, readers=Readers.EVERYONE, addresses=PERSONS | {PartyKind.GROUP})

MANIFEST = Manifest(
    name="sheet",
    title={"nl": "Spreadsheet en blad om te printen", "en": "Spreadsheet and page to print"},
    summary={
        "nl": "Afspraken op een spreadsheet of blad, voor een locatie of huis zonder eigen systeem.",
        "en": "Agreements on a spreadsheet or page, for a location or home without a system of its own.",
    },
    version="1.0",
    capabilities=_CAN,
    settings=SheetSettings,
    rates=Rates(concurrency=4, per_second=200.0, page=500, poll_seconds=86_400.0),
    varies=True,
)


class SheetConnector(Returned):
    """A page and a spreadsheet of the same copies: for each team or location, or for everybody in a home."""

    manifest = MANIFEST
    forms = ("html", "xlsx", "csv")

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> Manifest:
        """Where it lies decides who reads it: the column of the dossier, or that of an app in the home."""
        at_home = settings.get("place", STAFF) == HOME
        return replace(cls.manifest, capabilities=_AT_HOME if at_home else _CAN)

    @property
    def _is_at_home(self) -> bool:
        return bool(self.settings.get("place") == HOME)

    def new(self, subject: Subject) -> Raw:
        """In a home it lies there, whoever of them reads it."""
        empty = super().new(subject)
        return {**empty, "reader": subject.client} if self._is_at_home else empty

    # Out.

    def render(self, copies: Sequence[Visible], at: Occasion) -> Body:
        shown = [one for copy in copies for one in self._shown(copy)]
        shown.sort(
            key=lambda one: (one.client, one.row.of(_WHAT).text if one.row.of(_WHAT) else "", one.row.part)
        )
        return Body(body=self._as(at.form)(shown, at), content_type=_TYPES[at.form])

    def _as(self, form: str) -> Any:
        return {"html": self._page, "xlsx": self._workbook, "csv": self._csv}[form]

    def _page(self, shown: Sequence[Shown], at: Occasion) -> bytes:
        name, contact = str(self.settings["name"]), str(self.settings["contact"])
        return page(name, contact, shown, at, at_home=self._is_at_home)

    def _workbook(self, shown: Sequence[Shown], at: Occasion) -> bytes:
        return workbook.write(SHEET, _LOOKS, [cells(one, at.seal) for one in shown], _EXPLAINED)

    def _csv(self, shown: Sequence[Shown], at: Occasion) -> bytes:
        return write_csv(HEADER, [cells(one, at.seal) for one in shown])

    def _shown(self, copy: Visible) -> Iterator[Shown]:
        try:
            yield from assignments(copy, self.units(copy.raw), self._news(copy))
        except (InvalidRecordError, RuleError):  # one copy that cannot be read keeps no other from being seen
            return

    def _news(self, copy: Visible) -> Mapping[str, Sequence[str]]:
        """The last of what was said about each assignment, in words; under '' what is about all of it."""
        found: dict[str, list[str]] = {}
        words = Directory(connector_id=self.connector_id, names=copy.names).words_for
        for one in self.told(copy.raw):
            day = one.occurrence.day if one.occurrence else local_day(one.at)
            part = one.occurrence.assignment_id if one.occurrence else ""
            told = f"{written_day(day)} {_SAYS[one.kind]} ({words(one.by)}) {one.text}".strip()
            found.setdefault(part, []).append(told)
        return {part: said[-_NEWS:] for part, said in found.items()}

    # In.

    def opened(self, body: bytes, seal: Seal) -> Handed:
        sheet = _opened(body)
        names = _names(sheet.table.header)
        if missing := sorted({*OWN} - names.keys()):
            raise InvalidRecordError(
                f"the columns {', '.join(missing)} are missing; fetch a new file", field="file"
            )
        lines, new, troubles = list[Line](), list[NewLine](), list[Text]()
        for one in sheet.table.rows:
            found = _found(sheet, one.number, one.cells, names)
            troubles += [_in_cell(found.place, column, why) for column, why in found.odd.items()]
            match read(found, seal):
                case Line() as line:
                    lines.append(line)
                case NewLine() as line:
                    new.append(line)
                case why:
                    troubles.append(_at(found.place, why))
        return Handed(lines=lines, new=new, troubles=troubles)

    def typed(self, line: Line, before: Units, hand: Hand) -> Typed:
        row = self._row(line.part, before, hand)
        shown = {one.name: one.show(row) for one in COLUMNS if one.name in line.cells}
        new = {name: line.cells[name] for name, text in shown.items() if not is_worn(text, line.cells[name])}
        troubles = _fill(row, line.place, new)
        said = list[Statement]()
        if any(line.cells.get(one) for one in REPORTS):
            try:
                one = said_in(line, row, hand, self.connector_id)
                said += [one] if one else []
            except UnreadableError as error:
                troubles.append(_in_cell(line.place, REPORT, error.why))
        return Typed(units=_changed(before, row), said=said, troubles=troubles)

    def proposed(self, line: NewLine, reader: PartyRef, hands: Mapping[PartyRef, Hand]) -> Proposed:
        said = {name: tidy(text) for name, text in line.cells.items() if text.strip()}
        name = self._numbered(said)
        try:
            client = _client(said.get(CLIENT, ""), hands)
        except UnreadableError as error:
            return Proposed(troubles=(_in_cell(line.place, CLIENT, error.why),))
        row = self._row(name[:10], {}, hands[client])
        wanted = {
            one.name: said[one.name]
            for one in COLUMNS
            if one.take and one.name in said and one.kind is not _STANDS
        }
        troubles = _fill(row, line.place, {"Wat": "", "Wie": "", **wanted})
        row.units[STATUS] = Status(state=State.PROPOSED)
        if reader.kind in (PartyKind.GROUP, PartyKind.PROFESSIONAL):  # who wrote it down answers for it
            row.units.setdefault(row.own(UnitKind.RESPONSIBLE), reader)
        return Proposed(client=client, units=_filled(row), name=name, troubles=troubles)

    def _row(self, part: str, before: Units, hand: Hand) -> Row:
        return Row(part=part, units=dict(before), names=hand.names)

    def _numbered(self, said: Mapping[str, str]) -> str:
        words = "\x1f".join([self.connector_id, *(f"{name}={said[name]}" for name in sorted(said))])
        return hashlib.sha256(words.encode()).hexdigest()[:32]


_WHAT = UnitKey(UnitKind.WHAT)
_STANDS = UnitKind.STATUS
_NEEDS_CLIENT = (
    "we weten niet om welke cliënt het gaat. Gebruik een naam zoals die op dit blad staat.",
    "we do not know which client it is about. Use a name as it stands on this sheet.",
)


def _client(text: str, hands: Mapping[PartyRef, Hand]) -> PartyRef:
    """Whom a new row is about: by name, or the only one on the sheet."""
    if not text and len(hands) == 1:
        return next(iter(hands))
    wanted = " ".join(text.casefold().split())
    found = [ref for ref, hand in hands.items() if hand.names.get(ref, "").casefold() == wanted and wanted]
    if len(found) != 1:
        raise UnreadableError(*_NEEDS_CLIENT)
    return found[0]


def _fill(row: Row, place: Text, typed: Mapping[str, str]) -> list[Text]:
    """Put what was typed into the row, column by column; what cannot be is told by its cell."""
    troubles = []
    for column in COLUMNS:
        if column.name in typed:
            try:
                _take(column)(row, typed[column.name])
            except UnreadableError as error:
                troubles.append(_in_cell(place, column.name, error.why))
            except RuleError:
                troubles.append(_in_cell(place, column.name, _DOES_NOT_FIT))
    return troubles


def _take(column: Column) -> Any:
    def take(row: Row, text: str) -> None:
        if column.take is None:
            raise UnreadableError("deze kolom is alleen om te lezen.", "this column is only to be read.")
        if is_cut(text):
            raise UnreadableError(
                "deze tekst is te lang om hier te veranderen.", "this text is too long to change here."
            )
        column.take(row, text)

    return take


_DOES_NOT_FIT: Text = {
    "nl": "dit past niet bij wat er verder in de rij staat.",
    "en": "this does not fit what else stands in the row.",
}


def _changed(before: Units, row: Row) -> dict[UnitKey, UnitValue | None]:
    after = _filled(row)
    return {key: after.get(key) for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _filled(row: Row) -> dict[UnitKey, UnitValue]:
    return {key: value for key, value in row.units.items() if value is not None and not is_empty(value)}


# Files.


def _opened(body: bytes) -> workbook.Sheet:
    if body.startswith(b"PK"):
        return workbook.read(body, HEADER)
    return workbook.Sheet(title="", table=read_csv(body, workbook.CAPS))


def _names(header: Sequence[str]) -> dict[str, int]:
    """Where our columns stand, whatever their capitals; columns of others are left alone."""
    known = {one.casefold(): one for one in HEADER}
    return {known[name.casefold()]: at for at, name in enumerate(header) if name.casefold() in known}


def _found(sheet: workbook.Sheet, number: int, texts: Sequence[str], names: Mapping[str, int]) -> Found:
    title = sheet.title
    place = {
        "nl": f"Blad {title}, rij {number}" if title else f"Rij {number}",
        "en": f"Sheet {title}, row {number}" if title else f"Row {number}",
    }
    ours = {sheet.table.header[at]: name for name, at in names.items()}
    odd = {ours[name]: why for (at, name), why in sheet.odd.items() if at == number and name in ours}
    said = {name: texts[at] if at < len(texts) else "" for name, at in names.items() if name not in odd}
    return Found(place=place, cells=said, odd=odd)


def _in_cell(place: Text, column: str, why: Text) -> Text:
    return _at({"nl": f"{place['nl']}, kolom {column}", "en": f"{place['en']}, column {column}"}, why)


def _at(place: Text, why: Text) -> Text:
    return {language: f"{place[language]}: {why[language]}" for language in ("nl", "en")}


_LOOKS = (
    workbook.Look(name=CLIENT, width=22, to_read=True),
    *(
        workbook.Look(
            name=one.name, width=one.width, choices=one.choices, is_day=one.is_day, to_read=one.take is None
        )
        for one in COLUMNS
    ),
    workbook.Look(name=NEWS, width=30, to_read=True),
    *(
        workbook.Look(name=one, width=18, choices=WORDS if one == REPORT else (), is_day=one == DAY)
        for one in REPORTS
    ),
    *(workbook.Look(name=one, width=14 if one != SEAL else 20, own=True) for one in OWN),
)
"""How each column of the workbook looks, in the order of the header."""


@hookimpl
def samenspraak_connectors() -> Sequence[type[Connector]]:
    return (SheetConnector,)
