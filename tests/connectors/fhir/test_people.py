"""People are read with what identifies them; a role never makes somebody a representative by mistake."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from samenspraak.connectors import ExternalParty, SetApart
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak_fhir.people import parties, party

COD472 = "urn:oid:2.16.840.1.113883.2.4.3.11.22.472"


def found(resource: dict[str, Any], *roles: str) -> ExternalParty:
    one = party({"id": "1", **resource}, roles, lambda key: "Anja Postma" if key == "Practitioner/a" else "")
    assert isinstance(one, ExternalParty)
    return one


def related(system: str, code: str) -> dict[str, Any]:
    return {
        "resourceType": "RelatedPerson",
        "patient": {"reference": "Patient/9"},
        "relationship": [{"coding": [{"system": system, "code": code}]}],
        "name": [{"use": "usual", "given": ["Mies"]}, {"use": "official", "text": "M. van der Berg"}],
    }


def test_a_client_has_a_checked_number_a_name_and_a_birth_date() -> None:
    client = found(
        {
            "resourceType": "Patient",
            "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999990019"}],
            "name": [{"given": ["Sjoukje", "Anna"], "family": "Terpstra"}],
            "birthDate": "1938-02-11",
        }
    )

    assert (client.name, client.first_name) == ("Sjoukje Anna Terpstra", "Sjoukje")
    assert client.birth_date == date(1938, 2, 11)
    assert client.identifiers == {
        Identifier(system="http://fhir.nl/fhir/NamingSystem/bsn", value="999990019")
    }
    assert client.client == "Patient/1"


@pytest.mark.parametrize(
    ("code", "representative"), [("24", True), ("11", True), ("01", False), ("19", False), ("100001", False)]
)
def test_only_a_legal_role_makes_a_representative(code: str, representative: bool) -> None:
    assert found(related(COD472, code)).representative is representative


def test_a_relative_is_called_as_people_call_them() -> None:
    relative = found(related(COD472, "19"))

    assert (relative.name, relative.first_name, relative.client) == ("M. van der Berg", "Mies", "Patient/9")


@pytest.mark.parametrize(
    ("resource", "former"),
    [
        ({"resourceType": "RelatedPerson"}, False),
        ({"resourceType": "RelatedPerson", "active": True, "period": {"end": "2026-11-23"}}, False),
        ({"resourceType": "RelatedPerson", "period": {"start": "2020", "end": "2026-11-22"}}, True),
        ({"resourceType": "RelatedPerson", "period": {"end": "weet niet"}}, False),
        ({"resourceType": "Patient", "active": False}, True),
        ({"resourceType": "CareTeam", "status": "inactive"}, True),
        ({"resourceType": "Device", "status": "entered-in-error"}, True),
    ],
)
def test_a_former_contact_is_nobody_to_match_anybody_with(resource: dict[str, Any], former: bool) -> None:
    told, apart = parties([{"id": "1", **resource}], (), lambda key: "", date(2026, 11, 23))

    assert (told == [], apart) == (former, [])


@pytest.mark.parametrize(
    ("roles", "kind"),
    [((), PartyKind.RELATIVE), ((f"{COD472}|07",), PartyKind.VOLUNTEER)],
    ids=["by the book", "by the setting"],
)
def test_a_volunteer_is_who_the_organisation_says_is_one(roles: tuple[str, ...], kind: PartyKind) -> None:
    assert found(related(COD472, "07"), *roles).kind is kind


def test_a_role_is_called_as_the_person_who_has_it() -> None:
    role = found({"resourceType": "PractitionerRole", "practitioner": {"reference": "Practitioner/a"}})

    assert (role.kind, role.name) == (PartyKind.PROFESSIONAL, "Anja Postma")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"birthDate": "3875-05-01"}, "birthDate"),
        ({"birthDate": "${DATE, T, Y, -80}"}, "birthDate"),
        (
            {"identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "99999"}]},
            "identifier",
        ),
    ],
)
def test_a_person_who_cannot_be_right_is_set_apart_by_field(changed: dict[str, Any], field: str) -> None:
    apart = party({"resourceType": "Patient", "id": "1", **changed}, (), lambda key: "")

    assert isinstance(apart, SetApart)
    assert (apart.external_id, apart.field) == ("Patient/1", field)
