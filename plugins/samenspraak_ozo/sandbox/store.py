"""A HAPI-like FHIR R4 store: versions of resources, and the search parameters the proxy and clients use.

Source: HL7 FHIR R4 (search, http) and the habit of HAPI to drop a parameter without a value, which the
guide's subscription criteria ``Task?id`` rely on (rfc-team-messaging-model.md, "The review", point 4).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

Resource = dict[str, Any]
Params = Sequence[tuple[str, str]]
Kind = Literal["token", "reference", "string", "date"]

_CHAIN = re.compile(r"([a-z-]+):([A-Za-z]+)\.([a-z-]+)")
_REVERSE = re.compile(r"_has:([A-Za-z]+):([a-z-]+):(_?[a-z-]+)")

# Search parameter → kind and where its values are. HL7 FHIR R4 search parameter registry.
_COMMON: dict[str, tuple[Kind, str]] = {
    "_id": ("token", "id"),
    "_lastUpdated": ("date", "meta.lastUpdated"),
    "identifier": ("token", "identifier"),
    "status": ("token", "status"),
}
_OWN: dict[str, dict[str, tuple[Kind, str]]] = {
    "Patient": {"birthdate": ("date", "birthDate"), "family": ("string", "name.family")},
    "RelatedPerson": {"patient": ("reference", "patient"), "family": ("string", "name.family")},
    "Practitioner": {"family": ("string", "name.family")},
    "Organization": {"name": ("string", "name")},
    "CareTeam": {
        "patient": ("reference", "subject"),
        "subject": ("reference", "subject"),
        "participant": ("reference", "participant.member"),
    },
    "CommunicationRequest": {
        "patient": ("reference", "subject"),
        "subject": ("reference", "subject"),
        "recipient": ("reference", "recipient"),
        "requester": ("reference", "requester"),
        "sender": ("reference", "sender"),
    },
    "Communication": {
        "part-of": ("reference", "partOf"),
        "sender": ("reference", "sender"),
        "sent": ("date", "sent"),
    },
    "Task": {
        "owner": ("reference", "owner"),
        "patient": ("reference", "for"),
        "based-on": ("reference", "basedOn"),
        "focus": ("reference", "focus"),
    },
    "AuditEvent": {
        "agent": ("reference", "agent.who"),
        "entity": ("reference", "entity.what"),
        "date": ("date", "recorded"),
        "type": ("token", "type"),
    },
    "Subscription": {"criteria": ("string", "criteria"), "url": ("string", "channel.endpoint")},
}
TYPES = frozenset(_OWN)


class UnknownParameterError(Exception):
    """HAPI does not know this search parameter for this type of resource."""


def values(resource: Resource, path: str) -> Iterator[Any]:
    """Every value at a dotted path; repeating elements are walked through."""
    found: Iterable[Any] = (resource,)
    for name in path.split("."):
        found = [
            one
            for element in found
            if isinstance(element, dict) and name in element
            for one in (element[name] if isinstance(element[name], list) else [element[name]])
        ]
    yield from found


def reference(resource: Resource) -> str:
    """The relative reference of a resource, as it is written in others."""
    return f"{resource['resourceType']}/{resource['id']}"


def relative(text: str) -> str:
    """A reference without a server address and without a version."""
    return "/".join(text.split("/_history/")[0].split("/")[-2:])


class Store:
    """Resources with all their versions. ``clock`` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._versions: dict[str, list[Resource]] = {}
        self._next_id = 1000

    def create(self, body: Resource) -> Resource:
        self._next_id += 1
        return self._keep({**body, "id": str(self._next_id)})

    def update(self, body: Resource) -> Resource:
        """A new version. Equal content makes none, as in HAPI (technical-aaa-proxy.md, Task behaviour)."""
        current = self.get(reference(body))
        if current is not None and _content(current) == _content(body):
            return current
        return self._keep(body)

    def _keep(self, body: Resource) -> Resource:
        versions = self._versions.setdefault(reference(body), [])
        moment = datetime.fromtimestamp(self._clock(), UTC).isoformat(timespec="milliseconds")
        kept = copy.deepcopy(body)
        kept["meta"] = {
            **kept.get("meta", {}),
            "versionId": str(len(versions) + 1),
            "lastUpdated": moment,
        }
        versions.append(kept)
        return copy.deepcopy(kept)

    def get(self, ref: str) -> Resource | None:
        """The newest version, or None."""
        versions = self._versions.get(ref)
        return copy.deepcopy(versions[-1]) if versions else None

    def history(self, ref: str) -> list[Resource]:
        """All versions, newest first."""
        return copy.deepcopy(self._versions.get(ref, [])[::-1])

    def expunge(self, ref: str) -> None:
        """Remove every version, as the administrative ``$expunge`` does."""
        self._versions.pop(ref, None)

    def all(self, kind: str) -> list[Resource]:
        return [
            copy.deepcopy(versions[-1])
            for ref, versions in self._versions.items()
            if ref.startswith(f"{kind}/")
        ]

    def search(self, kind: str, params: Params) -> list[Resource]:
        """The resources of this type that match every parameter.

        Raises:
            UnknownParameterError: a parameter is unknown for this type.
        """
        return [resource for resource in self.all(kind) if self.matches(resource, params)]

    def matches(self, resource: Resource, params: Params) -> bool:
        return all(self._match(resource, name, value) for name, value in params if value)

    def _match(self, resource: Resource, name: str, value: str) -> bool:
        kind = str(resource["resourceType"])
        if chain := _CHAIN.fullmatch(name):
            through, target, inner = chain.groups()
            found = (self.get(ref) for ref in self._references(resource, through))
            return any(
                one is not None and one["resourceType"] == target and self._match(one, inner, value)
                for one in found
            )
        if reverse := _REVERSE.fullmatch(name):
            source, back, inner = reverse.groups()
            return any(
                self._match(one, back, reference(resource)) and self._match(one, inner, value)
                for one in self.all(source)
            )
        known = _COMMON | _OWN.get(kind, {})
        if name not in known:
            raise UnknownParameterError(name)
        value_kind, path = known[name]
        return any(
            _MATCHERS[value_kind](found, wanted)
            for found in values(resource, path)
            for wanted in value.split(",")
        )

    def _references(self, resource: Resource, name: str) -> list[str]:
        _, path = _OWN[str(resource["resourceType"])][name]
        return [relative(str(one)) for one in values(resource, f"{path}.reference")]


