"""The rules every table keeps, and that PostgreSQL would take the same tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from samenspraak.store.columns import Moment
from samenspraak.store.tables import APPEND_ONLY, metadata

TABLES = metadata.sorted_tables
VERSIONS = {"row", "version", "revision", "number", "epoch"}
# Their rows are made and removed, never changed.
UNCHANGING = {
    *("organisation", "identifier", "membership", "agreement_party"),
    *("attempt", "known_as", "once", "request", "held_secret"),
    *("sign_in_provider", "account", "invitation"),
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_primary_key_starts_with_the_organisation(table: sa.Table) -> None:
    assert next(iter(table.primary_key.columns)).name == "organisation"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_reference_and_index_starts_with_the_organisation(table: sa.Table) -> None:
    references = [[one.name for one in key.columns] for key in table.foreign_key_constraints]
    indexes = [[one.name for one in index.columns] for index in table.indexes]

    assert all(columns[0] == "organisation" for columns in references + indexes)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_that_changes_has_a_version(table: sa.Table) -> None:
    changes = table not in APPEND_ONLY and table.name not in UNCHANGING

    assert not changes or VERSIONS & set(table.c.keys())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_postgresql_would_take_the_table(table: sa.Table) -> None:
    statements = [CreateTable(table), *(CreateIndex(index) for index in table.indexes)]

    texts = [str(one.compile(dialect=postgresql.dialect())) for one in statements]

    assert all("CREATE" in text and "ROWID" not in text for text in texts)


def test_a_moment_is_the_same_instant_in_both_databases() -> None:
    summer = datetime(2026, 7, 1, 9, 0, tzinfo=timezone(timedelta(hours=2)))

    for dialect in (sqlite.dialect(), postgresql.dialect()):
        kept = Moment().process_bind_param(summer, dialect)
        assert Moment().process_result_value(kept, dialect) == summer


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="says its zone"):
        Moment().process_bind_param(datetime(2026, 7, 1, tzinfo=UTC).replace(tzinfo=None), sqlite.dialect())
