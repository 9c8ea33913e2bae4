"""What goes into the API and comes out of it, as far as several subjects have it in common."""

from __future__ import annotations

import inspect
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from types import SimpleNamespace
from typing import Any, TypeVar

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from jsonschema import Draft202012Validator
from marshmallow import Schema, ValidationError, fields, validate

from samenspraak.domain.parties import PartyRef
from samenspraak.errors import RuleError
from samenspraak.services.paging import Part, Window
from samenspraak.web.api.units import LONGEST, PARTY, PRINTED, schema_of_units

T = TypeVar("T")

MOST = 200
"""So many things are on a page at most."""


class Text(fields.String):
    """What somebody typed, in one form of Unicode and without control characters but line ends."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("validate", validate.Length(max=LONGEST))
        super().__init__(**options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **kwargs) or "")
        if not re.fullmatch(PRINTED, text):
            raise ValidationError("Control characters are not allowed.")
        return text


class Flag(fields.Boolean):
    """True or false in JSON, and nothing that stands for it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Moment(fields.AwareDateTime):
    """A moment in UTC. On the first and the last day there is, where UTC may have none, no zone counts."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        moment: datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            return moment.replace(tzinfo=UTC)


class Party(fields.String):
    """A party as ``kind:id``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return str(PartyRef.parse(text or ""))
        except RuleError as error:
            raise ValidationError(str(error)) from None


class Units(fields.Dict):
    """The units of an agreement by their names. What they mean is read where the agreement is known."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        value, problems = _with_whole_numbers(value), dict[str, list[str]]()
        for error in _units().iter_errors(value):
            where = ".".join(str(one) for one in error.absolute_path) or "units"
            problems.setdefault(where, []).append(
                f"This is no {error.validator} as the documentation has it."
            )
        if problems:
            raise ValidationError(problems)
        return value


def _with_whole_numbers(value: Any) -> Any:
    """The same, in which 5.0 is 5: JSON Schema has no other whole numbers."""
    match value:
        case dict():
            return {name: _with_whole_numbers(one) for name, one in value.items()}
        case list():
            return [_with_whole_numbers(one) for one in value]
        case Decimal() if value == value.to_integral_value():
            return int(value)
    return value


@cache
def _units() -> Draft202012Validator:
    return Draft202012Validator(schema_of_units())


class _Converter(OpenAPIConverter):
    """Describes each thing by the first paragraph of the docstring of its schema."""

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        written: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        told = inspect.getdoc(type(resolve_schema_instance(schema))) or ""
        return written | {"description": " ".join(told.partition("\n\n")[0].replace("``", "`").split())}


class SchemaPlugin(MarshmallowPlugin):
    """Writes our schemas and fields into the OpenAPI document."""

    Converter = _Converter

    def __init__(self) -> None:
        super().__init__(schema_name_resolver=_named)

    def init_spec(self, spec: Any) -> None:
        super().init_spec(spec)
        assert self.converter is not None  # noqa: S101 - the line before made it
        self.converter.add_attribute_function(_of_our_fields)  # type: ignore[no-untyped-call]


def _named(schema: Any) -> str:
    """What a schema is called; one of which members may be left out is another one."""
    found = resolve_schema_instance(schema)
    return f"{type(found).__name__}{'Part' if found.partial else ''}"


def _of_our_fields(_: Any, field: fields.Field[Any], **__: Any) -> dict[str, Any]:
    if isinstance(field, Units):
        return schema_of_units()
    if isinstance(field, Party):
        return dict(PARTY)
    if isinstance(field, Text):
        return {"pattern": PRINTED}
    if isinstance(field, Members):
        return {"pattern": field.pattern}
    return {}


class Members(fields.String):
    """Some members of a thing by name, with commas between them.

    Args:
        of: the schema of the thing.
        options: as every field has them.
    """

    def __init__(self, of: type[Schema], **options: Any) -> None:
        one = "|".join(sorted(of._declared_fields))
        self.pattern = f"^({one})(,({one}))*$"
        description = "Only these members of each thing, with commas: `id,version`."
        super().__init__(
            data_key="fields",
            validate=validate.Regexp(self.pattern),
            metadata={"description": description},
            **options,
        )


CURSOR = "`next` of the page before; left out for the first one."


class Limited(Schema):
    """How long a page is."""

    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=MOST))


class Paging(Limited):
    """Where a page begins and how long it is."""

    cursor = fields.String(load_default="", metadata={"description": CURSOR})


class Page(Schema):
    """Some of what there is. Nothing is left out or doubled by what is written meanwhile."""

    next = fields.String(
        allow_none=True,
        required=True,
        metadata={"description": "The cursor of the next page; null on the last one."},
    )


class Named(Schema):
    """How a party is called."""

    party = fields.String(required=True)
    name = fields.String(required=True)


def called(
    names: Mapping[PartyRef, str], among: Iterable[PartyRef | None] | None = None
) -> list[dict[str, Any]]:
    """How parties are called, those of these that have a name (None: all of them), by kind and id."""
    wanted = names.keys() if among is None else names.keys() & {one for one in among if one}
    return [{"party": ref, "name": names[ref]} for ref in sorted(wanted)]


def only(things: Sequence[Mapping[str, Any]], which: Mapping[str, Any]) -> list[SimpleNamespace]:
    """Of each thing the members that were asked for; all of them when nothing was said.

    As objects: of a mapping without a member ``values`` the library would take its method.
    """
    wanted = set(filter(None, which.get("members", "").split(",")))
    return [SimpleNamespace(**{name: thing[name] for name in wanted or thing}) for thing in things]


def window_of(which: Mapping[str, Any]) -> Window:
    """The part of a list that a query (:class:`Paging`) asks for."""
    return Window(after=which["cursor"], limit=which["limit"])


def page_of(
    found: Part[T], which: Mapping[str, Any], shown: Callable[[T], Mapping[str, Any]] = vars
) -> dict[str, Any]:
    """A part of a list as a :class:`Page`, with the members that were asked for of each as it is shown."""
    return {"items": only([shown(one) for one in found], which), "next": found.next}
