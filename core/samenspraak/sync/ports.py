"""What sync needs from outside: the time, chance, and the configured connectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from samenspraak.connectors.calls import Call
from samenspraak.connectors.connector import Connector
from samenspraak.connectors.manifest import Manifest
from samenspraak.store.records import ConnectorRecord


class Clock(Protocol):
    """The time, as an aware UTC moment."""

    def now(self) -> datetime: ...


class Connected(Protocol):
    """The configured connectors of an organisation, ready to use."""

    def connector(
        self, organisation: str, connector_id: str, *, known: ConnectorRecord | None = None
    ) -> Connector:
        """The connector with its settings; ``known``: its configuration, when that was just read.

        Raises:
            ConfigurationError: its plugin is not there or its settings do not load.
        """

    def manifest(self, organisation: str, connector_id: str) -> Manifest:
        """What its system can do; needs the plugin and what the settings say about it, but no secret.

        Raises:
            ConfigurationError: its plugin is not there, or its settings do not say what its system can do.
        """

    def call(
        self,
        organisation: str,
        connector_id: str,
        *,
        permit: Callable[[], None] | None = None,
        known: ConnectorRecord | None = None,
    ) -> Call:
        """What it may use during one call; ``permit`` is asked before each request leaves."""


class Issuers(Protocol):
    """Who signs people in elsewhere."""

    def keys(self, organisation: str, issuer: str, key_id: str | None) -> Sequence[Mapping[str, Any]]:
        """The public keys (JWK) with which this issuer signs; looked up again when none has this id.

        Raises:
            TransientError: they are not known, and cannot be read now.
        """


class NoIssuers:
    """Where nobody signs in: in rehearsals, and where no web server runs."""

    def keys(self, organisation: str, issuer: str, key_id: str | None) -> Sequence[Mapping[str, Any]]:
        return ()


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long things may take, in waiting time of the hub.

    ``lease``: how long one worker holds a link; no call may outlast half of it · ``glance_seconds``: how
    long, by any clock, an edit waits for what one other copy says · ``unseen``: how soon we look again for a
    copy that must be gone and could not be seen.
    """

    lease: timedelta = timedelta(seconds=120)
    backoff_base: timedelta = timedelta(seconds=2)
    backoff_cap: timedelta = timedelta(minutes=15)
    unseen: timedelta = timedelta(minutes=15)
    conflicts: int = 3
    breaker_after: int = 5
    breaker_pause: timedelta = timedelta(seconds=60)
    glance_seconds: float = 5.0
