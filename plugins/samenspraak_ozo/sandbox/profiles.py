"""What the store refuses because a profile says so.

Sources: input/fsh/profiles/ozo-communicationrequest.fsh (with the invariant on unique recipients),
ozo-communication.fsh, ozo-task.fsh, ozo-careteam.fsh and ozo-relatedperson.fsh of the guide. That HAPI
answers these with 422, and a reference to nothing with 400, is inferred from HAPI's own habits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from samenspraak_ozo.sandbox.store import Resource, Store, relative, values

_INDIVIDUALS = frozenset({"Practitioner", "RelatedPerson", "Patient"})


@dataclass(frozen=True, kw_only=True)
class Element:
    """An element a profile asks for. ``targets``: the types a reference may point to."""

    path: str
    targets: frozenset[str] = frozenset()
    typed: bool = False
    required: bool = True


ELEMENTS: Mapping[str, tuple[Element, ...]] = {
    "CommunicationRequest": (
        Element(path="status"),
        Element(path="subject", targets=frozenset({"Patient"}), typed=True),
        Element(path="requester", targets=_INDIVIDUALS, typed=True),
        Element(path="sender", targets=_INDIVIDUALS, typed=True, required=False),
        Element(
            path="recipient", targets=frozenset({"Practitioner", "RelatedPerson", "CareTeam"}), typed=True
        ),
    ),
    "Communication": (
        Element(path="status"),
        Element(path="partOf", targets=frozenset({"CommunicationRequest"}), typed=True),
        Element(path="sender", targets=_INDIVIDUALS, typed=True),
        Element(path="payload"),
    ),
    "Task": (
        Element(path="status"),
        Element(path="intent"),
        Element(path="for", targets=frozenset({"Patient"}), typed=True),
        Element(path="owner", targets=_INDIVIDUALS),
    ),
    "CareTeam": (
        Element(path="subject", targets=frozenset({"Patient"}), required=False),
        Element(path="participant.member", targets=_INDIVIDUALS | {"CareTeam"}, required=False),
    ),
    "RelatedPerson": (Element(path="patient", targets=frozenset({"Patient"})),),
}


def faults(body: Resource) -> Iterator[str]:
    """What in this body is against its profile, one sentence each; without the value."""
    kind = str(body["resourceType"])
    for element in ELEMENTS.get(kind, ()):
        found = list(values(body, element.path))
        if not found and element.required:
            yield f"{kind}.{element.path}: minimum required = 1, but only found 0"
        for one in found if element.targets else ():
            target = relative(str(one.get("reference", ""))).split("/")[0]
            if target not in element.targets:
                yield f"{kind}.{element.path}: the type '{target}' is not a valid target"
            if element.typed and one.get("type") != target:
                yield f"{kind}.{element.path}.type: minimum required = 1, but only found 0"
    for part in values(body, "payload"):
        if not ({"contentString", "contentAttachment"} & part.keys()):
            yield f"{kind}.payload.content[x]: minimum required = 1, but only found 0"
    recipients = list(values(body, "recipient.reference"))
    if kind == "CommunicationRequest" and len(recipients) != len(set(recipients)):
        yield "ozo-communicationrequest-unique-recipients: each recipient can appear at most once"


def dangling(body: Resource, store: Store) -> Iterator[str]:
    """The references in this body to resources that do not exist here."""
    for element in ELEMENTS.get(str(body["resourceType"]), ()):
        for ref in values(body, f"{element.path}.reference") if element.targets else ():
            if store.get(relative(str(ref))) is None:
                yield f"Resource {relative(str(ref))} not found, specified in path: {element.path}"
