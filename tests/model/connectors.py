"""How the hub talks to systems that keep records: no sockets, and each promise of a manifest in a few lines.

``app`` has enforced tokens and makes a record once per marker · ``platform`` has no tokens, cuts titles
short, and every read comes from a replica that may be behind; it removes what is retracted, and absence
proves nothing there · ``dossier`` keeps one record per assignment and takes no part in consent · ``register``
is only read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, cast

from marshmallow import Schema
from model.members import RULES, flat, member_of, text_of, unflat, units_in
from model.systems import Kept, System

from samenspraak.connectors import (
    Absence,
    Absent,
    Call,
    Capabilities,
    Carries,
    Changes,
    Checked,
    Confirm,
    Connector,
    Create,
    Directory,
    End,
    Found,
    Look,
    Manifest,
    Marker,
    MayEnd,
    Objects,
    Page,
    Raw,
    Readers,
    Reading,
    Subject,
    SystemKind,
    Token,
    Unseen,
    Write,
    Written,
)
from samenspraak.domain.agreements import What
from samenspraak.domain.units import UnitKey, UnitKind, UnitValue
from samenspraak.errors import ConflictError
from samenspraak.http import HttpClient

CARRIED = (
    UnitKind.WHAT,
    UnitKind.PLACE,
    UnitKind.CONDITIONS,
    UnitKind.STATUS,
    UnitKind.ASSIGNMENT,
    UnitKind.EXCEPTION,
)
_PAGE = 3


class NoSettings(Schema):
    """There is nothing to set."""


def manifest(name: str, units: Mapping[UnitKind, Carries], **capabilities: Any) -> Manifest:
    text = {"nl": name, "en": name}
    can = Capabilities(units=units, **capabilities)
    return Manifest(name=name, title=text, summary=text, version="1", settings=NoSettings, capabilities=can)


@dataclass(frozen=True)
class Permission:
    """What a call has here where it has an HTTP client elsewhere: it only asks whether it may go."""

    ask: Callable[[], None]

    def within(self, seconds: float) -> Permission:
        """Nothing here takes time by itself."""
        return self


def permit(call: Call) -> Callable[[], None]:
    """What the hub wants to be asked right before a request leaves."""
    return cast("Permission", call.http).ask


class RecordConnector(Connector):
    """A lens over records of a few members, and requests that go through the wire.

    ``conditional``: a create meets a record with the same marker instead of making a second one ·
    ``removes``: what is retracted is removed, else it stays as an empty record · ``title``: how many
    letters a title may have.
    """

    conditional: ClassVar[bool] = True
    removes: ClassVar[bool] = True
    reads_lag: ClassVar[bool] = False
    title: ClassVar[int | None] = None

    def __init__(self, connector_id: str, settings: Mapping[str, Any]) -> None:
        super().__init__(connector_id, settings)
        self.system: System = settings["system"]

    def http(self) -> HttpClient:
        raise NotImplementedError  # nothing here goes over a network

    def check(self, call: Call) -> Iterator[Checked]:
        yield from ()

    # Reading.

    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        if self.reads_lag:
            yield from self._listing(call)
            return
        since = int(cursor or 0)
        while page := self.system.wire.read(self.system, permit(call), partial(self._changed, since)):
            since = page[-1][0]
            more = bool(self._changed(since))
            records = [self._found(record_id, kept) for _, record_id, kept in page]
            self._waits({record_id: kept for _, record_id, kept in page})
            short = more and self.system.wire.cuts_short()
            complete = cursor is None and not more and not self.system.forbidden
            yield Page(records=records, cursor=str(since), complete=complete, server="one")
            if short:
                return

    def _waits(self, page: Mapping[str, Kept]) -> None:
        self.system.wire.between_pages()
        if any(self.system.records[record_id][-1:] != [kept] for record_id, kept in page.items()):
            self.system.wire.notes("stale page")

    def _changed(self, since: int) -> list[tuple[int, str, Kept]]:
        seen = self._seen_records()
        last = ((states[-1].number, record_id, states[-1]) for record_id, states in seen if states)
        return sorted((one for one in last if one[0] > since), key=lambda one: one[0])[:_PAGE]

    def _seen_records(self) -> list[tuple[str, list[Kept]]]:
        return [one for one in self.system.records.items() if one[0] not in self.system.forbidden]

    def _listing(self, call: Call) -> Iterator[Page]:
        """Everything, as one replica has it; what was removed is simply not in it."""
        at = self.system.wire.read(self.system, permit(call), self.system.looked_at)
        seen = {record_id: self.system.shown(record_id, at) for record_id, _ in self._seen_records()}
        shown = {record_id: kept for record_id, kept in seen.items() if kept and kept.raw is not None}
        for start in range(0, len(shown), _PAGE):
            page = dict(list(shown.items())[start : start + _PAGE])
            self._waits(page)
            yield Page(records=[self._found(*one) for one in page.items()], server="one")
            if self.system.wire.cuts_short():
                return

    def fetch(self, call: Call, external_id: str) -> Look:
        return self.system.wire.read(self.system, permit(call), lambda: self._look(external_id))

    def _look(self, external_id: str) -> Look:
        kept = self.system.shown(external_id, self.system.looked_at())
        if external_id in self.system.forbidden:
            return Unseen(external_id=external_id, why="forbidden")
        if kept is None or (kept.raw is None and self.manifest.capabilities.absence is Absence.NEVER):
            return Unseen(external_id=external_id, why="unknown", missing=True)
        found = self._found(external_id, kept)
        return found if isinstance(found, Found) else Absent(external_id=external_id)

    def _found(self, external_id: str, kept: Kept) -> Found | Absent:
        if kept.raw is None:
            return Absent(external_id=external_id)
        tokens = self.manifest.capabilities.token is not Token.NONE
        return Found(external_id=external_id, raw=kept.raw, token=str(kept.number) if tokens else None)

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        return self.system.wire.read(self.system, permit(call), lambda: self.marked(marker))

    def marked(self, marker: Marker) -> list[Found]:
        at = self.system.looked_at()
        shown = ((record_id, self.system.shown(record_id, at)) for record_id in self.system.records)
        found = [self._found(record_id, kept) for record_id, kept in shown if kept]
        return [one for one in found if isinstance(one, Found) and one.raw.get("ref") == str(marker)]

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        def effect() -> Written:
            there = self.marked(subject.marker) if self.conditional else []
            record_id = there[0].external_id if there else self.system.add(raw)
            return self.written(record_id, existed=bool(there))

        return self.system.wire.write(self.system, permit(call), raw, {}, effect)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        def effect() -> Written:
            after = self._patched(found, raw)
            self.system.keep(found.external_id, after)
            return self.written(found.external_id)

        return self.system.wire.write(self.system, permit(call), raw, found.raw, effect)

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        if how is not End.RETRACTED:
            return self.update(call, found, raw)
        empty = {name: value for name, value in found.raw.items() if name in ("id", "client", "ref", "group")}
        empty["status"] = {"state": "withdrawn"}

        def effect() -> Written:
            if self.system.now(found.external_id) is None:  # what is gone need not go
                self.system.wire.overwritten(self.system, found.external_id, "status", None)
                return Written(external_id=found.external_id)
            now = flat(self.checked(found))
            for name, value in now.items():
                if value != flat(found.raw).get(name):
                    self.system.wire.overwritten(self.system, found.external_id, name, value)
            self.system.keep(found.external_id, None if self.removes else empty)
            return self.written(found.external_id)

        return self.system.wire.write(self.system, permit(call), {}, found.raw, effect)

    def checked(self, found: Found) -> Raw:
        """The record as it is by now, if the writer may still write it."""
        now = self.system.now(found.external_id)
        if now is None or found.external_id in self.system.forbidden:
            raise ConflictError(f"{self.connector_id}: {found.external_id} is not there")
        enforced = self.manifest.capabilities.token is Token.ENFORCED
        if enforced and found.token != str(self.system.records[found.external_id][-1].number):
            raise ConflictError(f"{self.connector_id}: {found.external_id} was changed in between")
        return now

    def _patched(self, found: Found, raw: Raw) -> Raw:
        """What the record will say: the members that the writer changed, and the rest as it is by now."""
        before, after, current = flat(found.raw), flat(raw), flat(self.checked(found))
        for name in sorted(before.keys() | after.keys() | current.keys()):
            if before.get(name) != after.get(name):
                if current.get(name) not in (before.get(name), after.get(name)):
                    self.system.wire.overwritten(self.system, found.external_id, name, current.get(name))
                current[name] = after.get(name)
        return unflat(current)

    def written(self, record_id: str, *, existed: bool = False) -> Written:
        shown = self._found(record_id, self.system.records[record_id][-1])
        carries = self.manifest.capabilities.confirm is Confirm.RESPONSE
        found = shown if carries and isinstance(shown, Found) else None
        return Written(external_id=record_id, found=found, existed=existed)

    # The lens.

    def new(self, subject: Subject) -> Raw:
        ties = {"group": subject.marker.agreement_id} if subject.marker.part else {}
        return {"client": subject.client, "ref": str(subject.marker), "tasks": {}, **ties}

    def get(self, raw: Raw, directory: Directory) -> Reading:
        marker = Marker.parse(raw["ref"]) if raw.get("ref") else None
        part = (marker.part if marker else "") or (raw["id"] if self._is_one_each else "")
        return Reading(
            client=raw.get("client"),
            units=dict(units_in(self._as_read(raw), directory)),
            marker=marker,
            part=part,
            group=raw.get("group"),
        )

    def _as_read(self, raw: Raw) -> dict[str, Any]:
        """The members that this version of the mapping reads: the newer place before the older one."""
        members = flat(raw)
        newer = members.pop(RULES, None)
        return {**members, "conditions": newer} if newer and self.system.mapping > 1 else members

    @property
    def _is_one_each(self) -> bool:
        return self.manifest.capabilities.objects is Objects.ASSIGNMENT

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        members = flat(raw)
        wanted: dict[UnitKey, UnitValue | None] = dict.fromkeys(changes.clear)
        wanted |= {key: self.normal(key, value) for key, value in changes.set.items()}
        for key, value in wanted.items():
            name = member_of(key)
            places = (RULES, name) if name == "conditions" and self.system.mapping > 1 else (name,)
            members |= dict.fromkeys(places)
            if value is None and name.startswith("tasks."):  # its moments go with it
                members |= dict.fromkeys(one for one in members if one.startswith(f"off.{key.id}:"))
            if value is not None:
                members[places[0]] = text_of(value, directory)
        return unflat(members) if wanted else raw

    def own(self, raw: Raw) -> Raw:
        return {name: value for name, value in raw.items() if name != "note"}

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        if isinstance(value, What) and self.title:
            return replace(value, text=value.text[: self.title].strip())
        return value

    def upgrades(self) -> None:
        """A new version of the mapping keeps conditions elsewhere, and still finds what the old one wrote."""
        self.system.mapping += 1
        can = replace(self.manifest.capabilities, mapping_version=self.system.mapping)
        self.manifest = replace(self.manifest, capabilities=can)  # type: ignore[misc]  # of this one


_EVERY = {kind: Carries() for kind in CARRIED}
_NO_PLACE = {kind: Carries() for kind in CARRIED if kind is not UnitKind.PLACE}
_READ_ONLY = {kind: Carries(write=Write.NO) for kind in CARRIED}


class AppConnector(RecordConnector):
    manifest = manifest(
        "app",
        _EVERY,
        kind=SystemKind.APP,
        readers=Readers.EVERYONE,
        may_end=MayEnd.AGREEMENT,
        absence=Absence.BY_ID,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        token=Token.ENFORCED,
        token_ordered=True,
        lag_s=4.0,
    )


class PlatformConnector(RecordConnector):
    manifest = manifest(
        "platform",
        _NO_PLACE,
        kind=SystemKind.PLATFORM,
        readers=Readers.EVERYONE,
        may_end=MayEnd.AGREEMENT,
        absence=Absence.NEVER,
        create=Create.FINDABLE,
        confirm=Confirm.READ,
        token=Token.NONE,
        lag_s=30.0,
    )
    conditional = False
    reads_lag = True
    title = 10


class DossierConnector(RecordConnector):
    manifest = manifest(
        "dossier",
        _EVERY,
        kind=SystemKind.DOSSIER,
        readers=Readers.STAFF,
        objects=Objects.ASSIGNMENT,
        may_end=MayEnd.AGREEMENT,
        absence=Absence.BY_ID,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        token=Token.ENFORCED,
        lag_s=4.0,
    )
    removes = False


class RegisterConnector(RecordConnector):
    manifest = manifest(
        "register",
        _READ_ONLY,
        kind=SystemKind.DOSSIER,
        readers=Readers.STAFF,
        may_end=MayEnd.AGREEMENT,
        absence=Absence.BY_ID,
        confirm=Confirm.NONE,
        token=Token.ENFORCED,
    )
