"""The steps of a connection test: what was found, and whether it will do. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from samenspraak.connectors import Call, Step
from samenspraak.connectors.checking import Outcome, clocks
from samenspraak.domain.local_time import local_day
from samenspraak.errors import AuthenticationError
from samenspraak_ons.interface import OUT_OF_SIGHT, Ons
from samenspraak_ons.listing import Listing

_CERTIFICATE = frozenset({401, 403, 495, 496})


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The steps, with what they look through."""

    ons: Ons
    listing: Listing
    agenda: bool

    @property
    def in_order(self) -> Mapping[Step, Callable[[Call], Outcome]]:
        return {
            Step.CONNECT: self._connect,
            Step.SIGN_IN: self._sign_in,
            Step.READ: self._read,
            Step.WRITE: self._write,
            Step.CLOCK: self._clock,
        }

    def _connect(self, call: Call) -> Outcome:
        self.ons.get(call.http, "ping", allow=_CERTIFICATE)
        return "", True

    def _sign_in(self, call: Call) -> Outcome:
        """ONS-DOC ``Certificate_requirements``: 200 works, 403 is a certificate for another address."""
        if self.ons.get(call.http, "ping", allow=_CERTIFICATE).status in _CERTIFICATE:
            raise AuthenticationError(f"{self.ons.connector_id}: Ons does not accept our certificate here")
        return "", True

    def _read(self, call: Call) -> Outcome:
        ids, _ = self.listing.in_care(call.http, call.now)
        return f"{len(ids)} clients in care", True

    def _write(self, call: Call) -> Outcome:
        """Whether the chosen action takes a title and a comment of our own, and the agenda may be read."""
        path = f"/dossier/actions/{self.listing.action}"
        answer = self.ons.get(call.http, "administration", path, allow=OUT_OF_SIGHT)
        if answer.status in OUT_OF_SIGHT:
            return f"there is no action {self.listing.action}, or no right to read it", False
        action = answer.json()
        missing = [name for name in ("allowTitleOverride", "allowComment") if action.get(name) is not True]
        if missing:
            return f"action {self.listing.action} does not have {', '.join(missing)}", False
        return self._agenda(call) if self.agenda else ("", True)

    def _agenda(self, call: Call) -> Outcome:
        ids, _ = self.listing.in_care(call.http, call.now)
        if not ids:
            return "", True
        today = local_day(call.now)
        params = {"from": today.isoformat(), "to": (today + timedelta(days=1)).isoformat()}
        path = f"/clients/{ids[0]}/agenda_occurrences"
        status = self.ons.get(call.http, "agenda", path, params=params, allow=OUT_OF_SIGHT).status
        return ("no right to read the agenda", False) if status in OUT_OF_SIGHT else ("", True)

    def _clock(self, call: Call) -> Outcome:
        return clocks(call.now, self.ons.get(call.http, "ping").date)


CURES: Mapping[Step, Mapping[str, str]] = {
    Step.CONNECT: {
        "nl": "Controleer het adres, en of deze computer Ons kan bereiken.",
        "en": "Check the address, and whether this computer can reach Ons.",
    },
    Step.SIGN_IN: {
        "nl": "Controleer het certificaat en de sleutel, en of ze bij dit adres en deze klantomgeving horen.",
        "en": "Check the certificate and key, and whether they are for this address and this customer.",
    },
    Step.READ: {
        "nl": "Vraag Nedap om het recht om cliënten, relaties, medewerkers en teams te lezen.",
        "en": "Ask Nedap for the right to read clients, relations, employees and teams.",
    },
    Step.WRITE: {
        "nl": "Controleer het nummer van de actie: die moet een eigen titel en een toelichting toestaan. "
        "Vraag zo nodig om rechten op de agenda, of zet de agenda uit.",
        "en": "Check the number of the action: it must allow a title of its own and a comment. "
        "Ask for rights to the agenda if needed, or turn the agenda off.",
    },
    Step.CLOCK: {
        "nl": "Zet de klok van deze computer gelijk.",
        "en": "Set the clock of this computer right.",
    },
}
