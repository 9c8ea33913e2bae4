"""One exchange with the connected systems: hear what changed, then do what is due, in this process."""

from __future__ import annotations

from dataclasses import dataclass

from samenspraak.errors import NotFoundError
from samenspraak.policy.state import ConnectorState
from samenspraak.services.status import Status, status
from samenspraak.store.log import Pulled
from samenspraak.sync.daily import new_day
from samenspraak.sync.hub import Hub
from samenspraak.work.hearing import hear, is_due, rates
from samenspraak.work.inline import Worked, work_off


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What one system told. ``error``: the code and message when it could not be heard."""

    connector_id: str
    pulled: Pulled
    error: str = ""
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """What came of an exchange. ``skipped``: systems that were not called, and in which state they are."""

    heard: tuple[Heard, ...]
    skipped: tuple[tuple[str, ConnectorState], ...]
    worked: Worked
    status: Status

    @property
    def unheard(self) -> tuple[tuple[str, str], ...]:
        """The systems that could not be heard, with the code of the error."""
        return tuple((one.connector_id, one.error) for one in self.heard if one.error)


def exchange(
    hub: Hub,
    organisation: str,
    *,
    connector_id: str | None = None,
    full: bool = False,
    due_only: bool = False,
) -> Exchanged:
    """Do the work of the day, hear every system, or one, and then bring every copy that is due to rest.

    Args:
        hub: the hub; no other process may be running its work.
        organisation: whose.
        connector_id: hear this system only.
        full: everything there is, instead of what changed since the last time; once a day it is so anyway.
        due_only: only systems whose time has come, for a timer that comes round often.

    Raises:
        NotFoundError: there is no such connector.
    """
    with hub.store.write(organisation) as uow:
        # A predecessor that died may have left leases behind, and nobody else is at work.
        uow.links.release_all()
        uow.remotes.release_all()
        uow.events.release_all()
        uow.commit()
    new_day(hub, organisation)
    with hub.store.read(organisation) as uow:
        systems = [one for one in uow.connectors.list() if connector_id in (None, one.id)]
    if connector_id is not None and not systems:
        raise NotFoundError(f"There is no connector {connector_id} in {organisation}.")
    listening = [one for one in systems if one.state.listens]
    heard = tuple(
        _hear(hub, organisation, one.id, full=full)
        for one in listening
        if not due_only or is_due(one, rates(hub, organisation, one.id), hub.now())
    )
    return Exchanged(
        heard=heard,
        skipped=tuple((one.id, one.state) for one in systems if not one.state.listens),
        worked=work_off(hub, organisation),
        status=status(hub, organisation),
    )


def _hear(hub: Hub, organisation: str, connector_id: str, *, full: bool) -> Heard:
    pulled, error = hear(hub, organisation, connector_id, full=full)
    code, message = (error.code, str(error)) if error else ("", "")
    return Heard(connector_id=connector_id, pulled=pulled, error=code, message=message)
