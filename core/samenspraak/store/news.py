"""What each person was told of each agreement last: a number, and a digest of what they saw (ADR 0049)."""

from __future__ import annotations

import builtins
from dataclasses import dataclass

from samenspraak.domain.parties import PartyRef
from samenspraak.store.kept import Row
from samenspraak.store.scope import Repository
from samenspraak.store.tables import news


@dataclass(frozen=True, kw_only=True)
class NewsRecord:
    """What somebody was told of one agreement last, in one app.

    ``kind``: as of a notice · ``version``: the one they saw, None: it is not for them any more · ``digest``:
    of what they saw.
    """

    agreement_id: str
    number: int
    kind: str
    version: int | None
    digest: bytes


class News(Repository):
    """What the people of one organisation were told. A line is the last one of its agreement."""

    def of(self, connector_id: str, party: PartyRef) -> builtins.list[NewsRecord]:
        """All that this person was told in this app, in the order in which it was."""
        rows = self._scope.all(news, news.c.number, connector_id=connector_id, party=str(party))
        return [_record(row) for row in rows]

    def tell(self, connector_id: str, party: PartyRef, new: NewsRecord) -> None:
        """This is what they were told of the agreement from now on."""
        key = {"connector_id": connector_id, "party": str(party), "agreement_id": new.agreement_id}
        self._scope.put(news, key, number=new.number, kind=new.kind, version=new.version, digest=new.digest)

    def digest(self, agreement_id: str, seen: str) -> bytes:
        """What stands here for what somebody saw: equal for equal texts, and nothing more."""
        cipher, system = self._scope.cipher, f"news|{agreement_id}"
        return cipher.blind(seen, system=system, organisation=self._scope.organisation)


def _record(row: Row) -> NewsRecord:
    return NewsRecord(
        agreement_id=row.agreement_id,
        number=row.number,
        kind=row.kind,
        version=row.version,
        digest=row.digest,
    )
