"""The agreements that are in the dossier when the demo begins, as CarePlans a nurse recorded there.

What base R4 and the Dutch profiles have no place for stands in the extensions that the connector's page
announces for dossiers that take part; each has a text for people beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from samenspraak.demo.people import (
    COR,
    ELLEN,
    ELZENHOF,
    FATIMA,
    GERDA,
    HENK,
    JO,
    LIVING_ROOM,
    NURSE,
    ROB,
    SAMIRA,
    SANNE,
    WILG,
    ZUID,
    Person,
)

Resource = dict[str, Any]

SNOMED_HELP = {"system": "http://snomed.info/sct", "code": "243114000", "display": "ondersteuning"}
LIFE_DOMAIN = "urn:samenspraak:life-domain"
MODALITY = "urn:samenspraak:modality"
GROUP = "urn:samenspraak:group"
REVIEW = "urn:samenspraak:review"
SHOW_FIRST = "Eerst laten zien hoe het moet."
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
WEEKEND = ("sat", "sun")
EVERY_DAY = (*WORKDAYS, *WEEKEND)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One assignment of an agreement. ``group`` ties it to others · ``days`` and ``at``: when, if structured.

    ``by``: a reference in the dossier · ``may``: nobody has to · ``review_in_days``: when it is talked over.
    """

    id: str
    client: Person
    what: str
    by: str
    when: str
    place: str = ""
    days: Sequence[str] = ()
    at: str = ""
    domain: str = ""
    conditions: str = ""
    instruction: str = ""
    show_first: bool = False
    may: bool = False
    review_in_days: int = 0
    group: str = ""

    def resource(self, today: date) -> Resource:
        """The CarePlan."""
        detail: Resource = {
            "status": "in-progress",
            "description": self.what,
            "performer": [{"reference": self.by}],
            **self._when(),
        }
        if self.place:
            detail["location"] = {"display": self.place}
        if self.may:
            detail["extension"] = [{"url": MODALITY, "valueCode": "may"}]
        plan: Resource = {
            "resourceType": "CarePlan",
            "id": self.id,
            "status": "active",
            "intent": "plan",
            "category": [{"coding": [SNOMED_HELP]}],
            "subject": {"reference": self.client.key},
            "author": {"reference": NURSE},
            "activity": [{"detail": detail}],
        }
        if self.domain:
            plan["category"].append({"coding": [{"system": LIFE_DOMAIN, "code": self.domain}]})
        if self.group:
            plan["identifier"] = [{"system": GROUP, "value": self.group}]
        if lines := "\n".join(self._lines()):
            plan["description"] = lines
        if self.review_in_days:
            due = (today + timedelta(days=self.review_in_days)).isoformat()
            plan["extension"] = [{"url": REVIEW, "extension": [{"url": "due", "valueDate": due}]}]
        return plan

    def _when(self) -> Resource:
        if not self.days:
            return {"scheduledString": self.when}
        return {"scheduledTiming": timing(self.days, self.at, self.when)}

    def _lines(self) -> Iterator[str]:
        if self.conditions:
            yield f"Voorwaarden: {self.conditions}"
        if self.instruction:
            yield f"Instructie: {self.instruction}"
        if self.show_first:
            yield SHOW_FIRST


def timing(days: Sequence[str], at: str, text: str) -> Resource:
    """A FHIR Timing for these weekdays at this time of day, with its text."""
    if set(days) == set(EVERY_DAY):
        repeat: Resource = {"period": 1, "periodUnit": "d"}
    else:
        repeat = {"period": 1, "periodUnit": "wk", "dayOfWeek": list(days)}
    return {"repeat": {**repeat, "timeOfDay": [f"{at}:00"]}, "code": {"text": text}}


