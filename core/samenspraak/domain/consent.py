"""Consent: the client allows somebody to see a category of data, for a purpose and a period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import RuleError


class RecipientKind(StrEnum):
    """Whom a consent is about; the order is from specific to general."""

    PERSON = "person"
    ROLE = "role"
    ORGANISATION = "organisation"
    APP = "app"


class Capacity(StrEnum):
    """As what somebody consents. ``self``: about showing their own name, and nothing else."""

    CLIENT = "client"
    REPRESENTATIVE = "representative"
    SELF = "self"


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """``id``: a person's id, a party kind for a role, a group's id, or a connector instance for an app."""

    kind: RecipientKind
    id: str

    def __post_init__(self) -> None:
        if not self.id:
            raise RuleError("recipient", "A consent says whom it is about.")
        if self.kind is RecipientKind.ROLE and self.id not in set(PartyKind):
            raise RuleError("recipient", f"Known roles: {', '.join(PartyKind)}.")


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One recorded consent or objection.

    Without ``rows`` it is about every category, without ``life_domains`` about every one, without
    ``agreement_id`` about all agreements of the client. ``given_by`` is the id of who gave it: the client,
    a representative (``capacity`` says which), or with the capacity ``self`` somebody in the client's circle
    who allows or forbids that their own name is shown. It holds from ``start`` to ``until``, both days
    included, unless it was withdrawn. ``evidence`` says where it was recorded, for instance a signed form.
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
    evidence: str = ""
    start: date | None = None
    until: date | None = None
    withdrawn_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.start and self.until and self.until < self.start:
            raise RuleError("consent-period", "A consent cannot stop before it starts.")
        if self.withdrawn_at and self.withdrawn_at.tzinfo is None:
            raise RuleError("consent-time", "The time of a withdrawal says its zone.")
        if self.about_own_name and not (self.given_by and self.rows == {MatrixRow.NAMES}):
            raise RuleError("own-name", "Somebody who is not the client consents to showing their name only.")

    @property
    def about_own_name(self) -> bool:
        """Whether somebody else than the client speaks, about their own name."""
        return self.capacity == Capacity.SELF

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on this day (Europe/Amsterdam)."""
        begun = self.start is None or self.start <= day
        ended = self.until is not None and day > self.until
        return begun and not ended and self.withdrawn_at is None

    def withdrawn(self, at: datetime) -> Consent:
        """The same consent, withdrawn; the first withdrawal counts."""
        return self if self.withdrawn_at else replace(self, withdrawn_at=at)
