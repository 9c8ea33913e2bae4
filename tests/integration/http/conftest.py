"""A server that misbehaves on purpose, below the level where a web framework would put it right."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from authority import Authority, made_in

from samenspraak.http import HttpClient

Script = Callable[["Peer"], None]


def answer(
    body: bytes = b'{"ok": true}', *more: bytes, status: bytes = b"200 OK", kind: bytes = b"application/json"
) -> bytes:
    """A well-formed answer; ``more`` are header lines, and one with a length replaces the right one."""
    head = [b"HTTP/1.1 " + status, b"Content-Type: " + kind, *more]
    if not any(line.lower().startswith((b"content-length", b"transfer-encoding")) for line in more):
        head.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(head) + b"\r\n\r\n" + body


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, server: Server) -> None:
        self.sock = sock
        self.server = server

    def request(self) -> bytes:
        """The next request, head and body; ConnectionError when there is none."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        length = int(lengths[0].partition(b":")[2]) if lengths else 0
        while len(body) < length:
            body += self._more()
        self.server.requests.append(head + b"\r\n\r\n" + body)
        return self.server.requests[-1]

    def _more(self) -> bytes:
        data = self.sock.recv(2**16)
        if not data:
            raise ConnectionError
        return data

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def wait(self, seconds: float) -> None:
        """Time passes, unless the test is over."""
        if self.server.over.wait(seconds):
            raise ConnectionError

    def reset(self) -> None:
        """Break the connection off with RST, as a crashing or filtering machine does."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


def behave(peer: Peer) -> None:
    """What a healthy server does: answer every request, keep the connection."""
    while True:
        peer.request()
        peer.send(answer())


class Server:
    """Plays one script per connection, in order; after the last one it behaves.

    ``requests``: what arrived, in full · ``connections``, ``closed``: how many were made and have ended.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.context = context
        self.requests: list[bytes] = []
        self.connections = 0
        self.closed = 0
        self.over = threading.Event()
        self._open: set[socket.socket] = set()
        self._scripts: deque[Script] = deque()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.origin = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def plays(self, *scripts: Script) -> None:
        self._scripts.extend(scripts)

    def stop(self) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                script = self._scripts.popleft() if self._scripts else behave
                thread = threading.Thread(target=self._serve, args=(sock, script))
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket, script: Script) -> None:
        with contextlib.suppress(OSError):
            sock.settimeout(10)
            if self.context is not None:
                with sock as plain:
                    sock = self.context.wrap_socket(plain, server_side=True)
            self._open.add(sock)
            with sock:
                script(Peer(sock, self))
        self._open.discard(sock)
        self.closed += 1


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def client_of() -> Iterator[Callable[..., HttpClient]]:
    """Makes clients of a plain server; all are closed at the end."""
    made: list[HttpClient] = []

    def make(server: Server, **options: Any) -> HttpClient:
        address = {"base_url": f"{server.origin}/api", "open_origins": frozenset({server.origin})}
        made.append(HttpClient(connector_id="app-1", **(address | options)))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return made_in(tmp_path_factory.mktemp("authority"))
