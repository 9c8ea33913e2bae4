"""The rows of a sheet, out and in: who a row is about, how it is known again, and what changed in it since.

Each row carries the numbers of its agreement and assignment, the version and the *shape* it shows (which
kinds of unit could be seen in it), and a seal. The seal names the copy and holds a signature over all of that
and a short signed mark of every cell as it was shown. So a row cannot be made up or moved to another
agreement, and a cell that nobody touched is known, whatever was renamed or reworded here in between.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from samenspraak.connectors import Directory, Marker
from samenspraak.connectors.manifest import Text
from samenspraak.connectors.published import Seal, Visible
from samenspraak.connectors.returned import Line, NewLine
from samenspraak.domain.agreements import Duty
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import STATUS, UnitKind, Units
from samenspraak_sheet.columns import COLUMNS, KINDS, LONGEST, Row
from samenspraak_sheet.words import tidy

CLIENT, NEWS = "Cliënt", "Laatste meldingen"
REPORT, DAY, MOMENT, BY, REMARK = "Melding", "Dag", "Moment", "Door", "Toelichting"
REPORTS = (REPORT, DAY, MOMENT, BY, REMARK)
"""Empty when they are shown; what people type in them is a report or a remark."""
AGREEMENT, TASK, VERSION, SHAPE, SEAL = "Afspraaknummer", "Taaknummer", "Versie", "Vorm", "Zegel"
OWN = (AGREEMENT, TASK, VERSION, SHAPE, SEAL)
"""For us to know the row by; people leave these alone."""
HEADER = (CLIENT, *(one.name for one in COLUMNS), NEWS, *REPORTS, *OWN)

_LAYOUT = "1"
"""Which columns the marks of a seal are of, in their order: those of ``COLUMNS`` as they are now."""
_ORDER = sorted(KINDS, key=list(UnitKind).index)
_MARK_BYTES, _SEAL_BYTES = 5, 18
_CUT = " […]"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One assignment of a copy, ready for a sheet or a page."""

    client: str
    copy: Visible
    marker: Marker
    row: Row
    news: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """A row as it stands in a file. ``odd``: per column why its cell cannot be used at all."""

    place: Text
    cells: Mapping[str, str]
    odd: Mapping[str, Text] = field(default_factory=dict)


def assignments(copy: Visible, units: Units, news: Mapping[str, Sequence[str]]) -> Iterator[Shown]:
    """What a copy shows, one assignment at a time; nothing of what is over."""
    status = units.get(STATUS)
    if status is None or getattr(status, "is_over", False):
        return
    client = PartyRef.parse(str(copy.raw["client"]))
    directory = Directory(connector_id="", names=copy.names)
    for key in sorted(key for key, value in units.items() if isinstance(value, Duty)):
        row = Row(part=key.id, units=dict(units), names=copy.names, word_for=directory.words_for)
        yield Shown(
            client=copy.names.get(client, ""),
            copy=copy,
            marker=Marker.parse(str(copy.raw["marker"])),
            row=row,
            news=(*news.get("", ()), *news.get(key.id, ())),
        )


def cells(shown: Shown, seal: Seal) -> list[str]:
    """The row as it is written in a file, in the order of the header."""
    copy, said = shown.copy, _said(shown)
    name = _Name(
        copy=copy.id,
        agreement_id=shown.marker.agreement_id,
        part=shown.row.part,
        version=str(copy.version),
        shape=_shape(copy),
    )
    own = (name.agreement_id, name.part, name.version, name.shape, name.sealed(said, seal))
    return [shown.client, *said, "\n".join(shown.news), *("" for _ in REPORTS), *own]


