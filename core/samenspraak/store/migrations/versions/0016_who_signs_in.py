"""Where people sign in, which of them are whom here, and who is invited to say so.

Revision: 0016, after 0015; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _table(name: str, *columns: sa.Column[object] | sa.ForeignKeyConstraint) -> None:
    op.create_table(
        name,
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name=f"fk_{name}_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name=f"pk_{name}"),
    )


def _unique(table: str, *columns: str) -> None:
    named = ["organisation", *columns]
    op.create_index(f"ix_{table}_{'_'.join(named)}", table, named, unique=True)


def upgrade() -> None:
    _table(
        "sign_in_provider",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "connector_id"],
            ["connector.organisation", "connector.id"],
            name="fk_sign_in_provider_organisation_connector_id",
        ),
    )
    _unique("sign_in_provider", "issuer", "client_id")
    _table(
        "account",
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=True),
    )
    _unique("account", "issuer", "subject")
    _table(
        "invitation",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    _unique("invitation", "digest")
