"""The configured connectors of every organisation, built when first used and again when they change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial

from samenspraak.connectors.calls import Call
from samenspraak.connectors.connector import Connector
from samenspraak.connectors.manifest import Manifest
from samenspraak.connectors.registry import Registry, Secret
from samenspraak.errors import ConfigurationError, NotFoundError
from samenspraak.http import HttpClient
from samenspraak.store.records import ConnectorRecord
from samenspraak.store.unit_of_work import Store
from samenspraak.sync.changing_over import held
from samenspraak.sync.outbox import shelf_of, signing_key
from samenspraak.sync.ports import Clock

OPEN_ORIGINS = "open_origins"
"""The setting with a connector's own allow-list of plain or loopback origins."""


@dataclass(frozen=True, kw_only=True)
class _Built:
    row: int
    connector: Connector
    http: HttpClient


class Configured:
    """The port ``Connected`` over store and registry.

    Args:
        store: where the configurations are.
        registry: the installed connectors.
        secret: resolves a reference to a secret.
        clock: the time.
        allow_open: whether a connector's own allow-list may open loopback and plain http (demo, tests).
        internal: the origins in each organisation's own network, as the deployment says.
    """

    def __init__(
        self,
        store: Store,
        registry: Registry,
        *,
        secret: Secret,
        clock: Clock,
        allow_open: bool,
        internal: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self._store = store
        self._registry = registry
        self._secret = secret
        self._clock = clock
        self._allow_open = allow_open
        self._internal = internal or {}
        self._built: dict[tuple[str, str], _Built] = {}
        self._plugins: dict[tuple[str, str], str] = {}
        self._lock = threading.Lock()

    def connector(
        self, organisation: str, connector_id: str, *, known: ConnectorRecord | None = None
    ) -> Connector:
        return self._of(organisation, connector_id, known).connector

    def manifest(self, organisation: str, connector_id: str) -> Manifest:
        key = (organisation, connector_id)
        if key not in self._plugins:  # what kind of system it is never changes
            self._plugins[key] = self._read(organisation, connector_id).plugin
        kind = self._registry.kind(self._plugins[key])
        if not kind.manifest.varies:
            return kind.manifest
        return kind.described(self._read(organisation, connector_id).settings)

    def call(
        self,
        organisation: str,
        connector_id: str,
        *,
        permit: Callable[[], None] | None = None,
        known: ConnectorRecord | None = None,
    ) -> Call:
        call = self._call(organisation, self._of(organisation, connector_id, known))
        return call.permitted_by(permit) if permit else call

    def build(self, organisation: str, record: ConnectorRecord) -> tuple[Connector, Call]:
        """A connection that is not stored (yet), for trying it out.

        Raises:
            ConfigurationError: no such connector, or its settings do not load.
        """
        built = self._build(organisation, record)
        return built.connector, self._call(organisation, built)

    def _call(self, organisation: str, built: _Built) -> Call:
        connector = built.connector
        return Call(
            http=built.http.timed_by(lambda: self._clock.now().timestamp()).for_one_act(),
            now=self._clock.now(),
            shelf=shelf_of(self._store, self._clock, organisation, connector),
            signing_key=signing_key(self._store, organisation, connector),
        )

    def _of(self, organisation: str, connector_id: str, known: ConnectorRecord | None) -> _Built:
        record = known or self._read(organisation, connector_id)
        key = (organisation, connector_id)
        with self._lock:
            built = self._built.get(key)
            if built is None or built.row != record.row:
                built = self._built[key] = self._build(organisation, record)
        return built

    def _resolved(self, organisation: str, reference: str) -> str:
        try:
            made_here = held(self._store, organisation, reference)
        except NotFoundError as error:
            raise ConfigurationError(f"There is nothing behind {reference}.") from error
        return self._secret(reference) if made_here is None else made_here

    def _read(self, organisation: str, connector_id: str) -> ConnectorRecord:
        with self._store.read(organisation) as uow:
            return uow.connectors.get(connector_id)

    def _build(self, organisation: str, record: ConnectorRecord) -> _Built:
        settings = dict(record.settings)
        asked = settings.pop(OPEN_ORIGINS, ())
        connector = self._registry.build(
            record.plugin,
            record.id,
            settings,
            secret=partial(self._resolved, organisation),
            open_origins=asked if self._allow_open else (),
            internal_origins=self._internal.get(organisation, ()),
        )
        return _Built(row=record.row, connector=connector, http=connector.http())
