"""The sandbox searches as https://hl7.org/fhir/R4/search.html says, and as some servers do it."""

from __future__ import annotations

from typing import Any

import pytest

from samenspraak_fhir.sandbox import Quirks


@pytest.fixture
def filled(strict: Any) -> Any:
    fill(strict)
    return strict


def fill(dossier: Any, number: int = 5) -> None:
    for one in range(number):
        dossier.act(
            "agree",
            id=f"plan-{one}",
            client="Patient/mw-terpstra",
            what="Lopen",
            by="RelatedPerson/zoon-wim",
            when="?",
        )


def found(dossier: Any, query: str) -> list[str]:
    answer = dossier.get(query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [entry["resource"]["id"] for entry in answer.get_json().get("entry", [])]


def listed(dossier: Any, query: str) -> list[str]:
    """The ids on every page, followed by ``next``."""
    ids: list[str] = []
    address: str | None = f"/fhir/{query}"
    while address:
        bundle = dossier.client.get(address).get_json()
        ids += [entry["resource"]["id"] for entry in bundle.get("entry", [])]
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        address = links.get("next")
    return ids


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Patient?identifier=http://fhir.nl/fhir/NamingSystem/bsn|999990019", ["mw-terpstra"]),
        ("Patient?identifier=999990019", ["mw-terpstra"]),
        ("Patient?identifier=urn:other|999990019", []),
        ("Patient?name=terp&birthdate=1938", ["mw-terpstra"]),
        ("Patient?birthdate=lt1938-02", []),
        ("RelatedPerson?patient=Patient/mw-terpstra", ["zoon-wim"]),
        ("CarePlan?subject=mw-terpstra&_id=plan-1,plan-2", ["plan-1", "plan-2"]),
        ("CarePlan?patient=Patient/mw-terpstra&status=completed", []),
        ("CarePlan?category=http://snomed.info/sct|243114000&_id=plan-4", ["plan-4"]),
        ("CarePlan?category=9632001", []),
        ("CarePlan?performer=RelatedPerson/zoon-wim&_count=2&_sort=-_id", ["plan-4", "plan-3"]),
        ("CareTeam?participant=Practitioner/verpleegkundige-anja", ["team-oost"]),
    ],
)
def test_a_search_finds_what_meets_every_criterion(filled: Any, query: str, expected: list[str]) -> None:
    assert found(filled, query) == expected


def test_a_search_by_post_keeps_its_criteria_out_of_the_address(filled: Any) -> None:
    answer = filled.client.post("/fhir/Patient/_search", data={"identifier": "999990019"})

    assert [entry["resource"]["id"] for entry in answer.get_json()["entry"]] == ["mw-terpstra"]
    assert filled.sandbox.seen()[-1].write is False


def test_changes_since_a_moment_include_that_moment_and_come_oldest_first(filled: Any) -> None:
    moment = filled.get("CarePlan/plan-3").get_json()["meta"]["lastUpdated"]
    filled.act("change", id="CarePlan/plan-0", field="what", value="Fietsen")

    assert found(filled, f"CarePlan?_lastUpdated=ge{moment}&_sort=_lastUpdated") == [
        "plan-3",
        "plan-4",
        "plan-0",
    ]
    assert found(filled, f"CarePlan?_lastUpdated=gt{moment}&_sort=_lastUpdated") == ["plan-4", "plan-0"]


def test_pages_are_of_the_moment_of_the_search(filled: Any) -> None:
    first = filled.get("CarePlan?_sort=_id&_count=2").get_json()
    filled.act("remove", id="CarePlan/plan-0")
    following = {link["relation"]: link["url"] for link in first["link"]}["next"]

    second = filled.client.get(following).get_json()

    assert [entry["resource"]["id"] for entry in second["entry"]] == ["plan-2", "plan-3"]
    assert listed(filled, "CarePlan?_sort=_id&_count=2") == ["plan-1", "plan-2", "plan-3", "plan-4"]


def test_pages_by_offset_shift_under_a_concurrent_write(opened: Any) -> None:
    dossier = opened(Quirks(offset_paging=True))
    fill(dossier)
    first = dossier.get("CarePlan?_sort=_id&_count=2").get_json()
    dossier.act("remove", id="CarePlan/plan-0")
    following = {link["relation"]: link["url"] for link in first["link"]}["next"]

    second = dossier.client.get(following).get_json()

    assert [entry["resource"]["id"] for entry in second["entry"]] == ["plan-3", "plan-4"]


def test_a_page_that_is_no_longer_kept_is_gone(strict: Any) -> None:
    assert strict.client.get("/fhir?_page=lang-geleden").status_code == 410


def test_an_unknown_parameter_is_refused_by_the_book(strict: Any) -> None:
    assert strict.get("CarePlan?catgory=243114000").status_code == 400


def test_an_unknown_parameter_looks_like_no_changes_on_a_quirky_server(opened: Any) -> None:
    dossier = opened(Quirks(unknown_is_empty=True))
    fill(dossier)

    bundle = dossier.get("CarePlan?catgory=243114000&status=active").get_json()

    assert bundle["total"] == 0
    assert bundle["link"][0]["url"].endswith("CarePlan?status=active")


def test_the_history_of_a_type_tells_what_was_deleted(filled: Any) -> None:
    moment = filled.get("CarePlan/plan-4").get_json()["meta"]["lastUpdated"]
    filled.act("remove", id="CarePlan/plan-1")

    bundle = filled.get(f"CarePlan/_history?_since={moment}").get_json()

    requests = [(entry["request"]["method"], entry["request"]["url"]) for entry in bundle["entry"]]
    assert bundle["type"] == "history"
    assert requests == [("DELETE", "CarePlan/plan-1"), ("PUT", "CarePlan/plan-4")]


def test_some_servers_tell_a_deletion_without_its_moment(opened: Any) -> None:
    """As HAPI does: https://github.com/nuts-foundation/nuts-knooppunt, component/mcsd/test."""
    dossier = opened(Quirks(deletes_without_moment=True))
    dossier.act("remove", id="RelatedPerson/zoon-wim")

    gone = dossier.get("RelatedPerson/_history").get_json()["entry"][0]

    assert gone["request"] == {"method": "DELETE", "url": "RelatedPerson/zoon-wim/_history/2"}
    assert (gone["response"]["etag"], "lastModified" in gone["response"]) == ('W/"2"', False)


def test_a_quirky_server_keeps_no_history_of_a_type(opened: Any) -> None:
    assert opened(Quirks(no_type_history=True)).get("CarePlan/_history").status_code == 404


def test_whole_seconds_make_versions_share_a_moment(opened: Any) -> None:
    dossier = opened(Quirks(whole_seconds=True))
    fill(dossier, 3)

    moments = {dossier.get(f"CarePlan/plan-{one}").get_json()["meta"]["lastUpdated"][-5:] for one in range(3)}

    assert moments == {".000Z"}
