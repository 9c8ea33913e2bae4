"""Codes of the dossier's own stand for a life domain, as its admin says: what can harm hangs on that."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from samenspraak.connectors import Changes, Directory
from samenspraak.domain.agreements import LifeDomain
from samenspraak.domain.units import LIFE_DOMAIN
from samenspraak.testing import LensLaws
from samenspraak_fhir.kit import Laws
from samenspraak_fhir.plugin import DossierConnector
from samenspraak_fhir.settings import DossierSettings

WALKING = "https://de-linde.example/codes|LOOP"
SNOMED = "http://snomed.info/sct"
NOBODY = Directory(connector_id="dossier-1")


def connected(**settings: Any) -> DossierConnector:
    given = {"base_url": "https://ecd.example/fhir", **settings}
    return DossierConnector("dossier-1", DossierSettings().load(given))


def plan(*categories: tuple[str, str], code: tuple[str, str] | None = None) -> dict[str, Any]:
    """A nursing intervention of the dossier itself."""
    concepts = [{"coding": [{"system": system, "code": value}]} for system, value in categories]
    nursing = {"coding": [{"system": SNOMED, "code": "9632001"}]}
    detail: dict[str, Any] = {
        "status": "in-progress",
        "scheduledString": "elke dag",
        "performer": [{"reference": "Practitioner/anja"}],
    }
    if code:
        detail["code"] = {"coding": [{"system": code[0], "code": code[1]}], "text": "Interventie"}
    return {
        "resourceType": "CarePlan",
        "id": "p1",
        "status": "active",
        "intent": "plan",
        "title": "Interventie",
        "category": [nursing, *concepts],
        "subject": {"reference": "Patient/wit"},
        "activity": [{"detail": detail}],
    }


@pytest.fixture
def dossier() -> DossierConnector:
    return connected(life_domains={WALKING: "mobility", f"{SNOMED}|18629005": "medication"})


def domain(dossier: DossierConnector, raw: dict[str, Any]) -> Any:
    return dossier.get(raw, NOBODY).units.get(LIFE_DOMAIN)


def test_a_category_of_the_dossier_stands_for_a_life_domain(dossier: DossierConnector) -> None:
    assert domain(dossier, plan(("https://de-linde.example/codes", "LOOP"))) is LifeDomain.MOBILITY
    assert domain(dossier, plan(("https://de-linde.example/codes", "ANDERS"))) is None


def test_so_does_the_code_of_what_is_done_also_where_nobody_set_anything_up() -> None:
    assert domain(connected(), plan(code=(SNOMED, "18629005"))) is LifeDomain.MEDICATION


def test_a_category_of_ours_goes_before_the_codes_of_the_dossier(dossier: DossierConnector) -> None:
    raw = plan(("https://de-linde.example/codes", "LOOP"))

    said = dossier.put(raw, Changes(set={LIFE_DOMAIN: LifeDomain.SOCIAL}), NOBODY)

    assert domain(dossier, said) is LifeDomain.SOCIAL
    assert raw["category"][1] in said["category"]


def test_what_the_code_says_already_is_not_written(dossier: DossierConnector) -> None:
    raw = plan(("https://de-linde.example/codes", "LOOP"))

    assert dossier.put(raw, Changes(set={LIFE_DOMAIN: LifeDomain.MOBILITY}), NOBODY) == raw


def test_that_there_is_none_can_be_said_against_a_code_and_taken_back(dossier: DossierConnector) -> None:
    raw = plan(("https://de-linde.example/codes", "LOOP"))

    cleared = dossier.put(raw, Changes(clear=frozenset({LIFE_DOMAIN})), NOBODY)
    again = dossier.put(cleared, Changes(set={LIFE_DOMAIN: LifeDomain.MOBILITY}), NOBODY)

    assert domain(dossier, cleared) is None
    assert raw["category"][1] in cleared["category"]
    assert domain(dossier, again) is LifeDomain.MOBILITY


def test_what_the_hub_keeps_of_a_plan_still_tells_its_domain(dossier: DossierConnector) -> None:
    for raw in (plan(("https://de-linde.example/codes", "LOOP")), plan(code=(SNOMED, "18629005"))):
        assert domain(dossier, dossier.own(raw)) is domain(dossier, raw) is not None


@pytest.mark.parametrize("table", [{"zonder systeem": "care"}, {WALKING: "lopen"}, ["care"]])
def test_a_table_that_cannot_be_is_refused(table: Any) -> None:
    with pytest.raises(ValidationError):
        connected(life_domains=table)


class TestCoded(Laws, LensLaws):
    def connector(self) -> DossierConnector:
        """Even where the code that all plans of ours have is given a meaning."""
        return connected(life_domains={"urn:samenspraak:category|agreement": "care"})