def read(found: Found, seal: Seal) -> Line | NewLine | Text:
    """The row as it came back, or a text that says why nobody can use it."""
    if not any(found.cells.get(one, "").strip() for one in OWN):
        return NewLine(place=found.place, cells=found.cells)
    name = _Name.of(found.cells)
    marks = name.marks(found.cells.get(SEAL, ""), seal) if name else None
    if name is None or marks is None:
        return _BROKEN
    changed = {
        column.name: tidy(found.cells[column.name])
        for column, mark in zip(COLUMNS, marks, strict=True)
        if column.name in found.cells
        and not name.is_marked(column.name, found.cells[column.name], mark, seal)
    }
    typed = {one: tidy(found.cells[one]) for one in REPORTS if found.cells.get(one, "").strip()}
    return Line(
        place=found.place,
        copy=name.copy,
        agreement_id=name.agreement_id,
        version=int(name.version),
        part=name.part,
        kinds=_kinds(name.shape),
        cells={**changed, **typed},
    )


def is_cut(text: str) -> bool:
    """Whether a cell holds the beginning of a longer text only, so that nobody can change it here."""
    return text.endswith(_CUT) and len(text) >= LONGEST


_BROKEN: Text = {
    "nl": "het nummer of het zegel van deze rij klopt niet. Haal een nieuw bestand op.",
    "en": "the number or seal of this row is not right. Fetch a new file.",
}


def _said(shown: Shown) -> list[str]:
    visible = shown.copy.kinds or KINDS
    return [_short(one.show(shown.row)) if one.kind in visible else "" for one in COLUMNS]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - len(_CUT)] + _CUT


def _shape(copy: Visible) -> str:
    """Which kinds could be seen, as bits, with a little of the digest of all that could."""
    visible = copy.kinds or KINDS
    bits = sum(1 << number for number, kind in enumerate(_ORDER) if kind in visible)
    return f"{bits:x}-{copy.shape[-8:]}"


def _kinds(shape: str) -> frozenset[UnitKind]:
    bits = int(shape.partition("-")[0], 16)
    return frozenset(kind for number, kind in enumerate(_ORDER) if bits >> number & 1)


@dataclass(frozen=True, kw_only=True)
class _Name:
    """What a row is about, and how that is signed."""

    copy: str
    agreement_id: str
    part: str
    version: str
    shape: str

    @classmethod
    def of(cls, cells: Mapping[str, str]) -> _Name | None:
        """What a row of a file says that it is about; None when it cannot be ours."""
        agreement_id, part, version, shape, seal = (tidy(cells.get(one, "")) for one in OWN)
        version = version.removesuffix(".0")  # a number, to some programs
        copy = [*seal.split("."), "", ""][1]
        if not (agreement_id and part and version.isdecimal() and copy):
            return None
        return cls(copy=copy, agreement_id=agreement_id, part=part, version=version, shape=shape)

    def sealed(self, said: Sequence[str], seal: Seal) -> str:
        marks = b"".join(self._mark(one.name, text, seal) for one, text in zip(COLUMNS, said, strict=True))
        return ".".join((_LAYOUT, self.copy, _text(self._signature(marks, seal)), _text(marks)))

    def marks(self, sealed: str, seal: Seal) -> list[bytes] | None:
        """The mark of every column, when all of it was signed here; else None."""
        layout, _, signature, marks = [*tidy(sealed).split("."), "", "", ""][:4]
        found = _bytes(marks)
        whole = layout == _LAYOUT and len(found) == _MARK_BYTES * len(COLUMNS)
        if not whole or not hmac.compare_digest(_bytes(signature), self._signature(found, seal)):
            return None
        return [found[at : at + _MARK_BYTES] for at in range(0, len(found), _MARK_BYTES)]

    def is_marked(self, column: str, text: str, mark: bytes, seal: Seal) -> bool:
        """Whether the cell says what it said when it was shown."""
        return hmac.compare_digest(self._mark(column, text, seal), mark)

    def _mark(self, column: str, text: str, seal: Seal) -> bytes:
        return seal(_joined("cell", self.copy, self.part, column, tidy(text)))[:_MARK_BYTES]

    def _signature(self, marks: bytes, seal: Seal) -> bytes:
        about = (_LAYOUT, self.copy, self.agreement_id, self.part, self.version, self.shape, marks.hex())
        return seal(_joined("row", *about))[:_SEAL_BYTES]


def _joined(*parts: str) -> bytes:
    """The parts, each with its length, so that no two lists read alike."""
    return b"".join(f"{len(one.encode())}:".encode() + one.encode() for one in parts)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
