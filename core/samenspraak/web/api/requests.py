"""What happens around every request of the API: who asks, how often, under which trace, and what is kept.

A request that names a trace (W3C ``traceparent``) keeps it; another one begins one. The answer names it, so
that a question about a request can be answered from the log of either side.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from http import HTTPStatus

from flask import Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from samenspraak.errors import AuthenticationError, NoAccountError, NotFoundError, RuleError, SamenspraakError
from samenspraak.policy.access import Principal
from samenspraak.policy.keys import REFUSED
from samenspraak.services.access import note_denied, note_refused, organisation_in, principal_of
from samenspraak.sync.hub import Hub
from samenspraak.web.api.problems import problem
from samenspraak.web.api.routes import READER, Routes
from samenspraak.web.limits import Limits

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def guard(routes: Routes, hub: Hub, limits: Limits) -> None:
    """Let nobody in without a credential that is accepted, nor too often."""

    def enter() -> Response | None:
        if request.method == "OPTIONS":  # a browser asks before it sends; it shows no credential yet
            return None
        try:
            g.principal = principal_of(
                hub,
                request.headers.get("Authorization", ""),
                reader=request.headers.get(READER, ""),
                remote=request.remote_addr or "",
            )
        except AuthenticationError as error:
            return refused(hub, limits, error)
        except (NotFoundError, RuleError):  # a good credential, for somebody who is not there
            shown = request.headers["Authorization"].encode()
            if answer := _too_often(limits, hashlib.sha256(shown).hexdigest()):
                return answer
            raise
        return _too_often(limits, _whose(g.principal))

    routes.before_request(_begin)

    def leave(response: Response) -> Response:
        if "denied" in g:
            note_denied(hub, g.principal, g.denied)
        return _leave(response)

    routes.before_request(enter)
    routes.after_request(leave)


def open_to_newcomers(routes: Routes) -> None:
    """The same for who is nobody here yet: each view judges what they show, and calls :func:`refused`."""
    routes.before_request(_begin)
    routes.after_request(_leave)


def refused(hub: Hub, limits: Limits, error: SamenspraakError) -> Response:
    """What was shown is not accepted, which is the error that is raised unless that happens too often."""
    remote = request.remote_addr or ""
    note_refused(hub, organisation_in(request.headers.get("Authorization", "")), remote)
    g.left = limits.refused(remote)
    if not g.left.is_over:
        known = isinstance(error, NoAccountError) or not isinstance(error, AuthenticationError)
        raise error if known else AuthenticationError(REFUSED) from None  # whoever guesses hears nothing
    return problem(HTTPStatus.TOO_MANY_REQUESTS, "Too many credentials from here were refused.")


def _too_often(limits: Limits, whose: str) -> Response | None:
    """Count one more request of theirs; the answer, when that is one too many."""
    g.left = limits.asked(whose)
    if not g.left.is_over:
        return None
    return problem(HTTPStatus.TOO_MANY_REQUESTS, "That is too often. Wait as long as Retry-After says.")


def _whose(who: Principal) -> str:
    """Whose requests are counted together: of somebody in one app, so that no other app can tell how many."""
    return f"{who.organisation} {who.connector_id} {who.id}"


def _begin() -> None:
    named = _TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    g.trace = named[1] if named else secrets.token_hex(16)
    clear_contextvars()
    bind_contextvars(trace=g.trace)


def _leave(response: Response) -> Response:
    response.headers["traceparent"] = f"00-{g.trace}-{secrets.token_hex(8)}-01"
    if "left" in g:
        response.headers.extend(g.left.headers)
    if request.method == "GET" and response.status_code == HTTPStatus.OK:
        response.add_etag(weak=True)  # where the view names no version or other state of what it gives
        if not response.get_etag()[1]:
            response.headers["Cache-Control"] = "private, no-cache"
        response.make_conditional(request)
    return response
