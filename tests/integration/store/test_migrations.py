"""Migrations bring any database to the tables of today, once, whole, and from the installed package."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Decides,
    Duty,
    ExceptionKind,
    Instructed,
    OccurrenceException,
    OccurrenceKey,
    State,
    Status,
    What,
)
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import named, units_of
from samenspraak.errors import ConfigurationError, PermanentError
from samenspraak.protocols import documents
from samenspraak.store import Cipher, migrate, open_engine
from samenspraak.store import schema as schema_module
from samenspraak.store.tables import APPEND_ONLY, metadata

from .conftest import CIPHER


def schema(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master ORDER BY name").all()
    return [(row.name, row.sql) for row in rows]


@pytest.fixture
def bare(tmp_path: Path) -> Engine:
    return open_engine(f"sqlite:///{tmp_path / 'bare.sqlite3'}")


def test_from_empty_the_migrations_make_exactly_the_tables(bare: Engine) -> None:
    migrate(bare, CIPHER)

    with bare.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    bare.dispose()


def test_the_tables_and_indexes_are_word_for_word_those_of_the_metadata(bare: Engine, tmp_path: Path) -> None:
    """What comparing does not look at: computed columns and the conditions of partial indexes."""
    migrate(bare, CIPHER)
    other = open_engine(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    metadata.create_all(other)

    def words(engine: Engine) -> dict[str, list[str]]:
        texts = {name: sql for name, sql in schema(engine) if sql and "TRIGGER" not in sql}
        return {name: sorted(sql.replace(",", " ").split()) for name, sql in texts.items()}

    migrated = words(bare)
    migrated.pop("alembic_version")
    assert migrated == words(other)
    for engine in (bare, other):
        engine.dispose()


def test_append_only_tables_have_their_triggers(engine: Engine) -> None:
    triggers = {name for name, sql in schema(engine) if sql and sql.startswith("CREATE TRIGGER")}

    assert triggers == {
        f"{table.name}_refuses_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")
    }


def test_migrating_twice_changes_nothing(bare: Engine) -> None:
    migrate(bare, CIPHER)
    before = schema(bare)

    migrate(bare, CIPHER)

    assert schema(bare) == before
    bare.dispose()


def test_the_head_the_code_names_is_the_newest_migration() -> None:
    assert ScriptDirectory(str(schema_module._MIGRATIONS)).get_current_head() == schema_module.HEAD


def test_identifiers_from_before_any_could_be_learned_become_the_person_s_own(bare: Engine) -> None:
    rows = {
        "organisation": ("noord", "Noord", "2026-11-01 09:00:00.000000", None),
        "person": ("noord", "anna", "[]", 1, b"document"),
        "identifier": ("noord", "anna", "urn:number", b"blind", b"value"),
    }
    with bare.begin() as connection:
        command.upgrade(schema_module._configuration(connection, CIPHER), "0001")
        for table, values in rows.items():
            places = ", ".join("?" * len(values))
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", values)  # noqa: S608 - ours

    migrate(bare, CIPHER)

    with bare.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM identifier").one()
    assert tuple(kept) == ("noord", "anna", "urn:number", b"blind", "", "", b"value")
    bare.dispose()


NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="nurse")
EVERYWHERE = Agreement(
    id="stockings",
    client_id="anna",
    what=What(text="Steunkousen aantrekken"),
    status=Status(state=State.ACTIVE),
    assignments=(
        Assignment(
            id="a1",
            duty=Duty(performer=PartyRef(kind=PartyKind.RELATIVE, id="son")),
            backup=PartyRef.unresolved(PartyKind.VOLUNTEER, "platform", "u9"),
            responsible=NURSE,
            instructed=Instructed(by=PartyRef(kind=PartyKind.PROFESSIONAL, id="teacher")),
        ),
        Assignment(id="a2", duty=Duty(performer=NURSE)),
    ),
    decides=Decides(who=PartyRef(kind=PartyKind.RELATIVE, id="daughter")),
    exceptions={
        OccurrenceKey(assignment_id="a1", day=date(2026, 11, 23)): OccurrenceException(
            kind=ExceptionKind.TAKEN_OVER, by=PartyRef(kind=PartyKind.GROUP, id="team")
        ),
        OccurrenceKey(assignment_id="a2", day=date(2026, 11, 24)): OccurrenceException(
            kind=ExceptionKind.CANCELLED
        ),
    },
)
PLAIN = replace(EVERYWHERE, id="plain", assignments=EVERYWHERE.assignments[1:], decides=None, exceptions={})


def before_parties(bare: Engine) -> None:
    """A database of version 0012 with two agreements, and one that was joined into the first."""
    with bare.begin() as connection:
        command.upgrade(schema_module._configuration(connection, CIPHER), "0012")
        for text in (
            "INSERT INTO organisation (organisation, name, at) VALUES ('noord', 'Noord', '2026-11-01')",
            "INSERT INTO person (organisation, id, kinds, row, document_sealed)"
            " VALUES ('noord', 'anna', '[]', 1, x'00')",
        ):
            connection.exec_driver_sql(text)
        for one, same_as in (
            (EVERYWHERE, None),
            (PLAIN, None),
            (replace(EVERYWHERE, id="joined"), "stockings"),
        ):
            place = {"table": "agreement", "column": "document_sealed", "organisation": "noord"}
            document = CIPHER.seal(documents.dump(one, Agreement).encode(), **place, row=one.id)
            connection.exec_driver_sql(
                "INSERT INTO agreement (organisation, id, client_id, version, same_as, erased,"
                " document_sealed) VALUES ('noord', ?, 'anna', 1, ?, 0, ?)",
                (one.id, same_as, document),
            )


def test_agreements_from_before_they_could_be_found_by_their_parties_can_be(bare: Engine) -> None:
    before_parties(bare)

    migrate(bare, CIPHER)

    with bare.connect() as connection:
        rows = connection.exec_driver_sql("SELECT agreement_id, party FROM agreement_party").all()
    expected = {(one.id, str(party)) for one in (EVERYWHERE, PLAIN) for party in named(units_of(one))}
    assert sorted(map(tuple, rows)) == sorted(expected)
    assert len(expected) == 6 + 1
    bare.dispose()


def some_row(connection: Connection, table: str, **values: object) -> None:
    """A row with these values, and something in every other place that must not be empty."""
    some = {"VARCHAR": "", "BLOB": b"", "DATETIME": "2026-11-01 09:00:00.000000"}
    for column in connection.exec_driver_sql(f"PRAGMA table_info({table})").mappings():
        if column["notnull"]:
            values.setdefault(column["name"], some.get(column["type"], 0))
    places = ", ".join("?" * len(values))
    text = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})"  # noqa: S608 - ours
    connection.exec_driver_sql(text, tuple(values.values()))


def test_a_record_that_waited_before_it_could_say_for_whom_is_read_once_more(bare: Engine) -> None:
    with bare.begin() as connection:
        command.upgrade(schema_module._configuration(connection, CIPHER), "0019")
        some_row(connection, "organisation", organisation="noord")
        some_row(connection, "connector", organisation="noord", id="ecd")
        for remote_id, why in (("r1", "person"), ("r2", "outside")):
            known = {"id": remote_id, "connector_id": "ecd", "external_id": remote_id, "why": why}
            some_row(connection, "remote", organisation="noord", look=3, looked=3, **known)

    migrate(bare, CIPHER)

    with bare.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, due, why_since, client_there FROM remote ORDER BY id")
        assert list(map(tuple, rows)) == [("r1", 1, None, None), ("r2", 0, None, None)]
    bare.dispose()


def test_with_another_key_than_its_own_a_database_stays_as_it_was(bare: Engine) -> None:
    before_parties(bare)
    before = schema(bare)

    with pytest.raises(PermanentError, match="is it the key of this database"):
        migrate(bare, Cipher(bytes(32)))

    assert schema(bare) == before
    migrate(bare, CIPHER)
    assert "agreement_party" in dict(schema(bare))
    bare.dispose()


def test_four_that_migrate_at_once_make_one_database(bare: Engine) -> None:
    failures: list[BaseException] = []

    def attempt() -> None:
        try:
            migrate(bare, CIPHER)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with bare.connect() as connection:
        assert sa.inspect(connection).has_table("agreement")
    bare.dispose()


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    bare: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*call: object) -> None:
        if "CREATE TABLE audit" in str(call[2]):
            raise ConnectionError

    sa.event.listen(bare, "before_cursor_execute", fail)
    with pytest.raises(ConnectionError):
        migrate(bare, CIPHER)
    sa.event.remove(bare, "before_cursor_execute", fail)

    assert schema(bare) == []
    migrate(bare, CIPHER)
    assert dict(schema(bare))["audit"]
    bare.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = schema(engine)

    with pytest.raises(ConfigurationError, match="newer version"):
        migrate(engine, CIPHER)

    assert schema(engine) == before


def test_references_are_checked_again_after_migrating(engine: Engine) -> None:
    migrate(engine, CIPHER)

    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
