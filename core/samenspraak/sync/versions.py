"""One transaction, one function: a new version of an agreement with all that follows from it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from samenspraak.domain.agreements import Agreement
from samenspraak.domain.units import STATUS, UnitKey, differing, units_of
from samenspraak.policy.priority import priority_of
from samenspraak.store.records import AgreementRecord, AuditLine, Cause
from samenspraak.store.unit_of_work import WritingUnitOfWork
from samenspraak.sync.alike import no_longer_alike
from samenspraak.sync.asking import tell_ours
from samenspraak.sync.audiences import ensure_links
from samenspraak.sync.hub import Hub
from samenspraak.sync.moving import ask_again_which_copy
from samenspraak.sync.reaching import ask_not_reached
from samenspraak.sync.reviewing import follow_review


def record_version(
    uow: WritingUnitOfWork,
    hub: Hub,
    before: AgreementRecord,
    after: Agreement,
    *,
    cause: Cause,
    days: Collection[date] = (),
) -> int:
    """Make ``after`` the next version: compare-and-set, history, audit, the other links due, the wake-up.

    Also for what leaves the document as it is (a statement that others must hear): the version then moves
    without changed units, and ``days`` tells which days it is about.

    Returns:
        The new version number.

    Raises:
        StaleError: somebody recorded a version in between; plan again.
    """
    units = differing(units_of(before.agreement), units_of(after))
    was_of = before.agreement.client_id
    version = uow.agreements.replace(
        after,
        expected=before.version,
        cause=cause,
        at=hub.now(),
        units=units,
        of_client=None if was_of == after.client_id else was_of,
    )
    _follow(uow, hub, after, version, cause, units, days)
    return version


def record_new(
    uow: WritingUnitOfWork,
    hub: Hub,
    agreement: Agreement,
    *,
    cause: Cause,
    said: Collection[UnitKey] | None = None,
) -> AgreementRecord:
    """The first version of an agreement, with its links.

    ``said``: the units that the cause says, where that is not all of them.
    """
    record = uow.agreements.add(agreement, cause, hub.now(), said)
    uow.is_new(agreement.id)
    _follow(uow, hub, agreement, record.version, cause, frozenset(units_of(agreement)))
    return record


def _follow(
    uow: WritingUnitOfWork,
    hub: Hub,
    agreement: Agreement,
    version: int,
    cause: Cause,
    units: frozenset[UnitKey],
    days: Collection[date] = (),
) -> None:
    urgency = priority_of(agreement, units, hub.today(), days)
    ensure_links(uow, hub, agreement, version, urgency)
    tell_ours(uow, agreement, units, but=cause.question_id)
    ask_not_reached(uow, hub, agreement, units)
    follow_review(uow, hub, agreement, units)
    if STATUS in units and agreement.status.is_over:
        no_longer_alike(uow, hub, agreement)
    elif STATUS in units and version > 1:
        ask_again_which_copy(uow, hub, agreement)
    if version > 1:
        uow.wake(links=uow.links.want(agreement.id, version, urgency))
    else:  # its links were made so
        uow.wake(links=[one.id for one in uow.links.of_agreement(agreement.id)])
    uow.log.audit(
        AuditLine(
            at=hub.now(),
            actor=cause.actor,
            action=f"agreement.{cause.why}",
            object=f"agreement:{agreement.id}",
            connector_id=cause.connector_id,
            client_id=agreement.client_id,
            version=version,
            detail=" ".join(map(str, sorted(units))),
        )
    )
