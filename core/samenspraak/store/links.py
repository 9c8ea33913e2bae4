"""Links: what each system should hold, holds, and why it does not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from samenspraak.domain.aliases import SAME, Aliases
from samenspraak.domain.parties import PartyRef
from samenspraak.domain.units import UnitKey
from samenspraak.errors import NotFoundError
from samenspraak.policy.priority import EDIT
from samenspraak.policy.state import ConnectorState, LinkPhase, Reason
from samenspraak.protocols import documents
from samenspraak.store.columns import AT_ONCE
from samenspraak.store.kept import Row, kept
from samenspraak.store.leases import Leased, held_with, waiting_until, waits_until
from samenspraak.store.records import LinkRecord
from samenspraak.store.scope import Scope
from samenspraak.store.tables import connector, consent_epoch, link, remote

_MEMBERS = frozenset[PartyRef]
_UNITS = frozenset[UnitKey]
_AS_IS = (
    "phase",
    "want",
    "have",
    "looked_version",
    "looked",
    "reason",
    "detail",
    "priority",
    "attempts",
)
_WRITE: Mapping[str, Callable[[Any], object]] = {
    **dict.fromkeys(_AS_IS, lambda value: value),
    "retracting": bool,
    "next_at": waits_until,
    "members": lambda members: documents.dump_common(frozenset(members), _MEMBERS),
    "missing": lambda units: documents.dump_common(frozenset(units), _UNITS),
    "aliases": lambda aliases: documents.dump(aliases, Aliases) if aliases else None,
}
"""The fields of a link that can be set, and how each is kept."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a request about a link rests on: who works on it, who reads it, its system and the consent."""

    fence: int
    members: frozenset[PartyRef]
    state: ConnectorState
    epoch: int


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

    def foresee(self, link_ids: Collection[str]) -> None:
        """These will be asked for one by one."""
        self._scope.foresee(link, by="id", among=link_ids)

    def foresee_none(self, agreement_id: str) -> None:
        """There are none of this agreement yet."""
        self._scope.foresee_none(link, link.c.id, agreement_id=agreement_id)

    def find(self, agreement_id: str, connector_id: str, audience: str) -> LinkRecord | None:
        row = self._scope.find(link, agreement_id=agreement_id, connector_id=connector_id, audience=audience)
        return _record(row) if row else None

    def of_agreement(self, agreement_id: str) -> list[LinkRecord]:
        return [_record(row) for row in self._scope.all(link, link.c.id, agreement_id=agreement_id)]

    def in_system(self, agreement_id: str, connector_id: str) -> list[LinkRecord]:
        """Those of an agreement that are in one system."""
        return [one for one in self.of_agreement(agreement_id) if one.connector_id == connector_id]

    def of_connector(self, connector_id: str) -> list[LinkRecord]:
        return [_record(row) for row in self._scope.all(link, link.c.id, connector_id=connector_id)]

    def ensure(
        self,
        agreement_id: str,
        connector_id: str,
        audience: str,
        members: Iterable[PartyRef],
        want: int,
        priority: int = EDIT,
    ) -> LinkRecord:
        """The link of this agreement with this audience there, made now if there was none.

        One that exists is given back as it is: who its members are and what it wants, others decide.
        """
        link_id = _link_id(agreement_id, connector_id, audience)
        made = self._scope.add_if_new(
            link,
            id=link_id,
            agreement_id=agreement_id,
            connector_id=connector_id,
            audience=audience,
            phase=LinkPhase.NONE,
            want=want,
            priority=priority,
            reason=Reason.DUE if want else Reason.EQUAL,
            detail="",
            lease_owner="",
            missing=_WRITE["missing"](()),
            members=_WRITE["members"](members),
        )
        if made is None:
            return self.get(link_id)
        self._scope.foresee_none(remote, remote.c.id, link_id=link_id)
        return _record(made)

    def standing(self, link_id: str, client_id: str) -> Standing:
        """What a request may still be stopped by, in one cheap look.

        Raises:
            NotFoundError: this organisation has no such link.
        """
        row = self._scope.first(_standing(), of_id=link_id, of_client=client_id)
        if row is None:
            raise NotFoundError(f"There is no link {link_id} in {self._scope.organisation}.")
        return Standing(
            fence=row.fence,
            members=documents.load_common(row.members, _MEMBERS),
            state=ConnectorState(row.state),
            epoch=row.epoch or 0,
        )

    # What makes a link due.

    def want(self, agreement_id: str, version: int, priority: int) -> list[str]:
        """Every link of the agreement should hold this newer version; gives their ids, all due now."""
        wanted = {"want": version, "reason": Reason.DUE, "of_priority": priority}
        return sorted(row.id for row in self._scope.rows(_wanting(), of_agreement=agreement_id, **wanted))

    def look(self, link_id: str, priority: int = EDIT) -> None:
        """Something may have changed there: look again, also when somebody is looking right now.

        Raises:
            NotFoundError: this organisation has no such link.
        """
        asked = {"of_id": link_id, "of_priority": priority}
        if self._scope.run(_looking(), reason=Reason.DUE, **asked).rowcount == 0:
            self.get(link_id)

    def hasten(self, connector_id: str, now: datetime) -> list[str]:
        """What waits for another try at this connector waits no more; gives the ids of the links."""
        waiting = self._scope.update(link).where(
            link.c.connector_id == connector_id, link.c.due, link.c.next_at > now
        )
        hastened = waiting.values(next_at=waits_until(None)).returning(link.c.id)
        return sorted(row.id for row in self._scope.rows(hastened))

    def open_count(self, connector_id: str) -> int:
        """How many copies are there in this system."""
        return self._how_many(connector_id, link.c.phase == LinkPhase.OPEN)

    def marked(self, connector_id: str) -> dict[str, int]:
        """The links of this system that are to be looked at, each with the number of that look."""
        due = self._scope.select(link, link.c.id, link.c.look).where(link.c.due)
        news = due.where(link.c.connector_id == connector_id, link.c.look != link.c.looked)
        return {row.id: row.look for row in self._scope.rows(news.order_by(link.c.id))}

    def failed(self, connector_id: str | None = None) -> list[LinkRecord]:
        """Those that failed for good, in one system or in all."""
        there = {} if connector_id is None else {"connector_id": connector_id}
        rows = self._scope.all(link, link.c.id, reason=Reason.FAILED, **there)
        return [_record(row) for row in rows]

    def try_again(self, link_ids: Collection[str], priority: int) -> list[str]:
        """Look again at those of these that failed for good; gives their ids.

        One statement, so that of two who ask at once only one gets each.
        """
        failed = self._scope.update(link).where(
            link.c.id.in_(sorted(link_ids)), link.c.reason == Reason.FAILED
        )
        asked = failed.values(look=link.c.look + 1, reason=Reason.DUE, **_urgency()).returning(link.c.id)
        return sorted(row.id for row in self._scope.rows(asked, of_priority=priority))

    def retrying(self, connector_id: str) -> int:
        """How many links of this system wait to be tried again after a failure."""
        return self._how_many(connector_id, link.c.attempts > 0)

    def _how_many(self, connector_id: str, such: sa.ColumnElement[bool]) -> int:
        own = self._scope.select(link, sa.func.count()).where(link.c.connector_id == connector_id)
        found = self._scope.first(own.where(such))
        return int(found[0]) if found else 0

    # Working on one.

    def hold(self, link_id: str, fence: int, until: datetime) -> LinkRecord | None:
        """The link as it is now, with our lease renewed until then; None when it is not ours any more."""
        row = self._renew(link_id, fence, until)
        return _record(row) if row else None

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
        kept = _kept(fields)
        judged = {f"of_{name}": kept.pop(name) for name in _AS_CLAIMED if name in kept}
        claimed = {"of_id": seen.id, "of_fence": seen.fence}
        if judged:
            claimed |= {"of_look": seen.look, "of_want": seen.want, "of_priority": seen.priority}
        statement = _finishing(tuple(name for name in _AS_CLAIMED if f"of_{name}" in judged))
        return self._scope.run(statement, **claimed, **judged, **kept, lease_until=AT_ONCE).rowcount == 1

    def set(self, link_id: str, **fields: Any) -> None:
        """Change fields whoever works on it.

        Raises:
            NotFoundError: this organisation has no such link.
        """
        if self._scope.run(_setting(), of_id=link_id, **_kept(fields)).rowcount == 0:
            self.get(link_id)

    def close(self, closing: LinkRecord, version: int) -> None:
        """Nothing is done for this copy any more, and whoever works on it now has lost it.

        ``version``: the last one of its agreement.
        """
        self.revoke(closing.id)
        self.set(
            closing.id,
            phase=LinkPhase.CLOSED,
            reason=Reason.CLOSED,
            detail="",
            want=version,
            looked_version=version,
            looked=closing.look,
            members=frozenset(),
        )

    def drop(self, link_id: str) -> None:
        """There is no such copy and there should be none; nothing may refer to it any more."""
        self._scope.run(self._scope.delete(link).where(link.c.id == link_id))

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


