"""Migrations bring any database to the tables of today, once, whole, and from the installed package."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from samenspraak.errors import ConfigurationError
from samenspraak.store import migrate, open_engine
from samenspraak.store import schema as schema_module
from samenspraak.store.tables import APPEND_ONLY, metadata


def schema(engine: Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master ORDER BY name").all()
    return [(row.name, row.sql) for row in rows]


@pytest.fixture
def bare(tmp_path: Path) -> Engine:
    return open_engine(f"sqlite:///{tmp_path / 'bare.sqlite3'}")


def test_from_empty_the_migrations_make_exactly_the_tables(bare: Engine) -> None:
    migrate(bare)

    with bare.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    bare.dispose()


def test_the_tables_and_indexes_are_word_for_word_those_of_the_metadata(bare: Engine, tmp_path: Path) -> None:
    """What comparing does not look at: computed columns and the conditions of partial indexes."""
    migrate(bare)
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
    migrate(bare)
    before = schema(bare)

    migrate(bare)

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
        command.upgrade(schema_module._configuration(connection), "0001")
        for table, values in rows.items():
            places = ", ".join("?" * len(values))
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", values)  # noqa: S608 - ours

    migrate(bare)

    with bare.connect() as connection:
        kept = connection.exec_driver_sql("SELECT * FROM identifier").one()
    assert tuple(kept) == ("noord", "anna", "urn:number", b"blind", "", "", b"value")
    bare.dispose()


def test_four_that_migrate_at_once_make_one_database(bare: Engine) -> None:
    failures: list[BaseException] = []

    def attempt() -> None:
        try:
            migrate(bare)
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
        migrate(bare)
    sa.event.remove(bare, "before_cursor_execute", fail)

    assert schema(bare) == []
    migrate(bare)
    assert dict(schema(bare))["audit"]
    bare.dispose()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = schema(engine)

    with pytest.raises(ConfigurationError, match="newer version"):
        migrate(engine)

    assert schema(engine) == before


def test_references_are_checked_again_after_migrating(engine: Engine) -> None:
    migrate(engine)

    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
