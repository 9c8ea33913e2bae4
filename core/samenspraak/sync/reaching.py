"""Asking the responsible person when somebody who must hear of something reads no copy anywhere."""

from __future__ import annotations

from collections.abc import Collection

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.units import STATUS, UnitKey
from samenspraak.policy.reach import Copy, must_hear, reach
from samenspraak.policy.state import QuestionKind
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.asking import ask_matter, owner_of
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.hub import Hub

NOT_REACHED = "not-reached"
LOST_SIGHT = "performer-lost-consent"


def ask_not_reached(
    uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, changed: Collection[UnitKey]
) -> None:
    """A moment was called off and whoever steps in reads no copy: somebody has to call them."""
    hearers = must_hear(agreement, changed)
    if not hearers:
        return
    copies = _copies(uow, hub, agreement)
    for key, party in hearers.items():
        if not reach(party, copies, uow.parties.groups()):
            _ask(uow, hub, agreement, NOT_REACHED, f"{party}:{key}")


def ask_lost_sight(uow: WritingUnitOfWork, hub: Hub, client_id: str, party_id: str) -> None:
    """Somebody who takes part may no longer see it: the responsible person settles who does it now."""
    for record in uow.agreements.list(client_id=client_id):
        agreement = record.agreement
        taking_part = [ref for ref in agreement.parties if ref.id == party_id]
        if not (agreement.status.is_live and taking_part):
            continue
        copies = _copies(uow, hub, agreement)
        for party in taking_part:
            if not reach(party, copies):
                _ask(uow, hub, agreement, LOST_SIGHT, str(party))


def _ask(uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, cause: str, about: str) -> None:
    ask_matter(
        uow,
        hub,
        agreement,
        kind=QuestionKind.TO_DO,
        owner=owner_of(agreement, STATUS),
        subject=f"agreement:{agreement.id}:{cause}:{about}",
        cause=cause,
    )


def _copies(uow: UnitOfWork, hub: Hub, agreement: Agreement) -> list[Copy]:
    return [
        Copy(
            connector_id=link.connector_id,
            readers=hub.capabilities(uow.organisation, link.connector_id).readers,
            members=link.members,
        )
        for link in uow.links.of_agreement(agreement.id)
        if sight_of(uow, hub, agreement, link.connector_id, link.members).shape()
    ]
