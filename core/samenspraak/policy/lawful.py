"""Which edits of another system an agreement can take over without breaking a rule of the domain. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from samenspraak.domain.agreements import Agreement, OccurrenceKey
from samenspraak.domain.occurrences import is_ruled_out
from samenspraak.domain.units import UnitChanges, UnitKey, UnitKind, UnitValue, apply
from samenspraak.errors import RuleError

NO_SUCH_MOMENT = "no-such-moment"
"""An exception to what is not planned: it would stop nothing, and everybody would be told that it does."""


def unlawful(agreement: Agreement, edits: UnitChanges) -> Mapping[UnitKey, str]:
    """The edits that cannot be taken over, even together with all that can; each with the rule it breaks."""
    taken: dict[UnitKey, UnitValue | None] = {}
    left = dict(edits)
    while left:
        broken = {}
        for key in sorted(left):
            try:
                after = apply(agreement, {**taken, key: left[key]})
            except RuleError as error:
                broken[key] = error.rule
                continue
            if left[key] is not None and _is_about_no_moment(after, key):
                broken[key] = NO_SUCH_MOMENT
            else:
                taken[key] = left[key]
        if broken.keys() == left.keys():
            return broken
        # What was taken since may make lawful what was not: another performer, then the first one leaves.
        left = {key: left[key] for key in broken}
    return {}


def _is_about_no_moment(agreement: Agreement, key: UnitKey) -> bool:
    return key.kind is UnitKind.EXCEPTION and is_ruled_out(agreement, OccurrenceKey.parse(key.id))
