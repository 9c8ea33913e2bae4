"""The page of the connector names every setting and every name of ours that another system can meet."""

from __future__ import annotations

from pathlib import Path

from samenspraak.domain.units import UnitKind
from samenspraak_fhir import mapping, names
from samenspraak_fhir.settings import DossierSettings

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "connectors" / "fhir.md").read_text(encoding="utf-8")
INTERNAL = {
    names.OURS,
    names.PARTY,
    names.CLIENT_HERE,
    names.APPROVALS,
    names.ASKED,
    names.CATEGORY,
    names.LIFE_DOMAIN,
    names.TIMING_CODE,
    names.VOLUNTEER_ROLE,
}


def test_every_setting_is_on_the_page() -> None:
    assert [name for name in DossierSettings().fields if f"| `{name}`" not in PAGE] == []


def test_every_extension_and_identifier_that_carries_an_agreement_is_on_the_page() -> None:
    ours = {
        value for value in vars(names).values() if isinstance(value, str) and value.startswith(names.OURS)
    }
    missing = [one for one in sorted(ours - INTERNAL) if one.removeprefix(names.OURS) not in PAGE]

    assert missing == []


def test_every_setting_has_its_texts_in_both_languages() -> None:
    texts = [one.metadata[text] for one in DossierSettings().fields.values() for text in ("title", "help")]

    assert [one for one in texts if not (one["nl"] and one["en"])] == []


def test_every_kind_of_unit_has_a_place_in_a_plan() -> None:
    assert set(mapping.CARRIED) == set(UnitKind)
