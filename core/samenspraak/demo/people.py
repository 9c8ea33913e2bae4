"""Who there is in the demo: a care organisation with three locations, its clients and the people around them.

Everybody is invented. Numbers of the organisation tie somebody in one system to the same person in another;
the BSNs are of the range that stands for nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ORGANISATION, ORGANISATION_NAME = "de-kade", "Zorggroep De Kade"
NUMBERS = "https://dekade.example/nummers"
BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
PLATFORM_PERSON = "https://www.ozoverbindzorg.nl/namingsystem/person"
PLATFORM_PROFESSIONAL = "https://www.ozoverbindzorg.nl/namingsystem/professional"
VOLUNTEER_ROLE = "urn:samenspraak:role"

Resource = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody. ``number``: at the organisation · ``platform``: at the family platform, '' for nobody there.

    ``client``: whose circle; '' for the clients themselves and for professionals · ``bsn``: of a client.
    """

    id: str
    name: str
    born: str
    number: str
    client: str = ""
    platform: str = ""
    bsn: str = ""
    volunteer: bool = False

    @property
    def given(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def family(self) -> str:
        return self.name.rpartition(" ")[2]

    @property
    def key(self) -> str:
        """What the dossier calls this person."""
        return f"{'RelatedPerson' if self.client else 'Patient'}/{self.id}"

    @property
    def identifiers(self) -> list[dict[str, str]]:
        """The numbers that every system may know; a BSN is none of them."""
        return [{"system": NUMBERS, "value": self.number}]


# Elzenhof, a nursing home: mevrouw Bergsma with a son and a daughter.
JO = Person(id="jo-bergsma", name="Jo Bergsma", born="1936-05-02", number="C-1001", bsn="999990111")
ROB = Person(
    id="rob-bergsma",
    name="Rob Bergsma",
    born="1964-09-17",
    number="N-2001",
    client=JO.id,
    platform="81001",
)
ELLEN = Person(
    id="ellen-bergsma",
    name="Ellen Bergsma",
    born="1967-01-30",
    number="N-2002",
    client=JO.id,
    platform="81002",
)
# Wijkteam Zuid, care at home: meneer Dijkman with a daughter, a neighbour and a volunteer.
HENK = Person(id="henk-dijkman", name="Henk Dijkman", born="1941-11-08", number="C-1002", bsn="999990123")
SANNE = Person(
    id="sanne-dijkman",
    name="Sanne Dijkman",
    born="1972-03-12",
    number="N-2003",
    client=HENK.id,
    platform="81003",
)
PIET = Person(id="piet-vos", name="Piet Vos", born="1949-07-21", number="N-2004", client=HENK.id)
KARIM = Person(
    id="karim-aydin",
    name="Karim Aydin",
    born="1990-06-04",
    number="V-3001",
    client=HENK.id,
    volunteer=True,
)
# De Wilg, small-scale living: mevrouw Amrani with a daughter and a neighbour.
FATIMA = Person(id="fatima-amrani", name="Fatima Amrani", born="1939-02-14", number="C-1003", bsn="999990135")
SAMIRA = Person(
    id="samira-amrani",
    name="Samira Amrani",
    born="1970-12-01",
    number="N-2005",
    client=FATIMA.id,
    platform="81005",
)
GERDA = Person(
    id="gerda-smit",
    name="Gerda Smit",
    born="1952-08-25",
    number="N-2006",
    client=FATIMA.id,
    platform="81006",
)
# Wijkteam Zuid as well: meneer Postma, who has nobody around him.
COR = Person(id="cor-postma", name="Cor Postma", born="1944-10-19", number="C-1012", bsn="999990184")
CLIENTS = (JO, HENK, FATIMA, COR)
CIRCLE = (ROB, ELLEN, SANNE, PIET, KARIM, SAMIRA, GERDA)

NURSE, NURSE_NAME, NURSE_NUMBER = "Practitioner/wil-jansen", "Wil Jansen", "91001"
ELZENHOF, ZUID, WILG = "CareTeam/team-elzenhof", "CareTeam/wijkteam-zuid", "CareTeam/team-de-wilg"
LIVING_ROOM = "CareTeam/huiskamer-de-wilg"
TEAMS: Mapping[str, str] = {
    ELZENHOF: "Team Elzenhof",
    ZUID: "Wijkteam Zuid",
    WILG: "Team De Wilg",
    LIVING_ROOM: "Huiskamer De Wilg",
}


def resources() -> list[Resource]:
    """Everybody as the dossier registers them."""
    teams = [
        {
            "resourceType": "CareTeam",
            "id": key.partition("/")[2],
            "status": "active",
            "name": name,
            "participant": [{"member": {"reference": NURSE}}],
        }
        for key, name in TEAMS.items()
    ]
    return [*map(_patient, CLIENTS), *map(_related, CIRCLE), _nurse(), *teams]


def _patient(person: Person) -> Resource:
    return {
        "resourceType": "Patient",
        "id": person.id,
        "identifier": [{"system": BSN, "value": person.bsn}, *person.identifiers],
        "name": [_name(person.name)],
        "birthDate": person.born,
    }


def _related(person: Person) -> Resource:
    platform = [{"system": PLATFORM_PERSON, "value": person.platform}] if person.platform else []
    role = [{"coding": [{"system": VOLUNTEER_ROLE, "code": "volunteer"}]}] if person.volunteer else []
    return {
        "resourceType": "RelatedPerson",
        "id": person.id,
        "identifier": [*person.identifiers, *platform],
        "patient": {"reference": f"Patient/{person.client}"},
        "name": [_name(person.name)],
        "birthDate": person.born,
        **({"relationship": role} if role else {}),
    }


def _nurse() -> Resource:
    number = {"system": PLATFORM_PROFESSIONAL, "value": NURSE_NUMBER}
    return {
        "resourceType": "Practitioner",
        "id": NURSE.partition("/")[2],
        "identifier": [number],
        "name": [_name(NURSE_NAME)],
    }


def _name(name: str) -> Resource:
    given, _, family = name.rpartition(" ")
    return {"use": "official", "text": name, "given": [given], "family": family}
