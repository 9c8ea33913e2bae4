"""The base of every sandbox: a small server that behaves like a real system, with faults on request.

A connector ships ``<package>/sandbox.py`` with ``create(mode) -> Sandbox``. It imitates the system from
its public documentation and imports nothing of its plugin, so that connector and sandbox cannot share
one misreading. Demo, kit and tests start it either as a process
(``python -m samenspraak.sandbox samenspraak_memory``) or in a thread (``with sandbox.running() as url``).

Beside the routes of the imitated system each sandbox answers under ``/_sandbox/``:

========================  ==========================================================================
``GET  log``              the requests seen, oldest first (a list of :class:`Seen`)
``POST faults``           add a fault (the members of :class:`Fault`); answers its id
``DELETE faults``         remove all faults, let held answers go
``GET  held``             how many answers a ``hold`` fault keeps back at this moment
``GET  readable/PERSON``  every text that this person can read here now
``GET  live``             how many live objects carry which marker of ours: ``{marker: n}``
``POST act``              what a person does in this system, by name: ``{"act": …, …}``
========================  ==========================================================================
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Literal, Protocol, cast

import simplejson
from flask import Flask, Response, abort, g, jsonify, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

Mode = Literal["strict", "quirky"]
FaultKind = Literal[
    "down", "lose", "hold", "status", "html", "stall", "truncate", "repeat", "flood", "elsewhere"
]
Act = Callable[..., Any]

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong.

    ``kind``: ``down`` closes the connection before anything happens · ``lose`` applies the request and
    closes the connection without an answer · ``hold`` applies it and keeps the answer back until the
    faults are removed · ``status`` answers ``status`` with ``headers`` and ``body`` without applying ·
    ``html`` answers a login page with status 200 · ``stall`` waits ``seconds`` first · ``truncate`` cuts
    the body in half · ``repeat`` answers each reading of a path as it answered the first one, so that paging
    goes round in circles · ``flood`` puts ``size`` blanks behind the answer, which says what it said ·
    ``elsewhere`` names ``host`` wherever the answer names this server, as a link that leads astray.
    ``method`` and ``path`` are regular expressions that must match whole; ``writes`` strikes only what
    changes data here. ``times`` limits how often it strikes (None: until removed), ``skip`` lets that many
    pass first.
    """

    kind: FaultKind
    method: str = ".*"
    path: str = ".*"
    writes: bool = False
    times: int | None = None
    skip: int = 0
    status: int = 503
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    seconds: float = 0.0
    size: int = 0
    host: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One request as the sandbox saw it. ``at``: seconds since the epoch, when it arrived."""

    method: str
    path: str
    status: int | None
    write: bool
    at: float
    fault: FaultKind | None


@dataclass(kw_only=True)
class _Armed:
    fault: Fault
    left: int | None
    skip: int


class _ExactNumbers(DefaultJSONProvider):
    """JSON in which 1.50 stays 1.50, as a server of care data keeps it."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        options = {"default": self.default, "ensure_ascii": self.ensure_ascii, "sort_keys": self.sort_keys}
        return simplejson.dumps(obj, **{**options, **kwargs})

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return json.loads(s, **{"parse_float": Decimal, **kwargs})


class _Silent(WSGIRequestHandler):
    """Writes no line per request to standard error; ``/_sandbox/log`` has them."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Tell nobody."""


