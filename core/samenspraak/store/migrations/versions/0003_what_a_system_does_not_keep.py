"""What a system does not keep of what stands beside the units of an object.

Revision: 0003, after 0002; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("remote", sa.Column("unkept_sealed", sa.LargeBinary(), nullable=True))
