"""The AAA proxy: who is asking, what they may ask, and what it changes in a request.

Sources, in the guide's repository (ozoverbindzorg/integrale-netwerk-communicatie, input/pagecontent):
technical-aaa-proxy.md (flow, blocked parameters, injection, validation, error sentences),
capability-statements.md (interactions and scoping per role), resource-lifecycle.md (405 on DELETE).
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from samenspraak_ozo.sandbox.store import Params, Resource, Store, reference, relative, values

MAX_COUNT = 100
_TRACE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_PROFILE = "http://ozoverbindzorg.nl/fhir/StructureDefinition/"
_JSON = frozenset({"json", "application/json", "application/fhir+json", "application/json+fhir"})
_BLOCKED = ("_include", "_revinclude", "_filter", "_contained")
_REVERSE_ALLOWED = frozenset({"CareTeam", "RelatedPerson"})


class Role(StrEnum):
    """Which credential the access token was asked with."""

    SYSTEM = "system"
    PRACTITIONER = "Practitioner"
    RELATED_PERSON = "RelatedPerson"
    PATIENT = "Patient"


class RefusedError(Exception):
    """The proxy refuses; its body is plain JSON, never an OperationOutcome."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who is asking. ``refs``: all resources of this person (one per network the person is in)."""

    role: Role
    refs: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()

    @property
    def own(self) -> str:
        return ",".join(sorted(self.refs))

    @property
    def own_or_teams(self) -> str:
        return ",".join(sorted(self.refs | self.teams))


_READ, _CREATE, _UPDATE = "read", "create", "update"
_SYSTEM_ALL = frozenset({_READ, _CREATE, _UPDATE})
INTERACTIONS: Mapping[bool, Mapping[str, frozenset[str]]] = {
    True: {
        **dict.fromkeys(
            (
                "Patient",
                "Practitioner",
                "RelatedPerson",
                "Organization",
                "CareTeam",
                "CommunicationRequest",
                "Communication",
                "Task",
                "Subscription",
            ),
            _SYSTEM_ALL,
        ),
        "AuditEvent": frozenset({_READ, _CREATE}),
    },
    False: {
        **dict.fromkeys(("Patient", "Practitioner", "RelatedPerson", "CareTeam", "Task"), frozenset({_READ})),
        **dict.fromkeys(("CommunicationRequest", "Communication", "AuditEvent"), frozenset({_READ, _CREATE})),
        "Subscription": _SYSTEM_ALL,
    },
}

# Type → parameter and value the proxy adds to a search; {self}, {all} (self or own teams), {team}.
_SCOPES: Mapping[Role, Mapping[str, tuple[str, str]]] = {
    Role.PRACTITIONER: {
        "Patient": ("_has:CareTeam:patient:participant", "{self}"),
        "Practitioner": ("_has:CareTeam:participant:participant", "{self}"),
        "RelatedPerson": ("_has:CareTeam:participant:participant", "{self}"),
        "CareTeam": ("participant", "{self}"),
        "Task": ("owner", "{all}"),
    },
    Role.RELATED_PERSON: {
        "Patient": ("_has:RelatedPerson:patient:_id", "{ids}"),
        "Practitioner": ("_has:CareTeam:participant:participant", "{self}"),
        "RelatedPerson": ("_id", "{ids}"),
        "CareTeam": ("participant", "{self}"),
        "Task": ("owner", "{self}"),
    },
    Role.PATIENT: {
        "Patient": ("_id", "{ids}"),
        "Practitioner": ("_has:CareTeam:participant:patient", "{self}"),
        "RelatedPerson": ("patient", "{self}"),
        "CareTeam": ("patient", "{self}"),
        "Task": ("patient", "{self}"),
    },
}
_SHARED_SCOPES: Mapping[str, tuple[str, str]] = {
    "CommunicationRequest": ("recipient", "{all}"),
    "Communication": ("part-of:CommunicationRequest.recipient", "{all}"),
    "AuditEvent": ("agent", "{all}"),
}


def trace_of(traceparent: str) -> tuple[str, str]:
    """The trace and the part of it by which the proxy's audit event knows a request (w3c-trace-context.md).

    An invalid header is passed over and the proxy makes its own.
    """
    if _TRACE.fullmatch(traceparent):
        _, trace, span, _ = traceparent.split("-")
        return trace, span
    return secrets.token_hex(16), secrets.token_hex(8)


def check_method(method: str, kind: str, caller: Caller) -> None:
    """Refuse what this role cannot do with this type.

    Raises:
        RefusedError: 405 for DELETE; 403 for a type or method that is not on the list.
    """
    if method == "DELETE":
        raise RefusedError(405, "Method DELETE is not supported")
    allowed = INTERACTIONS[caller.role is Role.SYSTEM].get(kind, frozenset())
    if method in ("GET", "HEAD"):
        if _READ not in allowed:
            raise RefusedError(403, "Denied access for GET/HEAD method")
        return
    wanted = {"POST": _CREATE, "PUT": _UPDATE}.get(method)
    if wanted not in allowed:
        raise RefusedError(403, f"Denied modification access for method: {method}")


def check_format(accept: str, wanted: str | None) -> None:
    """Refuse anything but JSON, asked by ``_format`` or by ``Accept``.

    Raises:
        RefusedError: 400.
    """
    accepted = {part.split(";")[0].strip() for part in accept.split(",")}
    if (wanted is not None and wanted not in _JSON) or not accepted & (_JSON | {"*/*", "application/*", ""}):
        raise RefusedError(400, "Only JSON format is supported")


