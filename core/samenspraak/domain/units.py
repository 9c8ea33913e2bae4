"""The units of an agreement: one table that merge, terms, visibility, screens and docs read.

An agreement is the same thing as a mapping from :class:`UnitKey` to a value; an empty unit is absent
from the mapping. Each element of a set (assignments, exceptions) is a unit of its own, so that two
parties who change different elements never meet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Decides,
    Duty,
    Instructed,
    LifeDomain,
    Modality,
    OccurrenceException,
    OccurrenceKey,
    Review,
    Status,
    What,
)
from samenspraak.domain.parties import PartyRef
from samenspraak.errors import RuleError


class UnitKind(StrEnum):
    """The kinds of unit, in the order people read them."""

    WHAT = "what"
    LIFE_DOMAIN = "life_domain"
    PLACE = "place"
    ASSIGNMENT = "assignment"
    INSTRUCTED = "instructed"
    BACKUP = "backup"
    RESPONSIBLE = "responsible"
    CONDITIONS = "conditions"
    STATUS = "status"
    REVIEW = "review"
    REVIEW_NOTES = "review_notes"
    DECIDES = "decides"
    EXCEPTION = "exception"


class MatrixRow(StrEnum):
    """The rows of "what may flow where"."""

    BSN = "bsn"
    CLIENT = "client"
    WHAT_WHEN_WHO = "what_when_who"
    CONDITIONS = "conditions"
    REVIEW_OUTCOME = "review_outcome"
    REVIEW_NOTES = "review_notes"
    NAMES = "names"


class Keyed(StrEnum):
    """What the id of a unit is: nothing, an assignment's id, or an occurrence key."""

    NOT = "not"
    ASSIGNMENT = "assignment"
    OCCURRENCE = "occurrence"


class Harm(StrEnum):
    """When two values of a unit can harm: never, always, or as the ``what`` of its agreement does."""

    NEVER = "never"
    AS_WHAT = "as_what"
    ALWAYS = "always"


class Terms(StrEnum):
    """Whether a unit is part of the terms: no, for everybody, or only for its own performer."""

    NO = "no"
    ALL = "all"
    OWN = "own"


UnitValue = (
    What
    | LifeDomain
    | str
    | Duty
    | Instructed
    | PartyRef
    | Conditions
    | Status
    | Review
    | Decides
    | OccurrenceException
)


@dataclass(frozen=True, kw_only=True)
class UnitRow:
    """One row of the table. ``type`` is the type of its value."""

    kind: UnitKind
    type: type
    row: MatrixRow = MatrixRow.WHAT_WHEN_WHO
    keyed: Keyed = Keyed.NOT
    terms: Terms = Terms.NO
    harm: Harm = Harm.NEVER
    names: bool = False


UNITS: Mapping[UnitKind, UnitRow] = {
    row.kind: row
    for row in (
        UnitRow(kind=UnitKind.WHAT, type=What, terms=Terms.ALL, harm=Harm.AS_WHAT),
        UnitRow(kind=UnitKind.LIFE_DOMAIN, type=LifeDomain),
        UnitRow(kind=UnitKind.PLACE, type=str),
        UnitRow(
            kind=UnitKind.ASSIGNMENT,
            type=Duty,
            keyed=Keyed.ASSIGNMENT,
            terms=Terms.OWN,
            harm=Harm.AS_WHAT,
            names=True,
        ),
        UnitRow(kind=UnitKind.INSTRUCTED, type=Instructed, keyed=Keyed.ASSIGNMENT, names=True),
        UnitRow(kind=UnitKind.BACKUP, type=PartyRef, keyed=Keyed.ASSIGNMENT, names=True),
        UnitRow(kind=UnitKind.RESPONSIBLE, type=PartyRef, keyed=Keyed.ASSIGNMENT, names=True),
        UnitRow(
            kind=UnitKind.CONDITIONS,
            type=Conditions,
            row=MatrixRow.CONDITIONS,
            terms=Terms.ALL,
            harm=Harm.ALWAYS,
        ),
        UnitRow(kind=UnitKind.STATUS, type=Status),
        UnitRow(kind=UnitKind.REVIEW, type=Review, row=MatrixRow.REVIEW_OUTCOME),
        UnitRow(kind=UnitKind.REVIEW_NOTES, type=str, row=MatrixRow.REVIEW_NOTES),
        UnitRow(kind=UnitKind.DECIDES, type=Decides),
        UnitRow(kind=UnitKind.EXCEPTION, type=OccurrenceException, keyed=Keyed.OCCURRENCE),
    )
}

