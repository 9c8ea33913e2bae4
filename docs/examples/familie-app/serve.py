"""Serve the family app with the headers that it needs: ``python serve.py config.json``.

For trying it out, and as an example of what your own web server has to send. It needs nothing but Python.
"""

from __future__ import annotations

import argparse
import json
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent


class Files(SimpleHTTPRequestHandler):
    """The files of the app, and the configuration that was given."""

    def __init__(self, *arguments: object, config: Path, **more: object) -> None:
        self._config = config
        self._reached = sorted({_origin(url) for url in _addresses(config)})
        super().__init__(*arguments, directory=str(HERE / "app"), **more)  # type: ignore[arg-type]

    def translate_path(self, path: str) -> str:
        return str(self._config) if urlsplit(path).path == "/config.json" else super().translate_path(path)

    def end_headers(self) -> None:
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; manifest-src 'self'; "
            f"worker-src 'self'; connect-src 'self' {' '.join(self._reached)}; base-uri 'none'; "
            "form-action 'none'; frame-ancestors 'none'"
        )
        self.send_header("Content-Security-Policy", policy)
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_request(self, *_: object) -> None:
        """Nothing: on the way back from signing in the address holds a code."""


def _addresses(config: Path) -> list[str]:
    """Where the app may send anything: the hub, and where people sign in."""
    said = json.loads(config.read_text(encoding="utf-8"))
    return [said["hub"], said["issuer"]]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("config", type=Path, nargs="?", default=HERE / "app" / "config.json")
    parser.add_argument("--port", type=int, default=8090)
    asked = parser.parse_args()
    handler = partial(Files, config=asked.config.resolve())
    with ThreadingHTTPServer(("127.0.0.1", asked.port), handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
