"""The web application: a factory, so that nothing happens at import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from flask import Flask, Response, jsonify

from samenspraak.bootstrap import Application
from samenspraak.errors import SamenspraakError
from samenspraak.services.status import readiness
from samenspraak.web import feeds, inbound, keys


def create_app(application: Application, *, is_working: Callable[[], bool]) -> Flask:
    """The hub's web server.

    Args:
        application: what is wired.
        is_working: whether the runner looks for work.
    """
    app = Flask("samenspraak")
    app.config["MAX_CONTENT_LENGTH"] = inbound.MAX_BODY
    app.register_blueprint(inbound.blueprint(application))
    app.register_blueprint(feeds.blueprint(application))
    app.register_blueprint(keys.blueprint(application))

    @app.get("/healthz")
    def healthz() -> tuple[Response, int]:
        """Whether this process lives: its database answers and its runner looks for work."""
        parts = {"database": _answers(application), "runner": is_working()}
        return jsonify(ok=all(parts.values()), **parts), 200 if all(parts.values()) else 503

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        """Whether every system takes part and nothing waits too long for a person; numbers only."""
        found = readiness(application.hub)
        return jsonify(ready=found.ready, **asdict(found)), 200 if found.ready else 503

    return app


def _answers(application: Application) -> bool:
    try:
        application.store.organisations()
    except SamenspraakError:
        return False
    return True
