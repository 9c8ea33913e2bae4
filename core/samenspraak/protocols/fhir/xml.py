"""FHIR XML as FHIR JSON, for files that somebody hands us; the wire is always JSON.

Source: https://hl7.org/fhir/R4/xml.html and https://hl7.org/fhir/R4/json.html (read November 2026). XML does
not say which elements repeat or are numbers, so tables do, from the definitions of R4 4.0.1: CarePlan, Task,
Provenance, Consent, Goal, Condition, Encounter, Procedure, Communication, Observation, Patient,
RelatedPerson, Practitioner, PractitionerRole, Organization, Location, Device, Group and CareTeam. In other
resources an element is one text or one object, and a list when it is there more than once.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeTree

from samenspraak.errors import InvalidRecordError
from samenspraak.protocols.fhir.words import Resource

FHIR = "{http://hl7.org/fhir}"
XHTML = "{http://www.w3.org/1999/xhtml}"
_DEEPEST = 64


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Members that repeat wherever they are, in every resource and datatype of these types.
_ALWAYS_LISTS = _words(
    """
    about account additionalInstruction addresses agent alias appliesTo appointment assessment availableTime
    basedOn careTeam characteristic classHistory coding communication complication complicationDetail contact
    contained contributor dayOfWeek daysOfWeek derivedFrom deviceName diagnosis dietPreference doseAndRate
    endpoint episodeOfCare event evidence extension focalDevice followUp generalPractitioner given goal
    hasMember healthcareService hoursOfOperation inResponseTo input insurance interpretation line link medium
    modifierExtension notAvailable note outcomeCode outcomeCodeableConcept outcomeReference output participant
    payload performer performerType photo policy prefix progress property qualification reason recipient
    referenceRange relationship relevantHistory replaces report safety security securityLabel signature
    specialArrangement specialCourtesy specialization specialty stage statusHistory suffix supportingInfo tag
    target telecom timeOfDay udiCarrier usedCode usedReference verification
    """
)
# Members that repeat in these places, and are single in others.
_LISTS_AT = frozenset(
    f"{owner}.{name}"
    for name, owners in {
        "action": "Consent.provision",
        "activity": "CarePlan",
        "actor": "Consent.provision",
        "address": "Organization Patient Practitioner RelatedPerson",
        "bodySite": "Condition Procedure",
        "category": "CarePlan CareTeam Communication Condition Consent Goal Observation",
        "class": "Consent.provision",
        "code": "Condition.evidence Consent.provision PractitionerRole",
        "component": "Observation",
        "data": "Consent.provision",
        "detail": "Condition.evidence",
        "entity": "Provenance",
        "focus": "Observation",
        "identifier": """
            CarePlan CareTeam Communication Condition Consent Device Encounter Goal Group Location Observation
            Organization Patient Practitioner Practitioner.qualification PractitionerRole Procedure
            RelatedPerson Task
        """,
        "instantiatesCanonical": "CarePlan CarePlan.activity.detail Communication Procedure",
        "instantiatesUri": "CarePlan CarePlan.activity.detail Communication Procedure",
        "location": "Encounter PractitionerRole",
        "managingOrganization": "CareTeam",
        "member": "Group",
        "name": "Patient Practitioner RelatedPerson",
        "organization": "Consent",
        "partOf": "CarePlan Communication Observation Procedure Task",
        "provision": "Consent.provision",
        "purpose": "Consent.provision",
        "reasonCode": "CarePlan.activity.detail CareTeam Communication Encounter Procedure",
        "reasonReference": "CarePlan.activity.detail CareTeam Communication Encounter Procedure",
        "role": "CareTeam.participant Provenance.agent",
        "statusReason": "Device",
        "type": "Encounter Encounter.participant Location Organization Provenance.signature",
        "valueCode": "Device.property",
        "valueQuantity": "Device.property",
        "version": "Device",
    }.items()
    for owner in owners.split()
)
# Datatypes do not say in which resource they are: these repeat whatever the beginning of the place.
_LIST_ENDINGS = ("meta.profile", "repeat.when")
_BOOLEANS = _words(
    """
    active actual allDay asNeededBoolean deceasedBoolean detailBoolean doNotPerform exclude inactive
    multipleBirthBoolean preferred userSelected valueBoolean verified
    """
)
_NUMBERS = _words(
    """
    altitude count countMax detailInteger dimensions duration durationMax factor frequency frequencyMax
    latitude limit longitude lowerLimit multipleBirthInteger offset period periodMax quantity rank repetitions
    sequence size upperLimit valueDecimal valueInteger valuePositiveInt valueUnsignedInt
    """
)
# ``value`` is a number in the datatypes that measure, and a text in an Identifier or ContactPoint.
_MEASURES = (
    *("Quantity", "quantity", "Duration", "Age", "Money", "length", "dailyAmount"),
    *("low", "high", "numerator", "denominator"),
)


def from_xml(content: bytes) -> Resource:
    """The resource in a file of FHIR XML, as JSON members.

    Raises:
        InvalidRecordError: it is no XML, XML with entities or a document type, or no FHIR resource.
    """
    try:
        root = SafeTree.fromstring(content, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise InvalidRecordError(
            f"this file is no usable XML ({type(error).__name__})", field="xml"
        ) from None
    if not root.tag.startswith(FHIR):
        raise InvalidRecordError("this file holds no FHIR resource", field="xml")
    return _resource(root, 0)


def _resource(node: ElementTree.Element, depth: int) -> Resource:
    name = _name(node)
    return {"resourceType": name, **_members(node, name, depth)}


def _members(node: ElementTree.Element, path: str, depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        raise InvalidRecordError("this file is nested too deeply", field="xml")
    members: dict[str, Any] = {name: value for name, value in node.attrib.items() if name in ("id", "url")}
    grouped: dict[str, list[ElementTree.Element]] = {}
    for child in node:
        grouped.setdefault(_name(child), []).append(child)
    for name, children in grouped.items():
        place = f"{path}.{name}"
        repeats = len(children) > 1 or _repeats(name, place)
        members.update(_member(name, children, place, repeats, depth))
    return members


def _member(
    name: str, children: list[ElementTree.Element], place: str, repeats: bool, depth: int
) -> dict[str, Any]:
    """One element name: its values and, for primitives with an id or extensions, the ``_name`` beside it."""
    if any("value" in child.attrib for child in children):
        values = [_primitive(child, name, place) for child in children]
        beside = [_beside(child, place, depth) for child in children]
    else:
        values, beside = [_complex(child, place, depth) for child in children], []
    found: dict[str, Any] = {name: values if repeats else values[0]}
    if any(beside):
        found[f"_{name}"] = [one or None for one in beside] if repeats else beside[0]
    return found


def _beside(child: ElementTree.Element, place: str, depth: int) -> dict[str, Any]:
    return _members(child, place, depth + 1)


def _complex(child: ElementTree.Element, place: str, depth: int) -> Any:
    if child.tag == f"{XHTML}div":
        return _xhtml(child)
    if _name(child) in ("contained", "resource") and len(child) == 1 and _name(child[0])[:1].isupper():
        return _resource(child[0], depth + 1)
    return _members(child, place, depth + 1)


def _primitive(child: ElementTree.Element, name: str, place: str) -> Any:
    written = child.attrib.get("value")
    if written is None:
        return None
    if name in _BOOLEANS and written in ("true", "false"):
        return written == "true"
    if name in _NUMBERS or (name == "value" and place.split(".")[-2].endswith(_MEASURES)):
        return _number(written)
    return written


def _number(written: str) -> Any:
    try:
        number = json.loads(written, parse_float=Decimal)
    except ValueError:
        return written
    return number if isinstance(number, int | Decimal) else written


def _repeats(name: str, place: str) -> bool:
    known = place.replace(".provision.provision", ".provision")
    return name in _ALWAYS_LISTS or known in _LISTS_AT or place.endswith(_LIST_ENDINGS)


def _name(node: ElementTree.Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _xhtml(div: ElementTree.Element) -> str:
    for node in div.iter():
        node.tag = _name(node)
        node.tail = node.tail if node is not div else None
    div.set("xmlns", XHTML.strip("{}"))
    return ElementTree.tostring(div, encoding="unicode")
