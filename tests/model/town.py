"""One organisation with its hub around some systems, on a clock that stands until it is moved."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from model.connectors import (
    AppConnector,
    DossierConnector,
    Permission,
    PlatformConnector,
    RecordConnector,
    RegisterConnector,
)
from model.desk import DeskConnector
from model.systems import System, Wire
from model.telling import NoticeConnector, ThreadConnector
from sqlalchemy.engine import Engine

from samenspraak.connectors import Call, Connector, Manifest, Shelf
from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, Group, GroupKind, PartyKind, PartyRef, Person
from samenspraak.domain.units import MatrixRow
from samenspraak.http import HttpClient
from samenspraak.policy.state import ConnectorState
from samenspraak.store import Cipher, Store, WritingUnitOfWork, open_engine
from samenspraak.store.records import ConnectorRecord, PartyLink
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.hub import Hub
from samenspraak.sync.lately import Lately
from samenspraak.sync.outbox import shelf_of
from samenspraak.sync.ports import Clock
from samenspraak.sync.shelving import StoredShelf
from samenspraak.testing.databases import contents, without_rows

ORGANISATION = "de-linde"
NEIGHBOUR = "de-eik"
"""Another organisation in the same database: nothing of the one may ever be the other's."""
CLIENT = PartyRef(kind=PartyKind.CLIENT, id="wit")
SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="daughter")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="nurse")
PERFORMERS = (SON, DAUGHTER, NURSE)
READER = {"app": SON, "platform": DAUGHTER, "notice": DAUGHTER}
"""Whose consent decides what is readable there; a thread names its readers, the others are for staff."""
FAMILY = (SON, DAUGHTER)

KINDS: Mapping[str, type[RecordConnector]] = {
    kind.manifest.name: kind
    for kind in (
        AppConnector,
        PlatformConnector,
        DossierConnector,
        DeskConnector,
        ThreadConnector,
        NoticeConnector,
        RegisterConnector,
    )
}
RECORDS = ("app", "platform", "dossier")
"""The three kinds that keep records and take everything."""


class CrashError(BaseException):
    """The process dies here: nothing after it happens, and nobody can catch it."""


@dataclass
class StandingClock:
    at: datetime = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class CrashingStore(Store):
    """The store, in a process that may die right before or right after a commit."""

    crash: Callable[[str], None] = staticmethod(lambda _: None)

    @contextmanager
    def write(self, organisation: str) -> Iterator[WritingUnitOfWork]:
        with super().write(organisation) as uow:
            commit = uow.commit

            def crashing_commit() -> None:
                self.crash("before a commit")
                commit()
                self.crash("after a commit")

            uow.commit = crashing_commit  # type: ignore[method-assign]  # the whole point
            yield uow


@dataclass
class Connected:
    """The port of sync to the connectors: no settings, no sockets; permission instead of a client."""

    clock: Clock
    built: dict[str, RecordConnector] = field(default_factory=dict)
    shown: dict[str, tuple[Connector, Shelf]] = field(default_factory=dict)
    """What the hub itself shows lies on a shelf."""

    def connector(
        self, organisation: str, connector_id: str, *, known: ConnectorRecord | None = None
    ) -> Connector:
        return self.shown[connector_id][0] if connector_id in self.shown else self.built[connector_id]

    def manifest(self, organisation: str, connector_id: str) -> Manifest:
        return self.connector(organisation, connector_id).manifest

    def call(
        self,
        organisation: str,
        connector_id: str,
        *,
        permit: Callable[[], None] | None = None,
        known: ConnectorRecord | None = None,
    ) -> Call:
        permission = permit or (lambda: None)
        _, shelf = self.shown.get(connector_id, (None, None))
        return Call(
            http=cast("HttpClient", Permission(permission)),
            now=self.clock.now(),
            shelf=shelf.permitted_by(permission) if shelf else None,
        )


