"""The tables. Every primary key starts with the organisation; every row that changes has a version column.

``due`` is computed by the database itself, so that no statement can forget half of the condition (ADR 0014).
"""

from __future__ import annotations

import sqlalchemy as sa

from samenspraak.store.columns import (
    belongs_to,
    count,
    flag,
    key,
    moment,
    sealed,
    table,
    text,
    wait,
)
from samenspraak.store.columns import metadata as metadata

organisation = sa.Table(
    "organisation",
    metadata,
    key("organisation"),
    text("name"),
    moment("at", required=True),
    sa.Column("day_done", sa.Date),
)

# Who takes part.

person = table(
    "person",
    key("id"),
    text("kinds"),
    text("same_as", required=False),
    count("row"),
    sealed("document"),
    sa.Index(None, "organisation", "same_as"),
)

identifier = table(
    "identifier",
    key("person_id"),
    key("system"),
    sa.Column("blind", sa.LargeBinary, primary_key=True),
    key("connector_id"),
    key("external_id"),
    sealed("value"),
    belongs_to("person", person_id="id"),
    sa.Index(None, "organisation", "system", "blind"),
    sa.Index(None, "organisation", "connector_id", "external_id"),
)

group = table("group", key("id"), text("name"), text("kind"), flag("volunteers"), count("row"))

membership = table(
    "membership",
    key("group_id"),
    key("party"),
    belongs_to("group", group_id="id"),
)

device = table("device", key("id"), text("name"), text("owner"), count("row"))

circle = table(
    "circle",
    key("client_id"),
    key("party"),
    flag("representative"),
    count("row"),
    belongs_to("person", client_id="id"),
    sa.Index(None, "organisation", "party"),
)

# Who may see it.

consent = table(
    "consent",
    key("id"),
    text("client_id"),
    moment("at", required=True),
    text("by"),
    moment("withdrawn_at"),
    text("withdrawn_by", required=False),
    count("row"),
    sealed("document"),
    belongs_to("person", client_id="id"),
    sa.Index(None, "organisation", "client_id"),
)

consent_epoch = table(
    "consent_epoch",
    key("client_id"),
    count("epoch"),
    belongs_to("person", client_id="id"),
)

# What is agreed.

agreement = table(
    "agreement",
    key("id"),
    text("client_id"),
    sa.Column("version", sa.Integer, nullable=False),
    text("same_as", required=False),
    text("aliases", required=False),
    flag("erased"),
    sealed("document"),
    belongs_to("person", client_id="id"),
    belongs_to("agreement", same_as="id"),
    sa.Index(None, "organisation", "client_id"),
    sa.Index(None, "organisation", "same_as"),
)

agreement_party = table(
    "agreement_party",
    key("agreement_id"),
    key("party"),
    belongs_to("agreement", agreement_id="id"),
    sa.Index(None, "organisation", "party", "agreement_id"),
)

likeness = table(
    "likeness",
    key("agreement_id"),
    key("other_id"),
    text("stands"),
    count("row"),
    belongs_to("agreement", agreement_id="id"),
    belongs_to("agreement", other_id="id"),
)

agreement_version = table(
    "agreement_version",
    key("agreement_id"),
    sa.Column("version", sa.Integer, primary_key=True),
    moment("at", required=True),
    text("actor"),
    text("connector_id"),
    text("why"),
    text("question_id"),
    text("units"),
    sealed("document"),
    text("rules", required=False),
    belongs_to("agreement", agreement_id="id"),
)

statement = table(
    "statement",
    key("agreement_id"),
    key("id"),
    text("kind"),
    text("party"),
    moment("said_at", required=True),
    moment("heard_at", required=True),
    sealed("document"),
    belongs_to("agreement", agreement_id="id"),
    sa.Index(None, "organisation", "agreement_id", "said_at"),
)

# The other systems.

connector = table(
    "connector",
    key("id"),
    text("plugin"),
    text("title"),
    text("settings"),
    text("state"),
    text("state_why"),
    text("rules"),
    text("directions", required=False),
    moment("paused_until"),
    count("failures"),
    moment("breaker_until"),
    moment("heard_at"),
    moment("polled_at"),
    moment("poll_due_at"),
    moment("released_at"),
    count("row"),
)

cursor = table(
    "cursor",
    key("connector_id"),
    text("value", required=False),
    text("server"),
    moment("at", required=True),
    count("row"),
    belongs_to("connector", connector_id="id"),
)

# What the hub itself shows.

shown = table(
    "shown",
    key("connector_id"),
    key("id"),
    text("marker"),
    text("reader"),
    count("row"),
    sealed("document"),
    belongs_to("connector", connector_id="id"),
    sa.Index(None, "organisation", "connector_id", "marker", unique=True),
    sa.Index(None, "organisation", "connector_id", "reader"),
)

