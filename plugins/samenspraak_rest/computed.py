"""Members that a description computes from others in JMESPath: only read, and never without bounds.

An expression runs no code and reaches nothing but its record. It could still ask for more work or more text
than a record is worth, so that both are counted; what is too long or too deep is refused when it is saved.
Source: https://jmespath.org/specification.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions, signature
from jmespath.visitor import Options, TreeInterpreter

from samenspraak.connectors import Raw
from samenspraak.errors import InvalidRecordError
from samenspraak_rest.members import WrongError, member_path

MARK = "="
"""What the name of a computed member begins with, where a description uses it."""
LONGEST = 500
"""Characters of an expression."""
DEEPEST = 12
"""Steps inside each other."""
_STEPS = 5_000
"""Of the work for one record."""
_LARGEST = 10_000
"""Characters, elements or members of what any step gives."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Expression:
    """An expression that may be asked. ``tree``: as the library parsed it."""

    text: str
    tree: Any

    def of(self, raw: Raw) -> Any:
        """What it says of a record, as JSON; None: nothing.

        Raises:
            InvalidRecordError: it does not fit this record, or asks for too much of it.
        """
        try:
            return _Counting().visit(self.tree, raw)
        except (JMESPathError, TypeError, ValueError, ArithmeticError, RecursionError):
            raise InvalidRecordError("an expression does not fit this record", field="computed") from None


class _Functions(Functions):
    """Those of the specification; only what is no list or object becomes a text.

    A list that holds itself many times over costs nothing, and its text all that there is.
    """

    @signature({"types": ["string", "number", "boolean", "null"]})
    def _func_to_string(self, argument: Any) -> str:
        return argument if isinstance(argument, str) else json.dumps(argument)


class _Counting(TreeInterpreter):
    """Gives up when an expression asks for too much."""

    def __init__(self) -> None:
        super().__init__(Options(custom_functions=_Functions()))
        self._left = _STEPS

    def visit(self, node: Any, *given: Any, **more: Any) -> Any:
        self._left -= 1
        found = super().visit(node, *given, **more) if self._left else None
        if not self._left or (isinstance(found, str | list | dict) and len(found) > _LARGEST):
            raise InvalidRecordError("an expression asks for too much of this record", field="computed")
        return found


def computed(raw: Raw, expressions: Mapping[str, Expression]) -> Raw:
    """The record with what is computed from it; one that has it already stays as it is.

    Raises:
        InvalidRecordError: names the expression that does not fit.
    """
    if all(MARK + name in raw for name in expressions):
        return raw
    found = {}
    for name, expression in expressions.items():
        try:
            found[MARK + name] = expression.of(raw)
        except InvalidRecordError as error:
            raise InvalidRecordError(str(error), field=f"computed.{name}") from None
    return {**raw, **found}


# The readers of a description.


def expression(value: Any) -> Expression:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
        raise WrongError(
            nl=f"hier hoort een JMESPath-uitdrukking van ten hoogste {LONGEST} tekens",
            en=f"a JMESPath expression of at most {LONGEST} characters belongs here",
        )
    try:
        tree = jmespath.compile(value).parsed
    except (JMESPathError, RecursionError) as error:
        at = getattr(error, "lex_position", None)
        where = ("", "") if at is None else (f", rond teken {at + 1}", f", around character {at + 1}")
        raise WrongError(
            nl=f"dit is geen JMESPath-uitdrukking{where[0]}", en=f"this is no JMESPath expression{where[1]}"
        ) from None
    if _depth(tree) > DEEPEST:
        raise WrongError(
            nl=f"deze uitdrukking is te diep; ten hoogste {DEEPEST} stappen in elkaar",
            en=f"this expression is too deep; at most {DEEPEST} steps inside each other",
        )
    return Expression(value, tree)


def computed_name(value: Any) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise WrongError(
            nl="hier hoort een naam van kleine letters, cijfers en _",
            en="a name of small letters, digits and _ belongs here",
        )
    return value


def readable_path(value: Any) -> str:
    """A place in the record, or ``=name`` for what is computed under that name."""
    if isinstance(value, str) and value.startswith(MARK):
        return MARK + computed_name(value.removeprefix(MARK))
    return member_path(value)


def readable_place(value: Any) -> str:
    """The same, or nothing for the whole."""
    return "" if value == "" else readable_path(value)


def _depth(tree: Any) -> int:
    inner = [_depth(one) for one in tree["children"] if isinstance(one, Mapping)]
    return 1 + max(inner, default=0)
