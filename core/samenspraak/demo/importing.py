"""FHIR files that somebody hands us: put into the dossier first, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samenspraak.demo import import_checker, seeing
from samenspraak.demo.people import NURSE_NAME, NURSE_NUMBER
from samenspraak.demo.stage import Situation, Stage
from samenspraak.demo.systems import DOSSIER, PACKAGES, PLACES, PLATFORM, Dossier, Platform, Text
from samenspraak.domain.parties import PartyKind
from samenspraak.errors import InvalidRecordError, SamenspraakError
from samenspraak.http import UnusableJsonError, parse_json
from samenspraak.policy.state import Reason
from samenspraak.protocols import fhir

Resource = dict[str, Any]

OTHERS = tuple(one for one in PACKAGES if one != DOSSIER)
"""Every system but the one the files are in."""

_KINDS: Mapping[PartyKind, Text] = {
    PartyKind.CLIENT: {"nl": "de cliënt zelf", "en": "the client"},
    PartyKind.RELATIVE: {"nl": "naaste", "en": "relative"},
    PartyKind.VOLUNTEER: {"nl": "vrijwilliger", "en": "volunteer"},
    PartyKind.PROFESSIONAL: {"nl": "zorgprofessional", "en": "professional"},
    PartyKind.DEVICE: {"nl": "hulpmiddel", "en": "device"},
    PartyKind.GROUP: {"nl": "organisatie of team", "en": "organisation or team"},
}
_NO_AGREEMENT: Mapping[str, Text] = {
    "apart": {
        "nl": "apart gezet, want dit veld is niet te gebruiken: {field}. De rest gaat door",
        "en": "set apart, because this field cannot be used: {field}. The others go on",
    },
    "person": {
        "nl": "wacht tot bekend is om welke cliënt het gaat",
        "en": "waits until it is known which client it is about",
    },
    "outside": {"nl": "geen lopende afspraak", "en": "no agreement that is in force"},
}
_UNREADABLE: Text = {"nl": "dit is geen leesbare FHIR", "en": "this is no readable FHIR"}
_WITHOUT_ID: Text = {"nl": "een gegeven zonder eigen id", "en": "a resource without an id of its own"}
_NOT_TAKEN: Text = {"nl": "het dossier neemt het niet aan", "en": "the dossier does not take it"}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Something that did not get into the dossier. ``file``: where it is in the folder."""

    file: str
    why: Text


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What was put into the dossier, and what was not."""

    resources: Sequence[Resource]
    refused: Sequence[Refused]

    def of(self, kind: str) -> list[Resource]:
        return [one for one in self.resources if one["resourceType"] == kind]

    def get(self, key: str) -> Resource:
        """The resource ``Type/id``; empty when it was not among them."""
        return next((one for one in self.resources if fhir.key_of(one) == key), {})

    def name(self, key: str) -> str:
        """What the person or group ``Type/id`` is called; '' when that was not among them."""
        return name_of(self.get(key))


# Reading and storing.


def read(folder: Path) -> Iterator[tuple[str, Resource | None]]:
    """Every resource in the files of a folder, JSON or XML, with its file; None: the file holds none."""
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".json", ".xml"):
            for resource in _resources(file):
                yield str(file.relative_to(folder)), resource


def _resources(file: Path) -> Iterator[Resource | None]:
    try:
        content = file.read_bytes()
        found = fhir.from_xml(content) if file.suffix == ".xml" else parse_json(content)
    except (InvalidRecordError, UnusableJsonError):
        found = None
    if not isinstance(found, dict) or not fhir.text(found, "resourceType"):
        yield None
    elif found["resourceType"] == "Bundle":
        yield from (dict(fhir.element(entry, "resource")) for entry in fhir.elements(found, "entry"))
    else:
        yield found


def put(folder: Path, dossier: Dossier) -> Imported:
    """Store what the dossier takes, each resource under its own id."""
    stored: list[Resource] = []
    refused: list[Refused] = []
    for file, resource in read(folder):
        why = _UNREADABLE if resource is None else _store(resource, dossier)
        if why is None and resource is not None:
            stored.append(resource)
        elif why is not None:
            refused.append(Refused(file=file, why=why))
    return Imported(resources=stored, refused=refused)


def _store(resource: Resource, dossier: Dossier) -> Text | None:
    """Why it is not in the dossier now; None when it is."""
    if not fhir.text(resource, "id"):
        return _WITHOUT_ID
    try:
        dossier.store(import_checker.without_version(resource))
    except SamenspraakError:
        return _NOT_TAKEN
    return None


def invite(imported: Imported, platform: Platform) -> Mapping[str, str]:
    """The relatives who perform are on the family platform too: dossier key → reference there."""
    networks: dict[str, str] = {}
    found: dict[str, str] = {}
    for plan in imported.of("CarePlan"):
        key, client = performer_of(plan), client_of(plan)
        relative, patient = imported.get(key), imported.get(client)
        if not key.startswith("RelatedPerson/") or not (relative and patient) or key in found:
            continue
        if client not in networks:
            networks[client] = platform.act(
                "admit",
                identifier=f"import-{len(networks)}",
                name=name_of(patient),
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
            name=name_of(relative),
        )
    return found


# What the files say.


def performer_of(plan: Mapping[str, Any]) -> str:
    """Who performs, as ``Type/id``; '' when the plan does not say."""
    performers = fhir.elements(_detail(plan), "performer")
    return (fhir.reference_key(performers[0]) or "") if performers else ""


def client_of(plan: Mapping[str, Any]) -> str:
    """Whose plan it is, as ``Patient/id``."""
    return fhir.reference_key(fhir.element(plan, "subject")) or ""


def when_of(plan: Mapping[str, Any]) -> str:
    """When, as it was written; '' when that is no text."""
    return fhir.text(_detail(plan), "scheduledString")


def says_days(plan: Mapping[str, Any]) -> bool:
    """Whether the plan says more about when than a text."""
    detail = _detail(plan)
    return "scheduledTiming" in detail or bool(fhir.elements(detail, "extension"))


def name_of(party: Mapping[str, Any]) -> str:
    """What a person, team or organisation is called."""
    if isinstance(party.get("name"), str):
        return fhir.text(party, "name")
    names = fhir.elements(party, "name")
    official = next((one for one in names if one.get("use") == "official"), names[0] if names else {})
    return fhir.text(official, "text") or fhir.text(official, "family")


def _detail(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    activities = fhir.elements(plan, "activity")
    return fhir.element(activities[0], "detail") if activities else {}


# Playing.


def situation(imported: Imported, invited: Mapping[str, str]) -> Situation:
    """What becomes of imported agreements: nothing leaves without consent, and with it what was agreed."""
    return Situation(
        id=0,
        title={"nl": "Ingelezen bestanden", "en": "Imported files"},
        about={
            "nl": "Uw bestanden staan in het dossier. Naasten die iets doen, kunnen ook op het platform.",
            "en": "Your files are in the dossier. Relatives who do something have a place on the platform.",
        },
        play=lambda stage: _play(stage, imported, invited),
    )


def _play(stage: Stage, imported: Imported, invited: Mapping[str, str]) -> None:
    there, office, plans = stage.there, stage.office, imported.of("CarePlan")
    _tell_what_is_there(stage, imported)
    stage.until(lambda: not any(office.fate(DOSSIER, fhir.key_of(one)).is_open for one in plans))
    for plan in plans:
        _tell_what_became_of(stage, plan)
    agreed = [one for one in plans if office.fate(DOSSIER, fhir.key_of(one)).agreement_id]
    for plan in agreed:
        _explain(stage, plan)
    subjects = [seeing.words(one) for one in agreed]
    stage.looks(lambda: import_checker.is_private(there, subjects, list(invited.values())))
    for key, reference in invited.items():
        if key in map(performer_of, agreed):
            _consent(stage, imported.name(key), key, reference, agreed)
    stage.looks(lambda: import_checker.stays_away(there, subjects))
    stage.looks(lambda: import_checker.is_left_alone(there, plans))


def _tell_what_is_there(stage: Stage, imported: Imported) -> None:
    stage.tells(
        stage.there.dossier,
        nl=f"In het dossier staan {len(imported.resources)} ingelezen gegevens.",
        en=f"The dossier holds {len(imported.resources)} imported resources.",
    )
    for one in imported.refused:
        stage.tells(
            stage.there.dossier,
            nl=f"Niet ingelezen: {one.file} ({one.why['nl']}).",
            en=f"Not imported: {one.file} ({one.why['en']}).",
        )


def _tell_what_became_of(stage: Stage, plan: Resource) -> None:
    """An agreement that says what the file says, or why it is none."""
    what, fate = seeing.words(plan) or fhir.key_of(plan), stage.office.fate(DOSSIER, fhir.key_of(plan))
    if not fate.agreement_id:
        why = _NO_AGREEMENT.get(fate.why)
        nl, en = (one.format(field=fate.field) for one in (why["nl"], why["en"])) if why else ("?", "?")
        stage.claims(lambda: why is not None, nl=f"'{what}': {nl}.", en=f"'{what}': {en}.")
        return
    duty = stage.office.duty(fate)
    kind, text = _KINDS[duty.kind], duty.when
    stage.claims(
        lambda: text == (when_of(plan) or text) and (duty.names_days <= says_days(plan)),
        nl=f"'{what}' is een afspraak. Wie: {duty.name} ({kind['nl']}). Wanneer: '{text}'.",
        en=f"'{what}' is an agreement. Who: {duty.name} ({kind['en']}). When: '{text}'.",
    )


def _explain(stage: Stage, plan: Resource) -> None:
    """The hub gives a reason for every system that does not get it."""
    what, agreement_id = seeing.words(plan), stage.office.fate(DOSSIER, fhir.key_of(plan)).agreement_id
    nl, en = (_listed([PLACES[one][language] for one in OTHERS], language) for language in ("nl", "en"))
    stage.claims(
        lambda: all(stage.office.reasons(agreement_id).get(one) == {Reason.WITHHELD} for one in OTHERS),
        nl=f"Hier gaat '{what}' nog niet heen: {nl}. Want daar mag niemand deze afspraak zien.",
        en=f"'{what}' does not go here yet: {en}. For nobody there may see this agreement.",
    )


def _listed(words: Sequence[str], language: str) -> str:
    return f" {'en' if language == 'nl' else 'and'} ".join((", ".join(words[:-1]), words[-1]))


def _consent(stage: Stage, name: str, key: str, reference: str, agreed: Sequence[Resource]) -> None:
    """A person says who is who, and records the client's consent: then it reaches the platform."""
    office, client = stage.office, next(client_of(one) for one in agreed if performer_of(one) == key)
    stage.until(lambda: office.has_met(PLATFORM, reference))
    office.accept(PLATFORM, reference, f"{DOSSIER}/{key}")
    office.allow(client, key)
    stage.tells(
        None,
        nl=f"Een medewerker zegt wie {name} op het platform is, en legt de toestemming vast.",
        en=f"A member of staff says who {name} is on the platform, and records the consent.",
    )
    own = [one for one in agreed if client_of(one) == client]
    shared = [
        (seeing.words(one), f"Wie: {name}" if performer_of(one) == key else "", when_of(one)) for one in own
    ]
    stage.looks(lambda: import_checker.is_shared(stage.there, reference, name, shared))
