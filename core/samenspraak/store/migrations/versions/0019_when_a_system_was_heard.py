"""When a system was heard, and what came of it.

Revision: 0019, after 0018; 2026-11-23.

The table was there before, in another shape, and nothing ever wrote it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("run")
    op.create_table(
        "run",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("apart", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.organisation"], name="fk_run_organisation"),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_run"),
    )
    op.create_index(
        "ix_run_organisation_connector_id_number", "run", ["organisation", "connector_id", "number"]
    )
