"""What the requests made that may be sent more than once, by who asked and the key they chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from samenspraak.store.scope import Repository
from samenspraak.store.tables import request


@dataclass(frozen=True, kw_only=True)
class RequestRecord:
    """A request that made something. ``digest``: of what was asked · ``made``: the id of the thing."""

    digest: str
    made: str


class Requests(Repository):
    """The requests of one organisation that are remembered."""

    def find(self, principal: str, key: str) -> RequestRecord | None:
        row = self._scope.find(request, principal=principal, key=key)
        return RequestRecord(digest=row.digest, made=row.made) if row else None

    def add(self, principal: str, key: str, digest: str, made: str, *, until: datetime) -> None:
        """Remember it until then.

        Raises:
            StaleError: it is remembered already.
        """
        self._scope.add(request, principal=principal, key=key, digest=digest, made=made, until=until)

    def forget(self, now: datetime) -> None:
        """Those that were to be remembered until before now."""
        self._scope.run(self._scope.delete(request).where(request.c.until < now))
