"""The lens laws: for plans that we made, and for plans of the dossier itself, crowded as they are there."""

from __future__ import annotations

import copy

from samenspraak.connectors import Connector, Directory, Raw, Subject
from samenspraak_fhir.kit import SETTINGS, Laws
from samenspraak_fhir.plugin import DossierConnector

SNOMED = "http://snomed.info/sct"

NURSING: Raw = {
    "resourceType": "CarePlan",
    "id": "a1",
    "text": {"status": "additional", "div": '<div xmlns="http://www.w3.org/1999/xhtml">Zie wond.</div>'},
    "contained": [{"resourceType": "Practitioner", "id": "p", "name": [{"family": "Kuipers"}]}],
    "identifier": [{"system": "https://ecd.example/zorgplanregel", "value": "55-3"}],
    "status": "active",
    "intent": "order",
    "category": [
        {"coding": [{"system": "https://ecd.example/soort", "code": "wond"}]},
        {"coding": [{"system": SNOMED, "code": "9632001", "display": "verpleegkundige procedure"}]},
    ],
    "title": "Wond aan de hiel verzorgen",
    "description": "Doel: dicht voor de kerst.\nVoorwaarden: niet zonder handschoenen\n\nZie ook de foto's.",
    "subject": {"reference": "client-1", "display": "Dhr. Molenaar"},
    "period": {"start": "2026-10-05"},
    "author": {"reference": "#p", "display": "Zr. Kuipers"},
    "addresses": [{"reference": "Condition/hiel"}],
    "activity": [
        {
            "progress": [{"time": "2026-10-09T08:00:00+02:00", "text": "Rustig beeld."}],
            "detail": {
                "extension": [{"url": "https://ecd.example/materiaal", "valueString": "schuimverband"}],
                "code": {
                    "coding": [
                        {"system": SNOMED, "code": "225358003", "display": "wondzorg"},
                        {"system": "https://ecd.example/actie", "code": "W1", "display": "wond"},
                    ],
                    "text": "wondzorg hiel",
                },
                "status": "scheduled",
                "scheduledTiming": {
                    "repeat": {
                        "boundsPeriod": {"start": "2026-10-05"},
                        "frequency": 1,
                        "period": 2,
                        "periodUnit": "d",
                    },
                    "code": {
                        "coding": [
                            {
                                "system": "http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation",
                                "code": "QOD",
                                "display": "om de dag",
                            }
                        ]
                    },
                },
                "location": {"reference": "Location/kamer-4", "display": "kamer 4"},
                "performer": [{"reference": "PractitionerRole/wijk", "display": "wijkteam"}],
                "description": "Spoelen met kraanwater.",
            },
        }
    ],
    "note": [{"text": "Verdraagt pleisters slecht."}],
}
HELP: Raw = {
    "resourceType": "CarePlan",
    "id": "a1",
    "status": "active",
    "intent": "plan",
    "category": [{"coding": [{"system": SNOMED, "code": "243114000"}], "text": "mantelzorg"}],
    "title": "Samen eten op vrijdag",
    "subject": {"reference": "client-1"},
    "author": {"reference": "PractitionerRole/wijk", "display": "wijkteam"},
    "activity": [
        {
            "detail": {
                "status": "in-progress",
                "code": {"coding": [{"system": SNOMED, "code": "386229000"}]},
                "scheduledPeriod": {"start": "2026-09-04", "end": "2027-03-26"},
                "location": {"reference": "Location/keuken", "display": "keuken"},
                "performer": [{"reference": "RelatedPerson/nicht", "display": "nicht"}],
                "description": "Samen eten op vrijdag",
            }
        }
    ],
}
# Only a code says what, and only a Timing's bounds when.
BARE: Raw = {
    "resourceType": "CarePlan",
    "id": "a1",
    "status": "on-hold",
    "intent": "plan",
    "category": [{"coding": [{"system": SNOMED, "code": "243114000"}]}],
    "subject": {"reference": "client-1"},
    "activity": [
        {
            "detail": {
                "status": "stopped",
                "code": {"coding": [{"system": SNOMED, "code": "60689008", "display": "thuiszorg"}]},
                "scheduledTiming": {"repeat": {"boundsPeriod": {"start": "2026-09-04"}}},
            }
        }
    ],
}


class TestOurs(Laws):
    pass


class _Theirs(Laws):
    """Every record begins as a plan that somebody in the dossier wrote, and no marker says whose it is."""

    __test__ = False
    plan: Raw

    def connector(self) -> Connector:
        plan = self.plan

        class Written(DossierConnector):
            def new(self, subject: Subject) -> Raw:
                return copy.deepcopy(plan)

        return Written("dossier-1", SETTINGS)

    def test_a_record_says_whose_it_is(self) -> None:
        connector = self.connector()
        reading = connector.get(self.plan, Directory(connector_id="dossier-1"))

        assert (reading.client, reading.part, reading.marker) == ("client-1", "a1", None)
        assert reading.selected


class TestNursing(_Theirs):
    __test__ = True
    plan = NURSING


class TestHelp(_Theirs):
    __test__ = True
    plan = HELP


class TestBare(_Theirs):
    __test__ = True
    plan = BARE
