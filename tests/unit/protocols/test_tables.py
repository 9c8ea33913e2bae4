"""Tables come as other programs saved them, and leave so that no spreadsheet runs a cell.

RFC 4180; OWASP "CSV Injection" for what begins a formula; the forms Excel saves in, read 2026-11-22.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samenspraak.errors import InvalidRecordError
from samenspraak.protocols.tables import BEGINS_A_FORMULA, Caps, guarded, read_csv, unguarded, write_csv

ROWS = [["Samen koken", "café; thee"], ["Wandelen", 'een "ommetje"\nin het park']]
AS_SAVED = {
    "semicolons": ("utf-8", 'wat;waar\r\nSamen koken;"café; thee"\r\n'),
    "commas": ("utf-8", "wat,waar\nSamen koken,café; thee\n"),
    "tabs": ("utf-8", "wat\twaar\nSamen koken\tcafé; thee\n"),
    "a mark": ("utf-8-sig", 'wat;waar\r\nSamen koken;"café; thee"\r\n'),
    "UTF-16": ("utf-16", "wat\twaar\r\nSamen koken\tcafé; thee\r\n"),
    "Windows-1252": ("cp1252", 'wat;waar\r\nSamen koken;"café; thee"\r\n'),
    "a line that tells the separator": ("utf-8", "sep=,\r\nwat,waar\r\nSamen koken,café; thee\r\n"),
    "a separator inside a quoted name": ("utf-8", '"wat,";waar\r\nSamen koken;"café; thee"\r\n'),
    "columns and rows without text": ("utf-8", 'wat;waar;;\r\n;;;\r\nSamen koken;"café; thee";;\r\n;\r\n'),
}


@pytest.mark.parametrize("name", AS_SAVED)
def test_a_table_reads_the_same_whatever_program_saved_it(name: str) -> None:
    encoding, text = AS_SAVED[name]
    table = read_csv(text.encode(encoding))
    assert [list(row.by(table.header).values())[:2] for row in table.rows] == [["Samen koken", "café; thee"]]
    assert table.ended


def test_what_is_written_reads_back() -> None:
    table = read_csv(write_csv(["wat", "waar"], ROWS))
    assert [row.cells for row in table.rows] == ROWS
    assert [row.number for row in table.rows] == [2, 3]


@given(
    cells=st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20))
)
def test_every_cell_comes_back_and_none_begins_a_formula(cells: list[str]) -> None:
    written = write_csv(["a", *("b" * (n + 1) for n in range(len(cells)))], [["x", *cells]])
    (row,) = read_csv(written).rows
    assert row.cells == ["x", *cells]
    assert not any(guarded(cell)[:1] in BEGINS_A_FORMULA for cell in cells if cell)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("'t Hooge", "'t Hooge"),
        ("'=1", "''=1"),
        ("''s avonds", "'''s avonds"),
        ("", ""),
    ],
)
def test_an_apostrophe_keeps_a_cell_from_running_and_is_taken_away_again(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text


def test_a_file_that_stops_halfway_is_known_by_its_last_line() -> None:
    whole = write_csv(["wat", "waar"], [["Samen koken", "thuis"]])
    assert not read_csv(whole[:-4]).ended


SMALL = Caps(size=60, rows=3, columns=3, cell=10)
REFUSED: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "row 1"),
    "only blanks": (b" ; \n", "row 1"),
    "a column twice": (b"wat;wat\n1;2\n", "row 1"),
    "too large": (b"wat\n" + b"x" * 60, "file"),
    "too many rows": (b"wat\n1\n2\n3\n", "row 4"),
    "too many columns": (b"a;b;c\n1;2;3;4\n", "row 2"),
    "too long a cell": (b"wat\n01234567890\n", "row 2"),
    "a quotation mark left open": (b'wat\n1\n"open', "row 3"),
    "a workbook": (b"PK\x03\x04\x00\x00", "file"),
    "bytes of no encoding": (b"wat\n\x81\x8d\n", "file"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_of_a_bearable_size_is_refused_by_row_and_without_its_content(name: str) -> None:
    content, field = REFUSED[name]
    with pytest.raises(InvalidRecordError) as refused:
        read_csv(content, SMALL)
    assert refused.value.field == field
    assert "open" not in str(refused.value).replace("left open", "")


def test_a_row_with_more_cells_than_columns_is_refused_and_the_others_are_read() -> None:
    table = read_csv(b"wat;waar\n1;2;3\n4\n")
    assert table.rows[1].by(table.header) == {"wat": "4", "waar": ""}
    with pytest.raises(InvalidRecordError, match="row 2"):
        table.rows[0].by(table.header)
