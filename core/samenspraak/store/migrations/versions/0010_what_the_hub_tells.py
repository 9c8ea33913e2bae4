"""What the hub tells from its outbox, and how far each subscriber is.

Revision: 0010, after 0009; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
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
        "subscriber",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        *_of("subscriber"),
        sa.PrimaryKeyConstraint("organisation", "connector_id", name="pk_subscriber"),
    )
    op.create_table(
        "event",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("copy_id", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column(
            "due",
            sa.Boolean(),
            sa.Computed("taken_at IS NULL AND given_up_at IS NULL", persisted=True),
            nullable=True,
        ),
        *_of("event"),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_event"),
        sa.UniqueConstraint(
            "organisation", "connector_id", "number", name="uq_event_organisation_connector_id_number"
        ),
    )
    op.create_index(
        "ix_event_organisation_connector_id_copy_id", "event", ["organisation", "connector_id", "copy_id"]
    )
    op.create_index(
        "ix_event_due",
        "event",
        ["organisation", "priority", "next_at"],
        sqlite_where=sa.text("due = 1"),
        postgresql_where=sa.text("due"),
    )
