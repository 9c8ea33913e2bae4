"""Through which system each unit of an agreement got the value it has."""

from __future__ import annotations

from collections.abc import Mapping

from samenspraak.domain.units import UnitKey
from samenspraak.store.unit_of_work import UnitOfWork


def said_through(
    uow: UnitOfWork, agreement_id: str, connector_id: str, *, upto: Mapping[UnitKey, int] | None = None
) -> frozenset[UnitKey]:
    """The units whose value came through this system.

    Args:
        uow: the transaction it is read in.
        agreement_id: which agreement.
        connector_id: which system.
        upto: only these units, as they were in that version.
    """
    last: dict[UnitKey, str] = {}
    for version in uow.agreements.history(agreement_id):
        units = {key for key in version.units if upto is None or version.version <= upto.get(key, 0)}
        last |= dict.fromkeys(units, version.cause.connector_id)
    return frozenset(key for key, through in last.items() if through == connector_id)
