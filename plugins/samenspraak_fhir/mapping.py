"""The lens: where each unit of an agreement stands in a CarePlan.

One CarePlan is one assignment; what the assignments share stands in each. A place reads its value from the
plan and writes it there, touching nothing else; a place that is not written keeps every byte. The table with
the HL7 and Nictiz pages behind each row is in ``docs/connectors/fhir.md`` (read November 2026).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import time
from typing import Any

from samenspraak.connectors import Changes, Raw
from samenspraak.domain.agreements import Duty, LifeDomain
from samenspraak.domain.parties import PartyKind, PartyRef
from samenspraak.domain.units import UNITS, Keyed, UnitKey, UnitKind, UnitValue, is_empty
from samenspraak.protocols import fhir
from samenspraak_fhir import approvals, course, exceptions, names, narrative, statements, terms
from samenspraak_fhir.elements import clean, coding, put, put_extension
from samenspraak_fhir.plans import Scene, detail_of, is_ours

MAPPING_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class Place:
    """One row of the mapping; ``write`` is given None to leave the unit in none of its places."""

    kind: UnitKind
    read: Callable[[Raw, Scene], Any]
    write: Callable[[Raw, Any, Scene], None]


PLACES: Mapping[UnitKind, Place] = {
    place.kind: place
    for place in (
        Place(kind=UnitKind.WHAT, read=terms.read_what, write=terms.write_what),
        Place(kind=UnitKind.LIFE_DOMAIN, read=terms.read_domain, write=terms.write_domain),
        Place(kind=UnitKind.PLACE, read=terms.read_place, write=terms.write_place),
        Place(kind=UnitKind.ASSIGNMENT, read=terms.read_duty, write=terms.write_duty),
        Place(kind=UnitKind.INSTRUCTED, read=terms.read_instructed, write=terms.write_instructed),
        Place(kind=UnitKind.BACKUP, read=terms.read_backup, write=terms.write_backup),
        Place(kind=UnitKind.RESPONSIBLE, read=terms.read_responsible, write=terms.write_responsible),
        Place(kind=UnitKind.CONDITIONS, read=terms.read_conditions, write=terms.write_conditions),
        Place(kind=UnitKind.STATUS, read=course.read_status, write=course.write_status),
        Place(kind=UnitKind.REVIEW, read=course.read_review, write=course.write_review),
        Place(kind=UnitKind.REVIEW_NOTES, read=course.read_notes, write=course.write_notes),
        Place(kind=UnitKind.DECIDES, read=course.read_decides, write=course.write_decides),
    )
}
CARRIED = (*PLACES, UnitKind.EXCEPTION)


def units(plan: Raw, scene: Scene) -> dict[UnitKey, UnitValue]:
    """Everything the plan says; empty units are absent.

    Raises:
        InvalidRecordError: a unit cannot be read; names its field.
    """
    found: dict[UnitKey, UnitValue] = {}
    for kind, place in PLACES.items():
        value = place.read(plan, scene)
        if not is_empty(value):
            keyed = UNITS[kind].keyed is Keyed.ASSIGNMENT
            found[UnitKey(kind, scene.part if keyed else "")] = value
    return {**found, **exceptions.read(plan, scene.parties, scene.part)}


def put_changes(raw: Raw, changes: Changes, scene: Scene, *, connector_id: str) -> Raw:
    """A copy of the plan that says the changes; without any, or with what it says already, an equal one."""
    misnaming = _misnaming(raw, scene)
    now = {key: value for key, value in units(raw, scene).items() if key not in misnaming}
    wanted = {key: normal(value) for key, value in changes.set.items() if now.get(key) != value}
    wanted = {key: value for key, value in wanted.items() if now.get(key) != value and _has_place(key, scene)}
    gone = [key for key in changes.clear if _has_place(key, scene)]
    plan = copy.deepcopy(raw)
    if wanted and is_ours(plan):
        _choose_profile(plan, wanted)
    for key in gone:
        _write(plan, key, None, scene)
    for key, value in wanted.items():
        _write(plan, key, value, scene)
    if changes.told is not None:
        statements.tell(plan, changes.told, scene.parties, connector_id)
    if changes.mark is not None:
        put_extension(plan, names.TERMS, {"valueString": changes.mark})
    if plan != raw and is_ours(plan):
        _claim_profile(plan)
        narrative.write(plan, units(plan, scene), scene.parties)
    elif wanted or (gone and plan != raw):
        narrative.drop_stale(plan)
        narrative.write_note(plan, units(plan, scene), scene.parties)
    if changes.asked is not None and plan != raw:
        approvals.ask(plan, changes.asked, scene.parties)
    return plan


def _misnaming(plan: Raw, scene: Scene) -> frozenset[UnitKey]:
    """The units in sight that show who somebody is whose name may not be shown (any more)."""
    decides = {UnitKey(UnitKind.DECIDES)} if course.decides_misnames(plan, scene) else frozenset()
    return exceptions.misnaming(plan, scene.parties, scene.part) | decides


def _has_place(key: UnitKey, scene: Scene) -> bool:
    """Shared units and those of the plan's own assignment; another assignment has a plan of its own."""
    return key.assignment_id in (None, scene.part)


