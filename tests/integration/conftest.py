"""A hub with family apps around it, over real sockets, with a clock that tests move; for several suites."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fresh import fresh_hub

from samenspraak.bootstrap import Application
from samenspraak.domain.agreements import Agreement
from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, Identifier, PartyKind, PartyRef, Person
from samenspraak.domain.units import MatrixRow
from samenspraak.policy.access import Role
from samenspraak.policy.state import ConnectorState, Reason
from samenspraak.sandbox import Sandbox
from samenspraak.store.accounts import AccountRecord
from samenspraak.store.cipher import Cipher
from samenspraak.store.records import ConnectorRecord, LinkRecord
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.pull import pull
from samenspraak.work.inline import work_off
from samenspraak_memory.sandbox import ACCESS_KEY, FamilyApp
from samenspraak_rest.kit import DESCRIPTION
from samenspraak_rest.plugin import RestConnector
from samenspraak_rest.sandbox import ACCESS_KEY as PLEIN_KEY
from samenspraak_rest.sandbox import Buurtplein

ORGANISATION = "de-linde"
NUMBERS = "https://de-linde.example/nummers"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@dataclass
class Town:
    """One organisation: the hub, the systems connected to it, and the people."""

    app: Application
    clock: Clock
    stack: contextlib.ExitStack
    systems: dict[str, Sandbox] = field(default_factory=dict)
    people: list[PartyRef] = field(default_factory=list)

    # People.

    def person(self, person_id: str, kind: PartyKind, name: str, client: str | None = None) -> PartyRef:
        """Somebody the hub knows, by a number that other systems know too; allowed to see everything."""
        ref = PartyRef(kind=kind, id=person_id)
        number = Identifier(system=NUMBERS, value=person_id)
        with self.app.store.write(ORGANISATION) as uow:
            uow.parties.add_person(Person(id=person_id, name=name, identifiers=frozenset({number})), kind)
            if client:
                uow.parties.add_member(CircleMember(client_id=client, party=ref))
            uow.commit()
        return ref

    def account(self, account_id: str, role: Role, party: str | None = None) -> None:
        """Somebody who signs in, as this party or as staff with a role."""
        ref = PartyRef.parse(party) if party else None
        known = {"id": account_id, "issuer": "https://login.example", "role": role, "at": self.clock.now()}
        with self.app.store.write(ORGANISATION) as uow:
            uow.accounts.add(AccountRecord(**known, party=ref), f"{account_id}@login")
            uow.commit()

    def consent(self, client: str, to: PartyRef, *, allows: bool = True, **limits: Any) -> str:
        consent = Consent(
            id=f"c-{client}-{to.id}-{random.randrange(10**9)}",
            client_id=client,
            recipient=Recipient(kind=RecipientKind.PERSON, id=to.id),
            allows=allows,
            given_by=client,
            **limits,
        )
        with self.app.store.write(ORGANISATION) as uow:
            uow.consents.add(consent, "test", self.clock.now())
            ensure_client(uow, self.app.hub, client)
            uow.commit()
        return consent.id

    def shows_own_name(self, client: str, who: PartyRef, to: PartyKind, *, allows: bool = True) -> None:
        """Somebody lets others of this kind see that they take part, or objects to it."""
        consent = Consent(
            id=f"n-{who.id}-{to}-{allows}",
            client_id=client,
            recipient=Recipient(kind=RecipientKind.ROLE, id=str(to)),
            allows=allows,
            rows=frozenset({MatrixRow.NAMES}),
            given_by=who.id,
            capacity=Capacity.SELF,
        )
        with self.app.store.write(ORGANISATION) as uow:
            uow.consents.add(consent, who.id, self.clock.now())
            ensure_client(uow, self.app.hub, client)
            uow.commit()

    def withdraw(self, client: str, consent_id: str) -> None:
        with self.app.store.write(ORGANISATION) as uow:
            uow.consents.withdraw(consent_id, "test", self.clock.now())
            ensure_client(uow, self.app.hub, client)
            uow.commit()

    # Systems.

    def family_app(
        self, connector_id: str, state: ConnectorState = ConnectorState.RUNNING, **options: Any
    ) -> FamilyApp:
        sandbox = FamilyApp(**options)
        url = self.stack.enter_context(sandbox.running())
        record = ConnectorRecord(
            id=connector_id,
            plugin="memory",
            title=connector_id,
            settings={
                "base_url": url,
                "access_key": "secret://env/APP_KEY",
                "open_origins": [url],
                "title_length": sandbox.title_length,
            },
            state=state,
        )
        with self.app.store.write(ORGANISATION) as uow:
            uow.connectors.add(record)
            uow.commit()
        self.systems[connector_id] = sandbox
        return sandbox

    def joins(self, system: FamilyApp, client: str, *users: PartyRef) -> None:
        """The client's circle exists in this app, with these users."""
        known = [{"system": NUMBERS, "value": client}]
        system.add_client(client, "Mevrouw De Wit", first_name="An", identifiers=known)
        for user in users:
            known = [{"system": NUMBERS, "value": user.id}]
            system.add_user(user.id, user.id.title(), str(user.kind), [client], identifiers=known)

    # Time.

    def cycle(self) -> None:
        """Hear from every system and work off what is due."""
        for connector_id in self.systems:
            pull(self.app.hub, ORGANISATION, connector_id)
        work_off(self.app.hub, ORGANISATION)

    def settle(self, cycles: int = 8) -> None:
        for _ in range(cycles):
            self.cycle()
            self.clock.pass_(seconds=5)

    def writes(self) -> int:
        return sum(len(system.writes()) for system in self.systems.values())

    # What the hub holds.

    def agreements(self) -> list[Agreement]:
        with self.app.store.read(ORGANISATION) as uow:
            return [record.agreement for record in uow.agreements.list()]

    def links(self) -> list[LinkRecord]:
        with self.app.store.read(ORGANISATION) as uow:
            agreements = [record.agreement.id for record in uow.agreements.list()]
            return [link for one in agreements for link in uow.links.of_agreement(one)]

    def reasons(self) -> dict[str, Reason]:
        return {link.connector_id: link.reason for link in self.links()}

    def questions(self) -> list[Any]:
        with self.app.store.read(ORGANISATION) as uow:
            return uow.questions.list()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The table of every sealed document that is opened."""
    tables: list[str] = []
    unseal = Cipher.open

    def noting(cipher: Cipher, sealed: bytes, **place: str) -> bytes:
        tables.append(place["table"])
        return unseal(cipher, sealed, **place)

    monkeypatch.setattr(Cipher, "open", noting)
    return tables


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def environment() -> dict[str, str]:
    """The secrets that connectors refer to; a suite with other connectors has others."""
    return {"APP_KEY": ACCESS_KEY, "PLEIN_KEY": PLEIN_KEY}


@pytest.fixture
def town(tmp_path: Path, clock: Clock, environment: dict[str, str]) -> Iterator[Town]:
    application = fresh_hub(tmp_path, environment=environment, clock=clock)
    application.store.add_organisation(ORGANISATION, "De Linde")
    with contextlib.ExitStack() as stack:
        yield Town(app=application, clock=clock, stack=stack)


STOCKINGS = {
    "tasks": [
        {
            "id": "a1",
            "who": {"user": "son", "role": "relative"},
            "when": {"rhythm": {"type": "days", "every": "day", "times": ["08:00"]}},
        }
    ],
    "rules": {"how": "Eerst de hiel."},
}


@pytest.fixture
def family(town: Town) -> Town:
    """Two apps of the family of mevrouw De Wit; her stockings, ``r1`` in the first, are in both and equal."""
    client = town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    town.people = [
        town.person("son", PartyKind.RELATIVE, "Jan de Wit", client.id),
        town.person("daughter", PartyKind.RELATIVE, "Els de Wit", client.id),
    ]
    for relative in town.people:
        town.consent(client.id, relative)
        town.shows_own_name(client.id, relative, PartyKind.RELATIVE)
    for name in ("app-a", "app-b"):
        town.joins(town.family_app(name), client.id, *town.people)
    town.systems["app-a"].add_record("son", "wit", "Steunkousen aantrekken", **STOCKINGS)
    town.settle(3)
    return town


NUMBERED = 'identifiers = { "https://de-linde.example/nummers" = "nummer" }\n'


@pytest.fixture
def plein(family: Town) -> Buurtplein:
    """Buurtplein beside the family's apps, with the same client and relatives by their numbers."""
    sandbox = Buurtplein()
    sandbox.add_client("b1", "Mevrouw A. de Wit", nummer="wit")
    sandbox.add_person("m1", "Jan de Wit", "familie", ["b1"], nummer="son")
    sandbox.add_person("m2", "Els de Wit", "familie", ["b1"], nummer="daughter")
    url = family.stack.enter_context(sandbox.running())
    record = ConnectorRecord(
        id="plein",
        plugin="rest",
        title="plein",
        settings={
            "base_url": url,
            "access_key": "secret://env/PLEIN_KEY",
            "open_origins": [url],
            "description": DESCRIPTION.replace("[people]\n", f"{NUMBERED}\n[people]\n{NUMBERED}"),
        },
        state=ConnectorState.RUNNING,
    )
    family.app.registry.connectors["rest"] = RestConnector
    with family.app.store.write(ORGANISATION) as uow:
        uow.connectors.add(record)
        uow.commit()
    family.systems["plein"] = sandbox
    return sandbox


Factory = Callable[..., Town]
