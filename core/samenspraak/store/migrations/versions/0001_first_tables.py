"""The first tables.

Revision: 0001, after nothing.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_APPEND_ONLY = ("agreement_version", "statement", "audit")


def upgrade() -> None:
    _make_tables()
    if op.get_bind().dialect.name == "sqlite":
        _refuse_changes()


def _refuse_changes() -> None:
    for table in _APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only'); END"
            )


def _make_tables() -> None:
    op.create_table(
        "organisation",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day_done", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("organisation", name="pk_organisation"),
    )
    op.create_table(
        "attempt",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=True),
        sa.Column("remote_id", sa.String(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("ms", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_attempt_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_attempt"),
    )
    op.create_index(
        "ix_attempt_organisation_link_id_number",
        "attempt",
        ["organisation", "link_id", "number"],
        unique=False,
    )

    op.create_table(
        "audit",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_audit_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_audit"),
    )
    op.create_index("ix_audit_organisation_client_id", "audit", ["organisation", "client_id"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_audit_head_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", name="pk_audit_head"),
    )
    op.create_table(
        "connector",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("plugin", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("settings", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_why", sa.String(), nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("breaker_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("poll_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_connector_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_connector"),
    )
    op.create_table(
        "device",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_device_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_device"),
    )
    op.create_table(
        "group",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("volunteers", sa.Boolean(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_group_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_group"),
    )
    op.create_table(
        "person",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kinds", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_person_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_person"),
    )
    op.create_table(
        "run",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.organisation"], name="fk_run_organisation"),
        sa.PrimaryKeyConstraint("organisation", "number", name="pk_run"),
    )
    op.create_table(
        "agreement",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("same_as", sa.String(), nullable=True),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "client_id"],
            ["person.organisation", "person.id"],
            name="fk_agreement_organisation_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "same_as"],
            ["agreement.organisation", "agreement.id"],
            name="fk_agreement_organisation_same_as",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_agreement_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_agreement"),
    )
    op.create_index(
        "ix_agreement_organisation_client_id", "agreement", ["organisation", "client_id"], unique=False
    )

    op.create_table(
        "circle",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("representative", sa.Boolean(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "client_id"],
            ["person.organisation", "person.id"],
            name="fk_circle_organisation_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_circle_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "client_id", "party", name="pk_circle"),
    )
    op.create_index("ix_circle_organisation_party", "circle", ["organisation", "party"], unique=False)

    op.create_table(
        "consent",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "client_id"],
            ["person.organisation", "person.id"],
            name="fk_consent_organisation_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_consent_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_consent"),
    )
    op.create_index(
        "ix_consent_organisation_client_id", "consent", ["organisation", "client_id"], unique=False
    )

    op.create_table(
        "consent_epoch",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "client_id"],
            ["person.organisation", "person.id"],
            name="fk_consent_epoch_organisation_client_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_consent_epoch_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "client_id", name="pk_consent_epoch"),
    )
    op.create_table(
        "cursor",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=True),
        sa.Column("server", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "connector_id"],
            ["connector.organisation", "connector.id"],
            name="fk_cursor_organisation_connector_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_cursor_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "connector_id", name="pk_cursor"),
    )
    op.create_table(
        "identifier",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "person_id"],
            ["person.organisation", "person.id"],
            name="fk_identifier_organisation_person_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_identifier_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "person_id", "system", "blind", name="pk_identifier"),
    )
    op.create_index(
        "ix_identifier_organisation_system_blind",
        "identifier",
        ["organisation", "system", "blind"],
        unique=False,
    )

    op.create_table(
        "membership",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "group_id"],
            ["group.organisation", "group.id"],
            name="fk_membership_organisation_group_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_membership_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "group_id", "party", name="pk_membership"),
    )
    op.create_table(
        "party_candidate",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "connector_id"],
            ["connector.organisation", "connector.id"],
            name="fk_party_candidate_organisation_connector_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_party_candidate_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "connector_id", "external_id", name="pk_party_candidate"),
    )
    op.create_table(
        "person_link",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("circles", sa.String(), nullable=False),
        sa.Column("manual", sa.Boolean(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "connector_id"],
            ["connector.organisation", "connector.id"],
            name="fk_person_link_organisation_connector_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_person_link_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "connector_id", "external_id", name="pk_person_link"),
    )
    op.create_index(
        "ix_person_link_organisation_party", "person_link", ["organisation", "party"], unique=False
    )

    op.create_table(
        "agreement_version",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("units", sa.String(), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "agreement_id"],
            ["agreement.organisation", "agreement.id"],
            name="fk_agreement_version_organisation_agreement_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_agreement_version_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "agreement_id", "version", name="pk_agreement_version"),
    )
    op.create_table(
        "link",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("members", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("want", sa.Integer(), nullable=False),
        sa.Column("have", sa.Integer(), nullable=False),
        sa.Column("looked_version", sa.Integer(), nullable=False),
        sa.Column("look", sa.Integer(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("missing", sa.String(), nullable=False),
        sa.Column("retracting", sa.Boolean(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column(
            "due",
            sa.Boolean(),
            sa.Computed(
                "want <> CASE WHEN have > looked_version THEN have ELSE looked_version END OR look <> looked",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "agreement_id"],
            ["agreement.organisation", "agreement.id"],
            name="fk_link_organisation_agreement_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "connector_id"],
            ["connector.organisation", "connector.id"],
            name="fk_link_organisation_connector_id",
        ),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.organisation"], name="fk_link_organisation"),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_link"),
        sa.UniqueConstraint(
            "organisation",
            "agreement_id",
            "connector_id",
            "audience",
            name="uq_link_organisation_agreement_id_connector_id_audience",
        ),
    )
    op.create_index(
        "ix_link_due",
        "link",
        ["organisation", "priority", "next_at"],
        unique=False,
        sqlite_where=sa.text("due = 1"),
        postgresql_where=sa.text("due"),
    )
    op.create_index(
        "ix_link_organisation_connector_id_reason",
        "link",
        ["organisation", "connector_id", "reason"],
        unique=False,
    )

    op.create_table(
        "question",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=True),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shows_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation", "agreement_id"],
            ["agreement.organisation", "agreement.id"],
            name="fk_question_organisation_agreement_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_question_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_question"),
    )
    op.create_index(
        "ix_question_organisation_agreement_id", "question", ["organisation", "agreement_id"], unique=False
    )
    op.create_index(
        "uq_question_open",
        "question",
        ["organisation", "kind", "subject"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "statement",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("agreement_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "agreement_id"],
            ["agreement.organisation", "agreement.id"],
            name="fk_statement_organisation_agreement_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_statement_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "agreement_id", "id", name="pk_statement"),
    )
    op.create_index(
        "ix_statement_organisation_agreement_id_said_at",
        "statement",
        ["organisation", "agreement_id", "said_at"],
        unique=False,
    )

    op.create_table(
        "receipt",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("offered", sa.Integer(), nullable=True),
        sa.Column("delivered", sa.Integer(), nullable=True),
        sa.Column("read", sa.Integer(), nullable=True),
        sa.Column("retraction_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retraction_confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation", "link_id"],
            ["link.organisation", "link.id"],
            name="fk_receipt_organisation_link_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_receipt_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "link_id", "party", name="pk_receipt"),
    )
    op.create_table(
        "remote",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("connector_id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("group_key", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=True),
        sa.Column("seen_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("shape", sa.String(), nullable=True),
        sa.Column("intent_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("attempts_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("refused_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("held_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answered_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("rewrites_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("earlier", sa.String(), nullable=False),
        sa.Column("ended_by_us", sa.Boolean(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("why_field", sa.String(), nullable=False),
        sa.Column("page_mark", sa.String(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("look", sa.Integer(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column(
            "due",
            sa.Boolean(),
            sa.Computed("link_id IS NULL AND look <> looked", persisted=True),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "connector_id"],
            ["connector.organisation", "connector.id"],
            name="fk_remote_organisation_connector_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation", "link_id"],
            ["link.organisation", "link.id"],
            name="fk_remote_organisation_link_id",
        ),
        sa.ForeignKeyConstraint(
            ["organisation"], ["organisation.organisation"], name="fk_remote_organisation"
        ),
        sa.PrimaryKeyConstraint("organisation", "id", name="pk_remote"),
        sa.UniqueConstraint(
            "organisation",
            "connector_id",
            "external_id",
            name="uq_remote_organisation_connector_id_external_id",
        ),
    )
    op.create_index(
        "ix_remote_due",
        "remote",
        ["organisation", "next_at"],
        unique=False,
        sqlite_where=sa.text("due = 1"),
        postgresql_where=sa.text("due"),
    )
    op.create_index(
        "ix_remote_organisation_connector_id_group_key",
        "remote",
        ["organisation", "connector_id", "group_key"],
        unique=False,
    )
    op.create_index("ix_remote_organisation_link_id", "remote", ["organisation", "link_id"], unique=False)
