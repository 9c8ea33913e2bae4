"""The connector contract for RegiCare, against both modes of the sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any

from samenspraak.connectors import Absent
from samenspraak.domain.agreements import Conditions, Duty, State, Status, What
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.schedules import Frequency, Recurrence, Schedule, Weekday
from samenspraak.domain.units import CONDITIONS, STATUS, WHAT, UnitKey, UnitKind
from samenspraak.sandbox import Sandbox
from samenspraak.testing import ConnectorContract, Scene, World
from samenspraak_regicare.plugin import RegiCareConnector
from samenspraak_regicare.sandbox import API_KEY, PASSWORD, PATH, USERNAME, RegiCareSandbox, create

VACANCY = "Afspraken uit het dossier"
UNITS = {
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


def settings_for(url: str) -> dict[str, Any]:
    return {
        "base_url": f"{url}{PATH}",
        "api_key": API_KEY,
        "username": USERNAME,
        "password": PASSWORD,
        "intake_vacancy": VACANCY,
        "timeout_seconds": 20.0,
    }


class TestContract(ConnectorContract):
    kind = RegiCareConnector

    def sandbox(self) -> Sandbox:
        return create("strict")

    def settings(self, url: str) -> Mapping[str, Any]:
        return settings_for(url)

    def scene(self, sandbox: Sandbox) -> Scene:
        assert isinstance(sandbox, RegiCareSandbox)
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

    def test_a_record_nobody_ever_made_is_not_taken_for_a_removed_one(self, world: World) -> None:
        """A whole list is this system's proof: it says that nothing is there, not whether it ever was."""
        made = int(world.make("ag1").external_id)

        assert isinstance(world.look(str(made + 500)), Absent)


class TestQuirkyContract(TestContract):
    def sandbox(self) -> Sandbox:
        return create("quirky")
