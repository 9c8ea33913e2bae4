"""What is agreed: the words, who and when, the conditions, and what goes with them.

Each pair of functions reads one unit from a CarePlan and writes it there; written None leaves it in none of
its places. The sources stand with the table in ``docs/connectors/fhir.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import Code, Conditions, Duty, Instructed, LifeDomain, Modality, What
from samenspraak.domain.parties import PartyRef
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir
from samenspraak_fhir import conditions, names
from samenspraak_fhir.elements import (
    Element,
    coding,
    extension,
    part,
    part_text,
    parts,
    put,
    put_extension,
    read_date,
    unusable,
)
from samenspraak_fhir.plans import Scene, detail_of, is_nursing, is_ours, own_detail
from samenspraak_fhir.timing import clear_schedule, read_schedule, write_schedule

NO_DOMAIN = "none"
DOMAINS: Mapping[LifeDomain, str] = {
    LifeDomain.CARE: "zorg",
    LifeDomain.MEDICATION: "medicatie",
    LifeDomain.MEALS: "maaltijden",
    LifeDomain.MOBILITY: "bewegen",
    LifeDomain.SOCIAL: "sociaal",
    LifeDomain.HOUSEHOLD: "huishouden",
    LifeDomain.TRANSPORT: "vervoer",
    LifeDomain.ADMINISTRATION: "administratie",
}


# What: text, modality, code.
#
# A list of plans shows titles, a plan its description. So a plan of ours says the same in both, and an
# extension says what: once somebody changed one of them, that one is the new text.


def _words(plan: Raw) -> Mapping[str, str]:
    """What is said, by the member that says it: the title, and in help also the description."""
    said = {"title": fhir.text(plan, "title")}
    if not is_nursing(plan):
        said["description"] = fhir.text(detail_of(plan), "description")
    return {member: text for member, text in said.items() if text.strip()}


def _read_text(plan: Raw) -> str:
    said = _words(plan)
    ours = fhir.text(extension(plan, names.WHAT) or {}, "valueString")
    if ours and said.get("description") == ours:
        return said.get("title", ours)
    return said.get("description") or said.get("title", "")


def _write_text(plan: Raw, detail: Element, text: str) -> None:
    said = _words(plan)
    is_same = is_ours(plan) or (len(said) == 2 and said["title"] == said["description"])
    is_both = is_same and not is_nursing(plan)
    only = "title" if is_nursing(plan) or said.keys() == {"title"} else "description"
    if is_both or only == "title":
        plan["title"] = text
    if is_both or only == "description":
        detail["description"] = text
    put_extension(plan, names.WHAT, {"valueString": text} if is_both else None)


def read_what(plan: Raw, scene: Scene) -> What | None:
    detail = detail_of(plan)
    concept = fhir.element(detail, "code")
    first = next(iter(fhir.elements(concept, "coding")), {})
    text = _read_text(plan) or fhir.text(concept, "text") or fhir.text(first, "display")
    if not text.strip():
        return None
    system, value, display = (fhir.text(first, member) for member in ("system", "code", "display"))
    code = Code(system=system, value=value, display=display) if system or value or display else None
    return What(text=text, modality=_read_modality(detail), code=code)


def _read_modality(detail: Mapping[str, Any]) -> Modality:
    if detail.get("doNotPerform") is True:
        return Modality.NEVER
    said = (extension(detail, names.MODALITY) or {}).get("valueCode")
    return Modality.MAY if said == Modality.MAY else Modality.DOES


def write_what(plan: Raw, what: What | None, scene: Scene) -> None:
    detail = own_detail(plan, make=what is not None)
    if what is None:
        for holder, member in ((plan, "title"), (detail, "code"), (detail, "doNotPerform")):
            holder.pop(member, None)
        if not is_nursing(plan):
            detail.pop("description", None)
        put_extension(detail, names.MODALITY, None)
        put_extension(plan, names.WHAT, None)
        return
    before = read_what(plan, scene)
    if before is None or before.modality is not what.modality:
        put(detail, "doNotPerform", True if what.modality is Modality.NEVER else None)
        is_may = what.modality is Modality.MAY
        put_extension(detail, names.MODALITY, {"valueCode": Modality.MAY.value} if is_may else None)
    if before is None or before.code != what.code:
        _write_code(detail, before.code if before else None, what.code)
    now = read_what(plan, scene)
    if now is None or now.text != what.text:
        _write_text(plan, detail, what.text)


def _write_code(detail: Element, before: Code | None, code: Code | None) -> None:
    """The first coding; the others translate it, so that they go with another code."""
    is_same = before and code and (before.system, before.value) == (code.system, code.value)
    others = fhir.elements(fhir.element(detail, "code"), "coding")[1:] if is_same else []
    if code is None:
        detail.pop("code", None)
        return
    written: Element = {}
    for member, value in (("system", code.system), ("code", code.value), ("display", code.display)):
        put(written, member, value)
    detail["code"] = {"coding": [written, *others]}


# Who and when.


def read_duty(plan: Raw, scene: Scene) -> Duty | None:
    detail = detail_of(plan)
    performers = fhir.elements(detail, "performer")
    if not performers:
        return None
    if len(performers) > 1:
        raise unusable("activity.detail.performer", "more than one performer; each needs a plan of its own")
    performer = scene.parties.read(performers[0], "activity.detail.performer")
    return Duty(performer=performer, schedule=read_schedule(plan, detail))


def write_duty(plan: Raw, duty: Duty | None, scene: Scene) -> None:
    detail = own_detail(plan, make=duty is not None)
    if duty is None:
        detail.pop("performer", None)
        clear_schedule(plan, detail)
        return
    before = read_duty(plan, scene)
    if before is None or before.performer != duty.performer:
        detail["performer"] = [scene.parties.write(duty.performer)]
    had = read_schedule(plan, detail) if before is None else before.schedule
    write_schedule(plan, detail, had, duty.schedule, native=is_nursing(plan))


def read_instructed(plan: Raw, scene: Scene) -> Instructed | None:
    found = extension(detail_of(plan), names.INSTRUCTED)
    if found is None:
        return None
    by = part(found, "by", "valueReference")
    return Instructed(
        by=scene.parties.read(by, "instructed.by") if by else None,
        on=read_date(part(found, "on", "valueDate"), "instructed.on"),
    )


def write_instructed(plan: Raw, instructed: Instructed | None, scene: Scene) -> None:
    content = None
    if instructed is not None:
        content = parts(
            shown=("valueBoolean", True),
            by=("valueReference", scene.parties.write(instructed.by)) if instructed.by else None,
            on=("valueDate", instructed.on.isoformat()) if instructed.on else None,
        )
    put_extension(own_detail(plan, make=instructed is not None), names.INSTRUCTED, content)


def read_backup(plan: Raw, scene: Scene) -> PartyRef | None:
    found = fhir.element(extension(detail_of(plan), names.BACKUP) or {}, "valueReference")
    return scene.parties.read(found, "backup") if found else None


def write_backup(plan: Raw, backup: PartyRef | None, scene: Scene) -> None:
    content = {"valueReference": scene.parties.write(backup)} if backup else None
    put_extension(own_detail(plan, make=backup is not None), names.BACKUP, content)


def read_responsible(plan: Raw, scene: Scene) -> PartyRef | None:
    """Our extension says it for as long as the author beside it is the same, else the author does."""
    ours = extension(plan, names.RESPONSIBLE)
    if ours is None or part_text(ours, "beside", "valueString") != _author(plan):
        return _read_author(plan, scene)
    who = part(ours, "who", "valueReference")
    return scene.parties.read(who, "responsible") if who else None


def write_responsible(plan: Raw, responsible: PartyRef | None, scene: Scene) -> None:
    """The author of a plan that the dossier wrote is its own record and stays."""
    put_extension(plan, names.RESPONSIBLE, None)
    if is_ours(plan):
        put(plan, "author", scene.parties.write(responsible) if responsible else None)
    elif responsible != _read_author(plan, scene):
        who = ("valueReference", scene.parties.write(responsible)) if responsible else None
        content = parts(beside=("valueString", _author(plan)), who=who)
        put_extension(plan, names.RESPONSIBLE, content)


def _read_author(plan: Raw, scene: Scene) -> PartyRef | None:
    """An author who cannot be looked up here is nobody we know; the plan is none the worse for it."""
    try:
        found = fhir.element(plan, "author")
        return scene.parties.read(found, "author") if found else None
    except InvalidRecordError:
        return None


def _author(plan: Raw) -> str:
    author = fhir.element(plan, "author")
    return fhir.text(author, "reference") or fhir.text(author, "display")


# What holds, and where.


def read_conditions(plan: Raw, scene: Scene) -> Conditions:
    found = conditions.read(plan)
    described = fhir.text(detail_of(plan), "description") if is_nursing(plan) else ""
    return replace(found, instruction=described) if described else found


def write_conditions(plan: Raw, wanted: Conditions | None, scene: Scene) -> None:
    wanted = wanted or Conditions()
    if is_nursing(plan):
        put(own_detail(plan, make=bool(wanted.instruction)), "description", wanted.instruction)
        wanted = replace(wanted, instruction="")
    conditions.write(plan, wanted)


def read_place(plan: Raw, scene: Scene) -> str | None:
    return fhir.text(fhir.element(detail_of(plan), "location"), "display") or None


def write_place(plan: Raw, place: str | None, scene: Scene) -> None:
    put(own_detail(plan, make=place is not None), "location", {"display": place} if place else None)


def read_domain(plan: Raw, scene: Scene) -> LifeDomain | None:
    """Our own category says it; without one, the first code of the dossier that its admin gave a meaning."""
    own = [code for one in fhir.elements(plan, "category") for code in coding(one, names.LIFE_DOMAIN)]
    if own:
        return next((LifeDomain(code) for code in own if code in set(LifeDomain)), None)
    return next((scene.domains[code] for code in _their_codes(plan) if code in scene.domains), None)


def write_domain(plan: Raw, domain: LifeDomain | None, scene: Scene) -> None:
    """In a category of ours, which also says that there is none where their codes say otherwise."""
    kept = [one for one in plan.get("category", ()) if not coding(one, names.LIFE_DOMAIN)]
    put(plan, "category", kept)
    if domain is None and read_domain(plan, scene) is None:
        return
    code, display = (domain.value, DOMAINS[domain]) if domain else (NO_DOMAIN, "geen leefgebied")
    coded = {"system": names.LIFE_DOMAIN, "code": code, "display": display}
    put(plan, "category", [*kept, {"coding": [coded]}])


def _their_codes(plan: Raw) -> Iterator[str]:
    concepts = [*fhir.elements(plan, "category"), fhir.element(detail_of(plan), "code")]
    return (
        f"{fhir.text(one, 'system')}|{fhir.text(one, 'code')}"
        for concept in concepts
        for one in fhir.elements(concept, "coding")
    )
