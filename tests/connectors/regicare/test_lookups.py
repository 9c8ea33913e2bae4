"""Ids are found by the labels an administrator wrote, and a slip is answered with the labels there are."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak.errors import ConfigurationError
from samenspraak_regicare.lookups import ids_of
from samenspraak_regicare.sandbox import RegiCareSandbox

from .conftest import Cooking, line_to, record_cooking

TYPES = {"Cursus": 280, "Individuele inzet": 281}


@pytest.mark.parametrize(
    "entries",
    [
        TYPES,
        {"Cursus": "280", " individuele  Inzet ": "281"},
        {"280": "Cursus", "281": "Individuele inzet"},
        {**TYPES, "Alles": None, "Iets": True},
    ],
    ids=["from label to id", "in blanks and small letters", "from id to label", "with what is no id"],
)
def test_an_id_is_found_by_its_label_whichever_way_the_table_goes(entries: dict[str, Any]) -> None:
    found = ids_of({"activiteittype": entries}, "activiteittype", ["Individuele Inzet"], setting="x")
    assert found == [281]


def test_a_label_of_digits_is_told_from_an_id() -> None:
    assert ids_of({"jaar": {"2026": 7}}, "jaar", ["2026"], setting="x") == [7]


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"activiteittype": TYPES}, "no activiteittype 'Inzet'; it has: Cursus, Individuele inzet"),
        ({"activiteittype": {}}, "it has: none"),
        ({"activiteittype": {str(n): f"Soort {n}" for n in range(30)}}, "and 10 more"),
        ({"activiteittype": {"Inzet": 1, "inzet": 2}}, "2 entries 'Inzet'"),
        ({"dag": {}, "locatie": {}}, "no table activiteittype; it gives: dag, locatie"),
        ([], "it gives: none"),
    ],
)
def test_a_label_that_is_not_there_names_those_that_are(tables: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match="activity_types") as refused:
        ids_of(tables, "activiteittype", ["Inzet"], setting="activity_types")
    assert said in str(refused.value)


def test_the_kind_of_work_is_looked_up_by_its_name(
    sandbox: RegiCareSandbox, url: str, cooking: Cooking
) -> None:
    sandbox.office.lookups["werksoort"] = {7: "Vrijwilligerswerk"}
    with pytest.raises(ConfigurationError, match="WERKSOORT_ID_ONGELDIG"):
        line_to(url).pages()
    assert line_to(url, kind_of_work="vrijwilligerswerk").found(cooking.task)
    with pytest.raises(ConfigurationError, match="it has: Vrijwilligerswerk"):
        line_to(url, kind_of_work="Maatjes").pages()


def test_an_untidy_server_gives_its_tables_the_other_way_round(quirky: RegiCareSandbox) -> None:
    cooking = record_cooking(quirky)
    with quirky.running() as url:
        assert line_to(url, kind_of_work="Vrijwilligerswerk").found(cooking.task)
