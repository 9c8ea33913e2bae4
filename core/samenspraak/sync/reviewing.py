"""Telling the responsible person that a talk is due: once for each date, until it was held."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from samenspraak.domain.agreements import Agreement, ReviewOutcome
from samenspraak.domain.reviews import next_due
from samenspraak.domain.units import REVIEW, STATUS, UnitKey
from samenspraak.policy.state import QuestionKind
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.asking import HUB, ask_matter, owner_of
from samenspraak.sync.hub import Hub

REVIEW_DUE = "review-due"
REVIEW_ENDED = "review-ended"
TO_PLAN = timedelta(days=14)
"""How long there is to hold a talk that is due."""


def follow_review(
    uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, changed: Collection[UnitKey]
) -> None:
    """What a new version says of the talk: held, so that nobody is asked; or due; or that it ended this."""
    if not {REVIEW, STATUS} & set(changed):
        return
    due = next_due(agreement, uow.agreements.known_since(agreement.id).get(agreement.id))
    for asked in uow.questions.list(agreement_id=agreement.id):
        if asked.cause == REVIEW_DUE and asked.subject != _subject(agreement, due):
            uow.questions.close(asked.id, hub.now())
        if asked.cause == REVIEW_ENDED and not _contradicts(agreement):
            uow.questions.close(asked.id, hub.now())
    if due is not None and due <= hub.today():
        announce(uow, hub, agreement, due)
    if REVIEW in changed and _contradicts(agreement):
        _ask_end(uow, hub, agreement)


def announce(uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, due: date) -> None:
    """Ask the responsible person to hold the talk that was due on this day, if they were not asked before."""
    subject = _subject(agreement, due)
    known = uow.questions.list(open_only=False, agreement_id=agreement.id)
    if any(one.subject == subject for one in known):
        return
    ask_matter(
        uow,
        hub,
        agreement,
        kind=QuestionKind.TO_DO,
        owner=owner_of(agreement, REVIEW),
        subject=subject,
        cause=REVIEW_DUE,
        within=TO_PLAN,
    )


def _ask_end(uow: WritingUnitOfWork, hub: Hub, agreement: Agreement) -> None:
    """The talk ended it, say they, and they did not end it: is it over?"""
    ask_matter(
        uow,
        hub,
        agreement,
        kind=QuestionKind.ENDED,
        owner=owner_of(agreement, REVIEW),
        subject=f"agreement:{agreement.id}:{REVIEW_ENDED}",
        cause=REVIEW_ENDED,
        values={HUB: {STATUS: agreement.status, REVIEW: agreement.review}},
    )


def _contradicts(agreement: Agreement) -> bool:
    review = agreement.review
    return agreement.status.is_live and review is not None and review.outcome is ReviewOutcome.ENDED


def _subject(agreement: Agreement, due: date | None) -> str:
    return f"agreement:{agreement.id}:{REVIEW_DUE}:{due}"