def check_query(params: Params) -> None:
    """Refuse the parameters that could pass by the scoping.

    Raises:
        RefusedError: 400.
    """
    blocked = [name for name, _ in params if name.split(":")[0] in _BLOCKED]
    blocked += [
        name for name, _ in params if name.startswith("_has:") and name.split(":")[1] not in _REVERSE_ALLOWED
    ]
    if blocked:
        raise RefusedError(400, f"Search parameters not supported: [{', '.join(blocked)}]")
    for name, value in params:
        if name == "_count" and not value.isdigit():
            raise RefusedError(400, "Invalid _count value")


def scope(caller: Caller, kind: str) -> list[tuple[str, str]]:
    """The parameters the proxy adds to a search of this type by this caller."""
    if caller.role is Role.SYSTEM or kind == "Subscription":
        return []
    name, value = {**_SHARED_SCOPES, **_SCOPES[caller.role]}[kind]
    ids = ",".join(ref.rpartition("/")[2] for ref in sorted(caller.refs))
    return [(name, value.format(self=caller.own, all=caller.own_or_teams, ids=ids))]


def check_response(caller: Caller, resource: Resource, store: Store) -> None:
    """The second line of defence: what is answered must be within the scope of the caller.

    A thread is also within the scope of its requester and its sender, and so are its messages
    (technical-aaa-proxy-0-9-0.md, "Thread parties helper").

    Raises:
        RefusedError: 403.
    """
    kind = str(resource["resourceType"])
    if not is_restricted(resource) and store.matches(resource, scope(caller, kind)):
        return
    threads: list[Resource | None] = [resource] if kind == "CommunicationRequest" else []
    if kind == "Communication":
        threads = [store.get(relative(str(ref))) for ref in values(resource, "partOf.reference")]
    involved = any(thread is not None and caller.refs & people_in(thread) for thread in threads)
    if involved and not is_restricted(resource):
        return
    raise RefusedError(403, "A FHIR resource was requested that is not allowed")


def is_restricted(resource: Resource) -> bool:
    """Whether a label keeps the resource from everybody (resource-lifecycle.md, "Security labels")."""
    return "R" in values(resource, "meta.security.code")


def people_in(thread: Resource) -> frozenset[str]:
    """The references in recipient, requester and sender of a thread."""
    return frozenset(
        relative(str(ref))
        for path in ("recipient.reference", "requester.reference", "sender.reference")
        for ref in values(thread, path)
    )


def inject(body: Resource) -> Resource:
    """The body with the profile set (over any other) and a missing message status filled in."""
    kind = str(body["resourceType"])
    changed = dict(body)
    if kind == "Communication":
        changed.setdefault("status", "preparation")
    if kind == "Subscription":
        return changed
    name = "OrganizationalCareTeam" if kind == "CareTeam" and "subject" not in body else kind
    changed["meta"] = {**body.get("meta", {}), "profile": [f"{_PROFILE}OZO{name}"]}
    return changed


_AUTHORS = {"Communication": "sender", "CommunicationRequest": "requester"}


def check_author(caller: Caller, body: Resource, store: Store) -> None:
    """Refuse writing in the name of somebody else; a system credential may.

    Raises:
        RefusedError: 403.
    """
    if caller.role is Role.SYSTEM:
        return
    kind = str(body["resourceType"])
    if kind in _AUTHORS:
        authors = set(values(body, f"{_AUTHORS[kind]}.reference")) | set(
            values(body, "sender.reference") if kind == "CommunicationRequest" else ()
        )
    elif kind == "AuditEvent":
        authors = {
            ref
            for agent in body.get("agent", [])
            if agent.get("requestor")
            for ref in values(agent, "who.reference")
        }
    else:
        return
    if not authors or not authors <= caller.refs:
        raise RefusedError(403, f"The author of {kind} must be the authenticated user")
    if kind == "Communication":
        for ref in values(body, "partOf.reference"):
            thread = store.get(relative(str(ref)))
            if thread is not None:
                check_response(caller, thread, store)


def check_subscription(body: Resource, allowed_origins: frozenset[str]) -> None:
    """Refuse an endpoint that is not HTTPS or lies in an internal network, and any payload.

    ``allowed_origins`` are the loopback origins this sandbox was told to trust; the real proxy has none.

    Raises:
        RefusedError: 403.
    """
    channel = body.get("channel", {})
    endpoint = urlsplit(str(channel.get("endpoint", "")))
    if channel.get("type") != "rest-hook":
        raise RefusedError(403, "Subscription channel must be rest-hook")
    if channel.get("payload"):
        raise RefusedError(403, "Subscription payload must be empty")
    if str(body.get("criteria", "")).split("?")[0] not in INTERACTIONS[False]:
        raise RefusedError(403, "Subscription criteria must reference an allowed resource type")
    if f"{endpoint.scheme}://{endpoint.netloc}" in allowed_origins:
        return
    if endpoint.scheme != "https":
        raise RefusedError(403, "Subscription endpoint must use HTTPS")
    if _is_internal(endpoint.hostname or ""):
        raise RefusedError(403, "Subscription endpoint must not point to an internal network")


def _is_internal(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".internal")) or "." not in host


def rewrite_criteria(caller: Caller, body: Resource) -> Resource:
    """The subscription with its criteria narrowed to what the caller may see."""
    kind, _, query = str(body["criteria"]).partition("?")
    added = [f"{name}={value}" for name, value in scope(caller, kind)]
    return {**body, "criteria": f"{kind}?{'&'.join([*filter(None, [query]), *added])}"}


def teams_of(store: Store, refs: frozenset[str]) -> frozenset[str]:
    """The care teams these people take part in directly, or (for a client) that are about them."""
    return frozenset(
        reference(team)
        for team in store.all("CareTeam")
        if refs & {*values(team, "participant.member.reference"), *values(team, "subject.reference")}
    )