STOCKINGS = Plan(
    id="kousen-doordeweeks",
    client=JO,
    what="Steunkousen aantrekken",
    by=ROB.key,
    when="op werkdagen om 08:00",
    days=WORKDAYS,
    at="08:00",
    place="Elzenhof",
    domain="care",
    instruction="Trek de kous rustig omhoog, zonder plooien.",
    show_first=True,
    group="kousen",
)
STOCKINGS_CARE = Plan(
    id="kousen-weekend",
    client=JO,
    what="Steunkousen aantrekken",
    by=ELZENHOF,
    when="in het weekend om 08:00",
    days=WEEKEND,
    at="08:00",
    place="Elzenhof",
    domain="care",
    instruction="Trek de kous rustig omhoog, zonder plooien.",
    show_first=True,
    group="kousen",
)
MEDICATION = Plan(
    id="medicatie-zondag",
    client=JO,
    what="Medicijnen geven uit de weekdoos",
    by=ELLEN.key,
    when="elke zondag om 09:00",
    days=("sun",),
    at="09:00",
    place="Elzenhof",
    domain="medication",
    instruction="Geef de pillen met een glas water.",
)
DINNER = Plan(
    id="avondeten",
    client=JO,
    what="Samen avondeten",
    by=ELLEN.key,
    when="elke dag om 17:30",
    days=EVERY_DAY,
    at="17:30",
    place="Elzenhof",
    domain="meals",
    instruction="Zet het eten op het blauwe bord.",
)
HAIR = Plan(
    id="haren-wassen",
    client=FATIMA,
    what="Haren wassen",
    by=WILG,
    when="2 keer per week",
    place="De Wilg",
    domain="care",
    conditions="Tijdelijk. Stop zodra mevrouw het weer zelf kan.",
    review_in_days=42,
)
LETTERS = Plan(
    id="post-openen",
    client=FATIMA,
    what="Samen de post openen",
    by=GERDA.key,
    when="elke dinsdag om 10:00",
    days=("tue",),
    at="10:00",
    place="De Wilg",
    domain="administration",
    instruction="Leg rekeningen in de rode map.",
)
GARDEN = Plan(
    id="tuin",
    client=FATIMA,
    what="Naar de tuin",
    by=SAMIRA.key,
    when="elke woensdag om 14:00",
    days=("wed",),
    at="14:00",
    place="De Wilg",
    domain="social",
    instruction="Neem de rollator mee.",
)
LAUNDRY = Plan(
    id="was-ophalen",
    client=JO,
    what="De was ophalen",
    by=ROB.key,
    when="elke maandag om 19:00",
    days=("mon",),
    at="19:00",
    place="Elzenhof",
    domain="household",
    instruction="De waszak hangt achter de deur.",
)
COFFEE = Plan(
    id="koffie-drinken",
    client=JO,
    what="Koffie drinken in de huiskamer",
    by=ELZENHOF,
    when="elke dag om 10:30",
    days=EVERY_DAY,
    at="10:30",
    place="Elzenhof",
    domain="social",
    instruction="Een half klontje suiker.",
)
MUSIC = Plan(
    id="muziek-luisteren",
    client=FATIMA,
    what="Muziek luisteren",
    by=WILG,
    when="elke dag om 15:00",
    days=EVERY_DAY,
    at="15:00",
    place="De Wilg",
    domain="social",
    instruction="De platen staan in de kast.",
    review_in_days=-3,
)
FLOWERS = Plan(
    id="bloemen-schikken",
    client=FATIMA,
    what="Bloemen schikken",
    by=LIVING_ROOM,
    when="elke vrijdag om 14:00",
    days=("fri",),
    at="14:00",
    place="De huiskamer",
    domain="social",
    instruction="De vazen staan onder het aanrecht.",
)
"""Made in the situation of the notebook, and not from the beginning."""
GROCERIES = Plan(
    id="boodschappen",
    client=HENK,
    what="Boodschappen halen",
    by=SANNE.key,
    when="elke zaterdag om 11:00",
    days=("sat",),
    at="11:00",
    place="Thuis",
    domain="household",
    instruction="Het lijstje ligt op de keukentafel.",
)
WASHING = Plan(
    id="hulp-bij-wassen",
    client=HENK,
    what="Helpen bij het wassen",
    by=ZUID,
    when="elke dag om 07:30",
    days=EVERY_DAY,
    at="07:30",
    place="Thuis",
    domain="care",
    instruction="Meneer begint zelf met zijn gezicht.",
)
SHOWER = Plan(
    id="douchen-zorg",
    client=JO,
    what="Douchen",
    by=ELZENHOF,
    when="elke maandag om 09:00",
    days=("mon",),
    at="09:00",
    place="Elzenhof",
    domain="care",
    instruction="Mevrouw houdt zelf de douchekop vast.",
    group="douchen",
)
SHOWER_DAUGHTER = replace(
    SHOWER,
    id="douchen-dochter",
    by=ELLEN.key,
    when="op woensdag en zaterdag om 10:00",
    days=("wed", "sat"),
    at="10:00",
)
"""Recorded while the demo runs, beside the one of care."""
SHOWER_MAY = Plan(
    id="douchen-mag",
    client=JO,
    what="Meehelpen met afdrogen",
    by=ROB.key,
    when="als het u uitkomt",
    place="Elzenhof",
    domain="care",
    may=True,
)
WALK = Plan(
    id="wandelen-zelf",
    client=COR,
    what="Een blokje om",
    by=COR.key,
    when="op werkdagen om 11:00",
    days=WORKDAYS,
    at="11:00",
    place="Thuis",
    domain="mobility",
    instruction="Neem de telefoon mee.",
    review_in_days=30,
    group="blokje-om",
)
WALK_CARE = replace(WALK, id="wandelen-zorg", by=ZUID, when="in het weekend om 11:00", days=WEEKEND)

PLANS: tuple[Plan, ...] = (
    STOCKINGS,
    STOCKINGS_CARE,
    MEDICATION,
    DINNER,
    HAIR,
    LETTERS,
    GARDEN,
    LAUNDRY,
    COFFEE,
    MUSIC,
    GROCERIES,
    WASHING,
    SHOWER,
    SHOWER_MAY,
    WALK,
    WALK_CARE,
)
