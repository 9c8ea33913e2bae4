"""FHIR files that somebody hands us: put into the dossier first, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samenspraak.demo import checker
from samenspraak.demo.people import NURSE_NAME, NURSE_NUMBER
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import PLATFORM, VOLUNTEERS, Dossier, Platform
from samenspraak.errors import InvalidRecordError, SamenspraakError
from samenspraak.http import UnusableJsonError, parse_json
from samenspraak.protocols import fhir

Resource = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What was put into the dossier. ``left_out``: how many files or resources it does not take."""

    resources: Sequence[Resource]
    left_out: int

    def of(self, kind: str) -> list[Resource]:
        return [one for one in self.resources if one["resourceType"] == kind]

    def get(self, key: str) -> Resource:
        """The resource ``Type/id``; empty when it was not among them."""
        return next((one for one in self.resources if fhir.key_of(one) == key), {})

    @property
    def plans(self) -> list[Resource]:
        """The care plans that name a performer."""
        return [one for one in self.of("CarePlan") if performer_of(one)]


def read(folder: Path) -> Iterator[Resource | None]:
    """Every resource in the files of a folder, JSON or XML; None for a file that holds none."""
    for file in sorted(folder.rglob("*")):
        if file.suffix not in (".json", ".xml"):
            continue
        try:
            content = file.read_bytes()
            found = fhir.from_xml(content) if file.suffix == ".xml" else parse_json(content)
        except (InvalidRecordError, UnusableJsonError):
            yield None
            continue
        if not isinstance(found, dict):
            yield None
        elif found.get("resourceType") == "Bundle":
            yield from (dict(fhir.element(entry, "resource")) for entry in fhir.elements(found, "entry"))
        else:
            yield found


def put(folder: Path, dossier: Dossier) -> Imported:
    """Store what the dossier takes, each under its own id."""
    stored: list[Resource] = []
    left_out = 0
    for resource in read(folder):
        try:
            if resource is None or not fhir.text(resource, "id"):
                raise InvalidRecordError("this is no resource with an id", field="id")
            dossier.store({name: value for name, value in resource.items() if name != "meta"})
            stored.append(resource)
        except SamenspraakError:
            left_out += 1
    return Imported(resources=stored, left_out=left_out)


def invite(imported: Imported, platform: Platform) -> Mapping[str, str]:
    """The relatives who perform are on the family platform too: dossier key → reference there."""
    networks: dict[str, str] = {}
    found: dict[str, str] = {}
    for plan in imported.plans:
        key, client = performer_of(plan), client_of(plan)
        relative, patient = imported.get(key), imported.get(client)
        if not key.startswith("RelatedPerson/") or not (relative and patient) or key in found:
            continue
        if client not in networks:
            networks[client] = platform.act(
                "admit",
                identifier=f"import-{len(networks)}",
                name=_name(patient),
                birth_date=fhir.text(patient, "birthDate") or None,
                bsn=next(iter(fhir.identifiers(patient, fhir.BSN)), ""),
            )
            nurse = {"kind": "Practitioner", "identifier": NURSE_NUMBER, "name": NURSE_NAME}
            platform.act("join", patient=networks[client], **nurse)
        found[key] = platform.act(
            "join",
            patient=networks[client],
            kind="RelatedPerson",
            identifier=f"import-{len(networks)}-{len(found)}",
            name=_name(relative),
        )
    return found


def performer_of(plan: Mapping[str, Any]) -> str:
    """Who performs, as ``Type/id``; '' when the plan does not say."""
    activities = fhir.elements(plan, "activity")
    performers = fhir.elements(fhir.element(activities[0], "detail"), "performer") if activities else []
    return (fhir.reference_key(performers[0]) or "") if performers else ""


def client_of(plan: Mapping[str, Any]) -> str:
    """Whose plan it is, as ``Patient/id``."""
    return fhir.reference_key(fhir.element(plan, "subject")) or ""


def _name(person: Mapping[str, Any]) -> str:
    names = fhir.elements(person, "name")
    official = next((one for one in names if one.get("use") == "official"), names[0] if names else {})
    return fhir.text(official, "text") or fhir.text(official, "family")


def situation(imported: Imported, invited: Mapping[str, str]) -> Situation:
    """What becomes of imported agreements: nothing leaves without consent, and with it what was agreed."""
    return Situation(
        id=0,
        title={"nl": "Ingelezen bestanden", "en": "Imported files"},
        play=lambda stage: _play(stage, imported, invited),
    )


def _play(stage: Stage, imported: Imported, invited: Mapping[str, str]) -> None:
    there, office = stage.there, stage.office
    plans = {checker.words(one): one for one in imported.plans}
    stage.tells(
        there.dossier,
        nl=f"In het dossier staan {len(imported.resources)} ingelezen gegevens; {imported.left_out} nam het "
        "niet aan.",
        en=f"The dossier holds {len(imported.resources)} imported resources; it did not take "
        f"{imported.left_out}.",
    )
    for text, plan in plans.items():
        stage.explains(
            text,
            client_of(plan),
            {PLATFORM: "withheld", VOLUNTEERS: "withheld"},
            nl=f"'{text}' is een afspraak. Zonder toestemming gaat die nergens heen, en dat staat erbij.",
            en=f"'{text}' is an agreement. Without consent it goes nowhere, and says so.",
        )
    stage.looks(lambda: checker.import_is_private(there, list(plans), list(invited.values())))
    for key, reference in invited.items():
        office.accept(PLATFORM, reference, f"dossier/{key}")
        office.allow(next(client_of(one) for one in plans.values() if performer_of(one) == key), key)
        stage.tells(
            None,
            nl=f"De toestemming voor {_name(imported.get(key))} wordt vastgelegd.",
            en=f"Consent for {_name(imported.get(key))} is recorded.",
        )
    shared = [
        (invited[performer_of(one)], text, _when(one))
        for text, one in plans.items()
        if performer_of(one) in invited
    ]
    stage.looks(lambda: checker.import_is_shared(there, shared, list(plans)))
    stage.looks(lambda: checker.import_is_left_alone(there, imported.of("CarePlan")))


def _when(plan: Mapping[str, Any]) -> str:
    return fhir.text(fhir.element(fhir.elements(plan, "activity")[0], "detail"), "scheduledString")
