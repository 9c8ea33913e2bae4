"""The medicine dispenser: a device does it, somebody owns it, and one day it does not help any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from samenspraak.demo import seeing
from samenspraak.demo.agreements import EVERY_DAY, Plan
from samenspraak.demo.checks import dispenser as checks
from samenspraak.demo.people import HENK, NURSE, SANNE
from samenspraak.demo.stage import Situation, Stage
from samenspraak.domain.local_time import local_day

Resource = dict[str, Any]

OWNER: Resource = {"resourceType": "Organization", "id": "zorg-op-afstand", "name": "Zorg op afstand"}
DEVICE: Resource = {
    "resourceType": "Device",
    "id": "medicijndispenser",
    "status": "active",
    "deviceName": [{"name": "Medicijndispenser", "type": "user-friendly-name"}],
    "patient": {"reference": HENK.key},
    "owner": {"reference": "Organization/zorg-op-afstand"},
}
DISPENSER = Plan(
    id="medicijnen-dispenser",
    client=HENK,
    what="Medicijnen uit de dispenser",
    by="Device/medicijndispenser",
    when="elke dag om 20:00",
    days=EVERY_DAY,
    at="20:00",
    place="Thuis",
    domain="medication",
    instruction="Meneer neemt het zakje zelf uit het apparaat als het piept.",
)


def medicine_dispenser(stage: Stage) -> None:
    there, what = stage.there, DISPENSER.what
    today = local_day(datetime.now(UTC))
    yesterday = today - timedelta(days=1)
    for resource in (OWNER, DEVICE):
        there.dossier.store(resource)
    # Who answers for a device is its owner: the plan names them as its author.
    there.dossier.store({**DISPENSER.resource(today), "author": DEVICE["owner"]})
    stage.tells(
        there.dossier,
        nl="Een medicijndispenser geeft meneer Dijkman elke avond zijn medicijnen. De eigenaar is Zorg op "
        "afstand.",
        en="A medicine dispenser gives Mr Dijkman his medication every evening. Zorg op afstand owns it.",
    )
    stage.looks(lambda: checks.the_device_does_it(there, what, SANNE.platform))
    stage.turns()
    record = seeing.record(there.other_app, what)["id"]
    task = {"task": DISPENSER.id, "day": yesterday.isoformat()}
    there.other_app.act("report", user=SANNE.id, record=record, done=False, **task)
    stage.tells(
        there.other_app,
        nl="Sanne meldt in haar app dat het gisteren niet lukte: het zakje zat er nog in.",
        en="Sanne reports in her app that it did not work yesterday: the bag was still in it.",
    )
    stage.looks(lambda: checks.the_failure_is_read(there, what, yesterday, NURSE))
    stage.turns()
    reason = "Meneer hoort het piepen niet meer."
    there.dossier.act("end", id=f"CarePlan/{DISPENSER.id}", status="completed", reason=reason)
    stage.tells(
        there.dossier,
        nl="Het apparaat helpt niet meer. De verpleegkundige stopt de afspraak.",
        en="The device does not help any more. The nurse ends the agreement.",
    )
    stage.looks(lambda: checks.it_is_over_everywhere(there, what, SANNE.platform))


SITUATIONS = (
    Situation(
        id=7,
        title={"nl": "De medicijndispenser", "en": "The medicine dispenser"},
        about={
            "nl": "Meneer Dijkman krijgt zijn avondmedicijnen uit een apparaat. Dat heeft een eigenaar.",
            "en": "Mr Dijkman gets his evening medication from a device. A device has an owner.",
        },
        play=medicine_dispenser,
    ),
)
