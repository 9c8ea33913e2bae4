"""The value of a unit as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samenspraak.cli._texts import Texts
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UnitKey

_CODED = frozenset(
    {"modality", "state", "form", "frequency", "period", "parts", "outcome", "kind", "life_domain"}
)
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
        return "; ".join(
            f"{texts.word('member', name)}: {_read(name, one, texts, names)}"
            for name, one in value.items()
            if one not in _NOTHING
        )
    if isinstance(value, list):
        return ", ".join(_read(member, one, texts, names) for one in value)
    if member == "weekdays":
        return texts.weekday(value)
    if member in _CODED:
        return _coded(member, str(value), texts)
    if isinstance(value, bool):
        return texts("consent.allows")
    return _named(str(value), names)


def _coded(member: str, code: str, texts: Texts) -> str:
    return texts.word("state" if member == "state" else "value", code)


def _named(text: str, names: Mapping[PartyRef, str]) -> str:
    kind, colon, party_id = text.partition(":")
    if not (colon and party_id and kind in set(PartyKind)):
        return text
    return names.get(PartyRef(kind=PartyKind(kind), id=party_id), text)
