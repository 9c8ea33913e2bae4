"""The connected systems: what can be connected, trying one out, adding and changing it, how each is doing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from samenspraak.connectors.calls import Checked
from samenspraak.connectors.connector import Connector
from samenspraak.connectors.manifest import Manifest, Text, default_of
from samenspraak.connectors.registry import Failure, Registry
from samenspraak.domain.units import UnitKind
from samenspraak.errors import (
    ConfigurationError,
    NotFoundError,
    PermanentError,
    RuleError,
    SamenspraakError,
    StaleError,
)
from samenspraak.http import key_set
from samenspraak.policy import priority
from samenspraak.policy.capabilities import Direction, SystemKind
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.services import ADMIN
from samenspraak.services.naming import actor, check_id
from samenspraak.store.records import AuditLine, ConnectorRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.configured import Configured
from samenspraak.sync.hub import Hub
from samenspraak.sync.matching import read_again, wake_waiting
from samenspraak.sync.remapped import left_behind, read_otherwise, reread


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing an admin fills in. ``default`` is None where there is none, or it cannot be shown."""

    name: str
    title: Text
    help: Text
    is_secret: bool
    is_required: bool
    default: Any = None


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A kind of system that can be connected."""

    name: str
    title: Text
    summary: Text
    version: str
    kind: SystemKind
    settings: tuple[Setting, ...]


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A connected system and how it goes.

    ``links``: counted by reason · ``rules``: whose value of a unit holds, where people are not asked ·
    ``directions``: which way a kind of unit goes, where not both · ``problem``: why it cannot be used.
    """

    id: str
    plugin: str
    title: str
    kind: SystemKind | None
    state: ConnectorState
    state_why: str
    settings: Mapping[str, Any]
    links: Mapping[Reason, int]
    heard_at: datetime | None
    rules: Mapping[str, str]
    directions: Mapping[UnitKind, Direction]
    problem: str = ""


# What can be connected.


def installed(registry: Registry) -> tuple[tuple[Installed, ...], tuple[Failure, ...]]:
    """The kinds of systems that can be connected, and the plugins that cannot be used, with the reason."""
    kinds = (_installed(registry.connectors[name].manifest) for name in sorted(registry.connectors))
    return tuple(kinds), registry.failures


def _installed(manifest: Manifest) -> Installed:
    secrets = manifest.secrets()
    declared = manifest.settings().fields
    return Installed(
        name=manifest.name,
        title=manifest.title,
        summary=manifest.summary,
        version=manifest.version,
        kind=manifest.capabilities.kind,
        settings=tuple(
            Setting(
                name=name,
                title=field.metadata.get("title", {}),
                help=field.metadata.get("help", {}),
                is_secret=name in secrets,
                is_required=field.required,
                default=default_of(field),
            )
            for name, field in declared.items()
        ),
    )


# Adding one.


def draft(
    registry: Registry,
    connector_id: str,
    plugin: str,
    settings: Mapping[str, Any],
    *,
    title: str = "",
    state: ConnectorState = ConnectorState.MATCHING,
) -> ConnectorRecord:
    """A connection that is not saved yet. It begins by matching: it reads and links, and writes nothing.

    Args:
        registry: the installed kinds of systems.
        connector_id: its own id, as it will be in every list and address.
        plugin: the kind of system.
        settings: as given, secrets by reference.
        title: how people know it; the id unless given.
        state: in which it begins.

    Raises:
        RuleError: the id does not do.
        ConfigurationError: there is no such kind of system.
    """
    check_id(connector_id)
    registry.kind(plugin)
    return ConnectorRecord(
        id=connector_id, plugin=plugin, title=title or connector_id, settings=dict(settings), state=state
    )


def try_out(connected: Configured, organisation: str, record: ConnectorRecord) -> Iterator[Checked]:
    """Test a connection step by step, saved or not; stops after the first step that fails. Writes nothing.

    Raises:
        ConfigurationError: the settings do not load; every problem is named.
        PermanentError: the plugin broke off.
    """
    connector, call = connected.build(organisation, record)
    try:
        yield from connector.check(call)
    except SamenspraakError:
        raise
    except Exception as error:  # a plugin may raise anything; its words may hold what a server said
        raise PermanentError(
            f"The test of connector {record.id} broke off ({type(error).__name__})."
        ) from error


def add(
    hub: Hub, connected: Configured, organisation: str, record: ConnectorRecord, *, by: str = ADMIN
) -> None:
    """Save a new connection; from now on it is heard.

    Raises:
        ConfigurationError: its settings do not load; every problem is named.
        StaleError: there is one with this id already.
    """
    connected.build(organisation, record)
    with hub.store.write(organisation) as uow:
        if any(one.id == record.id for one in uow.connectors.list()):
            raise StaleError(f"There is a connector {record.id} already.")
        uow.connectors.add(record)
        note(uow, hub, record.id, "added", actor(uow, by), f"{record.plugin} {record.state}")
        uow.commit()


def public_keys(hub: Hub, organisation: str, connector_id: str) -> Mapping[str, Any]:
    """The public keys with which the other system checks that it is us, as a JSON Web Key Set.

    Raises:
        NotFoundError: there is no such organisation or connector.
        ConfigurationError: its settings do not load.
    """
    if organisation not in hub.store.organisations():
        raise NotFoundError(f"There is no organisation {organisation}.")
    return key_set(hub.connected.connector(organisation, connector_id).public_keys())


