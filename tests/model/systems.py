"""Three systems that keep records in memory, and their connectors: no sockets, every quirk in plain sight.

``app`` has enforced tokens and makes a record once per marker · ``platform`` has no tokens, cuts titles
short, and every read comes from a replica that may be behind; it removes what is retracted, and absence
proves nothing there · ``dossier`` keeps one record per assignment and takes no part in consent.

Every request goes through a :class:`Wire`, which may lose it, delay it or let the world move on meanwhile.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar, cast

from marshmallow import Schema

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
    Written,
)
from samenspraak.domain.agreements import Conditions, Duty, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Schedule
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind, UnitValue
from samenspraak.errors import ConflictError, InvalidRecordError
from samenspraak.http import HttpClient
from samenspraak.sync.ports import Clock

T = TypeVar("T")

PLACE = UnitKey(UnitKind.PLACE)
OVER = frozenset({"ended", "withdrawn", "mistake"})
MEMBERS = ("title", "place", "conditions", "status")
_PAGE = 3


class Wire(Protocol):
    """What lies between the hub and a system."""

    def read(self, system: System, permit: Callable[[], None], effect: Callable[[], T]) -> T:
        """The answer to a question."""

    def write(
        self, system: System, permit: Callable[[], None], raw: Raw, before: Raw, effect: Callable[[], T]
    ) -> T:
        """The answer to a write; ``raw`` is what the record should say, ``before`` what the hub saw."""

    def overwritten(self, system: System, record_id: str, member: str, lost: object) -> None:
        """A write took the place of something its writer had not seen; nobody there could stop it."""

    def between_pages(self) -> None:
        """Time passes between asking for a page and using it."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One state of a record; ``raw`` is None once it is removed."""

    at: datetime
    number: int
    raw: Raw | None


class System:
    """A server: records with all their states, in the order they came about."""

    def __init__(self, kind: type[RecordConnector], clock: Clock, chance: random.Random, wire: Wire) -> None:
        self.kind = kind
        self.name = kind.manifest.name
        self.capabilities = kind.manifest.capabilities
        self.wire = wire
        self.records: dict[str, list[Kept]] = {}
        self.forbidden: set[str] = set()
        self.writes = 0
        self._clock = clock
        self._chance = chance
        self._number = 0

    def add(self, raw: Raw) -> str:
        record_id = f"{self.name}-{len(self.records) + 1}"
        self.records[record_id] = []
        self.keep(record_id, {**raw, "id": record_id})
        return record_id

    def keep(self, record_id: str, raw: Raw | None) -> None:
        self._number += 1
        self.records[record_id].append(Kept(at=self._clock.now(), number=self._number, raw=raw))

    def now(self, record_id: str) -> Raw | None:
        return self.records[record_id][-1].raw

    def live(self) -> list[str]:
        """The records that people still see as agreements."""
        return [one for one in self.records if is_live(self.now(one))]

    def looked_at(self) -> datetime:
        """The moment a read shows: on a replica some time ago."""
        behind = self._chance.uniform(0, self.capabilities.lag_s / 2) if self.kind.reads_lag else 0.0
        return self._clock.now() - timedelta(seconds=behind)

    def shown(self, record_id: str, at: datetime) -> Kept | None:
        """The record as it was at that moment; None while it was not there yet."""
        known = (one for one in reversed(self.records.get(record_id, ())) if one.at <= at)
        return next(known, None)


def is_live(raw: Raw | None) -> bool:
    return raw is not None and raw.get("status", {}).get("state") not in OVER and bool(raw.get("title"))


class NoSettings(Schema):
    """There is nothing to set."""


