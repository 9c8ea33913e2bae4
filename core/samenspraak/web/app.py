"""The web application: a factory, so that nothing happens at import."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

import structlog
from flask import Flask, Response, g, jsonify, request

from samenspraak.bootstrap import Application
from samenspraak.errors import SamenspraakError
from samenspraak.services.status import readiness
from samenspraak.settings import Web
from samenspraak.web import api, feeds, headers, inbound, keys, oauth
from samenspraak.web.limits import Limits
from samenspraak.work.embedded import OneRunner

log = structlog.get_logger(__name__)


def create_app(
    application: Application,
    *,
    is_working: Callable[[], bool],
    still: Callable[[str], AbstractContextManager[object]] | None = None,
    limits: Limits | None = None,
) -> Flask:
    """The hub's web server.

    Args:
        application: what is wired.
        is_working: whether the runner looks for work.
        still: while the runner stands still for an organisation. Unless given there is no runner in this
            process, and whoever needs nobody at work takes the place of the one runner meanwhile.
        limits: how often one may ask; the usual unless given.
    """
    app = _Web("samenspraak")
    app.config["MAX_CONTENT_LENGTH"] = inbound.MAX_BODY
    app.register_blueprint(inbound.blueprint(application))
    app.register_blueprint(keys.blueprint(application))
    kept = limits or Limits()
    app.register_blueprint(feeds.blueprint(application, kept))
    app.register_blueprint(oauth.blueprint(application, kept))
    api.register(app, application, kept, still or (lambda _: OneRunner(application.settings.data_dir)))
    headers.close(app, application.settings.web.origin)

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


def listening(web: Web) -> dict[str, Any]:
    """Where the web server listens. Where a request came from, only the proxy that is trusted can say."""
    options: dict[str, Any] = {"host": web.host, "port": web.port}
    if web.trusted_proxy:
        options |= {
            "trusted_proxy": web.trusted_proxy,
            "trusted_proxy_headers": {"x-forwarded-for"},
            "clear_untrusted_proxy_headers": True,
        }
    return options


class _Web(Flask):
    """Says where a request crashed and under which trace, never with what."""

    def log_exception(self, exc_info: Any) -> None:
        route = str(request.url_rule or "")
        log.error("request crashed", route=route, trace=g.get("trace", ""), exc_info=exc_info)


def _answers(application: Application) -> bool:
    try:
        application.store.organisations()
    except SamenspraakError:
        return False
    return True
