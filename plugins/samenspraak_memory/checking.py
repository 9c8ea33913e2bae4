"""The steps of a connection test: what was found, and whether it will do. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from samenspraak.connectors import Call, Step
from samenspraak.connectors.checking import Outcome, clocks
from samenspraak.connectors.json_codecs import at

INTERFACE = 1


def _about(call: Call) -> Any:
    return call.http.send("GET", "api/about").json()


@at("about")
def _connect(call: Call) -> Outcome:
    return str(_about(call)["app"]), True


@at("me")
def _sign_in(call: Call) -> Outcome:
    return str(call.http.send("GET", "api/me").json()["name"]), True


@at("about")
def _version(call: Call) -> Outcome:
    version = _about(call)["interface"]
    return f"interface {version}", version == INTERFACE


def _read(call: Call) -> Outcome:
    call.http.send("GET", "api/changes", params={"since": "0", "limit": "1"}).json()
    return "", True


@at("me")
def _write(call: Call) -> Outcome:
    return "", "write" in call.http.send("GET", "api/me").json()["may"]


@at("about")
def _clock(call: Call) -> Outcome:
    return clocks(call.now, datetime.fromisoformat(_about(call)["time"]))


STEPS: Mapping[Step, Callable[[Call], Outcome]] = {
    Step.CONNECT: _connect,
    Step.SIGN_IN: _sign_in,
    Step.VERSION: _version,
    Step.READ: _read,
    Step.WRITE: _write,
    Step.CLOCK: _clock,
}
CURES: Mapping[Step, Mapping[str, str]] = {
    Step.CONNECT: {
        "nl": "Controleer het adres, en of de app bereikbaar is vanaf deze computer.",
        "en": "Check the address, and whether the app can be reached from this computer.",
    },
    Step.SIGN_IN: {
        "nl": "Vraag de beheerder van de app om een geldige toegangssleutel.",
        "en": "Ask the app's administrator for a valid access key.",
    },
    Step.VERSION: {
        "nl": "Deze versie van de app kennen wij niet. Vraag naar een nieuwe versie van de koppeling.",
        "en": "We do not know this version of the app. Ask for a newer connector.",
    },
    Step.READ: {
        "nl": "Vraag de beheerder van de app om leesrechten voor deze sleutel.",
        "en": "Ask the app's administrator to let this key read.",
    },
    Step.WRITE: {
        "nl": "Vraag de beheerder van de app om schrijfrechten voor deze sleutel.",
        "en": "Ask the app's administrator to let this key write.",
    },
    Step.CLOCK: {
        "nl": "Zet de klok van deze computer of van de app gelijk.",
        "en": "Set the clock of this computer, or of the app, right.",
    },
}
