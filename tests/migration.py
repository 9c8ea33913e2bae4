"""Drafts the next migration: what the tables in the code have and the migrations do not make yet.

Comparing sees tables, columns, keys and indexes. It does not see triggers, computed columns or the condition
of a partial index: add those by hand; ``tests/integration/store/test_migrations.py`` tells what is missing.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import Script

from samenspraak.store import Cipher, open_engine, schema
from samenspraak.store.tables import metadata

SCHEMA = Path(schema.__file__)
EMPTY = Cipher(bytes(32))
"""Of a database in which nothing is sealed."""


def draft(name: str, migrations: Path) -> Path | None:
    """The new file among these migrations; None when they make what the code has."""
    with tempfile.TemporaryDirectory() as room:
        engine = open_engine(f"sqlite:///{room}/empty.sqlite3")
        schema.migrate(engine, EMPTY)
        with engine.connect() as connection:
            if not compare_metadata(MigrationContext.configure(connection), metadata):
                return None
            configuration = schema._configuration(connection, EMPTY)
            configuration.set_main_option("script_location", str(migrations))
            number = f"{int(schema.HEAD) + 1:04}"
            made = command.revision(configuration, name, autogenerate=True, rev_id=number)
        engine.dispose()
    assert isinstance(made, Script)
    return Path(made.path)


def name_as_newest(file: Path, text: str) -> str:
    """The module ``store/schema.py`` with this migration as its ``HEAD``."""
    number = file.name.partition("_")[0]
    return re.sub(r'(?m)^HEAD = "\d+"$', f'HEAD = "{number}"', text)


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1 or not arguments[0].strip():
        print('usage: python tests/migration.py "what it changes"', file=sys.stderr)
        return 2
    file = draft(arguments[0].strip(), schema._MIGRATIONS)
    if file is None:
        print("The migrations make exactly the tables of the code; there is nothing to draft.")
        return 0
    SCHEMA.write_text(name_as_newest(file, SCHEMA.read_text(encoding="utf-8")), encoding="utf-8")
    for step in ("format --quiet", "check --fix --quiet"):
        subprocess.run([sys.executable, "-m", "ruff", *step.split(), str(file)], check=False)
    print(f"Read and complete it, it is a draft: {file.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
