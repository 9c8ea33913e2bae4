"""What reached whom, version by version, and by which rule a version took over what it changed.

No receipt was ever written before.

Revision: 0004, after 0003; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TIMES = ("offered_at", "delivered_at", "read_at", "retraction_asked_at", "retraction_confirmed_at")


def upgrade() -> None:
    op.drop_table("receipt")
    op.create_table(
        "receipt",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in _TIMES),
        sa.ForeignKeyConstraint(
            ["organisation", "link_id"],
            ["link.organisation", "link.id"],
            name="fk_receipt_organisation_link_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_receipt_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "link_id", "party", "version", name="pk_receipt"),
    )
    op.add_column("agreement_version", sa.Column("rules", sa.String(), nullable=True))
