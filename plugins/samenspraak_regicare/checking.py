"""The steps of a connection test: what was found, and whether it will do. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from samenspraak.connectors import Call, Found, Step
from samenspraak.connectors.checking import Outcome

from .desk import Desk
from .reading import Reader


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The steps, with what they look through."""

    reader: Reader
    desk: Desk

    @property
    def in_order(self) -> Mapping[Step, Callable[[Call], Outcome]]:
        return {
            Step.CONNECT: self._connect,
            Step.SIGN_IN: self._sign_in,
            Step.READ: self._read,
            Step.WRITE: self._write,
        }

    def _connect(self, call: Call) -> Outcome:
        self.reader.session.knock(call.http)
        return "", True

    def _sign_in(self, call: Call) -> Outcome:
        self.reader.session.sign_in(call.http)
        return "", True

    def _read(self, call: Call) -> Outcome:
        found = self.reader.snapshot(call.http, call.now).found
        apart = sum(not isinstance(one, Found) for one in found)
        return f"{len(found)} tasks, {apart} set apart", True

    def _write(self, call: Call) -> Outcome:
        title = self.reader.settings["intake_vacancy"]
        self.desk.own_person(call.http)
        if title and self.reader.intake_vacancy(call.http) is None:
            return "RegiCare has no vacancy with that title", False
        return "" if title else "new tasks cannot be proposed: no vacancy for proposals is set", True


CURES: Mapping[Step, Mapping[str, str]] = {
    Step.CONNECT: {
        "nl": "Controleer het adres en de API-sleutel, en of AdSysCo uw computer toelaat.",
        "en": "Check the address and the API key, and whether AdSysCo lets this computer in.",
    },
    Step.SIGN_IN: {
        "nl": "Controleer gebruikersnaam en wachtwoord van het account voor deze koppeling.",
        "en": "Check the user name and password of the account for this connection.",
    },
    Step.READ: {
        "nl": "Controleer de soorten activiteit en de werksoort, en of het account ze mag zien.",
        "en": "Check the types of activity and the kind of work, and whether the account may see them.",
    },
    Step.WRITE: {
        "nl": "Maak een vacature met de titel uit de instellingen, en geef het account een persoon.",
        "en": "Make a vacancy with the title from the settings in RegiCare, and give the account a person.",
    },
}
