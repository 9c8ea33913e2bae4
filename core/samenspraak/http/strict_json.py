"""JSON as RFC 8259 means it, within bounds: what Python's parser lets through and this one does not.

NaN, 1e999, doubled names (the last one would win silently), lone surrogates (which no database or peer
takes), integers beyond 64 bits, and nesting, lists and texts without end.

A number with a fraction or an exponent is a ``Decimal``, never a float: in a dose 1.50 says more than 1.5,
and what is not ours to change goes back with every digit (``simplejson`` writes it so).
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any

from samenspraak.http.limits import DEFAULT_LIMITS, Limits

_LARGEST_INTEGER = 2**63
_CONTAINERS = frozenset({dict, list})
_EXPONENTS = range(-324, 309)  # those of a double


class UnusableJsonError(ValueError):
    """Says why, never with what. ``cut_off`` may be true of a text that simply stopped too early."""

    def __init__(self, reason: str, *, cut_off: bool = False) -> None:
        super().__init__(reason)
        self.cut_off = cut_off


def parse_json(content: bytes, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value, or :class:`UnusableJsonError`. Bytes are UTF-8, whatever a charset claims."""
    try:
        value = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_exact,
            parse_int=_whole,
        )
    except UnusableJsonError:
        raise
    except RecursionError:
        raise UnusableJsonError("is nested too deeply") from None
    except UnicodeDecodeError:
        raise UnusableJsonError("is not UTF-8", cut_off=True) from None
    except json.JSONDecodeError:
        raise UnusableJsonError("is not JSON", cut_off=True) from None
    except ValueError:  # Python refuses to read integers of thousands of digits
        raise UnusableJsonError("holds a number that is too large") from None
    _check(value, limits, plain=_is_plain(content, limits))
    return value


def _is_plain(content: bytes, limits: Limits) -> bool:
    """Whether it cannot hold a text that is too long, nor half a character: then only its shape is left."""
    return len(content) <= limits.json_characters and b"\\u" not in content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise UnusableJsonError("names a member twice")
    return members


def _refuse_constant(_name: str) -> Any:
    raise UnusableJsonError("holds a number that is not one")


def _exact(written: str) -> Decimal:
    try:
        number = Decimal(written)
    except InvalidOperation:
        number = None
    if number is None or number.adjusted() not in _EXPONENTS:
        raise UnusableJsonError("holds a number that is too large or too small")
    return number


def _whole(written: str) -> int:
    number = int(written)
    if not -_LARGEST_INTEGER <= number < _LARGEST_INTEGER:
        raise UnusableJsonError("holds a number that is too large")
    return number


def _check(value: Any, limits: Limits, *, plain: bool) -> None:
    _check_shape(value, limits)
    if not plain:
        _check_texts(value, limits)


def _check_shape(value: Any, limits: Limits) -> None:
    """Level by level: how deep it goes, and how long its lists are."""
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(limits.json_depth):
        if not level:
            return
        if max(map(len, level)) > limits.json_items:
            raise UnusableJsonError("holds a list that is too long")
        level = [
            member
            for item in level
            for member in (item.values() if type(item) is dict else item)
            if type(member) in _CONTAINERS
        ]
    if level:
        raise UnusableJsonError("is nested too deeply")


def _check_texts(value: Any, limits: Limits) -> None:
    waiting: list[Any] = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            _check_text(item, limits)
        elif isinstance(item, dict):
            waiting += [*item, *item.values()]
        elif isinstance(item, list):
            waiting += item


def _check_text(text: str, limits: Limits) -> None:
    if len(text) > limits.json_characters:
        raise UnusableJsonError("holds a text that is too long")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UnusableJsonError("holds half a character") from None
