"""What a file of real FHIR would become, told without a word of its content."""

from __future__ import annotations

import json
from typing import Any

import pytest

from samenspraak_fhir.corpus import Kind, verdicts

PLAN = {
    "resourceType": "CarePlan",
    "id": "hulp-1",
    "status": "active",
    "intent": "plan",
    "category": [{"coding": [{"system": "http://snomed.info/sct", "code": "243114000"}]}],
    "subject": {"reference": "Patient/1"},
    "activity": [
        {
            "detail": {
                "status": "in-progress",
                "scheduledString": "om de dag",
                "performer": [{"reference": "RelatedPerson/2"}],
                "description": "Wandelen met mevrouw",
            }
        }
    ],
}
XML_TEAM = b'<CareTeam xmlns="http://hl7.org/fhir"><id value="t"/><name value="Wijkteam"/></CareTeam>'


def told(resource: Any) -> list[tuple[str, str]]:
    content = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
    return [(str(one.kind), one.why) for one in verdicts(content)]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (PLAN, (Kind.AGREEMENT, "performed by relative RelatedPerson/2")),
        ({**PLAN, "category": []}, (Kind.NOT_READ, "outside the selection")),
        ({**PLAN, "period": {"start": "${DATE, T, d, -90}"}}, (Kind.SET_APART, "period.start")),
        ({**PLAN, "activity": []}, (Kind.SET_APART, "activity.detail.description")),
        (XML_TEAM, (Kind.TEAM, "group")),
        ({"resourceType": "Patient", "id": "1"}, (Kind.PERSON, "client")),
        ({"resourceType": "Patient", "id": "1", "birthDate": "3875-01-01"}, (Kind.SET_APART, "birthDate")),
        ({"resourceType": "Device", "id": "1"}, (Kind.DEVICE, "")),
        (
            {"resourceType": "Condition", "id": "1"},
            (Kind.NOT_READ, "the dossier connector reads no Condition"),
        ),
        (
            {"resourceType": "CapabilityStatement", "fhirVersion": "3.0.2"},
            (Kind.REFUSED, "it speaks FHIR 3.0.2, and this connector R4"),
        ),
        (
            {"resourceType": "Task", "requester": {"agent": {"reference": "Organization/1"}}},
            (Kind.REFUSED, "it has elements of FHIR STU3, which mean something else in R4"),
        ),
        ({"resourceType": "Bundle", "total": 0}, (Kind.NOT_READ, "there is no resource in it")),
        ({"clientId": 7}, (Kind.REFUSED, "this is no FHIR resource")),
        (b"{", (Kind.REFUSED, "is not JSON")),
    ],
)
def test_a_file_becomes(resource: Any, expected: tuple[Kind, str]) -> None:
    assert told(resource) == [(str(expected[0]), expected[1])]


def test_each_entry_of_a_bundle_is_judged_by_itself() -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"resource": PLAN}, {"request": {}}, {"resource": {**PLAN, "id": "2"}}],
    }

    assert [kind for kind, _ in told(bundle)] == ["agreement", "agreement"]


def test_no_content_is_told() -> None:
    assert "mevrouw" not in " ".join(map(str, verdicts(json.dumps(PLAN).encode())))
