"""The hub's shelf of sheets, imitated, with somebody who prints them and works in a spreadsheet.

There is no system of somebody else here: the hub keeps the copies, and people get what it makes of them. So
this sandbox plays both ends. What is served is set in :attr:`Sheets.publish`, so that this module needs to
know nothing of it.

A person reads the page as a browser prints it, and the CSV as Excel in Dutch opens it. In *strict* mode they
hand the file in as RFC 4180 has it, with what they typed. In *quirky* mode they are people: the rows are
sorted, columns of theirs are added and some of ours thrown away, words are typed in capitals with blanks
around them, and the program saves commas in Windows-1252 and dates as it likes (learn.microsoft.com, "Import
or export text files", read 2026-11-22).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from typing import ClassVar

from flask import Response

from samenspraak.errors import InvalidRecordError
from samenspraak.sandbox import Mode, Sandbox
from samenspraak.sandbox.shelf import Json, ShelfSandbox

Table = list[dict[str, str]]
_RUNS = frozenset("=+-@\t\r")
"""What a cell must not begin with: a spreadsheet would run it (OWASP, "CSV Injection")."""
_VOID = frozenset({"meta", "br", "i"})


class Sheets(ShelfSandbox):
    """A shelf, and the people who read and edit what lies on it."""

    name: ClassVar[str] = "sheet"

    def __init__(
        self, mode: Mode = "strict", *, publish: Callable[[dict[str, Json], str], bytes] | None = None
    ) -> None:
        super().__init__(mode)
        self.publish = publish or (lambda copies, form: b"")

        @self.app.get("/sheets/<path:reader>.<form>")
        def fetch(reader: str, form: str) -> Response:
            with self.lock:
                return Response(self.served(reader, form), content_type="application/octet-stream")

    def readable(self, person: str) -> list[str]:
        """What somebody reads on the page and in the spreadsheet; in a home everybody reads the same."""
        strict = self.mode == "strict"
        with self.lock:
            readers = sorted({one.reader for one in self.copies.values()})
            pages = [read_page(self.served(one, "html"), strict=strict) for one in readers]
            tables = [read_table(self.served(one, "csv"), strict=strict) for one in readers]
        shown = [text for table in tables for row in table for text in row.values()]
        return [*(text for page in pages for text in page), *shown]

    def served(self, reader: str, form: str) -> bytes:
        """What is served to this reader."""
        mine = {name: one.raw for name, one in self.copies.items() if one.reader == reader}
        return self.publish(mine, form)


# Reading, as people and their programs do.


class _Reader(HTMLParser):
    """The text of a page; says whether it stays within what a page may hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.open: list[str] = []
        self.wrong = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "link", "iframe", "form"):
            self.wrong = tag
        if any(name.startswith("on") or name in ("src", "href") for name, _ in attrs):
            self.wrong = tag
        if tag not in _VOID or tag == "i":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong = tag

    def handle_data(self, data: str) -> None:
        if data.strip() and "style" not in self.open:
            self.texts.append(data.strip())


def read_page(page: bytes, *, strict: bool) -> list[str]:
    """The texts of a page as a browser shows them.

    Raises:
        InvalidRecordError: it is not well nested, or fetches or runs something, and the browser is strict.
    """
    reader = _Reader()
    reader.feed(page.decode())
    reader.close()
    if strict and (reader.wrong or reader.open):
        raise InvalidRecordError("the page is not one to print", field=reader.wrong or reader.open[-1])
    return reader.texts


def read_table(content: bytes, *, strict: bool) -> Table:
    """The rows of a CSV file as Excel in Dutch shows them: an apostrophe before a formula is not seen.

    Raises:
        InvalidRecordError: a cell would be run, or the header has a column twice, and the program is strict.
    """
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    header = lines[0] if lines else []
    if strict and (not content.startswith(b"\xef\xbb\xbf") or len(set(header)) != len(header)):
        raise InvalidRecordError("the table does not open", field="header")
    if strict and any(cell[:1] in _RUNS for line in lines for cell in line if cell):
        raise InvalidRecordError("a cell of the table is run", field="cell")
    return [dict(zip(header, [_seen(cell) for cell in line], strict=True)) for line in lines[1:]]


def _seen(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {*_RUNS, "'"} else cell


# Handing it in.


def hand_in(content: bytes, edits: Mapping[str, Mapping[str, str]], mode: Mode) -> bytes:
    """The file with what somebody typed, by task number and column, as their program saves it."""
    table = read_table(content, strict=True)
    typed = [{**row, **edits.get(row["Taaknummer"], {})} for row in table]
    return _saved(typed) if mode == "strict" else _as_people_do(typed)


def _saved(table: Table) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(table[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(table)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _as_people_do(table: Table) -> bytes:
    """Sorted, with columns of their own and without some of ours, by a program in another language."""
    rows = [
        {
            "Kamer": "12",
            **{name.upper(): _retyped(name, one[name]) for name in one if name not in _THROWN},
        }
        for one in sorted(table, key=lambda row: row["Wie"], reverse=True)
    ]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), delimiter=",")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("cp1252", errors="replace")


_THROWN = frozenset({"Laatste meldingen", "Wie beslist", "Deze keer anders", "Eerst voordoen"})
_WORDS = frozenset({"Stand", "Soort", "Melding"})


def _retyped(name: str, text: str) -> str:
    if name in _WORDS:
        return f" {text.upper()} "
    day = text.split("-")
    if len(day) == 3 and all(part.isdigit() for part in day):  # as a program for ISO 8601 saves a date
        return f"{day[2]}-{day[1]}-{day[0]} 00:00:00"
    return text.replace("\n", "\r\n")


def create(mode: Mode) -> Sandbox:
    return Sheets(mode)
