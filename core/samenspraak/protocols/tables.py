"""Tables as CSV: read from whatever program saved them, written so that no spreadsheet runs a cell.

RFC 4180 is the form; Excel in Dutch separates by semicolons, saves as Windows-1252 or UTF-8 with a mark,
and may put ``sep=;`` above the header. A cell that begins like a formula gets an apostrophe before it (OWASP,
"CSV Injection", read 2026-11-22), and :func:`unguarded` takes exactly that one away. Whoever sent a file is
not trusted: it is refused by size before it is read, and nothing in it is ever computed.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from samenspraak.errors import InvalidRecordError

BEGINS_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
_GUARD = "'"
_ENDS_WITH = ("\r", "\n")
_SEPARATORS = ";,\t|"
_MARKS: Mapping[bytes, str] = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_UNMARKED = ("utf-8", "cp1252")


@dataclass(frozen=True, kw_only=True)
class Caps:
    """How large a table may be: bytes of the file, rows, columns, characters of one cell."""

    size: int = 8_000_000
    rows: int = 50_000
    columns: int = 200
    cell: int = 32_767  # what Excel itself holds

    def sized(self, content: bytes) -> bytes:
        """The content, when it is not too large.

        Raises:
            InvalidRecordError: it is; nothing of it was read.
        """
        if len(content) > self.size:
            raise _refused(f"the file is larger than {self.size} bytes", 0)
        return content


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row below the header. ``number``: as a spreadsheet counts them, the header being row 1."""

    number: int
    cells: Sequence[str]

    def by(self, header: Sequence[str]) -> dict[str, str]:
        """The cells by the name of their column; empty cells at the end may be missing or too many.

        Raises:
            InvalidRecordError: it has a cell to which no column belongs.
        """
        if any(cell.strip() for cell in self.cells[len(header) :]):
            raise _refused("has more cells than the header has columns", self.number)
        cells = [*self.cells, *[""] * len(header)]
        return dict(zip(header, cells, strict=False))


@dataclass(frozen=True, kw_only=True)
class Table:
    """A header and its rows; rows without any text are left out.

    ``ended``: the last row ends with a line end, as every program writes it. Without one the file may still
    be on its way.
    """

    header: Sequence[str]
    rows: Sequence[Row]
    ended: bool


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula."""
    return _GUARD + text if _would_run(text) or _looks_guarded(text) else text


def unguarded(cell: str) -> str:
    """What :func:`guarded` was given; what people typed stays as it is."""
    return cell[1:] if _looks_guarded(cell) else cell


def _would_run(text: str) -> bool:
    return text[:1] in BEGINS_A_FORMULA


def _looks_guarded(text: str) -> bool:
    return text[:1] == _GUARD and (_would_run(text[1:]) or text[1:2] == _GUARD)


def read_csv(content: bytes, caps: Caps = Caps()) -> Table:
    """The table in a file, whatever its separator and encoding; cells without their guard.

    Raises:
        InvalidRecordError: it is no table, or one that is too large; ``field`` names the row.
    """
    text = _text(caps.sized(content))
    separator, above, body = _dialect(text)
    lines = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    rows = list(_rows(lines, caps, above))
    if not rows:
        raise _refused("the file has no header", 1)
    header = [name.strip() for name in rows[0].cells]
    while header and not header[-1]:
        header.pop()
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice or not header:
        raise _refused("the header is empty or has a column twice", rows[0].number)
    return Table(header=header, rows=rows[1:], ended=text.endswith(_ENDS_WITH))


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The table as every spreadsheet in Dutch opens it: semicolons, UTF-8 with a mark, cells guarded."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([guarded(cell) for cell in row] for row in (header, *rows))
    return codecs.BOM_UTF8 + out.getvalue().encode()


def _text(content: bytes) -> str:
    marked = next((name for mark, name in _MARKS.items() if content.startswith(mark)), None)
    for encoding in (marked,) if marked else _UNMARKED:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise _refused("the file is no text; save it as CSV", 0)


def _dialect(text: str) -> tuple[str, int, str]:
    """The separator, how many lines stand above the header, and the text without those."""
    first, _, rest = text.partition("\n")
    told = first.strip()
    if told.lower().startswith("sep=") and told[4:5]:
        return told[4], 1, rest
    outside = "".join(first.split('"')[::2])
    return max(_SEPARATORS, key=outside.count), 0, text


def _rows(lines: Iterator[list[str]], caps: Caps, above: int) -> Iterator[Row]:
    number = above
    try:
        for number, cells in enumerate(lines, start=above + 1):
            if number > caps.rows:
                raise _refused(f"the table has more than {caps.rows} rows", number)
            if len(cells) > caps.columns or any(len(cell) > caps.cell for cell in cells):
                raise _refused("the row is larger than anybody needs", number)
            if any(cell.strip() for cell in cells):
                yield Row(number=number, cells=[unguarded(cell) for cell in cells])
    except csv.Error:
        raise _refused("the row cannot be read; was a quotation mark left open?", number + 1) from None


def _refused(what: str, row: int) -> InvalidRecordError:
    return InvalidRecordError(f"row {row}: {what}" if row else what, field=f"row {row}" if row else "file")
