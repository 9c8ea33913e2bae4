"""What two people allow, or are allowed, that turn out to be one: the stricter word holds. Pure.

Source: domain.md, "on a tie the objection wins". Somebody said yes to one of them and no to the other: nobody
knows which of the two they would say now, so that the yes does not hold until they were asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from datetime import date

from samenspraak.domain.consent import Consent


def contradicted(ours: Iterable[Consent], theirs: Iterable[Consent], day: date) -> list[Consent]:
    """The permissions of either side that an objection of the other side is about as well.

    Args:
        ours: consents about, or of, the one that stays, as they are once the two are one.
        theirs: those of the other, likewise.
        day: today; what is over contradicts nothing.
    """
    sides = [[one for one in side if not _is_over(one, day)] for side in (ours, theirs)]
    pairs = ((sides[0], sides[1]), (sides[1], sides[0]))
    return [
        one
        for side, other in pairs
        for one in side
        if one.allows and any(not two.allows and _overlap(one, two) for two in other)
    ]


def _is_over(consent: Consent, day: date) -> bool:
    return consent.withdrawn_at is not None or (consent.until is not None and consent.until < day)


def _overlap(one: Consent, other: Consent) -> bool:
    """Whether both are about some of the same, for the same reader."""
    return (
        (one.client_id, one.recipient) == (other.client_id, other.recipient)
        and _meet(one.rows, other.rows)
        and _meet(one.life_domains, other.life_domains)
        and (None in (one.agreement_id, other.agreement_id) or one.agreement_id == other.agreement_id)
    )


def _meet(one: Set[object], other: Set[object]) -> bool:
    """An empty one stands for all there are."""
    return not one or not other or bool(one & other)
