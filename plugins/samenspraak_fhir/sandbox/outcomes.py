"""OperationOutcome: how a FHIR server says no."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """The request is not carried out.

    ``code``: an issue type (https://hl7.org/fhir/R4/valueset-issue-type.html) · ``expression``: the place.
    """

    def __init__(self, status: int, code: str, text: str, *, expression: str = "") -> None:
        super().__init__(text)
        self.status = status
        self.code = code
        self.text = text
        self.expression = expression

    def resource(self) -> dict[str, Any]:
        issue: dict[str, Any] = {"severity": "error", "code": self.code, "diagnostics": self.text}
        if self.expression:
            issue["expression"] = [self.expression]
        return {"resourceType": "OperationOutcome", "issue": [issue]}
