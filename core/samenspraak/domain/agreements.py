"""The agreement: who does what for this client, when, under which conditions.

An agreement is a value. Its parts are *units* (``domain/units.py``): what is merged, hidden, agreed and
shown as one. Illegal agreements cannot be built; the error says which rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.errors import RuleError


class Modality(StrEnum):
    """A task, a permission, or a negative agreement."""

    DOES = "does"
    MAY = "may"
    NEVER = "never"


class LifeDomain(StrEnum):
    """The part of life it is about."""

    CARE = "care"
    MEDICATION = "medication"
    MEALS = "meals"
    MOBILITY = "mobility"
    SOCIAL = "social"
    HOUSEHOLD = "household"
    TRANSPORT = "transport"
    ADMINISTRATION = "administration"


class State(StrEnum):
    """Where an agreement stands. Draft lives in the hub only."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    MISTAKE = "mistake"


LIVE = frozenset({State.PROPOSED, State.ACTIVE, State.PAUSED})
OVER = frozenset({State.ENDED, State.WITHDRAWN, State.MISTAKE})

# The explicit table: from → to. What is over only becomes live again when a person restores it.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.PROPOSED, State.ACTIVE, State.WITHDRAWN, State.MISTAKE}),
    State.PROPOSED: frozenset({State.ACTIVE, State.PAUSED, *OVER}),
    State.ACTIVE: frozenset({State.PROPOSED, State.PAUSED, *OVER}),
    State.PAUSED: frozenset({State.ACTIVE, State.PROPOSED, *OVER}),
    State.ENDED: frozenset({State.ACTIVE, State.WITHDRAWN, State.MISTAKE}),
    State.WITHDRAWN: frozenset({State.ACTIVE, State.MISTAKE}),
    State.MISTAKE: frozenset({State.ACTIVE}),
}


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code beside the plain words."""

    system: str
    value: str
    display: str = ""


@dataclass(frozen=True, kw_only=True)
class What:
    """What is agreed, in plain words, optionally coded."""

    text: str
    modality: Modality = Modality.DOES
    code: Code | None = None

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise RuleError("what", "An agreement says in words what is agreed.")


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Who does it, and when."""

    performer: PartyRef
    schedule: Schedule = field(default_factory=Schedule)


