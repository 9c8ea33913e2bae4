"""From JSON members to values and back, so that what already says the same stays as it was typed.

Each codec reads (``None``: nothing there) and writes *over* what is there. Writing keeps members it does
not know, and keeps a spelling it would not have chosen (``08:00:00``) as long as it means the value.
Whatever does not fit raises an ``InvalidRecordError`` that names the place.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, time
from enum import Enum
from typing import Any, Protocol

from samenspraak.connectors import Directory
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

    Without a required member there is nothing. ``fixed`` are members that always say the same.
    """

    type: type
    rows: tuple[Member, ...]
    fixed: Mapping[str, Any] | None = None

    def read(self, there: Any, directory: Directory) -> Any:
        if there is None:
            return None
        known = _exactly(dict)(there)
        if any(known.get(name) != value for name, value in (self.fixed or {}).items()):
            return None
        values = {}
        for row in self.rows:
            with at(row.name):
                value = row.codec.read(known.get(row.name), directory)
            if value is not None:
                values[row.attribute] = value
            elif row.required:
                return None
        with at(self.rows[0].name if self.rows else "type"):
            return self.type(**values)

    def write(self, value: Any, there: Any, directory: Directory) -> Json:
        result = {**(there or {}), **(self.fixed or {})}
        for row in self.rows:
            wanted, present = getattr(value, row.attribute), result.get(row.name)
            if row.codec.read(present, directory) is None and wanted == self._default(row):
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
        left = {name: value for name, value in there.items() if name not in (self.fixed or {})}
        for row in self.rows:
            if row.name in left:
                put_member(left, row.name, row.codec.clear(left[row.name]))
        return left or None

    def _default(self, row: Member) -> Any:
        declared = next(one for one in fields(self.type) if one.name == row.attribute)
        if declared.default_factory is not MISSING:
            return declared.default_factory()
        return declared.default


def put_member(target: Json, name: str, value: Any) -> None:
    """Set a member; what holds nothing is left out."""
    if value in (None, {}):
        target.pop(name, None)
    else:
        target[name] = value


@dataclass(frozen=True)
class OneOf:
    """One of several dataclasses, told apart by the member ``type``."""

    kinds: Mapping[str, Members]

    def read(self, there: Any, directory: Directory) -> Any:
        return None if not there else self.kinds[_exactly(dict)(there)["type"]].read(there, directory)

    def write(self, value: Any, there: Any, directory: Directory) -> Json:
        name = next(name for name, members in self.kinds.items() if members.type is type(value))
        is_same = isinstance(there, dict) and there.get("type") == name
        return {"type": name, **self.kinds[name].write(value, there if is_same else {}, directory)}

    def clear(self, there: Any) -> None:
        return None


_ROLES = {str(kind): kind for kind in PartyKind}


def role(there: Any) -> PartyKind:
    """In which role somebody is there; with one we do not know a relative, as most people here are."""
    return _ROLES.get(str(there), PartyKind.RELATIVE)


class Party:
    """A user of theirs, or somebody they do not know under our own reference, so that it reads back."""

    def read(self, there: Any, directory: Directory) -> PartyRef | None:
        if not there:
            return None
        if reference := _exactly(dict)(there).get("reference"):
            return PartyRef.parse(_exactly(str)(reference).removeprefix(OUR_PARTY))
        return directory.party(_exactly(str)(there["user"]), role(there.get("role")))

    def write(self, value: PartyRef, there: Any, directory: Directory) -> Json:
        """Over what says the same party, whichever of their ids it has there; else by the id that fits."""
        is_same = self.read(there, directory) == value
        if (known := directory.id_of(value)) is not None:
            by_user = is_same and "reference" not in there
            return there if by_user else {"user": known, "role": str(value.kind)}
        kept = there if is_same and "reference" in there else {}
        return {**kept, "name": directory.words_for(value), "reference": f"{OUR_PARTY}{value}"}

    def clear(self, there: Any) -> None:
        return None


PARTY = Party()


def enumerated(kind: type[Enum]) -> Leaf:
    """Where their words are ours."""
    return Leaf(kind, lambda value: value.value)
