"""What clients allow, as the dossier recorded it: FHIR Consents, read only where nothing is guessed.

Source: https://hl7.org/fhir/R4/consent.html (read November 2026). Scope ``patient-privacy`` is about sharing;
advance directives (``adr``), treatment directives (``treatment``) and research are not, and are not read.
Whatever narrows or widens a consent in a way the hub cannot hold to (a purpose, a class of documents, an
exception inside it) makes the whole of it unusable: half a consent is another consent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from samenspraak.connectors import ExternalConsent, SetApart
from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import InvalidRecordError
from samenspraak.protocols import fhir
from samenspraak_fhir import names
from samenspraak_fhir.elements import coding, find_template, read_date, unusable

SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
ACTIONS = "http://terminology.hl7.org/CodeSystem/consentaction"
ROLES = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"

# What may stand in a provision; anything else says something that the hub cannot hold to.
_PROVISION = frozenset({"id", "type", "period", "actor", "action", "code"})
_SEEING = frozenset({"access", "use", "disclose"})
_RECIPIENTS = frozenset({"IRCP", "PRCP"})
_TYPES = ("RelatedPerson", "Practitioner", "PractitionerRole", "Organization", "CareTeam")
_OVER = frozenset({"inactive", "rejected", "entered-in-error"})
_NOT_YET = frozenset({"draft", "proposed"})


def consents(
    resources: Sequence[Mapping[str, Any]], base_urls: Collection[str]
) -> tuple[list[ExternalConsent], list[SetApart]]:
    """What these Consents allow and forbid, and those that cannot be used, with the place that is why.

    One that cannot be used is among both: what it permitted before, it does not permit now.
    """
    told: list[ExternalConsent] = []
    apart: list[SetApart] = []
    for one in filter(_is_about_sharing, resources):
        try:
            told.append(read(one, base_urls))
        except InvalidRecordError as error:
            apart.append(SetApart(external_id=fhir.key_of(one), field=error.field, why=str(error)))
            told.append(_unclear(one, base_urls))
    return told, apart


def _is_about_sharing(resource: Mapping[str, Any]) -> bool:
    is_sharing = "patient-privacy" in coding(fhir.element(resource, "scope"), SCOPES)
    return is_sharing and fhir.text(resource, "status") not in _NOT_YET


def _unclear(resource: Mapping[str, Any], base_urls: Collection[str]) -> ExternalConsent:
    client = fhir.reference_key(fhir.element(resource, "patient"), *base_urls)
    return ExternalConsent(external_id=fhir.key_of(resource), client=client or "", holds=None)


def read(resource: Mapping[str, Any], base_urls: Collection[str] = ()) -> ExternalConsent:
    """What a Consent about sharing allows or forbids, and to whom.

    Raises:
        InvalidRecordError: it says something that the hub cannot hold to; names the place.
    """
    key, status = fhir.key_of(resource), fhir.text(resource, "status")
    client = _reference(fhir.element(resource, "patient"), "patient", ("Patient",), base_urls)
    if status in _OVER:
        return ExternalConsent(external_id=key, client=client, holds=False)
    provision = fhir.element(resource, "provision")
    _check(resource, provision)
    period = fhir.element(provision, "period")
    return ExternalConsent(
        external_id=key,
        client=client,
        recipients=tuple(_recipients(provision, base_urls)),
        allows=provision["type"] == "permit",
        rows=_known(provision, names.DATA, MatrixRow),
        life_domains=_known(provision, names.LIFE_DOMAIN, LifeDomain),
        given_by=_giver(resource, base_urls),
        decided=fhir.text(resource, "dateTime"),
        start=read_date(period.get("start"), "provision.period.start"),
        until=read_date(period.get("end"), "provision.period.end", last=True),
    )


def _check(resource: Mapping[str, Any], provision: Mapping[str, Any]) -> None:
    """That all it says is said in a way that can be held to."""
    if fhir.text(resource, "status") != "active":
        raise unusable("status", "this is no status of a consent")
    if (place := find_template({name: one for name, one in resource.items() if name != "text"})) is not None:
        raise unusable(place, "a template was never filled in")
    if resource.get("modifierExtension") or resource.get("implicitRules"):
        raise unusable("modifierExtension", "it says that it means something else than it says")
    if provision.get("type") not in ("permit", "deny"):
        raise unusable("provision.type", "it neither permits nor denies")
    if unknown := sorted(provision.keys() - _PROVISION):
        raise unusable(f"provision.{unknown[0]}", "this limits it in a way that cannot be held to here")
    codes = {code for one in fhir.elements(provision, "action") for code in coding(one, ACTIONS)}
    if provision.get("action") and not (codes and codes <= _SEEING):
        raise unusable("provision.action", "this is about more, or less, than seeing")
    for concept in fhir.elements(provision, "code"):
        rows, domains = coding(concept, names.DATA), coding(concept, names.LIFE_DOMAIN)
        if not ({*rows} & {*MatrixRow} or {*domains} & {*LifeDomain}):
            raise unusable("provision.code", "this limits it to data that are not known here")


def _recipients(provision: Mapping[str, Any], base_urls: Collection[str]) -> Iterator[str]:
    actors = fhir.elements(provision, "actor")
    if not actors:
        raise unusable("provision.actor", "it does not say to whom")
    for actor in actors:
        if not {*coding(fhir.element(actor, "role"), ROLES)} & _RECIPIENTS:
            raise unusable("provision.actor.role", "this is nobody who receives information")
        yield _reference(fhir.element(actor, "reference"), "provision.actor.reference", _TYPES, base_urls)


def _giver(resource: Mapping[str, Any], base_urls: Collection[str]) -> str | None:
    """Who gave it; None where the dossier does not say."""
    performers = fhir.elements(resource, "performer")
    if len(performers) > 1:
        raise unusable("performer", "more than one person gave it")
    types = ("Patient", "RelatedPerson")
    return _reference(performers[0], "performer", types, base_urls) if performers else None


def _reference(
    reference: Mapping[str, Any], field: str, types: Collection[str], base_urls: Collection[str]
) -> str:
    key = fhir.reference_key(reference, *base_urls)
    if key is None or key.partition("/")[0] not in types:
        raise unusable(field, "this refers to nobody in this dossier who can be meant")
    return key


def _known(provision: Mapping[str, Any], system: str, kind: Any) -> frozenset[Any]:
    found = {code for one in fhir.elements(provision, "code") for code in coding(one, system)}
    return frozenset(one for one in kind if one.value in found)
