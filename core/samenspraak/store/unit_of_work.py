"""One transaction at a time: all of it is kept, or nothing.

::

    with store.write("noorderlicht") as uow:
        record = uow.agreements.get(agreement_id)
        …
        uow.commit()

Leaving without ``commit`` undoes everything. A unit of work is never held across a call to another system:
it would keep every other writer waiting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.engine import Connection, Engine

from samenspraak.policy.priority import EDIT
from samenspraak.store.access import Access
from samenspraak.store.accounts import Accounts
from samenspraak.store.agreements import Agreements
from samenspraak.store.cipher import Cipher
from samenspraak.store.connectors import Connectors
from samenspraak.store.consents import Consents
from samenspraak.store.days import Days
from samenspraak.store.engine import copy_of, writers
from samenspraak.store.events import Events
from samenspraak.store.feeds import Feeds
from samenspraak.store.kept import Driver, kept
from samenspraak.store.links import Links
from samenspraak.store.log import Log
from samenspraak.store.news import News
from samenspraak.store.once import Once
from samenspraak.store.parties import Parties
from samenspraak.store.questions import Questions
from samenspraak.store.receipts import Receipts
from samenspraak.store.remotes import Remotes
from samenspraak.store.requests import Requests
from samenspraak.store.scope import Scope
from samenspraak.store.secrets import Secrets
from samenspraak.store.shown import Shown
from samenspraak.store.statements import Statements
from samenspraak.store.tables import organisation as organisation_table
from samenspraak.store.turns import Turns


@dataclass(frozen=True, kw_only=True)
class Woken:
    """What became due in a transaction that was committed."""

    organisation: str
    links: frozenset[str]
    remotes: frozenset[str]
    events: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.links or self.remotes or self.events)


class UnitOfWork:
    """Everything of one organisation, as of one moment."""

    writes = False

    def __init__(self, connection: Connection, organisation: str, cipher: Cipher) -> None:
        self._scope = scope = Scope(connection, organisation, cipher, writes=self.writes)
        self.organisation = organisation
        self.agreements = Agreements(scope)
        self.statements = Statements(scope)
        self.links = Links(scope)
        self.remotes = Remotes(scope)
        self.questions = Questions(scope)
        self.parties = Parties(scope)
        self.consents = Consents(scope)
        self.connectors = Connectors(scope)
        self.receipts = Receipts(scope)
        self.shown = Shown(scope)
        self.feeds = Feeds(scope)
        self.events = Events(scope)
        self.news = News(scope)
        self.secrets = Secrets(scope)
        self.requests = Requests(scope)
        self.days = Days(scope)
        self.once = Once(scope)
        self.access = Access(scope)
        self.accounts = Accounts(scope)
        self.log = Log(scope)


class WritingUnitOfWork(UnitOfWork):
    """The same, able to keep what was changed."""

    writes = True

    def __init__(
        self, connection: Connection, organisation: str, cipher: Cipher, keep: Callable[[], None]
    ) -> None:
        super().__init__(connection, organisation, cipher)
        self.is_committed = False
        self._keep = keep
        self._links: set[str] = set()
        self._remotes: set[str] = set()
        self._events: set[str] = set()

    def wake(
        self, links: Iterable[str] = (), remotes: Iterable[str] = (), events: Iterable[str] = ()
    ) -> None:
        """These are due; whoever waits for work hears it once this is committed, and not otherwise."""
        self._links.update(links)
        self._remotes.update(remotes)
        self._events.update(events)

    def is_new(self, agreement_id: str) -> None:
        """An agreement made in this transaction: nobody has a copy of it, or said or asked anything yet."""
        for about in (self.links, self.statements, self.questions, self.agreements):
            about.foresee_none(agreement_id)

    def look_at_link(self, link_id: str, priority: int = EDIT) -> None:
        """Something may have changed with a copy: look again, as soon as this is committed.

        Raises:
            NotFoundError: this organisation has no such link.
        """
        self.links.look(link_id, priority)
        self.wake(links=[link_id])

    def look_at_system(self, connector_id: str, priority: int) -> int:
        """Look again at every copy in this system; gives how many there are."""
        links = self.links.of_connector(connector_id)
        for link in links:
            self.look_at_link(link.id, priority)
        return len(links)

    def look_at_remote(self, remote_id: str) -> None:
        """Something may have changed with an object without a link: look again, likewise.

        Raises:
            NotFoundError: this organisation has no such remote.
        """
        self.remotes.look(remote_id)
        self.wake(remotes=[remote_id])

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is done inside is kept with the rest; when it fails, it alone is undone."""
        woken = set(self._links), set(self._remotes), set(self._events)
        self._scope.mark("SAVEPOINT apart")
        try:
            yield
        except Exception:  # whatever else interrupts it ends the whole unit of work
            self._links, self._remotes, self._events = woken
            self._scope.undo("ROLLBACK TO apart", "RELEASE apart")
            raise
        self._scope.mark("RELEASE apart")

    def commit(self) -> None:
        """Keep everything. Nothing more can be done with this unit of work.

        Raises:
            TransientError: it could not be kept, and nothing of it was.
        """
        self._scope.close()
        self._keep()
        self.is_committed = True

    @property
    def woken(self) -> Woken:
        return Woken(
            organisation=self.organisation,
            links=frozenset(self._links),
            remotes=frozenset(self._remotes),
            events=frozenset(self._events),
        )


