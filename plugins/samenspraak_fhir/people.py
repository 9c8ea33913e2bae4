"""People, teams and devices of a dossier, for matching: identifiers match, names only suggest.

Sources: https://hl7.org/fhir/R4/patient.html, relatedperson.html, practitionerrole.html, careteam.html and
device.html; roles of contact persons from Nictiz/Nictiz-R4-zib2020 ``zib-ContactPerson`` (a mantelzorger or
first contact is no representative; there is no code for a volunteer).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from samenspraak.connectors import ExternalParty, SetApart
from samenspraak.domain.bsn import is_bsn
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import coding, find_template, read_date, unusable
from samenspraak_fhir.parties import KINDS

TYPES = ("Patient", "RelatedPerson", "Practitioner", "PractitionerRole", "Organization", "CareTeam", "Device")
_PERSONS = frozenset({"Patient", "RelatedPerson", "Practitioner"})
_PROFESSIONALS = frozenset({"Practitioner", "PractitionerRole"})
_NOT_IN_USE = frozenset({"inactive", "entered-in-error"})
_CIRCLES: Mapping[str, str] = {"RelatedPerson": "patient", "CareTeam": "subject", "Device": "patient"}

Named = Callable[[str], str]
"""The name of the person a reference (``Practitioner/id``) stands for; '' when nobody can tell."""


def parties(
    resources: Sequence[Mapping[str, Any]], volunteer_roles: Collection[str], named: Named, today: date
) -> tuple[list[ExternalParty], list[SetApart]]:
    """The people and groups among these resources, and those that cannot be used.

    Who takes part no longer is told no more: a former contact is nobody to match anybody with.
    """
    found = [party(one, volunteer_roles, named) for one in resources if not is_former(one, today)]
    return (
        [one for one in found if isinstance(one, ExternalParty)],
        [one for one in found if isinstance(one, SetApart)],
    )


def is_former(resource: Mapping[str, Any], today: date) -> bool:
    """Whether it is kept for its history only: not in use, recorded by mistake, or ended before today."""
    if resource.get("active") is False or fhir.text(resource, "status") in _NOT_IN_USE:
        return True
    try:
        end = read_date(fhir.element(resource, "period").get("end"), "period.end", last=True)
    except InvalidRecordError:
        return False
    return end is not None and end < today


def party(
    resource: Mapping[str, Any], volunteer_roles: Collection[str], named: Named
) -> ExternalParty | SetApart:
    """The party, or why it cannot be used; ``volunteer_roles``: ``system|code`` of relationships."""
    key = fhir.key_of(resource)
    try:
        return _party(resource, key, volunteer_roles, named)
    except InvalidRecordError as error:
        return SetApart(external_id=key, field=error.field, why=str(error))


def _party(
    resource: Mapping[str, Any], key: str, volunteer_roles: Collection[str], named: Named
) -> ExternalParty:
    kind = fhir.text(resource, "resourceType")
    if (place := find_template(resource)) is not None:
        raise unusable(place, "a template was never filled in")
    roles = {
        f"{fhir.text(code, 'system')}|{fhir.text(code, 'code')}"
        for concept in fhir.elements(resource, "relationship" if kind == "RelatedPerson" else "type")
        for code in fhir.elements(concept, "coding")
    }
    is_volunteer = bool(roles & {*volunteer_roles, f"{names.VOLUNTEER_ROLE}|volunteer"})
    return ExternalParty(
        external_id=key,
        kind=PartyKind.VOLUNTEER if is_volunteer and kind == "RelatedPerson" else KINDS[kind],
        name=name_of(resource) or _name_elsewhere(resource, named),
        first_name=_first_name(resource),
        birth_date=read_date(resource.get("birthDate"), "birthDate"),
        identifiers=_identifiers(resource),
        client=key
        if kind == "Patient"
        else fhir.reference_key(fhir.element(resource, _CIRCLES.get(kind, ""))),
        owner=fhir.reference_key(fhir.element(resource, "owner")) if kind == "Device" else None,
        members=_members(resource) if kind == "CareTeam" else None,
        representative=any(
            set(coding(one, names.CONTACT_ROLES)) & names.REPRESENTATIVES
            for one in fhir.elements(resource, "relationship")
        ),
        volunteers=is_volunteer and kind == "Organization",
    )


def _members(team: Mapping[str, Any]) -> frozenset[str]:
    """The professionals in a care team, who act for it; relatives in it are around the client by themselves.

    Whose period in it is over has left. Source: https://hl7.org/fhir/R4/careteam.html; nl-core-CareTeam
    (Nictiz-R4-zib2020), in which a professional takes part as a PractitionerRole.
    """
    inside = [one for one in fhir.elements(team, "participant") if not fhir.element(one, "period").get("end")]
    keys = (fhir.reference_key(fhir.element(one, "member")) for one in inside)
    return frozenset(key for key in keys if key and key.partition("/")[0] in _PROFESSIONALS)


def name_of(resource: Mapping[str, Any]) -> str:
    """How a person, group or device is called in full; '' when the resource does not say."""
    if fhir.text(resource, "resourceType") in _PERSONS:
        return _human_name(_official(resource))
    own = next((fhir.text(one, "name") for one in fhir.elements(resource, "deviceName")), "")
    return fhir.text(resource, "name") or own


def _name_elsewhere(resource: Mapping[str, Any], named: Named) -> str:
    """A role is called as the person who has it."""
    person = fhir.element(resource, "practitioner")
    return fhir.text(person, "display") or named(fhir.reference_key(person) or "")


def _official(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    found = fhir.elements(resource, "name")
    return next((one for one in found if one.get("use") == "official"), found[0] if found else {})


def _human_name(name: Mapping[str, Any]) -> str:
    if written := fhir.text(name, "text"):
        return written
    return " ".join([*fhir.texts(name, "given"), fhir.text(name, "family")]).strip()


def _first_name(resource: Mapping[str, Any]) -> str:
    """What the person is called, if that is written down, else the first given name."""
    if fhir.text(resource, "resourceType") not in _PERSONS:
        return ""
    usual = [one for one in fhir.elements(resource, "name") if one.get("use") in ("usual", "nickname")]
    called = [given for name in (*usual, _official(resource)) for given in fhir.texts(name, "given")]
    return called[0] if called else ""


def _identifiers(resource: Mapping[str, Any]) -> frozenset[Identifier]:
    found = {
        (fhir.text(one, "system"), fhir.text(one, "value"))
        for one in fhir.elements(resource, "identifier")
        if fhir.text(one, "system") and fhir.text(one, "value")
    }
    for system, value in found:
        if system == fhir.BSN:
            check_bsn(value, "identifier")
    return frozenset(Identifier(system=system, value=value) for system, value in found)


def check_bsn(value: str, field: str) -> None:
    """That a citizen number passes the eleven-test; one that does not is a typing error, or somebody else.

    Raises:
        InvalidRecordError: it does not pass; the number itself is not in the message.
    """
    if not is_bsn(value):
        raise unusable(field, "the citizen number does not pass its check")
