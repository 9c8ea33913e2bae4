"""A secret that the hub made itself, and the day in which the one before still holds (ADR 0048).

A connector that lets the hub make its secret declares the settings :data:`SECRET`, :data:`EARLIER` and
:data:`UNTIL`, and signs with the earlier one up to that moment.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from samenspraak.store.records import ConnectorRecord
from samenspraak.store.secrets import HELD, reference_to
from samenspraak.store.unit_of_work import Store, WritingUnitOfWork
from samenspraak.sync.hub import Hub

SECRET, EARLIER, UNTIL = "secret", "earlier_secret", "earlier_secret_until"
FOR = timedelta(hours=24)


def held(store: Store, organisation: str, reference: str) -> str | None:
    """The secret behind a reference, if the hub made it itself.

    Raises:
        NotFoundError: it is there no more.
    """
    if not reference.startswith(HELD):
        return None
    with store.read(organisation) as uow:
        return uow.secrets.text(reference.removeprefix(HELD))


def change_over(
    uow: WritingUnitOfWork, hub: Hub, system: ConnectorRecord, secret_id: str, text: str
) -> ConnectorRecord:
    """Keep a new secret, and let the one before hold for another day; what held before that does no more."""
    uow.secrets.add(secret_id, system.id, text, hub.now())
    settings = {
        **system.settings,
        SECRET: reference_to(secret_id),
        EARLIER: system.settings.get(SECRET),
        UNTIL: (hub.now() + FOR).isoformat(),
    }
    return _save(uow, replace(system, settings=settings))


def forget_earlier(hub: Hub, organisation: str) -> None:
    """Remove what does not hold any more."""
    with hub.store.read(organisation) as uow:
        over = [one.id for one in uow.connectors.list() if _is_over(one, hub.now())]
    for connector_id in over:
        with hub.store.write(organisation) as uow:
            system = uow.connectors.get(connector_id)
            if _is_over(system, hub.now()):
                left = {name: one for name, one in system.settings.items() if name not in (EARLIER, UNTIL)}
                _save(uow, replace(system, settings=left))
                uow.commit()


def _is_over(system: ConnectorRecord, now: datetime) -> bool:
    until = system.settings.get(UNTIL)
    return until is not None and datetime.fromisoformat(until) <= now


def _save(uow: WritingUnitOfWork, system: ConnectorRecord) -> ConnectorRecord:
    uow.secrets.keep(system.id, [str(system.settings.get(name, "")) for name in (SECRET, EARLIER)])
    return uow.connectors.save(system)