feed = table(
    "feed",
    key("id"),
    text("connector_id"),
    text("reader"),
    sa.Column("token", sa.LargeBinary, nullable=False),
    moment("at", required=True),
    moment("revoked_at"),
    moment("fetched_at"),
    count("row"),
    belongs_to("connector", connector_id="id"),
    sa.Index(None, "organisation", "token", unique=True),
    sa.Index(None, "organisation", "connector_id"),
)

# Who may ask something of the hub.

program = table(
    "program",
    key("id"),
    text("title"),
    text("role"),
    text("connector_id", required=False),
    text("public_keys", required=False),
    moment("at", required=True),
    moment("revoked_at"),
    count("row"),
    belongs_to("connector", connector_id="id"),
)

access_key = table(
    "access_key",
    key("id"),
    text("program_id"),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    text("scopes"),
    text("networks"),
    moment("at", required=True),
    moment("expires_at", required=True),
    moment("revoked_at"),
    moment("used_at"),
    count("row"),
    belongs_to("program", program_id="id"),
    sa.Index(None, "organisation", "program_id"),
)

sign_in_provider = table(
    "sign_in_provider",
    key("id"),
    text("issuer"),
    text("client_id"),
    text("connector_id"),
    moment("at", required=True),
    belongs_to("connector", connector_id="id"),
    sa.Index(None, "organisation", "issuer", "client_id", unique=True),
)

account = table(
    "account",
    key("id"),
    text("issuer"),
    sa.Column("subject", sa.LargeBinary, nullable=False),
    text("role"),
    text("party", required=False),
    moment("at", required=True),
    sa.Index(None, "organisation", "issuer", "subject", unique=True),
)

invitation = table(
    "invitation",
    key("id"),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    text("role"),
    text("party", required=False),
    moment("at", required=True),
    moment("expires_at", required=True),
    sa.Index(None, "organisation", "digest", unique=True),
)

# What the hub tells from its outbox: ids and numbers, never content.

subscriber = table(
    "subscriber",
    key("connector_id"),
    count("number"),
    count("failures"),
    wait("quiet_until"),
    moment("taken_at"),
    moment("sent_at"),
    moment("failing_since"),
    moment("failed_at"),
    moment("window_from"),
    moment("clock_from"),
    belongs_to("connector", connector_id="id"),
)

event = table(
    "event",
    key("id"),
    text("connector_id"),
    sa.Column("number", sa.Integer, nullable=False),
    text("kind"),
    text("copy_id"),
    text("agreement_id"),
    text("reader"),
    sa.Column("version", sa.Integer, nullable=False),
    moment("at", required=True),
    moment("taken_at"),
    moment("given_up_at"),
    text("detail"),
    count("priority"),
    count("attempts"),
    wait("next_at"),
    wait("lease_until"),
    text("lease_owner"),
    count("fence"),
    sa.Column("due", sa.Boolean, sa.Computed("taken_at IS NULL AND given_up_at IS NULL", persisted=True)),
    belongs_to("connector", connector_id="id"),
    sa.UniqueConstraint("organisation", "connector_id", "number"),
    sa.Index(None, "organisation", "connector_id", "copy_id"),
)
sa.Index(
    "ix_event_due",
    event.c.organisation,
    event.c.priority,
    event.c.next_at,
    sqlite_where=sa.text("due = 1"),  # as SQLite is asked for it: else the index does not serve
    postgresql_where=sa.text("due"),
)

# What each person was told of each agreement last, in the app in which they ask.

news = table(
    "news",
    key("connector_id"),
    key("party"),
    key("agreement_id"),
    count("number"),
    text("kind"),
    sa.Column("version", sa.Integer),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    belongs_to("connector", connector_id="id"),
    belongs_to("agreement", agreement_id="id"),
)

# What was asked with a key of its own, so that it may be asked again.

request = table(
    "request",
    key("principal"),
    key("key"),
    text("digest"),
    text("made"),
    moment("until", required=True),
    sa.Index(None, "organisation", "until"),
)

held_secret = table(
    "held_secret",
    key("id"),
    text("connector_id"),
    sealed("text"),
    moment("at", required=True),
    belongs_to("connector", connector_id="id"),
)

person_link = table(
    "person_link",
    key("connector_id"),
    key("external_id"),
    text("party"),
    text("circles"),
    flag("manual"),
    count("row"),
    belongs_to("connector", connector_id="id"),
    sa.Index(None, "organisation", "party"),
)

party_candidate = table(
    "party_candidate",
    key("connector_id"),
    key("external_id"),
    count("row"),
    sealed("document"),
    belongs_to("connector", connector_id="id"),
)

