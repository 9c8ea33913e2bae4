"""The steps of a connection test: what was found, and whether it will do. Nothing is written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from samenspraak.connectors import Call, Step
from samenspraak.connectors.checking import Outcome, clocks
from samenspraak.errors import AuthenticationError, ConfigurationError, InvalidRecordError, PermanentError
from samenspraak.protocols import fhir
from samenspraak_ozo import subscriptions
from samenspraak_ozo.listing import OUR_MESSAGES, OUR_THREADS, pages
from samenspraak_ozo.network import network

Settings = Mapping[str, Any]


def _connect(_settings: Settings, call: Call) -> Outcome:
    with contextlib.suppress(AuthenticationError):  # that is the next step
        call.http.send("GET", "metadata")
    return "", True


def _sign_in(_settings: Settings, call: Call) -> Outcome:
    call.http.send("GET", "metadata")
    return "", True


def _version(_settings: Settings, call: Call) -> Outcome:
    return f"FHIR {fhir.capability(call.http)['fhirVersion']}", True


def _read(settings: Settings, call: Call) -> Outcome:
    sender = str(settings["sender"])
    next(pages(call.http, "CommunicationRequest", [OUR_THREADS], 1))
    if fhir.read(call.http, sender).status != 200:
        return f"{sender} is not there", False
    if not any("subject" in team for team in network(partial(pages, call.http), sender).teams):
        return f"{sender} is in the network of nobody", False
    return f"{_by_time(call)}; {_pings(settings, call)}", True


def _pings(settings: Settings, call: Call) -> str:
    """Which pings we have; the hub asks for them once it reads."""
    if not (settings["hook_url"] and settings["hook_key"] and settings["hooks"]):
        return "no pings are asked for"
    try:
        found = [fhir.text(one, "status") for one in subscriptions.ours(call.http, settings)]
    except (ConfigurationError, InvalidRecordError, PermanentError):
        return "pings cannot be looked up"
    return f"pings: {', '.join(sorted(found))}" if found else "pings will be asked for"


def _by_time(call: Call) -> str:
    ever = datetime.fromtimestamp(0, UTC)
    listed = fhir.sweep(call.http, "Communication", [OUR_MESSAGES], since=ever, page=1, overlap=timedelta())
    try:
        by_time = next(listed).by_time
    except (ConfigurationError, InvalidRecordError, PermanentError):
        by_time = False
    return "can be searched by time" if by_time else "cannot be searched by time"


def _write(_settings: Settings, call: Call) -> Outcome:
    statement = fhir.capability(call.http)
    missing = [
        f"{interaction} {kind}"
        for kind in ("CommunicationRequest", "Communication")
        for interaction in ("create", "update")
        if not fhir.offers(statement, kind, interaction)
    ]
    return f"not offered: {', '.join(missing)}" if missing else "", not missing


def _clock(_settings: Settings, call: Call) -> Outcome:
    return clocks(call.now, call.http.send("GET", "metadata").date)


STEPS: Mapping[Step, Callable[[Settings, Call], Outcome]] = {
    Step.CONNECT: _connect,
    Step.SIGN_IN: _sign_in,
    Step.VERSION: _version,
    Step.READ: _read,
    Step.WRITE: _write,
    Step.CLOCK: _clock,
}
CURES: Mapping[Step, Mapping[str, str]] = {
    Step.CONNECT: {
        "nl": "Controleer het adres van het platform en dat van uw Nuts-node, en of ze bereikbaar zijn.",
        "en": "Check the addresses of the platform and of your Nuts node, and whether they can be reached.",
    },
    Step.SIGN_IN: {
        "nl": "Controleer de naam van de wallet en of de OzoSystemCredential erin zit en nog geldig is.",
        "en": "Check the name of the wallet, and that the OzoSystemCredential is in it and still valid.",
    },
    Step.VERSION: {
        "nl": "Vraag het platform om het adres van hun FHIR R4-interface.",
        "en": "Ask the platform for the address of their FHIR R4 interface.",
    },
    Step.READ: {
        "nl": "Controleer de afzender: die medewerker moet daar in het netwerk van uw cliënten staan.",
        "en": "Check the sender: that professional must be in the networks of your clients there.",
    },
    Step.WRITE: {
        "nl": "Dit kan alleen met een OzoSystemCredential; anders kunnen we niets intrekken. Vraag die aan.",
        "en": "This needs an OzoSystemCredential; without it we could take nothing back. Ask for it.",
    },
    Step.CLOCK: {
        "nl": "Zet de klok van deze computer gelijk.",
        "en": "Set the clock of this computer right.",
    },
}
