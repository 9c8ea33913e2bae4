"""The systems there are a connector for, each behind the proxy, with what people do and read there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any

from samenspraak.connectors import Connector
from samenspraak.domain.agreements import What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.units import WHAT, UnitKey, UnitValue
from samenspraak.http import HttpClient, Limits
from samenspraak.http.limits import DEFAULT_LIMITS
from samenspraak.policy.state import ConnectorState
from samenspraak.sandbox import Mode, Sandbox, load
from samenspraak.store.records import ConnectorRecord
from samenspraak.testing.proxy import Proxy, Request, Trouble
from samenspraak_memory.sandbox import ACCESS_KEY
from samenspraak_regicare.sandbox import API_KEY, PASSWORD, PATH, USERNAME

ORGANISATION = "de-linde"
NUMBERS = "https://de-linde.example/nummers"
ENVIRONMENT = {"APP_KEY": ACCESS_KEY, "API_KEY": API_KEY, "PASSWORD": PASSWORD}
VACANCY = "Afspraken uit het dossier"
IMPATIENT = Limits(connect_seconds=0.5, read_seconds=0.25, total_seconds=0.5)
"""A fault that lasts longer than this is as long as any; without one, a busy machine may take its time."""


@dataclass(frozen=True, kw_only=True)
class Furnished:
    """A place with its people. ``reader``: who is asked what they can read there."""

    reader: str
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Place:
    """One system.

    ``performer``: who does what is agreed there · ``furnish``: make its people, and give what of it depends
    on them · ``edit``: somebody there changes the agreement; gives what the hub should have of it (None: only
    something is said) · ``decide``: people there carry out what was proposed · ``path``: what a request aims
    at, as the sandbox names it.
    """

    plugin: str
    performer: PartyRef
    settings: Callable[[str], Mapping[str, Any]]
    furnish: Callable[[Any, Any], Furnished]
    edit: Callable[[Sandbox, str], tuple[UnitKey, UnitValue] | None]
    decide: Callable[[Sandbox], None] = lambda _: None
    path: Callable[[Request], str] = lambda request: request.path.partition("?")[0]


@dataclass
class Patience:
    """How long the connector waits for an answer, which a test changes."""

    limits: Limits = DEFAULT_LIMITS
    clients: list[HttpClient] = field(default_factory=list)

    def of(self, client: HttpClient) -> HttpClient:
        client._limits = self.limits
        self.clients.append(client)
        return client

    def becomes(self, limits: Limits) -> None:
        self.limits = limits
        for client in self.clients:
            client._limits = limits


@dataclass
class Behind:
    """A place of which the hub sees what the proxy lets pass."""

    place: Place
    town: Any
    sandbox: Sandbox
    proxy: Proxy
    patience: Patience
    reader: str

    def strikes(self, trouble: Trouble, on: Callable[[Request], bool]) -> None:
        self.patience.becomes(IMPATIENT)
        self.proxy.strike(trouble, on=on)

    def calms(self) -> None:
        self.proxy.calm()
        self.patience.becomes(DEFAULT_LIMITS)

    def writes(self, request: Request) -> bool:
        return self.sandbox.is_write(request.method, self.place.path(request))

    def reads(self, request: Request) -> bool:
        return not self.writes(request)

    def readable(self) -> str:
        return "\n".join(self.sandbox.readable(self.reader))

    @property
    def live(self) -> set[int]:
        return set(self.sandbox.live().values())


def open_place(town: Any, place: Place, mode: Mode = "strict") -> Behind:
    """The place with its people, connected through a proxy."""
    sandbox = load(f"samenspraak_{place.plugin}", mode)
    proxy = Proxy(town.stack.enter_context(sandbox.running()))
    url = town.stack.enter_context(proxy.running())
    town.person("wit", PartyKind.CLIENT, "Mevrouw De Wit")
    town.person(place.performer.id, place.performer.kind, "Jan de Wit", "wit")
    town.consent("wit", place.performer)
    furnished = place.furnish(town, sandbox)
    patience = _with_patience(town, place.plugin)
    record = ConnectorRecord(
        id=place.plugin,
        plugin=f"patient-{place.plugin}",
        title=place.plugin,
        settings={**place.settings(url), **furnished.settings, "open_origins": [url]},
        state=ConnectorState.RUNNING,
    )
    with town.app.store.write(ORGANISATION) as uow:
        uow.connectors.add(record)
        uow.commit()
    town.systems[place.plugin] = sandbox
    return Behind(
        place=place, town=town, sandbox=sandbox, proxy=proxy, patience=patience, reader=furnished.reader
    )


def _with_patience(town: Any, plugin: str) -> Patience:
    """The same connector, that waits for as long as is said."""
    kind: type[Connector] = town.app.registry.connectors[plugin]
    patience = Patience()

    class Patient(kind):  # type: ignore[valid-type,misc]
        manifest = replace(kind.manifest, name=f"patient-{plugin}")

        def http(self) -> HttpClient:
            return patience.of(super().http())

    town.app.registry.connectors[f"patient-{plugin}"] = Patient
    return patience


def known(number: str) -> list[dict[str, str]]:
    return [{"system": NUMBERS, "value": number}]


def thursdays_at(hour: int) -> Schedule:
    weekly = Recurrence(frequency=Frequency.WEEKLY, weekdays=(Weekday.THURSDAY,), times=(time(hour),))
    return Schedule(text="op donderdag", timing=weekly)


SON = PartyRef(kind=PartyKind.RELATIVE, id="son")
NURSE = PartyRef(kind=PartyKind.PROFESSIONAL, id="anja")
KARIM = PartyRef(kind=PartyKind.VOLUNTEER, id="karim")
SHORT = What(text="Kort wandelen")


# The family app.


def _family(town: Any, app: Any) -> Furnished:
    town.joins(app, "wit", SON)
    return Furnished(reader="son")


def _renames(app: Any, agreement_id: str) -> tuple[UnitKey, UnitValue]:
    app.edit("son", agreement_id, title=SHORT.text)
    return WHAT, SHORT


# The dossier.


def _file(_: Any, dossier: Any) -> Furnished:
    acts = dossier.acts()
    acts["admit"](id="wit", given="An", family="de Wit", identifiers=known("wit"))
    acts["know"](kind="Practitioner", id="anja", name="Anja Postma", identifiers=known("anja"))
    return Furnished(reader="Practitioner/anja")


def _changes_plan(dossier: Any, agreement_id: str) -> tuple[UnitKey, UnitValue]:
    [plan] = dossier.records.current("CarePlan", primary=True)
    dossier.acts()["change"](id=plan.key, field="what", value=SHORT.text)
    return WHAT, SHORT


# The family platform.


def _network(_: Any, platform: Any) -> Furnished:
    platform.quirks = replace(platform.quirks, per_second=None)  # these tests do not wait
    acts = platform.acts()
    acts["admit"](identifier="70011", name="A. de Wit", identifiers=known("wit"))
    acts["join"](
        patient="70011",
        kind="RelatedPerson",
        identifier="80021",
        name="Jan de Wit",
        identifiers=known("son"),
    )
    sender = acts["join"](patient="70011", kind="Practitioner", identifier="90031", name="Fatma Kaya")
    return Furnished(reader="80021", settings={"sender": sender})


def _agrees_there(platform: Any, agreement_id: str) -> None:
    platform.acts()["reply"](person="80021", text="AKKOORD")


# The volunteer administration.


def _office(town: Any, regicare: Any) -> Furnished:
    office = regicare.office
    office.today = lambda: town.clock.now().date()
    office.open_vacancy(what=VACANCY)
    client = office.add_person(role="deelnemer", roepnaam="An", achternaam="de Wit", nummer="wit")
    karim = office.add_person(role="vrijwilliger", roepnaam="Jan", achternaam="de Wit", nummer="karim")
    # RegiCare tells only of people who have something to do with a task.
    people = {"client": client["persoonID"], "volunteer": karim["persoonID"]}
    office.record_task(**people, what="Samen koken", from_date="2026-11-05", start="16:00", end="18:00")
    return Furnished(reader=str(karim["persoonID"]))


def _takes_over(regicare: Any) -> None:
    for proposal in regicare.proposals():
        regicare.approve(inschrijvingID=proposal["inschrijvingID"])


def _renames_task(regicare: Any, agreement_id: str) -> tuple[UnitKey, UnitValue]:
    regicare.office.change_task(activiteitID=max(regicare.office.tasks), what=SHORT.text)
    return WHAT, SHORT


def _method(request: Request) -> str:
    name = request.body.partition(b'"method":"')[2].partition(b'"')[0].decode()
    return f"{PATH}/{name}"


PLACES: Mapping[str, Place] = {
    "memory": Place(
        plugin="memory",
        performer=SON,
        settings=lambda url: {"base_url": url, "access_key": "secret://env/APP_KEY"},
        furnish=_family,
        edit=_renames,
    ),
    "fhir": Place(
        plugin="fhir",
        performer=NURSE,
        settings=lambda url: {"base_url": f"{url}/fhir", "overlap_seconds": 2},
        furnish=_file,
        edit=_changes_plan,
    ),
    "ozo": Place(
        plugin="ozo",
        performer=SON,
        settings=lambda url: {
            "base_url": f"{url}/fhir",
            "nuts_url": url,
            "nuts_subject": "samenspraak",
            "authorization_server": "https://nuts.example.org/oauth2/ozo",
        },
        furnish=_network,
        edit=_agrees_there,
    ),
    "regicare": Place(
        plugin="regicare",
        performer=KARIM,
        settings=lambda url: {
            "base_url": f"{url}{PATH}",
            "api_key": "secret://env/API_KEY",
            "username": USERNAME,
            "password": "secret://env/PASSWORD",
            "intake_vacancy": VACANCY,
            "person_number": "nummer",
            "person_number_system": NUMBERS,
        },
        furnish=_office,
        edit=_renames_task,
        decide=_takes_over,
        path=_method,
    ),
}
