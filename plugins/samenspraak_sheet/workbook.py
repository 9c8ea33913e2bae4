"""XLSX files: written so that they open as a sheet to work in, read as something a stranger sent.

Nothing in a file that comes back is ever computed: a formula, a macro, a link to another file or a picture of
an object is no cell. Sizes are looked at before anything is unpacked. Form: ECMA-376 part 1; reading and
writing by openpyxl 3.1, which leaves the XML to defusedxml.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from samenspraak.connectors.manifest import Text
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols.tables import Caps, Row, Table, guarded, unguarded
from samenspraak_sheet.words import UnreadableError, printable, read_day

CAPS = Caps(size=5_000_000, rows=5_000, columns=100)
UNPACKED = 40_000_000
"""So many bytes a workbook may hold once unpacked; a sheet of five thousand rows has a tenth of it."""
_PARTS = 300
_UNWANTED = ("vbaproject", "externallinks/", "embeddings/", "activex/", "macrosheets/", "connections.xml")
_ENTITIES = tuple("<!DOCTYPE".encode(one) for one in ("utf-8", "utf-16-le", "utf-16-be"))
_LINE_POINTS, _MOST_LINES = 15, 20
_EMPTY_ROWS = 200
"""Room for new agreements below the last row, with the same lists to choose from."""

Odd = Mapping[tuple[int, str], Text]
"""Cells that hold no text, date or number: by row number and column why."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The sheet with our header, as it came back."""

    title: str
    table: Table
    odd: Odd = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Look:
    """How a column looks. ``own``: for us, people leave it alone · ``to_read``: typing in it does nothing."""

    name: str
    width: int
    choices: Sequence[str] = ()
    is_day: bool = False
    own: bool = False
    to_read: bool = False


_TOP = Alignment(vertical="top", wrap_text=True)
_TEXT, _DAY = "@", "DD-MM-YYYY"
_STYLES: Mapping[str, tuple[str, str, bool]] = {
    "head": ("DDE6EE", _TEXT, True),
    "plain": ("FFFFFF", _TEXT, False),
    "grey": ("EEEEEE", _TEXT, False),
    "plain day": ("FFFFFF", _DAY, False),
    "grey day": ("EEEEEE", _DAY, False),
}
"""How cells look, by name: the colour, the form, and whether it is bold."""


def write(
    title: str, looks: Sequence[Look], rows: Sequence[Sequence[str]], explained: Sequence[str]
) -> bytes:
    """A workbook with the rows on one sheet, and how to use it on another."""
    book = Workbook()
    for name, (colour, form, bold) in _STYLES.items():
        fill = PatternFill("solid", start_color=colour)
        style = NamedStyle(name=name, fill=fill, alignment=_TOP, font=Font(bold=bold), number_format=form)
        book.add_named_style(style)
    sheet = book.worksheets[0]
    sheet.title = title
    sheet.freeze_panes = "C2"
    for number, look in enumerate(looks, 1):
        column = sheet.column_dimensions[get_column_letter(number)]
        column.width, column.hidden = look.width, False
        if look.choices:
            sheet.add_data_validation(_choice(number, look.choices, len(rows)))
        _put(sheet, 1, number, look.name, "head")
    for at, row in enumerate(rows, 2):
        for number, (text, look) in enumerate(zip(row, looks, strict=True), 1):
            _written(sheet, at, number, text, look)
        if (lines := _lines(row, looks)) > 1:
            sheet.row_dimensions[at].height = _LINE_POINTS * lines
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(looks))}{len(rows) + 1}"
    sheet.print_title_rows, sheet.page_setup.orientation = "1:1", "landscape"
    how = book.create_sheet("Uitleg")
    how.column_dimensions["A"].width = 100
    for at, line in enumerate(explained, 1):
        _put(how, at, 1, line, "plain" if at > 1 else "head")
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue())


