"""What the conformance kit needs to try the RegiCare connector: its sandbox, and who and what is there."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import time
from typing import Any

from samenspraak.connectors import Connector, Raw
from samenspraak.domain.agreements import Conditions, Duty, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind, Units
from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, LensLaws, Scene
from samenspraak.testing.lens import STRANGE, strange_numbers
from samenspraak_regicare.plugin import RegiCareConnector
from samenspraak_regicare.sandbox import API_KEY, PASSWORD, PATH, USERNAME, create
from samenspraak_regicare.settings import RegiCareSettings

VACANCY = "Afspraken uit het dossier"
SETTINGS: Mapping[str, Any] = RegiCareSettings().load(
    {
        "base_url": "https://regicare.example/jsonrpc",
        "api_key": "sleutel",
        "username": "samenspraak",
        "password": "wachtwoord",
    }
)
UNITS: Units = {
    WHAT: What(text="Samen koken"),
    STATUS: Status(state=State.ACTIVE),
    CONDITIONS: Conditions(text="Alleen met begeleiding bij het fornuis."),
    UnitKey(UnitKind.ASSIGNMENT, "a1"): Duty(
        performer=PartyRef(kind=PartyKind.VOLUNTEER, id="p1"),
        schedule=Schedule(
            text="op donderdag om vijf uur",
            timing=Recurrence(
                frequency=Frequency.WEEKLY, weekdays=(Weekday.THURSDAY,), times=(time(17, 0),), minutes=90
            ),
        ),
    ),
}


class Contract(ConnectorContract):
    """The office as its manual says, or one where lists come in another order each time."""

    kind = RegiCareConnector

    def sandbox(self) -> Sandbox:
        return create(self.mode)

    def settings(self, url: str) -> Mapping[str, Any]:
        return {
            "base_url": f"{url}{PATH}",
            "api_key": API_KEY,
            "username": USERNAME,
            "password": PASSWORD,
            "intake_vacancy": VACANCY,
            "timeout_seconds": 20.0,
        }

    def scene(self, sandbox: Any) -> Scene:
        office = sandbox.office
        office.open_vacancy(what=VACANCY)
        client = office.add_person(role="deelnemer", roepnaam="Riet", achternaam="Houten")["persoonID"]
        karim = office.add_person(role="vrijwilliger", roepnaam="Karim", achternaam="Aydin")["persoonID"]

        def decide(waiting: str, accept: bool) -> None:
            key = int(waiting.partition(":")[2])
            if accept:
                sandbox.approve(inschrijvingID=key)
            else:
                office.refuse(inschrijvingID=key, reason="Past niet.")

        return Scene(
            client=str(client),
            performer=str(karim),
            performer_kind=PartyKind.VOLUNTEER,
            reader=str(karim),
            edit=lambda key: office.change_task(activiteitID=int(key), place="Woonkeuken De Linde"),
            remove=lambda key: office.remove_task(activiteitID=int(key)),
            hide=lambda key: office.withhold(activiteitID=int(key)),
            decide=decide,
            units=UNITS,
        )


class Laws(LensLaws):
    """Tasks with their meetings."""

    def connector(self) -> Connector:
        return RegiCareConnector("regicare-1", SETTINGS)

    def sprinkled(self, raw: Raw) -> Raw:
        """Unknown members in every object; a lookup value is ``{id: label}`` and has no members."""
        result, numbers = copy.deepcopy(raw), strange_numbers()
        for holder in (result, result["activiteit"], result["plaatsing"], *result["bijeenkomsten"]):
            holder[STRANGE] = next(numbers)
        return result

    def respelled(self, raw: Raw) -> Raw:
        """Meetings in another order, texts with the line ends of another machine."""
        result = copy.deepcopy(raw)
        result["bijeenkomsten"].reverse()
        text = result["activiteit"]["omschrijvingUitgebreid"]
        result["activiteit"]["omschrijvingUitgebreid"] = text.replace("\n", "\r\n")
        return result
