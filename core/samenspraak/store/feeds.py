"""The addresses at which people fetch what the hub shows them; of each only the digest of its secret."""

from __future__ import annotations

import builtins
from datetime import datetime

from samenspraak.store.kept import Row
from samenspraak.store.records import FeedRecord
from samenspraak.store.scope import Repository
from samenspraak.store.tables import feed


class Feeds(Repository):
    """One that is revoked stays, so that it can be told when it was; it never works again."""

    def add(self, new: FeedRecord) -> None:
        self._scope.add(
            feed,
            id=new.id,
            connector_id=new.connector_id,
            reader=new.reader,
            token=new.token,
            at=new.at,
            row=1,
        )

    def get(self, feed_id: str) -> FeedRecord:
        """The address with this id.

        Raises:
            NotFoundError: this organisation has no such address.
        """
        return _record(self._scope.get(feed, id=feed_id))

    def by_token(self, token: bytes) -> FeedRecord | None:
        """The address whose secret has this digest, if it works."""
        row = self._scope.find(feed, token=token, revoked_at=None)
        return _record(row) if row else None

    def list(self, connector_id: str | None = None) -> builtins.list[FeedRecord]:
        """All addresses, or those of one connector, the oldest first; revoked ones as well."""
        key = {} if connector_id is None else {"connector_id": connector_id}
        return [_record(row) for row in self._scope.all(feed, feed.c.at, feed.c.id, **key)]

    def readers(self, connector_id: str) -> frozenset[str]:
        """Whoever has an address that works, as this connector calls them."""
        rows = self._scope.only(feed.c.reader, connector_id=connector_id, revoked_at=None)
        return frozenset(row.reader for row in rows)

    def revoke(self, feed_id: str, at: datetime) -> bool:
        """It does not work any more; False when it did not."""
        working = self._scope.update(feed).where(feed.c.id == feed_id, feed.c.revoked_at.is_(None))
        return self._scope.run(working.values(revoked_at=at, row=feed.c.row + 1)).rowcount == 1

    def note_fetched(self, feed_id: str, at: datetime) -> None:
        """Somebody fetched it; makes no version."""
        own = self._scope.update(feed).where(feed.c.id == feed_id)
        self._scope.run(own.values(fetched_at=at))


def _record(row: Row) -> FeedRecord:
    return FeedRecord(
        id=row.id,
        connector_id=row.connector_id,
        reader=row.reader,
        token=row.token,
        at=row.at,
        revoked_at=row.revoked_at,
        fetched_at=row.fetched_at,
    )
