"""From JSON members to values and back, so that what already says the same stays as it was typed.

Each codec reads (``None``: nothing there) and writes *over* what is there. Writing keeps members it does
not know, and keeps a spelling it would not have chosen (``08:00:00``) as long as it means the value.
Whatever does not fit raises an ``InvalidRecordError`` that names the place.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, time
from enum import Enum
from typing import Any, Protocol

from samenspraak.connectors.looks import Directory
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import InvalidRecordError, RuleError

Json = dict[str, Any]

OUR_PARTY = "urn:samenspraak:party|"


class Codec(Protocol):
    """One kind of value in one kind of JSON."""

    def read(self, there: Any, directory: Directory) -> Any: ...

    def write(self, value: Any, there: Any, directory: Directory) -> Any: ...

    def clear(self, there: Any) -> Any:
        """What is left of it; None: nothing, the member goes."""


def member(holder: Json, path: str) -> Any:
    """What stands at this path; None where nothing does.

    Raises:
        TypeError: something on the way there is no object.
    """
    found: Any = holder
    for name in path.split(".") if path else ():
        if found is None:
            return None
        found = _exactly(dict)(found).get(name)
    return found


def put_member(target: Json, path: str, value: Any) -> None:
    """Set a member; what holds nothing is left out. The objects on the way are copied, not changed."""
    if not path:
        members = dict(value or {})
        target.clear()
        target.update(members)
        return
    name, _, deeper = path.partition(".")
    if deeper:
        inner = target.get(name)
        inner = dict(inner) if isinstance(inner, dict) else {}
        put_member(inner, deeper, value)
        value = inner
    if value in (None, {}):
        target.pop(name, None)
    else:
        target[name] = value


def clear_member(target: Json, path: str, clear: Callable[[Any], Any]) -> None:
    """Take out what a codec has at this path, also when what stands on the way is none of its making."""
    if not path:
        put_member(target, path, clear(dict(target)))
        return
    name, _, deeper = path.partition(".")
    if name not in target:
        return
    left = target[name]
    if not deeper:
        left = clear(left)
    elif isinstance(left, dict):
        left = dict(left)
        clear_member(left, deeper, clear)
    if left != target[name]:
        put_member(target, name, left)


@contextlib.contextmanager
def at(place: str) -> Iterator[None]:
    """Name the place of whatever does not fit, and not what stands there, which the cause would tell."""
    try:
        yield
    except InvalidRecordError as error:
        field = f"{place}.{error.field}"
        raise InvalidRecordError(f"{field} cannot be read", field=field) from None
    except (AttributeError, KeyError, RuleError, TypeError, ValueError):
        raise InvalidRecordError(f"{place} cannot be read", field=place) from None


@dataclass(frozen=True)
class Leaf:
    """A value in one JSON value. ``decode`` raises ValueError or TypeError when it does not fit."""

    decode: Callable[[Any], Any]
    encode: Callable[[Any], Any]

    def read(self, there: Any, directory: Directory) -> Any:
        return None if there in (None, "", []) else self.decode(there)

    def write(self, value: Any, there: Any, directory: Directory) -> Any:
        return there if self.read(there, directory) == value else self.encode(value)

    def clear(self, there: Any) -> Any:
        return None


def _exactly(kind: type) -> Callable[[Any], Any]:
    def decode(there: Any) -> Any:
        if type(there) is not kind:
            raise TypeError(f"not a {kind.__name__}")
        return there

    return decode


def _as_is(value: Any) -> Any:
    return value


def _clock(there: Any) -> time:
    value = time.fromisoformat(there)
    if value.tzinfo is not None:
        raise ValueError("a local time has no zone")
    return value


def _as_clock(value: time) -> str:
    return value.isoformat("auto" if value.second or value.microsecond else "minutes")


TEXT = Leaf(_exactly(str), _as_is)
NUMBER = Leaf(_exactly(int), _as_is)
FLAG = Leaf(_exactly(bool), _as_is)
DAY = Leaf(date.fromisoformat, date.isoformat)
CLOCK = Leaf(_clock, _as_clock)


def word(words: Mapping[Any, str]) -> Leaf:
    """One of their words for one of ours."""
    ours = {theirs: value for value, theirs in words.items()}
    return Leaf(ours.__getitem__, words.__getitem__)


def many(leaf: Leaf) -> Leaf:
    """A list of them, as a tuple."""
    return Leaf(
        lambda there: tuple(leaf.decode(one) for one in _exactly(list)(there)),
        lambda value: [leaf.encode(one) for one in value],
    )


@dataclass(frozen=True, kw_only=True)
class Member:
    """One row of a mapping: their member, our attribute, and how one becomes the other."""

    name: str
    attribute: str
    codec: Codec
    required: bool = False


@dataclass(frozen=True)
class Members:
    """A dataclass in the members of an object.

    Without a required member there is nothing. ``fixed`` are members that always say the same. A value that
    says more than there are members for is refused: half of it would be another agreement.
    """

    type: type
    rows: tuple[Member, ...]
    fixed: Mapping[str, Any] | None = None

    def read(self, there: Any, directory: Directory) -> Any:
        if there is None:
            return None
        known = _exactly(dict)(there)
        if any(member(known, path) != value for path, value in (self.fixed or {}).items()):
            return None
        values = {}
        for row in self.rows:
            with at(row.name):
                value = row.codec.read(member(known, row.name), directory)
            if value is not None:
                values[row.attribute] = value
            elif row.required:
                return None
        with at(self.rows[0].name if self.rows else "type"):
            return self.type(**values)

    def write(self, value: Any, there: Any, directory: Directory) -> Json:
        result = dict(there or {})
        for path, one in (self.fixed or {}).items():
            if member(result, path) != one:
                put_member(result, path, one)
        for attribute in self._without_member():
            if getattr(value, attribute) != self._default(attribute):
                raise InvalidRecordError(f"there is no member for {attribute}", field=attribute)
        for row in self.rows:
            wanted, present = getattr(value, row.attribute), member(result, row.name)
            if row.codec.read(present, directory) is None and wanted == self._default(row.attribute):
                continue
            written = (
                row.codec.clear(present)
                if wanted in (None, "", ())
                else row.codec.write(wanted, present, directory)
            )
            if written != present:
                put_member(result, row.name, written)
        return result

    def clear(self, there: Any) -> Json | None:
        if not isinstance(there, dict):
            return None
        left = dict(there)
        for path in self.fixed or {}:
            clear_member(left, path, lambda there: None)
        for row in self.rows:
            clear_member(left, row.name, row.codec.clear)
        return left or None

    def _without_member(self) -> list[str]:
        served = {row.attribute for row in self.rows}
        return [one.name for one in fields(self.type) if one.name not in served]

    def _default(self, attribute: str) -> Any:
        declared = next(one for one in fields(self.type) if one.name == attribute)
        if declared.default_factory is not MISSING:
            return declared.default_factory()
        return declared.default


@dataclass(frozen=True)
class OneOf:
    """One of several dataclasses, told apart by the word in the member ``tag``."""

    kinds: Mapping[str, Members]
    tag: str = "type"

    def read(self, there: Any, directory: Directory) -> Any:
        return None if not there else self.kinds[_exactly(dict)(there)[self.tag]].read(there, directory)

    def write(self, value: Any, there: Any, directory: Directory) -> Json:
        name = next((name for name, members in self.kinds.items() if members.type is type(value)), None)
        if name is None:
            raise InvalidRecordError("there is no word for this kind of value", field=self.tag)
        is_same = isinstance(there, dict) and there.get(self.tag) == name
        return {self.tag: name, **self.kinds[name].write(value, there if is_same else {}, directory)}

    def clear(self, there: Any) -> None:
        return None


ROLES: Mapping[str, PartyKind] = {str(kind): kind for kind in PartyKind}


def role(there: Any, words: Mapping[str, PartyKind] = ROLES) -> PartyKind:
    """In which role somebody is there; with one we do not know a relative, as most people are."""
    return words.get(str(there), PartyKind.RELATIVE)


@dataclass(frozen=True, kw_only=True)
class Party:
    """A user of theirs, or somebody they do not know under our own reference, so that it reads back.

    ``user``, ``role``, ``name``, ``reference``: their members · ``ids``: how they write an id · ``words``:
    their words for roles; the first for a role is the one that is written.
    """

    user: str = "user"
    role: str = "role"
    name: str = "name"
    reference: str = "reference"
    ids: Leaf = TEXT
    words: Mapping[str, PartyKind] = field(default_factory=lambda: ROLES)

    def read(self, there: Any, directory: Directory) -> PartyRef | None:
        if not there:
            return None
        if reference := _exactly(dict)(there).get(self.reference):
            return PartyRef.parse(_exactly(str)(reference).removeprefix(OUR_PARTY))
        return directory.party(self.ids.decode(there[self.user]), role(there.get(self.role), self.words))

    def write(self, value: PartyRef, there: Any, directory: Directory) -> Json:
        """Over what says the same party, whichever of their ids it has there; else by the id that fits."""
        is_same = self.read(there, directory) == value
        if (known := directory.id_of(value)) is not None:
            by_user = is_same and self.reference not in there
            return there if by_user else {self.user: self.ids.encode(known), self.role: self._word(value)}
        kept = there if is_same and self.reference in there else {}
        return {**kept, self.name: directory.words_for(value), self.reference: f"{OUR_PARTY}{value}"}

    def clear(self, there: Any) -> None:
        return None

    def _word(self, value: PartyRef) -> str:
        found = next((theirs for theirs, kind in self.words.items() if kind is value.kind), None)
        if found is None:
            raise InvalidRecordError(f"there is no word for the role {value.kind}", field=self.role)
        return found


PARTY = Party()


def enumerated(kind: type[Enum]) -> Leaf:
    """Where their words are ours."""
    return Leaf(kind, lambda value: value.value)
