"""CarePlans as a nurse's screen writes them: the two zibs that say who helps with what, how often.

Sources: Nictiz/Nictiz-R4-zib2020 ``resources/zib/zib-HelpFromOthers.xml`` (Aard is the description,
Frequentie is text) and ``resources/zib/zib-NursingIntervention.xml`` (Instructie is the description,
frequency is a Timing); what base R4 adds: https://hl7.org/fhir/R4/careplan.html. The extensions under
``urn:samenspraak:`` are announced in the documentation of the connector for dossiers that take part.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from samenspraak_fhir.sandbox.records import Resource, instant

SNOMED = "http://snomed.info/sct"
HELP = {"system": SNOMED, "code": "243114000", "display": "ondersteuning"}
NURSING = {"system": SNOMED, "code": "9632001", "display": "verpleegkundige procedure"}
HELP_PROFILE = "http://nictiz.nl/fhir/StructureDefinition/nl-core-HelpFromOthers"
GROUP_SYSTEM = "urn:samenspraak:group"
SAID = "urn:samenspraak:said"
EXCEPTION = "urn:samenspraak:exception"
INSTRUCTION_LABEL = "Instructie: "

Plan = Resource


def is_nursing(plan: Plan) -> bool:
    codes = {coding.get("code") for one in plan.get("category", ()) for coding in one.get("coding", ())}
    return NURSING["code"] in codes


def detail(plan: Plan) -> dict[str, Any]:
    found: dict[str, Any] = plan["activity"][0]["detail"]
    return found


def help_plan(client: str, what: str, by: str, when: str) -> Plan:
    """Hulp van anderen: the nature of the help, by whom, and how often in words."""
    return {
        "resourceType": "CarePlan",
        "meta": {"profile": [HELP_PROFILE]},
        "status": "active",
        "intent": "plan",
        "category": [{"coding": [HELP]}],
        "subject": {"reference": client},
        "activity": [
            {
                "detail": {
                    "status": "in-progress",
                    "scheduledString": when,
                    "performer": [{"reference": by}],
                    "description": what,
                }
            }
        ],
    }


def nursing_plan(client: str, what: str, by: str, when: str, instruction: str) -> Plan:
    """Verpleegkundige interventie: what, by whom (also a relative), and how it is done."""
    plan = help_plan(client, instruction, by, when)
    del plan["meta"]
    if not instruction:
        del detail(plan)["description"]
    return {**plan, "category": [{"coding": [NURSING]}], "title": what}


def tie(plan: Plan, group: str) -> None:
    """Say that this plan and others are one agreement."""
    plan.setdefault("identifier", []).append({"system": GROUP_SYSTEM, "value": group})


def set_what(plan: Plan, value: str) -> None:
    if is_nursing(plan):
        plan["title"] = value
    else:
        detail(plan)["description"] = value


def set_when(plan: Plan, value: str) -> None:
    timing = detail(plan).get("scheduledTiming")
    if timing is None:
        detail(plan)["scheduledString"] = value
    else:
        timing.setdefault("code", {})["text"] = value


def set_days(plan: Plan, value: Mapping[str, Any]) -> None:
    """``{"days": ["mon", …], "times": ["08:00", …], "text": …}``: filled in on the calendar of the screen."""
    text = value.get("text") or detail(plan).pop("scheduledString", "")
    repeat: dict[str, Any] = {"period": 1, "periodUnit": "wk", "dayOfWeek": list(value["days"])}
    if times := value.get("times"):
        repeat["timeOfDay"] = [f"{one}:00" for one in times]
    timing = {"repeat": repeat, **({"code": {"text": text}} if text else {})}
    detail(plan).pop("scheduledString", None)
    detail(plan)["scheduledTiming"] = timing


def set_performer(plan: Plan, value: str) -> None:
    detail(plan)["performer"] = [{"reference": value}]


def set_instruction(plan: Plan, value: str) -> None:
    """In its own field for nursing; for other help in the description of the plan, behind its label."""
    if is_nursing(plan):
        detail(plan)["description"] = value
        return
    kept = [
        line for line in plan.get("description", "").splitlines() if not line.startswith(INSTRUCTION_LABEL)
    ]
    plan["description"] = "\n".join([*kept, f"{INSTRUCTION_LABEL}{value}"])


def set_period(member: str) -> Callable[[Plan, str], None]:
    def change(plan: Plan, value: str) -> None:
        plan.setdefault("period", {})[member] = value

    return change


def set_category(plan: Plan, value: str) -> None:
    """Another SNOMED category: the plan is filed elsewhere."""
    plan["category"] = [{"coding": [{"system": SNOMED, "code": value}]}]


def set_note(plan: Plan, value: str) -> None:
    plan["note"] = [{"text": value}]


FIELDS: Mapping[str, Callable[[Plan, Any], None]] = {
    "what": set_what,
    "when": set_when,
    "days": set_days,
    "performer": set_performer,
    "instruction": set_instruction,
    "from": set_period("start"),
    "until": set_period("end"),
    "note": set_note,
    "category": set_category,
}

# CarePlan.status → the status of its activity.
ACTIVITY_STATUS: Mapping[str, str] = {
    "active": "in-progress",
    "on-hold": "on-hold",
    "completed": "completed",
    "revoked": "stopped",
    "entered-in-error": "entered-in-error",
}


def set_status(plan: Plan, status: str, reason: str) -> None:
    plan["status"] = status
    detail(plan)["status"] = ACTIVITY_STATUS[status]
    detail(plan).pop("statusReason", None)
    if reason:
        detail(plan)["statusReason"] = {"text": reason}


def say(plan: Plan, at: datetime, by: str, text: str, url: str, parts: Sequence[dict[str, Any]]) -> str:
    """Write a progress note that also says in a coded way what it means; gives the note's id."""
    note = {
        "id": uuid.uuid4().hex,
        "extension": [{"url": url, "extension": list(parts)}],
        "authorReference": {"reference": by},
        "time": instant(at),
        "text": text,
    }
    plan["activity"][0].setdefault("progress", []).append(note)
    return str(note["id"])
