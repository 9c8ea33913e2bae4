"""Making an agreement say again what it said before."""

from __future__ import annotations

from collections.abc import Iterator

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.lifecycle import move_to
from samenspraak.domain.units import STATUS, UnitKey, UnitKind, Units, UnitValue, agreement_from, units_of
from samenspraak.errors import RuleError

FACTS = frozenset({UnitKind.EXCEPTION, UnitKind.INSTRUCTED})
"""What happened, or is about one day: a visit that was called off since stays called off."""


def restored(agreement: Agreement, earlier: Agreement) -> Agreement:
    """The agreement with the content of an earlier version; facts stay as they are known now.

    Raises:
        RuleError: ``transition`` when it cannot go back to the state it was in, ``restore`` when it says
            this already.
    """
    now, then = units_of(agreement), units_of(earlier)
    content = {key: value for key, value in then.items() if key.kind not in FACTS}
    back = agreement_from(
        agreement.id, agreement.client_id, {**content, **dict(_facts(now, then)), STATUS: agreement.status}
    )
    after = move_to(back, earlier.status)
    if after == agreement:
        raise RuleError("restore", f"Agreement {agreement.id} says this already.")
    return after


def _facts(now: Units, then: Units) -> Iterator[tuple[UnitKey, UnitValue]]:
    """Of an assignment that is there today what is known today; of one that comes back what was known."""
    for units, is_its_own in ((now, True), (then, False)):
        for key, value in units.items():
            duty = UnitKey(UnitKind.ASSIGNMENT, key.assignment_id) if key.assignment_id else None
            if key.kind in FACTS and (duty in now) is is_its_own:
                yield key, value
