"""When a person last let a system take part (again): what came before that is known to be meant.

Revision: 0005, after 0004; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connector", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
