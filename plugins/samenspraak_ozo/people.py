"""Who is who in the platform, for matching: clients, relatives per network, professionals.

Sources: identifier-systems.md, and examples/*.json for the older systems with ``/ozo/`` or
``/ozo-connect/`` in them; overview.md: a relative has one RelatedPerson per network, all with the same
``person`` number. Trap values were seen in public examples (births in the year 3875).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from samenspraak.connectors import ExternalParty, SetApart
from samenspraak.domain.bsn import is_bsn
from samenspraak.domain.parties import Identifier, PartyKind
from samenspraak.protocols import fhir

_OLDER = re.compile(r"(https://www\.ozoverbindzorg\.nl/namingsystem/)(?:ozo|ozo-connect)/")
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
    )


def _identifiers(person: fhir.Resource) -> frozenset[Identifier]:
    found = [
        (fhir.text(one, "system"), fhir.text(one, "value")) for one in fhir.elements(person, "identifier")
    ]
    return frozenset(
        Identifier(system=_OLDER.sub(r"\1", system), value=value)
        for system, value in found
        if system and value
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-11-21") else None
    except ValueError:
        return None
