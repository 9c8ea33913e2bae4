"""Search as FHIR R4 describes it: parameters per type, how each matches, and in which order.

Source: https://hl7.org/fhir/R4/search.html and https://hl7.org/fhir/R4/searchparameter-registry.html.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from samenspraak_fhir.sandbox.outcomes import RefusedError
from samenspraak_fhir.sandbox.records import Version

Matcher = Callable[[Any, str], bool]
MAX_COUNT = 200
DEFAULT_COUNT = 50
# Result parameters are about the answer, not about which resources match.
RESULT = frozenset({"_count", "_sort", "_total", "_format", "_pretty", "_offset"})
_PREFIXED = re.compile(r"(eq|ne|ge|gt|le|lt)?(\d{4}(?:-\d\d(?:-\d\d(?:T.*)?)?)?)")
_LENGTHS = {16: timedelta(minutes=1), 19: timedelta(seconds=1)}


def _token(element: Any, wanted: str) -> bool:
    """``system|code``, ``|code``, ``code`` or ``system|`` against a code, Coding, Identifier or concept."""
    system, bar, value = wanted.rpartition("|")
    for found_system, found in _tokens(element):
        if value and found != value:
            continue
        if not bar or found_system == system:
            return True
    return False


def _tokens(element: Any) -> Iterator[tuple[str, str]]:
    if isinstance(element, bool):
        yield "", str(element).lower()
    elif isinstance(element, str):
        yield "", element
    elif isinstance(element, Mapping):
        for coding in element.get("coding", ()):
            yield from _tokens(coding)
        for member in ("code", "value"):
            if isinstance(element.get(member), str):
                yield element.get("system", ""), element[member]


def _reference(element: Any, wanted: str) -> bool:
    """``Type/id`` or ``id``, or ``identifier`` of a logical reference, against a Reference."""
    target = element.get("reference", "") if isinstance(element, Mapping) else ""
    return target == wanted or ("/" not in wanted and target.rpartition("/")[2] == wanted)


def _string(element: Any, wanted: str) -> bool:
    """Any text in the element that starts with it, whatever the case."""
    if isinstance(element, str):
        return element.casefold().startswith(wanted.casefold())
    if isinstance(element, Mapping):
        return any(_string(one, wanted) for one in element.values())
    return isinstance(element, list) and any(_string(one, wanted) for one in element)


def _exactly(element: Any, wanted: str) -> bool:
    """A uri, case and all."""
    return bool(element == wanted)


def _date(element: Any, wanted: str) -> bool:
    """A prefix and a date or instant, against a date, instant or Period."""
    match = _PREFIXED.fullmatch(wanted)
    if match is None:
        raise RefusedError(400, "invalid", "a date is written as [prefix]yyyy-mm-ddThh:mm:ssZ")
    low, high = span(match[2])
    start, end = _element_span(element)
    return {
        "eq": low <= start and end <= high,
        "ne": not (low <= start and end <= high),
        "ge": end > low,
        "gt": end > high,
        "le": start < high,
        "lt": start < low,
    }[match[1] or "eq"]


def _element_span(element: Any) -> tuple[datetime, datetime]:
    if isinstance(element, Mapping):
        start = span(element["start"])[0] if "start" in element else datetime.min.replace(tzinfo=UTC)
        end = span(element["end"])[1] if "end" in element else datetime.max.replace(tzinfo=UTC)
        return start, end
    return span(element)


def span(text: str) -> tuple[datetime, datetime]:
    """The moments from (included) and to (excluded) that a date or instant of any precision stands for."""
    try:
        if len(text) == 4:
            return _utc(f"{text}-01-01"), _utc(f"{int(text) + 1:04d}-01-01")
        start = _utc(f"{text}-01" if len(text) == 7 else text)
    except ValueError as error:
        raise RefusedError(400, "invalid", "not a date") from error
    if len(text) == 7:
        return start, start + timedelta(days=calendar.monthrange(start.year, start.month)[1])
    if len(text) == 10:
        return start, start + timedelta(days=1)
    bare = re.sub(r"(Z|[+-]\d\d:\d\d)$", "", text)
    return start, start + _LENGTHS.get(len(bare), timedelta(milliseconds=1))


def _utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One search parameter: its type in the CapabilityStatement, where it looks, how it matches."""

    type: str
    path: str
    match: Matcher


def _token_at(path: str) -> Parameter:
    return Parameter(type="token", path=path, match=_token)


def _reference_at(path: str) -> Parameter:
    return Parameter(type="reference", path=path, match=_reference)


def _date_at(path: str) -> Parameter:
    return Parameter(type="date", path=path, match=_date)


def _string_at(path: str) -> Parameter:
    return Parameter(type="string", path=path, match=_string)


_EVERY = {"_id": _token_at("id"), "_lastUpdated": _date_at("meta.lastUpdated")}
_IDENTIFIED = {**_EVERY, "identifier": _token_at("identifier")}
_NAMED = {**_IDENTIFIED, "name": _string_at("name")}
_ABOUT = {**_IDENTIFIED, "subject": _reference_at("subject"), "patient": _reference_at("subject")}

