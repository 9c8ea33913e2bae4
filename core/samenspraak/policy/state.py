"""The values a plan takes and gives: what we hold, what they hold, what both held last."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from samenspraak.domain.agreements import Status
from samenspraak.domain.canonical import digest
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, Units, UnitValue
from samenspraak.policy.capabilities import Arrival, Capabilities, Direction
from samenspraak.policy.shape import Shape

SentUnits = Mapping[UnitKey, UnitValue | None]
"""What a write held, per unit; None stands for a clear."""


class Reason(StrEnum):
    """Why a link is as it is: exactly one, from this closed list, in JSON, on screen and in the CLI.

    In the order in which they matter: of several objects of one link the first reason counts.
    """

    DUE = "due"
    FAILED = "failed"
    QUESTION = "question"
    RETRACTING = "retracting"
    CONNECTOR = "connector"
    ACCESS_LOST = "access_lost"
    SET_APART = "set_apart"
    WAITING_THERE = "waiting_there"
    OUTSIDE_SELECTION = "outside_selection"
    CANNOT_CARRY = "cannot_carry"
    WITHHELD = "withheld"
    RETRACTED = "retracted"
    EQUAL = "equal"
    CLOSED = "closed"

    @property
    def rank(self) -> int:
        """Its place in that order, from 0."""
        return list(Reason).index(self)


class ConnectorState(StrEnum):
    """Whether a connector takes part. ``matching``: reads and links, but creates and writes nothing."""

    RUNNING = "running"
    MATCHING = "matching"
    PAUSED = "paused"
    UNAUTHORISED = "unauthorised"
    STOPPED = "stopped"

    @property
    def listens(self) -> bool:
        """Whether what happens there is read and linked."""
        return self in (ConnectorState.RUNNING, ConnectorState.MATCHING)


class LinkPhase(StrEnum):
    """Whether there is a copy there. ``closed``: there was; the link is kept as a tombstone."""

    NONE = "none"
    OPEN = "open"
    CLOSED = "closed"


class WriteKind(StrEnum):
    """What a write does to the object there."""

    CREATE = "create"
    UPDATE = "update"
    END = "end"
    RETRACT = "retract"


class QuestionKind(StrEnum):
    """What only a person can settle."""

    CONFLICT = "conflict"
    PROPOSAL = "proposal"
    REFUSAL = "refusal"
    ENDED = "ended"
    REPORT = "report"
    IDENTITY = "identity"
    TO_DO = "to_do"
    CONNECTOR = "connector"


@dataclass(frozen=True, kw_only=True)
class Intent:
    """A write that was committed before it left, until its outcome is known, per unit.

    ``before``: what the object said when it was planned, under ``token`` · ``answered``: an answer came, only
    its effect is not yet seen (otherwise the outcome is unknown) · ``waiting``: the id of a proposal that
    waits there · ``conditional``: a precondition stops it from landing late.
    """

    kind: WriteKind
    version: int
    sent: SentUnits
    before: SentUnits
    at: datetime
    how: str = ""
    mark: str | None = None
    told: Sequence[str] = ()
    answered: bool = False
    waiting: str | None = None
    conditional: bool = False
    token: str | None = None
    shape: Shape


def mark_name(mark: str) -> str:
    """A mark by a short name, whatever number its message has (``digest#ordinal``)."""
    return f"mark:{mark.partition('#')[0]}"


def told_name(statements: Iterable[str]) -> str:
    """What is told beside the units, by a short name."""
    return f"told:{digest('t1', sorted(statements))}"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A write of ours whose effect was never seen: what it sent, minus the units since accounted for.

    ``removes``: it was to take the object away, which may still happen.
    """

    sent: SentUnits
    at: datetime
    removes: bool = False


@dataclass(frozen=True, kw_only=True)
class CopyState:
    """What we know of one object there (or the one that should be): the link's side of a plan.

    ``was``: per unit its value in the version the unit last agreed in · ``then``: per unit what the object
    said when that unit was last decided on, read with today's lens · ``shape``: what was last agreed to be
    seen there · ``held``: per unit under an open question what the question shows for this system ·
    ``answered``: per unit whose question was answered, what the question showed for this system ·
    ``past``: per unit every value the hub ever had or sent (needed only for units hidden now) ·
    ``refused``: per unit a value that was refused there, or that the system never took ·
    ``typed``: of a record that people there wrote down themselves, per unit what they made of it over time
    (needed only where nothing may be seen now) ·
    ``left``: of units that are not kept there, and may be seen there, every value people there gave them ·
    ``unkept``: names of marks and of what was told that the system dropped again and again ·
    ``ended_by_us``: a delete or end of ours whose outcome stayed unknown explains an absence.
    """

    phase: LinkPhase = LinkPhase.NONE
    was: Units = field(default_factory=dict)
    then: Units = field(default_factory=dict)
    based: frozenset[UnitKey] = frozenset()
    shape: Shape = field(default_factory=lambda: Shape(units=frozenset()))
    held: SentUnits = field(default_factory=dict)
    answered: SentUnits = field(default_factory=dict)
    past: Mapping[UnitKey, Sequence[UnitValue]] = field(default_factory=dict)
    intent: Intent | None = None
    attempts: Sequence[Attempt] = ()
    mark: str | None = None
    told: frozenset[str] = frozenset()
    refused: SentUnits = field(default_factory=dict)
    unkept: Set[str] = frozenset()
    typed: Mapping[UnitKey, Sequence[UnitValue | None]] = field(default_factory=dict)
    left: Mapping[UnitKey, Sequence[UnitValue | None]] = field(default_factory=dict)
    ended_by_us: bool = False
    released: bool = False


class Presence(StrEnum):
    """How the agreement (or the assignment this object stands for) is in the hub."""

    NONE = "none"
    DRAFT = "draft"
    LIVE = "live"
    OVER = "over"
    ERASED = "erased"


@dataclass(frozen=True, kw_only=True)
class Ours:
    """What the hub holds for this object. ``siblings``: live assignments beside the one it stands for."""

    presence: Presence
    units: Units = field(default_factory=dict)
    version: int = 0
    part: str = ""
    siblings: int = 0

    @property
    def status(self) -> Status | None:
        status = self.units.get(STATUS)
        return status if isinstance(status, Status) else None


@dataclass(frozen=True, kw_only=True)
class NotSeen:
    """We could not see the object: forbidden, out of scope, or nothing that proves anything.

    ``missing``: they say that there is none; only that can be the work of a removal of ours.
    """

    why: str
    missing: bool = False


@dataclass(frozen=True, kw_only=True)
class NotThere:
    """There is provably no such object."""


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """The object cannot be used; ``field`` names the place."""

    field: str


@dataclass(frozen=True, kw_only=True)
class There:
    """The object as it is now.

    ``client_is_ours``: it is about the same client · ``doubles``: how many further objects claim the
    agreement · ``went_back``: its token shows a restored peer · ``repeats``: without tokens, the whole
    record equals an earlier state · ``mark``, ``told`` and ``unanswered`` as in the reading · ``misnamed``:
    units in which somebody stands by another name or id than the readers may see now · ``arrival``: whether
    what was last written has reached them.
    """

    units: Units
    selected: bool = True
    client_is_ours: bool = True
    doubles: int = 0
    went_back: bool = False
    repeats: bool = False
    mark: str | None = None
    told: frozenset[str] = frozenset()
    unanswered: bool = False
    misnamed: frozenset[UnitKey] = frozenset()
    arrival: Arrival = Arrival.THERE

    @property
    def is_over(self) -> bool:
        status = self.units.get(STATUS)
        return isinstance(status, Status) and status.is_over


Theirs = There | NotThere | NotSeen | Unreadable


@dataclass(frozen=True, kw_only=True)
class Leader:
    """The rule of a unit for which one connector's value holds; without it the rule is to ask."""

    connector_id: str


def _same(key: UnitKey, value: UnitValue) -> UnitValue:
    return value


@dataclass(frozen=True, kw_only=True)
class Today:
    """Everything else a plan depends on, as one frozen value.

    ``shape``: what may be seen there now · ``normal``: how the system keeps a value (pure) ·
    ``first_agree``: units whose edit there is a proposal, each with the parties who agree first ·
    ``author``: whose edits they are, where that is sure · ``mark``: of what a copy should show now ·
    ``statements``: ids of the statements that should be readable there · ``candidate``: another agreement may
    be the same one; a person decides first · ``directions``: which way kinds of units go, other than both.
    """

    connector_id: str
    capabilities: Capabilities
    connector: ConnectorState = ConnectorState.RUNNING
    shape: Shape
    normal: Callable[[UnitKey, UnitValue], UnitValue] = _same
    rules: Mapping[UnitKind, Leader] = field(default_factory=dict)
    first_agree: Mapping[UnitKey, frozenset[PartyRef]] = field(default_factory=dict)
    author: PartyRef | None = None
    directions: Mapping[UnitKind, Direction] = field(default_factory=dict)
    mark: str | None = None
    statements: frozenset[str] | None = None
    candidate: bool = False
    client_known: bool = True

    def direction(self, kind: UnitKind) -> Direction:
        return self.directions.get(kind, Direction.BOTH)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question the plan raises.

    ``values``: per unit what this system says; None: it says nothing · ``parties``: per unit who is asked to
    agree; none: whoever is responsible · ``author``: who said it, and so agrees already.
    """

    kind: QuestionKind
    values: SentUnits = field(default_factory=dict)
    cause: str = ""
    parties: Mapping[UnitKey, frozenset[PartyRef]] = field(default_factory=dict)
    author: PartyRef | None = None


class Do(StrEnum):
    """What a plan does to the object there."""

    NOTHING = "nothing"
    ADOPT = "adopt"
    LINK = "link"
    CREATE = "create"
    UPDATE = "update"
    END = "end"
    RETRACT = "retract"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    RESOLVE = "resolve"
    MERGE_DOUBLES = "merge_doubles"
    SET_APART = "set_apart"
    STOP = "stop"
    WAIT = "wait"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do, and why.

    ``row`` names the line of the tables that decided (for tests and ``explain``) · ``adopt``: units of
    theirs that become a new version · ``set`` / ``clear``: what to write there · ``agreed``: units that
    are equal now, their base moves · ``hold``: units under a question, by what this system says ·
    ``keep``: texts of theirs that are kept for a person before they are cleared · ``spent``: units whose
    late own write is accounted for · ``rows``: per unit the line that decided.
    """

    row: str
    reason: Reason
    do: Do = Do.NOTHING
    how: str = ""
    adopt: SentUnits = field(default_factory=dict)
    set: Units = field(default_factory=dict)
    clear: frozenset[UnitKey] = frozenset()
    mark: str | None = None
    tell: bool = False
    agreed: frozenset[UnitKey] = frozenset()
    hold: SentUnits = field(default_factory=dict)
    released: frozenset[UnitKey] = frozenset()
    questions: Sequence[Asked] = ()
    keep: SentUnits = field(default_factory=dict)
    spent: frozenset[UnitKey] = frozenset()
    late: frozenset[UnitKey] = frozenset()
    rows: Mapping[UnitKey, str] = field(default_factory=dict)

    @property
    def writes(self) -> bool:
        return self.do in (Do.CREATE, Do.UPDATE, Do.END, Do.RETRACT, Do.WITHDRAW, Do.MERGE_DOUBLES)
