"""Try the app out on this machine: a hub with an invented household, a fixed sign-in, and the app.

``make family-app``; nothing of it is left afterwards. Everybody has used their
invitation already; how that goes is in ``docs/how-to/build-a-family-app.md``. Nothing is passed on to other
systems here.
"""

from __future__ import annotations

import json
import signal
import tempfile
import threading
from collections.abc import Callable
from datetime import time
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

from serve import Files
from sign_in import SignIn
from waitress.server import create_server

from samenspraak.bootstrap import Application, build
from samenspraak.domain.agreements import (
    Agreement,
    Assignment,
    Conditions,
    Duty,
    LifeDomain,
    Modality,
    State,
    Status,
    What,
)
from samenspraak.domain.consent import Capacity, Consent, Recipient, RecipientKind
from samenspraak.domain.parties import CircleMember, Group, GroupKind, PartyKind, PartyRef, Person
from samenspraak.domain.schedules import AsNeeded, Frequency, Recurrence, Schedule
from samenspraak.domain.units import MatrixRow
from samenspraak.policy.state import ConnectorState
from samenspraak.services import accounts, installation
from samenspraak.settings import Settings, Web
from samenspraak.store.records import Cause, ConnectorRecord, PartyLink
from samenspraak.sync.versions import record_new
from samenspraak.web.app import create_app
from samenspraak.work.clock import SystemClock

ORGANISATION, APP = "de-linde", "familie-app"
CLIENT = PartyRef(kind=PartyKind.CLIENT, id="wit")
ELS = PartyRef(kind=PartyKind.RELATIVE, id="els")
JAN = PartyRef(kind=PartyKind.RELATIVE, id="jan")
KARIM = PartyRef(kind=PartyKind.VOLUNTEER, id="karim")
NOOR = PartyRef(kind=PartyKind.PROFESSIONAL, id="noor")
PEOPLE = {
    ELS: "Els de Wit, dochter",
    JAN: "Jan de Wit, zoon",
    KARIM: "Karim Aydin, vrijwilliger",
    NOOR: "Noor Visser, zorg",
}
TEAM = Group(id="dag", name="Team Dagdienst", kind=GroupKind.TEAM, members=frozenset({NOOR}))


def main() -> None:
    """Serve until interrupted."""
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with tempfile.TemporaryDirectory() as folder:
        print(f"{started(Path(folder))}  (Ctrl+C: alles stopt, en er blijft niets over)", flush=True)
        stop.wait()


def started(folder: Path) -> str:
    """Start all of it in this folder; gives where the app is."""
    files = ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, config=folder / "config.json"))
    app_url = f"http://127.0.0.1:{files.server_port}"
    settings = Settings(environment="demo", data_dir=folder, web=Web(app_origins=(app_url,)))
    installation.make_key(settings)
    app = build(settings, environment={}, clock=SystemClock())
    hub_url = serve(lambda _: create_app(app, is_working=lambda: True))
    there: list[SignIn] = []

    def sign_in(issuer: str) -> object:
        audience = f"urn:samenspraak:{ORGANISATION}"
        known = {ref.id: name for ref, name in PEOPLE.items()}
        here = f"{app_url}/"
        there.append(SignIn(issuer=issuer, client_id=APP, redirect_uri=here, audience=audience, people=known))
        return there[0].app()

    issuer = serve(sign_in)
    config = {"hub": hub_url, "issuer": issuer, "client_id": APP, "organisation": ORGANISATION}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    household(app)
    let_in(app, issuer, there[0])
    threading.Thread(target=files.serve_forever, daemon=True).start()
    return app_url


def serve(make: Callable[[str], object]) -> str:
    """Serve what is made for this address, on loopback; gives the address."""
    address = ""

    def answer(environ: object, start: object) -> object:
        return app(environ, start)  # type: ignore[operator]

    server = create_server(answer, host="127.0.0.1", port=0)
    address = f"http://127.0.0.1:{server.effective_port}"
    app = make(address)
    threading.Thread(target=server.run, daemon=True).start()
    return address


def let_in(app: Application, issuer: str, sign_in: SignIn) -> None:
    """Everybody has used their invitation."""
    accounts.add_provider(app.hub, ORGANISATION, "to-try", issuer=issuer, client_id=APP, connector_id="app")
    for ref in PEOPLE:
        code = accounts.invite(app.hub, ORGANISATION, str(ref)).code
        accounts.accept(app.hub, f"Bearer {sign_in.token(ref.id)}", code)


