"""The objects in other systems that we know of, linked or not, with what both sides held last."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from samenspraak.domain.parties import Identifier
from samenspraak.domain.units import UnitKey
from samenspraak.policy.shape import Shape
from samenspraak.policy.state import Attempt, Intent, LinkPhase, SentUnits
from samenspraak.protocols import documents
from samenspraak.store.columns import AT_ONCE
from samenspraak.store.kept import Row
from samenspraak.store.leases import Leased, releasing, waiting_until, waits_until
from samenspraak.store.records import RemoteMark, RemoteRecord, Unlinked
from samenspraak.store.scope import SOME, Scope
from samenspraak.store.tables import known_as, remote

_AS_IS = (
    *("link_id", "external_id", "part", "group_key", "phase", "token", "page_mark", "written_at"),
    *("released", "ended_by_us", "why", "why_field", "why_since", "client_there"),
)
_PLAIN: Mapping[str, Any] = {
    "base": Mapping[UnitKey, int],
    "earlier": tuple[str, ...],
}
_SEALED: Mapping[str, Any] = {
    "seen": Mapping[str, Any],
    "intent": Intent,
    "attempts": tuple[Attempt, ...],
    "refused": SentUnits,
    "held": SentUnits,
    "answered": SentUnits,
    "rewrites": Mapping[UnitKey, str],
    "unkept": tuple[str, ...],
}
_EMPTY: Mapping[str, Any] = {
    "seen": None,
    "intent": None,
    "attempts": (),
    "refused": {},
    "held": {},
    "answered": {},
    "rewrites": {},
    "unkept": (),
}


class Remotes(Leased):
    """The remotes of one organisation.

    What a remote says is saved against its ``row`` version; ``look``, ``looked``, ``next_at`` and the lease
    are changed by single statements and do not make a version, so that a hint never spoils a save.
    """

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, remote, remote.c.next_at)

    def get(self, remote_id: str) -> RemoteRecord:
        """The remote.

        Raises:
            NotFoundError: this organisation has no such remote.
        """
        return self._record(self._scope.get(remote, id=remote_id))

    def by_external(self, connector_id: str, external_id: str) -> RemoteRecord | None:
        row = self._scope.find(remote, connector_id=connector_id, external_id=external_id)
        return self._record(row) if row else None

    def of_group(self, connector_id: str, group_key: str) -> list[RemoteRecord]:
        """The objects that this system ties together as one agreement."""
        return self._all(connector_id=connector_id, group_key=group_key)

    def of_link(self, link_id: str) -> list[RemoteRecord]:
        return self._all(link_id=link_id)

    def foresee(self, link_ids: Collection[str]) -> None:
        """The objects of each of these links will be asked for one by one."""
        self._scope.foresee(remote, remote.c.id, by="link_id", among=link_ids)

    def awaited(self, connector_id: str) -> list[RemoteRecord]:
        """Those whose create left and was not answered: nobody knows yet what they are called there."""
        return self._all(connector_id=connector_id, external_id=None, intent_sealed=SOME)

    def intended(self, connector_id: str) -> list[RemoteRecord]:
        """Those with a write that is not settled."""
        return self._all(connector_id=connector_id, intent_sealed=SOME)

    def unlinked(self, connector_id: str | None = None) -> list[RemoteRecord]:
        """Those without a link: new, candidate, waiting for a person, outside the selection, set apart."""
        own = {} if connector_id is None else {"connector_id": connector_id}
        return self._all(link_id=None, **own)

    def unlinked_as(self, why: str, connector_id: str | None = None) -> list[Unlinked]:
        """Those without a link for this reason, by connector and external id, without opening any."""
        own = {} if connector_id is None else {"connector_id": connector_id}
        rows = self._scope.only(*(remote.c[name] for name in Unlinked._fields), link_id=None, why=why, **own)
        found = [Unlinked(*row) for row in rows]
        return sorted(found, key=lambda one: (one.connector_id, one.external_id or ""))

    def count_unlinked(self, why: str) -> int:
        """How many have no link for this reason."""
        return self._scope.count(remote, link_id=None, why=why)

    def marks(self, connector_id: str, external_ids: Iterable[str]) -> dict[str, RemoteMark]:
        """Those of these objects that we know, by what the connector calls them."""
        return self._marks(connector_id=connector_id, external_id=tuple(sorted(set(external_ids))))

    def live(self, connector_id: str) -> set[str]:
        """What the connector calls those whose copy is there: what a complete list should show."""
        key = {"connector_id": connector_id, "link_id": SOME, "external_id": SOME, "phase": LinkPhase.OPEN}
        return {external_id for (external_id,) in self._scope.only(remote.c.external_id, **key)}

    def external_ids(self, connector_id: str) -> dict[str, str]:
        """The ids of all remotes of a connector by what it calls them, without opening any."""
        known = self._scope.select(remote, remote.c.external_id, remote.c.id).where(
            remote.c.connector_id == connector_id, remote.c.external_id.is_not(None)
        )
        return {row.external_id: row.id for row in self._scope.rows(known)}

    def add(self, record: RemoteRecord) -> RemoteRecord:
        """Keep a new one; gives it with its row version.

        Raises:
            StaleError: the id, or its external id at this connector, is taken.
        """
        self._scope.add(
            remote,
            id=record.id,
            connector_id=record.connector_id,
            look=record.look,
            looked=record.looked,
            next_at=waits_until(record.next_at),
            lease_owner="",
            row=1,
            **self._kept(record),
        )
        return replace(record, row=1)

    def save(self, record: RemoteRecord) -> RemoteRecord:
        """Keep what it says now, if nobody else saved it since it was read; gives it with its new version.

        Its counters, clock and fence are not saved, and come back as given: :meth:`look` and :meth:`finish`
        move those.

        Raises:
            StaleError: it was saved since, or its external id is taken.
        """
        key = {"id": record.id, "connector_id": record.connector_id}
        row = self._scope.change(remote, key, expected=record.row, **self._kept(record))
        return replace(record, row=row)

    # What others call it, too.

    def know_as(self, remote_id: str, numbers: Iterable[Identifier]) -> None:
        """The object carries these numbers, which other systems keep for the same agreement."""
        for one in numbers:
            self._scope.add_if_new(known_as, remote_id=remote_id, system=one.system, value=one.value)

    def known_by(self, numbers: Iterable[Identifier]) -> list[RemoteRecord]:
        """The objects, of any system, that carry one of these numbers, by id."""
        found = {
            row.remote_id
            for one in numbers
            for row in self._scope.only(known_as.c.remote_id, system=one.system, value=one.value)
        }
        return [self.get(remote_id) for remote_id in sorted(found)]

    # Working on one that has no link.

    def look(self, remote_id: str) -> None:
        """Something may have changed there: look again.

        Raises:
            NotFoundError: this organisation has no such remote.
        """
        self._set(remote_id, {"look": remote.c.look + 1})

    def claim(
        self, remote_id: str, now: datetime, lease_until: datetime, owner: str = ""
    ) -> RemoteRecord | None:
        """The remote with a lease of ours; None when it is linked, not due, or leased already."""
        row = self._claim(remote_id, now, lease_until, owner)
        return self._record(row) if row else None

    def finish(
        self, remote_id: str, fence: int, *, looked: int | None = None, next_at: datetime | None = None
    ) -> bool:
        """Release the lease; False when the fence moved on.

        ``looked``: the value ``look`` had when it was claimed (None: the work is not done, it is due again
        from ``next_at``).
        """
        done = {} if looked is None else {"looked": looked}
        values = {"lease_until": AT_ONCE, "next_at": waits_until(next_at), **done}
        held = {"of_id": remote_id, "of_fence": fence}
        return self._scope.run(releasing(remote), **held, **values).rowcount == 1

    # Rows and records.

    def _marks(self, **key: object) -> dict[str, RemoteMark]:
        """Without opening any."""
        own = (remote.c.id, remote.c.link_id, remote.c.page_mark, remote.c.why)
        rows = cast(
            Iterable[tuple[str, str, str | None, str | None, str]],
            self._scope.only(remote.c.external_id, *own, **key),
        )
        return {called: RemoteMark(row_id, link_id, mark, why) for called, row_id, link_id, mark, why in rows}

    def _all(self, **key: object) -> list[RemoteRecord]:
        return [self._record(row) for row in self._scope.all(remote, remote.c.id, **key)]

    def _kept(self, record: RemoteRecord) -> dict[str, object]:
        kept: dict[str, object] = {name: getattr(record, name) for name in _AS_IS}
        for name, form in _PLAIN.items():
            value = getattr(record, name)
            kept[name] = documents.dump(value, form)
        kept["shape"] = None if record.shape is None else documents.dump_common(record.shape, Shape)
        for name, form in _SEALED.items():
            value, column = getattr(record, name), f"{name}_sealed"
            empty = value == _EMPTY[name]
            kept[column] = None if empty else self._scope.seal(remote.c[column], record.id, value, form)
        return kept

    def _record(self, row: Row) -> RemoteRecord:
        values: dict[str, Any] = {name: getattr(row, name) for name in _AS_IS}
        for name, form in _PLAIN.items():
            values[name] = documents.load(getattr(row, name), form)
        values["shape"] = None if row.shape is None else documents.load_common(row.shape, Shape)
        for name, form in _SEALED.items():
            sealed, column = getattr(row, f"{name}_sealed"), remote.c[f"{name}_sealed"]
            values[name] = _EMPTY[name] if sealed is None else self._scope.open(column, row.id, sealed, form)
        values["phase"] = LinkPhase(row.phase)
        return RemoteRecord(
            id=row.id,
            connector_id=row.connector_id,
            look=row.look,
            looked=row.looked,
            next_at=waiting_until(row.next_at),
            fence=row.fence,
            row=row.row,
            **values,
        )
