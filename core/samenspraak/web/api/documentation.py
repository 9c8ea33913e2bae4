"""The documentation of the API to read and try, from this hub alone: it needs no other site."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, send_from_directory

_PAGE = """<!doctype html>
<html lang="en">
<title>Samenspraak: API</title>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="api"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
"""
_START = """SwaggerUIBundle({ url: "openapi.json", dom_id: "#api", deepLinking: true, validatorUrl: null });
"""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}


def blueprint(prefix: str) -> Blueprint:
    """The page ``docs`` beside ``openapi.json``, and what it is made of."""
    pages = Blueprint("documentation", __name__, url_prefix=prefix)
    found = find_spec("swagger_ui")  # only its files are served; nothing of it runs here
    files = Path(found.origin).parent / "static" if found and found.origin else Path()

    @pages.get("/docs")
    def docs() -> Response:
        return Response(_PAGE, content_type="text/html; charset=utf-8", headers=_HEADERS)

    @pages.get("/docs/start.js")
    def start() -> Response:
        return Response(_START, content_type="text/javascript; charset=utf-8", headers=_HEADERS)

    @pages.get("/docs/<any('swagger-ui.css', 'swagger-ui-bundle.js'):name>")
    def file(name: str) -> Response:
        response = send_from_directory(files, name, max_age=86_400)
        response.headers.extend(_HEADERS)
        return response

    return pages
