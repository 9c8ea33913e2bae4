"""What the checks of the contract are made of: a scene in a sandbox, a connector, and small steps."""

from __future__ import annotations

import time as clock
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from samenspraak.connectors import (
    Call,
    Changes,
    Connector,
    Directory,
    Found,
    Inbound,
    Look,
    Manifest,
    Marker,
    Objects,
    Raw,
    Subject,
    Write,
    Written,
)
from samenspraak.connectors.looks import Page
from samenspraak.domain.agreements import Duty, LifeDomain, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.statements import Statement, StatementKind
from samenspraak.domain.units import (
    LIFE_DOMAIN,
    STATUS,
    WHAT,
    UnitKey,
    UnitKind,
    Units,
    UnitValue,
)
from samenspraak.sandbox import Sandbox

_LAG_MARGIN_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a test file set up in the sandbox, and what people there can do.

    ``client``, ``performer``, ``reader``: a client, somebody around that client, and who is asked what they
    can read, as the system calls them · ``performer_kind``: in which role · ``edit``: somebody there changes
    this record, but not what it is about · ``record``: somebody there writes a new one down; gives its id
    (for systems we only read) · ``remove``, ``hide``: a record is removed there, or withheld from us ·
    ``decide``: a person accepts or refuses the proposal · ``notice``: a genuine notification about the
    record · ``open``: the reader opens this record there · ``notified``: of how much the reader was notified
    that they have not opened · ``units``: what the records of these checks say, if the usual does not fit.
    """

    client: str
    performer: str
    reader: str
    performer_kind: PartyKind = PartyKind.RELATIVE
    edit: Callable[[str], object] | None = None
    record: Callable[[], str] | None = None
    remove: Callable[[str], object] | None = None
    hide: Callable[[str], object] | None = None
    decide: Callable[[str, bool], object] | None = None
    notice: Callable[[str], Inbound] | None = None
    open: Callable[[str], object] | None = None
    notified: Callable[[], int] | None = None
    units: Units = field(default_factory=dict)


class Answered(NamedTuple):
    """What a sandbox answered to one request, before anything went wrong with it.

    ``said``: the body of that request.
    """

    status: int
    headers: Mapping[str, str]
    body: str
    write: bool
    said: str = ""


@dataclass(frozen=True, kw_only=True)
class World:
    """A running sandbox, a connector that speaks to it, and the small steps the checks are made of.

    ``answers``: all that the sandbox answered, oldest first.
    """

    url: str
    sandbox: Sandbox
    connector: Connector
    scene: Scene
    call: Call
    answers: Sequence[Answered] = ()

    @property
    def manifest(self) -> Manifest:
        return self.connector.manifest

    @property
    def directory(self) -> Directory:
        performer = PartyRef(kind=self.scene.performer_kind, id="p1")
        return Directory(
            connector_id=self.connector.connector_id,
            external={performer: self.scene.performer},
            names={performer: "Bram"},
        )

    def units(self, **changed: UnitValue) -> dict[UnitKey, UnitValue]:
        """What a record of these checks says, as far as this system carries it."""
        return {
            key: value
            for key, value in self.said(**changed).items()
            if self.manifest.capabilities.write(key) is not Write.NO
        }

    def said(self, **changed: UnitValue) -> dict[UnitKey, UnitValue]:
        """What is agreed in these checks."""
        performer = PartyRef(kind=self.scene.performer_kind, id="p1")
        on_thursdays = Recurrence(
            frequency=Frequency.WEEKLY, weekdays=(Weekday.THURSDAY,), times=(time(17, 0),)
        )
        usual: dict[UnitKey, UnitValue] = {
            WHAT: What(text="Samen koken"),
            STATUS: Status(state=State.ACTIVE),
            LIFE_DOMAIN: LifeDomain.MEALS,
            UnitKey(UnitKind.ASSIGNMENT, "a1"): Duty(
                performer=performer, schedule=Schedule(text="op donderdag om vijf uur", timing=on_thursdays)
            ),
        }
        return {
            **(self.scene.units or usual),
            **{UnitKey(UnitKind(kind)): value for kind, value in changed.items()},
        }

    def comment(self, text: str) -> Statement:
        """Something the performer said at the hub."""
        return Statement(
            id="hub:s1",
            kind=StatementKind.COMMENT,
            by=PartyRef(kind=self.scene.performer_kind, id="p1"),
            at=datetime(2026, 3, 5, 17, 0, tzinfo=UTC),
            through="hub",
            text=text,
        )

    def subject(self, name: str) -> Subject:
        part = "a1" if self.manifest.capabilities.objects is Objects.ASSIGNMENT else ""
        return Subject(
            client=self.scene.client,
            marker=Marker(agreement_id=name, part=part),
            readers=(self.scene.reader,),
            client_name="Roos",
        )

    def put(self, raw: Raw, **changes: Any) -> Raw:
        if self.manifest.capabilities.tells and "mark" not in changes:
            changes["mark"] = f"{zlib.crc32(repr(changes).encode()):x}#1"
        return self.connector.put(raw, Changes(**changes), self.directory)

    def draft(self, name: str, **units: UnitValue) -> tuple[Subject, Raw]:
        subject = self.subject(name)
        return subject, self.put(self.connector.new(subject), set=self.units(**units))

    def create(self, name: str, **units: UnitValue) -> Written:
        return self.connector.create(self.call, *self.draft(name, **units))

    def update(self, found: Found, **changes: Any) -> Written:
        return self.connector.update(self.call, found, self.put(found.raw, **changes))

    def make(self, name: str, **units: UnitValue) -> Found:
        """A record that is there, made the way this system lets it be made."""
        if self.manifest.capabilities.mode is Write.NO:
            return self.found(given(self.scene.record, "record")())
        return self.landed(self.create(name, **units))

    def landed(self, written: Written) -> Found:
        """The record that says what was written."""
        return written.found or self.found(self.taken_over(written))

    def taken_over(self, written: Written) -> str:
        """The id of what was written, after a person there took over what only waits."""
        if written.waiting is None:
            return written.external_id
        given(self.scene.decide, "decide")(written.waiting, True)
        return self.connector.proposal(self.call, written.waiting).external_id or written.external_id

    def look(self, external_id: str) -> Look:
        return self.connector.fetch(self.call, external_id)

    def found(self, external_id: str) -> Found:
        look = self.in_time(lambda: self.look(external_id), lambda seen: isinstance(seen, Found))
        assert isinstance(look, Found)
        return look

    def changed(self, before: Found) -> Found:
        """The same record after somebody there changed it."""
        look = self.in_time(
            lambda: self.look(before.external_id),
            lambda seen: isinstance(seen, Found) and seen.raw != before.raw,
        )
        assert isinstance(look, Found)
        return look

    def pages(self, cursor: str | None = None) -> list[Page]:
        return list(self.connector.changes(self.call, cursor))

    def readable(self) -> str:
        """All that the reader of the scene can read there now."""
        return " ".join(self.sandbox.readable(self.scene.reader))

    def in_time(self, ask: Callable[[], Any], is_right: Callable[[Any], bool]) -> Any:
        """The answer once it is right, or the last one when the declared lag is over."""
        until = clock.monotonic() + self.manifest.capabilities.lag_s + _LAG_MARGIN_SECONDS
        while not is_right(answer := ask()) and clock.monotonic() < until:
            clock.sleep(0.05)
        return answer


def given(one: Any, what: str) -> Any:
    """What the scene gives, or a failure that says what is missing."""
    assert one is not None, f"the scene of this contract has to give: {what}"
    return one
