"""From the text of a description to what it says, or to everything that must be mended, with line numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any, TypeVar, cast

from samenspraak.connectors import Absence
from samenspraak.connectors.json_codecs import TEXT, Leaf
from samenspraak.connectors.json_lens import Kept, Lens
from samenspraak.domain.units import UNITS, Keyed, UnitKind
from samenspraak.errors import ConfigurationError
from samenspraak_rest.description import BY_NUMBER, Answers, Description, Paging, SignIn
from samenspraak_rest.lines import Lines, Where, parsed
from samenspraak_rest.members import (
    Problem,
    WrongError,
    flag,
    is_required,
    known,
    member_path,
    name_of,
    place,
    text,
)
from samenspraak_rest.places import ID_NUMBER, IN_ROWS, SHAPES, Built, Places, Shape, placed, rows_of

T = TypeVar("T")
LARGEST = 100_000
"""Characters. The example has 5,000."""


@lru_cache(maxsize=64)
def load(text: str) -> Description:
    """The description that this text is.

    Raises:
        ConfigurationError: it is none; ``problems`` has a line for each thing to mend.
    """
    found = problems(text)
    if isinstance(found, Description):
        return found
    raise ConfigurationError(
        "The description of this system needs attention.", problems=tuple(str(one) for one in found)
    )


def problems(text: str) -> Description | list[Problem]:
    """The description, or what must be mended in it, in the order of the lines."""
    if len(text) > LARGEST:
        limit = f"{LARGEST} tekens", f"{LARGEST} characters"
        return [Problem(line=1, member="-", nl=f"ten hoogste {limit[0]}", en=f"at most {limit[1]}")]
    data, broken = parsed(text)
    if broken is not None:
        return [broken]
    loading = _Loading(Lines(text))
    found = loading.whole(data)
    if found is None or loading.problems:
        return sorted(loading.problems, key=lambda one: (one.line, one.member))
    return found


class _Loading:
    """Reads one description; goes on after a problem, so that all are told at once."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self.problems: list[Problem] = []
        self._ids: Leaf = TEXT
        self._party: Mapping[str, Any] = {}

    def whole(self, data: Mapping[str, Any]) -> Description | None:
        sections = {name: value for name, value in data.items() if name != "units"}
        found = self.section(Description, sections, ())
        if found is None:
            return None
        self._ids = ID_NUMBER if found.ids == "number" else TEXT
        self._party = found.party or {}
        found = replace(found, units=self._units(data.get("units")))
        for where, error in _contradictions(found):
            self.wrong(where, error)
        return found

    def wrong(self, where: Where, error: WrongError) -> None:
        where = (*where, error.member) if error.member else where
        member = ".".join(where) or "-"
        self.problems.append(Problem(line=self._lines.of(where), member=member, nl=error.nl, en=error.en))

    def read(self, where: Where, read: Callable[[Any], T], value: Any) -> T | None:
        try:
            return read(value)
        except WrongError as error:
            self.wrong(where, error)
            return None

    def section(self, kind: type[T], table: Any, where: Where, *, besides: tuple[str, ...] = ()) -> T | None:
        """A section as its dataclass; None when something in it must be mended."""
        if not isinstance(table, dict):
            self.wrong(where, WrongError(nl="hier hoort een tabel", en="a table belongs here"))
            return None
        members, before = known(kind), len(self.problems)
        self._strangers(table, tuple(members), where)
        values: dict[str, Any] = {}
        for name, one in members.items():
            if "read" not in one.metadata:
                continue
            read, place = one.metadata["read"], (*where, name)
            if name in table and isinstance(read, type):
                values[one.name] = self.section(read, table[name], place)
            elif name in table:
                values[one.name] = self.read(place, read, table[name])
            elif is_required(one):
                self._missing(name, where)
        return kind(**values) if len(self.problems) == before else None

    def _strangers(self, table: Mapping[str, Any], allowed: tuple[str, ...], where: Where) -> None:
        names = ", ".join(sorted(allowed)) or "-"
        for name in table:
            if name not in allowed:
                error = WrongError(
                    nl=f"dit kennen we hier niet; wel: {names}", en=f"not known here; known: {names}"
                )
                self.wrong((*where, name), error)

    def _missing(self, name: str, where: Where) -> None:
        self.wrong((*where, name), WrongError(nl="dit moet er staan", en="this must be there"))

    # Units.

    def _units(self, table: Any) -> Places:
        if not isinstance(table, dict):
            self.wrong(("units",), WrongError(nl="hier horen units", en="units belong here"))
            return Places()
        self._strangers(table, tuple(UnitKind), ("units",))
        rows = self._rows(table)
        kept: dict[UnitKind, Kept] = {}
        normals: dict[UnitKind, Callable[[Any], Any]] = {}
        only_read = set()
        for kind in (kind for kind in UnitKind if kind in table):
            where = ("units", str(kind))
            said = {"at": table[kind]} if isinstance(table[kind], str) else table[kind]
            if not isinstance(said, dict):
                self.wrong(where, WrongError(nl="hier hoort een tabel", en="a table belongs here"))
                continue
            own = {name: one for name, one in said.items() if name not in (*IN_ROWS.get(kind, ()), "write")}
            if self.read((*where, "write"), flag, said.get("write", True)) is False:
                only_read.add(kind)
            found = self._built(SHAPES[kind], own, where)
            keyed = UNITS[kind].keyed
            if keyed is not Keyed.NOT and keyed not in rows:
                self.wrong(
                    where,
                    WrongError(nl="dit hoort bij units.assignment", en="this belongs to units.assignment"),
                )
            elif found is not None:
                at, built = found
                kept[kind] = placed(at, built, rows.get(keyed))
                normals[kind] = built.normal
        return Places(lens=Lens(kept), only_read=frozenset(only_read), normals=normals)

    def _rows(self, table: Mapping[str, Any]) -> dict[Keyed, Any]:
        """The lists with a row per assignment and per exception."""
        found = {}
        for kind, names in IN_ROWS.items():
            said = table.get(kind)
            if not isinstance(said, dict):
                continue
            where = ("units", str(kind))
            read = {}
            for name in names:
                if name in said:
                    read[name] = self.read((*where, name), member_path, said[name])
                elif name != "nth":
                    self._missing(name, where)
            if all(read.get(name) for name in names if name != "nth"):
                found[UNITS[kind].keyed] = rows_of(kind, cast(dict[str, str], read))
        return found

    def _built(self, shape: Shape, said: Any, where: Where) -> tuple[str, Built] | None:
        """Where it stands and how it is read and written."""
        said = {"at": said} if isinstance(said, str) else said
        if not isinstance(said, dict):
            self.wrong(
                where,
                WrongError(nl="hier hoort een plaats of een tabel", en="a place or a table belongs here"),
            )
            return None
        before = len(self.problems)
        self._strangers(said, ("at", *shape.options, *shape.inner), where)
        at = self.read((*where, "at"), place, said.get("at", "")) or ""
        if not at and not shape.may_be_flat:
            self._missing("at", where)
        given: dict[str, Any] = {
            name: self.read((*where, name), read, said[name])
            for name, read in shape.options.items()
            if name in said
        }
        if shape.is_party and not given:
            given = dict(self._party)
        for name in shape.required:
            if name not in said:
                self._missing(name, where)
        for name, inner in shape.inner.items():
            if name in said:
                given[name] = self._inner(shape, inner, said[name], (*where, name))
        if len(self.problems) > before:
            return None
        try:
            return at, shape.build(**({"ids": self._ids} if shape.is_party else {}), **given)
        except WrongError as error:
            self.wrong(where, error)
            return None

    def _inner(self, shape: Shape, inner: Shape, said: Any, where: Where) -> Any:
        if not shape.is_choice:
            return self._built(inner, said, where)
        if not isinstance(said, dict) or "is" not in said:
            self._missing("is", where)
            return None
        word = self.read((*where, "is"), text, said["is"])
        found = self._built(inner, {name: one for name, one in said.items() if name != "is"}, where)
        return None if found is None else (word, found[1])


