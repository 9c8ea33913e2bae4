"""Whom each agreement names, so that the agreements of a party are found without opening any other.

Revision: 0013, after 0012; 2026-11-22.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MANY = 500


def upgrade() -> None:
    op.create_table(
        "agreement_party",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_agreement_party_organisation"
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "agreement_id"],
            ["agreement.organisation", "agreement.id"],
            name="fk_agreement_party_organisation_agreement_id",
        ),
        sa.PrimaryKeyConstraint("organisation", "agreement_id", "party", name="pk_agreement_party"),
    )
    op.create_index(
        "ix_agreement_party_organisation_party_agreement_id",
        "agreement_party",
        ["organisation", "party", "agreement_id"],
    )
    _fill()


def _fill() -> None:
    """From the documents as they are written today: what the domain calls them may change later."""
    agreement = _table("agreement", "organisation", "id", "same_as", "document_sealed")
    named = _table("agreement_party", "organisation", "agreement_id", "party")
    cipher = context.config.attributes["cipher"]
    current = sa.select(agreement).where(agreement.c.same_as.is_(None))
    for rows in op.get_bind().execute(current).partitions(_MANY):
        found = []
        for row in rows:
            place = {"table": "agreement", "column": "document_sealed"}
            whose = {"organisation": row.organisation, "row": row.id}
            members = json.loads(cipher.open(row.document_sealed, **place, **whose))
            found += [
                {"organisation": row.organisation, "agreement_id": row.id, "party": one}
                for one in set(_parties(members))
                if one is not None
            ]
        if found:
            op.bulk_insert(named, found)


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(one) for one in columns))


def _parties(agreement: dict[str, Any]) -> Iterator[str | None]:
    for one in agreement["assignments"]:
        yield one["duty"]["performer"]
        yield (one["instructed"] or {}).get("by")
        yield one["backup"]
        yield one["responsible"]
    yield (agreement["decides"] or {}).get("who")
    for exception in agreement["exceptions"].values():
        yield exception["by"]