PARAMETERS: Mapping[str, Mapping[str, Parameter]] = {
    "Patient": {**_NAMED, "birthdate": _date_at("birthDate"), "family": _string_at("name.family")},
    "RelatedPerson": {
        **_NAMED,
        "patient": _reference_at("patient"),
        "relationship": _token_at("relationship"),
    },
    "Practitioner": _NAMED,
    "PractitionerRole": {
        **_IDENTIFIED,
        "practitioner": _reference_at("practitioner"),
        "organization": _reference_at("organization"),
    },
    "Organization": {**_NAMED, "type": _token_at("type"), "partof": _reference_at("partOf")},
    "Location": {**_NAMED, "organization": _reference_at("managingOrganization")},
    "Device": {**_IDENTIFIED, "patient": _reference_at("patient"), "device-name": _string_at("deviceName")},
    "Group": {**_IDENTIFIED, "type": _token_at("type"), "member": _reference_at("member.entity")},
    "CareTeam": {
        **_ABOUT,
        "status": _token_at("status"),
        "participant": _reference_at("participant.member"),
    },
    "CarePlan": {
        **_ABOUT,
        "status": _token_at("status"),
        "intent": _token_at("intent"),
        "category": _token_at("category"),
        "date": _date_at("period"),
        "performer": _reference_at("activity.detail.performer"),
        "part-of": _reference_at("partOf"),
        "replaces": _reference_at("replaces"),
    },
    "Task": {
        **_IDENTIFIED,
        "status": _token_at("status"),
        "code": _token_at("code"),
        "focus": _reference_at("focus"),
        "based-on": _reference_at("basedOn"),
        "owner": _reference_at("owner"),
        "subject": _reference_at("for"),
        "patient": _reference_at("for"),
    },
    "Provenance": {**_EVERY, "target": _reference_at("target"), "agent": _reference_at("agent.who")},
    "Observation": {**_ABOUT, "status": _token_at("status"), "code": _token_at("code")},
    "Communication": {**_ABOUT, "status": _token_at("status"), "based-on": _reference_at("basedOn")},
    "Procedure": {
        **_ABOUT,
        "status": _token_at("status"),
        "date": _date_at("performedDateTime"),
        "based-on": _reference_at("basedOn"),
    },
    "Consent": {
        **_IDENTIFIED,
        "status": _token_at("status"),
        "category": _token_at("category"),
        "patient": _reference_at("patient"),
        "actor": _reference_at("provision.actor.reference"),
    },
    "Subscription": {
        **_EVERY,
        "status": _token_at("status"),
        "url": Parameter(type="uri", path="channel.endpoint", match=_exactly),
        "criteria": _string_at("criteria"),
    },
    "Goal": {**_ABOUT, "lifecycle-status": _token_at("lifecycleStatus")},
    "Condition": {**_ABOUT, "code": _token_at("code")},
    "Encounter": {**_ABOUT, "status": _token_at("status")},
}


def elements(resource: Mapping[str, Any], path: str) -> Iterator[Any]:
    """Every element at a dotted path, lists flattened."""
    found: list[Any] = [resource]
    for member in path.split("."):
        stepped = [one[member] for one in found if isinstance(one, Mapping) and member in one]
        found = [inner for one in stepped for inner in (one if isinstance(one, list) else [one])]
    yield from found


def unknown(resource_type: str, criteria: Sequence[tuple[str, str]]) -> list[str]:
    """The names that are no search parameter of this type; modifiers and chains are not offered."""
    known = PARAMETERS[resource_type]
    return [name for name, _ in criteria if name not in known and name not in RESULT]


def matching(versions: Iterator[Version], criteria: Sequence[tuple[str, str]]) -> list[Version]:
    """The versions that meet every criterion; in one criterion a comma separates alternatives."""
    return [one for one in versions if all(_meets(one, name, value) for name, value in criteria)]


def _meets(version: Version, name: str, value: str) -> bool:
    if name in RESULT:
        return True
    parameter = PARAMETERS[version.type][name]
    found = list(elements(version.resource or {}, parameter.path))
    return any(parameter.match(element, wanted) for wanted in value.split(",") for element in found)


def ordered(versions: list[Version], sort: str) -> list[Version]:
    """Sorted by ``_lastUpdated``, ``_id``, or their reverse; without a sort as the server likes it."""
    keys: Mapping[str, Callable[[Version], Any]] = {
        "_lastUpdated": lambda one: (one.at, one.id),
        "_id": lambda one: one.id,
    }
    for rule in reversed(sort.split(",") if sort else []):
        name = rule.removeprefix("-")
        if name not in keys:
            raise RefusedError(400, "not-supported", f"this server sorts by {' and '.join(keys)}")
        versions = sorted(versions, key=keys[name], reverse=rule.startswith("-"))
    return versions


def page_size(text: str) -> int:
    """The number of entries on a page; a server may give fewer than were asked for."""
    if not text.isdigit():
        raise RefusedError(400, "invalid", "_count is a number")
    return min(int(text), MAX_COUNT)
