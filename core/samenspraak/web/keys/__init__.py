"""The public keys of a connection, for systems that check who we are with them (``jwks_uri``)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from samenspraak.bootstrap import Application
from samenspraak.errors import ConfigurationError, NotFoundError
from samenspraak.services.connectors import public_keys

_KEPT_SECONDS = 300
"""Who checks us may keep the keys for so long; a key is shown at least that long before it signs."""


def blueprint(application: Application) -> Blueprint:
    """The route ``/keys/…``. A connection that there is not and one without keys are the same answer."""
    routes = Blueprint("keys", __name__)

    @routes.get("/keys/<organisation>/<connector_id>")
    def show(organisation: str, connector_id: str) -> Response:
        try:
            found = public_keys(application.hub, organisation, connector_id)
        except NotFoundError:
            return Response(status=404)
        except ConfigurationError:
            return Response(status=503)
        if not found["keys"]:
            return Response(status=404)
        response = jsonify(found)
        response.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
        return response

    return routes
