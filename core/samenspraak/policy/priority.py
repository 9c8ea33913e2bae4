"""The order of work: retractions, today's and tomorrow's occurrences, ends, edits, bulk."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from samenspraak.domain.agreements import Agreement, OccurrenceKey
from samenspraak.domain.units import STATUS, UnitKey, UnitKind

RETRACTION = 0
SOON = 1
END = 2
EDIT = 3
BULK = 4


def priority_of(
    agreement: Agreement, units: Collection[UnitKey], today: date, days: Collection[date] = ()
) -> int:
    """How soon other systems must hear of a change in these units; lower goes first.

    ``days``: what else it is about, as that something was done there.
    """
    soon = {today, today + timedelta(days=1)}
    moments = [OccurrenceKey.parse(key.id) for key in units if key.kind is UnitKind.EXCEPTION]
    exceptions = [agreement.exceptions[key] for key in moments if key in agreement.exceptions]
    about = {*days, *(key.day for key in moments), *(one.moved_to for one in exceptions)}
    if about & soon:
        return SOON
    return END if STATUS in units and agreement.status.is_over else EDIT