def changed(record: ConnectorRecord, settings: Mapping[str, Any], *, title: str = "") -> ConnectorRecord:
    """The same connection with other settings, not saved yet; a setting that is None was never given."""
    told = {name: value for name, value in {**record.settings, **settings}.items() if value is not None}
    return replace(record, settings=told, title=title or record.title)


def change(
    hub: Hub,
    connected: Configured,
    organisation: str,
    record: ConnectorRecord,
    *,
    leave: bool = False,
    by: str = ADMIN,
) -> int:
    """Save other settings of a connection. Everything there is read again, and every copy is looked at.

    Records that were outside the selection or set apart get another chance; what was linked stays so. What
    is read otherwise than before is nobody's edit (:mod:`samenspraak.sync.remapped`).

    Args:
        hub: the hub.
        connected: builds connections that are not saved.
        organisation: whose.
        record: the connection with its other settings.
        leave: what the hub wrote in places that are read no more may stay there.
        by: who decided.

    Returns:
        How many copies are looked at again.

    Raises:
        ConfigurationError: the settings do not load; every problem is named.
        RuleError: something of the hub's would stay where nobody can take it out any more.
        StaleError: somebody else changed it since it was read.
    """
    now, _ = connected.build(organisation, record)
    with hub.store.write(organisation) as uow:
        was = uow.connectors.get(record.id)
        if was.row != record.row:
            raise StaleError(f"Connector {record.id} was changed in the meantime; look again.")
        before = _as_it_was(connected, organisation, was) or now
        records = reread(uow, hub, before, now)
        if not leave:
            _check_former_places(record.id, left_behind(uow, records))
        uow.connectors.save(record)
        read_otherwise(uow, records)
        read_again(uow, hub, record.id)
        wake_waiting(uow, record.id, "outside", "apart")
        looked = uow.look_at_system(record.id, priority.BULK)
        names = sorted(
            name
            for name in was.settings.keys() | record.settings.keys()
            if was.settings.get(name) != record.settings.get(name)
        )
        note(uow, hub, record.id, "changed", actor(uow, by), " ".join(names))
        uow.commit()
    return looked


def _check_former_places(connector_id: str, stays: Mapping[UnitKind, int]) -> None:
    if stays:
        units = ", ".join(f"{kind} in {count}" for kind, count in sorted(stays.items()))
        raise RuleError(
            "former-place",
            f"With these settings connector {connector_id} would not reach what the hub wrote of: {units} "
            "records; it would stay there, also after consent is withdrawn. Have it taken out first "
            "(direction none, until all is at rest), or leave it there.",
        )


def _as_it_was(connected: Configured, organisation: str, record: ConnectorRecord) -> Connector | None:
    """The connection by its former settings; None where those could not be used: nothing was read then."""
    try:
        return connected.build(organisation, record)[0]
    except SamenspraakError:
        return None


# How they are doing.


def listed(hub: Hub, registry: Registry, connected: Configured, organisation: str) -> tuple[Connection, ...]:
    """Every connected system, by id."""
    with hub.store.read(organisation) as uow:
        records = uow.connectors.list()
        counts = uow.links.counts()
    return tuple(
        _connection(registry, one, counts.get(one.id, {}), _problem(connected, organisation, one))
        for one in records
    )


def show(
    hub: Hub, registry: Registry, connected: Configured, organisation: str, connector_id: str
) -> Connection:
    """One of them.

    Raises:
        NotFoundError: there is none.
    """
    with hub.store.read(organisation) as uow:
        record = uow.connectors.get(connector_id)
        links = uow.links.counts().get(connector_id, {})
    return _connection(registry, record, links, _problem(connected, organisation, record))


def get(hub: Hub, organisation: str, connector_id: str) -> ConnectorRecord:
    """One connected system as it is kept.

    Raises:
        NotFoundError: there is none by this id.
    """
    with hub.store.read(organisation) as uow:
        return uow.connectors.get(connector_id)


def _connection(
    registry: Registry, record: ConnectorRecord, links: Mapping[Reason, int], problem: str
) -> Connection:
    return Connection(
        id=record.id,
        plugin=record.plugin,
        title=record.title,
        kind=_kind(registry, record),
        state=record.state,
        state_why=record.state_why,
        settings=record.settings,
        links=links,
        heard_at=record.heard_at,
        rules=record.rules,
        directions=record.directions,
        problem=problem,
    )


def _kind(registry: Registry, record: ConnectorRecord) -> SystemKind | None:
    """Which kind of system it is; None where the plugin, or a description in its settings, cannot be read."""
    try:
        return registry.kind(record.plugin).described(record.settings).capabilities.kind
    except ConfigurationError:
        return None


def _problem(connected: Configured, organisation: str, record: ConnectorRecord) -> str:
    try:
        connected.build(organisation, record)
    except SamenspraakError as error:
        return str(error)
    return ""


def note(uow: WritingUnitOfWork, hub: Hub, connector_id: str, what: str, by: str, detail: str) -> None:
    """Part of a transaction: the audit line of what somebody decided about a connection."""
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=by,
            action=f"connector.{what}",
            object=f"connector:{connector_id}",
            connector_id=connector_id,
            detail=detail,
        )
    )