def _write(plan: Raw, key: UnitKey, value: UnitValue | None, scene: Scene) -> None:
    if value is not None and is_empty(value):
        value = None
    if key.kind is UnitKind.EXCEPTION:
        exceptions.write(plan, key.id, value, scene.parties)
    else:
        PLACES[key.kind].write(plan, value, scene)


# What a value becomes in FHIR.


def normal(value: Any) -> Any:
    """Texts without what FHIR strings cannot hold, times to the second; nothing is left out."""
    if isinstance(value, PartyRef):
        return value
    if isinstance(value, str):
        return type(value)(clean(value))
    if isinstance(value, time):
        return value.replace(microsecond=0, tzinfo=None)
    if isinstance(value, tuple):
        return tuple(normal(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: normal(getattr(value, one.name)) for one in fields(value)})
    return value


# Plans that we made: which profile they follow.


def new(client: str, marker: str, group: str) -> Raw:
    """A plan that says nothing yet. ``unknown`` is the status of which nobody can conclude anything."""
    category = {"system": names.CATEGORY, "code": names.AGREEMENT, "display": "Samenzorgafspraak"}
    return {
        "resourceType": "CarePlan",
        "identifier": [
            {"system": names.MARKER, "value": marker},
            {"system": names.GROUP, "value": group},
        ],
        "status": "unknown",
        "intent": "plan",
        "category": [{"coding": [category]}],
        "subject": {"reference": client, "type": "Patient"},
    }


def _choose_profile(plan: Raw, wanted: Mapping[UnitKey, UnitValue]) -> None:
    """Say once, when it gets its content, which zib the plan is, if any.

    Care and medication are nursing, also when a relative does them; anything else that a relative or a
    volunteer does is help from others. The rest is a care plan of our own category only: whoever lists
    nursing interventions has nothing to do with a walk.
    """
    codes = {code for one in fhir.elements(plan, "category") for code in coding(one, names.SNOMED)}
    if codes & {names.NURSING_CODE, names.HELP_CODE} or detail_of(plan):
        return
    helps = {one.performer.kind for one in wanted.values() if isinstance(one, Duty)} & _HELPERS
    if _NURSING & set(_domains(wanted)):
        code, display = names.NURSING_CODE, "verpleegkundige procedure"
    elif helps:
        code, display = names.HELP_CODE, "ondersteuning"
    else:
        return
    plan["category"].insert(0, {"coding": [{"system": names.SNOMED, "code": code, "display": display}]})


_HELPERS = frozenset({PartyKind.RELATIVE, PartyKind.VOLUNTEER})
_NURSING = frozenset({LifeDomain.CARE, LifeDomain.MEDICATION})


def _domains(wanted: Mapping[UnitKey, UnitValue]) -> Iterator[LifeDomain]:
    return (value for value in wanted.values() if isinstance(value, LifeDomain))


def _claim_profile(plan: Raw) -> None:
    """Claim nl-core HelpFromOthers exactly when its rules for the performer are met."""
    performers = fhir.elements(detail_of(plan), "performer")
    types = {fhir.text(one, "reference").partition("/")[0] for one in performers}
    codes = {code for one in fhir.elements(plan, "category") for code in coding(one, names.SNOMED)}
    fits = names.HELP_CODE in codes and types <= {"RelatedPerson", "PractitionerRole", "Organization"}
    meta = dict(fhir.element(plan, "meta"))
    others = [one for one in meta.get("profile", ()) if one != names.HELP_PROFILE]
    if fits == (names.HELP_PROFILE in meta.get("profile", ())):
        return
    put(meta, "profile", [*others, names.HELP_PROFILE] if fits else others)
    put(plan, "meta", meta)
