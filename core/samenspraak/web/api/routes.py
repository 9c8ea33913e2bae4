"""A blueprint whose routes say which scope they ask for, and the headers that several of them take."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Request, g, request
from flask_smorest import Blueprint, abort
from marshmallow import EXCLUDE, RAISE, Schema, fields, validate
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from samenspraak.errors import StaleError
from samenspraak.http.strict_json import UnusableJsonError, parse_json
from samenspraak.policy.access import Principal, Scope
from samenspraak.services.repeating import Asked

READER = "Samenspraak-Reader"
_READER = {
    "name": READER,
    "in": "header",
    "description": "For an app: its own id of the person for whom it asks. Everybody else leaves it out.",
    "schema": {"type": "string"},
}
_TAG = re.compile(r'(?:W/)?"(\d{1,9})(?:-[0-9a-f]+)?"')

HIGHEST = 2**31 - 1
"""The highest number of an event that a request can name."""

View = Callable[..., Any]
Answer = tuple[dict[str, Any], int, dict[str, str]]
"""What a view gives that says more than its body: the status and headers of its own, as its ETag."""


class _Parser(FlaskParser):
    """Reads JSON as strictly as that of other systems is read."""

    def load_json(self, req: Request, schema: Schema) -> Any:
        if not req.is_json:
            raise UnsupportedMediaType
        try:
            return parse_json(req.get_data())
        except UnusableJsonError as error:
            abort(HTTPStatus.BAD_REQUEST, message=f"What was sent {error}.")


class Routes(Blueprint):  # type: ignore[misc]  # the library ships no annotations
    """Routes of one subject. Each says which scope it asks for; its view takes the principal first."""

    ARGUMENTS_PARSER = _Parser()

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        options.setdefault("parameters", [_READER])
        add = super().route(rule, **options)

        def decorate(view: View) -> View:
            return add(self.doc(operationId=self._named(view))(view))  # type: ignore[no-any-return]

        return decorate

    def _named(self, view: View) -> str:
        """What programs that are written from the document call this call by, and the audit trail as well."""
        return f"{self.name}_{view.__name__}".rstrip("_").lower()

    def asks(self, scope: Scope) -> Callable[[View], View]:
        """Only for a principal with this scope; to another one it is denied, which is noted (``guard``)."""

        def decorate(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **kwargs: Any) -> Any:
                if not principal().may(scope):
                    g.denied = self._named(view)
                    message = f"This credential may not do this: it takes the scope {scope}."
                    abort(HTTPStatus.FORBIDDEN, message=message)
                return view(principal(), *args, **kwargs)

            return self.doc(security=[{"credential": [str(scope)]}])(guarded)  # type: ignore[no-any-return]

        return decorate

    def asks_nothing(self, view: View) -> View:
        """For every principal, whatever it may do."""

        @wraps(view)
        def known(*args: Any, **kwargs: Any) -> Any:
            return view(principal(), *args, **kwargs)

        return self.doc(security=[{"credential": []}])(known)  # type: ignore[no-any-return]

    def for_newcomers(self, view: View) -> View:
        """For who is nobody here yet: it takes a credential, and no scope."""
        return self.doc(security=[{"credential": []}])(view)  # type: ignore[no-any-return]

    def takes(
        self, schema: type[Schema], location: str = "json", status: int = 422
    ) -> Callable[[View], View]:
        """The view takes what was sent there, read with this schema; ``status``: when it cannot be."""
        unknown = EXCLUDE if location == "headers" else RAISE
        return self.arguments(  # type: ignore[no-any-return]
            schema, location=location, error_status_code=status, unknown=unknown
        )

    def gives(self, status: HTTPStatus, schema: type[Schema] | None = None) -> Callable[[View], View]:
        """What the view gives is written with this schema."""
        return self.response(status.value, schema)  # type: ignore[no-any-return]

    def over_a_version(self, view: View) -> View:
        """The view takes the version of ``If-Match``; without that header nothing is changed."""
        stated = self.takes(IfMatch, "headers", HTTPStatus.PRECONDITION_REQUIRED)
        stale = self.alt_response(HTTPStatus.PRECONDITION_FAILED.value, "PRECONDITION_FAILED")
        return stale(stated(_with(view, version_of)))  # type: ignore[no-any-return]

    def at_most_once(self, view: View) -> View:
        """The view takes what tells this request from another, and a second try of it from the first."""
        return self.takes(IdempotencyKey, "headers")(_with(view, asked_with))


class IfMatch(Schema):
    """The version over which a change is made."""

    if_match = fields.String(
        data_key="If-Match",
        required=True,
        metadata={"description": 'The `ETag` of what was read, or its version between quotes: `"3"`.'},
    )


class IdempotencyKey(Schema):
    """What makes it safe to send a request again."""

    key = fields.String(
        data_key="Idempotency-Key",
        load_default="",
        validate=validate.Length(min=1, max=200),
        metadata={
            "description": "Chosen by you for this request: the same for every try of it, for seven days."
        },
    )


def principal() -> Principal:
    """Where this request comes from."""
    found: Principal = g.principal
    return found


def version_of(header: Mapping[str, str]) -> int:
    """The version that ``If-Match`` names.

    Raises:
        StaleError: it names none of ours.
    """
    found = _TAG.fullmatch(header["if_match"].strip())
    if found is None:
        raise StaleError('If-Match names no version of this. Read it again, and send its ETag, such as "3".')
    return int(found[1])


def asked_with(header: Mapping[str, str]) -> Asked:
    """This request, by its key and what it asks."""
    where = b"?".join(filter(None, [request.path.encode(), request.query_string]))
    what = b" ".join([request.method.encode(), where, request.get_data()])
    return Asked(key=header["key"], digest=hashlib.sha256(what).hexdigest())


def tagged(version: int, answer: object) -> dict[str, str]:
    """The header that names this state of what is answered: its version, and a digest of all it says."""
    text = json.dumps(answer, sort_keys=True, default=str)
    return {"ETag": f'"{version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"'}


def _with(view: View, read: Callable[[Mapping[str, str]], object]) -> View:
    """The view with what a header says in place of the header, as its last positional argument."""

    @wraps(view)
    def reading(*args: Any, **kwargs: Any) -> Any:
        *others, header = args
        return view(*others, read(header), **kwargs)

    return reading
