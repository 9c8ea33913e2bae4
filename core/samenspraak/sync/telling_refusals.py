"""Puts what was counted of refusals into the audit trail (``sync/refusals.py`` says why so)."""

from __future__ import annotations

from datetime import datetime

from samenspraak.store.records import AuditLine
from samenspraak.sync.hub import Hub
from samenspraak.sync.refusals import Refused


def tell_refusals(hub: Hub, organisation: str) -> None:
    """Put what is due into the audit trail; what cannot be written now is told the next time."""
    now = hub.now()
    counted = hub.refusals.due(organisation, now)
    if not counted:
        return
    with hub.store.write(organisation) as uow:
        uow.log.audit(*(_line(what, times, now) for what, times in sorted(counted.items())))
        uow.commit()
    hub.refusals.told(organisation, counted, now)


def _line(what: Refused, times: int, now: datetime) -> AuditLine:
    return AuditLine(at=now, **vars(what), outcome="refused", detail=f"times:{times}")
