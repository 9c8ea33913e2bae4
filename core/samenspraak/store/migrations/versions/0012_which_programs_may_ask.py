"""The programs that may ask something of the hub, and the digests of their keys.

Revision: 0012, after 0011; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def _of_organisation(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation"], ["organisation.organisation"], name=f"fk_{name}_organisation"
    )


def upgrade() -> None:
    op.create_table(
        "program",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=True),
        sa.Column("public_keys", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        _of_organisation("program"),
        sa.ForeignKeyConstraint(
            ["organisation", "connector_id"],
            ["connector.organisation", "connector.id"],
            name="fk_program_organisation_connector_id",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_program"),
    )
    op.create_table(
        "access_key",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("program_id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.String(), nullable=False),
        sa.Column("networks", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        _of_organisation("access_key"),
        sa.ForeignKeyConstraint(
            ["organisation", "program_id"],
            ["program.organisation", "program.id"],
            name="fk_access_key_organisation_program_id",
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_access_key"),
    )
    op.create_index("ix_access_key_organisation_program_id", "access_key", ["organisation", "program_id"])