def household(app: Application) -> None:
    """Mevrouw De Wit with her children, a volunteer and a care team, and what they agreed."""
    app.store.add_organisation(ORGANISATION, "De Linde")
    with app.store.write(ORGANISATION) as uow:
        uow.parties.add_person(Person(id=CLIENT.id, name="Mevrouw De Wit", first_name="An"), CLIENT.kind)
        uow.parties.add_group(TEAM)
        settings = {"base_url": "https://app.example/hook", "secret": "secret://env/NONE"}
        uow.connectors.add(
            ConnectorRecord(
                id="app", plugin="webhook", title="App", settings=settings, state=ConnectorState.RUNNING
            )
        )
        for ref, name in PEOPLE.items():
            uow.parties.add_person(Person(id=ref.id, name=name.split(",")[0]), ref.kind)
            uow.parties.link(PartyLink(connector_id="app", external_id=ref.id, ref=ref))
            if ref == NOOR:
                continue
            uow.parties.add_member(CircleMember(client_id=CLIENT.id, party=ref))
            for one in consents(ref):
                uow.consents.add(one, "admin", app.hub.now())
        uow.commit()
    with app.store.write(ORGANISATION) as uow:
        for agreement in AGREEMENTS:
            record_new(uow, app.hub, agreement, cause=Cause(actor=str(NOOR), why="recorded"))
        uow.commit()


def consents(ref: PartyRef) -> tuple[Consent, ...]:
    """The client lets them see what they take part in, and they let the others see their name."""
    person = Recipient(kind=RecipientKind.PERSON, id=ref.id)
    others = (PartyKind.RELATIVE, PartyKind.VOLUNTEER)
    return (
        Consent(id=f"sees-{ref.id}", client_id=CLIENT.id, recipient=person, given_by=CLIENT.id),
        *(
            Consent(
                id=f"named-{ref.id}-{kind}",
                client_id=CLIENT.id,
                recipient=Recipient(kind=RecipientKind.ROLE, id=str(kind)),
                rows=frozenset({MatrixRow.NAMES}),
                given_by=ref.id,
                capacity=Capacity.SELF,
            )
            for kind in others
        ),
    )


def agreed(agreement_id: str, what: What, *assignments: Assignment, **more: object) -> Agreement:
    """An agreement that holds."""
    return Agreement(
        id=agreement_id,
        client_id=CLIENT.id,
        what=what,
        assignments=assignments,
        status=Status(state=State.ACTIVE),
        **more,  # type: ignore[arg-type]
    )


def daily(who: PartyRef, text: str, hour: int) -> Duty:
    """Every day at this hour."""
    timing = Recurrence(frequency=Frequency.DAILY, times=(time(hour),))
    return Duty(performer=who, schedule=Schedule(text=text, timing=timing))


AGREEMENTS = (
    agreed(
        "stockings",
        What(text="Steunkousen aantrekken"),
        Assignment(id="a1", duty=daily(ELS, "elke dag om 8:00", 8), backup=TEAM.ref, responsible=NOOR),
        conditions=Conditions(text="Alleen na uitleg.", instruction="Eerst de hiel, dan omhoog."),
    ),
    agreed(
        "cooking",
        What(text="Samen koken"),
        Assignment(id="a1", duty=daily(KARIM, "elke dag om 17:00", 17), backup=JAN, responsible=NOOR),
    ),
    agreed(
        "medication",
        What(text="Medicijnen geven"),
        Assignment(id="a1", duty=daily(JAN, "elke dag om 9:00", 9), responsible=NOOR),
        life_domain=LifeDomain.MEDICATION,
    ),
    agreed(
        "lunch",
        What(text="Samen lunchen"),
        Assignment(id="a1", duty=daily(TEAM.ref, "elke dag om 12:00", 12)),
    ),
    agreed(
        "shower",
        What(text="Helpen met douchen", modality=Modality.MAY),
        Assignment(id="a1", duty=Duty(performer=ELS, schedule=Schedule(timing=AsNeeded()))),
    ),
)


if __name__ == "__main__":
    main()
