"""The steps of a connection test: what was found, and whether it will do. Nothing is written."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from samenspraak.connectors import Call, Step
from samenspraak.errors import AuthenticationError, InvalidRecordError, PermanentError
from samenspraak.protocols import fhir
from samenspraak_ozo.threads import MARKER

Settings = Mapping[str, Any]

_CLOCK_MAY_DIFFER = timedelta(minutes=5)


def _connect(_settings: Settings, call: Call) -> tuple[str, bool]:
    with contextlib.suppress(AuthenticationError):  # that is the next step
        call.http.send("GET", "metadata")
    return "", True


def _sign_in(_settings: Settings, call: Call) -> tuple[str, bool]:
    call.http.send("GET", "metadata")
    return "", True


def _version(_settings: Settings, call: Call) -> tuple[str, bool]:
    return f"FHIR {fhir.capability(call.http)['fhirVersion']}", True


def _read(settings: Settings, call: Call) -> tuple[str, bool]:
    ours = [("identifier", fhir.token(MARKER, "")), ("_count", "1")]
    next(fhir.search(call.http, "CommunicationRequest", ours))
    sender = str(settings["sender"])
    if fhir.read(call.http, sender).status != 200:
        return f"{sender} is not there", False
    recently = [("_lastUpdated", f"ge{fhir.write_instant(call.now)}"), ("_count", "1")]
    try:
        next(fhir.search(call.http, "Communication", recently))
    except (InvalidRecordError, PermanentError):
        return "cannot be searched by time", True
    return "can be searched by time", True


def _write(_settings: Settings, call: Call) -> tuple[str, bool]:
    statement = fhir.capability(call.http)
    missing = [
        f"{interaction} {kind}"
        for kind in ("CommunicationRequest", "Communication")
        for interaction in ("create", "update")
        if not fhir.offers(statement, kind, interaction)
    ]
    return f"not offered: {', '.join(missing)}" if missing else "", not missing


def _clock(_settings: Settings, call: Call) -> tuple[str, bool]:
    said = call.http.send("GET", "metadata").headers.get("Date", "")
    try:
        apart = abs(call.now - parsedate_to_datetime(said))
    except (ValueError, TypeError):
        return "the platform does not say what time it is", True
    return f"{apart.total_seconds():.0f} s apart", apart <= _CLOCK_MAY_DIFFER


STEPS: Mapping[Step, Callable[[Settings, Call], tuple[str, bool]]] = {
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
        "nl": "Controleer de afzender: die medewerker moet op het platform bestaan.",
        "en": "Check the sender: that professional must exist on the platform.",
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
