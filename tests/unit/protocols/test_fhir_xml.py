"""FHIR XML becomes the JSON that the specification says it is."""

from __future__ import annotations

import fhirkit
import pytest

from samenspraak.errors import InvalidRecordError
from samenspraak.protocols.fhir import from_xml

PLAN = b"""<?xml version="1.0" encoding="UTF-8"?>
<CarePlan xmlns="http://hl7.org/fhir">
  <id value="plan-7"/>
  <text><status value="generated"/>
    <div xmlns="http://www.w3.org/1999/xhtml"><p>Elke dag <b>wandelen</b></p></div></text>
  <extension url="https://voorbeeld.example/ext"><valueBoolean value="true"/></extension>
  <identifier><system value="https://voorbeeld.example/plan"/><value value="0017"/></identifier>
  <status value="active"/>
  <intent value="plan"/>
  <title value="Wandelen">
    <extension url="https://voorbeeld.example/vertaald"><valueString value="Walking"/></extension>
  </title>
  <subject><reference value="Patient/1"/></subject>
  <period><start value="2026-11-01"/></period>
  <activity>
    <detail>
      <status value="in-progress"/>
      <doNotPerform value="false"/>
      <scheduledTiming>
        <repeat><frequency value="1"/><period value="1.5"/><periodUnit value="d"/>
          <when value="MORN"/></repeat>
      </scheduledTiming>
      <performer><reference value="RelatedPerson/2"/></performer>
      <quantity><value value="30"/><unit value="minuten"/></quantity>
    </detail>
  </activity>
</CarePlan>"""


def test_lists_numbers_and_booleans_are_what_base_r4_says() -> None:
    plan = from_xml(PLAN)

    detail = plan["activity"][0]["detail"]
    assert plan["identifier"] == [{"system": "https://voorbeeld.example/plan", "value": "0017"}]
    assert detail["doNotPerform"] is False
    assert detail["scheduledTiming"]["repeat"] == {
        "frequency": 1,
        "period": 1.5,
        "periodUnit": "d",
        "when": ["MORN"],
    }
    assert detail["quantity"]["value"] == 30
    assert [str(issue) for issue in fhirkit.validate(plan)] == []


def test_a_decimal_keeps_the_digits_that_somebody_wrote() -> None:
    plan = from_xml(PLAN.replace(b'value="30"', b'value="30.50"'))

    assert str(plan["activity"][0]["detail"]["quantity"]["value"]) == "30.50"


def test_an_extension_on_a_primitive_stands_beside_it() -> None:
    plan = from_xml(PLAN)

    assert plan["title"] == "Wandelen"
    assert plan["_title"] == {
        "extension": [{"url": "https://voorbeeld.example/vertaald", "valueString": "Walking"}]
    }


def test_a_primitive_with_only_an_extension_keeps_its_place_in_a_list() -> None:
    person = from_xml(
        b'<Patient xmlns="http://hl7.org/fhir"><name><given value="Jo"/><given>'
        b'<extension url="urn:x"><valueCode value="masked"/></extension></given></name></Patient>'
    )

    assert person["name"] == [
        {"given": ["Jo", None], "_given": [None, {"extension": [{"url": "urn:x", "valueCode": "masked"}]}]}
    ]


def test_a_narrative_stays_the_page_it_was() -> None:
    assert from_xml(PLAN)["text"]["div"] == (
        '<div xmlns="http://www.w3.org/1999/xhtml"><p>Elke dag <b>wandelen</b></p></div>'
    )


def test_a_contained_resource_is_a_resource() -> None:
    plan = from_xml(
        b'<CarePlan xmlns="http://hl7.org/fhir"><contained><Organization><id value="o"/>'
        b'<name value="Thuiszorg"/></Organization></contained></CarePlan>'
    )

    assert plan["contained"] == [{"resourceType": "Organization", "id": "o", "name": "Thuiszorg"}]


@pytest.mark.parametrize(
    "content",
    [
        b"geen xml",
        b"<html><body>Inloggen</body></html>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><CarePlan xmlns="http://hl7.org/fhir"><id value="&a;"/></CarePlan>',
        b'<CarePlan xmlns="http://hl7.org/fhir">' + b"<a>" * 100 + b"</a>" * 100 + b"</CarePlan>",
    ],
    ids=["text", "a web page", "entities", "a deep well"],
)
def test_what_is_no_plain_fhir_resource_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidRecordError) as refused:
        from_xml(content)

    assert refused.value.field == "xml"
