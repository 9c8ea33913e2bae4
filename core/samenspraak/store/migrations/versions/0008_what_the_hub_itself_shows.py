"""What the hub itself shows, such as a calendar, and the addresses at which it is fetched.

Revision: 0008, after 0007; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _of(name: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name=f"fk_{name}_organisation"
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "connector_id"],
            ["connector.organisation", "connector.id"],
            name=f"fk_{name}_organisation_connector_id",
        ),
    )


def upgrade() -> None:
    op.create_table(
        "shown",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("marker", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        *_of("shown"),
        sa.PrimaryKeyConstraint("organisation", "connector_id", "id", name="pk_shown"),
    )
    marker, reader = ["organisation", "connector_id", "marker"], ["organisation", "connector_id", "reader"]
    op.create_index("ix_shown_organisation_connector_id_marker", "shown", marker, unique=True)
    op.create_index("ix_shown_organisation_connector_id_reader", "shown", reader)
    op.create_table(
        "feed",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        *_of("feed"),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_feed"),
    )
    op.create_index("ix_feed_organisation_token", "feed", ["organisation", "token"], unique=True)
    op.create_index("ix_feed_organisation_connector_id", "feed", ["organisation", "connector_id"])
