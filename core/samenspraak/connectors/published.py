"""A connector whose copies the hub itself keeps, for others to look at: a calendar feed, a page in the home.

Nobody writes there but the hub. So a copy is what was told to its reader and nothing else: the units that
were in sight, each in the hub's own form, under the names that the hub has for people. A plugin adds its
manifest, its settings, and how copies are shown (:meth:`Published.render`).
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from samenspraak.connectors.checking import Outcome, in_steps
from samenspraak.connectors.connector import (
    Absent,
    Call,
    Changes,
    Checked,
    Connector,
    Directory,
    End,
    ExternalParty,
    Found,
    Look,
    Marker,
    Page,
    Raw,
    Reading,
    Shelf,
    Step,
    Subject,
    Written,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UNITS, UnitKey, UnitKind, UnitValue, is_empty
from samenspraak.errors import ConfigurationError, InvalidRecordError, PermanentError, RuleError
from samenspraak.http import HttpClient
from samenspraak.protocols import documents

NOWHERE = "https://nowhere.invalid"
"""An address that no name server knows (RFC 6761): nothing is asked of anybody."""
_CURE = {
    "nl": "Kijk met 'samenspraak status' of de database werkt.",
    "en": "See with 'samenspraak status' whether the database works.",
}


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


class Published(Connector):
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

    def revised(self, before: Raw | None, raw: Raw, now: datetime) -> Raw:
        """The copy with what is to be known of this write later: when each of its parts last changed."""
        return raw

    def http(self) -> HttpClient:
        return HttpClient(connector_id=self.connector_id, base_url=NOWHERE)

    # Reading.

    def check(self, call: Call) -> Iterator[Checked]:
        def connect() -> Outcome:
            return "", call.shelf is not None

        def read() -> Outcome:
            self._shelf(call).after("", 1)
            return "", True

        return in_steps({Step.CONNECT: connect, Step.READ: read}, {Step.CONNECT: _CURE, Step.READ: _CURE})

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """All there is, each time: what the hub wrote itself is no news; this shows that it still stands."""
        shelf, size, last = self._shelf(call), self.manifest.rates.page, ""
        while True:
            found = shelf.after(last, size)
            whole = len(found) < size
            yield Page(records=found, parties=_clients(found), complete=whole)
            if whole:
                return
            last = found[-1].external_id

    def fetch(self, call: Call, external_id: str) -> Look:
        return self._shelf(call).get(external_id) or Absent(external_id=external_id)

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        return self._shelf(call).marked(str(marker))

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        revised = self.revised(None, raw, call.now)
        found, is_new = self._shelf(call).add(str(subject.marker), str(raw.get("reader", "")), revised)
        return Written(external_id=found.external_id, found=found, existed=not is_new)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        changed = self._shelf(call).change(found, self.revised(found.raw, raw, call.now))
        return Written(external_id=found.external_id, found=changed)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        if how is not End.RETRACTED:
            return self.update(call, found, raw)
        self._shelf(call).remove(found)
        return Written(external_id=found.external_id)

    def _shelf(self, call: Call) -> Shelf:
        if call.shelf is None:
            raise ConfigurationError(f"{self.connector_id}: the hub gives this connector nowhere to write.")
        return call.shelf

    # The lens.

    def new(self, subject: Subject) -> Raw:
        reader = subject.readers[0] if subject.readers else ""
        return {"client": subject.client, "reader": reader, "marker": str(subject.marker), "units": {}}

    def get(self, raw: Raw, directory: Directory) -> Reading:
        return Reading(
            client=_text(raw, "client"),
            units=self.units(raw),
            marker=Marker.parse(_text(raw, "marker")),
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


def _clients(found: Sequence[Found]) -> list[ExternalParty]:
    """The clients whom copies are about; the hub knows them by these very ids."""
    ids = {str(one.raw.get("client", "")) for one in found} - {""}
    return [ExternalParty(external_id=one, kind=PartyKind.CLIENT, name=one) for one in sorted(ids)]


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


def _text(raw: Raw, name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidRecordError(f"A copy does not say its {name}.", field=name)
    return value
