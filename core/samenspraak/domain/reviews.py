"""The recurring talk: what works today may not work in three months."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from samenspraak.domain.agreements import Agreement, Review, ReviewOutcome
from samenspraak.domain.lifecycle import end
from samenspraak.domain.units import UnitChanges, apply
from samenspraak.errors import RuleError

QUARTER_MONTHS = 3


@dataclass(frozen=True, kw_only=True)
class DueReview:
    """A talk that should have been held by now."""

    agreement: Agreement
    due: date


def quarter_after(day: date) -> date:
    """The same date three months on, or the last day of that month when it is shorter."""
    years, month = divmod(day.month - 1 + QUARTER_MONTHS, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def next_due(agreement: Agreement, since: date | None = None) -> date | None:
    """When the next talk is due: as agreed, else each quarter, counted from the last one or the start.

    ``since`` is the day we have known the agreement, for one that says no date at all. None: it is over,
    or nothing says from when to count.
    """
    if agreement.status.is_over:
        return None
    review = agreement.review or Review()
    if review.outcome is not None and review.next:
        return review.next
    if review.due:
        return review.due if review.outcome is None else quarter_after(review.due)
    starts = [one.duty.schedule.start for one in agreement.assignments if one.duty.schedule.start]
    begun = min(starts, default=since)
    return quarter_after(begun) if begun else None


def due_reviews(
    agreements: Iterable[Agreement], today: date, *, since: Mapping[str, date] | None = None
) -> tuple[DueReview, ...]:
    """Those whose talk is due today or was due before, the longest overdue first.

    ``since``: by agreement id, the day we have known it.
    """
    known = since or {}
    found = ((next_due(one, known.get(one.id)), one) for one in agreements)
    due = [DueReview(agreement=one, due=day) for day, one in found if day and day <= today]
    return tuple(sorted(due, key=lambda one: (one.due, one.agreement.id)))


def with_review_date(agreement: Agreement, today: date) -> Agreement:
    """The agreement with a date for its first talk, a quarter from today unless it says one."""
    if next_due(agreement) is not None and agreement.review:
        return agreement
    return replace(agreement, review=replace(agreement.review or Review(), due=quarter_after(today)))


def hold_review(
    agreement: Agreement,
    outcome: ReviewOutcome,
    on: date,
    *,
    changes: UnitChanges | None = None,
    notes: str | None = None,
    next_on: date | None = None,
) -> Agreement:
    """The agreement after the talk of this day, as one new version.

    Args:
        agreement: as it was.
        outcome: kept, changed or ended; an ended one is over from this day.
        on: the day of the talk, which is then its ``due``.
        changes: what the talk changed, only with the outcome *changed*.
        notes: what was said, in place of the notes there were; None leaves those.
        next_on: the next talk, by default a quarter later.

    Raises:
        RuleError: ``review-kept`` for changes without the outcome *changed*, ``review-next`` for a next talk
            before this one, ``review-over`` when the agreement is over already.
    """
    if agreement.status.is_over:
        raise RuleError("review-over", f"Agreement {agreement.id} is over; there is nothing to review.")
    if changes and outcome is not ReviewOutcome.CHANGED:
        raise RuleError("review-kept", "A talk that changed something has the outcome changed.")
    if next_on and next_on <= on:
        raise RuleError("review-next", "The next talk comes after this one.")
    ended = outcome is ReviewOutcome.ENDED
    review = Review(due=on, outcome=outcome, next=None if ended else next_on or quarter_after(on))
    changed = apply(agreement, changes or {})
    held = replace(
        changed, review=review, review_notes=changed.review_notes if notes is None else notes or None
    )
    return end(held, on) if ended else held