def _manifest(name: str, **capabilities: Any) -> Manifest:
    text = {"nl": name, "en": name}
    carries = [UnitKind.WHAT, UnitKind.CONDITIONS, UnitKind.STATUS, UnitKind.ASSIGNMENT]
    carries += [] if name == "platform" else [UnitKind.PLACE]
    return Manifest(
        name=name,
        title=text,
        summary=text,
        version="1",
        settings=NoSettings,
        capabilities=Capabilities(
            units={kind: Carries() for kind in carries}, may_end=MayEnd.AGREEMENT, **capabilities
        ),
    )


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
            self.system.wire.between_pages()
            yield Page(records=records, cursor=str(since), complete=cursor is None and not more, server="one")

    def _changed(self, since: int) -> list[tuple[int, str, Kept]]:
        last = ((states[-1].number, record_id, states[-1]) for record_id, states in self._seen_records())
        return sorted(one for one in last if one[0] > since)[:_PAGE]

    def _seen_records(self) -> list[tuple[str, list[Kept]]]:
        return [one for one in self.system.records.items() if one[0] not in self.system.forbidden]

    def _listing(self, call: Call) -> Iterator[Page]:
        """Everything, as one replica has it; what was removed is simply not in it."""
        at = self.system.wire.read(self.system, permit(call), self.system.looked_at)
        shown = ((record_id, self.system.shown(record_id, at)) for record_id, _ in self._seen_records())
        found = [self._found(record_id, kept) for record_id, kept in shown if kept and kept.raw is not None]
        for start in range(0, len(found), _PAGE):
            self.system.wire.between_pages()
            yield Page(records=found[start : start + _PAGE], server="one")

    def fetch(self, call: Call, external_id: str) -> Look:
        return self.system.wire.read(self.system, permit(call), lambda: self._look(external_id))

    def _look(self, external_id: str) -> Look:
        kept = self.system.shown(external_id, self.system.looked_at())
        if external_id in self.system.forbidden:
            return Unseen(external_id=external_id, why="forbidden")
        if kept is None or (kept.raw is None and self.manifest.capabilities.absence is Absence.NEVER):
            return Unseen(external_id=external_id, why="unknown")
        found = self._found(external_id, kept)
        return found if isinstance(found, Found) else Absent(external_id=external_id)

    def _found(self, external_id: str, kept: Kept) -> Found | Absent:
        if kept.raw is None:
            return Absent(external_id=external_id)
        enforced = self.manifest.capabilities.token is Token.ENFORCED
        return Found(external_id=external_id, raw=kept.raw, token=str(kept.number) if enforced else None)

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        return self.system.wire.read(self.system, permit(call), lambda: self._marked(marker))

    def _marked(self, marker: Marker) -> list[Found]:
        at = self.system.looked_at()
        shown = ((record_id, self.system.shown(record_id, at)) for record_id in self.system.records)
        found = [self._found(record_id, kept) for record_id, kept in shown if kept]
        return [one for one in found if isinstance(one, Found) and one.raw.get("ref") == str(marker)]

    # Writing.

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        def effect() -> Written:
            there = self._marked(subject.marker) if self.conditional else []
            record_id = there[0].external_id if there else self.system.add(raw)
            return self._written(record_id, existed=bool(there))

        return self.system.wire.write(self.system, permit(call), raw, {}, effect)

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        def effect() -> Written:
            after = self._patched(found, raw)
            self.system.keep(found.external_id, after)
            return self._written(found.external_id)

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
            now = flat(self._checked(found))
            for name, value in now.items():
                if value != flat(found.raw).get(name):
                    self.system.wire.overwritten(self.system, found.external_id, name, value)
            self.system.keep(found.external_id, None if self.removes else empty)
            return self._written(found.external_id)

        return self.system.wire.write(self.system, permit(call), {}, found.raw, effect)

    def _checked(self, found: Found) -> Raw:
        """The record as it is by now, if the writer may still write it."""
        now = self.system.now(found.external_id)
        if now is None or found.external_id in self.system.forbidden:
            raise ConflictError(f"{self.connector_id}: {found.external_id} is not there")
        if found.token is not None and found.token != str(self.system.records[found.external_id][-1].number):
            raise ConflictError(f"{self.connector_id}: {found.external_id} was changed in between")
        return now

    def _patched(self, found: Found, raw: Raw) -> Raw:
        """What the record will say: the members that the writer changed, and the rest as it is by now."""
        before, after, current = flat(found.raw), flat(raw), flat(self._checked(found))
        for name in sorted(before.keys() | after.keys() | current.keys()):
            if before.get(name) != after.get(name):
                if current.get(name) not in (before.get(name), after.get(name)):
                    self.system.wire.overwritten(self.system, found.external_id, name, current.get(name))
                current[name] = after.get(name)
        return unflat(current)

    def _written(self, record_id: str, *, existed: bool = False) -> Written:
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
        units = {key: read(raw[name]) for name, key, read in PLACES if raw.get(name)}
        for task_id, task in raw.get("tasks", {}).items():
            units[UnitKey(UnitKind.ASSIGNMENT, task_id)] = _duty(task, directory)
        return Reading(
            client=raw.get("client"), units=units, marker=marker, part=part, group=raw.get("group")
        )

    @property
    def _is_one_each(self) -> bool:
        return self.manifest.capabilities.objects is Objects.ASSIGNMENT

    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        result = {**raw, "tasks": dict(raw.get("tasks", {}))}
        wanted: dict[UnitKey, UnitValue | None] = dict.fromkeys(changes.clear)
        wanted |= {key: self.normal(key, value) for key, value in changes.set.items()}
        for key, value in wanted.items():
            member = result["tasks"] if key.kind is UnitKind.ASSIGNMENT else result
            name = key.id or _NAMES.get(key, "")
            member.pop(name, None)
            if value is not None and name:
                member[name] = _text_of(value, directory)
        return result

    def own(self, raw: Raw) -> Raw:
        return {name: value for name, value in raw.items() if name != "note"}

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        if isinstance(value, What) and self.title:
            return replace(value, text=value.text[: self.title].strip())
        return value


