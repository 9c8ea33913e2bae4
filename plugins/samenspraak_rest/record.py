"""One record of the system: what stands where in it, read and written as the description says."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from samenspraak.connectors import (
    Absence,
    Absent,
    Changes,
    Directory,
    Found,
    Look,
    Marker,
    Raw,
    Reading,
    Subject,
    Unseen,
)
from samenspraak.connectors.json_codecs import TEXT, Leaf, at, clear_member, member, put_member
from samenspraak.connectors.json_lens import only
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.errors import InvalidRecordError
from samenspraak.http import Answer
from samenspraak_rest.computed import computed
from samenspraak_rest.description import Description, Guard
from samenspraak_rest.members import Scalar
from samenspraak_rest.shapes import ID_NUMBER

NOBODY = Directory(connector_id="")


@dataclass(frozen=True)
class Records:
    """Records as one description has them."""

    description: Description

    def new(self, subject: Subject) -> Raw:
        records, raw = self.description.records, Raw()
        for where, value in records.new.items():
            put_member(raw, where, value)
        put_member(raw, records.client, self.ids.encode(subject.client))
        put_member(raw, records.marker, str(subject.marker))
        return raw

    def get(self, raw: Raw, directory: Directory) -> Reading:
        records, raw = self.description.records, computed(raw, self.description.computed)
        with at(records.marker):
            marker = TEXT.read(member(raw, records.marker), directory)
        with at(records.client):
            client = self.ids.read(member(raw, records.client), directory)
        return Reading(
            client=client,
            units=self.description.units.lens.units(raw, directory),
            marker=Marker.parse(marker) if marker else None,
            selected=not self._is_removed(raw) and self._is_one_of_ours(raw),
            author=self._author(raw, directory),
            last_changed=self._changed(raw),
        )

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        lens = self.description.units.lens
        whole = computed(raw, self.description.computed)
        now = lens.units(whole, directory) if changes.set else {}
        if unplaced := [key.kind for key in (*changes.set, *changes.clear) if key.kind not in lens.table]:
            raise InvalidRecordError("the description has no place for this unit", field=str(unplaced[0]))
        wanted = {
            key: value if now.get(key) == value else self.description.units.normal(key, value)
            for key, value in changes.set.items()
        }
        return lens.put(raw, wanted, changes.clear, directory)

    def own(self, raw: Raw) -> Raw:
        with contextlib.suppress(InvalidRecordError):  # told when it is read
            raw = computed(raw, self.description.computed)
        return only(raw, self._own)

    # What stands where.

    @property
    def ids(self) -> Leaf:
        """How this system writes an id."""
        return ID_NUMBER if self.description.ids == "number" else TEXT

    def id(self, item: Raw) -> str:
        where = self.description.records.id
        with at(where):
            return str(self.ids.decode(member(item, where)))

    def carries(self, item: Raw, marker: Marker) -> bool:
        with contextlib.suppress(InvalidRecordError):
            return _says(item, self.description.records.marker, (str(marker),))
        return False

    def inside(self, answer: Answer) -> Raw:
        where = self.description.records.inside
        with at(where or "body"):
            found = member(answer.json(), where)
        if not isinstance(found, dict):
            raise InvalidRecordError("the record is not where the description says", field=where or "body")
        return found

    def look(self, raw: Raw, answer: Answer | None = None) -> Look:
        if not self._is_removed(raw):
            return self.found(raw, answer)
        if self.description.absence is Absence.NEVER:
            return Unseen(external_id=self.id(raw), why="it says that it was removed", missing=True)
        return Absent(external_id=self.id(raw))

    def found(self, raw: Raw, answer: Answer | None = None) -> Found:
        return Found(external_id=self.id(raw), raw=raw, token=self._token(raw, answer))

    def _token(self, raw: Raw, answer: Answer | None) -> str | None:
        version = self.description.version
        if version is None:
            return None
        if version.at is not None:
            with at(version.at):
                found = member(raw, version.at)
            return None if found is None else str(found)
        return None if answer is None else answer.headers.get(str(version.header))

    def guard(self, found: Found) -> dict[str, str]:
        """The version that a write is made under, where the system guards its records by it."""
        version = self.description.version
        if version is None or version.guard is not Guard.IF_MATCH or found.token is None:
            return {}
        return {"If-Match": f'"{found.token}"' if version.at is not None else found.token}

    def sent(self, raw: Raw) -> Raw:
        update = self.description.update
        result = copy.deepcopy(raw)
        for where in update.leave_out if update else ():
            clear_member(result, where, lambda there: None)
        return result

    def _is_removed(self, raw: Raw) -> bool:
        removed = self.description.removed
        return removed is not None and _says(raw, removed.at, removed.is_)

    def _is_one_of_ours(self, raw: Raw) -> bool:
        return all(_says(raw, where, values) for where, values in self.description.records.only.items())

    def _author(self, raw: Raw, directory: Directory) -> PartyRef | None:
        where = self.description.records.author
        if where is None:
            return None
        with at(where):
            found = self.ids.read(member(raw, where), directory)
        party = directory.party(found or "", PartyKind.RELATIVE)
        return party if party.is_resolved else None

    def _changed(self, raw: Raw) -> datetime | None:
        where = self.description.records.changed
        if where is None:
            return None
        with at(where):
            text = TEXT.read(member(raw, where), NOBODY)
            return None if text is None else datetime.fromisoformat(text)

    @cached_property
    def _own(self) -> frozenset[str]:
        """The places that are read: all that the hub keeps of a record."""
        one, records = self.description, self.description.records
        more = {records.id, records.client, records.marker, *records.only}
        more |= {one.removed.at} if one.removed else set()
        return frozenset(more | one.units.lens.members)


def _says(raw: Raw, where: str, values: Collection[Scalar]) -> bool:
    with at(where):
        found = member(raw, where)
    return any(type(found) is type(one) and found == one for one in values)
