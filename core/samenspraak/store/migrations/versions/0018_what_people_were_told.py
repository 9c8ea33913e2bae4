"""What each person was told of each agreement last, in the app in which they ask.

Revision: 0018, after 0017; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _reference(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation", f"{table}_id"],
        [f"{table}.organisation", f"{table}.id"],
        name=f"fk_news_organisation_{table}_id",
    )


def upgrade() -> None:
    op.create_table(
        "news",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.organisation"], name="fk_news_organisation"),
        _reference("connector"),
        _reference("agreement"),
        sa.PrimaryKeyConstraint("organisation", "connector_id", "party", "agreement_id", name="pk_news"),
    )
