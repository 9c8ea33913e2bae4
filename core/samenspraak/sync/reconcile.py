"""Bring one link to rest: look, plan, commit, write, confirm, until nothing is left to do.

The same function everywhere, whatever woke it. It holds the link's lease; every commit checks the fence,
so that a worker that was paused past its lease changes nothing here any more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from samenspraak.domain.units import UnitKey
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    ConflictError,
    SamenspraakError,
    StaleError,
    TransientError,
)
from samenspraak.policy.state import LinkPhase, Reason
from samenspraak.store.receipts import Reader
from samenspraak.store.records import ConnectorRecord, LinkRecord
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.copies import Copies
from samenspraak.sync.failures import note_failure
from samenspraak.sync.hub import Hub
from samenspraak.sync.settled import MovedOnError, Settled
from samenspraak.sync.snapshot import Snapshot, foresee, load
from samenspraak.sync.telling import note_rest, readers_of
from samenspraak.sync.together import ALONE, Company, Keep, Read, Together, Work
from samenspraak.sync.trouble import admitted, again_at, answered, is_about_the_system, trouble

log = structlog.get_logger(__name__)

_STEPS = 12


@dataclass(frozen=True, kw_only=True)
class Rest:
    """How a link came to rest: the worst of its objects.

    ``equal``: everything compared agrees · ``has_answered``: the system was asked, and so it is there ·
    ``readers``: who reads what stands there · ``waits``: nothing was tried, it waits on purpose.
    """

    reason: Reason
    version: int
    equal: bool
    missing: frozenset[UnitKey] = frozenset()
    phase: LinkPhase = LinkPhase.NONE
    next_at: datetime | None = None
    detail: str = ""
    retracting: bool = False
    has_answered: bool = False
    readers: Collection[Reader] = ()
    waits: bool = False


@dataclass(frozen=True, kw_only=True)
class _Claimed:
    """A link that is ours for now. ``system``: its connector as it was before it was asked anything."""

    link: LinkRecord
    system: ConnectorRecord


def reconcile(hub: Hub, organisation: str, link_id: str) -> Reason | None:
    """Bring one link to rest, or as far as it goes now.

    Returns:
        The link's reason afterwards; None when it was not due or somebody else has it.
    """
    return reconcile_all(hub, organisation, [link_id])[0]


def reconcile_all(
    hub: Hub, organisation: str, link_ids: Sequence[str], company: Company = ALONE
) -> list[Reason | None]:
    """The same for several links, side by side; what becomes of one is nothing to the others."""
    claimed = _claim(hub, organisation, link_ids)
    works = {one.link.id: _work(hub, organisation, one) for one in claimed}
    together = Together[Reason](hub.store, organisation, foresee, company)
    reasons = dict(zip(works, together.run(works.values()), strict=True))
    return [reasons.get(one) for one in link_ids]


def _claim(hub: Hub, organisation: str, link_ids: Sequence[str]) -> list[_Claimed]:
    now, claimed = hub.now(), list[_Claimed]()
    with hub.store.write(organisation) as uow:
        for link_id in link_ids:
            link = uow.links.claim(link_id, now, now + hub.pace.lease)
            if link is None:
                continue
            if any(one.link.agreement_id == link.agreement_id for one in claimed):
                uow.links.finish(link)  # what its sibling brings about comes first
            elif waits_until := admitted(uow, hub, link.connector_id):
                uow.links.finish(link, next_at=waits_until)
            else:
                claimed.append(_Claimed(link=link, system=uow.connectors.get(link.connector_id)))
        uow.commit()
    return claimed


def _work(hub: Hub, organisation: str, claimed: _Claimed) -> Work[Reason]:
    link = claimed.link
    try:
        return (yield from _settle(hub, organisation, claimed))
    except SamenspraakError as error:
        failure = error
    except Exception as error:  # a plugin may raise anything; one link's crash stops no other
        log.exception(
            "reconcile crashed", organisation=organisation, link=link.id, error=type(error).__name__
        )
        failure = TransientError(f"Link {link.id}: an unexpected error.")
    _tell(organisation, link, failure)
    reason: Reason = yield Keep(lambda uow: _failed(uow, hub, link, failure))
    return reason


def _settle(hub: Hub, organisation: str, claimed: _Claimed) -> Work[Reason]:
    link = claimed.link
    copies = Copies(hub, organisation, link)
    for _ in range(_STEPS):
        snapshot: Snapshot = yield Read(about=link.id, act=lambda uow: load(uow, hub, link.id))
        settled: list[Settled] = []
        for part in snapshot.parts:
            outcome = yield from copies.step(snapshot, part)
            if outcome is None:
                break
            settled.append(outcome)
        else:
            rest = rest_of(snapshot, settled, has_answered=copies.has_asked)
            with suppress(MovedOnError):
                reason: Reason = yield _finishing(hub, claimed, rest, settled)
                return reason
            continue
        if any(one.keep for one in settled):
            with suppress(MovedOnError):
                yield Keep(lambda uow, settled=settled: _keep(uow, copies, settled))  # type: ignore[misc]
    rest = Rest(
        reason=Reason.DUE,
        version=snapshot.record.version,
        equal=False,
        phase=snapshot.link.phase,
        next_at=hub.now() + hub.backoff(link.attempts),
    )
    reason = yield _finishing(hub, claimed, rest, ())
    return reason


def rest_of(snapshot: Snapshot, settled: Sequence[Settled], *, has_answered: bool) -> Rest:
    """How a link comes to rest, from how each of its objects did."""
    worst = min(settled, key=lambda one: one.reason.rank)
    phases = {one.phase for one in settled}
    return Rest(
        reason=worst.reason,
        version=snapshot.record.version,
        # An object of an assignment that left says nothing about the others.
        equal=any(one.equal for one in settled)
        and all(one.equal or one.reason is Reason.CLOSED for one in settled),
        missing=frozenset().union(*(one.missing for one in settled)),
        phase=next((one for one in (LinkPhase.OPEN, LinkPhase.CLOSED) if one in phases), LinkPhase.NONE),
        next_at=min((one.next_at for one in settled if one.next_at), default=None),
        detail=worst.row,
        retracting=any(one.reason is Reason.RETRACTING for one in settled),
        has_answered=has_answered,
        readers=readers_of(snapshot),
        waits=worst.waits,
    )


def _finishing(hub: Hub, claimed: _Claimed, rest: Rest, settled: Sequence[Settled]) -> Keep:
    return Keep(lambda uow: _finish(uow, hub, claimed, rest, settled))


def _keep(uow: WritingUnitOfWork, copies: Copies, settled: Sequence[Settled]) -> None:
    """What was decided on some objects of a link, while another one of it moved."""
    copies.hold(uow)
    for one in settled:
        if one.keep is not None:
            one.keep(uow)


def outcome_of(link: LinkRecord, rest: Rest) -> Mapping[str, object]:
    """What a link says of itself once it came to rest like this."""
    due = rest.reason is Reason.DUE or rest.next_at is not None
    return {
        "phase": rest.phase,
        "have": rest.version if rest.equal else link.have,
        # Whoever still has something to do keeps the version unlooked at, and so stays due.
        "looked_version": link.looked_version if due else rest.version,
        "looked": link.looked if due else link.look,
        "reason": rest.reason,
        "detail": rest.detail,
        "missing": rest.missing,
        "retracting": rest.retracting,
        "attempts": link.attempts + (not rest.waits) if rest.reason is Reason.DUE else 0,
        "next_at": rest.next_at,
    }


def _finish(
    uow: WritingUnitOfWork, hub: Hub, claimed: _Claimed, rest: Rest, settled: Sequence[Settled]
) -> Reason:
    """Note how the link came to rest, and what is known of its objects by now.

    Raises:
        StaleError: another worker has taken over; nothing may be kept.
        MovedOnError: what an object was settled on is not so any more.
    """
    link = claimed.link
    if rest.has_answered:
        answered(uow, hub, claimed.system)
    if rest.reason is Reason.FAILED:
        note_failure(uow, hub, link, rest.detail)
    is_ours = uow.links.finish(replace(link, want=rest.version), **outcome_of(link, rest))
    for one in settled:
        if one.keep is not None:
            if not is_ours:
                raise StaleError(f"Link {link.id}: another worker has taken over.")
            one.keep(uow)
    note_rest(uow, link.id, rest.reason, rest.version, rest.readers, hub.now())
    return rest.reason


# Failures, by what to do about them (design §5.7).


def _tell(organisation: str, link: LinkRecord, error: SamenspraakError) -> None:
    # An outage is told once, by `trouble`; that this link waits for it is no news.
    tell = log.debug if isinstance(error, TransientError) else log.warning
    tell(
        "link not settled",
        organisation=organisation,
        link=link.id,
        agreement=link.agreement_id,
        connector=link.connector_id,
        code=error.code,
    )


def _failed(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, error: SamenspraakError) -> Reason:
    return next(react(uow, hub, link, error) for kind, react in _REACTIONS if isinstance(error, kind))


def _later(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, error: SamenspraakError) -> Reason:
    if is_about_the_system(error):
        trouble(uow, hub, link.connector_id, error)
    uow.links.finish(
        link,
        reason=Reason.DUE,
        detail=error.code,
        attempts=link.attempts + 1,
        next_at=again_at(uow, hub, link, error),
    )
    return Reason.DUE


def _sign_in(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, error: SamenspraakError) -> Reason:
    trouble(uow, hub, link.connector_id, error)
    reason = Reason.RETRACTING if _must_leave(uow, hub, link) else Reason.CONNECTOR
    return _set_aside(uow, hub, link, reason, error.code)


def _must_leave(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord) -> bool:
    """What must be taken back stays listed as not confirmed, whatever it waits for."""
    if link.phase is not LinkPhase.OPEN:
        return False
    agreement = uow.agreements.get(link.agreement_id).agreement
    try:
        return not sight_of(uow, hub, agreement, link.connector_id, link.members).shape()
    except ConfigurationError:  # its plugin is gone, so that nobody can say
        return False


def _dead_letter(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, error: SamenspraakError) -> Reason:
    note_failure(uow, hub, link, error.code)
    return _set_aside(uow, hub, link, Reason.FAILED, error.code)


def _set_aside(uow: WritingUnitOfWork, hub: Hub, link: LinkRecord, reason: Reason, detail: str) -> Reason:
    """Nothing more to do for this version until something changes."""
    uow.links.finish(
        link,
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
    (SamenspraakError, _dead_letter),
)