def _content(resource: Resource) -> Resource:
    meta = {key: value for key, value in resource.get("meta", {}).items() if key in ("profile", "security")}
    return {**resource, "meta": meta}


def _token(found: Any, wanted: str) -> bool:
    if not isinstance(found, dict):
        return bool(found == wanted.rpartition("|")[2])
    system, bar, value = wanted.rpartition("|")
    said = found.get("value", found.get("code"))
    return (not value or said == value) and (not bar or found.get("system", "") == system)


def _reference(found: Any, wanted: str) -> bool:
    ref = relative(str(found.get("reference", "")))
    return ref == relative(wanted) if "/" in wanted else ref.rpartition("/")[2] == wanted


def _string(found: Any, wanted: str) -> bool:
    return str(found).lower().startswith(wanted.lower())


_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "ge": lambda found, wanted: found >= wanted,
    "gt": lambda found, wanted: found > wanted,
    "le": lambda found, wanted: found <= wanted,
    "lt": lambda found, wanted: found < wanted,
}


def _date(found: Any, wanted: str) -> bool:
    compare = _COMPARE.get(wanted[:2])
    if compare is None:
        return str(found).startswith(wanted)
    return compare(_moment(str(found)), _moment(wanted[2:]))


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


_MATCHERS: dict[Kind, Callable[[Any, str], bool]] = {
    "token": _token,
    "reference": _reference,
    "string": _string,
    "date": _date,
}
