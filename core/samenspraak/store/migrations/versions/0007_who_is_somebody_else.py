"""Whom somebody turned out to be, too: the other id stays readable and leads to the one that stays.

Revision: 0007, after 0006; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("person", sa.Column("same_as", sa.String(), nullable=True))
    op.create_index("ix_person_organisation_same_as", "person", ["organisation", "same_as"])
