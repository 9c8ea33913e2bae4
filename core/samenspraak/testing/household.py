"""The hub itself before the system of a check: one client, one performer, and what they agree.

What the contract tries call by call is tried here as it happens: the hub looks, plans, writes and confirms,
with its own database, and people there act in between.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from samenspraak.connectors import (
    Call,
    Connector,
    Found,
    Manifest,
    ProposalState,
    Shelf,
    SystemKind,
)
from samenspraak.domain.agreements import Agreement
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, PartyKind, PartyRef, Person
from samenspraak.domain.units import UnitKey, UnitValue, agreement_from, apply
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.store import Cipher, Store, open_engine
from samenspraak.store.records import Cause, ConnectorRecord, EventRecord, FeedRecord, PartyLink
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.hub import Hub
from samenspraak.sync.outbox import shelf_of
from samenspraak.sync.ports import Pace
from samenspraak.sync.versions import record_new, record_version
from samenspraak.testing.between import Between
from samenspraak.testing.databases import without_rows
from samenspraak.testing.world import World, given
from samenspraak.work.hearing import hear
from samenspraak.work.inline import work_off

_HERE = "huis"
_CLIENT = PartyRef(kind=PartyKind.CLIENT, id="c1")
_CAUSE = Cause(actor="kit", why="recorded")
_SOON = timedelta(seconds=5)
_LATER = timedelta(seconds=30)
_PACE = Pace(backoff_cap=_SOON, breaker_pause=_SOON, unseen=_SOON)
_CYCLES = 40
_SPEED = 8.0
"""How fast the hub's time goes beside a sandbox that lags, which may lag a tenth of what is declared."""
_BREATH_SECONDS = 0.3


class _Clock:
    """The time, some times as fast, which can also be moved."""

    def __init__(self, speed: float) -> None:
        self._speed, self._began = speed, time.monotonic()
        self._at = datetime.now(UTC)

    def now(self) -> datetime:
        return self._at + timedelta(seconds=(time.monotonic() - self._began) * self._speed)

    def pass_(self, by: timedelta) -> None:
        self._at += by


@dataclass(frozen=True, kw_only=True)
class _OneConnected:
    """What the hub reaches: this connector, and nothing else."""

    between: Between
    kind: Manifest
    call_there: Call
    clock: _Clock
    outbox: Shelf | None

    def connector(self, organisation: str, connector_id: str, *, known: Any = None) -> Connector:
        return cast(Connector, self.between)

    def manifest(self, organisation: str, connector_id: str) -> Manifest:
        return self.kind

    def call(
        self,
        organisation: str,
        connector_id: str,
        *,
        permit: Callable[[], None] | None = None,
        known: Any = None,
    ) -> Call:
        http = self.call_there.http.timed_by(lambda: self.clock.now().timestamp())
        shelf = self.outbox or self.call_there.shelf
        call = replace(self.call_there, http=http, now=self.clock.now(), shelf=shelf)
        return call.permitted_by(permit) if permit else call


