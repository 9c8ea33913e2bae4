"""Which edits of another system an agreement can take over without breaking a rule of the domain. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.units import UnitChanges, UnitKey, UnitValue, apply
from samenspraak.errors import RuleError


def unlawful(agreement: Agreement, edits: UnitChanges) -> Mapping[UnitKey, str]:
    """The edits that cannot be taken over, even together with all that can; each with the rule it breaks."""
    taken: dict[UnitKey, UnitValue | None] = {}
    left = dict(edits)
    while left:
        broken = {}
        for key in sorted(left):
            try:
                apply(agreement, {**taken, key: left[key]})
            except RuleError as error:
                broken[key] = error.rule
            else:
                taken[key] = left[key]
        if broken.keys() == left.keys():
            return broken
        # What was taken since may make lawful what was not: another performer, then the first one leaves.
        left = {key: left[key] for key in broken}
    return {}
