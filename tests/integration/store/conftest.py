"""A real database file per test, with two organisations that know nothing of each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    ExceptionKind,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import Identifier, PartyKind, PartyRef, Person
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.policy.state import ConnectorState
from samenspraak.store import Cipher, Store, migrate, open_engine
from samenspraak.store.records import Cause, ConnectorRecord, LinkRecord

CIPHER = Cipher(bytes(range(32)))


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, made once; tests work on copies."""
    file = tmp_path_factory.mktemp("migrated") / "hub.sqlite3"
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine, CIPHER)
    engine.dispose()
    return file


@pytest.fixture
def file(migrated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(migrated, tmp_path / "hub.sqlite3"))


@pytest.fixture
def engine(file: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


@pytest.fixture
def empty(engine: Engine, now: datetime) -> Store:
    """Two organisations, nothing in them."""
    store = Store(engine, CIPHER, lambda: now)
    store.add_organisation("noord", "Zorggroep Noord")
    store.add_organisation("zuid", "Zorggroep Zuid")
    return store


@pytest.fixture
def cause() -> Cause:
    return Cause(actor="professional:nurse", why="recorded")


@pytest.fixture
def stockings() -> Agreement:
    """The son puts on his mother's stockings on weekday mornings; next Monday he cannot."""
    son = PartyRef(kind=PartyKind.RELATIVE, id="son")
    weekdays = tuple(Weekday(day) for day in range(5))
    timing = Recurrence(frequency=Frequency.WEEKLY, weekdays=weekdays)
    return Agreement(
        id="stockings",
        client_id="mother",
        what=What(text="Steunkousen aantrekken"),
        assignments=(
            Assignment(id="a1", duty=Duty(performer=son, schedule=Schedule(text="werkdagen", timing=timing))),
        ),
        status=Status(state=State.ACTIVE),
        conditions=Conditions(text="Alleen na instructie", instruction="Van teen naar knie"),
        exceptions={
            OccurrenceKey(assignment_id="a1", day=date(2026, 11, 23)): OccurrenceException(
                kind=ExceptionKind.CANCELLED
            )
        },
    )


@pytest.fixture
def store(empty: Store, stockings: Agreement, cause: Cause, now: datetime) -> Store:
    """In Noord the mother, her son, two connectors and one agreement; Zuid is empty."""
    bsn = Identifier(system="http://fhir.nl/fhir/NamingSystem/bsn", value="111222333")
    with empty.write("noord") as uow:
        uow.parties.add_person(
            Person(id="mother", name="Geertje Wiersma", identifiers=frozenset({bsn})), PartyKind.CLIENT
        )
        uow.parties.add_person(Person(id="son", name="Sjoerd Wiersma"), PartyKind.RELATIVE)
        for connector_id in ("ecd", "platform"):
            uow.connectors.add(
                ConnectorRecord(
                    id=connector_id,
                    plugin="memory",
                    title=connector_id.title(),
                    settings={"base_url": "http://127.0.0.1:1"},
                    state=ConnectorState.RUNNING,
                )
            )
        uow.agreements.add(stockings, cause, now)
        uow.commit()
    return empty


@pytest.fixture
def link(store: Store) -> LinkRecord:
    """The link of the stockings with the dossier: version 1 is wanted, nothing is held."""
    with store.write("noord") as uow:
        link = uow.links.ensure("stockings", "ecd", "", (), want=1)
        uow.commit()
    return link
