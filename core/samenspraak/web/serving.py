"""Serving a web application from a thread, and stopping without cutting anybody off."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from waitress.server import BaseWSGIServer, create_server
from waitress.wasyncore import dispatcher

_PATIENCE_SECONDS = 5
"""How long a request that is being answered may go on after the server was told to stop."""
_GLANCE_SECONDS = 0.01


class Serving:
    """A web server in a thread of its own, from ``start`` to ``stop``; also as a context."""

    def __init__(
        self, app: Any, *, threads: int, ended: Callable[[], None] = lambda: None, **listening: Any
    ) -> None:
        """Takes the port; connections wait there until ``start``.

        Args:
            app: a WSGI application.
            threads: how many requests it answers at the same time.
            ended: told in that thread when the server stands still, also when it broke down.
            listening: where, and for whom: the options of waitress, of which ``host`` and ``port`` are two.

        Raises:
            OSError: the port is taken, or not ours to take.
        """
        self._sockets: dict[int, Any] = {}
        # select() cannot watch a file number above 1023, and one process has more files open than sockets.
        self._server = create_server(
            app, map=self._sockets, threads=threads, asyncore_use_poll=True, **listening
        )
        self._listeners: list[Any] = [
            one for one in self._sockets.values() if isinstance(one, BaseWSGIServer)
        ]
        self._ended = ended
        self._serving = False
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    @property
    def port(self) -> int:
        """The port it took; of interest when 0 was asked for."""
        return int(self._listeners[0].effective_port)

    @property
    def is_serving(self) -> bool:
        """Whether its thread watches the sockets."""
        return self._serving

    def start(self) -> None:
        """Answer from now on."""
        self._serving = True
        self._thread.start()

    def stop(self) -> None:
        """Take no more connections, finish the answers that are being made, then let the thread end.

        The sockets are closed in the thread that watches them: closed from outside they make it crash.
        """
        waiting_until = time.monotonic() + _PATIENCE_SECONDS
        self._where_they_are_watched(self._listen_no_more)
        self._server.task_dispatcher.shutdown(timeout=_PATIENCE_SECONDS)
        while self._is_sending() and time.monotonic() < waiting_until:
            time.sleep(_GLANCE_SECONDS)
        self._where_they_are_watched(self._leave)
        self._thread.join(_PATIENCE_SECONDS)
        for one in self._listeners:
            one.trigger.close()

    def __enter__(self) -> Serving:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            self._server.run()
        finally:
            self._serving = False
            self._ended()

    def _where_they_are_watched(self, act: Callable[[], object]) -> None:
        if self.is_serving:
            self._listeners[0].trigger.pull_trigger(act)
        else:
            act()

    def _connections(self) -> list[Any]:
        return [one for listener in self._listeners for one in list(listener.active_channels.values())]

    def _is_sending(self) -> bool:
        return any(one.total_outbufs_len for one in self._connections())

    def _listen_no_more(self) -> None:
        for one in self._listeners:
            dispatcher.close(one)

    def _leave(self) -> None:
        """Watch nothing any more. What wakes the thread stays open: somebody may be about to use it."""
        for one in self._connections():
            one.handle_close()
        self._sockets.clear()
