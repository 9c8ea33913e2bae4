"""What failed for good: which copies and records, what was tried, and trying again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from samenspraak.errors import NotFoundError
from samenspraak.policy.state import Reason
from samenspraak.services import ADMIN
from samenspraak.services.naming import actor
from samenspraak.store.records import AuditLine, EventRecord, LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import delivering, failures
from samenspraak.sync.adopt import APART
from samenspraak.sync.hub import Hub


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One attempt. ``act``: ``failed``, or ``tried_again`` because somebody asked (``outcome``: who)."""

    at: datetime
    act: str
    outcome: str
    version: int | None


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A copy that failed for good, now or once. ``reason``: how it stands now, which is what came of it."""

    id: str
    connector_id: str
    agreement_id: str
    reason: Reason
    detail: str
    tried: tuple[Tried, ...]

    @property
    def since(self) -> datetime | None:
        """When it began to fail, the last time that it did."""
        failed = [one.at for one in self.tried if one.act == failures.FAILED]
        return failed[-1] if failed else None


@dataclass(frozen=True, kw_only=True)
class Apart:
    """A record in another system that cannot be read.

    ``field``: what is wrong with it, by name · ``since``: None where a former version set it apart.
    """

    id: str
    connector_id: str
    external_id: str
    field: str
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Untaken:
    """A notice that its subscriber did not take until the schedule was over. ``since``: when that was."""

    id: str
    connector_id: str
    number: int
    kind: str
    agreement_id: str
    attempts: int
    detail: str
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Failures:
    """What failed for good in an organisation."""

    copies: tuple[Failure, ...]
    records: tuple[Apart, ...]
    notices: tuple[Untaken, ...]


def listed(
    hub: Hub, organisation: str, *, connector_id: str | None = None, since: datetime | None = None
) -> Failures:
    """The copies that stand as failed, the records that are set apart, and the notices that nobody took.

    Args:
        hub: the hub.
        organisation: whose.
        connector_id: in this system only.
        since: only copies that began to fail, and notices given up, at this moment or later.
    """
    with hub.store.read(organisation) as uow:
        copies = (_failure(uow, one) for one in uow.links.failed(connector_id))
        return Failures(
            copies=tuple(one for one in copies if since is None or (one.since and one.since >= since)),
            records=tuple(_apart(uow, connector_id)),
            notices=tuple(_untaken(one) for one in uow.events.given_up(connector_id, since=since)),
        )


def get(hub: Hub, organisation: str, failure_id: str) -> Failure:
    """One copy with everything that was tried, also when it does not fail any more.

    Raises:
        NotFoundError: there is no such copy.
    """
    with hub.store.read(organisation) as uow:
        return _failure(uow, uow.links.get(failure_id))


def try_again(hub: Hub, organisation: str, ids: Collection[str], *, by: str = ADMIN) -> tuple[str, ...]:
    """Try these copies, records and notices again, each once however many ask at the same time.

    Args:
        hub: the hub.
        organisation: whose.
        ids: of failures, of records set apart and of notices that nobody took, as listed.
        by: who asked.

    Returns:
        The ids of those that will be tried; what stands otherwise by now is not.

    Raises:
        NotFoundError: there is none by one of the ids; nothing is tried.
    """
    with hub.store.write(organisation) as uow:
        who = actor(uow, by)
        apart = {one.id for one in _apart(uow, None)}
        notices = [one for one in ids if uow.events.is_one(one)]
        links = [_link(uow, one) for one in ids if one not in apart and one not in notices]
        taken = failures.try_again(uow, hub, links, who)
        taken += delivering.try_again(uow, hub, notices)
        for remote_id in sorted(apart & set(ids)):
            uow.look_at_remote(remote_id)
            taken.append(remote_id)
        _audit(uow, hub, taken, who)
        uow.commit()
    return tuple(taken)


def _link(uow: UnitOfWork, link_id: str) -> LinkRecord:
    try:
        return uow.links.get(link_id)
    except NotFoundError as error:
        raise NotFoundError(f"Nothing that failed is known as {link_id}.") from error


def _failure(uow: UnitOfWork, link: LinkRecord) -> Failure:
    return Failure(
        id=link.id,
        connector_id=link.connector_id,
        agreement_id=link.agreement_id,
        reason=link.reason,
        detail=link.detail,
        tried=tuple(
            Tried(at=one.at, act=one.act, outcome=one.outcome, version=one.version)
            for one in uow.log.attempts(link.id)
        ),
    )


def _untaken(event: EventRecord) -> Untaken:
    return Untaken(
        id=event.id,
        connector_id=event.connector_id,
        number=event.number,
        kind=event.kind,
        agreement_id=event.agreement_id,
        attempts=event.attempts,
        detail=event.detail,
        since=event.given_up_at,
    )


def _apart(uow: UnitOfWork, connector_id: str | None) -> list[Apart]:
    return [
        Apart(
            id=one.id,
            connector_id=one.connector_id,
            external_id=one.external_id or "",
            field=one.why_field,
            since=one.why_since,
        )
        for one in uow.remotes.unlinked_as(APART, connector_id)
    ]


def _audit(uow: WritingUnitOfWork, hub: Hub, ids: Collection[str], who: str) -> None:
    for one in ids:
        line = AuditLine(at=hub.now(), actor=who, action="failure.tried_again", object=f"failure:{one}")
        uow.log.audit(line)
