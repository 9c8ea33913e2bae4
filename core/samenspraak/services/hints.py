"""Another system tells that something may have changed there: a hint, never data."""

from __future__ import annotations

from samenspraak.connectors import Hint, Inbound
from samenspraak.errors import NotFoundError
from samenspraak.store import WritingUnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.pull import look


def take_hints(hub: Hub, organisation: str, connector_id: str, inbound: Inbound) -> None:
    """Verify a notification and store what it hints at; committed when this returns.

    Raises:
        NotFoundError: there is no such organisation or connector.
        AuthenticationError: it does not come from that system.
    """
    if organisation not in hub.store.organisations():
        raise NotFoundError(f"There is no organisation {organisation}.")
    hints = hub.connected.connector(organisation, connector_id).hints(inbound)
    with hub.store.write(organisation) as uow:
        for hint in hints:
            _take(uow, hub, connector_id, hint)
        uow.commit()


def _take(uow: WritingUnitOfWork, hub: Hub, connector_id: str, hint: Hint) -> None:
    remote = uow.remotes.by_external(connector_id, hint.external_id) if hint.external_id else None
    if remote is not None:
        look(uow, remote)
    else:
        # We do not know the object, or not which one: hear from the system now.
        uow.connectors.note(connector_id, poll_due_at=hub.now())
