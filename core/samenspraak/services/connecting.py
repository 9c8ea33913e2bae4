"""Connecting systems for whoever asks from outside: tested before it is saved, and no secret is in reach.

Who stands at the machine may name any secret on it. Over the API an organisation names only its own: the
variables ``SAMENSPRAAK_SECRET_<ORGANISATION>__<NAME>``, and what a connection refers to already. So nobody
has the hub send a file or the secret of another organisation to an address of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from samenspraak.connectors.calls import Checked
from samenspraak.connectors.registry import Registry
from samenspraak.errors import ConfigurationError, RuleError, StaleError
from samenspraak.services import connectors
from samenspraak.services.connectors import Connection
from samenspraak.store.records import ConnectorRecord
from samenspraak.sync.configured import Configured
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class System:
    """A connected system without its secrets. ``secrets``: which are given · ``version``: of its settings."""

    connection: Connection
    secrets: tuple[str, ...]
    version: int


def listed(hub: Hub, registry: Registry, connected: Configured, organisation: str) -> tuple[System, ...]:
    """Every connected system, by id."""
    found = connectors.listed(hub, registry, connected, organisation)
    return tuple(_system(hub, registry, organisation, one) for one in found)


def show(hub: Hub, registry: Registry, connected: Configured, organisation: str, connector_id: str) -> System:
    """One of them.

    Raises:
        NotFoundError: there is none by this id.
    """
    found = connectors.show(hub, registry, connected, organisation, connector_id)
    return _system(hub, registry, organisation, found)


def try_out(
    registry: Registry,
    connected: Configured,
    organisation: str,
    connector_id: str,
    plugin: str,
    settings: Mapping[str, Any],
) -> tuple[Checked, ...]:
    """What a test of this connection comes to, step by step; nothing is saved or written.

    Raises:
        RuleError: the id or a setting does not do.
    """
    with _of_the_caller():
        record = connectors.draft(registry, connector_id, plugin, settings)
        _check_secrets(registry, organisation, record, {})
        return tuple(connectors.try_out(connected, organisation, record))


def test(hub: Hub, connected: Configured, organisation: str, connector_id: str) -> tuple[Checked, ...]:
    """The same for a connection as it is saved.

    Raises:
        NotFoundError: there is none by this id.
        RuleError: its settings do not do.
    """
    with _of_the_caller():
        record = connectors.get(hub, organisation, connector_id)
        return tuple(connectors.try_out(connected, organisation, record))


def connect(
    hub: Hub,
    registry: Registry,
    connected: Configured,
    organisation: str,
    connector_id: str,
    plugin: str,
    settings: Mapping[str, Any],
    *,
    title: str = "",
    by: str,
) -> System:
    """Save a new connection that passes its test; it reads along and writes nothing until it is resumed.

    Raises:
        RuleError: there is one with this id, a setting does not do, or a step of the test fails.
    """
    with hub.store.read(organisation) as uow:
        if any(one.id == connector_id for one in uow.connectors.list()):
            raise RuleError("connector-id", f"There is a connector {connector_id} already.")
    with _of_the_caller():
        record = connectors.draft(registry, connector_id, plugin, settings, title=title)
        _check_secrets(registry, organisation, record, {})
        _check_works(connected, organisation, record)
        connectors.add(hub, connected, organisation, record, by=by)
    return show(hub, registry, connected, organisation, record.id)


def change(
    hub: Hub,
    registry: Registry,
    connected: Configured,
    organisation: str,
    connector_id: str,
    version: int,
    settings: Mapping[str, Any],
    *,
    title: str = "",
    leave: bool = False,
    by: str,
) -> tuple[System, int]:
    """Save other settings that pass the test; a setting that is None is as if it was never given.

    Returns:
        The system, and how many copies are looked at again.

    Raises:
        NotFoundError: there is none by this id.
        StaleError: it is not this version any more.
        RuleError: a setting does not do, a step of the test fails, or what the hub wrote would stay there.
    """
    before = connectors.get(hub, organisation, connector_id)
    if before.row != version:
        raise StaleError(f"Connector {connector_id} was changed in the meantime; look again.")
    record = connectors.changed(before, settings, title=title)
    with _of_the_caller():
        _check_secrets(registry, organisation, record, before.settings)
        _check_works(connected, organisation, record)
        looked = connectors.change(hub, connected, organisation, record, leave=leave, by=by)
    return show(hub, registry, connected, organisation, connector_id), looked


def _system(hub: Hub, registry: Registry, organisation: str, one: Connection) -> System:
    version = connectors.get(hub, organisation, one.id).row
    try:
        secret = registry.kind(one.plugin).manifest.secrets()
    except ConfigurationError:  # its plugin is gone, so that nobody can say which are secret
        secret = frozenset(one.settings)
    shown = {name: value for name, value in one.settings.items() if name not in secret}
    given = tuple(sorted(secret & one.settings.keys()))
    return System(connection=replace(one, settings=shown), secrets=given, version=version)


def _check_secrets(
    registry: Registry, organisation: str, record: ConnectorRecord, before: Mapping[str, Any]
) -> None:
    prefix = f"SAMENSPRAAK_SECRET_{organisation.upper().replace('-', '_')}__"
    own = re.compile(rf"secret://env/{prefix}(?!\w*__)\w+")
    for name in sorted(registry.kind(record.plugin).manifest.secrets() & record.settings.keys()):
        given = record.settings[name]
        if given != before.get(name) and not (isinstance(given, str) and own.fullmatch(given)):
            raise RuleError("settings", f"{name}: give a secret over the API as secret://env/{prefix}NAME.")


def _check_works(connected: Configured, organisation: str, record: ConnectorRecord) -> None:
    for step in connectors.try_out(connected, organisation, record):
        if not step.ok:
            message = f"The test of connector {record.id} failed at {step.step}; nothing was saved."
            raise RuleError("connection", message)


@contextmanager
def _of_the_caller() -> Iterator[None]:
    """Settings that do not do are the caller's to mend, not the hub's."""
    try:
        yield
    except ConfigurationError as error:
        raise RuleError("settings", str(error)) from error
