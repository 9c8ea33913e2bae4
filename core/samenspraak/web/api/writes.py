"""A write to a connected system, as previews and plans show it: ids and names of units, never content."""

from __future__ import annotations

from marshmallow import Schema, fields


class Write(Schema):
    """One write to a connected system."""

    connector_id = fields.String(required=True)
    kind = fields.String(
        required=True,
        metadata={
            "description": "`create`, `update`, `end`, `retract`, `remove_double` or `withdraw_proposal`."
        },
    )
    agreement_id = fields.String(required=True)
    part = fields.String(
        required=True, metadata={"description": "The assignment, where a copy there is about one."}
    )
    members = fields.List(
        fields.String(), required=True, metadata={"description": "Who reads the copy; none: staff."}
    )
    units = fields.List(fields.String(), required=True)
    newly = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "What its readers could not see there before."},
    )
