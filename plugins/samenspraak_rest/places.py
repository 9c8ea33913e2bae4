"""Where each unit of an agreement stands in a record: from the sections ``[units.…]`` to a lens.

A table per unit says which attributes its value has and what can be said about the place of each. Nothing
is guessed: an attribute without a place can only be what it is by default, and an agreement that says more
is not shown there at all (half of it would be another agreement).
"""

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
    Json,
    Leaf,
    Member,
    Members,
    OneOf,
    Party,
    many,
    member,
    put_member,
)
from samenspraak.connectors.json_lens import Kept, Lens, Place, Rows
from samenspraak.domain.agreements import (
    OVER,
    Code,
    Conditions,
    Decides,
    Duty,
    ExceptionKind,
    Instructed,
    LifeDomain,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    Review,
    ReviewOutcome,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import (
    AsNeeded,
    DayPart,
    Frequency,
    PartOfDay,
    Period,
    Recurrence,
    Schedule,
    TimesPerPeriod,
    Weekday,
)
from samenspraak.domain.units import UnitKey, UnitKind, UnitValue
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
Table = Mapping[str, Any]


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


@dataclass(frozen=True, kw_only=True)
class Places:
    """All of them. ``only_read``: units that are never written · ``normal``: how a unit's value is kept."""

    lens: Lens = field(default_factory=lambda: Lens({}))
    only_read: frozenset[UnitKind] = frozenset()
    normals: Mapping[UnitKind, Normal] = field(default_factory=dict)

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        found: UnitValue = self.normals[key.kind](value) if key.kind in self.normals else value
        return found


# One kind of value each.


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


# The table: attributes of each kind of value.

_TEXT = Shape(build=_text, options={"longest": between(20, 10_000)})
_NUMBER = Shape(build=lambda: Built(NUMBER))
_FLAG = Shape(build=lambda: Built(FLAG))
_DAY = Shape(build=_day, options={"format": day_format})
_CLOCK = Shape(build=lambda: Built(CLOCK))
_CLOCKS = Shape(build=lambda: Built(many(CLOCK)))
_WHO = Shape(
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
        if name not in _WHO.options:
            allowed = ", ".join(_WHO.options)
            raise WrongError(
                nl=f"dit kennen we hier niet; wel: {allowed}", en=f"known here: {allowed}", member=name
            )
        try:
            found[name] = _WHO.options[name](one)
        except WrongError as error:
            raise WrongError(nl=error.nl, en=error.en, member=name) from None
    _party(TEXT, **found)
    return found


def _words(kind: type[Enum], *, may_share: Collection[Enum] = (), is_list: bool = False) -> Shape:
    return Shape(
        build=_in_words(kind, may_share, is_list=is_list),
        options={"words": words_for(kind, without=(State.DRAFT,))},
    )


def _object(kind: type, /, *required: str, **inner: Shape) -> Shape:
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


def _when(**inner: Shape) -> Shape:
    def build(*, kind: str = "", **kinds: tuple[Scalar, Built]) -> Built:
        members = {str(word): built.codec for word, built in kinds.values()}
        return Built(OneOf(members, kind))  # type: ignore[arg-type]  # kinds are built of objects

    return Shape(build=build, options={"kind": member_name}, inner=inner, required=("kind",), is_choice=True)


_CODE = _object(Code, "system", "value", system=_TEXT, value=_TEXT, display=_TEXT)
_TIMING = _when(
    recurrence=_object(
        Recurrence,
        "frequency",
        frequency=_words(Frequency),
        interval=_NUMBER,
        weekdays=_words(Weekday, is_list=True),
        times=_CLOCKS,
        minutes=_NUMBER,
    ),
    part_of_day=_object(
        PartOfDay, "parts", parts=_words(DayPart, is_list=True), weekdays=_words(Weekday, is_list=True)
    ),
    times_per_period=_object(TimesPerPeriod, "times", "period", times=_NUMBER, period=_words(Period)),
    as_needed=_object(AsNeeded),
)
_SCHEDULE = _object(Schedule, text=_TEXT, timing=_TIMING, start=_DAY, until=_DAY)

SHAPES: Mapping[UnitKind, Shape] = {
    UnitKind.WHAT: _object(What, "text", text=_TEXT, modality=_words(Modality), code=_CODE),
    UnitKind.LIFE_DOMAIN: _words(LifeDomain, may_share=tuple(LifeDomain)),
    UnitKind.PLACE: _TEXT,
    UnitKind.ASSIGNMENT: _object(Duty, "performer", performer=_WHO, schedule=_SCHEDULE),
    UnitKind.INSTRUCTED: _object(Instructed, "always", by=_WHO, on=_DAY),
    UnitKind.BACKUP: _WHO,
    UnitKind.RESPONSIBLE: _WHO,
    UnitKind.CONDITIONS: _object(Conditions, text=_TEXT, instruction=_TEXT, instruction_required=_FLAG),
    UnitKind.STATUS: _object(
        Status,
        "state",
        state=_words(State, may_share=OVER),
        reason=_TEXT,
        ended_on=_DAY,
        paused_from=_DAY,
        paused_until=_DAY,
    ),
    UnitKind.REVIEW: _object(Review, due=_DAY, outcome=_words(ReviewOutcome), next=_DAY),
    UnitKind.REVIEW_NOTES: _TEXT,
    UnitKind.DECIDES: _object(Decides, "who", who=_WHO, told_how=_TEXT),
    UnitKind.EXCEPTION: _object(
        OccurrenceException,
        "kind",
        kind=_words(ExceptionKind),
        moved_to=_DAY,
        moved_time=_CLOCK,
        by=_WHO,
        reason=_TEXT,
    ),
}
IN_ROWS: Mapping[UnitKind, tuple[str, ...]] = {
    UnitKind.ASSIGNMENT: ("rows", "id"),
    UnitKind.EXCEPTION: ("rows", "assignment", "day", "nth"),
}
"""Units in a list of the record, with the members that say which row is which."""


def rows_of(kind: UnitKind, said: Mapping[str, str]) -> Rows:
    """The list in which each assignment, or each exception, has a row."""
    if kind is UnitKind.ASSIGNMENT:
        return Rows(
            name=said["rows"],
            key=lambda row: _usable_id(member(row, said["id"])),
            new=lambda unit_id: _row({said["id"]: unit_id}),
        )
    day, nth = said["day"], said.get("nth")

    def key(row: Json) -> str:
        number = member(row, nth) if nth else None
        return str(OccurrenceKey.parse(f"{member(row, said['assignment'])}:{member(row, day)}:{number or 1}"))

    def new(unit_id: str) -> Json:
        once = OccurrenceKey.parse(unit_id)
        if nth is None and once.nth > 1:
            raise InvalidRecordError("the description has no member for the second of a day", field="nth")
        number = {nth: once.nth} if nth else {}
        return _row({said["assignment"]: once.assignment_id, day: once.day.isoformat(), **number})

    return Rows(name=said["rows"], key=key, new=new)


def placed(at: str, built: Built, rows: Rows | None) -> Kept:
    return Kept(present=Place(codec=built.codec, member=at or None, rows=rows))


def _usable_id(found: Any) -> str:
    if not isinstance(found, str) or not found or any(mark in found for mark in "[]:"):
        raise ValueError("not usable as the id of an assignment")
    return found


def _row(members: Mapping[str, Any]) -> Json:
    row: Json = {}
    for where, value in members.items():
        put_member(row, where, value)
    return row
