"""What the calendar brings about by itself: pauses that are over, consents that begin or end."""

from __future__ import annotations

from datetime import date, timedelta

from samenspraak.domain.consent import Consent
from samenspraak.domain.lifecycle import due_to_resume, resume
from samenspraak.domain.parties import PartyKind
from samenspraak.store.records import Cause
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.hub import Hub
from samenspraak.sync.versions import record_version


def new_day(hub: Hub, organisation: str) -> None:
    """Do what has become due by the date alone; once a day is enough, and twice is harmless."""
    _resume(hub, organisation)
    _look_where_consent_turns(hub, organisation)


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


def _look_where_consent_turns(hub: Hub, organisation: str) -> None:
    """A consent that begins today or ended yesterday changes what copies show, though nobody did anything."""
    today = hub.today()
    with hub.store.read(organisation) as uow:
        clients = [
            person.id
            for person in uow.parties.persons(PartyKind.CLIENT)
            if any(_turns(consent, today) for consent in uow.consents.of_client(person.id))
        ]
    for client_id in clients:
        with hub.store.write(organisation) as uow:
            uow.consents.raise_epoch(client_id)
            ensure_client(uow, hub, client_id)
            uow.commit()


def _turns(consent: Consent, today: date) -> bool:
    ended = consent.until is not None and consent.until + timedelta(days=1) == today
    return consent.start == today or ended
