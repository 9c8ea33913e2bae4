"""What each system shows, read over its own HTTP interface, and nothing of the hub."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from samenspraak.demo.systems import Dossier, FamilyApp, Platform, System, Systems, Text

Json = Mapping[str, Any]

MARKER = "urn:samenspraak:marker"
DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_CODE = re.compile(r"^AKKOORD (\w{4})\b", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One thing that should be seen in a system, and whether it is."""

    system: str
    text: Text
    holds: bool


def seen(system: System, holds: bool, *, nl: str, en: str) -> Seen:
    return Seen(system=system.name, text={"nl": nl, "en": en}, holds=holds)


def plans(dossier: Dossier, what: str) -> list[Json]:
    """The care plans with these words, the live ones first."""
    found = [one for one in dossier.resources("CarePlan") if words(one) == what]
    return sorted(found, key=lambda one: str(one["status"]) != "active")


def words(plan: Json) -> str:
    """What a plan is about."""
    return str(detail(plan).get("description") or plan.get("title", ""))


def detail(plan: Json) -> Json:
    activities: Sequence[Json] = plan.get("activity", ())
    found: Json = activities[0].get("detail", {}) if activities else {}
    return found


def notes(plan: Json) -> str:
    """The progress notes of a plan, as one text."""
    activities: Sequence[Json] = plan.get("activity", ())
    return "\n".join(str(note.get("text", "")) for one in activities for note in one.get("progress", ()))


def times(plan: Json) -> list[str]:
    """The times of day in a plan, as ``17:30``."""
    repeat = detail(plan).get("scheduledTiming", {}).get("repeat", {})
    return [str(one)[:5] for one in repeat.get("timeOfDay", ())]


def record(app: FamilyApp, title: str) -> dict[str, Any]:
    """The record with this title; nothing when there is none."""
    return next((one for one in app.records() if one["title"] == title), {})


def record_times(app: FamilyApp, title: str) -> list[str]:
    """The times of day in a record of the app."""
    tasks = record(app, title).get("tasks", ())
    return [str(at)[:5] for one in tasks for at in (one.get("when", {}).get("rhythm") or {}).get("times", ())]


def threads(platform: Platform, subject: str) -> list[Json]:
    """The threads about this subject, the oldest first."""
    found = platform.resources("CommunicationRequest", identifier=f"{MARKER}|")
    about = [one for one in found if subject in _texts(one)]
    return sorted(about, key=lambda one: int(one["id"]))


def network_of(platform: Platform, person: str) -> str:
    """In whose network somebody is whom the platform knows by this number, as ``Patient/id``."""
    found = platform.resources("RelatedPerson")
    return next(
        str(one["patient"]["reference"])
        for one in found
        if person in {number["value"] for number in one["identifier"]}
    )


def messages(platform: Platform, thread: Json) -> list[str]:
    """What the thread says, the oldest first; the first message is in the thread itself."""
    found = platform.resources("Communication", **{"part-of": f"CommunicationRequest/{thread['id']}"})
    ordered = sorted(found, key=lambda one: int(one["id"]))
    return [_texts(thread), *(_texts(one) for one in ordered)]


def last_terms(platform: Platform, subject: str, reader: str | None = None) -> str:
    """The newest message that says what is agreed, of the newest live thread (that this person reads).

    A colleague who comes to know of it later has a thread of their own, with codes of its own.
    """
    live = [one for one in threads(platform, subject) if one["status"] == "active"]
    said = [[one for one in messages(platform, thread) if "\nWat: " in one] for thread in live]
    last = [terms[-1] for terms in said if terms]
    if reader is not None:
        readable = platform.readable(reader)
        last = [one for one in last if one in readable]
    return last[-1] if last else ""


def code_in(text: str) -> str:
    """The short code that people type with their answer, as the message gives it."""
    found = _CODE.findall(text)
    return found[-1] if found else ""


def _texts(resource: Json) -> str:
    return "\n".join(str(part.get("contentString", "")) for part in resource.get("payload", ()))


def spoken(day: date) -> str:
    """A date as the platform writes it."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def written(day: date) -> str:
    """A date as a note in the dossier writes it."""
    return f"{DAYS[day.weekday()].capitalize()} {day:%d-%m-%Y}"


def hold(sights: Iterable[Seen]) -> bool:
    return all(one.holds for one in sights)


def doubles(there: Systems) -> Mapping[str, int]:
    """Markers that more than one live object in a system carries."""
    return {
        f"{system.name}:{marker}": count
        for system in there.all
        for marker, count in system.live().items()
        if count > 1
    }
