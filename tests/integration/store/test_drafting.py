"""A migration is drafted from what the code has and the migrations do not make yet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from migration import SCHEMA, draft, name_as_newest

from samenspraak.store import columns, schema
from samenspraak.store.tables import metadata


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    return Path(shutil.copytree(schema._MIGRATIONS, tmp_path / "migrations"))


@pytest.fixture
def new_table() -> Iterator[sa.Table]:
    made = columns.table("visit", columns.key("id"), columns.moment("begins_at", required=True))
    yield made
    metadata.remove(made)


def test_nothing_is_drafted_while_the_migrations_make_the_tables(migrations: Path) -> None:
    assert draft("Nothing new", migrations) is None


def test_a_table_that_is_new_in_the_code_is_made_by_the_draft(new_table: sa.Table, migrations: Path) -> None:
    file = draft("Visits of family", migrations)

    assert file is not None
    text = file.read_text(encoding="utf-8")
    assert file.name == f"{int(schema.HEAD) + 1:04}_visits_of_family.py"
    assert f"down_revision = {schema.HEAD!r}" in text
    assert "op.create_table(" in text
    assert "sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False)" in text
    assert f'\nHEAD = "{file.name[:4]}"\n' in name_as_newest(file, SCHEMA.read_text(encoding="utf-8"))
