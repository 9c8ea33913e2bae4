"""Where programs get access tokens: RFC 6749 for the endpoint and its errors, RFC 8414 for what it can.

How a program shows who it is: ``services/tokens.py``.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as UnreadableBase64
from urllib.parse import unquote_plus

from flask import Blueprint, Response, jsonify, request

from samenspraak.bootstrap import Application
from samenspraak.errors import AuthenticationError, RuleError, TransientError
from samenspraak.policy.access import Scope
from samenspraak.services.access import note_refused
from samenspraak.services.tokens import ALGORITHMS, Claimed, issue, named_by
from samenspraak.web.limits import Left, Limits

_ENDPOINT = "/oauth/token"
_STATEMENT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MOST_BYTES = 32_768
_KEPT_SECONDS = 3600
_HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def blueprint(application: Application, limits: Limits) -> Blueprint:
    """The routes ``/oauth/…``, and where programs read what they can do there."""
    routes = Blueprint("oauth", __name__)
    issuer = application.settings.web.origin
    audiences = (issuer, f"{issuer}{_ENDPOINT}")

    @routes.post("/oauth/token")
    def token() -> Response:
        remote, claimed = request.remote_addr or "", Claimed()
        try:
            given = _form()
            if given.get("grant_type") != "client_credentials":
                return _refusal("unsupported_grant_type", "The grant type is client_credentials.")
            claimed = _claimed(given)
            issued = issue(
                application.hub, claimed, audiences=audiences, scope=given.get("scope", ""), remote=remote
            )
        except AuthenticationError:
            note_refused(application.hub, _organisation(claimed), remote)
            left = limits.refused(remote)
            if left.is_over:
                return _refusal(
                    "temporarily_unavailable", "Too many from here were refused.", status=429, left=left
                )
            return _refusal("invalid_client", "This client is not accepted.", status=401)
        except RuleError as error:
            return _refusal(error.rule, str(error))
        except TransientError:
            return _refusal("temporarily_unavailable", "Try again later.", status=503)
        answer = jsonify(
            access_token=issued.token,
            token_type="Bearer",  # noqa: S106 - the name of a kind of token
            expires_in=int(issued.lives.total_seconds()),
            scope=" ".join(issued.scopes),
        )
        answer.headers.update(_HEADERS)
        return answer

    @routes.get("/.well-known/oauth-authorization-server")
    def metadata() -> Response:
        answer = jsonify(
            issuer=issuer,
            token_endpoint=audiences[1],
            response_types_supported=[],
            grant_types_supported=["client_credentials"],
            token_endpoint_auth_methods_supported=[
                "client_secret_basic",
                "client_secret_post",
                "private_key_jwt",
            ],
            token_endpoint_auth_signing_alg_values_supported=ALGORITHMS,
            scopes_supported=sorted(Scope),
        )
        answer.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
        return answer

    return routes


def _form() -> dict[str, str]:
    """What was sent, each name once and with something in it."""
    if (request.content_length or 0) > _MOST_BYTES or request.mimetype != "application/x-www-form-urlencoded":
        raise RuleError("invalid_request", "Send application/x-www-form-urlencoded.")
    if request.args or any(len(values) > 1 for values in request.form.listvalues()):
        raise RuleError("invalid_request", "Send each parameter once, in the body.")
    given = {name: value for name, value in request.form.items() if value}
    if "grant_type" not in given:
        raise RuleError("invalid_request", "The parameter grant_type is missing.")
    return given


def _claimed(given: dict[str, str]) -> Claimed:
    """Who says what it is, by exactly one of the ways there are."""
    in_header, scheme, text = "Authorization" in request.headers, *_authorization()
    ways = (in_header, "client_secret" in given, "client_assertion" in given)
    if not any(ways):
        raise AuthenticationError("Nothing shows who this is.")
    if sum(ways) > 1:
        raise RuleError("invalid_request", "Show who you are in one way only.")
    client_id = given.get("client_id", "")
    if in_header:
        named, secret = _basic(scheme, text)
        if client_id not in ("", named):
            raise AuthenticationError("The two names differ.")
        return Claimed(client_id=named, secret=secret)
    if "client_secret" in given:
        return Claimed(client_id=client_id, secret=given["client_secret"])
    if given.get("client_assertion_type") != _STATEMENT:
        raise RuleError("invalid_request", f"The client_assertion_type is {_STATEMENT}.")
    return Claimed(client_id=client_id, statement=given["client_assertion"])


def _organisation(claimed: Claimed) -> str:
    """Whose program this says it is; '' where it says nothing that can be read."""
    try:
        return named_by(claimed)[0]
    except AuthenticationError:
        return ""


def _authorization() -> tuple[str, str]:
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower(), text.strip()


def _basic(scheme: str, text: str) -> tuple[str, str]:
    """The name and the secret, each encoded as in a form before they were put together."""
    try:
        name, colon, secret = b64decode(text, validate=True).decode().partition(":")
    except (UnreadableBase64, UnicodeDecodeError, ValueError):
        name, colon, secret = "", "", ""
    if scheme != "basic" or not colon:
        raise AuthenticationError("This is no name with a secret.")
    return unquote_plus(name), unquote_plus(secret)


def _refusal(error: str, description: str, *, status: int = 400, left: Left | None = None) -> Response:
    answer = jsonify(error=error, error_description=description)
    answer.status_code = status
    answer.headers.update({**_HEADERS, **(left.headers if left else {})})
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Basic realm="samenspraak", charset="UTF-8"'
    return answer
