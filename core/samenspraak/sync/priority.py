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


def priority_of(agreement: Agreement, units: Collection[UnitKey], today: date) -> int:
    """How soon other systems must hear of a change in these units; lower goes first."""
    soon = {today, today + timedelta(days=1)}
    days = (OccurrenceKey.parse(key.id).day for key in units if key.kind is UnitKind.EXCEPTION)
    if any(day in soon for day in days):
        return SOON
    return END if STATUS in units and agreement.status.is_over else EDIT
