"""How an agreement stands: its status, its review, and who decides.

Read and written as in :mod:`samenspraak_fhir.terms`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from samenspraak.connectors import Raw
from samenspraak.domain.agreements import LIVE, Decides, Review, ReviewOutcome, State, Status
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import (
    extension,
    part,
    part_text,
    parts,
    put,
    put_extension,
    read_date,
    unusable,
)
from samenspraak_fhir.plans import ACTIVITY, Scene, detail_of, own_detail

STATES: Mapping[str, State] = {
    "draft": State.PROPOSED,
    "active": State.ACTIVE,
    "on-hold": State.PAUSED,
    "completed": State.ENDED,
    "revoked": State.WITHDRAWN,
    "entered-in-error": State.MISTAKE,
}


# What the status of the one activity says under a plan that nobody closed.
_OVER: Mapping[str, State] = {
    "stopped": State.WITHDRAWN,
    "cancelled": State.WITHDRAWN,
    "entered-in-error": State.MISTAKE,
}


def read_status(plan: Raw, scene: Scene) -> Status | None:
    written = fhir.text(plan, "status")
    if written == "unknown":
        return None
    if written not in STATES:
        raise unusable("status", "this is no status of a care plan")
    detail = detail_of(plan)
    state = STATES[written]
    if state in LIVE:
        state = _OVER.get(fhir.text(detail, "status"), state)
    status = Status(state=state, reason=_read_reason(detail))
    found = extension(plan, names.STATUS) or {}
    if status.is_over:
        return replace(status, ended_on=read_date(part(found, "ended-on", "valueDate"), "status.ended-on"))
    if status.state is State.PAUSED:
        begins = read_date(part(found, "from", "valueDate"), "status.from")
        ends = read_date(part(found, "until", "valueDate"), "status.until")
        if begins and ends and ends < begins:
            raise unusable("status.until", "it stops before it starts")
        return replace(status, paused_from=begins, paused_until=ends)
    return status


def _read_reason(detail: Mapping[str, Any]) -> str:
    concept = fhir.element(detail, "statusReason")
    first = next(iter(fhir.elements(concept, "coding")), {})
    return fhir.text(concept, "text") or fhir.text(first, "display")


def write_status(plan: Raw, status: Status | None, scene: Scene) -> None:
    before = read_status(plan, scene)
    written = (
        "unknown" if status is None else next(one for one, is_it in STATES.items() if is_it is status.state)
    )
    plan["status"] = written
    detail = own_detail(plan, make=status is not None)
    if detail["status"] not in ACTIVITY[written]:
        detail["status"] = ACTIVITY[written][0]
    reason = status.reason if status else ""
    if before is None or before.reason != reason:
        put(detail, "statusReason", {"text": reason} if reason else None)
    content: dict[str, tuple[str, Any]] = {
        name: ("valueDate", day.isoformat())
        for name, day in (
            ("ended_on", status and status.ended_on),
            ("from", status and status.paused_from),
            ("until", status and status.paused_until),
        )
        if day
    }
    if status is not None and status.state is State.PROPOSED:
        content["proposed"] = ("valueBoolean", True)
    put_extension(plan, names.STATUS, parts(**content) if content else None)


def is_proposal(plan: Mapping[str, Any]) -> bool:
    """Whether a draft is one because the hub proposed it, and not because somebody is still writing."""
    return part(extension(plan, names.STATUS) or {}, "proposed", "valueBoolean") is True


# Reviewing and deciding.


def read_review(plan: Raw, scene: Scene) -> Review | None:
    found = extension(plan, names.REVIEW)
    if found is None:
        return None
    outcome = part_text(found, "outcome", "valueCode")
    if outcome and outcome not in set(ReviewOutcome):
        raise unusable("review.outcome", "this is no outcome of a review")
    return Review(
        due=read_date(part(found, "due", "valueDate"), "review.due"),
        outcome=ReviewOutcome(outcome) if outcome else None,
        next=read_date(part(found, "next", "valueDate"), "review.next"),
    )


def write_review(plan: Raw, review: Review | None, scene: Scene) -> None:
    content = None
    if review is not None:
        content = parts(
            due=("valueDate", review.due.isoformat()) if review.due else None,
            outcome=("valueCode", review.outcome.value) if review.outcome else None,
            next=("valueDate", review.next.isoformat()) if review.next else None,
        )
    put_extension(plan, names.REVIEW, content)


def read_notes(plan: Raw, scene: Scene) -> str | None:
    return fhir.text(extension(plan, names.REVIEW_NOTES) or {}, "valueString") or None


def write_notes(plan: Raw, notes: str | None, scene: Scene) -> None:
    put_extension(plan, names.REVIEW_NOTES, {"valueString": notes} if notes else None)


def read_decides(plan: Raw, scene: Scene) -> Decides | None:
    found = extension(plan, names.DECIDES)
    if found is None:
        return None
    who = scene.parties.read(part(found, "who", "valueReference") or {}, "decides.who")
    return Decides(who=who, told_how=part_text(found, "told-how", "valueString"))


def decides_misnames(plan: Raw, scene: Scene) -> bool:
    """Whether it shows who somebody is whose name may not be shown (any more)."""
    who = part(extension(plan, names.DECIDES) or {}, "who", "valueReference")
    return bool(who) and scene.parties.misnames(who)


def write_decides(plan: Raw, decides: Decides | None, scene: Scene) -> None:
    content = None
    if decides is not None:
        content = parts(
            who=("valueReference", scene.parties.write(decides.who)),
            told_how=("valueString", decides.told_how),
        )
    put_extension(plan, names.DECIDES, content)
