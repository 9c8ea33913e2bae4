"""What the hub itself shows and that comes back with what people typed in it: a spreadsheet.

A file proves nothing by what is not in it. A line is known again by what the hub signed when it showed it;
of such a line only the cells that changed since count, and they change what the line showed then.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from samenspraak.connectors.looks import Directory, Raw, Reading, misnaming
from samenspraak.connectors.manifest import Text
from samenspraak.connectors.published import Published, Seal
from samenspraak.connectors.writes import Changes
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.statements import Statement
from samenspraak.domain.units import UnitChanges, UnitKind, Units
from samenspraak.errors import InvalidRecordError, PermanentError, RuleError
from samenspraak.protocols import documents

_AUTHOR, _SAID, _TOLD = "author", "said", "told"
_REMEMBERED = 200
"""So many of the last things that people said in one copy are kept in it; the hub has them all."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line that the hub showed, as it came back.

    ``place``: where it stands, for messages · ``copy``: the id of the copy it shows · ``version``, ``part``:
    of the agreement then, and the assignment · ``kinds``: what could be seen in it then · ``cells``: what
    changed in it since, by column (none: nothing did); what was not shown but asked for (a report) as well.
    """

    place: Text
    copy: str
    agreement_id: str
    version: int
    part: str
    kinds: frozenset[UnitKind]
    cells: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class NewLine:
    """A line that people added."""

    place: Text
    cells: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What stands in a file that came back. ``troubles``: what cannot be used, and where."""

    lines: Sequence[Line] = ()
    new: Sequence[NewLine] = ()
    troubles: Sequence[Text] = ()


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Who hands a file in, and who may be named in it. ``names``: each as the file may call them."""

    by: PartyRef
    names: Mapping[PartyRef, str]
    now: datetime


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What somebody typed in a line: the units that it changes (None: empties), and what was said."""

    units: UnitChanges = field(default_factory=dict)
    said: Sequence[Statement] = ()
    troubles: Sequence[Text] = ()


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """An agreement that somebody wrote down in a new line, or why it is none.

    ``name``: the same for the same words about the same client, so that nobody proposes it twice.
    """

    client: PartyRef | None = None
    units: Units = field(default_factory=dict)
    name: str = ""
    troubles: Sequence[Text] = ()


class Returned(Published):
    """A connector whose copies come back. A copy also holds what was told in it, and what was said in it."""

    kept = Published.kept | {_SAID, _TOLD}

    @abc.abstractmethod
    def opened(self, body: bytes, seal: Seal) -> Handed:
        """What stands in a file; a line that nobody can use is a trouble, and the others go on.

        Raises:
            InvalidRecordError: the file as a whole cannot be used.
        """

    @abc.abstractmethod
    def typed(self, line: Line, before: Units, hand: Hand) -> Typed:
        """What was typed in a line. ``before``: the units that it showed, as they were then."""

    @abc.abstractmethod
    def proposed(self, line: NewLine, reader: PartyRef, hands: Mapping[PartyRef, Hand]) -> Proposed:
        """What a new line says, in a file of this reader. ``hands``: for each client that it is about."""

    def revised(self, before: Raw | None, raw: Raw, now: datetime) -> Raw:
        """As the hub writes it: from then on nobody else was the last to change it."""
        return {name: value for name, value in raw.items() if name != _AUTHOR}

    def with_typed(self, raw: Raw, changes: Changes, said: Sequence[Statement], by: PartyRef) -> Raw:
        """The copy as somebody handed it in."""
        known = {one.id: one for one in [*_statements(raw, _SAID), *said]}
        changed = self.put(raw, changes, Directory(connector_id=self.connector_id))
        if changed == raw and known.keys() <= {one.id for one in _statements(raw, _SAID)}:
            return raw
        kept = list(known.values())[-_REMEMBERED:]
        return {**changed, _SAID: [documents.dump(one, Statement) for one in kept], _AUTHOR: str(by)}

    # The lens.

    def get(self, raw: Raw, directory: Directory) -> Reading:
        reading = super().get(raw, directory)
        return Reading(
            client=reading.client,
            units=reading.units,
            marker=reading.marker,
            told=frozenset(_told_as(one, directory) for one in _entries(raw, _TOLD)),
            said=_statements(raw, _SAID),
            author=_author(raw),
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        changed = super().put(raw, changes, directory)
        if changes.told is None:
            return changed
        told = sorted(changes.told, key=lambda one: (one.at, one.id))
        return {**changed, _TOLD: [_entry(one, directory) for one in told]}

    def told(self, raw: Raw) -> Sequence[Statement]:
        """What was said elsewhere and can be read in this copy, the oldest first."""
        return [_statement(one.get("statement")) for one in _entries(raw, _TOLD)]


def _entry(one: Statement, directory: Directory) -> dict[str, Any]:
    """A statement as it is told; names are looked up when somebody looks, so only whether there is one."""
    return {"statement": documents.dump(one, Statement), "named": one.by in directory.names}


def _told_as(entry: Mapping[str, Any], directory: Directory) -> str:
    one = _statement(entry.get("statement"))
    same = entry.get("named") == (one.by in directory.names)
    return one.id if same else misnaming(one.id)


def _entries(raw: Raw, name: str) -> list[dict[str, Any]]:
    found = raw.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise InvalidRecordError("What was told in a copy cannot be read.", field=name)
    return found


def _statements(raw: Raw, name: str) -> list[Statement]:
    found = raw.get(name, [])
    if not isinstance(found, list):
        raise InvalidRecordError("What was said in a copy cannot be read.", field=name)
    return [_statement(one) for one in found]


def _statement(text: object) -> Statement:
    try:
        return documents.load(str(text), Statement)
    except PermanentError as error:
        raise InvalidRecordError("What was said in a copy cannot be read.", field=_SAID) from error


def _author(raw: Raw) -> PartyRef | None:
    try:
        return PartyRef.parse(str(raw.get(_AUTHOR, "")))
    except RuleError:
        return None
