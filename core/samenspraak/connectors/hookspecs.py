"""The extension points. A connector module implements the first one; the rest is optional."""

from __future__ import annotations

from collections.abc import Sequence

import pluggy

from samenspraak.connectors.connector import Connector

PROJECT = "samenspraak"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def samenspraak_connectors() -> Sequence[type[Connector]]:  # type: ignore[empty-body]  # a hookspec has none
    """The connectors this plugin offers."""
