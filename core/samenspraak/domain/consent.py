"""Consent: the client allows somebody to see a category of data, for a purpose and a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import RuleError


class RecipientKind(StrEnum):
    """Whom a consent is about; the order is from specific to general."""

    PERSON = "person"
    ROLE = "role"
    ORGANISATION = "organisation"
    APP = "app"


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """``id``: a person's id, a party kind for a role, a group's id, or a connector instance for an app."""

    kind: RecipientKind
    id: str


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One recorded consent or objection.

    Without ``rows`` it is about every category, without ``life_domains`` about every one, without
    ``agreement_id`` about all agreements of the client. ``given_by`` is the client or a representative
    (``capacity`` says which). It holds from ``start`` to ``until``, both days included.
    """

    id: str
    client_id: str
    recipient: Recipient
    allows: bool = True
    rows: frozenset[MatrixRow] = frozenset()
    life_domains: frozenset[LifeDomain] = frozenset()
    agreement_id: str | None = None
    purpose: str = ""
    given_by: str = ""
    capacity: str = ""
    start: date | None = None
    until: date | None = None
    withdrawn_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.start and self.until and self.until < self.start:
            raise RuleError("consent-period", "A consent cannot stop before it starts.")

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on this day (Europe/Amsterdam)."""
        begun = self.start is None or self.start <= day
        ended = self.until is not None and day > self.until
        return begun and not ended and self.withdrawn_at is None
