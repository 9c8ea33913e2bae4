"""Which pages of others may call the API from a browser (CORS): those of the apps in the settings."""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, Response, request

from samenspraak.web.api.routes import READER

_HOUR = 3600
_THEY_SEND = (
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "traceparent",
    READER,
)
_THEY_READ = ("ETag", "Location", "RateLimit-Remaining", "Retry-After", "traceparent")


def let_in(app: Flask, prefix: str, origins: Collection[str]) -> None:
    """Answer the question that a browser asks before it sends something, and say who may read the answer.

    A credential is never sent by the browser itself: there are no cookies here.
    """

    def allow(response: Response) -> Response:
        origin = request.headers.get("Origin", "")
        if request.path.startswith(f"{prefix}/"):
            response.headers.add("Vary", "Origin")
            if origin in origins:
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
                response.headers["Access-Control-Allow-Headers"] = ", ".join(_THEY_SEND)
                response.headers["Access-Control-Expose-Headers"] = ", ".join(_THEY_READ)
                response.headers["Access-Control-Max-Age"] = str(_HOUR)
        return response

    app.after_request(allow)
