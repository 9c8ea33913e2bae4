"""The tables. Every primary key starts with the organisation; every row that changes has a version column.

``row`` counts changes of what a row says; counters, leases and clocks are changed by single statements and
leave it alone. A column named ``…_sealed`` holds an encrypted document (ADR 0011); ``due`` is computed by
the database itself, so that no statement can forget half of the condition.
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
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=True)


def _text(name: str, *, default: str | None = "") -> sa.Column[str]:
    """A text that is there; with ``default=None`` it may be absent."""
    return sa.Column(name, sa.String, nullable=default is None)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, default=0)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, default=False)


def _moment(name: str, *, required: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, Moment, nullable=not required)


def _wait(name: str) -> sa.Column[datetime]:
    return sa.Column(name, Moment, nullable=False, default=AT_ONCE)


def _sealed(name: str, *, required: bool = True) -> sa.Column[bytes]:
    return sa.Column(f"{name}_sealed", sa.LargeBinary, nullable=not required)


def _table(name: str, *parts: sa.Column[Any] | sa.Constraint | sa.Index) -> sa.Table:
    """A table of one organisation."""
    organisation = sa.Column(
        "organisation", sa.String, sa.ForeignKey("organisation.organisation"), primary_key=True
    )
    return sa.Table(name, metadata, organisation, *parts)


def _belongs_to(table: str, **columns: str) -> sa.ForeignKeyConstraint:
    """A reference inside the organisation: ``own_column="their_column"``."""
    return sa.ForeignKeyConstraint(
        ["organisation", *columns],
        [f"{table}.organisation", *(f"{table}.{there}" for there in columns.values())],
    )


organisation = sa.Table(
    "organisation",
    metadata,
    _key("organisation"),
    _text("name"),
    _moment("at", required=True),
)

# Who takes part.

person = _table("person", _key("id"), _text("kinds"), _count("row"), _sealed("document"))

identifier = _table(
    "identifier",
    _key("person_id"),
    _key("system"),
    sa.Column("blind", sa.LargeBinary, primary_key=True),
    _sealed("value"),
    _belongs_to("person", person_id="id"),
    sa.Index(None, "organisation", "system", "blind"),
)

group = _table("group", _key("id"), _text("name"), _text("kind"), _flag("volunteers"), _count("row"))

membership = _table(
    "membership",
    _key("group_id"),
    _key("party"),
    _belongs_to("group", group_id="id"),
)

device = _table("device", _key("id"), _text("name"), _text("owner"), _count("row"))

circle = _table(
    "circle",
    _key("client_id"),
    _key("party"),
    _flag("representative"),
    _count("row"),
    _belongs_to("person", client_id="id"),
    sa.Index(None, "organisation", "party"),
)

# Who may see it.

consent = _table(
    "consent",
    _key("id"),
    _text("client_id"),
    _moment("at", required=True),
    _text("by"),
    _moment("withdrawn_at"),
    _text("withdrawn_by", default=None),
    _count("row"),
    _sealed("document"),
    _belongs_to("person", client_id="id"),
    sa.Index(None, "organisation", "client_id"),
)

consent_epoch = _table(
    "consent_epoch",
    _key("client_id"),
    _count("epoch"),
    _belongs_to("person", client_id="id"),
)

# What is agreed.

agreement = _table(
    "agreement",
    _key("id"),
    _text("client_id"),
    sa.Column("version", sa.Integer, nullable=False),
    _text("same_as", default=None),
    _flag("erased"),
    _sealed("document"),
    _belongs_to("person", client_id="id"),
    _belongs_to("agreement", same_as="id"),
    sa.Index(None, "organisation", "client_id"),
)

agreement_version = _table(
    "agreement_version",
    _key("agreement_id"),
    sa.Column("version", sa.Integer, primary_key=True),
    _moment("at", required=True),
    _text("actor"),
    _text("connector_id"),
    _text("why"),
    _text("question_id"),
    _text("units"),
    _sealed("document"),
    _belongs_to("agreement", agreement_id="id"),
)

statement = _table(
    "statement",
    _key("id"),
    _text("agreement_id"),
    _text("kind"),
    _text("party"),
    _moment("said_at", required=True),
    _moment("heard_at", required=True),
    _sealed("document"),
    _belongs_to("agreement", agreement_id="id"),
    sa.Index(None, "organisation", "agreement_id", "said_at"),
)

# The other systems.

connector = _table(
    "connector",
    _key("id"),
    _text("plugin"),
    _text("title"),
    _text("settings"),
    _text("state"),
    _text("state_why"),
    _text("rules"),
    _moment("paused_until"),
    _count("failures"),
    _moment("breaker_until"),
    _moment("heard_at"),
    _moment("polled_at"),
    _moment("poll_due_at"),
    _count("row"),
)

cursor = _table(
    "cursor",
    _key("connector_id"),
    _text("value", default=None),
    _text("server"),
    _moment("at", required=True),
    _count("row"),
    _belongs_to("connector", connector_id="id"),
)

person_link = _table(
    "person_link",
    _key("connector_id"),
    _key("external_id"),
    _text("party"),
    _flag("manual"),
    _count("row"),
    _belongs_to("connector", connector_id="id"),
    sa.Index(None, "organisation", "party"),
)

party_candidate = _table(
    "party_candidate",
    _key("connector_id"),
    _key("external_id"),
    _count("row"),
    _sealed("document"),
    _belongs_to("connector", connector_id="id"),
)

link = _table(
    "link",
    _key("id"),
    _text("agreement_id"),
    _text("connector_id"),
    _text("audience"),
    _text("members"),
    _text("phase"),
    _count("want"),
    _count("have"),
    _count("looked_version"),
    _count("look"),
    _count("looked"),
    _text("reason"),
    _text("detail"),
    _count("priority"),
    _count("attempts"),
    _wait("next_at"),
    _wait("lease_until"),
    _text("lease_owner"),
    _count("fence"),
    _text("missing"),
    _flag("retracting"),
    _count("row"),
    sa.Column(
        "due",
        sa.Boolean,
        sa.Computed(
            "want <> CASE WHEN have > looked_version THEN have ELSE looked_version END OR look <> looked",
            persisted=True,
        ),
    ),
    _belongs_to("agreement", agreement_id="id"),
    _belongs_to("connector", connector_id="id"),
    sa.UniqueConstraint("organisation", "agreement_id", "connector_id", "audience"),
    sa.Index(None, "organisation", "connector_id", "reason"),
)
sa.Index(
    "ix_link_due",
    link.c.organisation,
    link.c.priority,
    link.c.next_at,
    sqlite_where=sa.text("due = 1"),  # as SQLite is asked for it: else the index does not serve
    postgresql_where=sa.text("due"),
)

receipt = _table(
    "receipt",
    _key("link_id"),
    _key("party"),
    sa.Column("offered", sa.Integer),
    sa.Column("delivered", sa.Integer),
    sa.Column("read", sa.Integer),
    _moment("retraction_asked_at"),
    _moment("retraction_confirmed_at"),
    _count("row"),
    _belongs_to("link", link_id="id"),
)

remote = _table(
    "remote",
    _key("id"),
    _text("connector_id"),
    _text("link_id", default=None),
    _text("external_id", default=None),
    _text("part"),
    _text("group_key"),
    _text("phase"),
    _text("token", default=None),
    _sealed("seen", required=False),
    _text("base"),
    _text("shape", default=None),
    _sealed("intent", required=False),
    _sealed("attempts", required=False),
    _sealed("refused", required=False),
    _sealed("held", required=False),
    _sealed("answered", required=False),
    _flag("released"),
    _text("rewrites"),
    _text("earlier"),
    _flag("ended_by_us"),
    _text("why"),
    _text("why_field"),
    _text("page_mark", default=None),
    _moment("written_at"),
    _count("look"),
    _count("looked"),
    _wait("next_at"),
    _wait("lease_until"),
    _text("lease_owner"),
    _count("fence"),
    _count("row"),
    sa.Column("due", sa.Boolean, sa.Computed("link_id IS NULL AND look <> looked", persisted=True)),
    _belongs_to("connector", connector_id="id"),
    _belongs_to("link", link_id="id"),
    sa.UniqueConstraint("organisation", "connector_id", "external_id"),
    sa.Index(None, "organisation", "link_id"),
    sa.Index(None, "organisation", "connector_id", "group_key"),
)
sa.Index(
    "ix_remote_due",
    remote.c.organisation,
    remote.c.next_at,
    sqlite_where=sa.text("due = 1"),  # as SQLite is asked for it: else the index does not serve
    postgresql_where=sa.text("due"),
)

# What only a person can settle.

question = _table(
    "question",
    _key("id"),
    _text("kind"),
    _text("subject"),
    _text("agreement_id", default=None),
    _text("owner"),
    _count("revision"),
    _moment("opened_at", required=True),
    _moment("deadline"),
    _text("cause"),
    _sealed("values"),
    _sealed("shows"),
    _sealed("answer", required=False),
    _text("answered_by", default=None),
    _moment("answered_at"),
    _moment("closed_at"),
    _belongs_to("agreement", agreement_id="id"),
    sa.Index(None, "organisation", "agreement_id"),
)
sa.Index(
    "uq_question_open",
    question.c.organisation,
    question.c.kind,
    question.c.subject,
    unique=True,
    sqlite_where=question.c.closed_at.is_(None),
    postgresql_where=question.c.closed_at.is_(None),
)

# What happened.

run = _table(
    "run",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _text("connector_id"),
    _text("kind"),
    _moment("started_at", required=True),
    _moment("ended_at", required=True),
    _text("outcome"),
    _text("counts"),
)

attempt = _table(
    "attempt",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _text("connector_id"),
    _text("link_id", default=None),
    _text("remote_id", default=None),
    _text("act"),
    sa.Column("version", sa.Integer),
    _text("outcome"),
    _text("detail"),
    sa.Column("ms", sa.Integer, nullable=False),
    _moment("at", required=True),
    sa.Index(None, "organisation", "link_id", "number"),
)

audit = _table(
    "audit",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _moment("at", required=True),
    _text("actor"),
    _text("action"),
    _text("object"),
    _text("outcome"),
    _text("connector_id"),
    _text("client_id"),
    sa.Column("version", sa.Integer),
    _text("detail"),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Index(None, "organisation", "client_id"),
)

audit_head = _table(
    "audit_head",
    _count("number"),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("seal", sa.LargeBinary, nullable=False),
)

APPEND_ONLY = (agreement_version, statement, audit)
"""Triggers of the database refuse to change or delete a row of these."""
