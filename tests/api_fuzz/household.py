"""A hub with a household in it, and who calls its API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fresh import fresh_hub

from samenspraak.bootstrap import Application
from samenspraak.domain.agreements import Agreement, Assignment, Duty, State, Status, What
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, PartyKind, PartyRef, Person
from samenspraak.domain.schedules import Schedule
from samenspraak.policy.access import Role
from samenspraak.policy.state import ConnectorState
from samenspraak.services import programs
from samenspraak.store.records import Cause, ConnectorRecord, PartyLink
from samenspraak.sync.versions import record_new

ORGANISATION = "de-linde"
CLIENT = PartyRef(kind=PartyKind.CLIENT, id="wit")
DAUGHTER = PartyRef(kind=PartyKind.RELATIVE, id="els")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="noor")
NAMES = {CLIENT: "Mevrouw De Wit", DAUGHTER: "Els de Wit", NURSE: "Noor Bakker"}
"""Who lives here, and around."""

STOCKINGS = Agreement(
    id="stockings",
    client_id=CLIENT.id,
    what=What(text="Steunkousen aantrekken"),
    assignments=(
        Assignment(
            id="a1", duty=Duty(performer=DAUGHTER, schedule=Schedule(text="elke dag")), responsible=NURSE
        ),
    ),
    status=Status(state=State.ACTIVE),
)


class Clock:
    def now(self) -> datetime:
        return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Household:
    """``callers``: by who calls, their role and the headers they call with."""

    app: Application
    callers: Mapping[str, tuple[Role, dict[str, str]]]


def household(folder: Path) -> Household:
    """A client with a daughter who uses an app, and staff."""
    app = fresh_hub(folder, environment={"HOOK": "whsec_" + "A" * 43 + "="}, clock=Clock())
    app.store.add_organisation(ORGANISATION, "De Linde")
    hub = app.hub
    with app.store.write(ORGANISATION) as uow:
        for ref, name in NAMES.items():
            uow.parties.add_person(Person(id=ref.id, name=name), ref.kind)
        uow.parties.add_member(CircleMember(client_id=CLIENT.id, party=DAUGHTER))
        consent = Consent(
            id="c1",
            client_id=CLIENT.id,
            recipient=Recipient(kind=RecipientKind.PERSON, id=DAUGHTER.id),
            given_by=CLIENT.id,
        )
        uow.consents.add(consent, "admin", hub.now())
        settings = {"base_url": "https://app.example/hook", "secret": "secret://env/HOOK"}
        uow.connectors.add(
            ConnectorRecord(
                id="app", plugin="webhook", title="App", settings=settings, state=ConnectorState.RUNNING
            )
        )
        uow.parties.link(PartyLink(connector_id="app", external_id="els", ref=DAUGHTER))
        uow.commit()
    with app.store.write(ORGANISATION) as uow:
        record_new(uow, hub, STOCKINGS, cause=Cause(actor=str(NURSE), why="recorded"))
        uow.commit()
    for program_id, role, connector_id in (("script", Role.ADMIN, ""), ("app", Role.APP, "app")):
        programs.add(hub, ORGANISATION, program_id, role, connector_id=connector_id)
    keys = {one: programs.add_key(hub, ORGANISATION, one).text for one in ("script", "app")}
    callers = {
        "somebody who may do everything": (Role.ADMIN, {"Authorization": f"Bearer {keys['script']}"}),
        "a daughter in her app": (
            Role.APP,
            {"Authorization": f"Bearer {keys['app']}", "Samenspraak-Reader": "els"},
        ),
    }
    return Household(app=app, callers=callers)
