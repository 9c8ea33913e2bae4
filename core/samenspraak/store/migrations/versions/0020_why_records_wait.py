"""Since when a record has no link for the same reason, and for which client it waits.

Those that wait for their client are looked at once more, which says so of each of them.

Revision: 0020, after 0019; 2026-11-23.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("remote", sa.Column("why_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("remote", sa.Column("client_there", sa.String(), nullable=True))
    op.execute("UPDATE remote SET look = look + 1 WHERE link_id IS NULL AND why = 'person'")
