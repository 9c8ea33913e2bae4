"""A table of places, read and written: which unit is kept where in a record, now and by earlier mappings."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samenspraak.connectors.json_codecs import Codec, Json, Members, at, clear_member, member, put_member
from samenspraak.connectors.looks import Directory, Raw
from samenspraak.domain.units import UnitKey, UnitKind, Units, UnitValue, is_empty
from samenspraak.errors import InvalidRecordError


@dataclass(frozen=True, kw_only=True)
class Rows:
    """A list in the record, a row per element of a set.

    ``name``: the path of the list · ``key``: the unit id of a row · ``new``: an empty row.
    """

    name: str
    key: Callable[[Json], str]
    new: Callable[[str], Json]

    def all(self, raw: Raw) -> dict[str, Json]:
        """The rows by unit id.

        Raises:
            InvalidRecordError: a row without a usable id, or two rows with the same.
        """
        with at(self.name):
            rows = member(raw, self.name) or []
            found = {self.key(row): row for row in rows}
        if len(found) < len(rows):
            raise InvalidRecordError(f"two {self.name} have the same id", field=self.name)
        return found

    def find(self, raw: Raw, unit_id: str) -> Iterator[Json]:
        """The rows with this id, whatever the other rows are like."""
        with contextlib.suppress(InvalidRecordError), at(self.name):
            rows = member(raw, self.name) or []
            for row in rows if isinstance(rows, list) else ():
                with contextlib.suppress(InvalidRecordError), at(self.name):
                    if self.key(row) == unit_id:
                        yield row


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a unit is: in a member of the record, or of its own row; ``member`` None: in several at once."""

    codec: Codec
    member: str | None = None
    rows: Rows | None = None

    @property
    def members(self) -> Collection[str]:
        """The members of the record that this is in, by path."""
        if self.rows is not None:
            return (self.rows.name,)
        return (self.member,) if self.member is not None else _paths(self.codec)

    def read(self, raw: Raw, directory: Directory) -> Iterator[tuple[str, UnitValue]]:
        """Every value here, with the unit's id ('' for a unit that is not in a set)."""
        for unit_id, holder in (self.rows.all(raw) if self.rows else {"": raw}).items():
            with at(self.rows.name) if self.rows else contextlib.nullcontext():
                value = self._value(holder, directory)
            if value is not None and not is_empty(value):
                yield unit_id, value

    def write(self, raw: Raw, unit_id: str, value: UnitValue, directory: Directory) -> None:
        holder = self._holder(raw, unit_id)
        if self.member is None:
            put_member(holder, "", self.codec.write(value, holder, directory))
        else:
            there = member(holder, self.member)
            put_member(holder, self.member, self.codec.write(value, there, directory))

    def clear(self, raw: Raw, unit_id: str) -> None:
        """Empty the place, also when what stands there cannot be read: a retraction must not fail on that."""
        for holder in self.rows.find(raw, unit_id) if self.rows else (raw,):
            if self.member is None:
                put_member(holder, "", self.codec.clear(holder))
            else:
                clear_member(holder, self.member, self.codec.clear)

    def holds(self, holder: Json, directory: Directory) -> bool:
        """Whether something stands here, readable or not."""
        try:
            return self._value(holder, directory) is not None
        except InvalidRecordError:
            return True

    def _value(self, holder: Json, directory: Directory) -> Any:
        if self.member is None:
            return self.codec.read(holder, directory)
        with at(self.member):
            return self.codec.read(member(holder, self.member), directory)

    def _holder(self, raw: Raw, unit_id: str) -> Json:
        if self.rows is None:
            return raw
        if unit_id not in (rows := self.rows.all(raw)):
            rows[unit_id] = self.rows.new(unit_id)
            put_member(raw, self.rows.name, [*(member(raw, self.rows.name) or []), rows[unit_id]])
        return rows[unit_id]


@dataclass(frozen=True, kw_only=True)
class Kept:
    """All places of one kind of unit. ``retired``: where earlier mapping versions put it, newest first.

    A retired place is read when the present one is empty, and emptied by the next write or clear; it stays
    in the table until no link has that mapping version.
    """

    present: Place
    retired: tuple[Place, ...] = ()

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.present, *self.retired)


@dataclass(frozen=True)
class Lens:
    """The table at work."""

    table: Mapping[UnitKind, Kept]

    @property
    def members(self) -> frozenset[str]:
        """The members of a record in which units are, or ever were, by path."""
        return frozenset(
            name for kept in self.table.values() for place in kept.places for name in place.members
        )

    def units(self, raw: Raw, directory: Directory) -> dict[UnitKey, UnitValue]:
        found: dict[UnitKey, UnitValue] = {}
        for kind, kept in self.table.items():
            for place in reversed(kept.places):
                for unit_id, value in place.read(raw, directory):
                    found[UnitKey(kind, unit_id)] = value
        return found

    def put(self, raw: Raw, wanted: Units, gone: Collection[UnitKey], directory: Directory) -> Raw:
        """A copy that says what is wanted, and nothing of what is to be gone, in no place."""
        result = copy.deepcopy(raw)
        for key, value in wanted.items():
            self.table[key.kind].present.write(result, key.id, value, directory)
            for place in self.table[key.kind].retired:
                place.clear(result, key.id)
        for key in gone:
            for place in self.table[key.kind].places:
                place.clear(result, key.id)
        for key in (*wanted, *gone):
            self._tidy(result, key, directory)
        return result

    def _tidy(self, raw: Raw, key: UnitKey, directory: Directory) -> None:
        """Take away rows in which no unit is left: nobody should see an empty task."""
        for rows in (place.rows for place in self.table[key.kind].places if place.rows):
            empty = [
                row
                for row in rows.find(raw, key.id)
                if not any(place.holds(row, directory) for place in self._in(rows))
            ]
            if empty:
                left = [row for row in member(raw, rows.name) if not any(row is one for one in empty)]
                put_member(raw, rows.name, left)

    def _in(self, rows: Rows) -> Iterator[Place]:
        return (place for kept in self.table.values() for place in kept.places if place.rows is rows)


def _paths(codec: Codec) -> Collection[str]:
    """The members that a codec has in the object it is given."""
    if not isinstance(codec, Members):
        return ()
    inner = (path for row in codec.rows if not row.name for path in _paths(row.codec))
    return [*(row.name for row in codec.rows if row.name), *(codec.fixed or {}), *inner]


def only(raw: Raw, paths: Collection[str]) -> Raw:
    """The record with nothing but what stands at these paths."""
    kept: Raw = {}
    for name, value in raw.items():
        inner = [path.partition(".")[2] for path in paths if path.partition(".")[0] == name]
        if "" in inner or (inner and not isinstance(value, dict)):
            kept[name] = value
        elif inner:
            kept[name] = only(value, inner)
    return kept
