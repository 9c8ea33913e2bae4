"""The value of a unit as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from samenspraak.cli._texts import Texts
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UnitKey

_CODED = frozenset(
    {"modality", "state", "form", "frequency", "period", "parts", "outcome", "kind", "life_domain"}
)
_SPEAKS_FOR_ITSELF = ("text", "state", "kind", "form")
"""Members that need no label and come first."""
_PART_OF_ITS_WHOLE = frozenset({"schedule", "timing"})
"""Members whose own members read as those of the unit."""
_NOTHING: tuple[Any, ...] = (None, "", [], {}, False)


def label(key: UnitKey, texts: Texts) -> str:
    """What a unit is called; an element of a set with its id."""
    word = texts.word("unit", key.kind)
    return f"{word} [{key.id}]" if key.id else word


def readable(key: UnitKey, value: Any, texts: Texts, names: Mapping[PartyRef, str]) -> str:
    """A unit's value (JSON) on one line; what is empty in it is left out."""
    if value is None:
        return "–"
    return _read(key.kind, value, texts, names)


def _read(member: str, value: Any, texts: Texts, names: Mapping[PartyRef, str]) -> str:
    if isinstance(value, Mapping):
        return "; ".join(_members(value, texts, names))
    if isinstance(value, list):
        return ", ".join(_read(member, one, texts, names) for one in value)
    if member == "weekdays":
        return texts.weekday(value)
    if member in ("times", "moved_time") and isinstance(value, str):
        return value.removesuffix(":00")
    if isinstance(value, bool):
        return texts("consent.allows")
    return _coded(member, str(value), texts) if member in _CODED else _named(str(value), names)


def _members(value: Mapping[str, Any], texts: Texts, names: Mapping[PartyRef, str]) -> Iterator[str]:
    for name in sorted(value, key=lambda one: one not in _SPEAKS_FOR_ITSELF):
        one = value[name]
        if one in _NOTHING or (name, one) == ("interval", 1):
            continue
        read = _read(name, one, texts, names)
        bare = name in _SPEAKS_FOR_ITSELF or name in _PART_OF_ITS_WHOLE
        yield read if bare else f"{texts.word('member', _called(name, one))}: {read}"


def _called(member: str, value: Any) -> str:
    """``times`` are moments of the day, or in another form how many of them."""
    return "count" if member == "times" and isinstance(value, int) else member


def _coded(member: str, code: str, texts: Texts) -> str:
    return texts.word("state" if member == "state" else "value", code)


def _named(text: str, names: Mapping[PartyRef, str]) -> str:
    kind, colon, party_id = text.partition(":")
    if not (colon and party_id and kind in set(PartyKind)):
        return text
    return names.get(PartyRef(kind=PartyKind(kind), id=party_id), text)
