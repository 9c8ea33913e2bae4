"""The endpoint of an app that is told: how it fares, where it is, what it wants, and its secret.

An app manages its own. What it may set is what its kind of connector marks so (``own``); for the rest, and
for what a person decided about it, an admin is asked.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from samenspraak.connectors.calls import Checked
from samenspraak.connectors.manifest import default_of
from samenspraak.errors import ConfigurationError, RuleError, StaleError
from samenspraak.policy.state import ConnectorState
from samenspraak.protocols.standard_webhooks import Secret, SigningKey
from samenspraak.services import ADMIN, connectors, taking_part
from samenspraak.services.events import check_told
from samenspraak.services.naming import actor
from samenspraak.services.repeating import ONCE, Asked, at_most_once
from samenspraak.store.records import ConnectorRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync import subscribers
from samenspraak.sync.changing_over import EARLIER, SECRET, UNTIL, change_over
from samenspraak.sync.configured import Configured
from samenspraak.sync.hub import Hub
from samenspraak.sync.subscribers import Fares

SWITCHED_OFF = "switched_off"
"""Why a connector is paused: the app itself does not want to be told for now."""
_OWN_REASONS = frozenset({SWITCHED_OFF, subscribers.DISABLED, subscribers.UNWANTED})
"""What an app may end by itself."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """Where an app is told and how that goes.

    ``settings``: those that the app may set itself · ``fares``: how it goes · ``last``: the highest number ·
    ``waiting`` and ``given_up``: events · ``public_key``: what is told is signed with its secret half ·
    ``version``: of all that was decided about it.
    """

    connector_id: str
    state: ConnectorState
    state_why: str
    settings: Mapping[str, Any]
    fares: Fares
    last: int
    waiting: int
    given_up: int
    public_key: str
    version: int


@dataclass(frozen=True, kw_only=True)
class Renewed:
    """A new secret, shown now. ``earlier_until``: the one before holds until then."""

    secret: str
    earlier_until: datetime


def get(hub: Hub, organisation: str, connector_id: str) -> Endpoint:
    """How the endpoint of this connector is set and how it fares.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: nobody is told anything through it.
    """
    with hub.store.read(organisation) as uow:
        check_told(uow, hub, connector_id)
        return _endpoint(uow, hub, connector_id)


def change(
    hub: Hub,
    connected: Configured,
    organisation: str,
    connector_id: str,
    version: int,
    settings: Mapping[str, Any],
    *,
    by: str = ADMIN,
) -> Endpoint:
    """Set what an app may set itself. What waits is sent there at once.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: a setting is not the app's to set, or does not do; nothing was changed.
        StaleError: it is not this version any more.
    """
    with hub.store.read(organisation) as uow:
        check_told(uow, hub, connector_id)
        before = uow.connectors.get(connector_id)
    own = hub.connected.manifest(organisation, connector_id).own()
    if foreign := sorted(settings.keys() - own):
        known = ", ".join(sorted(own))
        raise RuleError("settings", f"An app sets {known}; {', '.join(foreign)} is for an admin to set.")
    if before.row != version:
        raise StaleError(f"Connector {connector_id} was changed in the meantime; look again.")
    record = connectors.changed(before, settings)
    try:
        connected.build(organisation, record)
    except ConfigurationError as error:
        raise RuleError("settings", str(error)) from error
    with hub.store.write(organisation) as uow:
        uow.connectors.save(record)
        uow.events.heard(connector_id)
        uow.wake(events=uow.events.hasten(connector_id, hub.now()))
        connectors.note(uow, hub, connector_id, "changed", actor(uow, by), " ".join(sorted(settings)))
        found = _endpoint(uow, hub, connector_id)
        uow.commit()
    return found


def renew_secret(
    hub: Hub,
    organisation: str,
    connector_id: str,
    *,
    by: str = ADMIN,
    asked: Asked = ONCE,
) -> Renewed:
    """A new secret of the hub's making; for another day everything is signed with the one before, too.

    Args:
        hub: the hub.
        organisation: whose.
        connector_id: of the subscriber.
        by: who decided.
        asked: the request, so that a second try of it is given the same secret.

    Raises:
        NotFoundError: there is no such connector, or the secret that this request made holds no more.
        RuleError: nobody is told anything through it, or its secret is not the hub's to make.
    """
    declared = hub.connected.manifest(organisation, connector_id).settings().fields
    with hub.store.write(organisation) as uow:
        check_told(uow, hub, connector_id)
        if not {SECRET, EARLIER, UNTIL} <= declared.keys():
            raise RuleError("secret", f"The secret of connector {connector_id} is not the hub's to make.")

        def make() -> str:
            secret_id, text = hub.new_id(), Secret.make(secrets.token_bytes).text()
            change_over(uow, hub, uow.connectors.get(connector_id), secret_id, text)
            connectors.note(uow, hub, connector_id, "secret_renewed", actor(uow, by), "")
            return secret_id

        text = uow.secrets.text(at_most_once(uow, hub, by, asked, make))
        until = datetime.fromisoformat(uow.connectors.get(connector_id).settings[UNTIL])
        uow.commit()
    return Renewed(secret=text, earlier_until=until)


def test(hub: Hub, connected: Configured, organisation: str, connector_id: str) -> tuple[Checked, ...]:
    """Send a signed event about nothing, and tell step by step what came of it.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: nobody is told anything through it.
        ConfigurationError: its settings do not load.
    """
    with hub.store.read(organisation) as uow:
        check_told(uow, hub, connector_id)
        record = uow.connectors.get(connector_id)
    return tuple(connectors.try_out(connected, organisation, record))


def disable(hub: Hub, organisation: str, connector_id: str, *, by: str = ADMIN) -> Endpoint:
    """Tell the app nothing until it is enabled again; once is as good as twice. Nothing is discarded.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: nobody is told anything through it, or it does not take part.
    """
    with hub.store.write(organisation) as uow:
        check_told(uow, hub, connector_id)
        system = uow.connectors.get(connector_id)
        if system.state_why not in _OWN_REASONS:
            if system.state is not ConnectorState.RUNNING:
                raise _for_an_admin(system)
            paused = replace(system, state=ConnectorState.PAUSED, state_why=SWITCHED_OFF)
            uow.connectors.save(paused)
            connectors.note(uow, hub, connector_id, "paused", actor(uow, by), str(system.state))
        found = _endpoint(uow, hub, connector_id)
        uow.commit()
    return found


def enable(hub: Hub, organisation: str, connector_id: str, *, by: str = ADMIN) -> Endpoint:
    """Tell the app again, all that waits in order; once is as good as twice.

    Only what the app, or its silence, brought about is ended so: a pause that a person decided is not.

    Raises:
        NotFoundError: there is no such connector.
        RuleError: nobody is told anything through it, or it stands still for another reason.
    """
    with hub.store.write(organisation) as uow:
        check_told(uow, hub, connector_id)
        system = uow.connectors.get(connector_id)
        if system.state is not ConnectorState.RUNNING:
            if system.state_why not in _OWN_REASONS:
                raise _for_an_admin(system)
            taking_part.let_take_part(uow, hub, system, by=actor(uow, by))
        found = _endpoint(uow, hub, connector_id)
        uow.commit()
    return found


def _for_an_admin(system: ConnectorRecord) -> RuleError:
    return RuleError(
        "connector-state", f"Connector {system.id} is {system.state}; that is for an admin to change."
    )


def _endpoint(uow: UnitOfWork, hub: Hub, connector_id: str) -> Endpoint:
    system = uow.connectors.get(connector_id)
    manifest = hub.connected.manifest(uow.organisation, connector_id)
    declared = manifest.settings().fields
    waiting, given_up = uow.events.counts(connector_id)
    seed = hub.store.signing_seed(uow.organisation, connector_id)
    return Endpoint(
        connector_id=connector_id,
        state=system.state,
        state_why=system.state_why,
        settings={
            name: system.settings.get(name, default_of(declared[name])) for name in sorted(manifest.own())
        },
        fares=subscribers.fares(uow, system),
        last=uow.events.subscriber(connector_id).number,
        waiting=waiting,
        given_up=given_up,
        public_key=SigningKey(seed).public_text(),
        version=system.row,
    )
