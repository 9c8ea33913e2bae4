"""What the hub itself shows, at addresses that hold a secret: calendars, spreadsheets, pages (ADR 0030).

Nothing of an address is ever logged. One that is not there and one that does not work any more are the same
answer by the same steps: the secret is only ever compared as a digest. An address is asked for as often as
any other credential may ask, and who tries many that there are not waits.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, request

from samenspraak.bootstrap import Application
from samenspraak.errors import ConfigurationError, NotFoundError, TransientError
from samenspraak.services import showing
from samenspraak.services.access import note_refused
from samenspraak.web.limits import Left, Limits

_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex",
}


def blueprint(application: Application, limits: Limits) -> Blueprint:
    """The route ``/feed/…``, for GET and HEAD."""
    routes = Blueprint("feeds", __name__)

    @routes.get("/feed/<organisation>/<token>.<form>")
    def fetch(organisation: str, token: str, form: str) -> Response:
        left = limits.asked(f"feed {organisation} {showing.digest(token).hex()}")
        if left.is_over:
            return _too_often(left)
        try:
            shown = showing.fetch(application.hub, organisation, token, form)
        except NotFoundError:
            note_refused(application.hub, organisation, request.remote_addr or "")
            left = limits.refused(request.remote_addr or "")
            return _too_often(left) if left.is_over else Response(status=404, headers=_HEADERS)
        except (ConfigurationError, TransientError):  # a program asks again, and keeps what it had
            return Response(status=503, headers=_HEADERS)
        response = Response(shown.body, content_type=shown.content_type, headers=_HEADERS)
        response.add_etag()
        response.make_conditional(request)
        return response

    return routes


def _too_often(left: Left) -> Response:
    return Response(status=HTTPStatus.TOO_MANY_REQUESTS, headers={**_HEADERS, **left.headers})
