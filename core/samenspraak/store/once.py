"""What counts once: notices of other systems, signed requests. Only a digest of what they are called is kept.

Whoever takes something does so in the transaction of its effect: either both are kept or neither is.
"""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from samenspraak.store.scope import Repository
from samenspraak.store.tables import once


class Once(Repository):
    """The names that were used in one organisation. ``scope``: within what a name means one thing."""

    def take(self, scope: str, id: str, until: datetime) -> bool:
        """True the first time, False when it was taken before and is not forgotten yet.

        One statement, so that of two at the same moment one gets it. Who hears False commits before it
        answers all the same: the other one may share its transaction, and be on the disk only then.
        """
        named = sha256(id.encode()).digest()
        return self._scope.add_if_new(once, scope=scope, id=named, until=until) is not None

    def forget(self, now: datetime) -> int:
        """Let go of what need not be known any more; gives how many there were."""
        return self._scope.run(self._scope.delete(once).where(once.c.until < now)).rowcount