class Sandbox:
    """A Flask application with faults, a request log and the acts a person can do in that system.

    A subclass adds its routes to :attr:`app` in ``__init__``, guards its data with :attr:`lock`,
    lists what people do there in :meth:`acts`, and says what a person can read in :meth:`readable`.
    :meth:`is_write` narrows what counts as a write in the log, for systems where reading is a POST.
    ``most_at_once``: how many requests were at work together, at most · ``clock``: the time there, in
    seconds since the epoch; whoever moves the hub's time moves it along · ``tls``: it talks over TLS, as this
    says; for a test that shows a certificate.
    """

    name: ClassVar[str] = "sandbox"
    apart: ClassVar[tuple[str, ...]] = ("/_sandbox/",)
    """Paths that are not the imitated system itself: without faults, and not in the log."""

    def __init__(self, mode: Mode = "strict") -> None:
        self.mode = mode
        self.lock = threading.RLock()
        self.app = Flask(f"samenspraak.sandbox.{self.name}")
        self.app.json = _ExactNumbers(self.app)
        self._faults: list[_Armed] = []
        self._log: list[Seen] = []
        self._release = threading.Event()
        self._held = 0
        self._at_work = 0
        self.most_at_once = 0
        self.clock: Callable[[], float] = time.time
        self.tls: ssl.SSLContext | None = None
        self._first: dict[str, bytes] = {}
        self.app.before_request(self._before)
        self.app.after_request(self._after)
        self.app.teardown_request(self._done)
        self._add_control_routes()

    # What a subclass says about itself.

    def acts(self) -> Mapping[str, Act]:
        """What a person can do in this system: name → function of the JSON members."""
        return {}

    def readable(self, person: str) -> list[str]:
        """Every text that this person (by the id this system uses) can read here now."""
        raise NotImplementedError

    def live(self) -> Mapping[str, int]:
        """How many live objects carry which marker of ours; more than one is a double."""
        raise NotImplementedError

    def is_write(self, method: str, path: str) -> bool:
        """Whether a request changes data here; override where reading is also a POST."""
        return method in WRITES

    def target(self) -> str:
        """What the present request aims at, for faults and the log; override where all share one path."""
        return request.path

    # Running.

    @contextlib.contextmanager
    def running(self, port: int = 0, *, verbose: bool = False) -> Iterator[str]:
        """Serve in a thread; yields the base address, without a slash at the end.

        ``verbose``: a line per request on standard error.
        """
        server = self._server(port, verbose=verbose)
        thread = threading.Thread(
            target=server.serve_forever, args=(0.02,), name=f"sandbox-{self.name}", daemon=True
        )
        thread.start()
        try:
            yield f"{'https' if self.tls else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            self._release.set()
            server.shutdown()
            thread.join(5)
            server.server_close()

    def _server(self, port: int, *, verbose: bool) -> BaseWSGIServer:
        handler = WSGIRequestHandler if verbose else _Silent
        return make_server(
            "127.0.0.1", port, self.app, threaded=True, request_handler=handler, ssl_context=self.tls
        )

    # Faults and the log.

    def inject(self, fault: Fault) -> None:
        with self.lock:
            self._faults.append(_Armed(fault=fault, left=fault.times, skip=fault.skip))

    def clear_faults(self) -> None:
        with self.lock:
            self._faults.clear()
            self._first.clear()
            self._release.set()
            self._release = threading.Event()

    def seen(self) -> list[Seen]:
        with self.lock:
            return list(self._log)

    def writes(self) -> list[Seen]:
        """Requests that changed data here or tried to."""
        return [seen for seen in self.seen() if seen.write]

    def _strike(self, method: str, path: str) -> Fault | None:
        with self.lock:
            for armed in self._faults:
                fault = armed.fault
                if not (re.fullmatch(fault.method, method) and re.fullmatch(fault.path, path)):
                    continue
                if fault.writes and not self.is_write(method, path):
                    continue
                if armed.skip > 0:
                    armed.skip -= 1
                    continue
                if armed.left is None:
                    return fault
                if armed.left > 0:
                    armed.left -= 1
                    return fault
        return None

    def _before(self) -> Response | None:
        if request.path.startswith(self.apart):
            return None
        g.at = time.time()
        with self.lock:
            self._at_work += 1
            self.most_at_once = max(self.most_at_once, self._at_work)
        g.fault = fault = self._strike(request.method, self.target())
        if fault is None:
            return None
        if fault.kind == "down":
            return self._close(status=None)
        if fault.kind == "stall":
            time.sleep(fault.seconds)
        if fault.kind == "status":
            return Response(fault.body, status=fault.status, headers=dict(fault.headers))
        if fault.kind == "html":
            return Response("<html><title>Inloggen</title></html>", content_type="text/html")
        return None

    def _after(self, response: Response) -> Response:
        if request.path.startswith(self.apart):
            return response
        fault: Fault | None = g.get("fault")
        if fault is not None and fault.kind == "hold":
            self._hold()
        if fault is not None and fault.kind == "lose":
            return self._close(status=response.status_code)
        if fault is not None and fault.kind in _SPOILING:
            _SPOILING[fault.kind](self, fault, response)
        if not (fault is not None and fault.kind == "down"):
            self._note(response.status_code, fault)
        return response

    def _done(self, _: BaseException | None) -> None:
        if "at" in g:
            with self.lock:
                self._at_work -= 1

    def _truncate(self, fault: Fault, response: Response) -> None:
        body = response.get_data()
        response.set_data(body[: len(body) // 2])

    def _repeat(self, fault: Fault, response: Response) -> None:
        if not self.is_write(request.method, self.target()):
            with self.lock:
                response.set_data(self._first.setdefault(self.target(), response.get_data()))

    def _flood(self, fault: Fault, response: Response) -> None:
        response.set_data(response.get_data() + b" " * fault.size)

    def _elsewhere(self, fault: Fault, response: Response) -> None:
        """In links, and in headers such as ``Location``."""
        response.set_data(response.get_data().replace(request.host.encode(), fault.host.encode()))
        for name, value in list(response.headers.items()):
            response.headers[name] = value.replace(request.host, fault.host)

    def _hold(self) -> None:
        with self.lock:
            self._held += 1
            release = self._release
        release.wait()
        with self.lock:
            self._held -= 1

    def _close(self, *, status: int | None) -> Response:
        self._note(status, g.get("fault"))
        connection: socket.socket = request.environ["werkzeug.socket"]
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        return Response(status=503)

    def _note(self, status: int | None, fault: Fault | None) -> None:
        path = self.target()
        seen = Seen(
            method=request.method,
            path=path,
            status=status,
            write=self.is_write(request.method, path),
            at=g.at,
            fault=None if fault is None else fault.kind,
        )
        with self.lock:
            self._log.append(seen)

    # The control routes.

    def _add_control_routes(self) -> None:
        @self.app.get("/_sandbox/log")
        def log() -> Response:
            return jsonify([dataclasses.asdict(seen) for seen in self.seen()])

        @self.app.post("/_sandbox/faults")
        def add_fault() -> Response:
            self.inject(Fault(**json.loads(request.get_data())))
            return jsonify({})

        @self.app.delete("/_sandbox/faults")
        def remove_faults() -> Response:
            self.clear_faults()
            return jsonify({})

        @self.app.get("/_sandbox/held")
        def held() -> Response:
            with self.lock:
                return jsonify(self._held)

        @self.app.get("/_sandbox/readable/<path:person>")
        def readable(person: str) -> Response:
            with self.lock:
                return jsonify(self.readable(person))

        @self.app.get("/_sandbox/live")
        def live() -> Response:
            with self.lock:
                return jsonify(dict(self.live()))

        @self.app.post("/_sandbox/act")
        def act() -> Response:
            members = dict(request.get_json())
            known = self.acts()
            if (name := members.pop("act", None)) not in known:
                abort(400, f"known acts: {', '.join(sorted(known))}")
            with self.lock:
                return jsonify(known[name](**members))


# What a fault makes of an answer that was given.
_SPOILING: Mapping[FaultKind, Callable[[Sandbox, Fault, Response], None]] = {
    "truncate": Sandbox._truncate,
    "repeat": Sandbox._repeat,
    "flood": Sandbox._flood,
    "elsewhere": Sandbox._elsewhere,
}


# What systems that keep JSON have in common.


def merged(target: Any, patch: Any) -> Any:
    """``target`` after a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def texts(value: Any) -> Iterator[str]:
    """Every text in a JSON value, however deep, member names aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


class SandboxModule(Protocol):
    """What ``<package>/sandbox.py`` offers."""

    def create(self, mode: Mode) -> Sandbox: ...


def load(package: str, mode: Mode = "strict") -> Sandbox:
    """The sandbox of a connector package, by convention ``<package>.sandbox:create``."""
    module = cast(SandboxModule, importlib.import_module(f"{package}.sandbox"))
    return module.create(mode)
