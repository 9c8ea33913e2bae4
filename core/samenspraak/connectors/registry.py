"""The connectors that are installed, and configured ones built from them.

Plugins are other people's code: what does not load is kept as a :class:`Failure` and shown, and the
others work on. Nothing is loaded before somebody asks.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pluggy
from marshmallow import ValidationError

from samenspraak.connectors import hookspecs
from samenspraak.connectors.connector import Connector
from samenspraak.connectors.manifest import Manifest
from samenspraak.errors import ConfigurationError

GROUP = "samenspraak.connectors"
OURS = "samenspraak"

Secret = Callable[[str], str]
"""From a reference (``secret://env/NAME``, ``secret://file/PATH``) to the secret itself."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A plugin, or one connector of it, that cannot be used. ``why``: one line, for the admin."""

    plugin: str
    distribution: str
    version: str
    why: str

    def __str__(self) -> str:
        return f"{self.plugin} ({self.distribution} {self.version}): {self.why}"


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Connector classes by the name in their manifest, and what could not be loaded."""

    connectors: Mapping[str, type[Connector]]
    failures: tuple[Failure, ...] = ()

    @classmethod
    def load(cls, found: Iterable[EntryPoint] | None = None) -> Registry:
        """Everything installed under the entry-point group, ours first.

        Args:
            found: the entry points to load instead of the installed ones.
        """
        loading = _Loading()
        for entry_point in sorted(entry_points(group=GROUP) if found is None else found, key=_order):
            loading.register(entry_point)
        loading.check()
        loading.collect()
        return cls(connectors=loading.connectors, failures=tuple(loading.failures))

    def kind(self, name: str) -> type[Connector]:
        """The connector class of this name.

        Raises:
            ConfigurationError: there is none; names those there are, and what could not be loaded.
        """
        if name not in self.connectors:
            known = ", ".join(sorted(self.connectors)) or "none"
            broken = tuple(str(failure) for failure in self.failures)
            raise ConfigurationError(f"There is no connector {name!r}; known: {known}.", problems=broken)
        return self.connectors[name]

    def build(
        self,
        name: str,
        connector_id: str,
        settings: Mapping[str, Any],
        *,
        secret: Secret,
        open_origins: Collection[str] = (),
        internal_origins: Collection[str] = (),
    ) -> Connector:
        """A configured connection.

        Args:
            name: of the connector, as in its manifest.
            connector_id: of this instance.
            settings: as stored, secrets by reference.
            secret: resolves such a reference.
            open_origins: origins that may be loopback or plain http; only demo and tests give any.
            internal_origins: origins in the organisation's own network, as the deployment says.

        Raises:
            ConfigurationError: no such connector, or settings that do not do; names every problem.
        """
        kind = self.kind(name)
        loaded = load_settings(kind.manifest, settings, secret=secret)
        reach = {
            "open_origins": frozenset(open_origins),
            "internal_origins": frozenset(internal_origins),
        }
        return kind(connector_id, {**loaded, **reach})


def load_settings(manifest: Manifest, settings: Mapping[str, Any], *, secret: Secret) -> Mapping[str, Any]:
    """The settings as the connector's schema loads them, with the secrets themselves.

    Raises:
        ConfigurationError: lists every problem, by name of the setting.
    """
    schema = manifest.settings()
    given, problems = dict(settings), {}
    for name in sorted(manifest.secrets() & given.keys()):
        try:
            given[name] = None if given[name] is None else secret(str(given[name]))
        except ConfigurationError as error:
            problems[name] = [str(error)]
    loaded: Mapping[str, Any] = {}
    try:
        loaded = schema.load(given)
    except ValidationError as error:
        problems = {**error.messages_dict, **problems}
    if problems:
        known = ", ".join(sorted(schema.fields))
        raise ConfigurationError(
            f"The settings of the connector {manifest.name} need attention; known settings: {known}.",
            problems=tuple(
                f"{name}: {sentence}"
                for name, what in sorted(problems.items())
                for sentence in _sentences(what)
            ),
        )
    return loaded


@dataclass(kw_only=True)
class _Loading:
    manager: pluggy.PluginManager = field(default_factory=lambda: pluggy.PluginManager(hookspecs.PROJECT))
    origins: dict[str, EntryPoint] = field(default_factory=dict)
    connectors: dict[str, type[Connector]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.manager.add_hookspecs(hookspecs)

    def register(self, entry_point: EntryPoint) -> None:
        name = f"{_distribution(entry_point)[0]}:{entry_point.name}"
        self.origins[name] = entry_point
        try:
            self.manager.register(entry_point.load(), name=name)
        # A plugin may fail in any way, and may even try to end the program; it is shown instead.
        except (Exception, SystemExit) as error:
            self.fail(name, _reason(error))

    def check(self) -> None:
        """Unregister plugins with a hook we do not know, so that a misspelt one is not silently idle."""
        while True:
            try:
                self.manager.check_pending()
            except pluggy.PluginValidationError as error:
                self.fail(self.manager.get_name(error.plugin) or "", _reason(error))
                self.manager.unregister(error.plugin)
            else:
                return

    def collect(self) -> None:
        """Ask each plugin by itself: through the hook, one that raises would end the call for all."""
        for implementation in self.manager.hook.samenspraak_connectors.get_hookimpls():
            name = implementation.plugin_name
            try:
                offered: list[Any] = list(implementation.function())  # type: ignore[call-overload]  # checked in add
            except (Exception, SystemExit) as error:
                self.fail(name, _reason(error))
                continue
            for one in offered:
                self.add(name, one)

    def add(self, plugin: str, offered: Any) -> None:
        if (problem := _unfit(offered)) is not None:
            self.fail(plugin, problem)
        elif offered.manifest.name in self.connectors:
            self.fail(plugin, f"another plugin already offers a connector named {offered.manifest.name!r}")
        else:
            self.connectors[offered.manifest.name] = offered

    def fail(self, name: str, why: str) -> None:
        distribution, version = _distribution(self.origins[name])
        self.failures.append(
            Failure(plugin=self.origins[name].name, distribution=distribution, version=version, why=why)
        )


def _unfit(offered: Any) -> str | None:
    if not (inspect.isclass(offered) and issubclass(offered, Connector)):
        return f"offers {offered!r}, which is not a Connector class"
    if missing := ", ".join(sorted(offered.__abstractmethods__)):
        return f"{offered.__name__} does not implement: {missing}"
    if not isinstance(getattr(offered, "manifest", None), Manifest):
        return f"{offered.__name__} has no manifest"
    return None


def _order(entry_point: EntryPoint) -> tuple[bool, str, str]:
    """Ours first, then by name: which of two connectors with one name is refused must not be chance."""
    distribution, _ = _distribution(entry_point)
    return distribution != OURS, distribution, entry_point.name


def _distribution(entry_point: EntryPoint) -> tuple[str, str]:
    found = entry_point.dist
    return (found.name, found.version) if found else ("unknown", "?")


def _reason(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _sentences(what: Any) -> list[str]:
    """Marshmallow's messages of one field, each on one line."""
    return list(map(str, what)) if isinstance(what, list) else [_sentence(what)]


def _sentence(what: Any) -> str:
    """Messages of one field, nested or not, on one line."""
    if isinstance(what, Mapping):
        return "; ".join(f"{name}: {_sentence(inner)}" for name, inner in what.items())
    return " ".join(map(str, what)) if isinstance(what, list) else str(what)
