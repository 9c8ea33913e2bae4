"""How a subscriber fares, and what was tried with each notice.

Revision: 0015, after 0014; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("sent_at", "failing_since", "failed_at", "window_from", "clock_from"):
        op.add_column("subscriber", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("attempt", sa.Column("status", sa.Integer(), nullable=True))
    op.create_index(
        "ix_attempt_delivery",
        "attempt",
        ["organisation", "connector_id", "detail"],
        sqlite_where=sa.text("act = 'delivery'"),
        postgresql_where=sa.text("act = 'delivery'"),
    )
