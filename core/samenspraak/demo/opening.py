"""How it begins: people and agreements are in their systems, the hub is connected, consents are recorded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from samenspraak.demo import systems
from samenspraak.demo.agreements import PLANS
from samenspraak.demo.office import Office
from samenspraak.demo.people import (
    ELLEN,
    FATIMA,
    GERDA,
    HENK,
    JO,
    KARIM,
    NUMBERS,
    NURSE_NAME,
    NURSE_NUMBER,
    ROB,
    SAMIRA,
    SANNE,
    Person,
    resources,
)
from samenspraak.demo.systems import APP, DOSSIER, OTHER_APP, PLATFORM, VOLUNTEERS, FamilyApp, System, Systems
from samenspraak.protocols.standard_webhooks import Secret

NOTIFY_SECRET = Secret(b"meldingen-van-de-familie-app").text()
"""Between two processes of this demo."""
PING_KEY = "pings-van-het-familieplatform"
INTAKE = "Afspraken uit het dossier"
TASKS = (
    ("Samen koken", "Donderdag", "16:00", "18:00"),
    ("Samen naar de markt", "Vrijdag", "10:00", "11:30"),
)

Secrets = Mapping[str, str]
"""The reference of each secret, by its name."""


def keep_secrets(folder: Path) -> Secrets:
    """Write the secrets of the demo where only its owner can read them."""
    texts = {
        "app": systems.APP_KEY,
        "notify": NOTIFY_SECRET,
        "ping": PING_KEY,
        "volunteers-key": systems.VOLUNTEERS_KEY,
        "volunteers-password": systems.VOLUNTEERS_PASSWORD,
    }
    for name, text in texts.items():
        handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    return {name: f"secret://file{(folder / name).resolve()}" for name in texts}


# What is in the systems.


@dataclass(frozen=True, kw_only=True)
class Filled:
    """``sender``: whom the platform shows as writer · ``readers``: somebody who reads there, by system."""

    sender: str
    readers: Mapping[str, str]


def fill(there: Systems, today: date) -> Filled:
    """Put everybody and every agreement in place."""
    for resource in resources():
        there.dossier.store(resource)
    for plan in PLANS:
        there.dossier.store(plan.resource(today))
    _fill_app(there.app, JO, ELLEN)
    _fill_app(there.app, FATIMA, SAMIRA)
    _fill_app(there.other_app, HENK, SANNE)
    _fill_app(there.other_app, JO, ROB, numbered=False)
    readers = {
        PLATFORM: ROB.platform,
        VOLUNTEERS: _fill_volunteers(there.volunteers, today),
        APP: ELLEN.id,
        OTHER_APP: SANNE.id,
    }
    return Filled(sender=_fill_platform(there.platform), readers=readers)


def _fill_app(app: FamilyApp, client: Person, *users: Person, numbered: bool = True) -> None:
    """``numbered``: whether the app has the organisation's number of these users."""
    details = {"first_name": client.given, "identifiers": client.identifiers}
    app.act("client", id=client.id, name=client.name, **details)
    for one in users:
        known: dict[str, Any] = {"identifiers": one.identifiers} if numbered else {"birth_date": one.born}
        app.act("user", id=one.id, name=one.name, role="relative", circles=[client.id], **known)


def _fill_platform(platform: System) -> str:
    """Three clients with their circles, and a nurse who is in all of them; gives her reference there."""
    networks = ((JO, (ROB, ELLEN)), (HENK, (SANNE,)), (FATIMA, (SAMIRA, GERDA)))
    sender = ""
    for number, (client, circle) in enumerate(networks):
        patient = platform.act(
            "admit",
            identifier=f"7000{number}",
            name=client.name,
            given=client.given,
            birth_date=client.born,
            bsn=client.bsn,
        )
        nurse = {"kind": "Practitioner", "identifier": NURSE_NUMBER, "name": NURSE_NAME}
        sender = platform.act("join", patient=patient, **nurse)
        for one in circle:
            platform.act(
                "join",
                patient=patient,
                kind="RelatedPerson",
                identifier=one.platform,
                name=one.name,
                given=one.given,
            )
    return sender


