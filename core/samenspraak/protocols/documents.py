"""Values of the domain and the policy as JSON and back, from their type hints alone.

A mapping of units is written by ``str(UnitKey)``; the table of units says which type its value has. Parties
and moments of an assignment are written as their text. Members are always written, also when they have
their default, so that a later default changes nothing that was agreed before; a member that nobody knows
is refused rather than dropped. Numbers keep every digit.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import simplejson
from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError, StructureHandlerNotFoundError
from cattrs.preconf.json import make_converter

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.schedules import AsNeeded, PartOfDay, Recurrence, TimesPerPeriod
from samenspraak.domain.units import UNITS, UnitKey
from samenspraak.errors import PermanentError, RuleError

T = TypeVar("T")

_TEXT = simplejson.JSONEncoder(sort_keys=True, separators=(",", ":"))
_PARSER = json.JSONDecoder(parse_float=Decimal)
TIMINGS: Mapping[str, type] = {
    "recurrence": Recurrence,
    "part_of_day": PartOfDay,
    "times_per_period": TimesPerPeriod,
    "as_needed": AsNeeded,
}
"""The structured forms of a schedule, by the ``form`` under which they are written."""
_UNREADABLE = (
    *(ForbiddenExtraKeysError, StructureHandlerNotFoundError, RuleError),
    *(ValueError, KeyError, TypeError, AttributeError),
)
"""What goes wrong when a document holds something else than its form says."""


def dump(value: object, form: Any) -> str:
    """The value as JSON text, the same text for equal values. ``form`` is its type, as in a type hint."""
    members = _converter().unstructure(value, unstructure_as=form)
    return _TEXT.encode(members)


def load(text: str | bytes, form: type[T]) -> T:
    """The reverse of :func:`dump`.

    Raises:
        PermanentError: the text is not what this version of the program writes for such a value.
    """
    try:
        members = _PARSER.decode(text if isinstance(text, str) else text.decode())
        return _converter().structure(members, form)
    except _UNREADABLE as error:
        name = getattr(form, "__name__", str(form))
        raise PermanentError(f"A stored {name} cannot be read by this version of the program.") from error


_COMMON = 1024
"""So many values that rows have in common, and their texts, are kept at hand."""


@lru_cache(maxsize=_COMMON)
def dump_common(value: Hashable, form: Any) -> str:
    """As :func:`dump`, for what many rows have in common."""
    return dump(value, form)


@lru_cache(maxsize=_COMMON)
def load_common(text: str, form: type[T]) -> T:
    """As :func:`load`, for what many rows have in common and nobody can change."""
    return load(text, form)


@cache
def _converter() -> Converter:
    converter = make_converter(
        forbid_extra_keys=True,
        detailed_validation=False,
        unstruct_collection_overrides={AbstractSet: _ordered},
    )
    for kind in (PartyRef, UnitKey, OccurrenceKey):
        converter.register_unstructure_hook(kind, str)
        converter.register_structure_hook(kind, _parser(kind))
    for moment in (datetime, date, time):
        converter.register_unstructure_hook(moment, moment.isoformat)
        converter.register_structure_hook(moment, _reader(moment))
    for form, timing in TIMINGS.items():
        write = converter.get_unstructure_hook(timing)
        converter.register_unstructure_hook(timing, _timing_writer(form, write))
    converter.register_structure_hook_func(_is_timing, _timing_reader(converter))
    converter.register_unstructure_hook_factory(_maps_units, lambda _: _unit_writer(converter))
    converter.register_structure_hook_factory(_maps_units, lambda _: _unit_reader(converter))
    return converter


def _ordered(elements: Iterable[Any]) -> list[Any]:
    """The elements of a set in an order that depends on nothing but them."""
    return sorted(elements, key=_as_text)


def _as_text(element: Any) -> str:
    """The element as JSON; a plain text is what it is between quotes."""
    is_plain = type(element) is str and element.isascii() and element.isprintable()
    if is_plain and '"' not in element and "\\" not in element:
        return f'"{element}"'
    return simplejson.dumps(element, sort_keys=True)


def _parser(kind: Any) -> Any:
    return lambda text, _: kind.parse(text)


def _reader(moment: Any) -> Any:
    return lambda text, _: moment.fromisoformat(text)


def _is_timing(form: Any) -> bool:
    """Whether it is the union of the structured forms of a schedule, or of them and None."""
    return set(get_args(form)) - {NoneType} == set(TIMINGS.values())


def _timing_writer(form: str, write: Any) -> Any:
    return lambda timing: {"form": form, **write(timing)}


def _timing_reader(converter: Converter) -> Any:
    def read(members: Mapping[str, Any] | None, _: Any) -> Any:
        if members is None:
            return None
        rest = {name: value for name, value in members.items() if name != "form"}
        return converter.structure(rest, TIMINGS[members["form"]])

    return read


def _maps_units(form: Any) -> bool:
    """Whether it is a mapping from a unit to its value, or to None where it stands for a clear."""
    if get_origin(form) is None or not issubclass(get_origin(form), Mapping):
        return False
    key, value = get_args(form)
    return key is UnitKey and get_origin(value) in (Union, UnionType)


def _unit_writer(converter: Converter) -> Any:
    def write(units: Mapping[UnitKey, Any]) -> dict[str, Any]:
        return {
            str(key): None if value is None else converter.unstructure(value, UNITS[key.kind].type)
            for key, value in units.items()
        }

    return write


def _unit_reader(converter: Converter) -> Any:
    def read(members: Mapping[str, Any], _: Any) -> dict[UnitKey, Any]:
        keys = {UnitKey.parse(text): value for text, value in members.items()}
        return {
            key: None if value is None else converter.structure(value, UNITS[key.kind].type)
            for key, value in keys.items()
        }

    return read
