"""What a FHIR server refuses to store: not by profile, only by the structure of base R4."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from samenspraak_fhir.sandbox.outcomes import RefusedError
from samenspraak_fhir.sandbox.records import Resource

# https://hl7.org/fhir/R4/datatypes.html#id
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "CarePlan": ("status", "intent", "subject"),
    "Task": ("status", "intent"),
    "RelatedPerson": ("patient",),
    "Provenance": ("target", "recorded", "agent"),
    "Observation": ("status", "code"),
    "Communication": ("status",),
    "Procedure": ("status", "subject"),
    "Consent": ("status", "scope", "category"),
    "Group": ("type", "actual"),
    "Goal": ("lifecycleStatus", "description", "subject"),
    "Condition": ("subject",),
    "Encounter": ("status", "class"),
}
CODES: Mapping[tuple[str, str], frozenset[str]] = {
    ("CarePlan", "status"): frozenset(
        {"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"}
    ),
    ("CarePlan", "intent"): frozenset({"proposal", "plan", "order", "option"}),
    ("Task", "status"): frozenset(
        {
            *("draft", "requested", "received", "accepted", "rejected", "ready", "cancelled"),
            *("in-progress", "on-hold", "failed", "completed", "entered-in-error"),
        }
    ),
    ("Consent", "status"): frozenset(
        {"draft", "proposed", "active", "rejected", "inactive", "entered-in-error"}
    ),
}
ACTIVITY_STATUS = frozenset(
    {
        *("not-started", "scheduled", "in-progress", "on-hold", "completed"),
        *("cancelled", "stopped", "unknown", "entered-in-error"),
    }
)


def check(resource: Any, resource_type: str) -> Resource:
    """The resource, when it can be stored under this type.

    Raises:
        RefusedError: 400 when it is no such resource at all, 422 when an element is missing or wrong.
    """
    if not isinstance(resource, dict) or resource.get("resourceType") != resource_type:
        raise RefusedError(400, "structure", f"expected a {resource_type}")
    for place in _empty(resource, resource_type):
        raise RefusedError(400, "structure", "an element may not be empty", expression=place)
    for member in REQUIRED.get(resource_type, ()):
        if member not in resource:
            raise RefusedError(
                422, "required", "required element missing", expression=f"{resource_type}.{member}"
            )
    for (owner, member), codes in CODES.items():
        if owner == resource_type and resource[member] not in codes:
            raise RefusedError(422, "code-invalid", "unknown code", expression=f"{resource_type}.{member}")
    if resource_type == "CarePlan":
        _check_activities(resource)
    return resource


def _check_activities(plan: Resource) -> None:
    for number, activity in enumerate(plan.get("activity", ())):
        place = f"CarePlan.activity[{number}]"
        if "detail" in activity and "reference" in activity:
            raise RefusedError(422, "invariant", "cpl-3: a detail or a reference, not both", expression=place)
        detail = activity.get("detail")
        if detail is not None and detail.get("status") not in ACTIVITY_STATUS:
            raise RefusedError(
                422, "required", "required element missing", expression=f"{place}.detail.status"
            )
        if detail is not None and sum(member.startswith("scheduled") for member in detail) > 1:
            raise RefusedError(422, "structure", "one scheduled[x] at most", expression=f"{place}.detail")


def _empty(element: Any, place: str) -> Iterator[str]:
    """Where an object, array or string is empty; null may stand in for a primitive in an array only."""
    if element is None or element in ("", [], {}):
        yield place
    elif isinstance(element, Mapping):
        for member, value in element.items():
            yield from _empty(value, f"{place}.{member}")
    elif isinstance(element, list):
        for number, value in enumerate(element):
            if value is not None:
                yield from _empty(value, f"{place}[{number}]")


def check_id(resource_id: str) -> None:
    if not ID.fullmatch(resource_id):
        raise RefusedError(400, "value", "an id has 1 to 64 letters, digits, hyphens and dots")
