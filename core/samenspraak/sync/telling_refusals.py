"""Puts what was counted of refused credentials into the audit trail (``sync/refusals.py`` says why so)."""

from __future__ import annotations

from datetime import datetime

from samenspraak.store.records import AuditLine
from samenspraak.sync.hub import Hub

UNKNOWN = "unknown"
"""Who was refused, as the audit trail calls them: what they showed says nothing about who they are."""


def tell_refusals(hub: Hub, organisation: str) -> None:
    """Put what is due into the audit trail; what cannot be written now is told the next time."""
    now = hub.now()
    counted = hub.refusals.due(organisation, now)
    if not counted:
        return
    with hub.store.write(organisation) as uow:
        uow.log.audit(*(_line(network, times, now) for network, times in sorted(counted.items())))
        uow.commit()
    hub.refusals.told(organisation, counted, now)


def _line(network: str, times: int, now: datetime) -> AuditLine:
    return AuditLine(
        at=now,
        actor=UNKNOWN,
        action="credential.refused",
        object=f"network:{network}",
        outcome="refused",
        detail=f"times:{times}",
    )
