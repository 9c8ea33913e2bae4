"""A proxy between a connector and its sandbox that does to connections what networks do.

It passes HTTP/1.1 on until it is told to strike::

    with sandbox.running() as url, Proxy(url).running() as address:
        proxy.strike(Trouble.LOST, on=lambda request: request.method == "POST")

Beside the faults of a sandbox (which know what a request means) these happen below HTTP: a connection is
refused, reset or cut off, an answer never comes or comes byte by byte, a request arrives twice.
"""

from __future__ import annotations

import contextlib
import http.client
import http.server
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing resets the connection
_LONGEST_SECONDS = 20.0
_DRIP_SECONDS = 0.05
_OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


class Trouble(StrEnum):
    """What goes wrong. *Applied*: the system got the request, and did what it asks."""

    REFUSED = "refused"
    """Nobody listens, until it is calm again."""
    RESET = "reset"
    """The connection is reset before the request is passed on."""
    LOST = "lost"
    """Applied; the connection is reset instead of an answer."""
    CUT_OFF = "cut off"
    """Applied; of the body that was announced the last half is missing."""
    CUT_SHORT = "cut short"
    """Applied; half of the body, and nothing says that there is more."""
    HEADLESS = "headless"
    """Applied; the answer ends within its headers."""
    SILENT = "silent"
    """Not applied; nothing comes, and the connection stays."""
    MUTE = "mute"
    """Applied; nothing comes, and the connection stays."""
    DRIP = "drip"
    """Applied; the answer comes byte by byte."""
    GARBAGE = "garbage"
    """Not applied; what comes is no HTTP."""
    UNAVAILABLE = "unavailable"
    """Not applied; 503, to be tried again a second later."""
    FAULTY = "faulty"
    """Applied; something on the way answers 502."""
    THROTTLED = "throttled"
    """Not applied; 429, to be tried again a second later."""
    PAGE = "page"
    """Not applied; a web page with status 200, as a firewall shows."""
    TWICE = "twice"
    """Applied two times; the answer is that of the first."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request on its way. ``path`` is with its query."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the system answered."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def head(self, *, length: bool = True) -> bytes:
        lines = [
            f"HTTP/1.1 {self.status} {self.reason}",
            *(f"{name}: {value}" for name, value in self.headers),
        ]
        lines += [f"Content-Length: {len(self.body)}"] if length else ["Connection: close"]
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")


def _own(status: int, reason: str, *headers: tuple[str, str], body: bytes = b"") -> Reply:
    return Reply(status=status, reason=reason, headers=headers, body=body)


_WAIT = ("Retry-After", "1")
_UNAVAILABLE = _own(503, "Service Unavailable", _WAIT)
_FAULTY = _own(502, "Bad Gateway")
_THROTTLED = _own(429, "Too Many Requests", _WAIT)
_PAGE = _own(200, "OK", ("Content-Type", "text/html"), body=b"<html><title>Inloggen</title></html>")


class Proxy:
    """Between one address and whoever speaks to it. Any thread may strike and calm.

    ``struck``: how many requests met trouble.
    """

    def __init__(self, upstream: str) -> None:
        where = urlsplit(upstream)
        self._upstream = (where.hostname or "", where.port or 80)
        self._port = 0
        self._server: _Server | None = None
        self._changing = threading.Lock()
        self._trouble: Trouble | None = None
        self._on: Callable[[Request], bool] = _any
        self._left: int | None = None
        self.struck = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Serve in threads; yields the address to speak to, without a slash at the end."""
        self._listen()
        try:
            yield f"http://127.0.0.1:{self._port}"
        finally:
            self._hang_up()

    def strike(
        self, trouble: Trouble, *, on: Callable[[Request], bool] | None = None, times: int | None = 1
    ) -> None:
        """Trouble for the next requests of this kind; ``times`` None: until it is calm."""
        with self._changing:
            self._trouble, self._on, self._left = trouble, on or _any, times
        if trouble is Trouble.REFUSED:
            self._hang_up()

    def calm(self) -> None:
        """Everything passes from now on."""
        with self._changing:
            self._trouble = None
        if self._server is None:
            self._listen()

    def meets(self, request: Request) -> Trouble | None:
        """What this request meets."""
        with self._changing:
            if self._trouble is None or self._left == 0 or not self._on(request):
                return None
            self._left = None if self._left is None else self._left - 1
            self.struck += 1
            return self._trouble

    def passed_on(self, request: Request) -> Reply:
        """What the system answers."""
        line = http.client.HTTPConnection(*self._upstream, timeout=_LONGEST_SECONDS)
        with contextlib.closing(line):
            line.request(request.method, request.path, request.body or None, dict(request.headers))
            answer = line.getresponse()
            return Reply(
                status=answer.status,
                reason=answer.reason,
                headers=_without_connection(answer.getheaders()),
                body=answer.read(),
            )

    def _listen(self) -> None:
        self._server = _Server(("127.0.0.1", self._port), self)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="proxy", daemon=True).start()

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], proxy: Proxy) -> None:
        self.proxy = proxy
        self.lines: set[socket.socket] = set()
        super().__init__(address, _Line)

    def get_request(self) -> tuple[socket.socket, Any]:
        line, address = super().get_request()
        self.lines.add(line)
        return line, address

    def shutdown_request(self, request: Any) -> None:
        """Close at once: a polite end would come before a reset."""
        self.lines.discard(request)
        self.close_request(request)

    def server_close(self) -> None:
        super().server_close()
        for line in list(self.lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever gave up waiting is no news."""


class _Line(http.server.BaseHTTPRequestHandler):
    """One connection to us."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, format: str, *args: Any) -> None:
        """Tell nobody."""

    def _relay(self) -> None:
        request = Request(
            method=self.command,
            path=self.path,
            headers=dict(_without_connection(self.headers.items())),
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        trouble = self.server.proxy.meets(request)
        if trouble is None:
            self._answer(self.server.proxy.passed_on(request))
        else:
            _TROUBLES[trouble](self, request)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _relay  # noqa: N815  # as they are called there

    def _applied(self, request: Request) -> Reply:
        return self.server.proxy.passed_on(request)

    def _answer(self, reply: Reply) -> None:
        self.wfile.write(reply.head() + (b"" if self.command == "HEAD" else reply.body))

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
        self.close_connection = True

    def _ends_with(self, content: bytes) -> None:
        self.wfile.write(content)
        self.close_connection = True

    def _stays(self) -> None:
        """Until the other side hangs up."""
        select.select([self.connection], [], [], _LONGEST_SECONDS)
        self.close_connection = True

    def _drips(self, reply: Reply) -> None:
        for byte in reply.head() + reply.body:
            self.wfile.write(bytes([byte]))
            time.sleep(_DRIP_SECONDS)

    def _cut_short(self, reply: Reply) -> None:
        self._ends_with(reply.head(length=False) + reply.body[: len(reply.body) // 2])

    def _headless(self, reply: Reply) -> None:
        head = reply.head()
        self._ends_with(head[: len(head) // 2])

    def _lost(self, request: Request) -> None:
        self._applied(request)
        self._reset()

    def _mute(self, request: Request) -> None:
        self._applied(request)
        self._stays()

    def _faulty(self, request: Request) -> None:
        self._applied(request)
        self._answer(_FAULTY)

    def _cut_off(self, request: Request) -> None:
        reply = self._applied(request)
        self._ends_with(reply.head() + reply.body[: len(reply.body) // 2])

    def _twice(self, request: Request) -> None:
        first = self._applied(request)
        self._applied(request)
        self._answer(first)


_TROUBLES: Mapping[Trouble, Callable[[_Line, Request], None]] = {
    Trouble.REFUSED: lambda line, _: line._reset(),
    Trouble.RESET: lambda line, _: line._reset(),
    Trouble.LOST: _Line._lost,
    Trouble.CUT_OFF: _Line._cut_off,
    Trouble.CUT_SHORT: lambda line, request: line._cut_short(line._applied(request)),
    Trouble.HEADLESS: lambda line, request: line._headless(line._applied(request)),
    Trouble.SILENT: lambda line, _: line._stays(),
    Trouble.MUTE: _Line._mute,
    Trouble.DRIP: lambda line, request: line._drips(line._applied(request)),
    Trouble.GARBAGE: lambda line, _: line._ends_with(b"\x00\x16\x03 neen\r\n\r\n"),
    Trouble.UNAVAILABLE: lambda line, _: line._answer(_UNAVAILABLE),
    Trouble.FAULTY: _Line._faulty,
    Trouble.THROTTLED: lambda line, _: line._answer(_THROTTLED),
    Trouble.PAGE: lambda line, _: line._answer(_PAGE),
    Trouble.TWICE: _Line._twice,
}


def _any(_: Request) -> bool:
    return True


def _without_connection(headers: Any) -> tuple[tuple[str, str], ...]:
    """The headers that are about the message and not about one connection."""
    return tuple((name, value) for name, value in headers if name.lower() not in _OF_ONE_CONNECTION)
