"""Handing over what lies in the outbox: when it is due, and only what its reader may still be told.

Consent is asked when a notice leaves, not when it was written (ADR 0034): one that waited while its reader
lost sight of the agreement becomes a retraction under the same number. Whatever fails follows the schedule; a
subscriber that is not there keeps nobody else waiting, and its own notices only until it answers.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from samenspraak.connectors.calls import Call
from samenspraak.connectors.notices import Delivery, Notice, NoticeKind
from samenspraak.errors import (
    AuthenticationError,
    ConfigurationError,
    SamenspraakError,
    StaleError,
    TransientError,
)
from samenspraak.policy.priority import EDIT, RETRACTION
from samenspraak.policy.schedule import wait_after
from samenspraak.policy.state import ConnectorState
from samenspraak.store.events import NOT_CHOSEN
from samenspraak.store.log import AttemptRecord
from samenspraak.store.records import EventRecord, LinkRecord
from samenspraak.store.unit_of_work import UnitOfWork, WritingUnitOfWork
from samenspraak.sync import subscribers
from samenspraak.sync.asking import no_more_admin
from samenspraak.sync.audiences import sight_of
from samenspraak.sync.hub import Hub
from samenspraak.sync.together import ALONE, Ask, Company, Keep, KeptBackError, Together, Work
from samenspraak.sync.trouble import trouble

log = structlog.get_logger(__name__)

DELIVERY = "delivery"
"""The act of an attempt at a notice; its detail is the number."""

_SOON = timedelta(seconds=1)
_NOT_FOUND_FOR = timedelta(minutes=5)
"""So long a notice waits for the copy it tells of to be known; that takes a moment, or a restart."""
_NEEDS_A_PERSON = (AuthenticationError, ConfigurationError)
_NEVER_LEFT = (StaleError, KeptBackError)


@dataclass(frozen=True, kw_only=True)
class _Claimed:
    """A notice that is ours to hand over, and what it rests on. ``link``: of the copy, if that is known."""

    event: EventRecord
    link: LinkRecord | None
    client_id: str
    epoch: int


def deliver(hub: Hub, organisation: str, event_id: str) -> bool:
    """Hand over one notice; whether its subscriber took it."""
    return deliver_all(hub, organisation, [event_id])[0]


def deliver_all(
    hub: Hub, organisation: str, event_ids: Sequence[str], company: Company = ALONE
) -> list[bool]:
    """The same for several, side by side; the first that finds nobody there keeps back what has not left."""
    works = [_work(hub, organisation, one) for one in event_ids]
    together = Together[bool](hub.store, organisation, _foresee_nothing, company)
    return [bool(one) for one in together.run(works)]


def _foresee_nothing(uow: UnitOfWork, about: Sequence[str]) -> None:
    """Each is looked at as it is claimed."""


def _work(hub: Hub, organisation: str, event_id: str) -> Work[bool]:
    claimed: _Claimed | None = yield Keep(lambda uow: _claim(uow, hub, event_id))
    if claimed is None:
        return False
    try:
        came: Delivery = yield Ask(lambda: _hand_over(hub, organisation, claimed))
    except SamenspraakError as error:
        failure = error
    except Exception as error:  # a plugin may raise anything; one notice's crash stops no other
        log.exception("delivery crashed", organisation=organisation, error=type(error).__name__)
        failure = TransientError(f"Event {event_id}: an unexpected error.")
    else:
        keep = _KEEPS[came]
        yield Keep(lambda uow: keep(uow, hub, claimed))
        return came is Delivery.TAKEN
    yield Keep(lambda uow: _missed(uow, hub, claimed, failure))
    return False


# Before it leaves.


def _claim(uow: WritingUnitOfWork, hub: Hub, event_id: str) -> _Claimed | None:
    """The notice, as it may leave now; None: not now."""
    now = hub.now()
    event = uow.events.claim(event_id, now, now + hub.pace.lease)
    if event is None:
        return None
    state = uow.connectors.get(event.connector_id).state
    quiet_until = uow.events.subscriber(event.connector_id).quiet_until
    if quiet_until is not None and quiet_until > now:
        uow.events.finish(event, next_at=quiet_until + hub.chance.uniform(0, 1) * _SOON)
        return None
    link = link_of(uow, event)
    if link is None and is_young(event, now):
        uow.events.finish(event, next_at=now + _SOON)
        return None
    try:
        is_told = _retracts(event) or may_be_told(uow, hub, event, link)
    except ConfigurationError:  # its plugin is gone, so that nobody can say
        uow.events.finish(event, next_at=now + hub.pace.unseen)
        return None
    if not is_told:
        event = uow.events.become(event, hub.new_id(), NoticeKind.RETRACTED, RETRACTION)
    if not (state is ConnectorState.RUNNING or (state is ConnectorState.STOPPED and _retracts(event))):
        uow.events.finish(event, next_at=now + hub.pace.unseen)
        return None
    client_id = uow.agreements.get(link.agreement_id).agreement.client_id if link else ""
    return _Claimed(event=event, link=link, client_id=client_id, epoch=uow.consents.epoch(client_id))


def link_of(uow: UnitOfWork, event: EventRecord) -> LinkRecord | None:
    """The copy that a notice tells of, if that is known."""
    remote = uow.remotes.by_external(event.connector_id, event.copy_id)
    return uow.links.get(remote.link_id) if remote and remote.link_id else None


def is_young(event: EventRecord, now: datetime) -> bool:
    """Whether the copy it tells of may still become known."""
    return now < event.at + _NOT_FOUND_FOR


def may_be_told(uow: UnitOfWork, hub: Hub, event: EventRecord, link: LinkRecord | None) -> bool:
    """Whether whoever a notice is for may see anything now of the copy it tells of.

    Raises:
        ConfigurationError: its plugin is gone, so that nobody can say.
    """
    known = uow.parties.link_of(event.connector_id, event.reader)
    if link is None or known is None or uow.parties.current(known.ref) not in link.members:
        return False  # nobody's any more, or somebody else's copy by now
    record = uow.agreements.get(link.agreement_id)
    sight = sight_of(uow, hub, record.agreement, link.connector_id, link.members)
    return bool(sight.shape()) and not record.erased


def _retracts(event: EventRecord) -> bool:
    return event.kind == NoticeKind.RETRACTED


def _hand_over(hub: Hub, organisation: str, claimed: _Claimed) -> Delivery:
    event = claimed.event
    notice = Notice(
        id=event.id,
        number=event.number,
        kind=NoticeKind(event.kind),
        agreement_id=event.agreement_id,
        reader=event.reader,
        version=event.version,
        at=event.at,
    )
    call = _call(hub, organisation, claimed)
    return hub.connected.connector(organisation, event.connector_id).deliver(call, notice)


def _call(hub: Hub, organisation: str, claimed: _Claimed) -> Call:
    """What the connector may use; the last step before the socket asks whether anything moved since."""
    event, link = claimed.event, claimed.link

    def permit() -> None:
        if link is None or _retracts(event):
            return
        with hub.store.read(organisation) as uow:
            now = uow.links.standing(link.id, claimed.client_id)
        if (now.epoch, now.members, now.state) != (claimed.epoch, link.members, ConnectorState.RUNNING):
            raise StaleError(f"Event {event.id}: consent or readers changed since it was taken up.")

    return hub.connected.call(organisation, event.connector_id, permit=permit)


# What came of it.


def _taken(uow: WritingUnitOfWork, hub: Hub, claimed: _Claimed) -> None:
    event = claimed.event
    if not uow.events.finish(event, taken_at=hub.now(), attempts=event.attempts + 1, detail=""):
        return
    _log(uow, hub, claimed, "taken")
    subscribers.took(uow, hub, event.connector_id)
    _look(uow, claimed)


def _not_chosen(uow: WritingUnitOfWork, hub: Hub, claimed: _Claimed) -> None:
    """Nothing was sent, and nothing will be: it keeps its number, and can be fetched."""
    if uow.events.finish(claimed.event, taken_at=hub.now(), detail=NOT_CHOSEN):
        _look(uow, claimed)


def _unwanted(uow: WritingUnitOfWork, hub: Hub, claimed: _Claimed) -> None:
    """They want no more of any: nothing is discarded, and the admin is asked."""
    event = claimed.event
    uow.events.finish(event, attempts=event.attempts + 1, detail=subscribers.UNWANTED)
    _log(uow, hub, claimed, subscribers.UNWANTED)
    subscribers.refused(uow, hub, event.connector_id)


_KEEPS = {Delivery.TAKEN: _taken, Delivery.UNWANTED: _unwanted, Delivery.NOT_CHOSEN: _not_chosen}


def _missed(uow: WritingUnitOfWork, hub: Hub, claimed: _Claimed, error: SamenspraakError) -> None:
    event, now = claimed.event, hub.now()
    if isinstance(error, _NEVER_LEFT):
        uow.events.finish(event, next_at=now + hub.chance.uniform(0, 1) * _SOON)
        return
    if isinstance(error, _NEEDS_A_PERSON):
        uow.events.finish(event, detail=error.code)
        trouble(uow, hub, event.connector_id, error)
        return
    _log(uow, hub, claimed, error.code, getattr(error, "status", None))
    asked = subscribers.missed(uow, hub, event.connector_id, error)
    attempts = event.attempts + 1
    wait = wait_after(attempts, hub.chance.uniform(0, 1))
    if wait is None:
        uow.events.finish(event, attempts=attempts, detail=error.code, given_up_at=now)
        subscribers.gave_up(uow, hub, event.connector_id)
        _tell(uow, event)
        _look(uow, claimed)
        return
    uow.events.finish(event, attempts=attempts, detail=error.code, next_at=now + max(wait, asked))


def _tell(uow: WritingUnitOfWork, event: EventRecord) -> None:
    log.error(
        "event given up",
        organisation=uow.organisation,
        connector=event.connector_id,
        agreement=event.agreement_id,
    )


def _look(uow: WritingUnitOfWork, claimed: _Claimed) -> None:
    """The copy rests otherwise from now on."""
    if claimed.link is not None:
        uow.look_at_link(claimed.link.id, RETRACTION if _retracts(claimed.event) else EDIT)


def _log(
    uow: WritingUnitOfWork, hub: Hub, claimed: _Claimed, outcome: str, status: int | None = None
) -> None:
    event, link = claimed.event, claimed.link
    uow.log.attempt(
        AttemptRecord(
            connector_id=event.connector_id,
            link_id=link.id if link else None,
            act=DELIVERY,
            version=event.version,
            outcome=outcome,
            detail=str(event.number),
            at=hub.now(),
            status=status,
        )
    )


# Trying again.


def try_again(
    uow: WritingUnitOfWork, hub: Hub, event_ids: Collection[str], *, taken: bool = False
) -> list[str]:
    """Begin anew with those of these that were given up, each as it was; gives their ids.

    ``taken``: also with those that nobody waits for any more.
    """
    begun = uow.events.again(event_ids, taken=taken)
    uow.wake(events=begun)
    events = [uow.events.get(one) for one in begun]
    for event in events:
        if link := link_of(uow, event):
            uow.look_at_link(link.id)
    for connector_id in {one.connector_id for one in events}:
        uow.events.heard(connector_id)
        if not uow.events.failed(connector_id):
            no_more_admin(uow, hub, connector_id, cause=subscribers.UNDELIVERED)
    return begun


def try_all_again(uow: WritingUnitOfWork, hub: Hub, connector_id: str) -> None:
    """Its subscriber takes part again: what was given up begins anew, and nothing waits for its turn."""
    uow.events.heard(connector_id)
    uow.events.trust(connector_id)
    try_again(uow, hub, uow.events.failed(connector_id))
    uow.wake(events=uow.events.hasten(connector_id, hub.now()))
