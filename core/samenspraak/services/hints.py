"""Another system tells that something may have changed there: a hint, never data."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from samenspraak.connectors import Hint, Inbound
from samenspraak.errors import TransientError
from samenspraak.store import WritingUnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.pull import look

KNOWN_FOR = timedelta(days=7)
"""So long a notice counts once: nobody who sends again goes on longer than that."""


@dataclass(kw_only=True, eq=False)
class _Told:
    """What one notice hints at. ``done``: it is on the disk, or there is a ``failure``."""

    connector_id: str
    hints: Sequence[Hint]
    done: threading.Event = field(default_factory=threading.Event)
    failure: Exception | None = None


class Notices:
    """Takes notices from many threads, and stores those of an organisation that come together as one.

    Whoever comes first waits for its turn to write. Who comes meanwhile leaves there what it was told, and
    hears when it is on the disk: a burst costs a turn for each trip to the disk and not for each notice.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._lock = threading.Lock()
        self._waiting: dict[str, list[_Told]] = {}

    def take(self, organisation: str, connector_id: str, inbound: Inbound) -> None:
        """Verify a notice and store what it hints at; committed when this returns.

        Raises:
            NotFoundError: there is no such organisation or connector.
            NotImplementedError: that system tells nothing.
            AuthenticationError: it does not come from that system, or not now.
            InvalidRecordError: it does, and cannot be read.
            TransientError: it could not be stored, and nothing of it was.
        """
        hints = self._hub.connected.connector(organisation, connector_id).hints(inbound)
        if not hints:
            return
        told = _Told(connector_id=connector_id, hints=hints)
        with self._lock:
            others = self._waiting.setdefault(organisation, [])
            others.append(told)
            is_first = len(others) == 1
        if is_first:
            self._keep(organisation, partial(self._gathered, organisation))
        told.done.wait()
        if told.failure is not None:
            raise told.failure

    def _gathered(self, organisation: str) -> list[_Told]:
        """All that wait by now; whoever comes next is the first again."""
        with self._lock:
            return self._waiting.pop(organisation)

    def _keep(self, organisation: str, gathered: Callable[[], list[_Told]]) -> None:
        """Store them together, and say to each how it went."""
        together: list[_Told] = []
        try:
            with self._hub.store.write(organisation) as uow:
                together = gathered()
                _store(uow, self._hub, together)
                # Also when nothing is new: who told it first may be in the same transaction, and not be kept.
                uow.commit()
        except Exception as error:
            together = together or gathered()
            if len(together) > 1 and not isinstance(error, TransientError):
                for one in together:  # what is wrong with one spoils nothing for the others
                    self._keep(organisation, [one].copy)
                return
            for one in together:
                one.failure = error
        for one in together:
            one.done.set()


def _store(uow: WritingUnitOfWork, hub: Hub, together: Sequence[_Told]) -> None:
    """What is hinted several times is one look."""
    new: defaultdict[str, set[str | None]] = defaultdict(set)
    for told in together:
        hints = _new(uow, hub, told.connector_id, told.hints)
        new[told.connector_id].update(one.external_id for one in hints)
    for connector_id, objects in sorted(new.items()):
        known = uow.remotes.marks(connector_id, filter(None, objects))
        for mark in known.values():
            look(uow, mark)
        if objects - known.keys():
            # We do not know the object, or not which one: hear from the system now.
            uow.connectors.note(connector_id, poll_due_at=hub.now())


def _new(uow: WritingUnitOfWork, hub: Hub, connector_id: str, hints: Collection[Hint]) -> Iterator[Hint]:
    """What is hinted by notices that we did not take before."""
    scope, until = f"in:{connector_id}", hub.now() + KNOWN_FOR
    notices = sorted({one.notice for one in hints if one.notice})
    taken_before = {one for one in notices if not uow.once.take(scope, one, until)}
    return (one for one in hints if one.notice not in taken_before)
