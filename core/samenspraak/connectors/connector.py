"""What a connector is: a lens between one system's objects and the units of an agreement.

The words. A *record* is one object of the other system, kept as the raw JSON-like value it gave us. A
*marker* is our identifier on it: agreement id, and the assignment's id where one object holds one
assignment. A *token* is that system's version of the object. A *directory* translates parties.

A connector has no memory of its own beyond settings and sign-in: what it needs to know between calls the
hub keeps and hands back. It never sees a database session, and it does not retry: it raises the errors of
``samenspraak.errors`` and the hub decides.

What goes in and comes out lies beside it: what a look gives (``looks``), what is written (``writes``), what
is told either way (``notices``), and what a connector may use meanwhile (``calls``).
"""

from __future__ import annotations

import abc
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from samenspraak.connectors.calls import Call, Checked
from samenspraak.connectors.looks import Directory, Found, Look, Marker, Page, Raw, Reading
from samenspraak.connectors.manifest import Manifest
from samenspraak.connectors.notices import Delivery, Heartbeat, Hint, Inbound, Notice
from samenspraak.connectors.settings import Settings
from samenspraak.connectors.writes import Changes, End, Proposal, Subject, Written
from samenspraak.domain.units import UnitKey, UnitValue
from samenspraak.http import HttpClient, SigningKey


class Connector(abc.ABC):
    """One configured connection to one system.

    Built with its loaded settings, secrets resolved: printed, they are left out. Every method may be called
    from several threads. Everything that talks to the system takes a :class:`Call` and raises the errors of
    ``samenspraak.errors``; *forbidden* and *gone* are answers, not errors.

    ``manifest`` is of the class: what every system of this kind can do. Where that varies with the settings,
    :meth:`described` says what one of them can do, and each instance has a manifest of its own.
    """

    manifest: Manifest

    @classmethod
    def described(cls, settings: Mapping[str, Any]) -> Manifest:
        """What a system with these settings can do, secrets by reference; asked often, so it is quick.

        To be overridden where the manifest varies.

        Raises:
            ConfigurationError: the settings do not say it.
        """
        return cls.manifest

    def __init__(self, connector_id: str, settings: Mapping[str, Any]) -> None:
        self.connector_id = connector_id
        self.settings: Mapping[str, Any] = Settings(settings, self.manifest.secrets())
        self.manifest = self.described(settings)

    @abc.abstractmethod
    def http(self) -> HttpClient:
        """A client for this system, with address, sign-in and limits; called once per instance."""

    def public_keys(self) -> Sequence[SigningKey]:
        """The keys with which that system can check that it is us; none where it needs none.

        The hub shows their public halves, never the keys themselves.
        """
        return ()

    # Reading.

    @abc.abstractmethod
    def check(self, call: Call) -> Iterator[Checked]:
        """Try the connection step by step; stops after the first step that fails. Writes nothing."""

    @abc.abstractmethod
    def changes(self, call: Call, cursor: str | None) -> Iterator[Page]:
        """What changed since ``cursor`` (None: everything in the selection), page by page.

        Parties come before the records that name them, clients first. Overlap is welcome, gaps are not:
        the cursor comes from the server, never from our clock.

        Raises:
            StaleError: the server does not know this cursor any more; everything is read again.
        """

    @abc.abstractmethod
    def fetch(self, call: Call, external_id: str) -> Look:
        """One record as it is now."""

    def find(self, call: Call, marker: Marker) -> Sequence[Found]:
        """Every record that carries this marker; for ``create: findable`` and conditional creates."""
        raise NotImplementedError

    def proposal(self, call: Call, waiting: str) -> Proposal:
        """What became of a proposal; for ``write: propose``."""
        raise NotImplementedError

    # Writing.

    @abc.abstractmethod
    def create(self, call: Call, subject: Subject, raw: Raw) -> Written:
        """Make a record from what :meth:`new` and :meth:`put` built."""

    @abc.abstractmethod
    def update(self, call: Call, found: Found, raw: Raw) -> Written:
        """Replace ``found`` by ``raw``, under its token where tokens are enforced.

        Raises:
            ConflictError: somebody wrote in between.
        """

    @abc.abstractmethod
    def end(self, call: Call, found: Found, raw: Raw, how: End) -> Written:
        """End the record the way this system can; ``raw`` is what :meth:`put` made of it for this end."""

    def withdraw(self, call: Call, waiting: str) -> None:
        """Take back a proposal that still waits; for ``write: propose``."""
        raise NotImplementedError

    def deliver(self, call: Call, notice: Notice) -> Delivery:
        """Hand over a notice, now; for ``write: push`` from the hub's outbox.

        The hub decides whether and when, and repeats what failed: so the receiver can tell by its id that it
        is the same one, and what is signed is the same at every attempt.

        Raises:
            TransientError: they did not take it; it is tried again by the schedule.
        """
        raise NotImplementedError

    def heartbeat_after(self) -> timedelta | None:
        """After how much silence its subscriber is sent a :class:`Heartbeat`; None: never."""
        return None

    def beat(self, call: Call, heartbeat: Heartbeat) -> Delivery:
        """Send a sign of life, now; for connectors that say after how much silence.

        Raises:
            TransientError: they did not take it; it is not repeated, the next one comes instead.
        """
        raise NotImplementedError

    # The lens: pure.

    @abc.abstractmethod
    def new(self, subject: Subject) -> Raw:
        """An empty record about this subject, to :meth:`put` units into."""

    @abc.abstractmethod
    def get(self, raw: Raw, directory: Directory) -> Reading:
        """What the record says.

        Raises:
            InvalidRecordError: it cannot be used; the error names the field.
        """

    @abc.abstractmethod
    def put(self, raw: Raw, changes: Changes, directory: Directory) -> Raw:
        """A copy of ``raw`` that says ``changes`` and for the rest is byte for byte the same.

        Laws, checked for every connector and unit: what is set reads back as ``normal`` of it; what is
        cleared is in none of its places, retired ones included; ``put(raw, nothing) == raw``; and putting
        what ``get`` gave changes nothing.
        """

    def own(self, raw: Raw) -> Raw:
        """The members of the record that the lens reads or writes: all of it the hub ever stores."""
        return raw

    def normal(self, key: UnitKey, value: UnitValue) -> UnitValue:
        """How this system keeps a value: idempotent; may shorten or round, never drops a member."""
        return value

    # Hints.

    def hints(self, request: Inbound) -> Sequence[Hint]:
        """What a request from that system tells us.

        Where the system signs when it sent this, what is too far from ``request.at`` is refused.

        Raises:
            AuthenticationError: it cannot show that it is who it says, or not that it is of now.
            InvalidRecordError: it can, and what it says cannot be read.
        """
        raise NotImplementedError
