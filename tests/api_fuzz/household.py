"""A hub with a household in it, and who calls its API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fresh import fresh_hub
from joserfc import jws
from joserfc.jwk import ECKey

from samenspraak.bootstrap import Application
from samenspraak.domain.agreements import Agreement, Assignment, Duty, State, Status, What
from samenspraak.domain.consent import Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, PartyKind, PartyRef, Person
from samenspraak.domain.schedules import Schedule
from samenspraak.policy.access import ROLES, Role
from samenspraak.policy.state import ConnectorState, LinkPhase
from samenspraak.services import accounts, programs
from samenspraak.store.access import KeyRecord
from samenspraak.store.accounts import AccountRecord, InvitationRecord
from samenspraak.store.log import RunKind, RunRecord
from samenspraak.store.records import Cause, ConnectorRecord, PartyLink, RemoteRecord
from samenspraak.sync.adopt import PERSON
from samenspraak.sync.versions import record_new

ORGANISATION = "de-linde"
ISSUER, KEY = "https://login.example", ECKey.generate_key("P-256")
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

WAITS = RemoteRecord(
    id="waits",
    connector_id="app",
    external_id="r1",
    phase=LinkPhase.NONE,
    why=PERSON,
    why_since=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    client_there="c9",
)
"""A record of a client whom nobody has matched."""


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
        uow.log.keep_run(RunRecord(connector_id="app", kind=RunKind.FULL, started_at=hub.now()))
        uow.parties.link(PartyLink(connector_id="app", external_id="els", ref=DAUGHTER))
        uow.remotes.add(WAITS)
        uow.commit()
    with app.store.write(ORGANISATION) as uow:
        record_new(uow, hub, STOCKINGS, cause=Cause(actor=str(NURSE), why="recorded"))
        uow.commit()
    app = replace(app, hub=replace(hub, issuers=Published()))
    for program_id, role, connector_id in (("script", Role.ADMIN, ""), ("app", Role.APP, "app")):
        programs.add(hub, ORGANISATION, program_id, role, connector_id=connector_id)
    keys = {one: programs.add_key(hub, ORGANISATION, one).text for one in ("script", "app")}
    callers = {
        "somebody who may do everything": (Role.ADMIN, {"Authorization": f"Bearer {keys['script']}"}),
        "a daughter in her app": (
            Role.APP,
            {"Authorization": f"Bearer {keys['app']}", "Samenspraak-Reader": "els"},
        ),
        "a daughter who signed in": (Role.PARTICIPANT, signed_in(app)),
    }
    let_others_in(app)
    return Household(app=app, callers=callers)


def let_others_in(app: Application) -> None:
    """Access that is there to be taken back, by ids of its own: whoever calls keeps theirs."""
    hub, login = app.hub, "https://portal.example"
    programs.add(hub, ORGANISATION, "planning", Role.VIEWER)
    accounts.add_provider(hub, ORGANISATION, "portal", issuer=login, client_id="portal", connector_id="app")
    now, later = hub.now(), hub.now() + timedelta(days=7)
    shown = {"digest": b"nobody's", "at": now, "expires_at": later}
    with app.store.write(ORGANISATION) as uow:
        uow.access.add_key(KeyRecord(id="k1", program_id="planning", scopes=ROLES[Role.VIEWER], **shown))
        uow.accounts.add(AccountRecord(id="a1", issuer=login, role=Role.VIEWER, party=NURSE, at=now), "noor")
        uow.accounts.invite(InvitationRecord(id="i1", role=Role.VIEWER, party=NURSE, **shown))
        uow.commit()


class Published:
    """The keys of where people sign in."""

    def keys(self, organisation: str, issuer: str, key_id: str | None) -> Sequence[Mapping[str, Any]]:
        return [{**KEY.as_dict(private=False), "kid": "a"}]


def signed_in(app: Application) -> dict[str, str]:
    """The headers of the daughter, who was invited and has signed in."""
    hub, until = app.hub, int((app.hub.now() + timedelta(days=1)).timestamp())
    accounts.add_provider(
        hub, ORGANISATION, "login", issuer=ISSUER, client_id="familie-app", connector_id="app"
    )
    claims = {"iss": ISSUER, "sub": "els", "client_id": "familie-app", "exp": until}
    claims["aud"] = accounts.providers(hub, ORGANISATION)[0].audience
    head = {"alg": "ES256", "typ": "at+jwt", "kid": "a"}
    token = jws.serialize_compact(head, json.dumps(claims), KEY, algorithms=["ES256"])
    headers = {"Authorization": f"Bearer {token}"}
    code = accounts.invite(hub, ORGANISATION, str(DAUGHTER)).code
    accounts.accept(hub, headers["Authorization"], code, remote="127.0.0.1")
    return headers
