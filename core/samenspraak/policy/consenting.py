"""What the recorded consents say about one reader and one category: yes, no, or nothing.

Source: domain.md, "What may flow where": specific beats general; on a tie the objection wins. A consent is
*more specific* when it is at least as narrow in whom it is about (person, role, organisation, app), in
categories, in life domains and in agreements, and narrower in one of them. Two of which neither is more
specific than the other are a tie, also when each is narrower in another way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from datetime import date

from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.consent import Consent, RecipientKind
from samenspraak.domain.units import MatrixRow

_RANK = {kind: rank for rank, kind in enumerate(RecipientKind)}


@dataclass(frozen=True, kw_only=True)
class About:
    """What is asked: about which agreement of which client, on which day."""

    client_id: str
    agreement_id: str
    life_domain: LifeDomain | None
    day: date

    def covered_by(self, consent: Consent) -> bool:
        """Whether a consent is about this agreement today.

        An agreement that does not say its life domain may be of any: an objection against one domain
        covers it, a permission for one domain does not.
        """
        domains = consent.life_domains
        unknown_objected = self.life_domain is None and not consent.allows
        return (
            consent.client_id == self.client_id
            and consent.holds_on(self.day)
            and consent.agreement_id in (None, self.agreement_id)
            and (not domains or self.life_domain in domains or unknown_objected)
        )


def covering(
    consents: Iterable[Consent], about: About, row: MatrixRow, recipients: Set[tuple[RecipientKind, str]]
) -> tuple[Consent, ...]:
    """The consents about this category of this agreement that are addressed to one of these recipients."""
    return tuple(
        one
        for one in consents
        if (one.recipient.kind, one.recipient.id) in recipients
        and (not one.rows or row in one.rows)
        and about.covered_by(one)
    )


def decision(consents: Collection[Consent]) -> bool | None:
    """What covering consents say together: allowed, objected, or (there are none) nothing."""
    decisive = [one for one in consents if not any(_more_specific(other, one) for other in consents)]
    return all(one.allows for one in decisive) if decisive else None


def _more_specific(one: Consent, other: Consent) -> bool:
    return _as_narrow(one, other) and not _as_narrow(other, one)


def _as_narrow(one: Consent, other: Consent) -> bool:
    return (
        _RANK[one.recipient.kind] <= _RANK[other.recipient.kind]
        and _within(one.rows, other.rows)
        and _within(one.life_domains, other.life_domains)
        and (other.agreement_id is None or one.agreement_id is not None)
    )


def _within(one: Set[object], other: Set[object]) -> bool:
    """Whether a set of categories lies within another; an empty one stands for all of them."""
    return not other or (bool(one) and one <= other)