def _lines(row: Sequence[str], looks: Sequence[Look]) -> int:
    """How many lines a row needs, so that no program hides what does not fit on one; our own columns may."""
    shown = [(text, look.width) for text, look in zip(row, looks, strict=True) if not look.own]
    return min(
        max(sum(1 + len(line) // width for line in text.split("\n")) for text, width in shown), _MOST_LINES
    )


def _choice(number: int, choices: Sequence[str], rows: int) -> DataValidation:
    words = ",".join(choices)
    found = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True, showErrorMessage=False)
    letter = get_column_letter(number)
    found.add(f"{letter}2:{letter}{rows + _EMPTY_ROWS}")
    return found


def _written(sheet: Worksheet, at: int, number: int, text: str, look: Look) -> None:
    colour = "grey" if look.own or look.to_read else "plain"
    try:
        day = read_day(text) if look.is_day else None
    except UnreadableError:
        day = None
    if day is not None:
        _put(sheet, at, number, day, f"{colour} day")
    else:
        _put(sheet, at, number, printable(guarded(text)) or None, colour)


def _put(sheet: Worksheet, at: int, number: int, value: str | date | None, style: str) -> None:
    sheet.cell(row=at, column=number, value=value).style = style


def _timeless(content: bytes) -> bytes:
    """The same parts without the moment at which they were packed, so that the same is the same."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as packed,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for one in packed.infolist():
            if one.filename != "docProps/core.xml":
                new.writestr(zipfile.ZipInfo(one.filename), packed.read(one), zipfile.ZIP_DEFLATED)
            else:
                new.writestr(zipfile.ZipInfo(one.filename), _without_moment(packed.read(one)))
    return out.getvalue()


def _without_moment(core: bytes) -> bytes:
    begin, end = core.find(b"<dcterms:"), core.rfind(b"</dcterms:modified>") + len(b"</dcterms:modified>")
    return core[:begin] + core[end:] if begin > 0 else core


# Reading.


def read(content: bytes, wanted: Sequence[str]) -> Sheet:
    """The first sheet that has one of these columns in its first row with text.

    Raises:
        InvalidRecordError: it is no workbook, one that nobody should open, or has no such sheet.
    """
    _check(CAPS.sized(content))
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        for sheet in book.worksheets:
            found = _sheet(sheet, {one.casefold() for one in wanted})
            if found is not None:
                return found
    except InvalidRecordError:
        raise
    except Exception:  # a damaged part may raise anything in the library
        raise _refused("the workbook cannot be read; save it again as XLSX or CSV") from None
    raise _refused("no sheet in it has our columns; leave the row with their names in it")


def _check(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > _PARTS or sum(one.file_size for one in parts) > UNPACKED:
                raise _refused("the workbook is larger than anybody needs")
            if any(word in one.filename.casefold() for one in parts for word in _UNWANTED):
                raise _refused("the workbook has macros, or links to other files; save it as a plain XLSX")
            for one in parts:
                text = packed.read(one)
                if any(mark in text for mark in _ENTITIES):
                    raise _refused("the workbook declares entities, which no spreadsheet does")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise _refused("the file is no workbook; save it as XLSX or CSV") from None


def _sheet(sheet: Any, wanted: set[str]) -> Sheet | None:
    if not hasattr(sheet, "iter_rows"):  # a chart
        return None
    sheet.reset_dimensions()  # what the file says of its own size is not asked
    header: list[str] = []
    rows: list[Row] = []
    odd: dict[tuple[int, str], Text] = {}
    for number, cells in enumerate(sheet.iter_rows(max_col=CAPS.columns, max_row=CAPS.rows + 1), 1):
        if number > CAPS.rows:
            raise _refused(f"the sheet has more than {CAPS.rows} rows")
        read_ = [_text_of(one) for one in cells]
        if not any(text.strip() for text, _ in read_) and not any(why for _, why in read_):
            continue
        if not header:
            header = [text.strip() for text, _ in read_]
            if not wanted & {one.casefold() for one in header}:
                return None
            _check_header(header)
            continue
        rows.append(Row(number=number, cells=[text for text, _ in read_]))
        odd |= {(number, name): why for name, (_, why) in zip(header, read_, strict=False) if why and name}
    return (
        Sheet(title=str(sheet.title), table=Table(header=header, rows=rows, ended=True), odd=odd)
        if header
        else None
    )


def _check_header(header: Sequence[str]) -> None:
    names = [one.casefold() for one in header if one]
    if len(names) != len(set(names)):
        raise _refused("the header has a column twice")


def _text_of(cell: Any) -> tuple[str, Text | None]:
    """What stands in a cell, as text; and why it is nothing that we can use."""
    value, kind = cell.value, getattr(cell, "data_type", "n")
    if value is None:
        return "", None
    if kind == "f" or (kind != "s" and isinstance(value, str) and value.startswith("=")):
        return "", _FORMULA
    if kind == "e":
        return "", _ERROR
    return _as_text(value), None


def _as_text(value: object) -> str:
    match value:
        case bool():
            return "ja" if value else "nee"
        case datetime() if value.time() == time():
            return f"{value:%d-%m-%Y}"
        case datetime():
            return f"{value:%d-%m-%Y %H:%M}"
        case date():
            return f"{value:%d-%m-%Y}"
        case time():
            return f"{value:%H:%M}"
        case float() if value.is_integer():
            return str(int(value))
    return unguarded(str(value))[: CAPS.cell]


_FORMULA: Text = {
    "nl": "hier staat een formule. Die rekenen we niet uit: typ de tekst zelf.",
    "en": "this is a formula. We do not compute it: type the text itself.",
}
_ERROR: Text = {
    "nl": "hier staat een foutmelding van het rekenblad. Typ de tekst opnieuw.",
    "en": "this is an error of the spreadsheet. Type the text again.",
}


def _refused(what: str) -> InvalidRecordError:
    return InvalidRecordError(what, field="file")
