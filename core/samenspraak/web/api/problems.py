"""Everything that goes wrong, in one shape: problem details (RFC 9457), with a code that the docs list.

A problem says what happened, to which agreement by id, and what to do next; never a name, a token or a body.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, g, json
from flask_smorest import Api
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    NoAccountError,
    NotFoundError,
    PermanentError,
    RuleError,
    SamenspraakError,
    StaleError,
    TransientError,
)

CONTENT_TYPE = "application/problem+json"

STATUSES: Mapping[type[SamenspraakError], HTTPStatus] = {
    NoAccountError: HTTPStatus.FORBIDDEN,
    AuthenticationError: HTTPStatus.UNAUTHORIZED,
    NotFoundError: HTTPStatus.NOT_FOUND,
    ConflictError: HTTPStatus.CONFLICT,
    StaleError: HTTPStatus.PRECONDITION_FAILED,
    RuleError: HTTPStatus.CONFLICT,
    InvalidRecordError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TransientError: HTTPStatus.SERVICE_UNAVAILABLE,
    ConfigurationError: HTTPStatus.SERVICE_UNAVAILABLE,
    PermanentError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""Our errors as answers; the first that fits counts."""

CODES: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.UNAUTHORIZED: "authentication",
    HTTPStatus.FORBIDDEN: "scope",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method",
    HTTPStatus.NOT_ACCEPTABLE: "not_acceptable",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.PRECONDITION_FAILED: "stale",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "media_type",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid",
    HTTPStatus.PRECONDITION_REQUIRED: "precondition_required",
    HTTPStatus.TOO_MANY_REQUESTS: "too_many_requests",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}
"""The code of a problem that says nothing more than its status."""

_DETAILS: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "What was sent cannot be read. Send well-formed JSON in UTF-8.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This cannot be done here. Allow says what can.",
    HTTPStatus.NOT_FOUND: "There is nothing here. The documentation lists what there is: /api/v1/docs.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Something in what was sent cannot be used; errors says what.",
    HTTPStatus.PRECONDITION_REQUIRED: "Send the ETag of what you read as If-Match, so that no edit is lost.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "What was sent is larger than 1 MB.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send it as application/json.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "A mistake in Samenspraak itself. Try again later.",
}
"""What a problem says that was not told more."""


class Problem(Schema):
    """What went wrong."""

    type = fields.String(required=True, metadata={"description": "`urn:samenspraak:problem:` and the code."})
    title = fields.String(required=True, metadata={"description": "The status in words."})
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "Stable; the reference lists them all."})
    detail = fields.String(
        metadata={"description": "What happened, to which agreement, and what to do next."}
    )
    rule = fields.String(metadata={"description": "Of code `rule`: the rule that it would break."})
    errors = fields.Dict(metadata={"description": "Of code `invalid`: per place and field what is wrong."})
    trace = fields.String(metadata={"description": "The trace to name when you ask us about it."})


class ProblemApi(Api):  # type: ignore[misc]  # the library ships no annotations
    """The API, with problems in place of the library's own errors."""

    ERROR_SCHEMA = Problem

    def _register_responses(self) -> None:
        ordinary = Api.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = CONTENT_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = ordinary

    def _register_pagination_header(self) -> None:
        """Not described: our pages say in their body what comes next."""

    def _register_error_handlers(self) -> None:
        super()._register_error_handlers()
        self._app.register_error_handler(SamenspraakError, of_error)

    def handle_http_exception(self, error: HTTPException) -> Response:
        data: Mapping[str, Any] = getattr(error, "data", None) or {}
        status = HTTPStatus(error.code or 500)
        known = data.get("messages") or data.get("errors")
        response = problem(status, data.get("message", ""), **({"errors": known} if known else {}))
        for name, value in error.get_headers():
            if name not in ("Content-Type", "Content-Length"):
                response.headers[name] = value
        return response


def of_error(error: SamenspraakError) -> Response:
    """One of ours as an answer."""
    status = next(status for kind, status in STATUSES.items() if isinstance(error, kind))
    more = {"rule": error.rule} if isinstance(error, RuleError) else {}
    response = problem(status, str(error), code=error.code, **more)
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(int(getattr(error, "retry_after", None) or 5))
    return response


def problem(status: HTTPStatus, detail: str = "", *, code: str = "", **more: object) -> Response:
    """A problem as an answer. ``code``: that of the status unless given."""
    code = code or CODES.get(status, "error")
    said = {
        "type": f"urn:samenspraak:problem:{code}",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail or _DETAILS.get(status, ""),
        "trace": g.get("trace", ""),
        **more,
    }
    kept = {name: value for name, value in said.items() if value != ""}
    return Response(json.dumps(kept), status=status.value, content_type=CONTENT_TYPE)
