"""What is told of a change, both ways: notices that leave, and requests that come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

NOTICE, MARK, ARRIVAL = "notice", "mark", "arrival"
"""Members of what lies on the shelf of a connector that tells: the kind of the last notice, the mark of what
it was about, and (only of what is found, never of what is put there) an :class:`Arrival`."""


class NoticeKind(StrEnum):
    """What a notice tells: there is something now, it changed, it is over, or it is not for them any more."""

    AVAILABLE = "available"
    UPDATED = "updated"
    ENDED = "ended"
    RETRACTED = "retracted"

    @property
    def type(self) -> str:
        """What it is called wherever somebody is told of it."""
        return f"agreement.{self}"


@dataclass(frozen=True, kw_only=True)
class Notice:
    """That something is to be fetched, or dropped: ids and numbers, never content.

    ``id``: the same at every attempt · ``number``: of this subscriber, without gaps · ``reader``: for whom,
    as the connector calls them · ``version``: the one to fetch, or a later one · ``at``: when it happened.
    """

    id: str
    number: int
    kind: NoticeKind
    agreement_id: str
    reader: str
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Heartbeat:
    """A sign of life, so that silence can be told from an outage. It has no number of its own.

    ``id``: of this one · ``last``: the number of the last notice there is, sent or not.
    """

    id: str
    last: int
    at: datetime


class Delivery(StrEnum):
    """What became of an attempt.

    ``taken``: they took it · ``unwanted``: they want no more of any · ``not_chosen``: nothing was sent, since
    they chose not to be told of this kind.
    """

    TAKEN = "taken"
    UNWANTED = "unwanted"
    NOT_CHOSEN = "not_chosen"


@dataclass(frozen=True, kw_only=True)
class Inbound:
    """A request another system sent us, as raw as it came.

    ``at``: when it came, by the clock of the machine: also where the hub's own runs faster, as in the demo.
    """

    headers: Mapping[str, str]
    body: bytes
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, kw_only=True)
class Hint:
    """Something may have changed there. ``external_id`` None: we do not know what, so poll.

    ``notice``: what the notice that says so is called, if its system signed that: what is called the same
    counts once. Empty: each counts. A look too many harms nobody, one that is left out may.
    """

    external_id: str | None = None
    notice: str = ""
