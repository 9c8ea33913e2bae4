"""What counts once.

Revision: 0011, after 0010; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "once",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.organisation"], name="fk_once_organisation"),
        sa.PrimaryKeyConstraint("organisation", "scope", "id", name="pk_once"),
    )
    op.create_index("ix_once_organisation_until", "once", ["organisation", "until"])
