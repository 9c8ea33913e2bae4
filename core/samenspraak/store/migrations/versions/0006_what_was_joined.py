"""What agreements that turned out to be one are called, which may be one, and which numbers they carry.

Revision: 0006, after 0005; 2026-11-22.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agreement", sa.Column("aliases", sa.String(), nullable=True))
    op.create_index("ix_agreement_organisation_same_as", "agreement", ["organisation", "same_as"])
    op.add_column("link", sa.Column("aliases", sa.String(), nullable=True))
    op.create_table(
        "likeness",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("other_id", sa.String(), nullable=False),
        sa.Column("stands", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_likeness_organisation"
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "agreement_id"],
            ["agreement.organisation", "agreement.id"],
            name="fk_likeness_organisation_agreement_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "other_id"],
            ["agreement.organisation", "agreement.id"],
            name="fk_likeness_organisation_other_id",
        ),
        sa.PrimaryKeyConstraint("organisation", "agreement_id", "other_id", name="pk_likeness"),
    )
    op.create_table(
        "known_as",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("remote_id", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_known_as_organisation"
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "remote_id"],
            ["remote.organisation", "remote.id"],
            name="fk_known_as_organisation_remote_id",
        ),
        sa.PrimaryKeyConstraint("organisation", "remote_id", "system", "value", name="pk_known_as"),
    )
    op.create_index("ix_known_as_organisation_system_value", "known_as", ["organisation", "system", "value"])
