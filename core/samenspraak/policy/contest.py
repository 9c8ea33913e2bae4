"""Two systems changed the same at once: what both typed stays, and a person is asked. Pure.

Source: domain.md, situation 4: the hub and the systems that are not involved keep the last agreed value.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from samenspraak.domain.units import UnitKey, Units
from samenspraak.policy.state import Asked, Do, Plan, QuestionKind, Reason, SentUnits


def contests(adopted: SentUnits, then: Units, theirs: Units) -> frozenset[UnitKey]:
    """Which of these edits another system contests.

    Args:
        adopted: the edits that would be taken over, as the other system would keep them.
        then: what the other system said when each unit was last decided on.
        theirs: what it says now.
    """
    return frozenset(
        key for key, value in adopted.items() if theirs.get(key) != then.get(key) and theirs.get(key) != value
    )


def held_back(decided: Plan, contested: Set[UnitKey], cause: str = "both-changed") -> Plan:
    """The plan that asks about the contested edits and takes nothing over; the next one takes the others."""
    values = {key: decided.adopt[key] for key in sorted(contested)}
    return replace(
        decided,
        do=Do.NOTHING,
        reason=Reason.QUESTION,
        adopt={},
        set={},
        clear=frozenset(),
        hold={**decided.hold, **values},
        questions=(
            *decided.questions,
            Asked(kind=QuestionKind.CONFLICT, values=values, cause=cause),
        ),
    )
