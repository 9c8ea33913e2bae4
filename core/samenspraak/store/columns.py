"""The kinds of column and table that the tables are made of.

``row`` counts changes of what a row says; counters, leases and clocks are changed by single statements and
leave it alone. A column named ``…_sealed`` holds an encrypted document (ADR 0011). A column that says until
when to wait always holds a moment: none means the beginning of time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""In a column that says until when to wait: do not wait."""

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """Aware UTC, whatever the database can keep; SQLite keeps sortable text without a zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment says its zone.")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=True)


def text(name: str, *, required: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=not required)


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, default=0)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, default=False)


def moment(name: str, *, required: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, Moment, nullable=not required)


def wait(name: str) -> sa.Column[datetime]:
    return sa.Column(name, Moment, nullable=False, default=AT_ONCE)


def sealed(name: str, *, required: bool = True) -> sa.Column[bytes]:
    return sa.Column(f"{name}_sealed", sa.LargeBinary, nullable=not required)


def table(name: str, *parts: sa.Column[Any] | sa.Constraint | sa.Index) -> sa.Table:
    """A table of one organisation."""
    organisation = sa.Column(
        "organisation", sa.String, sa.ForeignKey("organisation.organisation"), primary_key=True
    )
    return sa.Table(name, metadata, organisation, *parts)


def belongs_to(table: str, **columns: str) -> sa.ForeignKeyConstraint:
    """A reference inside the organisation: ``own_column="their_column"``."""
    return sa.ForeignKeyConstraint(
        ["organisation", *columns],
        [f"{table}.organisation", *(f"{table}.{there}" for there in columns.values())],
    )