@dataclass(frozen=True, kw_only=True)
class Instructed:
    """This performer was shown how: a fact, not a term."""

    by: PartyRef | None = None
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One performer of an agreement, with what belongs to that performer alone.

    ``responsible``: the professional who is asked when something is unclear; for a device its owner.
    """

    id: str
    duty: Duty
    instructed: Instructed | None = None
    backup: PartyRef | None = None
    responsible: PartyRef | None = None

    def __post_init__(self) -> None:
        if not self.id or any(mark in self.id for mark in "[]:"):
            raise RuleError("assignment-id", "An assignment has an id without brackets or colons.")
        if self.duty.performer.kind is PartyKind.DEVICE and self.responsible is None:
            raise RuleError("device-owner", "A device that performs needs an owner who acts when it fails.")


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """What must hold, how it is done, and whether being shown is required."""

    text: str = ""
    instruction: str = ""
    instruction_required: bool = False


@dataclass(frozen=True, kw_only=True)
class Status:
    """The state with what goes with it; a pause runs from–until, both days included."""

    state: State
    reason: str = ""
    ended_on: date | None = None
    paused_from: date | None = None
    paused_until: date | None = None

    def __post_init__(self) -> None:
        if self.state is not State.PAUSED and (self.paused_from or self.paused_until):
            raise RuleError("pause", "Only a paused agreement has a pause.")
        if self.state not in OVER and self.ended_on:
            raise RuleError("end", "Only an agreement that is over has an end.")
        if self.paused_from and self.paused_until and self.paused_until < self.paused_from:
            raise RuleError("pause-period", "A pause cannot stop before it starts.")

    def is_paused_on(self, day: date) -> bool:
        """Whether it rests on this day; a pause without a first or last day is open on that side."""
        begun = self.paused_from is None or self.paused_from <= day
        over = self.paused_until is not None and self.paused_until < day
        return self.state is State.PAUSED and begun and not over

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class ReviewOutcome(StrEnum):
    """What a review decided."""

    KEPT = "kept"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Review:
    """The recurring talk: when it is due, what the last one decided, when the next one is."""

    due: date | None = None
    outcome: ReviewOutcome | None = None
    next: date | None = None


@dataclass(frozen=True, kw_only=True)
class Decides:
    """Who decides when interests clash, and how the decision is fed back."""

    who: PartyRef
    told_how: str = ""


class ExceptionKind(StrEnum):
    """What is different this once."""

    CANCELLED = "cancelled"
    MOVED = "moved"
    TAKEN_OVER = "taken_over"


@dataclass(frozen=True, kw_only=True, order=True)
class OccurrenceKey:
    """One moment of an assignment: its local date, and the n-th of that day (from 1)."""

    assignment_id: str
    day: date
    nth: int = 1

    def __post_init__(self) -> None:
        if self.nth < 1:
            raise RuleError("occurrence-nth", "The moments of a day count from 1.")

    def __str__(self) -> str:
        return f"{self.assignment_id}:{self.day.isoformat()}:{self.nth}"

    @classmethod
    def parse(cls, text: str) -> OccurrenceKey:
        """The reverse of ``str``.

        Raises:
            RuleError: the text is not ``assignment:day:nth``.
        """
        try:
            assignment_id, day, nth = text.rsplit(":", 2)
            return cls(assignment_id=assignment_id, day=date.fromisoformat(day), nth=int(nth))
        except ValueError as error:
            raise RuleError("occurrence-key", "An occurrence is written as assignment:day:nth.") from error


@dataclass(frozen=True, kw_only=True)
class OccurrenceException:
    """This once it is cancelled, moved (to a day and local time) or taken over (by a party)."""

    kind: ExceptionKind
    moved_to: date | None = None
    moved_time: time | None = None
    by: PartyRef | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.kind is ExceptionKind.MOVED) != (self.moved_to is not None):
            raise RuleError("moved", "A moved occurrence, and only that, says to which day.")
        if self.kind is ExceptionKind.TAKEN_OVER and self.by is None:
            raise RuleError("taken-over", "A taken-over occurrence says by whom.")


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Who does what for this client, when, under which conditions; a standing arrangement."""

    id: str
    client_id: str
    what: What
    assignments: tuple[Assignment, ...]
    status: Status
    life_domain: LifeDomain | None = None
    place: str | None = None
    conditions: Conditions | None = None
    review: Review | None = None
    review_notes: str | None = None
    decides: Decides | None = None
    exceptions: Mapping[OccurrenceKey, OccurrenceException] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = [assignment.id for assignment in self.assignments]
        if not ids:
            raise RuleError("performer", "An agreement has at least one performer.")
        if len(ids) != len(set(ids)):
            raise RuleError("assignment-unique", "Each assignment has an id of its own.")
        object.__setattr__(self, "assignments", tuple(sorted(self.assignments, key=lambda one: one.id)))
        if any(
            one.kind is PartyKind.CLIENT and one.is_resolved and one.id != self.client_id
            for one in self.parties
        ):
            raise RuleError("own-client", "No other client takes part in an agreement.")
        if unknown := {key.assignment_id for key in self.exceptions} - set(ids):
            raise RuleError("exception-assignment", f"No assignment {min(unknown)} for an exception.")

    def assignment(self, assignment_id: str) -> Assignment | None:
        return next((one for one in self.assignments if one.id == assignment_id), None)

    @property
    def client(self) -> PartyRef:
        return PartyRef(kind=PartyKind.CLIENT, id=self.client_id)

    @property
    def performers(self) -> frozenset[PartyRef]:
        return frozenset(one.duty.performer for one in self.assignments)

    @property
    def parties(self) -> frozenset[PartyRef]:
        """Performers, backups and responsible parties: everybody who is party to it."""
        others = (ref for one in self.assignments for ref in (one.backup, one.responsible) if ref)
        return self.performers | frozenset(others)
