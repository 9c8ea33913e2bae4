"""Links: what each system should hold, holds, and why it does not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row

from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey
from samenspraak.policy.priority import EDIT
from samenspraak.policy.state import LinkPhase, Reason
from samenspraak.store import documents
from samenspraak.store.leases import Leased, waiting_until, waits_until
from samenspraak.store.records import LinkRecord
from samenspraak.store.scope import Scope
from samenspraak.store.tables import link

_AS_IS = ("phase", "want", "have", "looked_version", "looked", "reason", "detail", "priority", "attempts")
_WRITE: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(_AS_IS, lambda value: value),
    "retracting": bool,
    "next_at": waits_until,
    "members": lambda members: documents.dump(frozenset(members), frozenset[PartyRef]),
    "missing": lambda units: documents.dump(frozenset(units), frozenset[UnitKey]),
}
"""The fields of a link that can be set, and how each is kept."""


class Links(Leased):
    """The links of one organisation. A lower ``priority`` goes first."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope, link, link.c.priority, link.c.next_at)

    def get(self, link_id: str) -> LinkRecord:
        """The link.

        Raises:
            NotFoundError: this organisation has no such link.
        """
        return _record(self._scope.get(link, id=link_id))

    def find(self, agreement_id: str, connector_id: str, audience: str) -> LinkRecord | None:
        row = self._scope.find(link, agreement_id=agreement_id, connector_id=connector_id, audience=audience)
        return _record(row) if row else None

    def of_agreement(self, agreement_id: str) -> list[LinkRecord]:
        return self._where(link.c.agreement_id == agreement_id)

    def of_connector(self, connector_id: str) -> list[LinkRecord]:
        return self._where(link.c.connector_id == connector_id)

    def ensure(
        self, agreement_id: str, connector_id: str, audience: str, members: Iterable[PartyRef], want: int
    ) -> LinkRecord:
        """The link of this agreement with this audience there, made now if there was none.

        One that exists is given back as it is: who its members are and what it wants, others decide.
        """
        link_id = _link_id(agreement_id, connector_id, audience)
        self._scope.add_if_new(
            link,
            id=link_id,
            agreement_id=agreement_id,
            connector_id=connector_id,
            audience=audience,
            phase=LinkPhase.NONE,
            want=want,
            reason=Reason.DUE if want else Reason.EQUAL,
            detail="",
            lease_owner="",
            missing=_WRITE["missing"](()),
            members=_WRITE["members"](members),
        )
        return self.get(link_id)

    # What makes a link due.

    def want(self, agreement_id: str, version: int, priority: int) -> list[str]:
        """Every link of the agreement should hold this newer version; gives their ids, all due now."""
        links = self._scope.update(link).where(link.c.agreement_id == agreement_id)
        raised = links.values(want=version, reason=Reason.DUE, **self._urgency(priority))
        return sorted(row.id for row in self._scope.rows(raised.returning(link.c.id)))

    def look(self, link_id: str, priority: int = EDIT) -> None:
        """Something may have changed there: look again, also when somebody is looking right now.

        Raises:
            NotFoundError: this organisation has no such link.
        """
        looked = {"look": link.c.look + 1, "reason": Reason.DUE}
        self._set(link_id, {**looked, **self._urgency(priority)})

    def hasten(self, connector_id: str, now: datetime) -> list[str]:
        """What waits for another try at this connector waits no more; gives the ids of the links."""
        waiting = self._scope.update(link).where(
            link.c.connector_id == connector_id, link.c.due, link.c.next_at > now
        )
        hastened = waiting.values(next_at=waits_until(None)).returning(link.c.id)
        return sorted(row.id for row in self._scope.rows(hastened))

    def open_count(self, connector_id: str) -> int:
        """How many copies are there in this system."""
        own = self._scope.select(link, sa.func.count()).where(link.c.connector_id == connector_id)
        found = self._scope.first(own.where(link.c.phase == LinkPhase.OPEN))
        return int(found[0]) if found else 0

    def marked(self, connector_id: str) -> dict[str, int]:
        """The links of this system that are to be looked at, each with the number of that look."""
        due = self._scope.select(link, link.c.id, link.c.look).where(link.c.due)
        news = due.where(link.c.connector_id == connector_id, link.c.look != link.c.looked)
        return {row.id: row.look for row in self._scope.rows(news.order_by(link.c.id))}

    def failed(self, connector_id: str | None = None) -> list[LinkRecord]:
        """Those that failed for good, in one system or in all."""
        own = link.c.reason == Reason.FAILED
        return self._where(own if connector_id is None else sa.and_(own, link.c.connector_id == connector_id))

    def try_again(self, link_ids: Collection[str], priority: int) -> list[str]:
        """Look again at those of these that failed for good; gives their ids.

        One statement, so that of two who ask at once only one gets each.
        """
        failed = self._scope.update(link).where(
            link.c.id.in_(sorted(link_ids)), link.c.reason == Reason.FAILED
        )
        asked = failed.values(look=link.c.look + 1, reason=Reason.DUE, **self._urgency(priority))
        return sorted(row.id for row in self._scope.rows(asked.returning(link.c.id)))

    @staticmethod
    def _urgency(priority: int) -> dict[str, object]:
        """The most urgent cause decides, and does not wait for the retry of a less urgent one."""
        more_urgent = sa.or_(sa.not_(link.c.due), link.c.priority > priority)
        return {
            "priority": sa.case((more_urgent, priority), else_=link.c.priority),
            "next_at": sa.case((more_urgent, waits_until(None)), else_=link.c.next_at),
        }

    # Working on one.

    def claim(self, link_id: str, now: datetime, lease_until: datetime, owner: str = "") -> LinkRecord | None:
        """The link with a lease of ours, under the next fence; None when it is not due or leased already."""
        row = self._claim(link_id, now, lease_until, owner)
        return _record(row) if row else None

    def finish(self, seen: LinkRecord, **fields: Any) -> bool:
        """Write the outcome and release the lease; False, and nothing written, when the fence moved on.

        ``seen``: the link as it was claimed, with the version that the outcome is about. What came in since
        stays to be done and says so; a hint and what is more urgent do not wait for another try at what was
        done here.
        """
        looked_at = link.c.look == seen.look
        wanted = link.c.want == seen.want
        as_claimed = {
            "reason": (sa.and_(looked_at, wanted), Reason.DUE),
            "next_at": (sa.and_(looked_at, link.c.priority >= seen.priority), waits_until(None)),
        }
        kept = _kept(fields)
        for name, (still, otherwise) in as_claimed.items():
            if name in kept:
                kept[name] = sa.case((still, kept[name]), else_=otherwise)
        return self._finish(seen.id, seen.fence, kept)

    def set(self, link_id: str, **fields: Any) -> None:
        """Change fields whoever works on it.

        Raises:
            NotFoundError: this organisation has no such link.
        """
        self._set(link_id, _kept(fields))

    def counts(self, connector_id: str | None = None) -> dict[str, dict[Reason, int]]:
        """Per connector how many links there are for each reason."""
        columns = (link.c.connector_id, link.c.reason)
        statement = self._scope.select(link, *columns, sa.func.count().label("links")).group_by(*columns)
        if connector_id is not None:
            statement = statement.where(link.c.connector_id == connector_id)
        found: dict[str, dict[Reason, int]] = {}
        for row in self._scope.rows(statement):
            found.setdefault(row.connector_id, {})[Reason(row.reason)] = row.links
        return found

    def _where(self, condition: sa.ColumnElement[bool]) -> list[LinkRecord]:
        statement = self._scope.select(link).where(condition).order_by(link.c.id)
        return [_record(row) for row in self._scope.rows(statement)]


