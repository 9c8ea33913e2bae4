"""Where everybody in a circle reads every record, one reader without consent keeps a copy from all of them.

That is default deny and right (ADR 0021). The responsible person is told why nothing reaches that app, and
by whom: only they can ask for consent, or have somebody leave the circle there.
"""

from __future__ import annotations

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.units import STATUS, units_of
from samenspraak.policy.sight import Audience, Facts
from samenspraak.policy.state import QuestionKind
from samenspraak.policy.visibility import allowed_members
from samenspraak.store.records import LinkRecord, QuestionRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.asking import HUB, owner_of, question
from samenspraak.sync.hub import Hub

KEPT_FROM_ALL = "reader-without-consent"


def tell_of_readers(
    uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, link: LinkRecord, everyone: Audience, facts: Facts
) -> None:
    """Ask about the readers who keep this copy from the others; close the question when nobody does."""
    subject = f"link:{link.id}:{KEPT_FROM_ALL}"
    allowed = allowed_members(units_of(agreement), everyone, facts)
    blocking = sorted(map(str, everyone.members - allowed)) if allowed else []
    if not (blocking and agreement.status.is_live):
        for one in _asked(uow, agreement, subject, open_only=True):
            uow.questions.close(one.id, hub.now())
        return
    cause = f"{KEPT_FROM_ALL}:{' '.join(blocking)}"
    before = _asked(uow, agreement, subject, open_only=False)
    if any(one.cause == cause and one.answer == "not_needed" for one in before):
        return
    uow.questions.ask(
        question(
            hub,
            kind=QuestionKind.TO_DO,
            subject=subject,
            agreement_id=agreement.id,
            owner=owner_of(agreement, STATUS),
            values={HUB: {}, link.connector_id: {}},
            shows={one: {} for one in blocking},
            cause=cause,
        )
    )


def _asked(uow: UnitOfWork, agreement: Agreement, subject: str, *, open_only: bool) -> list[QuestionRecord]:
    known = uow.questions.list(agreement_id=agreement.id, open_only=open_only)
    return [one for one in known if one.subject == subject]
