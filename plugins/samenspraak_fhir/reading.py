"""What a CarePlan says: whose it is, whether it is an agreement of the selection, and its units."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from samenspraak.connectors import Marker, Raw, Reading
from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.parties import Identifier
from samenspraak.protocols import fhir
from samenspraak_fhir import approvals, course, mapping, names, people, statements
from samenspraak_fhir.elements import extension, find_template, unusable
from samenspraak_fhir.parties import Parties
from samenspraak_fhir.plans import Scene

# An assignment's id stands in markers and in keys of units, which use dots, colons and brackets.
_PART = re.compile(r"[^.:\[\]\s]+")


def read(
    raw: Raw,
    parties: Parties,
    *,
    connector_id: str,
    categories: Collection[str],
    group_systems: Sequence[str],
    domains: Mapping[str, LifeDomain],
) -> Reading:
    """Everything a plan says.

    Raises:
        InvalidRecordError: it cannot be used; names the field.
    """
    if fhir.text(raw, "resourceType") != "CarePlan":
        raise unusable("resourceType", "this is no care plan")
    part = part_of(raw)
    if not _PART.fullmatch(part):
        raise unusable("identifier", "it names no assignment")
    if not is_agreement(raw, categories):
        return Reading(client=None, units={}, marker=_marker(raw), part=part, selected=False)
    _check(raw)
    return Reading(
        client=_client(raw, parties.base_urls),
        units=mapping.units(raw, Scene(parties=parties, part=part, domains=domains)),
        marker=_marker(raw),
        part=part,
        group=_group(raw, group_systems),
        numbers=_numbers(raw, group_systems),
        replaces=_replaces(raw, parties.base_urls),
        told=statements.told(raw, parties, connector_id),
        said=(
            *statements.said(raw, parties, connector_id, part),
            *approvals.said(raw, parties, connector_id),
        ),
        mark=fhir.text(extension(raw, names.TERMS) or {}, "valueString") or None,
        last_changed=fhir.last_updated(raw),
    )


def is_agreement(plan: Mapping[str, Any], categories: Collection[str]) -> bool:
    """Whether the connector's selection holds this plan.

    A draft that somebody in the dossier is still writing is nobody's agreement yet; one that the hub made
    so is a proposal.
    """
    codes = {
        f"{fhir.text(code, 'system')}|{fhir.text(code, 'code')}"
        for concept in fhir.elements(plan, "category")
        for code in fhir.elements(concept, "coding")
    }
    is_draft = plan.get("status") == "draft" and not course.is_proposal(plan)
    return bool(codes & set(categories)) and not is_draft


def part_of(plan: Mapping[str, Any]) -> str:
    """The id of the assignment a plan holds: ours from the marker, else made of the plan's own id.

    An assignment's id goes into markers, which hold no dots; ids of FHIR have no underscores.
    """
    marker = _marker(plan)
    own = marker.part if marker else ""
    return own or fhir.text(plan, "id").replace(".", "_")


def _marker(plan: Mapping[str, Any]) -> Marker | None:
    found = fhir.identifiers(plan, names.MARKER)
    return Marker.parse(found[0]) if found else None


def _client(plan: Mapping[str, Any], base_urls: Sequence[str]) -> str | None:
    subject = fhir.element(plan, "subject")
    identifier = fhir.element(subject, "identifier")
    if identifier.get("system") == fhir.BSN:
        people.check_bsn(fhir.text(identifier, "value"), "subject.identifier")
    key = fhir.reference_key(subject, *base_urls) or fhir.text(subject, names.CLIENT_HERE)
    return key or fhir.text(subject, "reference") or None


def _group(plan: Mapping[str, Any], systems: Sequence[str]) -> str | None:
    found = [value for system in (names.GROUP, *systems) for value in fhir.identifiers(plan, system)]
    return found[0] if found else None


def _numbers(plan: Mapping[str, Any], systems: Sequence[str]) -> frozenset[Identifier]:
    """What another dossier may know the same agreement by: identifiers of it, not of one plan."""
    return frozenset(
        Identifier(system=system, value=value)
        for system in systems
        for value in fhir.identifiers(plan, system)
    )


def _replaces(plan: Mapping[str, Any], base_urls: Sequence[str]) -> str | None:
    found = [fhir.reference_key(one, *base_urls) for one in fhir.elements(plan, "replaces")]
    return next((one for one in found if one), None)


def _check(plan: Mapping[str, Any]) -> None:
    """What no agreement can be read from, whatever its units say."""
    if (place := find_template({name: value for name, value in plan.items() if name != "text"})) is not None:
        raise unusable(place, "a template was never filled in")
    activities = plan.get("activity", [])
    if not isinstance(activities, list) or len(activities) > 1:
        raise unusable("activity", "more than one activity; an agreement is one")
    if any("reference" in one for one in fhir.elements(plan, "activity")):
        raise unusable("activity.reference", "the activity is described elsewhere, as a request")