def _link_id(agreement_id: str, connector_id: str, audience: str) -> str:
    """The same for the same link, so that two who make it at once make one; 120 bits."""
    parts = "\x00".join((agreement_id, connector_id, audience))
    return hashlib.sha256(parts.encode()).hexdigest()[:30]


def _kept(fields: Mapping[str, Any]) -> dict[str, object]:
    if unknown := fields.keys() - _WRITE.keys():
        raise TypeError(f"A link has no field {', '.join(sorted(unknown))} to set.")
    return {"row": link.c.row + 1, **{name: _WRITE[name](value) for name, value in fields.items()}}


def _record(row: Row[Any]) -> LinkRecord:
    return LinkRecord(
        id=row.id,
        agreement_id=row.agreement_id,
        connector_id=row.connector_id,
        audience=row.audience,
        members=documents.load(row.members, frozenset[PartyRef]),
        phase=LinkPhase(row.phase),
        want=row.want,
        have=row.have,
        looked_version=row.looked_version,
        look=row.look,
        looked=row.looked,
        reason=Reason(row.reason),
        detail=row.detail,
        priority=row.priority,
        attempts=row.attempts,
        next_at=waiting_until(row.next_at),
        fence=row.fence,
        missing=documents.load(row.missing, frozenset[UnitKey]),
        retracting=row.retracting,
    )