_UNITS = "_units"
"""Under this name an agreement keeps its units, once somebody asked for them."""

_ORDER = {kind: number for number, kind in enumerate(UnitKind)}


@dataclass(frozen=True)
class UnitKey:
    """Names one unit of an agreement, for instance ``what`` or ``assignment[a1]``."""

    kind: UnitKind
    id: str = ""

    def __post_init__(self) -> None:
        if (UNITS[self.kind].keyed is not Keyed.NOT) != bool(self.id):
            raise RuleError(
                "unit-key", f"The unit {self.kind} is named with an id exactly if it is in a set."
            )

    def __str__(self) -> str:
        return f"{self.kind}[{self.id}]" if self.id else str(self.kind)

    def __lt__(self, other: UnitKey) -> bool:
        return (_ORDER[self.kind], self.id) < (_ORDER[other.kind], other.id)

    @classmethod
    def parse(cls, text: str) -> UnitKey:
        """The reverse of ``str``.

        Raises:
            RuleError: the text names no unit.
        """
        kind, _, rest = text.partition("[")
        if kind not in _ORDER or (rest and not rest.endswith("]")):
            raise RuleError("unit-key", f"Known units: {', '.join(UnitKind)}.")
        return cls(UnitKind(kind), rest.removesuffix("]"))

    @property
    def assignment_id(self) -> str | None:
        """The assignment this unit belongs to, or None for a unit the whole agreement shares."""
        keyed = UNITS[self.kind].keyed
        if keyed is Keyed.OCCURRENCE:
            return OccurrenceKey.parse(self.id).assignment_id
        return self.id if keyed is Keyed.ASSIGNMENT else None


Units = Mapping[UnitKey, UnitValue]
UnitChanges = Mapping[UnitKey, UnitValue | None]

WHAT = UnitKey(UnitKind.WHAT)
STATUS = UnitKey(UnitKind.STATUS)
LIFE_DOMAIN = UnitKey(UnitKind.LIFE_DOMAIN)
CONDITIONS = UnitKey(UnitKind.CONDITIONS)
REVIEW = UnitKey(UnitKind.REVIEW)

_SHARED = (
    UnitKind.WHAT,
    UnitKind.LIFE_DOMAIN,
    UnitKind.PLACE,
    UnitKind.CONDITIONS,
    UnitKind.STATUS,
    UnitKind.REVIEW,
    UnitKind.REVIEW_NOTES,
    UnitKind.DECIDES,
)
_PER_ASSIGNMENT = {
    UnitKind.ASSIGNMENT: "duty",
    UnitKind.INSTRUCTED: "instructed",
    UnitKind.BACKUP: "backup",
    UnitKind.RESPONSIBLE: "responsible",
}
_EMPTY: tuple[Any, ...] = (None, "", Conditions(), Review())


def named_in(value: UnitValue) -> PartyRef | None:
    """The party that a unit with this value names, if it names one."""
    match value:
        case Duty():
            return value.performer
        case Instructed() | OccurrenceException():
            return value.by
        case Decides():
            return value.who
        case PartyRef():
            return value
    return None


def named(units: Units) -> frozenset[PartyRef]:
    """Every party that these units name."""
    return frozenset(one for one in map(named_in, units.values()) if one)


def renamed(units: Units, old: PartyRef, new: PartyRef) -> dict[UnitKey, UnitValue]:
    """The units that name one party, with another in its place."""
    return {key: _naming(value, new) for key, value in units.items() if named_in(value) == old}


