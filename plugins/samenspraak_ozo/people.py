"""Who is who in the platform, for matching: clients, relatives per network, professionals.

Sources: identifier-systems.md; for older data examples/*.json (systems with ``/ozo/`` or ``/ozo-connect/`` in
them) and ozo-relatedperson.fsh 0.2 (``OZO/Person``). The codes of a relation are those of v3-RoleCode, under
its OID (examples/*.fsh) or its address (nl-core). overview.md: a relative has one RelatedPerson per network,
all with the same ``person`` number. Trap values were seen in public examples (births in the year 3875).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from samenspraak.connectors import ExternalParty, SetApart
from samenspraak.domain.bsn import is_bsn
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak.protocols import fhir

_NAMES = "https://www.ozoverbindzorg.nl/namingsystem/"
_OLDER = re.compile(rf"{re.escape(_NAMES)}(?:ozo|ozo-connect)/([a-z-]+)")
_OLDEST = re.compile(r"OZO(?:-CONNECT)?/([A-Z][A-Za-z]+)")
_EMAIL = f"{_NAMES}email"
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")
ROLES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_ROLES_BY_OID = "urn:oid:2.16.840.1.113883.5.111"
_DECIDES = frozenset({(ROLES, "GUARD"), (ROLES, "HPOWATT")})
"""A guardian, and who has a healthcare power of attorney. The hub believes it of a dossier only."""
KINDS: Mapping[str, PartyKind] = {
    "RelatedPerson": PartyKind.RELATIVE,
    "Practitioner": PartyKind.PROFESSIONAL,
    "Patient": PartyKind.CLIENT,
}


def external_id(key: str) -> str:
    """What the connector calls the party behind ``Type/id``: a client by the id alone."""
    return key.removeprefix("Patient/")


def party(person: fhir.Resource, today: date) -> ExternalParty | SetApart:
    """The person as a party; set apart by the name of the field that cannot be right."""
    key, kind = external_id(fhir.key_of(person)), person["resourceType"]
    born = fhir.text(person, "birthDate")
    birth_date = _date(born)
    numbers = fhir.identifiers(person, fhir.BSN)
    if born and (birth_date is None or birth_date > today):
        return SetApart(external_id=key, field=f"{kind}.birthDate", why="no date of birth that can be")
    if not all(map(is_bsn, numbers)):
        return SetApart(external_id=key, field=f"{kind}.identifier", why="a BSN that does not pass its check")
    names = fhir.elements(person, "name") or [{}]
    named = next((one for one in names if one.get("use") == "official"), names[0])
    network = fhir.reference_key(fhir.element(person, "patient"))
    given = fhir.texts(named, "given")
    return ExternalParty(
        external_id=key,
        kind=KINDS[kind],
        name=fhir.text(named, "text") or " ".join([*given[:1], fhir.text(named, "family")]).strip(),
        first_name=given[0] if given else "",
        birth_date=birth_date,
        identifiers=_identifiers(person),
        client=external_id(network) if network else None,
        representative=bool(_DECIDES & relations(person)),
    )


def relations(person: fhir.Resource) -> frozenset[tuple[str, str]]:
    """What somebody is to the client: codes, each under the one address of its code system."""
    codings = (one for said in fhir.elements(person, "relationship") for one in fhir.elements(said, "coding"))
    found = ((fhir.text(one, "system"), fhir.text(one, "code")) for one in codings)
    return frozenset((ROLES if system == _ROLES_BY_OID else system, code) for system, code in found if code)


def identifier_system(written: str) -> str:
    """The system of an identifier by its present name."""
    if match := _OLDER.fullmatch(written):
        return f"{_NAMES}{match[1]}"
    if match := _OLDEST.fullmatch(written):
        return f"{_NAMES}{_WORD.sub('-', match[1]).lower()}"
    return _EMAIL if written == "email" else written


def _identifiers(person: fhir.Resource) -> frozenset[Identifier]:
    found = [
        (fhir.text(one, "system"), fhir.text(one, "value")) for one in fhir.elements(person, "identifier")
    ]
    return frozenset(
        Identifier(system=identifier_system(system), value=value)
        for system, value in found
        if system and value
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else None
    except ValueError:
        return None
