"""A connector whose copies the hub itself keeps, for others to look at: a calendar feed, a page in the home.

Nobody writes there but the hub. So a copy is what was told to its reader and nothing else: the units that
were in sight, each in the hub's own form, under the names that the hub has for people. A plugin adds its
manifest, its settings, and how copies are shown (:meth:`Published.render`).
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from samenspraak.connectors.looks import Directory, Marker, Raw, Reading
from samenspraak.connectors.shelved import Shelved, said
from samenspraak.connectors.writes import Changes, Subject
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UNITS, UnitKey, UnitKind, UnitValue, is_empty
from samenspraak.errors import InvalidRecordError, PermanentError, RuleError
from samenspraak.http import HttpClient
from samenspraak.protocols import documents

NOWHERE = "https://nowhere.invalid"
"""An address that no name server knows (RFC 6761): nothing is asked of anybody."""

Seal = Callable[[bytes], bytes]
"""A signature that only this hub can make, for this organisation and connector."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What a reader gets. ``content_type``: as in the header of an answer."""

    body: bytes
    content_type: str


@dataclass(frozen=True, kw_only=True)
class Visible:
    """One copy as its reader may see it now; what may not be seen any more is left out of ``raw``.

    ``id``: by what it lies on the shelf · ``version``: of the agreement, as shown last · ``names``: how
    whoever may be named is called, the client among them · ``kinds``: the kinds of unit that the reader may
    see, said or not · ``shape``: the digest of all that the reader may see.
    """

    raw: Raw
    id: str = ""
    version: int = 0
    names: Mapping[PartyRef, str] = field(default_factory=dict)
    kinds: frozenset[UnitKind] = frozenset()
    shape: str = ""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """When, for whom and in which form copies are shown.

    ``reader``: how whoever looks is called · ``heard``: of each system that holds these agreements, when it
    was last heard, by what the organisation calls it · ``seal``: for what must be known again when it comes
    back.
    """

    now: datetime
    form: str
    seal: Seal
    reader: str = ""
    heard: Mapping[str, datetime | None] = field(default_factory=dict)


class Published(Shelved):
    """The lens and the writes of a connector with ``write: view``; its system is a :class:`Shelf` of the hub.

    A copy is ``{"client", "reader", "marker", "units": {key: text}}`` and what :meth:`revised` adds.
    """

    kept: frozenset[str] = frozenset({"client", "reader", "marker"})
    """The members beside the units that mean something."""

    forms: tuple[str, ...] = ("html",)
    """The forms in which a reader can fetch it, as the ending of an address; the usual one first."""

    @abc.abstractmethod
    def render(self, copies: Sequence[Visible], at: Occasion) -> Shown:
        """What one reader sees of their copies; on one day the same for the same, but for the time it says.

        A copy that cannot be read is left out, and never keeps the others from being seen.
        """

    def http(self) -> HttpClient:
        return HttpClient(connector_id=self.connector_id, base_url=NOWHERE)

    # The lens.

    def new(self, subject: Subject) -> Raw:
        reader = subject.readers[0] if subject.readers else ""
        return {"client": subject.client, "reader": reader, "marker": str(subject.marker), "units": {}}

    def get(self, raw: Raw, directory: Directory) -> Reading:
        return Reading(
            client=said(raw, "client"),
            units=self.units(raw),
            marker=Marker.parse(said(raw, "marker")),
        )

    def units(self, raw: Raw) -> dict[UnitKey, UnitValue]:
        """The units of a copy.

        Raises:
            InvalidRecordError: it cannot be read.
        """
        texts = _members(raw)
        return {key: _value(key, texts[str(key)]) for key in map(_key, texts) if key and self._carries(key)}

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        texts = dict(_members(raw))
        for key, value in changes.set.items():
            if self._carries(key) and not _says(texts, key, value):
                texts[str(key)] = documents.dump(value, UNITS[key.kind].type)
        for key in changes.clear:
            texts.pop(str(key), None)
        return {**raw, "units": texts}

    def own(self, raw: Raw) -> Raw:
        known = {
            name: text for name, text in _members(raw).items() if (key := _key(name)) and self._carries(key)
        }
        return {**{name: raw[name] for name in self.kept if name in raw}, "units": known}

    def _carries(self, key: UnitKey) -> bool:
        return self.manifest.capabilities.carries(key)


def _members(raw: Raw) -> Mapping[str, Any]:
    texts = raw.get("units", {})
    if not isinstance(texts, Mapping):
        raise InvalidRecordError("The units of a copy are no object.", field="units")
    return texts


def _key(name: str) -> UnitKey | None:
    with suppress(RuleError, ValueError):
        return UnitKey.parse(name)
    return None


def _value(key: UnitKey, text: Any) -> UnitValue:
    try:
        value: UnitValue = documents.load(text, UNITS[key.kind].type)
    except (PermanentError, TypeError) as error:
        raise InvalidRecordError("A unit of a copy cannot be read.", field=f"units.{key.kind}") from error
    if not isinstance(value, UNITS[key.kind].type) or is_empty(value):
        raise InvalidRecordError("A unit of a copy says nothing.", field=f"units.{key.kind}")
    return value


def _says(texts: Mapping[str, Any], key: UnitKey, value: UnitValue) -> bool:
    with suppress(InvalidRecordError):
        return str(key) in texts and _value(key, texts[str(key)]) == value
    return False
