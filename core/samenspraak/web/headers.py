"""What every answer asks of a browser: to run, show, tell and keep nothing but what its view allows."""

from __future__ import annotations

from flask import Flask, Response

_CLOSED = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_ONLY_ENCRYPTED = {"Strict-Transport-Security": "max-age=31536000"}
"""For a year, as soon as a browser saw it once; so only where the hub is reached that way."""


def close(app: Flask, origin: str) -> None:
    """Add them to all answers, errors included. What a view says itself stays.

    Args:
        app: the web application.
        origin: where this hub is reached from outside.
    """
    closed = _CLOSED | (_ONLY_ENCRYPTED if origin.startswith("https:") else {})

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in closed.items():
            response.headers.setdefault(name, value)
        return response