class AppConnector(RecordConnector):
    manifest = _manifest(
        "app",
        kind=SystemKind.APP,
        readers=Readers.EVERYONE,
        absence=Absence.BY_ID,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        token=Token.ENFORCED,
        token_ordered=True,
        lag_s=4.0,
    )


class PlatformConnector(RecordConnector):
    manifest = _manifest(
        "platform",
        kind=SystemKind.PLATFORM,
        readers=Readers.EVERYONE,
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
    manifest = _manifest(
        "dossier",
        kind=SystemKind.DOSSIER,
        readers=Readers.STAFF,
        objects=Objects.ASSIGNMENT,
        absence=Absence.BY_ID,
        create=Create.FINDABLE,
        confirm=Confirm.RESPONSE,
        token=Token.ENFORCED,
        lag_s=4.0,
    )
    removes = False


CONNECTORS: tuple[type[RecordConnector], ...] = (AppConnector, PlatformConnector, DossierConnector)


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


# From members to units and back. A record is compared and patched member by member, a task as one member.


def flat(raw: Raw) -> dict[str, Any]:
    tasks = {f"tasks.{name}": task for name, task in raw.get("tasks", {}).items()}
    return {**{name: value for name, value in raw.items() if name != "tasks"}, **tasks}


def unflat(members: Mapping[str, Any]) -> Raw:
    raw: Raw = {"tasks": {}}
    for name, value in members.items():
        if value is not None:
            task = name.removeprefix("tasks.")
            (raw if task == name else raw["tasks"])[task] = value
    return raw


def status_text(status: Status) -> dict[str, str]:
    ended = {"ended_on": status.ended_on.isoformat()} if status.ended_on else {}
    return {"state": str(status.state), "reason": status.reason, **ended}


def _status(text: Mapping[str, str]) -> Status:
    if text.get("state") not in set(State):
        raise InvalidRecordError("a status nobody knows", field="status")
    ended = text.get("ended_on")
    return Status(
        state=State(text["state"]),
        reason=text.get("reason", ""),
        ended_on=date.fromisoformat(ended) if ended else None,
    )


def _conditions(text: str) -> Conditions:
    return Conditions(text=text)


def _what(text: str) -> What:
    return What(text=text)


PLACES: tuple[tuple[str, UnitKey, Callable[[Any], UnitValue]], ...] = (
    ("title", WHAT, _what),
    ("place", PLACE, str),
    ("conditions", CONDITIONS, _conditions),
    ("status", STATUS, _status),
)
_NAMES = {key: name for name, key, _ in PLACES}


def _duty(task: Mapping[str, str], directory: Directory) -> Duty:
    kind, _, who = task["who"].partition(":")
    performer = PartyRef.parse(who) if kind == "hub" else directory.party(who, PartyKind(kind))
    return Duty(performer=performer, schedule=Schedule(text=task["when"]))


def _text_of(value: UnitValue, directory: Directory) -> Any:
    match value:
        case What() | Conditions():
            return value.text
        case Status():
            return status_text(value)
        case Duty():
            known = directory.id_of(value.performer)
            who = f"{value.performer.kind}:{known}" if known else f"hub:{value.performer}"
            return {"who": who, "when": value.schedule.text}
        case _:
            return str(value)
