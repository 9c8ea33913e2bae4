"""What clients allow: read where nothing is guessed, set apart where the hub could not hold to it."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from connectors.fhir.world import CLIENT, Start

from samenspraak.connectors import ExternalConsent, SetApart
from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.units import MatrixRow
from samenspraak.errors import InvalidRecordError
from samenspraak.sandbox import Fault
from samenspraak_fhir import permissions
from samenspraak_fhir.sandbox import QUIRKY, STRICT, Quirks

SON = "RelatedPerson/zoon"


def consent(**provision: Any) -> dict[str, Any]:
    role = {"coding": [{"system": permissions.ROLES, "code": "IRCP"}]}
    usual = {"type": "permit", "actor": [{"role": role, "reference": {"reference": SON}}]}
    return {
        "resourceType": "Consent",
        "id": "c1",
        "status": "active",
        "scope": {"coding": [{"system": permissions.SCOPES, "code": "patient-privacy"}]},
        "patient": {"reference": CLIENT},
        "dateTime": "2026-11-01",
        "performer": [{"reference": CLIENT}],
        "provision": {**usual, **provision},
    }


def coded(system: str, *codes: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": system, "code": one}]} for one in codes]


def test_who_may_see_what_for_how_long_is_read() -> None:
    found = permissions.read(
        consent(
            period={"start": "2026-11-01", "end": "2027"},
            action=coded(permissions.ACTIONS, "access"),
            code=coded("urn:samenspraak:data", "conditions") + coded("urn:samenspraak:life-domain", "meals"),
        )
    )
    assert found == ExternalConsent(
        external_id="Consent/c1",
        client=CLIENT,
        recipients=(SON,),
        allows=True,
        rows=frozenset({MatrixRow("conditions")}),
        life_domains=frozenset({LifeDomain.MEALS}),
        given_by=CLIENT,
        decided="2026-11-01",
        start=date(2026, 11, 1),
        until=date(2027, 12, 31),
    )


def test_an_objection_is_one_and_who_said_so_may_be_unknown() -> None:
    plain = consent(type="deny")
    del plain["performer"]
    found = permissions.read(plain)
    assert (found.allows, found.given_by) == (False, None)


@pytest.mark.parametrize("status", ["inactive", "rejected", "entered-in-error"])
def test_one_that_is_over_holds_no_longer_whatever_else_it_says(status: str) -> None:
    found = permissions.read({**consent(type="?"), "status": status})
    assert found.holds is False


@pytest.mark.parametrize(
    "other",
    [{"scope": {"coding": [{"system": permissions.SCOPES, "code": "adr"}]}}, {"status": "draft"}],
    ids=["an advance directive", "a draft"],
)
def test_what_is_no_consent_about_sharing_is_not_read(other: dict[str, Any]) -> None:
    assert permissions.consents([{**consent(), **other}], ()) == ([], [])


UNUSABLE = {
    "provision.purpose": {"purpose": [{"code": "TREAT"}]},
    "provision.class": {"class": [{"code": "CarePlan"}]},
    "provision.securityLabel": {"securityLabel": [{"code": "R"}]},
    "provision.dataPeriod": {"dataPeriod": {"end": "2026-01-01"}},
    "provision.provision": {"provision": [{"type": "deny"}]},
    "provision.action": {"action": coded(permissions.ACTIONS, "access", "correct")},
    "provision.code": {"code": coded("http://loinc.org", "34133-9")},
    "provision.type": {"type": None},
    "provision.actor": {"actor": []},
    "provision.actor.role": {
        "actor": [{"role": coded(permissions.ROLES, "CST")[0], "reference": {"reference": SON}}]
    },
    "provision.actor.reference": {
        "actor": [{"role": coded(permissions.ROLES, "IRCP")[0], "reference": {"reference": "Group/1"}}]
    },
    "provision.period.end": {"period": {"end": "gisteren"}},
}


@pytest.mark.parametrize("field", UNUSABLE)
def test_what_the_hub_could_not_hold_to_is_set_apart_by_its_place(field: str) -> None:
    unusable = consent(**UNUSABLE[field])

    [told], [apart] = permissions.consents([unusable], ())

    assert (apart.external_id, apart.field) == ("Consent/c1", field)
    assert (told.holds, told.client) == (None, CLIENT)


@pytest.mark.parametrize(
    "more",
    [
        {"modifierExtension": [{"url": "https://x.example"}]},
        {"performer": [{"reference": CLIENT}, {"reference": SON}]},
        {"patient": {"reference": "https://elders.example/Patient/1"}},
        {"status": "misschien"},
        {"dateTime": "${DATE, T, d, -90}"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_consent_that_may_mean_something_else_is_not_read(more: dict[str, Any]) -> None:
    with pytest.raises(InvalidRecordError):
        permissions.read({**copy.deepcopy(consent()), **more})


@pytest.mark.parametrize("quirks", [STRICT, QUIRKY, Quirks(no_moments=True)], ids=["book", "quirky", "all"])
def test_the_dossier_is_asked_for_them_and_says_when_it_told_all(start: Start, quirks: Quirks) -> None:
    world = start(quirks)
    world.act("know", kind="RelatedPerson", id="zoon", name="Jan de Wit", client=CLIENT)
    world.act("record_consent", client=CLIENT, who=SON, id="c1")
    world.act("record_consent", client=CLIENT, who=SON, id="c2", more={"purpose": [{"code": "TREAT"}]})

    def pages() -> list[Any]:
        found = list(world.pages())
        return found if any(page.consents for page in found) else []

    found = world.in_time(pages)
    told = {one.external_id: one.holds for page in found for one in page.consents}
    apart = [one.external_id for page in found for one in page.records if isinstance(one, SetApart)]
    assert told == {"Consent/c1": True, "Consent/c2": None}
    assert apart == ["Consent/c2"]
    assert any(page.consents_whole for page in found)


def test_a_dossier_that_does_not_let_us_read_them_is_read_all_the_same(start: Start) -> None:
    world = start()
    world.agree("a")
    world.act("record_consent", client=CLIENT, who=SON)
    world.sandbox.inject(Fault(kind="status", path="/fhir/Consent", status=403))

    assert world.listed() == ["a"]
    world.sandbox.clear_faults()
    assert any(page.consents for page in world.pages())