# What each member may say by itself, and not together.


def _contradictions(one: Description) -> Iterator[tuple[Where, WrongError]]:
    for where, is_wrong, nl, en in _rules(one):
        if is_wrong:
            yield where, WrongError(nl=nl, en=en)


def _rules(one: Description) -> Iterator[tuple[Where, bool, str, str]]:
    paging, sign_in, version, end = one.paging, one.sign_in, one.version, one.end
    lacks = "dit moet er staan bij method = ", "this must be there with method = "
    yield (
        ("paging", "parameter"),
        paging.method not in (Paging.NONE, Paging.LINK) and paging.parameter is None,
        f'{lacks[0]}"{paging.method}"',
        f'{lacks[1]}"{paging.method}"',
    )
    yield (
        ("paging", "next"),
        paging.method in (Paging.LINK, Paging.CURSOR) and paging.next is None,
        f'{lacks[0]}"{paging.method}"',
        f'{lacks[1]}"{paging.method}"',
    )
    yield (
        ("paging", "size"),
        paging.method is Paging.OFFSET and paging.size is None,
        f'{lacks[0]}"offset"',
        f'{lacks[1]}"offset"',
    )
    yield (
        ("sign_in", "header"),
        sign_in.method is SignIn.HEADER and sign_in.header is None,
        f'{lacks[0]}"header"',
        f'{lacks[1]}"header"',
    )
    yield (
        ("sign_in", "token"),
        sign_in.method is SignIn.CLIENT_CREDENTIALS and sign_in.token is None,
        f'{lacks[0]}"client_credentials"',
        f'{lacks[1]}"client_credentials"',
    )
    yield (
        ("absence",),
        one.absence is Absence.COMPLETE_LIST and (paging.method in BY_NUMBER or one.changes is not None),
        "een lijst per bladzijdenummer, of van wat veranderde, bewijst niet dat iets weg is",
        "a list by page number, or of what changed, does not prove that something is gone",
    )
    yield (
        ("changes", "at"),
        one.changes is not None and (one.changes.from_ == "page") != (one.changes.at is not None),
        'hier hoort een plaats bij from = "page", en niets bij from = "date"',
        'a place belongs here with from = "page", and nothing with from = "date"',
    )
    yield (
        ("version",),
        version is not None and version.at is None and version.header is None,
        "noem at of header",
        "name at or header",
    )
    yield (
        ("update",),
        (one.create is None) != (one.update is None),
        "create en update horen bij elkaar",
        "create and update belong together",
    )
    yield (
        ("end",),
        (one.create is None) != (end is None),
        "create en end horen bij elkaar: wat wij laten zien, moet weer weg kunnen",
        "create and end belong together: what we show must be taken away again when asked",
    )
    yield (
        ("end", "path"),
        end is not None and (end.method == "update") != (end.path is None),
        'hier hoort een pad, behalve bij method = "update"',
        'a path belongs here, except with method = "update"',
    )
    yield (
        ("end", "set"),
        end is not None and end.method == "update" and one.removed is None,
        'bij method = "update" moet [removed] zeggen waaraan te zien is dat iets weg is',
        'with method = "update", [removed] must say how to see that something is gone',
    )
    yield (
        ("find",),
        one.create is not None and one.create.answers is not Answers.RECORD and one.find is None,
        "zonder het hele antwoord moet een record terug te vinden zijn",
        "without the whole answer a record must be found again",
    )
    for kind in (UnitKind.WHAT, UnitKind.ASSIGNMENT):
        yield (
            ("units", str(kind)),
            kind not in one.units.lens.table,
            "een afspraak zegt ten minste wat, en wie",
            "an agreement says at least what, and who",
        )


def member_names() -> Iterator[tuple[str, str]]:
    """Every section of the format with every member of it, for whoever documents them."""
    for one in fields(Description):
        read = one.metadata.get("read")
        if isinstance(read, type):
            yield from ((name_of(one), name) for name in known(read))
        elif read is not None:
            yield "", name_of(one)
    for kind, shape in SHAPES.items():
        yield from _names_in(f"units.{kind}", shape, IN_ROWS.get(kind, ()))


def _names_in(section: str, shape: Shape, more: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    yield from ((section, name) for name in (*more, *shape.inner))
    for name, inner in shape.inner.items():
        yield from _names_in(f"{section}.{name}", inner)
