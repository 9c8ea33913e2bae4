"""What the hub keeps of a plan: the members the lens reads or writes, and nothing of anybody else's.

Notes, goals, problems, narratives, other people's extensions and identifiers never reach the hub's store. Of
a plan outside the selection only that it is there is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.protocols import fhir
from samenspraak_fhir import conditions, names
from samenspraak_fhir.elements import Element, coding, extension, put
from samenspraak_fhir.exceptions import notes
from samenspraak_fhir.plans import detail_of

_ALWAYS = ("resourceType", "id", "status")
_WHOLE = ("title", "author", "replaces")
_DETAIL = (
    *("status", "statusReason", "code", "description", "doNotPerform", "performer"),
    *("scheduledString", "scheduledTiming", "scheduledPeriod"),
)
_NOTES = (names.EXCEPTION, names.STATEMENT, names.SAID)


def own(plan: Raw, *, selected: bool, categories: Collection[str], systems: Collection[str]) -> Raw:
    """The plan without what is not ours to keep.

    Args:
        plan: as the server gave it.
        selected: whether it is an agreement of the selection.
        categories: those that mean something, as ``system|code``.
        systems: of identifiers that tie plans, beside our own.
    """
    kept: Raw = _some(plan, _ALWAYS)
    put(
        kept,
        "identifier",
        [one for one in fhir.elements(plan, "identifier") if _is_ours(one, "system", systems)],
    )
    put(kept, "category", [one for one in fhir.elements(plan, "category") if _is_known(one, categories)])
    if not selected:
        return kept
    kept |= _some(plan, _WHOLE)
    put(kept, "subject", _some(fhir.element(plan, "subject"), ("reference", "type", names.CLIENT_HERE)))
    put(kept, "period", _some(fhir.element(plan, "period"), ("start", "end")))
    put(kept, "description", conditions.lines(plan))
    put(kept, "extension", _extensions(plan))
    if plan.get("activity"):
        kept["activity"] = [_activity(plan)]
    return kept


def _activity(plan: Raw) -> Element:
    detail = detail_of(plan)
    kept = _some(detail, _DETAIL)
    put(kept, "location", _some(fhir.element(detail, "location"), ("display",)))
    put(kept, "extension", _extensions(detail))
    activity: Element = {}
    put(activity, "detail", kept)
    put(activity, "progress", [one for one in notes(plan) if any(extension(one, url) for url in _NOTES)])
    return activity


def _some(element: Mapping[str, Any], members: Collection[str]) -> Element:
    return {name: element[name] for name in members if name in element}


def _extensions(element: Mapping[str, Any]) -> list[Element]:
    return [one for one in fhir.elements(element, "extension") if _is_ours(one, "url", ())]


def _is_ours(element: Mapping[str, Any], member: str, systems: Collection[str]) -> bool:
    named = fhir.text(element, member)
    return named.startswith(names.OURS) or named in systems


def _is_known(concept: Mapping[str, Any], categories: Collection[str]) -> bool:
    codes = {
        f"{fhir.text(one, 'system')}|{fhir.text(one, 'code')}" for one in fhir.elements(concept, "coding")
    }
    is_zib = bool({names.HELP_CODE, names.NURSING_CODE} & set(coding(concept, names.SNOMED)))
    return is_zib or bool(codes & set(categories)) or bool(coding(concept, names.LIFE_DOMAIN))
