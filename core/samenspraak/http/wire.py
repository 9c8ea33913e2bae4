"""The wire: one connection per thread, to a judged address, with a clock in the socket itself.

Timeouts of requests and urllib3 bound the silence between two bytes, not a call: one byte per second goes
on for ever. Here every receive and send first asks how much of the total time is left. No second thread
has to close the socket, so none can close a descriptor that belongs to another connection by then, and TLS
never has its socket shut under it (Python's ``SSLSocket`` would go on to read ciphertext as if it were the
body).

Permission is asked after the connection stands and before the first byte of the request, the latest moment
there is. So whether a request may have left is known here, not guessed from an exception.

Only the adapter of requests is used, not its ``Session``: that reads proxies and passwords from the
environment, keeps cookies, and reads the body of a redirect without bound even when it does not follow it.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.errors import MultipartInvariantViolationDefect, StartBoundaryNotFoundDefect
from typing import IO, TYPE_CHECKING, Any, cast

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError

from samenspraak.http.guard import Guard, Origin
from samenspraak.http.limits import Limits

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

_ADDRESSES_TRIED = 4
_OF_THE_BODY = (StartBoundaryNotFoundDefect, MultipartInvariantViolationDefect)
"""What the header parser misses for lack of a body."""


class OutOfTimeError(TimeoutError):
    """The total time of a request is over."""


class _WholeLines:
    """Reads the head of an answer. The standard library takes a head that was cut off for a whole one."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.close = source.close

    def readline(self, limit: int = -1) -> bytes:
        line = self._source.readline(limit)
        if not line.endswith(b"\n") and len(line) != limit:
            raise http.client.IncompleteRead(line)
        return line


class _Response(http.client.HTTPResponse):
    def begin(self) -> None:
        source = self.fp
        self.fp = cast(io.BufferedReader, _WholeLines(source))
        try:
            super().begin()
        finally:
            if not self.isclosed():
                self.fp = source
        if any(not isinstance(defect, _OF_THE_BODY) for defect in self.msg.defects):
            raise http.client.HTTPException("a header cannot be read")


@dataclass(kw_only=True)
class Exchange:
    """One request on its way: until when, who must still agree, and how far it got.

    ``deadline`` is in seconds of ``monotonic``. ``on_wire``: our own connection has taken it.
    ``left_at``: by ``clock``, the moment from which the other side may have seen it; None: it has not.
    ``stopped_by``: what a permit raised.
    """

    limits: Limits
    deadline: float
    monotonic: Callable[[], float]
    clock: Callable[[], float]
    permits: tuple[Callable[[], None], ...] = ()
    on_wire: bool = False
    left_at: float | None = None
    stopped_by: BaseException | None = None

    def seconds(self, at_most: float) -> float:
        """How long the next step may take; :class:`OutOfTimeError` when there is no time left."""
        left = self.deadline - self.monotonic()
        if left <= 0:
            raise OutOfTimeError
        return min(left, at_most)

    def check_time(self) -> None:
        """:class:`OutOfTimeError` when there is no time left."""
        self.seconds(0.0)

    def leave(self) -> None:
        """Ask everybody who may still stop the request; after this it counts as sent."""
        try:
            for permit in self.permits:
                permit()
        except BaseException as stop:
            self.stopped_by = stop
            raise
        self.check_time()
        self.left_at = self.clock()


class BoundedSocket(socket.socket):
    """A socket that never waits beyond its exchange."""

    exchange: Exchange | None = None

    def _bound(self) -> None:
        if self.exchange is not None:
            self.settimeout(self.exchange.seconds(self.exchange.limits.read_seconds))

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        self._bound()
        return super().recv_into(buffer, nbytes or 0, flags)

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        self._bound()
        return super().send(data, flags)

    def sendall(self, data: ReadableBuffer, flags: int = 0) -> None:
        self._bound()
        super().sendall(data, flags)


class BoundedTlsSocket(BoundedSocket, ssl.SSLSocket):
    """The same under TLS; made by the context of :mod:`samenspraak.http.tls`."""

    def send(self, data: ReadableBuffer, flags: int = 0) -> int:
        """As without TLS, a peer that hung up breaks the pipe; urllib3 then reads why it did."""
        try:
            return super().send(data, flags)
        except ssl.SSLEOFError:
            raise BrokenPipeError from None