@cache
def template() -> bytes:
    """A database with the organisation and its people, and with another one: every walk begins with it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.sqlite3"
        file.write_bytes(without_rows())
        engine = open_engine(f"sqlite:///{file}")
        store = Store(engine, Cipher(bytes(32)), StandingClock().now)
        for organisation, name in ((ORGANISATION, "De Linde"), (NEIGHBOUR, "De Eik")):
            store.add_organisation(organisation, name)
            with store.write(organisation) as uow:
                _add_people(uow)
                uow.commit()
        engine.dispose()
        return contents(file)


def _connect(uow: WritingUnitOfWork, name: str) -> None:
    uow.connectors.add(
        ConnectorRecord(id=name, plugin=name, title=name, settings={}, state=ConnectorState.RUNNING)
    )
    known = {"thread": FAMILY, **{one: (reader,) for one, reader in READER.items()}}.get(name, PERFORMERS)
    for ref in (CLIENT, *known):
        uow.parties.link(PartyLink(connector_id=name, external_id=ref.id, ref=ref))


def _add_people(uow: WritingUnitOfWork) -> None:
    for ref in (CLIENT, *PERFORMERS):
        uow.parties.add_person(Person(id=ref.id, name=ref.id.title()), ref.kind)
    uow.parties.add_group(Group(id="team", name="Team Zuid", kind=GroupKind.TEAM, members=frozenset({NURSE})))
    for relative in (SON, DAUGHTER):
        uow.parties.add_member(CircleMember(client_id=CLIENT.id, party=relative))
        uow.consents.add(_own_name(relative), relative.id, StandingClock().now())


def _own_name(who: PartyRef) -> Consent:
    """Somebody lets the client's other relatives see that they take part."""
    return Consent(
        id=f"name-{who.id}",
        client_id=CLIENT.id,
        recipient=Recipient(kind=RecipientKind.ROLE, id=str(PartyKind.RELATIVE)),
        rows=frozenset({MatrixRow.NAMES}),
        given_by=who.id,
        capacity=Capacity.SELF,
    )


class Town:
    """The hub and the systems of one walk; the file is a copy of the template."""

    def __init__(self, file: Path, chance: random.Random, wire: Wire, kinds: Sequence[str] = RECORDS) -> None:
        self.engine: Engine = open_engine(f"sqlite:///{file}")
        self.clock = StandingClock()
        self.store = CrashingStore(self.engine, Cipher(bytes(32)), self.clock.now)
        connected = Connected(clock=self.clock)
        self.systems = {name: System(KINDS[name], self.clock, chance, wire) for name in kinds}
        self.connectors = connected.built
        self.pages: dict[PartyRef, str] = {}
        self._connected = connected
        for name, system in self.systems.items():
            connected.built[name] = system.kind(name, {"system": system})
        with self.store.write(ORGANISATION) as uow:
            there = {one.id for one in uow.connectors.list()}
            for name in kinds:
                if name not in there:
                    _connect(uow, name)
            uow.commit()
        numbers = count(1)
        self.hub = Hub(
            store=self.store,
            connected=connected,
            clock=self.clock,
            chance=chance,
            new_id=lambda: f"i{next(numbers):04d}",
        )

    def shows(self, connector: Connector) -> None:
        """The hub shows or tells what this connector makes; it takes part once there is a record of it."""
        numbers, name = count(1), connector.connector_id
        shelf = cast("StoredShelf", shelf_of(self.store, self.clock, ORGANISATION, connector))
        numbered = replace(shelf, new_id=lambda: f"{name}-{next(numbers):04d}")
        self._connected.shown[name] = connector, numbered

    def close(self) -> None:
        self.engine.dispose()

    def restart(self) -> None:
        """What a runner does when it starts after a predecessor that died."""
        self.hub = replace(self.hub, lately=Lately())
        with self.store.write(ORGANISATION) as uow:
            uow.links.release_all()
            uow.remotes.release_all()
            uow.events.release_all()
            uow.commit()

    # Consent, the client's word about one reader.

    def consents(self, reader: PartyRef, *, number: int, rows: frozenset[MatrixRow], allows: bool) -> str:
        consent = Consent(
            id=f"c{number}",
            client_id=CLIENT.id,
            recipient=Recipient(kind=RecipientKind.PERSON, id=reader.id),
            rows=rows,
            allows=allows,
            given_by=CLIENT.id,
        )
        with self.store.write(ORGANISATION) as uow:
            uow.consents.add(consent, CLIENT.id, self.clock.now())
            ensure_client(uow, self.hub, CLIENT.id)
            uow.commit()
        return consent.id

    def withdraws(self, consent_id: str) -> None:
        with self.store.write(ORGANISATION) as uow:
            uow.consents.withdraw(consent_id, CLIENT.id, self.clock.now())
            ensure_client(uow, self.hub, CLIENT.id)
            uow.commit()
