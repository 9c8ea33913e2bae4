"""What the hub itself shows, at addresses that hold a secret: calendars, spreadsheets, pages (ADR 0030).

Nothing of an address is ever logged. One that is not there and one that does not work any more are the same
answer by the same steps: the secret is only ever compared as a digest.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from samenspraak.bootstrap import Application
from samenspraak.errors import ConfigurationError, NotFoundError, TransientError
from samenspraak.services import showing

_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "X-Robots-Tag": "noindex",
}


def blueprint(application: Application) -> Blueprint:
    """The route ``/feed/…``, for GET and HEAD."""
    routes = Blueprint("feeds", __name__)

    @routes.get("/feed/<organisation>/<token>.<form>")
    def fetch(organisation: str, token: str, form: str) -> Response:
        try:
            shown = showing.fetch(application.hub, organisation, token, form)
        except NotFoundError:
            return Response(status=404, headers=_HEADERS)
        except (ConfigurationError, TransientError):  # a program asks again, and keeps what it had
            return Response(status=503, headers=_HEADERS)
        response = Response(shown.body, content_type=shown.content_type, headers=_HEADERS)
        response.add_etag()
        response.make_conditional(request)
        return response

    return routes
