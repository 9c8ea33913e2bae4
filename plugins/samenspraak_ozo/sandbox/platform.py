"""One write and all that follows from it: read markers, and an empty ping to every subscriber.

Source: interaction-messaging.md ("notify then pull"), technical-aaa-proxy.md ("Event publishing").
How often a ping is repeated when nobody answers is unknown; here it is sent once.
"""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

from samenspraak_ozo.sandbox import readlist
from samenspraak_ozo.sandbox.store import Resource, Store, UnknownParameterError

PING_SECONDS = 3.0


class Platform:
    """The store with the platform's own habits around it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.store = Store(clock)

    def create(self, body: Resource) -> Resource:
        return self._after(self.store.create(body))

    def update(self, body: Resource) -> Resource:
        return self._after(self.store.update(body))

    def _after(self, written: Resource) -> Resource:
        if written["resourceType"] == "Subscription" and written["status"] == "requested":
            return self.store.update({**written, "status": "active"})
        for resource in (written, *readlist.follow(self.store, written)):
            self._ping(resource)
        return written

    def _ping(self, resource: Resource) -> None:
        for subscription in self.store.search("Subscription", [("status", "active")]):
            if self._matches(str(subscription["criteria"]), resource):
                channel = subscription["channel"]
                arguments = (str(channel["endpoint"]), list(channel.get("header", [])))
                threading.Thread(target=_send, args=arguments, daemon=True).start()

    def _matches(self, criteria: str, resource: Resource) -> bool:
        kind, _, query = criteria.partition("?")
        if resource["resourceType"] != kind:
            return False
        try:
            return self.store.matches(resource, parse_qsl(query))
        except UnknownParameterError:
            return False


def _send(endpoint: str, headers: list[str]) -> None:
    parts = urlsplit(endpoint)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    lines = dict(line.split(": ", 1) for line in headers if ": " in line)
    path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    # A subscriber that does not answer costs the platform nothing.
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection = kind(parts.hostname or "", parts.port, timeout=PING_SECONDS)
        with contextlib.closing(connection):
            connection.request("POST", path, body=b"", headers=lines)
            connection.getresponse().read()