def _fill_volunteers(volunteers: System, today: date) -> str:
    """Karim cooks with meneer Dijkman on Thursdays and takes him to the market on Fridays; gives his id."""
    volunteers.act("open_vacancy", what=INTAKE)
    client, volunteer = (
        volunteers.act("add_person", role=role, roepnaam=one.given, achternaam=one.family, nummer=one.number)
        for role, one in (("deelnemer", HENK), ("vrijwilliger", KARIM))
    )
    for what, day, start, end in TASKS:
        volunteers.act(
            "record_task",
            client=client["persoonID"],
            volunteer=volunteer["persoonID"],
            what=what,
            day=day,
            start=start,
            end=end,
            place="Bij de cliënt thuis",
            from_date=(today - timedelta(days=14)).isoformat(),
        )
    return str(volunteer["persoonID"])


# Connecting.


def connect_dossier(office: Office, there: Systems) -> None:
    """The dossier first: it is where people are registered."""
    settings = {"base_url": f"{there.dossier.url}/fhir", "overlap_seconds": 1, **_open(there.dossier)}
    office.connect(DOSSIER, "fhir", settings)
    office.until(lambda: office.known() >= len(resources()))


def connect_others(office: Office, there: Systems, sender: str, secrets: Secrets, hub_url: str) -> None:
    """The other systems, each matching people until all of them are released together."""
    there.platform.act("allow_hooks", origin=hub_url)
    pings = {"hook_url": f"{hub_url}/in/{office.organisation}/{PLATFORM}", "hook_key": secrets["ping"]}
    office.connect(PLATFORM, "ozo", {**_platform_settings(there.platform, sender), **pings})
    office.connect(VOLUNTEERS, "regicare", _volunteers_settings(there.volunteers, secrets))
    for app in (there.app, there.other_app):
        office.connect(app.name, "memory", _app_settings(app, secrets))
        app.act("tell", url=f"{hub_url}/in/{office.organisation}/{app.name}", secret=NOTIFY_SECRET)
    office.until(office.heard_all)


def _open(system: System) -> dict[str, Any]:
    return {"open_origins": [system.url]}


def _platform_settings(platform: System, sender: str) -> dict[str, Any]:
    return {
        "base_url": f"{platform.url}/fhir",
        "nuts_url": platform.url,
        "nuts_subject": systems.PLATFORM_SUBJECT,
        "authorization_server": f"{platform.url}/oauth2/ozo",
        "sender": sender,
        **_open(platform),
    }


def _volunteers_settings(volunteers: System, secrets: Secrets) -> dict[str, Any]:
    return {
        "base_url": f"{volunteers.url}/jsonrpc",
        "api_key": secrets["volunteers-key"],
        "username": systems.VOLUNTEERS_USER,
        "password": secrets["volunteers-password"],
        "intake_vacancy": INTAKE,
        "person_number": "nummer",
        "person_number_system": NUMBERS,
        **_open(volunteers),
    }


def _app_settings(app: System, secrets: Secrets) -> dict[str, Any]:
    return {
        "base_url": app.url,
        "access_key": secrets["app"],
        "notify_secret": secrets["notify"],
        **_open(app),
    }


# Deciding at the hub.


def record_consents(office: Office) -> None:
    """What each client allows; nobody but the client and the staff sees anything without it."""
    for client, person in (
        (JO, ROB),
        (JO, ELLEN),
        (HENK, SANNE),
        (HENK, KARIM),
        (FATIMA, SAMIRA),
        (FATIMA, GERDA),
    ):
        office.allow(client.key, person.key)
    for client, person in ((JO, ROB), (JO, ELLEN), (HENK, SANNE), (HENK, KARIM), (FATIMA, SAMIRA)):
        office.show_own_name(client.key, person.key)


def settle_doubts(office: Office) -> None:
    """One app knows Rob by name and birth date only: a person says that it is him."""
    for one in office.waiting():
        if one.connector_id == OTHER_APP and one.external_id == ROB.id and one.suggestions:
            office.accept(OTHER_APP, one.external_id, str(one.suggestions[0].party))


def release(office: Office) -> None:
    """From now on the hub also writes."""
    for connector_id in (DOSSIER, PLATFORM, VOLUNTEERS, APP, OTHER_APP):
        office.release(connector_id)
