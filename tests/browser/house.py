"""A household whose people use the family app: a hub, a provider and the files of the app, on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
from fresh import fresh_hub

from samenspraak.bootstrap import Application
from samenspraak.demo.processes import free_port
from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, Group, GroupKind, PartyKind, PartyRef, Person
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import TransientError
from samenspraak.policy.access import Role
from samenspraak.policy.state import ConnectorState
from samenspraak.services import accounts, programs
from samenspraak.settings import Web
from samenspraak.store.records import ConnectorRecord, PartyLink
from samenspraak.sync.audiences import ensure_client
from samenspraak.sync.pull import pull
from samenspraak.web.app import create_app
from samenspraak.web.serving import Serving
from samenspraak.work.inline import work_off
from samenspraak_memory.sandbox import ACCESS_KEY, FamilyApp

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "familie-app"
PROVIDER = ROOT / "tests" / "npm" / "sign_in.mjs"

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ORGANISATION = "de-linde"
CLIENT = PartyRef(kind=PartyKind.CLIENT, id="wit")
ELS = PartyRef(kind=PartyKind.RELATIVE, id="els")
JAN = PartyRef(kind=PartyKind.RELATIVE, id="jan")
TRUUS = PartyRef(kind=PartyKind.RELATIVE, id="truus")
KARIM = PartyRef(kind=PartyKind.VOLUNTEER, id="karim")
NOOR = PartyRef(kind=PartyKind.PROFESSIONAL, id="noor")
NAMES = {
    CLIENT: "Mevrouw De Wit",
    ELS: "Els de Wit",
    JAN: "Jan de Wit",
    TRUUS: "Truus Bakker",
    KARIM: "Karim Aydin",
    NOOR: "Noor Visser",
}
TEAM = Group(id="dag", name="Team Dagdienst", kind=GroupKind.TEAM, members=frozenset({NOOR}))


class Clock:
    """The time it is: tokens of the provider count by it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class House:
    """``app_url``: where the family app is · ``staff``: what staff calls the API with · ``day``: today."""

    app: Application
    hub_url: str
    app_url: str
    staff: Mapping[str, str]
    day: date

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What staff gets over the API."""
        answer = requests.request(
            method, f"{self.hub_url}/api/v1{path}", json=body, headers={**self.staff, **headers}, timeout=10
        )
        assert answer.ok, answer.text
        return answer.json()

    def agrees(self, what: str, **units: Any) -> str:
        """Staff record an agreement; gives its id."""
        words = {"text": what, "modality": units.pop("modality", "does")}
        about = {"what": words, "status": {"state": "active"}}
        made = self.ask("POST", "/agreements", {"client": str(CLIENT), "units": {**about, **units}})
        return str(made["id"])

    def changes(self, agreement_id: str, **units: Any) -> None:
        """Staff change it."""
        version = self.ask("GET", f"/agreements/{agreement_id}")["version"]
        self.ask("PATCH", f"/agreements/{agreement_id}", {"units": units}, **{"If-Match": f'"{version}"'})

    def shown(self, agreement_id: str) -> Any:
        """What staff sees of it."""
        return self.ask("GET", f"/agreements/{agreement_id}")

    def hears(self, connector_id: str) -> None:
        """The hub asks this system what is new, and tells it what it has to know; it may not answer."""
        with suppress(TransientError):
            pull(self.app.hub, ORGANISATION, connector_id)
        work_off(self.app.hub, ORGANISATION)
        with self.app.store.write(ORGANISATION) as uow:  # the app's own program is not here, and takes all
            uow.events.heard("app", taken_at=self.app.hub.now())
            uow.commit()

    def heard_last(self, connector_id: str, at: datetime) -> None:
        """As if the hub heard this system then, and never since."""
        with self.app.store.write(ORGANISATION) as uow:
            uow.connectors.note(connector_id, heard_at=at)
            uow.commit()

    def invited(self, who: PartyRef) -> str:
        """The code for somebody."""
        return accounts.invite(self.app.hub, ORGANISATION, str(who)).code

    def withdraws(self, who: PartyRef) -> None:
        """The client no longer wants this person to see anything."""
        with self.app.store.write(ORGANISATION) as uow:
            uow.consents.withdraw(f"sees-{who.id}", "noor", self.app.hub.now())
            ensure_client(uow, self.app.hub, CLIENT.id)
            uow.commit()

    def objects(self, who: PartyRef, agreement_id: str) -> None:
        """The client does not want this person to see this agreement any more."""
        no = replace(_sees(who), id=f"not-{who.id}", allows=False, agreement_id=agreement_id)
        with self.app.store.write(ORGANISATION) as uow:
            uow.consents.add(no, "noor", self.app.hub.now())
            ensure_client(uow, self.app.hub, CLIENT.id)
            uow.commit()


def duty(who: PartyRef, text: str, *times: str, weekdays: tuple[int, ...] = ()) -> dict[str, Any]:
    """Who does it, and when."""
    frequency = "weekly" if weekdays else "daily"
    timing = {"form": "recurrence", "frequency": frequency, "weekdays": list(weekdays), "times": list(times)}
    return {"performer": str(who), "schedule": {"text": text, "timing": timing}}


@contextmanager
def household(folder: Path, npm: Any) -> Iterator[House]:
    """The household; nobody has signed in yet."""
    app_url = f"http://127.0.0.1:{free_port()}"
    with ExitStack() as stack:
        app = fresh_hub(
            folder, environment={"HOOK": "whsec_" + "A" * 43 + "=", "OTHER": ACCESS_KEY}, clock=Clock()
        )
        app = replace(app, settings=replace(app.settings, web=Web(app_origins=(app_url,))))
        _people(app)
        hub_url = stack.enter_context(_served(create_app(app, is_working=lambda: True)))
        issuer = stack.enter_context(_provider(npm, f"{app_url}/"))
        provider = {"issuer": issuer, "client_id": "familie-app", "connector_id": "app"}
        accounts.add_provider(app.hub, ORGANISATION, "login", **provider)
        config = folder / "config.json"
        said = {"hub": hub_url, "issuer": issuer, "client_id": "familie-app", "organisation": ORGANISATION}
        config.write_text(json.dumps(said), encoding="utf-8")
        stack.enter_context(_files(config, app_url))
        programs.add(app.hub, ORGANISATION, "dossier", Role.COORDINATOR)
        key = programs.add_key(app.hub, ORGANISATION, "dossier").text
        staff = {"Authorization": f"Bearer {key}"}
        day = datetime.now(AMSTERDAM).date()
        yield House(app=app, hub_url=hub_url, app_url=app_url, staff=staff, day=day)


@contextmanager
def another_app(house: House) -> Iterator[FamilyApp]:
    """An app of somebody else, ``other``, in which Els and Jan see what this client agreed."""
    other = FamilyApp()
    other.add_client(CLIENT.id, "Mevrouw De Wit", first_name="An")
    with other.running() as url:
        settings = {"base_url": url, "access_key": "secret://env/OTHER", "open_origins": [url]}
        with house.app.store.write(ORGANISATION) as uow:
            uow.connectors.add(
                ConnectorRecord(
                    id="other",
                    plugin="memory",
                    title="Andere app",
                    settings=settings,
                    state=ConnectorState.RUNNING,
                )
            )
            uow.parties.link(PartyLink(connector_id="other", external_id=CLIENT.id, ref=CLIENT))
            for ref in (ELS, JAN):
                other.add_user(ref.id, NAMES[ref], str(ref.kind), [CLIENT.id])
                uow.parties.link(PartyLink(connector_id="other", external_id=ref.id, ref=ref))
            uow.commit()
        yield other


def _people(app: Application) -> None:
    app.store.add_organisation(ORGANISATION, "De Linde")
    with app.store.write(ORGANISATION) as uow:
        for ref, name in NAMES.items():
            first = "An" if ref == CLIENT else ""
            uow.parties.add_person(Person(id=ref.id, name=name, first_name=first), ref.kind)
        uow.parties.add_group(TEAM)
        settings = {"base_url": "https://app.example/hook", "secret": "secret://env/HOOK"}
        uow.connectors.add(
            ConnectorRecord(
                id="app", plugin="webhook", title="App", settings=settings, state=ConnectorState.RUNNING
            )
        )
        for ref in (ELS, JAN, TRUUS, KARIM):
            uow.parties.add_member(CircleMember(client_id=CLIENT.id, party=ref))
            uow.parties.link(PartyLink(connector_id="app", external_id=ref.id, ref=ref))
            uow.consents.add(_sees(ref), "noor", app.hub.now())
            for kind in (PartyKind.RELATIVE, PartyKind.VOLUNTEER):
                uow.consents.add(_named(ref, kind), "noor", app.hub.now())
        uow.parties.link(PartyLink(connector_id="app", external_id="noor", ref=NOOR))
        uow.commit()


def _sees(ref: PartyRef) -> Consent:
    return Consent(
        id=f"sees-{ref.id}",
        client_id=CLIENT.id,
        recipient=Recipient(kind=RecipientKind.PERSON, id=ref.id),
        given_by=CLIENT.id,
    )


def _named(ref: PartyRef, to: PartyKind) -> Consent:
    """Somebody lets others of this kind see that they take part."""
    return Consent(
        id=f"named-{ref.id}-{to}",
        client_id=CLIENT.id,
        recipient=Recipient(kind=RecipientKind.ROLE, id=str(to)),
        rows=frozenset({MatrixRow.NAMES}),
        given_by=ref.id,
        capacity=Capacity.SELF,
    )


@contextmanager
def _served(app: object) -> Iterator[str]:
    with Serving(app, host="127.0.0.1", port=0, threads=8) as web:
        yield f"http://127.0.0.1:{web.port}"


@contextmanager
def _provider(npm: Any, redirect_uri: str) -> Iterator[str]:
    said = {"client_id": "familie-app", "redirect_uri": redirect_uri, "scopes": [], "algorithm": "ES256"}
    with subprocess.Popen(
        npm.command(PROVIDER, json.dumps(said)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as program:
        assert program.stdout is not None
        yield json.loads(program.stdout.readline())["issuer"]
        program.terminate()


@contextmanager
def _files(config: Path, app_url: str) -> Iterator[None]:
    port = app_url.rsplit(":", 1)[1]
    command = [sys.executable, str(EXAMPLE / "serve.py"), str(config), "--port", port]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline()
        yield
        program.terminate()
