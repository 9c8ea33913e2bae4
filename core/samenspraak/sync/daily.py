"""What the calendar brings about: in pauses, talks, consents, and questions that nobody answered in time."""

from __future__ import annotations

from datetime import date

import structlog

from samenspraak.domain.consent import Consent, RecipientKind
from samenspraak.domain.lifecycle import due_to_resume, resume
from samenspraak.domain.parties import PartyKind
from samenspraak.domain.reviews import due_reviews
from samenspraak.store.records import Cause
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.changing_over import forget_earlier
from samenspraak.sync.hub import Hub
from samenspraak.sync.reaching import ask_lost_sight
from samenspraak.sync.reviewing import announce
from samenspraak.sync.runs import forget_runs
from samenspraak.sync.versions import record_version

log = structlog.get_logger(__name__)


def new_day(hub: Hub, organisation: str) -> None:
    """Do what has become due by the date alone since the last day this was done; harmless at any time.

    A day on which nobody ran the hub is made up for on the next one.
    """
    today = hub.today()
    with hub.store.read(organisation) as uow:
        done = uow.days.done() or date.min
    if done >= today:
        return
    _resume(hub, organisation)
    _announce_reviews(hub, organisation)
    _look_where_consent_turned(hub, organisation, done)
    _remind(hub, organisation)
    forget_earlier(hub, organisation)
    with hub.store.write(organisation) as uow:
        uow.once.forget(hub.now())
        uow.requests.forget(hub.now())
        forget_runs(uow, hub)
        uow.days.note(today)
        uow.commit()


def _resume(hub: Hub, organisation: str) -> None:
    with hub.store.read(organisation) as uow:
        paused = due_to_resume((one.agreement for one in uow.agreements.list()), hub.today())
    for agreement in paused:
        with hub.store.write(organisation) as uow:
            record = uow.agreements.get(agreement.id)
            if record.agreement == agreement:
                cause = Cause(actor="system", why="resumed")
                record_version(uow, hub, record, resume(agreement), cause=cause)
                uow.commit()


def _announce_reviews(hub: Hub, organisation: str) -> None:
    """Talks that have become due, and those nobody was asked to hold yet."""
    with hub.store.read(organisation) as uow:
        agreements = [one.agreement for one in uow.agreements.list()]
        due = due_reviews(agreements, hub.today(), since=uow.agreements.known_since())
    for one in due:
        with hub.store.write(organisation) as uow:
            if uow.agreements.get(one.agreement.id).agreement == one.agreement:
                announce(uow, hub, one.agreement, one.due)
                uow.commit()


def _look_where_consent_turned(hub: Hub, organisation: str, done: date) -> None:
    """A consent that begins or ends changes what copies show, though nobody did anything."""
    today = hub.today()
    with hub.store.read(organisation) as uow:
        turned = {
            person.id: consents
            for person in uow.parties.persons(PartyKind.CLIENT)
            if (consents := [one for one in uow.consents.of_client(person.id) if _turned(one, done, today)])
        }
    for client_id, consents in turned.items():
        with hub.store.write(organisation) as uow:
            uow.consents.raise_epoch(client_id)
            ensure_client(uow, hub, client_id)
            for lost in consents:
                if lost.recipient.kind is RecipientKind.PERSON and lost.holds_on(today) != lost.allows:
                    ask_lost_sight(uow, hub, client_id, lost.recipient.id)
            uow.commit()


def _turned(consent: Consent, done: date, today: date) -> bool:
    """Whether it began, or its last day passed, after the day ``done`` and up to today."""
    begun = consent.start is not None and done < consent.start <= today
    ended = consent.until is not None and done <= consent.until < today
    return consent.withdrawn_at is None and (begun or ended)


def _remind(hub: Hub, organisation: str) -> None:
    """Say again, each day, that a question waits past its time: whoever watches the log tells its owner."""
    with hub.store.read(organisation) as uow:
        waiting = [one for one in uow.questions.list() if one.is_overdue(hub.now())]
    for one in waiting:
        log.warning(
            "question overdue",
            organisation=organisation,
            question=one.id,
            kind=str(one.kind),
            owner=one.owner,
            agreement=one.agreement_id,
        )
