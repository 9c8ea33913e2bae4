"""The shape of a CarePlan that is one assignment: its one activity, and whether it is nursing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import LifeDomain
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import Element, coding
from samenspraak_fhir.parties import Parties

# CarePlan.status → what the status of its activity may then be; the first is what we write.
ACTIVITY: Mapping[str, tuple[str, ...]] = {
    "draft": ("not-started", "scheduled"),
    "active": ("in-progress", "scheduled", "not-started"),
    "on-hold": ("on-hold",),
    "completed": ("completed",),
    "revoked": ("stopped", "cancelled"),
    "entered-in-error": ("entered-in-error",),
    "unknown": ("unknown",),
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a place may look at beside the plan.

    ``part``: the id of the assignment the plan holds · ``domains``: what codes (``system|code``) of the
    dossier's own mean, as its admin says.
    """

    parties: Parties
    part: str
    domains: Mapping[str, LifeDomain] = field(default_factory=dict)


def is_ours(plan: Mapping[str, Any]) -> bool:
    """Whether the hub made this plan; any other is the dossier's own record."""
    return bool(fhir.identifiers(plan, names.MARKER))


def is_nursing(plan: Mapping[str, Any]) -> bool:
    """Whether the plan is a nursing intervention: what is then in the title, the instruction described."""
    concepts = fhir.elements(plan, "category")
    return any(names.NURSING_CODE in coding(one, names.SNOMED) for one in concepts)


def detail_of(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    """The plan's one activity, to read."""
    activities = fhir.elements(plan, "activity")
    return fhir.element(activities[0], "detail") if activities else {}


def own_detail(plan: Raw, *, make: bool) -> Element:
    """The plan's one activity, to write; made when there is none, or else nothing that stays."""
    if not make and not detail_of(plan):
        return {"status": "unknown"}
    if not plan.get("activity"):
        plan["activity"] = [{}]
    found: Element = plan["activity"][0].setdefault("detail", {})
    found.setdefault("status", ACTIVITY[fhir.text(plan, "status") or "unknown"][0])
    return found