def _naming(value: UnitValue, who: PartyRef) -> UnitValue:
    match value:
        case Duty():
            return replace(value, performer=who)
        case Instructed() | OccurrenceException():
            return replace(value, by=who)
        case Decides():
            return replace(value, who=who)
    return who


def is_empty(value: UnitValue | None) -> bool:
    """Whether a unit with this value says nothing and is therefore absent."""
    return value in _EMPTY


def units_of(agreement: Agreement) -> dict[UnitKey, UnitValue]:
    """The agreement as a mapping; empty units are absent."""
    known = vars(agreement).get(_UNITS)
    if known is None:  # an agreement never changes, and neither do its units
        known = vars(agreement)[_UNITS] = _units_of(agreement)
    return dict(known)


def _units_of(agreement: Agreement) -> dict[UnitKey, UnitValue]:
    found = {UnitKey(kind): getattr(agreement, kind) for kind in _SHARED}
    for assignment in agreement.assignments:
        for kind, attribute in _PER_ASSIGNMENT.items():
            found[UnitKey(kind, assignment.id)] = getattr(assignment, attribute)
    for key, exception in agreement.exceptions.items():
        found[UnitKey(UnitKind.EXCEPTION, str(key))] = exception
    return {key: value for key, value in found.items() if not is_empty(value)}


def agreement_from(agreement_id: str, client_id: str, units: Units) -> Agreement:
    """The agreement that these units make; the reverse of :func:`units_of`.

    What belongs to an assignment that is not there (its backup, its exceptions) is left out.

    Raises:
        RuleError: the units do not make a lawful agreement.
    """
    for kind in (UnitKind.WHAT, UnitKind.STATUS):
        if UnitKey(kind) not in units:
            raise RuleError(str(kind), f"An agreement has a {kind}.")
    ids = sorted(key.id for key in units if key.kind is UnitKind.ASSIGNMENT)
    assignments = tuple(
        Assignment(
            id=one,
            **{
                attribute: units.get(UnitKey(kind, one))  # type: ignore[arg-type]  # the table types it
                for kind, attribute in _PER_ASSIGNMENT.items()
            },
        )
        for one in ids
    )
    exceptions = {
        OccurrenceKey.parse(key.id): value
        for key, value in units.items()
        if key.kind is UnitKind.EXCEPTION and key.assignment_id in ids
    }
    return Agreement(
        id=agreement_id,
        client_id=client_id,
        assignments=assignments,
        exceptions=exceptions,  # type: ignore[arg-type]  # the table types it
        **{kind: units.get(UnitKey(kind)) for kind in _SHARED},  # type: ignore[arg-type]
    )


def apply(agreement: Agreement, changes: UnitChanges) -> Agreement:
    """The agreement with these units changed (None empties a unit; an assignment then leaves).

    Raises:
        RuleError: the outcome would not be a lawful agreement.
    """
    units = dict(units_of(agreement))
    for key, value in changes.items():
        if value is None or is_empty(value):
            units.pop(key, None)
        else:
            units[key] = value
    return agreement_from(agreement.id, agreement.client_id, units)


def differing(before: Units, after: Units) -> frozenset[UnitKey]:
    """The units whose value is not the same on both sides."""
    return frozenset(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def can_harm(key: UnitKey, units: Units) -> bool:
    """Whether a wrong value here can harm: never decided over somebody's head, always a question.

    Source: domain.md, "What may flow where": conditions and instruction, ``never`` agreements, and
    everything in the life domains medication and mobility.
    """
    harm = UNITS[key.kind].harm
    if harm is Harm.ALWAYS:
        return True
    dangerous_domain = units.get(LIFE_DOMAIN) in (LifeDomain.MEDICATION, LifeDomain.MOBILITY)
    if dangerous_domain:
        return True
    what = units.get(WHAT)
    return harm is Harm.AS_WHAT and isinstance(what, What) and what.modality is Modality.NEVER
