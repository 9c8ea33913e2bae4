"""Workbooks that strangers hand in: nothing in them is computed, fetched or unpacked without measure."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from connectors.sheet.conftest import HAND, connector, rendered, seal, stockings, visible
from openpyxl import Workbook, load_workbook

from samenspraak.domain.units import UnitKey, UnitKind, apply, units_of
from samenspraak.errors import InvalidRecordError
from samenspraak_sheet import workbook
from samenspraak_sheet.rows import HEADER

SOFFICE = shutil.which("soffice")


@pytest.fixture
def content() -> bytes:
    return rendered([visible(stockings())], "xlsx")


def edited(content: bytes, change: Callable[[Any], object]) -> bytes:
    """The workbook after somebody worked in its first sheet."""
    book = load_workbook(io.BytesIO(content))
    change(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def cell(sheet: Any, column: str, row: int = 2) -> Any:
    return sheet.cell(row=row, column=HEADER.index(column) + 1)


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, part)
    return out.getvalue()


def test_it_opens_as_a_sheet_to_work_in(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]

    assert [one.title for one in book.worksheets] == ["Afspraken", "Uitleg"]
    assert [one.value for one in sheet[1]] == list(HEADER)
    assert cell(sheet, "Bespreken op").value == datetime(2027, 2, 1)  # noqa: DTZ001 - a date in a sheet has no zone
    assert cell(sheet, "Wat").number_format == "@"
    assert (sheet.freeze_panes, sheet.page_setup.orientation) == ("C2", "landscape")
    lists = {one.formula1 for one in sheet.data_validations.dataValidation}
    assert '"gedaan,niet gedaan,gaat niet door"' in lists


def test_a_text_that_looks_like_a_formula_is_a_text() -> None:
    odd = visible(apply(stockings(), {UnitKey(UnitKind.PLACE): '=HYPERLINK("http://x","klik")'}))
    sheet = load_workbook(io.BytesIO(rendered([odd], "xlsx"))).worksheets[0]

    assert cell(sheet, "Waar").data_type == "s"
    assert cell(sheet, "Waar").value.startswith("'=")


def test_a_formula_that_somebody_typed_is_told_by_its_cell_and_never_computed(content: bytes) -> None:
    def change(sheet: Any) -> None:
        cell(sheet, "Waar").value = '=WEBSERVICE("http://x")'
        cell(sheet, "Instructie").value = "Zonder haast."

    handed = connector().opened(edited(content, change), seal)

    (trouble,) = handed.troubles
    assert trouble["nl"].startswith("Blad Afspraken, rij 2, kolom Waar: hier staat een formule.")
    assert trouble["en"].startswith("Sheet Afspraken, row 2, column Waar: this is a formula.")
    assert [dict(line.cells) for line in handed.lines] == [{"Instructie": "Zonder haast."}, {}]


def test_numbers_dates_times_and_yes_come_as_the_program_made_them(content: bytes) -> None:
    def change(sheet: Any) -> None:
        cell(sheet, "Vanaf").value = date(2026, 12, 1)
        cell(sheet, "Waar").value = 12
        cell(sheet, "Eerst voordoen").value = False
        cell(sheet, "Moment").value = time(8)

    (line, _) = connector().opened(edited(content, change), seal).lines

    assert dict(line.cells) == {
        "Vanaf": "01-12-2026",
        "Waar": "12",
        "Eerst voordoen": "nee",
        "Moment": "08:00",
    }


def test_a_cell_with_an_error_of_the_program_is_told(content: bytes) -> None:
    def change(sheet: Any) -> None:
        cell(sheet, "Waar").value = "#REF!"

    (trouble,) = connector().opened(edited(content, change), seal).troubles
    assert "kolom Waar: hier staat een foutmelding" in trouble["nl"]


def test_a_sheet_of_their_own_before_ours_is_left_alone(content: bytes) -> None:
    book = load_workbook(io.BytesIO(content))
    book.create_sheet("Rooster", 0).append(["Maandag", "Dinsdag"])
    out = io.BytesIO()
    book.save(out)

    handed = connector().opened(out.getvalue(), seal)

    assert (len(handed.lines), handed.troubles) == (2, [])


def test_rows_that_were_sorted_and_a_row_of_theirs_between_are_read(content: bytes) -> None:
    def change(sheet: Any) -> None:
        rows = [[one.value for one in sheet[number]] for number in (3, 2)]
        sheet.delete_rows(2, 2)
        sheet.append([])
        for row in rows:
            sheet.append(row)

    handed = connector().opened(edited(content, change), seal)

    assert [(line.part, dict(line.cells)) for line in handed.lines] == [("a2", {}), ("a1", {})]


def bomb(content: bytes) -> bytes:
    return with_part(content, "xl/media/zeros.bin", b"\0" * 50_000_000)


def far_away(content: bytes) -> bytes:
    def change(sheet: Any) -> None:
        sheet.cell(row=1_000_000, column=1).value = "ver weg"

    return edited(content, change)


HOSTILE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no zip at all": (lambda content: b"PK" + content[100:], "no workbook"),
    "cut off": (lambda content: content[:-200], "no workbook"),
    "a bomb": (bomb, "larger than anybody needs"),
    "a macro": (lambda content: with_part(content, "xl/vbaProject.bin", b"x"), "macros"),
    "a link to another file": (
        lambda content: with_part(content, "xl/externalLinks/externalLink1.xml", b"<x/>"),
        "links to other files",
    ),
    "an entity": (
        lambda content: with_part(content, "xl/extra.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'),
        "declares entities",
    ),
    "an entity in another encoding": (
        lambda content: with_part(
            content, "xl/extra.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")
        ),
        "declares entities",
    ),
    "more rows than anybody has": (far_away, "more than 5000 rows"),
    "more bytes than anybody has": (lambda content: content + b"\0" * 6_000_000, "larger than"),
    "a zip of something else": (lambda _: zipped("word/document.xml"), "cannot be read"),
    "no column of ours": (lambda _: plain(["Maandag"]), "no sheet in it has our columns"),
    "a column twice": (
        lambda content: edited(content, lambda sheet: cell(sheet, "Waar", 1).__setattr__("value", "wat")),
        "twice",
    ),
}


def zipped(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(name, b"<x/>")
    return out.getvalue()


def plain(header: list[str]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    book.worksheets[0].append(header)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_what_nobody_should_open_is_refused_and_the_next_file_is_read(content: bytes, name: str) -> None:
    made, why = HOSTILE[name]

    with pytest.raises(InvalidRecordError, match=why):
        connector().opened(made(content), seal)

    assert len(connector().opened(content, seal).lines) == 2


def test_a_workbook_is_the_same_for_the_same(content: bytes) -> None:
    assert rendered([visible(stockings())], "xlsx") == content


def test_what_was_typed_in_a_workbook_is_what_the_hub_takes(content: bytes) -> None:
    def change(sheet: Any) -> None:
        cell(sheet, "Waar", 3).value = "De badkamer"

    lines = connector().opened(edited(content, change), seal).lines
    said = [connector().typed(line, units_of(stockings()), HAND).units for line in lines]

    assert said == [{}, {UnitKey(UnitKind.PLACE): "De badkamer"}]


def test_the_caps_are_those_that_are_announced() -> None:
    assert (workbook.CAPS.size, workbook.CAPS.rows, workbook.CAPS.columns) == (5_000_000, 5_000, 100)


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not here to save a workbook with")
@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("xlsx", ("--convert-to", "xlsx:Calc MS Excel 2007 XML")),
        ("csv", ("--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1")),  # semicolons, UTF-8
        ("csv", ("--convert-to", "csv:Text - txt - csv (StarCalc):44,34,1,1")),  # commas, Windows-1252
    ],
)
def test_what_libreoffice_saves_says_what_it_opened(
    content: bytes, form: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "blad.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"

    subprocess.run(
        [str(SOFFICE), profile, "--headless", "--norestore", *options, "--outdir", "saved", "blad.xlsx"],
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
        check=True,
    )

    handed = connector().opened((tmp_path / "saved" / f"blad.{form}").read_bytes(), seal)
    said = [connector().typed(line, units_of(stockings()), HAND) for line in handed.lines]
    assert [(dict(one.units), one.troubles) for one in said] == [({}, []), ({}, [])]
