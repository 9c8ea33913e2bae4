"""The steps of a connection test: what was found, whether it will do, and what this server can and cannot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from samenspraak.connectors import Call, Step
from samenspraak.connectors.checking import Outcome, clocks
from samenspraak.protocols import fhir
from samenspraak_fhir.listing import Listing
from samenspraak_fhir.server import PLAN, Server, shown


def _connect(listing: Listing, call: Call) -> Outcome:
    """Without signing in: what a token endpoint refuses belongs to the next step."""
    call.http.unsigned().send("GET", "metadata", headers={"Accept": fhir.FHIR_JSON}, allow=(401, 403))
    return "", True


def _sign_in(listing: Listing, call: Call) -> Outcome:
    call.http.send("GET", "Patient", params={"_count": "1"}, headers={"Accept": fhir.FHIR_JSON})
    return "", True


def _version(listing: Listing, call: Call) -> Outcome:
    return f"FHIR {Server.of(call.http, listing.base_url).version}", True


def _read(listing: Listing, call: Call) -> Outcome:
    """Also that the server searches by what we ask: an ignored parameter looks like no changes."""
    ever = fhir.Cursor().at(PLAN, datetime.fromtimestamp(0, UTC))
    batch = next(iter(listing.sweep(call, PLAN, listing.selection(), ever)))
    server = Server.of(call.http, listing.base_url)
    return "", True, shown(server, by_time=batch.by_time)


def _write(listing: Listing, call: Call) -> Outcome:
    missing = Server.of(call.http, listing.base_url).lacking()
    return ", ".join(missing), not missing


def _clock(listing: Listing, call: Call) -> Outcome:
    return clocks(call.now, call.http.send("GET", "metadata", headers={"Accept": fhir.FHIR_JSON}).date)


STEPS: Mapping[Step, Callable[[Listing, Call], Outcome]] = {
    Step.CONNECT: _connect,
    Step.SIGN_IN: _sign_in,
    Step.VERSION: _version,
    Step.READ: _read,
    Step.WRITE: _write,
    Step.CLOCK: _clock,
}
CURES: Mapping[Step, Mapping[str, str]] = {
    Step.CONNECT: {
        "nl": "Controleer het FHIR-adres, en of het dossier bereikbaar is vanaf deze computer.",
        "en": "Check the FHIR address, and whether the dossier can be reached from this computer.",
    },
    Step.SIGN_IN: {
        "nl": "Vraag de leverancier van het dossier om een geldig token met leesrechten op Patient.",
        "en": "Ask the dossier's vendor for a valid token that may read Patient.",
    },
    Step.VERSION: {
        "nl": "Deze koppeling spreekt FHIR R4. Vraag de leverancier naar het R4-adres.",
        "en": "This connector speaks FHIR R4. Ask the vendor for the R4 address.",
    },
    Step.READ: {
        "nl": "Vraag de leverancier of zorgplannen op categorie te zoeken zijn.",
        "en": "Ask the vendor whether care plans can be searched by category.",
    },
    Step.WRITE: {
        "nl": "Vraag om schrijfrechten op zorgplannen, met versies (If-Match).",
        "en": "Ask for the right to write care plans, with versions (If-Match).",
    },
    Step.CLOCK: {
        "nl": "Zet de klok van deze computer of van het dossier gelijk.",
        "en": "Set the clock of this computer, or of the dossier, right.",
    },
}
