"""What parties say about an agreement: assents, reports and comments. Append-only, never merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from samenspraak.domain.agreements import OccurrenceKey
from samenspraak.domain.parties import PartyRef
from samenspraak.errors import RuleError


class StatementKind(StrEnum):
    """What somebody says. Assent and decline are about terms; done and not done about one moment."""

    ASSENT = "assent"
    DECLINE = "decline"
    DONE = "done"
    NOT_DONE = "not_done"
    COMMENT = "comment"


ASSENTS = frozenset({StatementKind.ASSENT, StatementKind.DECLINE})
REPORTS = frozenset({StatementKind.DONE, StatementKind.NOT_DONE})


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One thing a party said.

    ``id`` is the same wherever and however often it is read: the hub's own for what was said here, else
    made from the connector instance and the id it has there. ``terms`` is the digest of the terms an
    assent is about, as they concern that party. ``at`` is aware UTC. ``through`` is the connector
    instance it came in by, or ``hub``.
    """

    id: str
    kind: StatementKind
    by: PartyRef
    at: datetime
    through: str
    terms: str = ""
    occurrence: OccurrenceKey | None = None
    text: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise RuleError("statement-time", "A statement's time says its zone.")
        if (self.kind in ASSENTS) != bool(self.terms):
            raise RuleError("assent-terms", "An assent, and only that, says to which terms.")
        if (self.kind in REPORTS) != (self.occurrence is not None):
            raise RuleError("report-occurrence", "A report, and only that, says about which moment.")
        if self.kind is StatementKind.COMMENT and not self.text.strip():
            raise RuleError("comment-text", "A comment has a text.")
