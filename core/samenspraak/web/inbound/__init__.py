"""Hints in: another system says that something may have changed."""

from __future__ import annotations

from flask import Blueprint, Response, request

from samenspraak.bootstrap import Application
from samenspraak.connectors import Inbound
from samenspraak.errors import AuthenticationError, InvalidRecordError, NotFoundError
from samenspraak.services.hints import take_hints

MAX_BODY = 2**20


def blueprint(application: Application) -> Blueprint:
    """The routes ``/in/…``. The connector verifies; what it says is stored before the answer leaves."""
    routes = Blueprint("inbound", __name__)

    @routes.post("/in/<organisation>/<connector_id>")
    def take(organisation: str, connector_id: str) -> Response:
        if (request.content_length or 0) > MAX_BODY:
            return Response(status=413)
        inbound = Inbound(headers=dict(request.headers), body=request.get_data(cache=False))
        try:
            take_hints(application.hub, organisation, connector_id, inbound)
        except AuthenticationError:
            return Response(status=401)
        except (NotFoundError, NotImplementedError):
            return Response(status=404)
        except InvalidRecordError:
            return Response(status=400)
        return Response(status=200)  # some systems take nothing else for a yes

    return routes
