"""A connector through the eyes of an agreement whose assignments are called otherwise in this copy.

What is read comes under our ids, what is written goes under theirs; everything else is the connector's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from samenspraak.connectors.calls import Call
from samenspraak.connectors.connector import Connector
from samenspraak.connectors.looks import Directory, Found, Marker, Raw, Reading
from samenspraak.connectors.writes import Changes, Subject, Written
from samenspraak.domain.aliases import Aliases
from samenspraak.domain.units import UnitKey, UnitValue


def aliased(connector: Connector, aliases: Aliases) -> Connector:
    """The connector, or one that translates for this copy."""
    return cast("Connector", _Aliased(connector, aliases)) if aliases else connector


class _Aliased:
    def __init__(self, inner: Connector, aliases: Aliases) -> None:
        self._inner = inner
        self._aliases = aliases

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def get(self, raw: Raw, directory: Directory) -> Reading:
        read, here = self._inner.get(raw, directory), self._aliases
        return replace(
            read,
            units=here.units_here(read.units),
            marker=replace(read.marker, part=here.id_here(read.marker.part)) if read.marker else None,
            part=here.id_here(read.part),
            said=tuple(map(here.said_here, read.said)),
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        there = self._aliases
        told = None if changes.told is None else tuple(map(there.said_there, changes.told))
        return self._inner.put(
            raw,
            replace(
                changes,
                set=there.units_there(changes.set),
                clear=frozenset(map(there.key_there, changes.clear)),
                told=told,
            ),
            directory,
        )

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        return self._inner.normal(self._aliases.key_there(key), value)

    def new(self, subject: Subject) -> Raw:
        return self._inner.new(self._subject(subject))

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return self._inner.create(call, self._subject(subject), raw)

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        return self._inner.find(call, self._marker(marker))

    def _subject(self, subject: Subject) -> Subject:
        return replace(subject, marker=self._marker(subject.marker))

    def _marker(self, marker: Marker) -> Marker:
        return replace(marker, part=self._aliases.id_there(marker.part))
