"""What can be said about the place of one value, and the codec it makes: words, days, people, objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any

from samenspraak.connectors import Directory
from samenspraak.connectors.json_codecs import (
    CLOCK,
    DAY,
    FLAG,
    NUMBER,
    TEXT,
    Codec,
    Leaf,
    Member,
    Members,
    OneOf,
    Party,
    many,
)
from samenspraak.domain.agreements import (
    State,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import InvalidRecordError
from samenspraak_rest.members import (
    Scalar,
    WrongError,
    between,
    day_format,
    member_name,
    one_of,
    our_word,
    scalar,
    table_of,
    words_for,
)

Normal = Callable[[Any], Any]


@dataclass(frozen=True)
class Built:
    """A codec, and how the system keeps a value of it."""

    codec: Codec
    normal: Normal = lambda value: value


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What can be said about the place of one attribute, and the codec that makes.

    ``options``: what may stand beside ``at``, with how it is read · ``build``: from those · ``inner``: the
    attributes of an object, or what it can be one of (``is_choice``) · ``may_be_flat``: it can stand in the
    members of what holds it.
    """

    build: Callable[..., Built]
    options: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    inner: Mapping[str, Shape] = field(default_factory=dict)
    required: Collection[str] = ()
    may_be_flat: bool = False
    is_choice: bool = False
    is_party: bool = False


def _text(*, longest: int | None = None) -> Built:
    if longest is None:
        return Built(TEXT)
    return Built(TEXT, lambda value: value[:longest].rstrip() if len(value) > longest else value)


def _day(*, format: str = "%Y-%m-%d") -> Built:
    if format == "%Y-%m-%d":
        return Built(DAY)
    return Built(
        Leaf(lambda there: datetime.strptime(there, format).date(), lambda day: day.strftime(format))  # noqa: DTZ007 - a day has no zone
    )


def _in_words(
    kind: type[Enum], may_share: Collection[Enum], *, is_list: bool = False
) -> Callable[..., Built]:
    def build(*, words: Mapping[Any, tuple[Scalar, ...]] | None = None) -> Built:
        words = words or {one: (our_word(one),) for one in kind}
        ours: dict[Any, Any] = {}
        first: dict[Any, Any] = {}
        for one, theirs in words.items():
            for word in theirs:
                other = ours.setdefault(word, one)
                if other is not one and not ({other, one} <= set(may_share) and word == theirs[0]):
                    raise WrongError(
                        nl="één woord van het systeem kan niet twee verschillende dingen betekenen",
                        en="one word of the system cannot mean two different things",
                        member="words",
                    )
            first[one] = ours[theirs[0]]
        leaf = Leaf(ours.__getitem__, lambda value: _word_for(words, value))
        return Built(many(leaf)) if is_list else Built(leaf, lambda value: first.get(value, value))

    return build


def _word_for(words: Mapping[Any, tuple[Scalar, ...]], value: Any) -> Scalar:
    if value not in words:
        raise InvalidRecordError(f"the description has no word for {our_word(value)}", field=our_word(value))
    return words[value][0]


def _whole(there: Any) -> int:
    if type(there) is not int:
        raise TypeError("not a whole number")
    return there


def _as_number(ours: str) -> int:
    if not (ours.isascii() and ours.isdigit()):
        raise InvalidRecordError("an id of this system is a number", field="id")
    return int(ours)


ID_NUMBER = Leaf(lambda there: str(_whole(there)), _as_number)


@dataclass(frozen=True)
class OnePerson:
    """Somebody as nothing but an id, always in one role; whoever has no id there cannot be named."""

    kind: PartyKind
    ids: Leaf

    def read(self, there: Any, directory: Directory) -> PartyRef | None:
        return None if there in (None, "") else directory.party(self.ids.decode(there), self.kind)

    def write(self, value: PartyRef, there: Any, directory: Directory) -> Any:
        if self.read(there, directory) == value and directory.id_of(value) is not None:
            return there
        known = directory.id_of(value)
        if known is None or value.kind is not self.kind:
            raise InvalidRecordError("whom it is about has no id there in this role", field=str(value.kind))
        return self.ids.encode(known)

    def clear(self, there: Any) -> None:
        return None


