"""Asking the responsible person when somebody who must hear of something reads no copy anywhere."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.units import STATUS, UnitKey
from samenspraak.errors import ConfigurationError
from samenspraak.policy.capabilities import Write
from samenspraak.policy.reach import Copy, must_hear, reach
from samenspraak.policy.state import ConnectorState, QuestionKind, Reason
from samenspraak.store.records import LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.asking import ask_matter, owner_of
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.hub import Hub

NOT_REACHED = "not-reached"
LOST_SIGHT = "performer-lost-consent"

_STANDS_STILL = (
    Reason.ACCESS_LOST,
    Reason.CONNECTOR,
    Reason.FAILED,
    Reason.OUTSIDE_SELECTION,
    Reason.SET_APART,
    Reason.WITHHELD,
)
"""A copy that rests for one of these says tomorrow what it says today, whatever is recorded here."""


def ask_not_reached(
    uow: WritingUnitOfWork, hub: Hub, agreement: Agreement, changed: Collection[UnitKey]
) -> None:
    """Somebody who must hear of this change reads no copy: somebody has to call them, once for all of it."""
    hearers = must_hear(agreement, changed)
    if not hearers:
        return
    running = {one.id for one in uow.connectors.list() if one.state is ConnectorState.RUNNING}
    copies = [
        copy
        for link, copy in _copies(uow, hub, agreement)
        if copy.connector_id in running and link.reason not in _STANDS_STILL and _tells(uow, hub, copy)
    ]
    for party, unit in hearers.items():
        if not reach(party, copies, uow.parties.groups()):
            _ask(uow, hub, agreement, NOT_REACHED, f"{party}:{unit.id or unit}")


def ask_lost_sight(uow: WritingUnitOfWork, hub: Hub, client_id: str, party_id: str) -> None:
    """Somebody who takes part may no longer see it: the responsible person settles who does it now."""
    for record in uow.agreements.list(client_id=client_id):
        agreement = record.agreement
        taking_part = [ref for ref in agreement.parties if ref.id == party_id]
        if not (agreement.status.is_live and taking_part):
            continue
        copies = [copy for _, copy in _copies(uow, hub, agreement)]
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


def _tells(uow: UnitOfWork, hub: Hub, copy: Copy) -> bool:
    """Whether people hear there of what changed: in a calendar they may look, tomorrow or never."""
    return hub.capabilities(uow.organisation, copy.connector_id).mode is not Write.VIEW


def _copies(uow: UnitOfWork, hub: Hub, agreement: Agreement) -> list[tuple[LinkRecord, Copy]]:
    """The copies that show something today; one whose plugin is gone shows nobody anything any more."""
    found = []
    for link in uow.links.of_agreement(agreement.id):
        there, members = link.connector_id, link.members
        with suppress(ConfigurationError):
            readers = hub.capabilities(uow.organisation, there).readers
            if sight_of(uow, hub, agreement, there, members).shape():
                found.append((link, Copy(connector_id=there, readers=readers, members=members)))
    return found
