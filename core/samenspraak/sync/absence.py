"""What is asked while somebody is away, and no more once they are back or everything stopped."""

from __future__ import annotations

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.pausing import Away
from samenspraak.domain.units import UnitKey, UnitKind
from samenspraak.policy.state import QuestionKind
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.asking import ask_matter, owner_of
from samenspraak.sync.hub import Hub

PERFORMER_AWAY = "performer-away"
BACKUP_AWAY = "backup-away"


def ask_for_cover(uow: WritingUnitOfWork, hub: Hub, party: PartyRef, away: Away) -> None:
    """The responsible person finds somebody for each assignment that nobody does, or backs up, now."""
    for cause, assignments in ((PERFORMER_AWAY, away.uncovered), (BACKUP_AWAY, away.stands_in)):
        for assignment_id in assignments:
            ask_matter(
                uow,
                hub,
                away.agreement,
                kind=QuestionKind.TO_DO,
                owner=owner_of(away.agreement, UnitKey(UnitKind.ASSIGNMENT, assignment_id)),
                subject=f"{_about(away.agreement, cause, party)}:{assignment_id}",
                cause=cause,
            )


def cover_not_needed(uow: WritingUnitOfWork, hub: Hub, party: PartyRef, agreement: Agreement) -> None:
    """They are back: nobody needs to be found any more."""
    about = tuple(_about(agreement, cause, party) for cause in (PERFORMER_AWAY, BACKUP_AWAY))
    for asked in uow.questions.list(agreement_id=agreement.id):
        if asked.subject.startswith(about):
            uow.questions.close(asked.id, hub.now())


def nothing_to_settle(uow: WritingUnitOfWork, hub: Hub, agreement: Agreement) -> None:
    """Everything stopped: what was asked about it needs no answer."""
    for asked in uow.questions.list(agreement_id=agreement.id):
        uow.questions.close(asked.id, hub.now())


def _about(agreement: Agreement, cause: str, party: PartyRef) -> str:
    return f"agreement:{agreement.id}:{cause}:{party}"