def _link_id(agreement_id: str, connector_id: str, audience: str) -> str:
    """The same for the same link, so that two who make it at once make one; 120 bits."""
    parts = "\x00".join((agreement_id, connector_id, audience))
    return hashlib.sha256(parts.encode()).hexdigest()[:30]


def _kept(fields: Mapping[str, Any]) -> dict[str, object]:
    if unknown := fields.keys() - _WRITE.keys():
        raise TypeError(f"A link has no field {', '.join(sorted(unknown))} to set.")
    return {name: _WRITE[name](value) for name, value in fields.items()}


def _urgency(*at_once: sa.ColumnElement[bool]) -> dict[str, object]:
    """The most urgent cause decides, and does not wait for the retry of a less urgent one.

    ``at_once``: where it waits for nothing else either.
    """
    priority = sa.bindparam("of_priority", type_=sa.Integer)
    more_urgent = sa.or_(sa.not_(link.c.due), link.c.priority > priority)
    return {
        "priority": sa.case((more_urgent, priority), else_=link.c.priority),
        "next_at": sa.case((sa.or_(more_urgent, *at_once), waits_until(None)), else_=link.c.next_at),
    }


_NOT_SURE_YET = sa.and_(link.c.retracting, link.c.attempts == 0)
"""What was taken back shows no more, and only time makes that certain; what does show can still be read."""


