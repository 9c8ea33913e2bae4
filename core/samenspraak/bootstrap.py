"""The composition root: settings become a wired application.

Nobody else builds engines or reads the environment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from samenspraak.connectors.registry import Registry
from samenspraak.errors import ConfigurationError
from samenspraak.http import HttpClient, Issuers
from samenspraak.settings import FILE_VARIABLE, PREFIX, Settings, load, read_secret
from samenspraak.store import Cipher, Store, migrate, open_engine
from samenspraak.sync.configured import Configured
from samenspraak.sync.hub import Hub
from samenspraak.sync.ports import Clock, Pace
from samenspraak.work.clock import FastClock, SystemClock


@dataclass(frozen=True, kw_only=True)
class Application:
    """Everything that is wired, for services and entry points."""

    settings: Settings
    store: Store
    registry: Registry
    connected: Configured
    hub: Hub


def read_settings(file: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process: the file (or the one that the environment names), then variables."""
    variables = os.environ if environment is None else environment
    named = variables.get(FILE_VARIABLE)
    return load(variables, file or (Path(named) if named else None))


def child_environment(settings_file: Path, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables for a child process that takes its settings from this file, and none from ours."""
    variables = os.environ if environment is None else environment
    kept = {name: value for name, value in variables.items() if not name.startswith(PREFIX)}
    return {**kept, FILE_VARIABLE: str(settings_file)}


def build(
    settings: Settings,
    *,
    environment: Mapping[str, str] | None = None,
    clock: Clock | None = None,
    pace: Pace | None = None,
) -> Application:
    """Wire the application; the database is brought up to date.

    Args:
        settings: the settings.
        environment: where secrets may be; the process's own unless given.
        clock: the time; by the settings unless given.
        pace: how long things may take; the usual unless given.

    Raises:
        ConfigurationError: there is no key yet (``samenspraak init`` makes one), or it cannot be used.
    """
    variables = os.environ if environment is None else environment
    time = clock or (SystemClock() if settings.clock_speed == 1.0 else FastClock(settings.clock_speed))
    engine = open_engine(settings.database_url)
    cipher = Cipher(_key(settings))
    migrate(engine, cipher)
    store = Store(engine, cipher, time.now)
    registry = Registry.load()
    connected = Configured(
        store,
        registry,
        secret=partial(read_secret, environment=variables),
        clock=time,
        allow_open=settings.allows_loopback,
        internal=settings.internal_origins_of,
    )
    issuers = Issuers(partial(_issuer, settings))
    hub = Hub(store=store, connected=connected, issuers=issuers, clock=time, pace=pace or Pace())
    return Application(settings=settings, store=store, registry=registry, connected=connected, hub=hub)


def _issuer(settings: Settings, organisation: str, url: str) -> HttpClient:
    """Speaks to who signs people in; plain http and loopback only outside production."""
    origin = "/".join(url.split("/")[:3])
    return HttpClient(
        connector_id="sign-in",
        base_url=url,
        open_origins=frozenset({origin}) if settings.allows_loopback else frozenset(),
        internal_origins=frozenset(settings.internal_origins_of.get(organisation, ())),
    )


def _key(settings: Settings) -> bytes:
    path = settings.key_path
    if not path.exists():
        raise ConfigurationError(f"There is no key at {path}. Make one with: samenspraak init")
    if path.stat().st_mode & 0o077:
        raise ConfigurationError(f"Others can read the key at {path}. Set its rights to 0600.")
    return bytes.fromhex(path.read_text(encoding="ascii").strip())