@dataclass(kw_only=True)
class Route:
    """What the connections of one thread share with their :class:`Line`, and nothing that holds them.

    urllib3 keeps every pooled connection alive as long as its pool lives, so a connection that could reach
    its own pool would keep both for ever.
    """

    origin: Origin
    guard: Guard
    limits: Limits
    monotonic: Callable[[], float]
    exchange: Exchange | None = None
    idle_since: float = 0.0

    @property
    def current(self) -> Exchange:
        if self.exchange is None:
            raise RuntimeError("a connection was used outside an exchange")
        self.exchange.on_wire = True
        return self.exchange


class _Connection(HTTPConnection):
    response_class = _Response

    def __init__(self, *args: Any, route: Route, **options: Any) -> None:
        super().__init__(*args, **options)
        self._route = route

    def _new_conn(self) -> socket.socket:
        """Connect to a judged address. The name stays this connection's host, so TLS verifies the name."""
        exchange = self._route.current
        try:
            addresses = self._route.guard.addresses(self._route.origin)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        failure: OSError | None = None
        for address in addresses[:_ADDRESSES_TRIED]:
            try:
                return _connect(address, self._route.origin.port, exchange)
            except OSError as error:
                failure = error
        raise NewConnectionError(self, "none of its addresses could be reached") from failure

    @property
    def is_connected(self) -> bool:
        rested = self._route.monotonic() - self._route.idle_since
        return rested < self._route.limits.idle_seconds and super().is_connected

    def request(self, *args: Any, **options: Any) -> None:
        if self.sock is None:
            self.connect()
        exchange = self._route.current
        cast(BoundedSocket, self.sock).exchange = exchange
        exchange.leave()
        super().request(*args, **options)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _connect(address: str, port: int, exchange: Exchange) -> socket.socket:
    sock = BoundedSocket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(exchange.seconds(exchange.limits.connect_seconds))
        sock.connect((address, port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(exchange.seconds(exchange.limits.connect_seconds))  # the TLS handshake inherits this
    except BaseException:
        sock.close()
        raise
    return sock


class _Adapter(HTTPAdapter):
    """Sends everything over one pool, whatever host a URL names."""

    def __init__(self, pool: HTTPConnectionPool) -> None:
        super().__init__(max_retries=0)
        self._pool = pool

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        verify: bool | str | None,
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> HTTPConnectionPool:
        return self._pool

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Trust was settled when the pool got its TLS context."""

    def close(self) -> None:
        super().close()
        self._pool.close()


class Line:
    """One thread's way to one system: a single connection, kept open between requests."""

    def __init__(
        self,
        *,
        origin: Origin,
        guard: Guard,
        limits: Limits,
        context: ssl.SSLContext | None,
        monotonic: Callable[[], float],
    ) -> None:
        self._route = Route(origin=origin, guard=guard, limits=limits, monotonic=monotonic)
        where: dict[str, Any] = {"host": origin.host, "port": origin.port, "route": self._route}
        self._adapter = _Adapter(
            _Pool(**where) if context is None else _TlsPool(ssl_context=context, **where)
        )

    @contextlib.contextmanager
    def carries(self, request: requests.PreparedRequest, exchange: Exchange) -> Iterator[requests.Response]:
        """The answer's head, its body still to be read inside. Unread, the connection is closed after it."""
        self._route.exchange = exchange
        limits = exchange.limits
        try:
            response = self._adapter.send(
                request, stream=True, timeout=(limits.connect_seconds, limits.read_seconds), proxies={}
            )
            with contextlib.closing(response):
                yield response
        finally:
            self._route.exchange = None
            self._route.idle_since = self._route.monotonic()

    def close(self) -> None:
        self._adapter.close()


class Lines:
    """A line for each thread that asks."""

    def __init__(self, make: Callable[[], Line]) -> None:
        self._make = make
        self._changing = threading.Lock()
        self._by_thread = threading.local()
        self._all: weakref.WeakSet[Line] = weakref.WeakSet()

    def mine(self) -> Line:
        by_thread = self._by_thread
        line: Line | None = getattr(by_thread, "line", None)
        if line is None:
            line = by_thread.line = self._make()
            with self._changing:
                self._all.add(line)
        return line

    def close(self) -> None:
        """Every thread begins with a new line after this."""
        with self._changing:
            lines, self._all, self._by_thread = list(self._all), weakref.WeakSet(), threading.local()
        for line in lines:
            line.close()
