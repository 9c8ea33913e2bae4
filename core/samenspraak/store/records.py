"""What the store gives and takes: frozen values, never rows.

Every id is a text; every time is aware UTC. ``part`` is an assignment's id where a system keeps one object
per assignment, else ``''``. ``audience`` is the stable key of who reads a copy (``''``: staff).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.aliases import SAME, Aliases
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.policy.capabilities import Direction
from samenspraak.policy.enduring import Failing
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import (
    Attempt,
    ConnectorState,
    Intent,
    LinkPhase,
    QuestionKind,
    Reason,
    SentUnits,
)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Who changed something, through what, and why: goes into history and audit.

    ``actor``: a party, ``system`` or ``admin`` · ``connector_id``: the instance it came through, or ''
    (console, CLI, API) · ``why``: a short code such as ``adopted``, ``answered``, ``recorded``, ``matched`` ·
    ``rules``: of what was taken over from a system, per unit the line of the unit table that decided.
    """

    actor: str
    why: str
    connector_id: str = ""
    question_id: str = ""
    rules: Mapping[UnitKey, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AgreementRecord:
    """The agreement as it is now.

    ``same_as``: it was joined into another one, where ``aliases`` tells what its assignments are called here.
    """

    agreement: Agreement
    version: int
    same_as: str | None = None
    aliases: Aliases = SAME
    erased: bool = False


@dataclass(frozen=True, kw_only=True)
class VersionRecord:
    """One version, as it was."""

    agreement: Agreement
    version: int
    at: datetime
    cause: Cause
    units: frozenset[UnitKey]


@dataclass(frozen=True, kw_only=True)
class LinkRecord:
    """The link of one agreement with one audience at one connector.

    Due when ``want != max(have, looked_version)`` or ``look != looked``, and ``next_at`` has come.
    ``aliases``: what the assignments are called in this copy.
    """

    id: str
    agreement_id: str
    connector_id: str
    audience: str
    members: frozenset[PartyRef]
    phase: LinkPhase
    want: int
    have: int
    looked_version: int
    look: int
    looked: int
    reason: Reason
    detail: str
    priority: int
    attempts: int
    next_at: datetime | None
    fence: int
    missing: frozenset[UnitKey] = frozenset()
    retracting: bool = False
    aliases: Aliases = SAME


class Likeness(StrEnum):
    """How an agreement stands to another one that may be the same.

    ``held``: a person is asked, and until then it goes to no further system · ``asked``: the same, seen
    from the one that was there before · ``apart``: a person said that they are two.
    """

    HELD = "held"
    ASKED = "asked"
    APART = "apart"


DOUBLE = "double"
"""Why an object is not worked with: another one, made by the same create of ours, stands for it."""
REPLACED = "replaced"
"""Why an object is not worked with: another one stands for its agreement there."""


@dataclass(frozen=True, kw_only=True)
class RemoteRecord:
    """One object in another system that we know of, linked or not.

    ``group_key``: what ties it there to the other objects of its agreement ·
    ``seen``: the members the lens touches, as last decided per unit (None: nothing yet) · ``base``: unit →
    version it last agreed in · ``shape``: what was last agreed to be seen in this object · ``why``: while
    unlinked: ``new``, ``candidate``, ``person`` (waits for a person), ``outside``, ``apart``; where
    another object is worked with: ``double``, ``replaced`` · ``why_since``: when that began ·
    ``client_there``: the client it waits for, as its system calls them ·
    ``held``: unit under an open question → what the question shows for this object · ``answered``: the same
    once it is answered, until the answer is written · ``unkept``: names of marks and of what was told that
    were not there after a write, one for each such write · ``released``: a person asked to make it again ·
    ``page_mark``: token or digest of the last state a page or fetch showed · ``written_at``: when our last
    write to it was sent, or theirs was taken over: a replica may be behind it · ``row``: version of the row.
    """

    id: str
    connector_id: str
    link_id: str | None = None
    external_id: str | None = None
    part: str = ""
    group_key: str = ""
    phase: LinkPhase = LinkPhase.OPEN
    token: str | None = None
    seen: Mapping[str, Any] | None = None
    base: Mapping[UnitKey, int] = field(default_factory=dict)
    shape: Shape | None = None
    intent: Intent | None = None
    attempts: tuple[Attempt, ...] = ()
    refused: SentUnits = field(default_factory=dict)
    held: SentUnits = field(default_factory=dict)
    answered: SentUnits = field(default_factory=dict)
    released: bool = False
    rewrites: Mapping[UnitKey, str] = field(default_factory=dict)
    earlier: tuple[str, ...] = ()
    unkept: tuple[str, ...] = ()
    ended_by_us: bool = False
    why: str = ""
    why_field: str = ""
    why_since: datetime | None = None
    client_there: str | None = None
    page_mark: str | None = None
    written_at: datetime | None = None
    look: int = 0
    looked: int = 0
    next_at: datetime | None = None
    fence: int = 0
    row: int = 0

    @property
    def is_aside(self) -> bool:
        """Whether another object is worked with in its place."""
        return self.why in (DOUBLE, REPLACED)


class Unlinked(NamedTuple):
    """An object without a link, and why it has none; as :class:`RemoteRecord`."""

    id: str
    connector_id: str
    external_id: str | None
    why_field: str
    why_since: datetime | None
    client_there: str | None


class RemoteMark(NamedTuple):
    """What a page is compared with: which object it is, and the state that was seen last."""

    id: str
    link_id: str | None = None
    page_mark: str | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class QuestionRecord:
    """A question that only a person can settle; at most one open per (kind, subject).

    ``subject``: ``agreement:<id>:<unit>``, ``remote:<id>:<unit>``, ``remote:<id>`` or ``connector:<id>`` ·
    ``owner``: the party or role asked · ``values``: per connector instance (``hub`` for the last agreed)
    what it says, per unit; where its objects say different things, ``<instance>/2`` and on beside it ·
    ``shows``: per remote what the question shows for it; under ``agrees/`` and a party, what that party
    agreed to while others are still asked.
    """

    id: str
    kind: QuestionKind
    subject: str
    agreement_id: str | None
    owner: str
    revision: int
    opened_at: datetime
    deadline: datetime | None
    values: Mapping[str, SentUnits]
    shows: Mapping[str, SentUnits]
    cause: str = ""
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Whether nobody answered in time."""
        return self.deadline is not None and self.deadline < now


@dataclass(frozen=True, kw_only=True)
class ConnectorRecord:
    """One configured connection. ``settings`` hold secrets by reference only.

    ``rules``: by kind of unit whose value holds where people are not asked · ``directions``: by kind of
    unit which way it goes, where that is not both · ``released_at``: when a person last let it take part
    (again).
    """

    id: str
    plugin: str
    title: str
    settings: Mapping[str, Any]
    state: ConnectorState
    state_why: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    directions: Mapping[UnitKind, Direction] = field(default_factory=dict)
    paused_until: datetime | None = None
    failures: int = 0
    breaker_until: datetime | None = None
    heard_at: datetime | None = None
    polled_at: datetime | None = None
    poll_due_at: datetime | None = None
    released_at: datetime | None = None
    row: int = 0

    def takes_over(self, kind: UnitKind) -> bool:
        """Whether what people there make of such units comes here by itself."""
        return self.directions.get(kind, Direction.BOTH).comes

    @property
    def left_out(self) -> frozenset[UnitKind]:
        """The kinds of units that are not kept there."""
        return frozenset(kind for kind, one in self.directions.items() if one is Direction.NONE)


@dataclass(frozen=True, kw_only=True)
class ShownRecord:
    """A copy that the hub itself shows: for whom, and as what the connector made of it."""

    connector_id: str
    id: str
    marker: str
    reader: str
    raw: Mapping[str, Any]
    row: int = 1


@dataclass(frozen=True, kw_only=True)
class EventRecord:
    """A notice in the outbox and what became of it.

    ``kind``, ``reader``, ``version``, ``at``: as in the notice · ``copy_id``: the copy it tells of ·
    ``taken_at``: its subscriber took it, or chose not to be told of its kind · ``given_up_at``: the schedule
    is over, until a person says to try again · ``detail``: the code of what went wrong last.
    """

    id: str
    connector_id: str
    number: int
    kind: str
    copy_id: str
    agreement_id: str
    reader: str
    version: int
    at: datetime
    taken_at: datetime | None = None
    given_up_at: datetime | None = None
    detail: str = ""
    priority: int = 0
    attempts: int = 0
    next_at: datetime | None = None
    fence: int = 0


@dataclass(frozen=True, kw_only=True)
class SubscriberRecord:
    """Whoever takes the notices of one connector.

    ``number``: of the last notice · ``failures``: attempts in a row that failed, whatever they were for ·
    ``quiet_until``: nothing is sent before · ``taken_at``: when it took something last · ``sent_at``: when
    something was sent last · ``failing``: since it took something, nothing but failures.
    """

    connector_id: str
    number: int = 0
    failures: int = 0
    quiet_until: datetime | None = None
    taken_at: datetime | None = None
    sent_at: datetime | None = None
    failing: Failing | None = None


@dataclass(frozen=True, kw_only=True)
class FeedRecord:
    """An address at which one reader can fetch what a connector shows them.

    ``reader``: as the connector calls them · ``token``: the digest of the secret in the address; the secret
    itself is kept nowhere · ``fetched_at``: about when it was last fetched.
    """

    id: str
    connector_id: str
    reader: str
    token: bytes
    at: datetime
    revoked_at: datetime | None = None
    fetched_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CursorRecord:
    """How far a connector's changes were read; bound to the server it came from, only forward."""

    value: str | None
    server: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PartyLink:
    """What one connector calls a party.

    ``manual``: a person decided, never overruled · ``circles``: the clients, as the connector calls them, in
    whose circle the party was met under this id; none: it is not of any client's circle.
    """

    connector_id: str
    external_id: str
    ref: PartyRef
    manual: bool = False
    circles: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class PartyCandidate:
    """A party there that nobody has matched yet, with who it may be (``refs`` best first, with reasons)."""

    connector_id: str
    external_id: str
    kind: str
    name: str
    birth_date: date | None
    client: str | None
    representative: bool
    refs: tuple[tuple[PartyRef, str], ...] = ()
    refused: frozenset[PartyRef] = frozenset()


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """One line of the audit trail: ids and unit names only, never content."""

    at: datetime
    actor: str
    action: str
    object: str
    outcome: str = "ok"
    connector_id: str = ""
    client_id: str = ""
    version: int | None = None
    detail: str = ""