link = table(
    "link",
    key("id"),
    text("agreement_id"),
    text("connector_id"),
    text("audience"),
    text("members"),
    text("phase"),
    count("want"),
    count("have"),
    count("looked_version"),
    count("look"),
    count("looked"),
    text("reason"),
    text("detail"),
    count("priority"),
    count("attempts"),
    wait("next_at"),
    wait("lease_until"),
    text("lease_owner"),
    count("fence"),
    text("missing"),
    flag("retracting"),
    text("aliases", required=False),
    count("row"),
    sa.Column(
        "due",
        sa.Boolean,
        sa.Computed(
            "want <> CASE WHEN have > looked_version THEN have ELSE looked_version END OR look <> looked",
            persisted=True,
        ),
    ),
    belongs_to("agreement", agreement_id="id"),
    belongs_to("connector", connector_id="id"),
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

receipt = table(
    "receipt",
    key("link_id"),
    key("party"),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    moment("offered_at"),
    moment("delivered_at"),
    moment("read_at"),
    moment("retraction_asked_at"),
    moment("retraction_confirmed_at"),
    belongs_to("link", link_id="id"),
)

remote = table(
    "remote",
    key("id"),
    text("connector_id"),
    text("link_id", required=False),
    text("external_id", required=False),
    text("part"),
    text("group_key"),
    text("phase"),
    text("token", required=False),
    sealed("seen", required=False),
    text("base"),
    text("shape", required=False),
    sealed("intent", required=False),
    sealed("attempts", required=False),
    sealed("refused", required=False),
    sealed("held", required=False),
    sealed("answered", required=False),
    sealed("rewrites", required=False),
    sealed("unkept", required=False),
    flag("released"),
    text("earlier"),
    flag("ended_by_us"),
    text("why"),
    text("why_field"),
    moment("why_since"),
    text("client_there", required=False),
    text("page_mark", required=False),
    moment("written_at"),
    count("look"),
    count("looked"),
    wait("next_at"),
    wait("lease_until"),
    text("lease_owner"),
    count("fence"),
    count("row"),
    sa.Column("due", sa.Boolean, sa.Computed("link_id IS NULL AND look <> looked", persisted=True)),
    belongs_to("connector", connector_id="id"),
    belongs_to("link", link_id="id"),
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

known_as = table(
    "known_as",
    key("remote_id"),
    key("system"),
    key("value"),
    belongs_to("remote", remote_id="id"),
    sa.Index(None, "organisation", "system", "value"),
)

# What only a person can settle.

question = table(
    "question",
    key("id"),
    text("kind"),
    text("subject"),
    text("agreement_id", required=False),
    text("owner"),
    count("revision"),
    moment("opened_at", required=True),
    moment("deadline"),
    text("cause"),
    sealed("values"),
    sealed("shows"),
    sealed("answer", required=False),
    text("answered_by", required=False),
    moment("answered_at"),
    moment("closed_at"),
    belongs_to("agreement", agreement_id="id"),
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

run = table(
    "run",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    text("connector_id"),
    text("kind"),
    moment("started_at", required=True),
    moment("ended_at"),
    count("ms"),
    text("error"),
    *(count(name) for name in ("seen", "new", "changed", "apart", "times")),
    sa.Index(None, "organisation", "connector_id", "number"),
)

attempt = table(
    "attempt",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    text("connector_id"),
    text("link_id", required=False),
    text("remote_id", required=False),
    text("act"),
    sa.Column("version", sa.Integer),
    text("outcome"),
    text("detail"),
    sa.Column("ms", sa.Integer, nullable=False),
    moment("at", required=True),
    sa.Column("status", sa.Integer),
    sa.Index(None, "organisation", "link_id", "number"),
)
sa.Index(
    "ix_attempt_delivery",
    attempt.c.organisation,
    attempt.c.connector_id,
    attempt.c.detail,
    sqlite_where=sa.text("act = 'delivery'"),  # as SQLite is asked for it, likewise
    postgresql_where=sa.text("act = 'delivery'"),
)

audit = table(
    "audit",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    moment("at", required=True),
    text("actor"),
    text("action"),
    text("object"),
    text("outcome"),
    text("connector_id"),
    text("client_id"),
    sa.Column("version", sa.Integer),
    text("detail"),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Index(None, "organisation", "client_id"),
)

audit_head = table(
    "audit_head",
    count("number"),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("seal", sa.LargeBinary, nullable=False),
)

once = table(
    "once",
    key("scope"),
    sa.Column("id", sa.LargeBinary, primary_key=True),
    moment("until", required=True),
    sa.Index(None, "organisation", "until"),
)

APPEND_ONLY = (agreement_version, statement, audit)
"""Triggers of the database refuse to change or delete a row of these."""
