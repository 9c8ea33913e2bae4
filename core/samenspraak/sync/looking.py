"""Looking at one object in another system, under the lease and with permission for each request."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property

from samenspraak.connectors.calls import Call
from samenspraak.connectors.looks import Absent, Found, Look, Reading, Unseen
from samenspraak.domain.units import Units
from samenspraak.errors import InvalidRecordError, StaleError
from samenspraak.policy.state import ConnectorState, NotSeen, NotThere, Theirs, Unreadable
from samenspraak.store.records import LinkRecord, RemoteRecord
from samenspraak.store.unit_of_work import UnitOfWork
from samenspraak.sync.hub import Hub
from samenspraak.sync.sides import page_mark, seen_units, there_of
from samenspraak.sync.snapshot import Snapshot

_TAKES_BACK = (ConnectorState.STOPPED,)
"""In these states nothing is heard; only what must be taken back still goes there."""


@dataclass(frozen=True, kw_only=True)
class View:
    """One object at this moment: what we know of it, what was found, and what that says."""

    snapshot: Snapshot
    part: str
    remote: RemoteRecord | None
    theirs: Theirs
    found: Found | None = None
    reading: Reading | None = None

    @cached_property
    def then(self) -> Units:
        """What the object said when each unit was last decided on."""
        return {} if self.remote is None else seen_units(self.snapshot, self.remote)


class Lease:
    """The right to work on one link, held by fence; lost as soon as another worker takes over."""

    def __init__(self, hub: Hub, organisation: str, link: LinkRecord) -> None:
        self._hub = hub
        self._organisation = organisation
        self.link = link
        self.has_asked = False
        """Whether a request to the system of this link left."""

    def hold(self, uow: UnitOfWork) -> LinkRecord:
        """Renew the lease inside this transaction; gives the link as it is now.

        Raises:
            StaleError: another worker has the link; nothing may be committed.
        """
        until = self._hub.now() + self._hub.pace.lease
        link = uow.links.hold(self.link.id, self.link.fence, until)
        if link is None:
            raise StaleError(f"Link {self.link.id}: another worker has taken over.")
        return link

    def permit(self, snapshot: Snapshot, *, retraction: bool) -> None:
        """The last step before the socket: nothing leaves on what has changed since it was decided."""
        with self._hub.store.read(self._organisation) as uow:
            link = uow.links.standing(self.link.id, snapshot.record.agreement.client_id)
        if link.fence != self.link.fence:
            raise StaleError(f"Link {self.link.id}: another worker has taken over.")
        if link.state is not snapshot.system.state and not (retraction and link.state in _TAKES_BACK):
            raise StaleError(f"Link {self.link.id}: its system was paused or stopped since this was planned.")
        moved = (link.epoch, link.members) != (snapshot.epoch, snapshot.link.members)
        if moved and not retraction:
            raise StaleError(f"Link {self.link.id}: consent or readers changed since this was planned.")

    def call(self, snapshot: Snapshot, *, retraction: bool = False) -> Call:
        """What the connector may use now, asking for permission before each request."""

        def permit() -> None:
            self.permit(snapshot, retraction=retraction)
            self.has_asked = True

        return self._hub.connected.call(
            self._organisation, snapshot.system.id, permit=permit, known=snapshot.system
        )


class Looker:
    """Fetches each object once per reconcile, unless it was written in between."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._looks: dict[str, Look] = {}
        self._sure: set[str] = set()

    def forget(self, remote: RemoteRecord) -> None:
        self._looks.pop(remote.id, None)
        self._sure.discard(remote.id)

    def show(self, remote: RemoteRecord, look: Look) -> None:
        """Take what showed that a write landed, or did not, as the look."""
        self._looks[remote.id] = look
        self._sure.add(remote.id)

    def is_sure(self, view: View) -> bool:
        """Whether the look proves anything: a replica may be behind a write of ours or theirs for a while."""
        remote = view.remote
        if remote is None or remote.written_at is None or remote.id not in self._looks:
            return True
        lag = timedelta(seconds=view.snapshot.capabilities.lag_s)
        known = view.found is not None and page_mark(view.snapshot.connector, view.found) == remote.page_mark
        return known or remote.id in self._sure or view.snapshot.now >= remote.written_at + lag

    def is_at_hand(self, snapshot: Snapshot, part: str) -> bool:
        """Whether the object of this part can be viewed without asking for it."""
        remote = next(iter(snapshot.of_part(part)), None)
        if remote is None or remote.external_id is None or remote.id in self._looks:
            return True
        return not _may_look(snapshot, remote)

    def fetch(self, snapshot: Snapshot, remote: RemoteRecord) -> Look:
        if remote.external_id is None:
            return Unseen(external_id="", why="not made yet")
        if remote.id not in self._looks:
            call = self._lease.call(snapshot)
            self._looks[remote.id] = snapshot.connector.fetch(call, remote.external_id)
        return self._looks[remote.id]

    def view(self, snapshot: Snapshot, part: str) -> View:
        """The object of this part as it is now, or why it cannot be looked at."""
        remotes = snapshot.of_part(part)
        remote = remotes[0] if remotes else None
        view = View(snapshot=snapshot, part=part, remote=remote, theirs=NotThere())
        if remote is None:
            return view
        if not _may_look(snapshot, remote):
            return replace(view, theirs=NotSeen(why="not looked"))
        return view if remote.external_id is None else self._seen(view, remote)

    def _seen(self, view: View, remote: RemoteRecord) -> View:
        look = self.fetch(view.snapshot, remote)
        if isinstance(look, Absent):
            return view
        if isinstance(look, Unseen):
            return replace(view, theirs=NotSeen(why=look.why, missing=look.missing))
        try:
            reading = view.snapshot.connector.get(look.raw, view.snapshot.directory)
        except InvalidRecordError as error:
            return replace(view, theirs=Unreadable(field=error.field), found=look)
        there = there_of(view.snapshot, reading, look, remote)
        return replace(view, theirs=there, found=look, reading=reading)


def _may_look(snapshot: Snapshot, remote: RemoteRecord) -> bool:
    """A paused system is not called, one that was stopped only to take back; nor while a write is open."""
    state = snapshot.system.state
    open_write = remote.intent is not None and not remote.intent.waiting
    takes_back = state in _TAKES_BACK and not snapshot.shape
    return (state.listens or takes_back) and not open_write
