"""A connector whose writes people, and the network, come between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from samenspraak.connectors import Call, Connector, End, Found, Raw, Subject, Written
from samenspraak.errors import OutcomeUnknownError

Write = Callable[[Call], Written]


class Between:
    """The connector, and what happens around the next write of the hub.

    ``before``, ``after``: somebody does this then · ``late``: the answer does not come, and what was sent
    lies on the way until :meth:`arrive`.
    """

    def __init__(self, connector: Connector, call: Call) -> None:
        self._connector = connector
        self._call = call
        self.before: Callable[[], object] | None = None
        self.after: Callable[[], object] | None = None
        self.late = False
        self.waiting: list[str] = []
        self._on_the_way: list[Write] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connector, name)

    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        return self._write(call, lambda call: self._connector.create(call, subject, raw))

    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        return self._write(call, lambda call: self._connector.update(call, found, raw))

    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        return self._write(call, lambda call: self._connector.end(call, found, raw, how))

    def arrive(self) -> None:
        """What lay on the way arrives."""
        while self._on_the_way:
            self._on_the_way.pop()(self._call)

    def _write(self, call: Call, write: Write) -> Written:
        self._happens("before")
        if self.late:
            self.late = False
            self._on_the_way.append(write)
            raise OutcomeUnknownError("no answer came")
        written = write(call)
        if written.waiting is not None:
            self.waiting.append(written.waiting)
        self._happens("after")
        return written

    def _happens(self, when: str) -> None:
        act = getattr(self, when)
        setattr(self, when, None)
        if act is not None:
            act()
