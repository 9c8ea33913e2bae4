"""What has to do with a party: the clients they are around, and the agreements that name them.

Somebody who only performs, or answers for it, stands in no circle and reads the agreement all the same. So
whenever it turns out who somebody is in a system, or who they are not, all of this is looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync.audiences import ensure_agreement
from samenspraak.sync.hub import Hub


def clients_of(uow: UnitOfWork, parties: Collection[PartyRef]) -> set[str]:
    """The clients among these parties, those they are around, and those with an agreement that names them."""
    return _served(uow, parties) | set(uow.agreements.naming(parties).values())


def concerning(uow: UnitOfWork, parties: Collection[PartyRef]) -> set[str]:
    """Every agreement of a client among these parties or around whom they are, and those that name them."""
    return uow.agreements.ids(_served(uow, parties)) | uow.agreements.naming(parties).keys()


def look_again(uow: WritingUnitOfWork, hub: Hub, agreement_ids: Iterable[str]) -> None:
    """Who may see what of these may have changed."""
    found = sorted(agreement_ids)
    uow.agreements.foresee(found)
    for agreement_id in found:
        ensure_agreement(uow, hub, uow.agreements.get(agreement_id))


def _served(uow: UnitOfWork, parties: Collection[PartyRef]) -> set[str]:
    own = {one.id for one in parties if one.kind is PartyKind.CLIENT}
    others = [one for one in parties if one.kind is not PartyKind.CLIENT]
    return own | {place.client_id for one in others for place in uow.parties.circles_of(one)}