@dataclass(frozen=True, kw_only=True)
class Household:
    """A hub that knows the client and the performer of a scene, and its system."""

    world: World
    hub: Hub
    between: Between
    clock: _Clock
    consents: list[str] = field(default_factory=list)

    @property
    def performer(self) -> PartyRef:
        return PartyRef(kind=self.world.scene.performer_kind, id="p1")

    # What people do at the hub.

    def allow(self) -> None:
        """The client lets the performer see everything; a feed says what it is only where it may itself."""
        feed = self.world.manifest.capabilities.kind is SystemKind.FEED
        person = Recipient(kind=RecipientKind.PERSON, id=self.performer.id)
        system = Recipient(kind=RecipientKind.APP, id=self.world.connector.connector_id)
        consent = Consent(
            id=f"consent-{len(self.consents)}",
            client_id=_CLIENT.id,
            recipient=system if feed else person,
            allows=True,
            given_by=_CLIENT.id,
        )
        with self.hub.store.write(_HERE) as uow:
            uow.consents.add(consent, "kit", self.hub.now())
            ensure_client(uow, self.hub, _CLIENT.id)
            uow.commit()
        self.consents.append(consent.id)

    def withdraw(self) -> None:
        with self.hub.store.write(_HERE) as uow:
            uow.consents.withdraw(self.consents.pop(), "kit", self.hub.now())
            ensure_client(uow, self.hub, _CLIENT.id)
            uow.commit()

    def record(self, **units: UnitValue) -> None:
        """An agreement that the system does not know yet."""
        agreement = agreement_from("ag1", _CLIENT.id, self.world.said(**units))
        with self.hub.store.write(_HERE) as uow:
            record_new(uow, self.hub, agreement, cause=_CAUSE)
            uow.commit()

    def change(self, key: UnitKey, value: UnitValue) -> None:
        with self.hub.store.write(_HERE) as uow:
            before = uow.agreements.get("ag1")
            record_version(uow, self.hub, before, apply(before.agreement, {key: value}), cause=_CAUSE)
            uow.commit()

    # Time.

    def cycle(self) -> None:
        """Hear the system, and do what is due; people there take over what was proposed."""
        hear(self.hub, _HERE, self.world.connector.connector_id)
        work_off(self.hub, _HERE)
        for waiting in self.between.waiting:
            if self.between.proposal(self.world.call, waiting).state is ProposalState.WAITING:
                given(self.world.scene.decide, "decide")(waiting, True)
        self.between.waiting.clear()

    def rest(self) -> None:
        """Go on until nothing is due, nothing is written, and everything written can be read."""
        calm, enough = self.hub.now(), timedelta(seconds=self.world.manifest.capabilities.lag_s + 1)
        for _ in range(_CYCLES):
            wrote = len(self.world.sandbox.writes())
            self.cycle()
            if self._is_due() or len(self.world.sandbox.writes()) > wrote:
                calm = self.hub.now()
            elif self.hub.now() - calm > enough:
                return
            self._breathe()

    def _breathe(self) -> None:
        if self.world.sandbox.mode == "quirky":
            time.sleep(_BREATH_SECONDS)
        else:
            self.clock.pass_(_LATER)

    def _is_due(self) -> bool:
        with self.hub.store.read(_HERE) as uow:
            # What was taken back is looked at again after a while, to be sure; that is no work.
            at_work = any(
                link.reason is Reason.DUE and not link.retracting for link in uow.links.of_agreement("ag1")
            )
        return at_work or any(one.taken_at is None for one in self.events)

    # What came of it.

    @property
    def events(self) -> list[EventRecord]:
        """What the hub told, or is to tell, in the order of its numbers."""
        with self.hub.store.read(_HERE) as uow:
            return uow.events.after(self.world.connector.connector_id, 0, 1000)

    @property
    def agreement(self) -> Agreement:
        with self.hub.store.read(_HERE) as uow:
            return uow.agreements.get("ag1").agreement

    @property
    def asks(self) -> bool:
        """Whether a person is asked something."""
        with self.hub.store.read(_HERE) as uow:
            return bool(uow.questions.list())

    def there(self) -> Found:
        """The one record of the agreement."""
        with self.hub.store.read(_HERE) as uow:
            known = [
                one.external_id
                for link in uow.links.of_agreement("ag1")
                for one in uow.remotes.of_link(link.id)
                if one.external_id is not None
            ]
        assert known, "the hub knows of no record there"
        return self.world.found(known[-1])


@contextlib.contextmanager
def household(world: World) -> Iterator[Household]:
    """A hub that has just been connected to the system of this world; nobody has agreed anything yet."""
    clock = _Clock(_SPEED if world.sandbox.mode == "quirky" else 1.0)
    world.sandbox.clock = lambda: clock.now().timestamp()
    between = Between(world.connector, world.call)
    with tempfile.TemporaryDirectory(prefix="samenspraak-kit-") as folder:
        file = Path(folder) / "hub.sqlite3"
        file.write_bytes(without_rows())
        engine = open_engine(f"sqlite:///{file}")
        store = Store(engine, Cipher(b"k" * 32), clock.now)
        store.add_organisation(_HERE, "Huis")
        connected = _OneConnected(
            between=between,
            kind=world.manifest,
            call_there=world.call,
            clock=clock,
            outbox=_outbox(store, clock, world),
        )
        hub = Hub(store=store, connected=connected, clock=clock, pace=_PACE)
        house = Household(world=world, hub=hub, between=between, clock=clock)
        _move_in(house)
        try:
            yield house
        finally:
            engine.dispose()


def _outbox(store: Store, clock: _Clock, world: World) -> Shelf | None:
    """What is told leaves from the hub itself, whatever the checks of single calls use instead."""
    return shelf_of(store, clock, _HERE, world.connector) if world.manifest.capabilities.tells else None


def _move_in(house: Household) -> None:
    world, performer = house.world, house.performer
    system = ConnectorRecord(
        id=world.connector.connector_id,
        plugin=world.manifest.name,
        title=world.manifest.name,
        settings={},
        state=ConnectorState.RUNNING,
    )
    people = {_CLIENT: (world.scene.client, "Roos"), performer: (world.scene.performer, "Bram")}
    with house.hub.store.write(_HERE) as uow:
        uow.connectors.add(system)
        for ref, (external_id, name) in people.items():
            uow.parties.add_person(Person(id=ref.id, name=name), ref.kind)
            link = PartyLink(connector_id=system.id, external_id=external_id, ref=ref, manual=True)
            uow.parties.link(link)
        uow.parties.add_member(CircleMember(client_id=_CLIENT.id, party=performer))
        uow.feeds.add(  # only asked for where the hub itself shows it
            FeedRecord(
                id="f1", connector_id=system.id, reader=world.scene.performer, token=b"", at=house.hub.now()
            )
        )
        uow.commit()
