"""Bring one link to rest: look, plan, commit, write, confirm, until nothing is left to do.

The same function everywhere, whatever woke it. It holds the link's lease; every commit checks the fence,
so that a worker that was paused past its lease changes nothing here any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from samenspraak.domain.units import UnitKey
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    InvalidRecordError,
    NotFoundError,
    PermanentError,
    SamenspraakError,
    StaleError,
    TransientError,
)
from samenspraak.policy.state import ConnectorState, LinkPhase, Reason
from samenspraak.store.records import LinkRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync import questions
from samenspraak.sync.copies import Copies
from samenspraak.sync.hub import Hub
from samenspraak.sync.settled import Settled
from samenspraak.sync.snapshot import load

log = structlog.get_logger(__name__)

_STEPS = 12
_SEVERITY = list(Reason)


@dataclass(frozen=True, kw_only=True)
class Rest:
    """How a link came to rest: the worst of its objects. ``equal``: everything compared agrees."""

    reason: Reason
    version: int
    equal: bool
    missing: frozenset[UnitKey] = frozenset()
    phase: LinkPhase = LinkPhase.NONE
    next_at: datetime | None = None
    detail: str = ""
    retracting: bool = False


def reconcile(hub: Hub, organisation: str, link_id: str) -> Reason | None:
    """Bring one link to rest, or as far as it goes now.

    Returns:
        The link's reason afterwards; None when it was not due or somebody else has it.
    """
    link = _claim(hub, organisation, link_id)
    if link is None:
        return None
    try:
        rest = _settle(hub, organisation, link)
    except SamenspraakError as error:
        return _failed(hub, organisation, link, error)
    except Exception as error:  # a plugin may raise anything; one link's crash stops no other
        log.exception(
            "reconcile crashed", organisation=organisation, link=link.id, error=type(error).__name__
        )
        return _failed(hub, organisation, link, TransientError(f"Link {link.id}: an unexpected error."))
    return _finish(hub, organisation, link, rest)


def _claim(hub: Hub, organisation: str, link_id: str) -> LinkRecord | None:
    now = hub.now()
    with hub.store.write(organisation) as uow:
        link = uow.links.claim(link_id, now, now + hub.pace.lease)
        if link is not None and not _admitted(uow, hub, link, now):
            link = None
        uow.commit()
    return link


def _admitted(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, now: datetime) -> bool:
    """Whether the connector may be called now; an open breaker lets one probe through at a time."""
    system = uow.connectors.get(link.connector_id)
    waits_until = max(filter(None, (system.paused_until, system.breaker_until)), default=None)
    if waits_until is not None and waits_until > now:
        uow.links.finish(link.id, link.fence, next_at=waits_until + hub.backoff(0))
        return False
    if system.failures >= hub.pace.breaker_after:
        uow.connectors.save(replace(system, breaker_until=now + hub.pace.breaker_pause))
    return True


def _settle(hub: Hub, organisation: str, link: LinkRecord) -> Rest:
    copies = Copies(hub, organisation, link)
    for _ in range(_STEPS):
        with hub.store.read(organisation) as uow:
            snapshot = load(uow, hub, link.id)
        settled: list[Settled] = []
        for part in snapshot.parts:
            outcome = copies.step(snapshot, part)
            if outcome is None:
                break
            settled.append(outcome)
        else:
            return _rest(snapshot.record.version, settled)
    return Rest(
        reason=Reason.DUE,
        version=snapshot.record.version,
        equal=False,
        phase=snapshot.link.phase,
        next_at=hub.now() + hub.backoff(link.attempts),
    )


def _rest(version: int, settled: Sequence[Settled]) -> Rest:
    worst = min(settled, key=lambda one: _SEVERITY.index(one.reason))
    phases = {one.phase for one in settled}
    return Rest(
        reason=worst.reason,
        version=version,
        equal=all(one.equal for one in settled),
        missing=frozenset().union(*(one.missing for one in settled)),
        phase=next((one for one in (LinkPhase.OPEN, LinkPhase.CLOSED) if one in phases), LinkPhase.NONE),
        next_at=min((one.next_at for one in settled if one.next_at), default=None),
        detail=worst.row,
        retracting=any(one.reason is Reason.RETRACTING for one in settled),
    )


def _finish(hub: Hub, organisation: str, link: LinkRecord, rest: Rest) -> Reason:
    with hub.store.write(organisation) as uow:
        system = uow.connectors.get(link.connector_id)
        if system.failures and rest.reason is not Reason.CONNECTOR:
            uow.connectors.save(replace(system, failures=0, breaker_until=None, paused_until=None))
            uow.wake(links=uow.links.hasten(link.connector_id, hub.now()))
            log.info("connector recovered", organisation=organisation, connector=system.id)
        due = rest.reason is Reason.DUE or rest.next_at is not None
        uow.links.finish(
            link.id,
            link.fence,
            phase=rest.phase,
            have=rest.version if rest.equal else link.have,
            # Whoever still has something to do keeps the version unlooked at, and so stays due.
            looked_version=link.looked_version if due else rest.version,
            looked=link.looked if due else link.look,
            reason=rest.reason,
            detail=rest.detail,
            missing=rest.missing,
            retracting=rest.retracting,
            attempts=link.attempts + 1 if rest.reason is Reason.DUE else 0,
            next_at=rest.next_at,
        )
        uow.commit()
    return rest.reason


# Failures, by what to do about them (design §5.7).


def _failed(hub: Hub, organisation: str, link: LinkRecord, error: SamenspraakError) -> Reason:
    log.warning(
        "link not settled",
        organisation=organisation,
        link=link.id,
        agreement=link.agreement_id,
        connector=link.connector_id,
        code=error.code,
    )
    with hub.store.write(organisation) as uow:
        reason = next(react(uow, hub, link, error) for kind, react in _REACTIONS if isinstance(error, kind))
        uow.commit()
    return reason


def _later(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, error: SamenspraakError) -> Reason:
    transient = error if isinstance(error, TransientError) else TransientError(str(error))
    now = hub.now()
    if transient.whole_connector:
        _trouble(uow, hub, link, transient, now)
    uow.links.finish(
        link.id,
        link.fence,
        reason=Reason.DUE,
        detail=error.code,
        attempts=link.attempts + 1,
        next_at=now + hub.backoff(link.attempts, transient.retry_after),
    )
    return Reason.DUE


def _trouble(
    uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, error: TransientError, now: datetime
) -> None:
    """The cause is not this record: everything for the connector waits. One line when it begins."""
    system = uow.connectors.get(link.connector_id)
    failures = system.failures + 1
    opens = failures >= hub.pace.breaker_after
    if failures == hub.pace.breaker_after:
        log.error(
            "connector unavailable", organisation=uow.organisation, connector=system.id, code=error.code
        )
    asked = now + hub.backoff(0, error.retry_after) if error.retry_after else system.paused_until
    uow.connectors.save(
        replace(
            system,
            failures=failures,
            paused_until=asked,
            breaker_until=now + hub.pace.breaker_pause if opens else system.breaker_until,
        )
    )


def _sign_in(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, error: SamenspraakError) -> Reason:
    """Nothing is discarded; the connector pauses and a person is asked, once."""
    system = uow.connectors.get(link.connector_id)
    if system.state in (ConnectorState.RUNNING, ConnectorState.MATCHING):
        uow.connectors.save(replace(system, state=ConnectorState.UNAUTHORISED, state_why=error.code))
        questions.ask_admin(uow, hub, system.id, cause=error.code)
        log.error(
            "connector needs a person", organisation=uow.organisation, connector=system.id, code=error.code
        )
    return _set_aside(uow, hub, link, Reason.CONNECTOR, error.code)


def _dead_letter(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, error: SamenspraakError) -> Reason:
    return _set_aside(uow, hub, link, Reason.FAILED, error.code)


def _record_refused(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, error: SamenspraakError) -> Reason:
    field = error.field if isinstance(error, InvalidRecordError) else ""
    if field == "client":
        return _set_aside(uow, hub, link, Reason.WITHHELD, "client not matched there")
    return _set_aside(uow, hub, link, Reason.FAILED, f"{error.code} {field}".strip())


def _set_aside(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, reason: Reason, detail: str) -> Reason:
    """Nothing more to do for this version until something changes."""
    uow.links.finish(
        link.id,
        link.fence,
        reason=reason,
        detail=detail,
        looked_version=link.want,
        looked=link.look,
        next_at=None,
    )
    return reason


_REACTIONS = (
    (AuthenticationError, _sign_in),
    (ConfigurationError, _sign_in),
    (TransientError, _later),
    (ConflictError, _later),
    (StaleError, _later),
    (InvalidRecordError, _record_refused),
    (PermanentError, _dead_letter),
    (NotFoundError, _dead_letter),
    (SamenspraakError, _dead_letter),
)
