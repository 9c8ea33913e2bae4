"""The sections ``[units.…]`` of a description: where each unit stands, and that nothing stands on another."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields
from typing import Any, cast

from samenspraak.connectors.json_codecs import Leaf
from samenspraak.connectors.json_lens import Kept, Lens, Rows
from samenspraak.domain.units import UNITS, Keyed, UnitKind
from samenspraak_rest.computed import MARK, readable_place
from samenspraak_rest.description import Description
from samenspraak_rest.lines import Where
from samenspraak_rest.members import WrongError, flag, known, member_path, name_of, text, unknown
from samenspraak_rest.mending import Mending
from samenspraak_rest.places import IN_ROWS, SHAPES, Places, placed, rows_of
from samenspraak_rest.shapes import Built, Shape

Claim = tuple[str, str]
"""A place that is taken: in which list ('' for the record itself), and at which path."""


class UnitsReader:
    """Reads them.

    Args:
        mending: takes the problems.
        ids: how the system writes an id.
        party: how somebody is named where a unit does not say.
        taken: the members of a record that say something else than units.
        computed: the names of what is computed from a record; a unit that uses one is only read.
    """

    def __init__(
        self,
        mending: Mending,
        *,
        ids: Leaf,
        party: Mapping[str, Any],
        taken: Collection[str],
        computed: Collection[str] = (),
    ) -> None:
        self._mending = mending
        self._ids = ids
        self._party = party
        self._claims: dict[Claim, str] = {("", path): "records" for path in taken}
        self._computed = computed
        self._only_read: set[UnitKind] = set()

    def places(self, value: Any) -> Places:
        table = self._mending.table(("units",), value, tuple(UnitKind))
        if table is None:
            return Places()
        rows = self._rows(table)
        kept: dict[UnitKind, Kept] = {}
        normals: dict[UnitKind, Callable[[Any], Any]] = {}
        for kind in (kind for kind in UnitKind if kind in table):
            where, keyed = ("units", str(kind)), UNITS[kind].keyed
            said = {"at": table[kind]} if isinstance(table[kind], str) else table[kind]
            if not isinstance(said, dict):
                self._mending.wrong(where, WrongError(nl="hier hoort een tabel", en="a table belongs here"))
                continue
            if keyed is not Keyed.NOT and keyed not in rows:
                nl, en = (
                    "dit staat in een rij van units.assignment",
                    "this stands in a row of units.assignment",
                )
                self._mending.wrong(where, WrongError(nl=nl, en=en))
                continue
            if self._mending.read((*where, "write"), flag, said.get("write", True)) is False:
                self._only_read.add(kind)
            own = {name: one for name, one in said.items() if name not in (*IN_ROWS.get(kind, ()), "write")}
            row = rows.get(keyed)
            found = self._built(SHAPES[kind], own, where, (row.name if row else "", ""))
            if found is not None:
                at, built = found
                kept[kind] = placed(at, built, row)
                normals[kind] = built.normal
        return Places(lens=Lens(kept), only_read=frozenset(self._only_read), normals=normals)

    def _rows(self, table: Mapping[str, Any]) -> dict[Keyed, Rows]:
        """The lists with a row per assignment and per exception."""
        found = {}
        for kind, names in IN_ROWS.items():
            said, where = table.get(kind), ("units", str(kind))
            if not isinstance(said, dict):
                continue
            read: dict[str, str | None] = {}
            for name in names:
                if name in said:
                    read[name] = self._mending.read((*where, name), member_path, said[name])
                elif name != "nth":
                    self._mending.missing(where, name)
            if all(read.get(name) for name in names if name != "nth"):
                places = cast(dict[str, str], read)
                found[UNITS[kind].keyed] = rows_of(kind, places)
                for name, path in places.items():
                    self._claim("" if name == "rows" else places["rows"], path, (*where, name))
        return found

    def _built(self, shape: Shape, value: Any, where: Where, within: Claim) -> tuple[str, Built] | None:
        """Where it stands and how it is read and written. ``within``: the list and the object around it."""
        before = len(self._mending.problems)
        value = {"at": value} if isinstance(value, str) else value
        said = self._mending.table(where, value, ("at", *shape.options, *shape.inner))
        if said is None:
            return None
        at = self._mending.read((*where, "at"), readable_place, said.get("at", "")) or ""
        if at.startswith(MARK):
            self._use_computed(at.removeprefix(MARK), where, within)
        if not at and not shape.may_be_flat:
            self._mending.missing(where, "at")
        given: dict[str, Any] = {
            name: self._mending.read((*where, name), reader, said[name])
            for name, reader in shape.options.items()
            if name in said
        }
        if shape.is_party:
            given = {"ids": self._ids, **(given or self._party)}
        for name in shape.required:
            if name not in said:
                self._mending.missing(where, name)
        deeper = within[0], ".".join(filter(None, (within[1], at)))
        self._claim_all(shape, given, deeper, where)
        for name, inner in shape.inner.items():
            if name in said and shape.is_choice:
                given[name] = self._one_of(inner, said[name], (*where, name), deeper, tag=said.get("kind"))
            elif name in said:
                given[name] = self._built(inner, said[name], (*where, name), deeper)
        if len(self._mending.problems) > before:
            return None
        built = self._mending.read(where, lambda _: shape.build(**given), None)
        return None if built is None else (at, built)

    def _use_computed(self, name: str, where: Where, within: Claim) -> None:
        """What is computed is of the whole record, and nobody can write it."""
        self._only_read.add(UnitKind(where[1]))
        if name not in self._computed:
            self._mending.wrong((*where, "at"), unknown([MARK + one for one in self._computed]))
        elif within != ("", ""):
            nl = "wat berekend is, is van het hele record, niet van een rij of een deel"
            en = "what is computed is of the whole record, not of a row or a part of it"
            self._mending.wrong((*where, "at"), WrongError(nl=nl, en=en))

    def _one_of(
        self, shape: Shape, value: Any, where: Where, within: Claim, *, tag: Any
    ) -> tuple[str, Built] | None:
        """One of several kinds of value in one place, told by the word ``is`` in the member ``tag``."""
        if not isinstance(value, dict) or "is" not in value:
            self._mending.missing(where, "is")
            return None
        word = self._mending.read((*where, "is"), text, value["is"])
        # The kinds take turns in the same place.
        others, self._claims = (
            self._claims,
            {(within[0], f"{within[1]}.{tag}"): ".".join((*where[:-1], "kind"))},
        )
        members = {name: one for name, one in value.items() if name != "is"}
        found = self._built(shape, members, where, within)
        self._claims = others
        return None if found is None or word is None else (word, found[1])

    # Nothing stands on another.

    def _claim_all(self, shape: Shape, given: Mapping[str, Any], at: Claim, where: Where) -> None:
        """A value takes its whole place; an object in members takes what it always says there."""
        if at[1].startswith(MARK):
            return
        if not shape.may_be_flat:
            self._claim(*at, where)
        for path in given.get("always") or ():
            self._claim(at[0], ".".join(filter(None, (at[1], path))), (*where, "always"))

    def _claim(self, rows: str, path: str, where: Where) -> None:
        taken = (by for (list_, other), by in self._claims.items() if list_ == rows and _overlap(path, other))
        holder = next(taken, None)
        if holder is None:
            self._claims[(rows, path)] = ".".join(where)
            return
        nl, en = f"deze plaats is al van {holder}", f"this place is already taken by {holder}"
        self._mending.wrong(where, WrongError(nl=nl, en=en))


def _overlap(one: str, other: str) -> bool:
    """Whether one of the two paths is the other, or stands inside it."""
    return f"{one}.".startswith(f"{other}.") or f"{other}.".startswith(f"{one}.")


def member_names() -> Iterator[tuple[str, str]]:
    """Every section of the format with every member of it, for whoever documents them.

    What can be said about a place is the same wherever a value of that kind stands, and is under ``place``.
    """
    for one in fields(Description):
        reader = one.metadata.get("read")
        if isinstance(reader, type):
            yield from ((name_of(one), name) for name in known(reader))
        elif reader is not None:
            yield "", name_of(one)
    options = {"at", "is", "write"}
    for kind, shape in SHAPES.items():
        yield "units", str(kind)
        yield from ((f"units.{kind}", name) for name in IN_ROWS.get(kind, ()))
        yield from _inside(f"units.{kind}", shape, options)
    yield from (("place", name) for name in sorted(options))


def _inside(section: str, shape: Shape, options: set[str]) -> Iterator[tuple[str, str]]:
    options.update(shape.options)
    for name, inner in shape.inner.items():
        yield section, name
        yield from _inside(f"{section}.{name}", inner, options)
