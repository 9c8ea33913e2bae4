"""What a connector declares about itself and its system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from marshmallow import Schema, fields, missing

from samenspraak.policy.capabilities import Capabilities

Text = Mapping[str, str]
"""One text in ``nl`` and ``en``."""


class HintSource(StrEnum):
    """How the system tells us that something changed; polling is always there."""

    WEBHOOK = "webhook"
    SUBSCRIPTION = "subscription"
    POLL = "poll"


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Limits towards the system: requests at a time, requests per second, records a page."""

    concurrency: int = 4
    per_second: float = 10.0
    page: int = 100
    poll_seconds: float = 300.0


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Who the connector is, what its system can do, and which settings it needs.

    ``settings`` is a marshmallow schema; a field with ``metadata={"secret": True}`` is kept as a
    reference and never shown, and each field has ``metadata={"title": …, "help": …}`` in nl and en.
    ``varies``: what the system can do depends on the settings; ``Connector.described`` then says it ·
    ``waits_for``: what a proposal waits for there, in words that people there use.
    """

    name: str
    title: Text
    summary: Text
    version: str
    capabilities: Capabilities
    settings: type[Schema]
    rates: Rates = field(default_factory=Rates)
    hints: frozenset[HintSource] = frozenset({HintSource.POLL})
    varies: bool = False
    waits_for: Text = field(default_factory=dict)

    def secrets(self) -> frozenset[str]:
        """The names of the settings that hold a secret."""
        declared = self.settings().fields
        return frozenset(name for name, one in declared.items() if one.metadata.get("secret"))

    def own(self) -> frozenset[str]:
        """The names of the settings that an app may set by itself, where one is told."""
        declared = self.settings().fields
        return frozenset(name for name, one in declared.items() if one.metadata.get("own"))


def default_of(declared: fields.Field[Any]) -> Any:
    """What a setting is unless it is given; None: there is no default."""
    default = declared.load_default() if callable(declared.load_default) else declared.load_default
    return None if default is missing else default


def setting(kind: type[fields.Field[Any]], *, title: Text, help: Text, **options: Any) -> fields.Field[Any]:
    """One settings field with its texts.

    ``secret=True`` marks a secret · ``own=True`` what an app that is told may set by itself.
    """
    marks = {name: options.pop(name, False) for name in ("secret", "own")}
    metadata = {"title": title, "help": help, **marks}
    return kind(metadata=metadata, **options)
