"""Hints in: another system says that something may have changed."""

from __future__ import annotations

import time

import structlog
from flask import Blueprint, Response, request

from samenspraak.bootstrap import Application
from samenspraak.connectors import Inbound
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidRecordError,
    NotFoundError,
    TransientError,
)
from samenspraak.services.hints import Notices

MAX_BODY = 2**20
_AGAIN_SECONDS = 5
_QUIET_SECONDS = 60.0

log = structlog.get_logger(__name__)


class _Refused:
    """Says in the log why a notice was refused, of each connection once in a while: anybody can knock."""

    def __init__(self) -> None:
        self._said_at: dict[tuple[str, str], float] = {}

    def note(self, organisation: str, connector_id: str, why: str) -> None:
        about, now = (organisation, connector_id), time.monotonic()
        if now - self._said_at.get(about, -_QUIET_SECONDS) >= _QUIET_SECONDS:
            self._said_at[about] = now
            log.warning("notice refused", organisation=organisation, connector=connector_id, why=why)


def blueprint(application: Application) -> Blueprint:
    """The routes ``/in/…``. The connector verifies; what it says is stored before the answer leaves."""
    routes, notices, refused = Blueprint("inbound", __name__), Notices(application.hub), _Refused()

    @routes.post("/in/<organisation>/<connector_id>")
    def take(organisation: str, connector_id: str) -> Response:
        if (request.content_length or 0) > MAX_BODY:
            return Response(status=413)
        inbound = Inbound(headers=dict(request.headers), body=request.get_data(cache=False))
        try:
            notices.take(organisation, connector_id, inbound)
        except AuthenticationError as error:
            refused.note(organisation, connector_id, str(error))
            return Response(status=401)
        except (NotFoundError, NotImplementedError):
            return Response(status=404)
        except InvalidRecordError:
            return Response(status=400)
        except (ConfigurationError, TransientError):  # whoever sends again later is heard then
            return Response(status=503, headers={"Retry-After": str(_AGAIN_SECONDS)})
        return Response(status=200)  # some systems take nothing else for a yes

    return routes