@kept
def _organisations() -> Select[Any]:
    return select(organisation_table.c.organisation).order_by("organisation")


class Store:
    """The database of one hub.

    Args:
        engine: from ``engine.open_engine``, migrated.
        cipher: with the hub's key.
        clock: the time now, aware UTC.
        woken: is told what became due, after each commit that woke something, in the committing thread.
    """

    def __init__(
        self,
        engine: Engine,
        cipher: Cipher,
        clock: Callable[[], datetime],
        woken: Callable[[Woken], None] | None = None,
    ) -> None:
        self.woken = woken
        self._readers = engine
        self._writers = writers(engine)
        self._turns = Turns(self._writers)
        self._cipher = cipher
        self._clock = clock
        self._here = threading.local()

    def organisations(self) -> list[str]:
        """Every organisation of this hub; the only question that is not about one of them."""
        with self._readers.connect() as connection:
            return [row.organisation for row in Driver(connection).run(_organisations(), {}).rows]

    def add_organisation(self, organisation: str, name: str) -> None:
        """A new organisation.

        Raises:
            StaleError: there is one with this id already.
        """
        with self._writers.begin() as connection:
            values = {"organisation": organisation, "name": name, "at": self._clock()}
            connection.execute(organisation_table.insert().values(**values))

    def signing_seed(self, organisation: str, connector_id: str) -> bytes:
        """The secret half of the key with which what is told through this connector is signed."""
        return self._cipher.signing_seed(connector_id, organisation=organisation)

    @contextmanager
    def copied(self) -> Iterator[Store]:
        """All that this hub holds, in a store of its own to try things in; gone afterwards.

        Raises:
            ConfigurationError: this kind of database cannot be copied.
        """
        with copy_of(self._readers) as engine:
            yield Store(engine, self._cipher, self._clock)

    @contextmanager
    def read(self, organisation: str) -> Iterator[UnitOfWork]:
        """What the organisation has, all as of the moment of the first look; waits for nobody."""
        with self._readers.connect() as connection:
            yield UnitOfWork(connection, organisation, self._cipher)

    @contextmanager
    def write(self, organisation: str) -> Iterator[WritingUnitOfWork]:
        """The right to change what the organisation has; one writer at a time in the whole database.

        Raises:
            RuntimeError: this thread holds a writing unit of work already and would wait for itself.
            TransientError: others kept the database busy for too long.
        """
        if self.is_writing:
            raise RuntimeError("This thread already holds a writing unit of work.")
        with self._turns.take() as turn:
            uow = WritingUnitOfWork(turn.connection, organisation, self._cipher, turn.commit)
            self._here.writing = True
            try:
                yield uow
            finally:
                self._here.writing = False
                self._tell(uow)

    def _tell(self, uow: WritingUnitOfWork) -> None:
        if uow.is_committed and self.woken and uow.woken:
            self.woken(uow.woken)

    @property
    def is_writing(self) -> bool:
        """Whether this thread holds a writing unit of work: no call to another system may start now."""
        return getattr(self._here, "writing", False)
