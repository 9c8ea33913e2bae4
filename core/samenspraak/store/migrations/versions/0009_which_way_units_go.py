"""Which way kinds of units go between the hub and a system, as its admin decided.

Revision: 0009, after 0008; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connector", sa.Column("directions", sa.String(), nullable=True))
