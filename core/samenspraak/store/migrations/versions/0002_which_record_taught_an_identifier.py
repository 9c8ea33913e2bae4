"""Which record taught an identifier.

What is known so far was never learned apart, so that it becomes the person's own.

Revision: 0002, after 0001; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEEP = "CREATE TEMPORARY TABLE kept AS SELECT * FROM identifier"
_PUT_BACK = (
    "INSERT INTO identifier "
    "(organisation, person_id, system, blind, value_sealed, connector_id, external_id) "
    "SELECT organisation, person_id, system, blind, value_sealed, '', '' FROM kept"
)


def upgrade() -> None:
    # The primary key grows, for which SQLite needs another table.
    op.execute(_KEEP)
    op.drop_table("identifier")
    _make_identifier()
    op.execute(_PUT_BACK)
    op.execute("DROP TABLE kept")


def _make_identifier() -> None:
    op.create_table(
        "identifier",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "person_id"],
            ["person.organisation", "person.id"],
            name="fk_identifier_organisation_person_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_identifier_organisation"
        ),
        sa.PrimaryKeyConstraint(
            *("organisation", "person_id", "system", "blind", "connector_id", "external_id"),
            name="pk_identifier",
        ),
    )
    op.create_index(
        "ix_identifier_organisation_connector_id_external_id",
        "identifier",
        ["organisation", "connector_id", "external_id"],
        unique=False,
    )
    op.create_index(
        "ix_identifier_organisation_system_blind",
        "identifier",
        ["organisation", "system", "blind"],
        unique=False,
    )