def _party(ids: Leaf, **said: Any) -> Built:
    """An id alone (``kind``), or an object with ``id``, ``role``, ``name`` and ``reference``."""
    if (kind := said.get("kind")) is not None:
        if len(said) > 1:
            raise WrongError(
                nl="met kind staat er alleen een id; laat id, role, name, reference en roles weg",
                en="with kind there is only an id; leave out id, role, name, reference and roles",
            )
        return Built(OnePerson(kind, ids))
    if missing := [name for name in ("id", "role", "name", "reference") if name not in said]:
        raise WrongError(
            nl=f"noem kind, of ook: {', '.join(missing)}", en=f"name kind, or also: {', '.join(missing)}"
        )
    if len({said[name] for name in ("id", "role", "name", "reference")}) < 4:
        nl, en = (
            "id, role, name en reference zijn vier leden",
            "id, role, name and reference are four members",
        )
        raise WrongError(nl=nl, en=en)
    roles = said.get("roles") or {one: (str(one),) for one in PartyKind}
    return Built(
        Party(
            user=said["id"],
            role=said["role"],
            name=said["name"],
            reference=said["reference"],
            ids=ids,
            words={str(word): kind for kind, theirs in roles.items() for word in theirs},
        )
    )


# What each kind of value can be told about.

A_TEXT = Shape(build=_text, options={"longest": between(20, 10_000)})
A_NUMBER = Shape(build=lambda: Built(NUMBER))
A_FLAG = Shape(build=lambda: Built(FLAG))
A_DAY = Shape(build=_day, options={"format": day_format})
A_CLOCK = Shape(build=lambda: Built(CLOCK))
CLOCKS = Shape(build=lambda: Built(many(CLOCK)))
WHO = Shape(
    build=_party,
    is_party=True,
    options={
        "kind": one_of(*PartyKind),
        "id": member_name,
        "role": member_name,
        "name": member_name,
        "reference": member_name,
        "roles": words_for(PartyKind),
    },
)


def party(value: Any) -> dict[str, Any]:
    """``[party]``: how somebody is named wherever a unit does not say otherwise."""
    if not isinstance(value, dict):
        raise WrongError(nl="hier hoort een tabel", en="a table belongs here")
    found = {}
    for name, one in value.items():
        if name not in WHO.options:
            allowed = ", ".join(WHO.options)
            raise WrongError(
                nl=f"dit kennen we hier niet; wel: {allowed}", en=f"known here: {allowed}", member=name
            )
        try:
            found[name] = WHO.options[name](one)
        except WrongError as error:
            raise WrongError(nl=error.nl, en=error.en, member=name) from None
    _party(TEXT, **found)
    return found


def in_words(kind: type[Enum], *, may_share: Collection[Enum] = (), is_list: bool = False) -> Shape:
    return Shape(
        build=_in_words(kind, may_share, is_list=is_list),
        options={"words": words_for(kind, without=(State.DRAFT,))},
    )


def an_object(kind: type, /, *required: str, **inner: Shape) -> Shape:
    def build(*, always: Mapping[str, Scalar] | None = None, **rows: tuple[str, Built]) -> Built:
        members = tuple(
            Member(name=where, attribute=name, codec=built.codec, required=name in required)
            for name, (where, built) in rows.items()
        )
        normals = {name: built.normal for name, (_, built) in rows.items()}
        return Built(Members(kind, members, always), lambda value: _each_normal(value, normals))

    options = {"always": table_of(scalar)}
    return Shape(build=build, options=options, inner=inner, required=required, may_be_flat=True)


def _each_normal(value: Any, normals: Mapping[str, Normal]) -> Any:
    kept = {name: normal(getattr(value, name)) for name, normal in normals.items() if getattr(value, name)}
    return replace(value, **{name: one for name, one in kept.items() if one != getattr(value, name)})


def one_of_several(**inner: Shape) -> Shape:
    def build(*, kind: str = "", **kinds: tuple[Scalar, Built]) -> Built:
        members = {str(word): built.codec for word, built in kinds.values()}
        return Built(OneOf(members, kind))  # type: ignore[arg-type]  # kinds are built of objects

    return Shape(build=build, options={"kind": member_name}, inner=inner, required=("kind",), is_choice=True)
