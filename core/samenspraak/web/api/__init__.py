"""The REST API under ``/api/v1``, for family apps and partners, described as OpenAPI 3.1 (ADR 0043).

Each module holds the routes of one subject: parse, call one service, answer. What all have in common lies
in ``routes`` (who may call, with what), ``problems`` (one shape for everything that goes wrong) and
``shapes`` (what goes in and out).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from flask import Flask

from samenspraak.bootstrap import Application
from samenspraak.web.api import (
    accounts,
    agreements,
    browsers,
    connectors,
    consents,
    documentation,
    endpoints,
    events,
    explanations,
    failures,
    me,
    occurrences,
    people,
    plans,
    problems,
    programs,
    questions,
    requests,
    reviews,
    statements,
    today,
)
from samenspraak.web.api.shapes import SchemaPlugin
from samenspraak.web.limits import Limits

PREFIX = "/api/v1"
_CREDENTIAL = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, or an access token: of `/oauth/token`, or of where people sign in.",
}


def register(
    app: Flask,
    application: Application,
    limits: Limits,
    still: Callable[[str], AbstractContextManager[object]],
) -> None:
    """Add the API and its documentation to the web application."""
    app.config |= {
        "API_TITLE": "Samenspraak",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": PREFIX,
        "OPENAPI_JSON_PATH": "openapi.json",
    }
    api = problems.ProblemApi(spec_kwargs={"marshmallow_plugin": SchemaPlugin()})
    api.init_app(app)
    api.spec.components.security_scheme("credential", _CREDENTIAL)
    subjects = (
        me.routes(application.hub),
        agreements.routes(application.hub),
        statements.routes(application.hub),
        occurrences.routes(application.hub),
        today.routes(application.hub),
        reviews.routes(application.hub),
        explanations.routes(application.hub),
        people.routes(application.hub),
        consents.routes(application.hub),
        questions.routes(application.hub),
        connectors.routes(application),
        failures.routes(application.hub),
        plans.routes(application.hub, still),
        events.routes(application.hub),
        endpoints.routes(application.hub, application.connected),
        programs.routes(application.hub),
        accounts.routes(application.hub),
    )
    for routes in subjects:
        requests.guard(routes, application.hub, limits)
        api.register_blueprint(routes, url_prefix=PREFIX)
    newcomers = me.for_newcomers(application.hub, limits)
    requests.open_to_newcomers(newcomers)
    api.register_blueprint(newcomers, url_prefix=PREFIX)
    app.register_blueprint(documentation.blueprint(PREFIX))
    browsers.let_in(app, PREFIX, application.settings.web.app_origins)
