"""What a file of real FHIR would become here: pure, and without a word of its content in the answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from samenspraak.connectors import Directory, SetApart
from samenspraak.domain.agreements import Duty
from samenspraak.domain.units import WHAT
from samenspraak.errors import InvalidRecordError
from samenspraak.http import UnusableJsonError, parse_json
from samenspraak.protocols import fhir
from samenspraak_fhir import people, permissions
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.server import CONSENT
from samenspraak_fhir.settings import DossierSettings

_TEAMS = frozenset({"CareTeam", "Organization"})


class Kind(StrEnum):
    """What becomes of a resource."""

    AGREEMENT = "agreement"
    PERSON = "person"
    TEAM = "team"
    DEVICE = "device"
    CONSENT = "consent"
    NOT_READ = "not read"
    SET_APART = "set apart"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One resource of one file. ``about``: its type and id · ``why``: a field, a reason, or who performs."""

    about: str
    kind: Kind
    why: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.about}" + (f" ({self.why})" if self.why else "")


def verdicts(content: bytes) -> Iterator[Verdict]:
    """What each resource in a file of FHIR JSON or XML becomes; of a bundle, each of its entries."""
    try:
        found = fhir.from_xml(content) if content.lstrip()[:1] == b"<" else parse_json(content)
    except (InvalidRecordError, UnusableJsonError) as error:
        yield Verdict(about="file", kind=Kind.REFUSED, why=str(error))
        return
    if not isinstance(found, dict) or not fhir.text(found, "resourceType"):
        yield Verdict(about="file", kind=Kind.REFUSED, why="this is no FHIR resource")
    elif found["resourceType"] == "Bundle":
        entries = [fhir.element(entry, "resource") for entry in fhir.elements(found, "entry")]
        yield from (verdict(dict(one)) for one in entries if one)
        if not any(entries):
            yield Verdict(about="Bundle", kind=Kind.NOT_READ, why="there is no resource in it")
    else:
        yield verdict(found)


def verdict(resource: dict[str, Any]) -> Verdict:
    """What one resource becomes."""
    kind, about = fhir.text(resource, "resourceType"), fhir.key_of(resource)
    if (why := _other_version(resource)) is not None:
        return Verdict(about=about, kind=Kind.REFUSED, why=why)
    if kind == "CarePlan":
        return _plan(resource, about)
    if kind in people.TYPES:
        return _party(resource, about, kind)
    if kind == CONSENT:
        return _consent(resource, about)
    return Verdict(about=about, kind=Kind.NOT_READ, why=f"the dossier connector reads no {kind}")


def _plan(plan: dict[str, Any], about: str) -> Verdict:
    connector = DossierConnector("corpus", DossierSettings().load({"base_url": "https://corpus.invalid"}))
    try:
        reading = connector.get(plan, Directory(connector_id="corpus"))
    except InvalidRecordError as error:
        return Verdict(about=about, kind=Kind.SET_APART, why=error.field)
    if not reading.selected:
        return Verdict(about=about, kind=Kind.NOT_READ, why="outside the selection")
    duties = [value for value in reading.units.values() if isinstance(value, Duty)]
    if WHAT not in reading.units or not duties:
        missing = "activity.detail.performer" if WHAT in reading.units else "activity.detail.description"
        return Verdict(about=about, kind=Kind.SET_APART, why=missing)
    performer = duties[0].performer
    return Verdict(
        about=about,
        kind=Kind.AGREEMENT,
        why=f"performed by {performer.kind} {performer.id.rpartition(':')[2]}",
    )


def _party(resource: dict[str, Any], about: str, kind: str) -> Verdict:
    found = people.party(resource, (), lambda key: "")
    if isinstance(found, SetApart):
        return Verdict(about=about, kind=Kind.SET_APART, why=found.field)
    if kind == "Device":
        return Verdict(about=about, kind=Kind.DEVICE)
    return Verdict(about=about, kind=Kind.TEAM if kind in _TEAMS else Kind.PERSON, why=str(found.kind))


def _consent(resource: dict[str, Any], about: str) -> Verdict:
    told, apart = permissions.consents([resource], ())
    if apart:
        return Verdict(about=about, kind=Kind.SET_APART, why=apart[0].field)
    if not told:
        return Verdict(about=about, kind=Kind.NOT_READ, why="it is not about sharing")
    return Verdict(about=about, kind=Kind.CONSENT, why="permits" if told[0].allows else "permits nothing")


def _other_version(resource: Mapping[str, Any]) -> str | None:
    """Why the resource is not R4, or None.

    Only STU3 has these elements: ``requester.agent`` (https://hl7.org/fhir/STU3/task.html), and
    ``activity.detail.category`` and ``definition`` (https://hl7.org/fhir/STU3/careplan.html).
    """
    version = fhir.text(resource, "fhirVersion")
    if version and not f"{version}.".startswith("4.0."):
        return f"it speaks FHIR {version[:20]}, and this connector R4"
    details = [fhir.element(one, "detail") for one in fhir.elements(resource, "activity")]
    if "agent" in fhir.element(resource, "requester") or any(
        {"category", "definition"} & one.keys() for one in details
    ):
        return "it has elements of FHIR STU3, which mean something else in R4"
    return None