@kept
def _wanting() -> sa.Executable:
    links = Scope.update(link).where(link.c.agreement_id == sa.bindparam("of_agreement"))
    wanting: sa.Executable = links.values(**_urgency()).returning(link.c.id)
    return wanting


@kept
def _standing() -> sa.Select[Any]:
    epoch = Scope.select(consent_epoch, consent_epoch.c.epoch).where(
        consent_epoch.c.client_id == sa.bindparam("of_client")
    )
    of_it = (link.c.id == sa.bindparam("of_id"), connector.c.id == link.c.connector_id)
    asked = Scope.select(
        link, link.c.fence, link.c.members, connector.c.state, epoch.scalar_subquery().label("epoch")
    )
    return asked.where(*of_it, Scope.is_ours(connector))


@kept
def _setting() -> sa.Update:
    return Scope.update(link).where(link.c.id == sa.bindparam("of_id")).values(row=link.c.row + 1)


@kept
def _looking() -> sa.Update:
    one = Scope.update(link).where(link.c.id == sa.bindparam("of_id"))
    return one.values(look=link.c.look + 1, **_urgency(_NOT_SURE_YET))


@kept
def _finishing(judged: tuple[str, ...]) -> sa.Update:
    """Of the link ``of_id`` under ``of_fence``: what is ``judged`` holds only for it as it was claimed."""
    cases = {}
    for name in judged:
        still, otherwise = _AS_CLAIMED[name]
        cases[name] = sa.case((still, sa.bindparam(f"of_{name}", type_=link.c[name].type)), else_=otherwise)
    return held_with(link).values(row=link.c.row + 1, **cases)


_LOOKED_AT = link.c.look == sa.bindparam("of_look")
_AS_CLAIMED: Mapping[str, tuple[sa.ColumnElement[bool], object]] = {
    "reason": (sa.and_(_LOOKED_AT, link.c.want == sa.bindparam("of_want")), Reason.DUE),
    "next_at": (sa.and_(_LOOKED_AT, link.c.priority >= sa.bindparam("of_priority")), waits_until(None)),
}
"""What only holds while nothing else came in: as long as what, and what it is otherwise."""


def _record(row: Row) -> LinkRecord:
    return LinkRecord(
        id=row.id,
        agreement_id=row.agreement_id,
        connector_id=row.connector_id,
        audience=row.audience,
        members=documents.load_common(row.members, _MEMBERS),
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
        missing=documents.load_common(row.missing, _UNITS),
        retracting=row.retracting,
        aliases=documents.load(row.aliases, Aliases) if row.aliases else SAME,
    )
